import type { Kysely } from 'kysely';
import { CarriedEntry, type EntryOrigin, WardBody } from '../clinical/index.ts';
import { entryId, type Opening, toHex } from '../log/index.ts';
import { openEntry, sha256 } from '../seal/index.ts';
import { authorProblem, openWardEntry, readScope, wardScope } from '../site/index.ts';
import type { Database } from './database/schema.ts';
import { ownBytes, type ServerLedger, storedEntry } from './ledger.ts';
import { createMovedEntries, type MovedPacket, withoutContent } from './moved-entries.ts';
import { keepParts, withoutBytes } from './pictures.ts';
import type { SiteIdentity } from './site-identity.ts';
import type { SiteRecords } from './site-records.ts';

const ROWS_A_TURN = 200;
/** How long one reading lets uploads pass. */
const MOST_WAIT_MS = 2_000;

/**
 * Opens what arrived and writes it, readable, into the projection: work is found, not queued, as a log whose
 * projection is behind its head. A body that its seal, schema or author's signature does not bear out stays in the
 * log, and goes to quarantine with its reason.
 */
export function createProjection(
  db: Kysely<Database>,
  identity: SiteIdentity,
  site: SiteRecords,
  ledger: Pick<ServerLedger, 'hashAt' | 'log' | 'verifier' | 'keepBranch' | 'letUploadsPass'>,
) {
  const moved = createMovedEntries(db, identity, site, ledger);
  let running: Promise<void> = Promise.resolve();

  async function projectLog(log: string, scope: string, after: number): Promise<number> {
    const first = await db
      .selectFrom('record.entry')
      .where('site', '=', identity.site)
      .where('log', '=', log)
      .where('seq', '=', 1)
      .select('bytes')
      .executeTakeFirstOrThrow();
    const opening: Opening = storedEntry(first.bytes).opening!;
    const ward = readScope(scope)!.ward;
    const keys = await site.keysOf(opening);
    const rows = await db
      .selectFrom('record.entry')
      .where('site', '=', identity.site)
      .where('log', '=', log)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(ROWS_A_TURN)
      .selectAll()
      .execute();
    const projected: {
      seq: number;
      patient: string;
      kind: string;
      body: string | null;
      origin: string | null;
      wall: number;
      counter: number;
      receivedAt: Date;
    }[] = [];
    const carried: { hash: string; entry: string }[] = [];
    const packets: MovedPacket[] = [];
    const parts: Parameters<typeof keepParts>[2][number][] = [];
    const bad: { seq: number; bytes: Uint8Array; kind: string; reason: string }[] = [];
    for (const row of rows) {
      const entry = storedEntry(row.bytes);
      if (entry.patient === null) continue;
      const id = entryId(log, row.seq);
      const opened = await openWardEntry(entry, keys, opening.writer === identity.site, site.keysOfLog);
      const base = {
        seq: row.seq,
        patient: entry.patient,
        origin: null as string | null,
        wall: entry.hlc[0],
        counter: entry.hlc[1],
        receivedAt: row.received_at,
      };
      if (opened.ok) {
        [base.wall, base.counter] = opened.opened.hlc;
        if (opened.opened.origin) base.origin = JSON.stringify(await withWriter(opened.opened.origin));
        if (opened.opened.carries !== undefined) carried.push({ hash: opened.opened.carries, entry: id });
      } else {
        // Taken over all the same: an entry that does not open is not taken over again and again.
        const outer = await openEntry(entry, keys);
        const carrying = CarriedEntry.safeParse(outer.ok ? outer.opened.body : undefined);
        if (opening.writer === identity.site && carrying.success)
          carried.push({ hash: carrying.data.hash, entry: id });
        bad.push({
          seq: row.seq,
          bytes: row.bytes,
          kind: opened.error.kind,
          reason: `Entry ${id}: ${opened.error.message}.`,
        });
        projected.push({ ...base, kind: 'unreadable', body: null });
        continue;
      }
      const parsed = WardBody.safeParse(opened.opened.body);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        bad.push({
          seq: row.seq,
          bytes: row.bytes,
          kind: 'schema',
          reason: `Entry ${id}: ${issue?.path.join('.') || 'its kind'} is not as this version expects.`,
        });
        projected.push({ ...base, kind: 'unreadable', body: null });
        continue;
      }
      if (opening.writer !== identity.site || opened.opened.carries !== undefined) {
        const author = site.roster().get(parsed.data.author.id);
        const problem = author
          ? await authorProblem(author, parsed.data, opened.opened.authoredBy)
          : { kind: 'author', message: 'its author is not on the staff list' };
        if (problem) {
          bad.push({
            seq: row.seq,
            bytes: row.bytes,
            kind: problem.kind,
            reason: `Entry ${id}: ${problem.message}.`,
          });
          projected.push({ ...base, kind: 'unreadable', body: null });
          continue;
        }
      }
      if (parsed.data.kind === 'record-moved') {
        packets.push({ packet: parsed.data, patient: entry.patient, receivedAt: row.received_at });
        projected.push({
          ...base,
          kind: parsed.data.kind,
          body: JSON.stringify(withoutContent(parsed.data)),
        });
        continue;
      }
      if (parsed.data.kind === 'attachment') parts.push({ patient: entry.patient, body: parsed.data });
      projected.push({ ...base, kind: parsed.data.kind, body: JSON.stringify(withoutBytes(parsed.data)) });
    }
    // First, so that a crash in between does it again; each entry is taken once.
    for (const packet of packets) await moved.take(packet);
    bad.push(...(await moved.contradicting(log, rows)));
    const through = rows.at(-1)?.seq ?? after;
    await db.transaction().execute(async (tx) => {
      await keepParts(tx, identity.site, parts);
      if (projected.length > 0) {
        await tx
          .insertInto('projection.entry')
          .values(
            projected.map((row) => ({
              site: identity.site,
              log,
              seq: row.seq,
              patient: row.patient,
              ward,
              kind: row.kind,
              body: row.body,
              origin: row.origin,
              hlc_wall: String(row.wall),
              hlc_counter: row.counter,
              received_at: row.receivedAt,
            })),
          )
          .onConflict((conflict) => conflict.columns(['site', 'log', 'seq']).doNothing())
          .execute();
      }
      if (carried.length > 0)
        await tx
          .insertInto('projection.carried')
          .values(carried.map((row) => ({ site: identity.site, ...row })))
          .onConflict((conflict) => conflict.columns(['site', 'hash']).doNothing())
          .execute();
      for (const { seq, bytes, kind, reason } of bad) {
        const kept = ownBytes(bytes);
        await tx
          .insertInto('record.quarantine')
          .values({
            site: identity.site,
            hash: toHex(await sha256(kept)),
            log,
            seq,
            kind,
            reason,
            bytes: kept,
          })
          // Set aside before for another reason, perhaps: this is the one that is left.
          .onConflict((conflict) =>
            conflict.columns(['site', 'hash']).doUpdateSet({ kind, reason, released_at: null }),
          )
          .execute();
      }
      await advance(tx, identity.site, log, after, through);
    });
    return rows.length;
  }

  /** Older servers did not write down whose entry they took over: its log says it. */
  const withWriter = async (origin: EntryOrigin): Promise<EntryOrigin> => ({
    ...origin,
    writer: origin.writer ?? (await ledger.log(origin.log))?.opening.writer,
  });

  async function catchUp(): Promise<void> {
    const until = performance.now() + MOST_WAIT_MS;
    for (;;) {
      // A tablet waits for its acknowledgement. Whoever asked waits too, so not for ever; and how far a log is, is asked
      // after the wait, since another node may be at it.
      if (performance.now() < until) await ledger.letUploadsPass();
      const [behind] = await db
        .selectFrom('record.log as log')
        .leftJoin('projection.log as done', (join) =>
          join.onRef('done.site', '=', 'log.site').onRef('done.log', '=', 'log.log'),
        )
        .where('log.site', '=', identity.site)
        .where((where) =>
          where.or([where('log.scope', 'like', wardScope('%')), where('log.scope', 'like', 'move:%')]),
        )
        .where((where) =>
          where.or([where('done.projected', 'is', null), where('done.projected', '<', where.ref('log.seq'))]),
        )
        .select(['log.log', 'log.scope', 'done.projected'])
        .limit(1)
        .execute();
      if (!behind) return;
      await projectLog(behind.log, behind.scope, behind.projected ?? 0);
    }
  }

  /** Forgets that these entries could not be read, so that they are read again with what is known now. */
  async function forgetUnreadable(entries: ReadonlySet<string>): Promise<void> {
    const rows = await db
      .selectFrom('projection.entry')
      .where('site', '=', identity.site)
      .where('kind', '=', 'unreadable')
      .select(['log', 'seq'])
      .execute();
    const byLog = Map.groupBy(
      rows.filter(({ log, seq }) => entries.has(entryId(log, seq))),
      ({ log }) => log,
    );
    for (const [log, places] of byLog) {
      const seqs = places.map(({ seq }) => seq);
      await db.transaction().execute(async (tx) => {
        await tx
          .deleteFrom('projection.entry')
          .where('site', '=', identity.site)
          .where('log', '=', log)
          .where('seq', 'in', seqs)
          .execute();
        await tx
          .updateTable('projection.log')
          .set({ projected: Math.min(...seqs) - 1 })
          .where('site', '=', identity.site)
          .where('log', '=', log)
          .execute();
      });
    }
  }

  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = running.then(work);
    running = turn.catch(() => undefined);
    return turn;
  }

  return {
    /** Reads these entries again where they could not be read before. */
    readAgain: (entries: ReadonlySet<string>): Promise<void> =>
      inTurn(async () => {
        await forgetUnreadable(entries);
        await catchUp();
      }),

    /** Resolves when everything that was committed before the call can be seen in the projection. */
    catchUp: (): Promise<void> => inTurn(catchUp),
  };
}

export type Projection = ReturnType<typeof createProjection>;

/**
 * A log is projected up to `through`, by a turn that began behind `after`. Where another node has moved it meanwhile, on or
 * back, its word holds: a stale node neither sets it back nor skips what is to be read again.
 */
export async function advance(
  db: Kysely<Database>,
  site: string,
  log: string,
  after: number,
  through: number,
): Promise<void> {
  await db
    .insertInto('projection.log')
    .values({ site, log, projected: through })
    .onConflict((conflict) =>
      conflict
        .columns(['site', 'log'])
        .doUpdateSet({ projected: through })
        .where('projection.log.projected', '=', after),
    )
    .execute();
}
