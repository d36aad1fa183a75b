import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { type Author, CarriedEntry, EntryId } from '../clinical/index.ts';
import { type Entry, entryId, toBase64, toHex } from '../log/index.ts';
import { openEntry, sha256 } from '../seal/index.ts';
import { readersOf, wardScope } from '../site/index.ts';
import { branchBefore } from '../sync/index.ts';
import type { Database } from './database/schema.ts';
import { createLeases } from './leases.ts';
import { storedEntry } from './ledger.ts';
import type { Projection } from './projection.ts';
import type { SiteIdentity } from './site-identity.ts';
import type { SiteLog } from './site-log.ts';
import type { SiteRecords } from './site-records.ts';

const LEASE = 'second histories';

/**
 * Takes entries of second histories over into the server's own ward logs, each once, whole and under an id of its
 * own: the id that it was written with names another entry. So what a cloned or restored tablet charted reaches every
 * tablet and the workbench by the ordinary way.
 */
export function createBranches(context: {
  db: Kysely<Database>;
  identity: SiteIdentity;
  site: SiteRecords;
  siteLog: SiteLog;
  projection: Projection;
  clock: () => number;
}) {
  const { db, identity, site, siteLog, projection } = context;
  const author: Author = { id: identity.site, name: 'Lamplight server', role: 'records' };
  const leases = createLeases(db, identity.site, context.clock);
  const holder = randomUUID();
  let running: Promise<void> = Promise.resolve();

  /** One node at a time: two would give one entry two names. */
  async function takeOverAlone(): Promise<void> {
    if (!(await leases.take(LEASE, holder))) return;
    try {
      await takeOver();
    } finally {
      await leases.give(LEASE, holder);
    }
  }

  async function takeOver(): Promise<void> {
    const waiting = await db
      .selectFrom('record.branch as branch')
      .innerJoin('record.log as log', (join) =>
        join.onRef('log.site', '=', 'branch.site').onRef('log.log', '=', 'branch.log'),
      )
      .where('branch.site', '=', identity.site)
      .where((where) =>
        where.or([where('log.scope', 'like', wardScope('%')), where('log.scope', 'like', 'move:%')]),
      )
      .orderBy('branch.seq')
      .select(['branch.hash', 'branch.bytes', 'log.scope', 'log.writer'])
      .execute();
    if (waiting.length === 0) return;
    // What was taken over is known from the log itself, so a lost projection takes nothing over twice.
    await projection.catchUp();
    const done = await db
      .selectFrom('projection.carried')
      .where('site', '=', identity.site)
      .selectAll()
      .execute();
    const taken = new Map(done.map((row) => [row.hash, row.entry]));
    const branch = new Map(waiting.map((row) => [row.hash, storedEntry(row.bytes)]));
    for (const { hash, scope, writer } of waiting) {
      const entry = branch.get(hash)!;
      if (taken.has(hash) || entry.patient === null) continue;
      // Ours no longer: another node goes on from what is written by now.
      if (!(await leases.take(LEASE, holder))) return;
      const id = await carry(entry, hash, { scope, writer }, await referencesOf(entry, branch, taken));
      taken.set(hash, id);
    }
    await projection.catchUp();
  }

  async function carry(
    entry: Entry,
    hash: string,
    { scope, writer }: { scope: string; writer: string },
    references: Record<EntryId, EntryId>,
  ): Promise<string> {
    const at = new Date(context.clock()).toISOString();
    const body = CarriedEntry.parse({
      kind: 'carried-entry',
      author,
      effectiveAt: at,
      recordedAt: at,
      writtenAs: entryId(entry.log, entry.seq),
      writer,
      hash,
      entry: toBase64(entry.bytes),
      references,
    });
    const recipients = new Set(readersOf(scope).flatMap((ward) => site.recipients(ward)));
    const [id] = await siteLog.append(scope, [...recipients], [{ patient: entry.patient, body }]);
    return id!;
  }

  /** Ids in the body that name earlier entries of the same branch, and what those are called now. */
  async function referencesOf(
    entry: Entry,
    branch: ReadonlyMap<string, Entry>,
    taken: ReadonlyMap<string, string>,
  ): Promise<Record<EntryId, EntryId>> {
    const names = new Map<string, string>();
    for (const before of branchBefore(branch, entry)) {
      const name = taken.get(toHex(await sha256(before.bytes)));
      if (name !== undefined) names.set(entryId(before.log, before.seq), name);
    }
    if (names.size === 0) return {};
    const opened = await openEntry(entry, await site.keysOfLog(entry.log));
    const said = opened.ok ? JSON.stringify(opened.opened.body) : '';
    return Object.fromEntries(
      [...names].filter(([id]) => EntryId.safeParse(id).success && said.includes(`"${id}"`)),
    );
  }

  return {
    /** Safe to call at any time and from several places; one run follows another. */
    takeOver(): Promise<void> {
      const turn = running.then(takeOverAlone);
      running = turn.catch(() => undefined);
      return turn;
    },
  };
}

export type Branches = ReturnType<typeof createBranches>;
