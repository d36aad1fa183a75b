import type { Kysely } from 'kysely';
import { type Author, bedWords, CarriedEntry, RecordMoved, standings, WardBody } from '../clinical/index.ts';
import { entryId, fromBase64, readEntry, toHex } from '../log/index.ts';
import { openEntry } from '../seal/index.ts';
import {
  type HeldItem,
  holdRecord,
  lackedBy,
  moveScope,
  packRecord,
  type RecordItem,
  readersOf,
  unpackRecord,
} from '../site/index.ts';
import type { Database } from './database/schema.ts';
import { type ServerLedger, storedEntry } from './ledger.ts';
import type { Projection } from './projection.ts';
import type { SiteIdentity } from './site-identity.ts';
import type { SiteLog } from './site-log.ts';
import type { SiteRecords } from './site-records.ts';

/**
 * Sends after a patient who went to another ward what that ward lacks of the record: entries that came to the server
 * from other tablets, late, or from the server itself. Found, not queued: what no log and no packet brings to the ward.
 */
export function createMoves(context: {
  db: Kysely<Database>;
  identity: SiteIdentity;
  site: SiteRecords;
  siteLog: SiteLog;
  ledger: ServerLedger;
  projection: Projection;
  clock: () => number;
}) {
  const { db, identity, site, siteLog, ledger, projection } = context;
  const author: Author = { id: identity.site, name: 'Lamplight server', role: 'records' };
  let running: Promise<void> = Promise.resolve();

  async function passOn(): Promise<void> {
    await projection.catchUp();
    const moved = await db
      .selectFrom('projection.entry')
      .where('site', '=', identity.site)
      .where('kind', '=', 'patient-moved')
      .select('patient')
      .distinct()
      .execute();
    for (const { patient } of moved) await passOnOne(patient);
  }

  async function passOnOne(patient: string): Promise<void> {
    const place = await placeOf(patient);
    if (!place) return;
    const lacked = lackedBy(place.ward, await itemsOf(patient));
    if (lacked.length === 0) return;
    const at = new Date(context.clock()).toISOString();
    const scope = moveScope(place.from, place.ward);
    const packets = await packRecord(patient, lacked);
    await siteLog.append(
      scope,
      [...new Set(readersOf(scope).flatMap((ward) => site.recipients(ward)))],
      packets.map((packet) => ({
        patient,
        body: RecordMoved.parse({
          kind: 'record-moved',
          author,
          effectiveAt: at,
          recordedAt: at,
          ...packet,
        }),
      })),
    );
  }

  /** The one ward where the patient went, and from where; `undefined` while people say different things. */
  async function placeOf(patient: string): Promise<{ ward: string; from: string } | undefined> {
    const rows = await db
      .selectFrom('projection.entry')
      .where('site', '=', identity.site)
      .where('patient', '=', patient)
      .where('body', 'is not', null)
      .select(['log', 'seq', 'body', 'hlc_wall', 'hlc_counter'])
      .execute();
    const entries = rows.map((row) => ({
      id: entryId(row.log, row.seq),
      patient,
      hlc: [Number(row.hlc_wall), Number(row.hlc_counter)] as const,
      body: WardBody.parse(row.body),
    }));
    const words = bedWords(standings(entries));
    const wards = new Set(words.map(({ ward }) => ward?.id));
    const [ward] = wards;
    if (wards.size !== 1 || ward === undefined) return undefined;
    const last = entries
      .filter(({ body }) => body.kind === 'patient-moved' && body.to === ward)
      .sort((a, b) => a.hlc[0] - b.hlc[0] || a.hlc[1] - b.hlc[1])
      .at(-1)?.body;
    return last?.kind === 'patient-moved' ? { ward, from: last.from } : undefined;
  }

  async function itemsOf(patient: string): Promise<HeldItem[]> {
    const found: { item: RecordItem; scope: string }[] = [];
    const rows = await db
      .selectFrom('record.entry')
      .where('site', '=', identity.site)
      .where('patient', '=', patient)
      .select(['log', 'seq', 'hash', 'bytes'])
      .execute();
    const openings = new Map<string, RecordItem['opening']>();
    for (const log of new Set(rows.map((row) => row.log))) {
      const [first] = await ledger.read([{ log, after: 0, through: 1 }], 1_000_000);
      const read = first && readEntry(first);
      if (read?.ok && read.entry.opening) openings.set(log, { ...read.entry, opening: read.entry.opening });
    }
    for (const row of rows) {
      const opening = openings.get(row.log);
      const keys = opening && (await site.keysOf(opening.opening));
      if (!opening || !keys) continue;
      const entry = storedEntry(row.bytes);
      const { scope } = opening.opening;
      const opened = await openEntry(entry, keys);
      const packet = opened.ok ? RecordMoved.safeParse(opened.opened.body) : undefined;
      if (packet?.success) {
        const inner = await unpackRecord(packet.data, patient, identity.site, ledger.verifier);
        found.push(...inner.items.map((item) => ({ item, scope })));
        continue;
      }
      // What does not open is in quarantine here; the new ward could not open it either.
      if (!opened.ok) continue;
      const carried = CarriedEntry.safeParse(opened.opened.body);
      const inside = carried.success ? readEntry(fromBase64(carried.data.entry)) : undefined;
      const also = inside?.ok ? await site.keysOfLog(inside.entry.log) : undefined;
      found.push({
        item: {
          entry,
          hash: toHex(row.hash),
          opening,
          keys,
          ...(inside?.ok && also ? { alsoKeys: { log: inside.entry.log, keys: also } } : {}),
        },
        scope,
      });
    }
    return holdRecord(found);
  }

  return {
    /** Safe to call at any time; one run follows another. */
    passOn(): Promise<void> {
      const turn = running.then(passOn);
      running = turn.catch(() => undefined);
      return turn;
    },
  };
}

export type Moves = ReturnType<typeof createMoves>;

/** Whether what was committed may concern a patient who went to another ward. */
export const concernsMoves = (scopes: ReadonlySet<string>): boolean =>
  [...scopes].some((scope) => scope.startsWith('move:'));
