import type { Kysely } from 'kysely';
import { entryId, toHex } from '../log/index.ts';
import type { Database } from './database/schema.ts';
import { ownBytes, type ServerLedger } from './ledger.ts';
import type { Projection } from './projection.ts';
import type { SiteIdentity } from './site-identity.ts';
import type { SiteRecords } from './site-records.ts';

/** One thing that was set aside, with its reason; it is never dropped. */
export interface SetAside {
  id: number;
  /** Name of the tablet that wrote it, where that is known. */
  device: string | null;
  reason: string;
  receivedAt: string;
  bytes: number;
}

const MOST_SHOWN = 500;
/** As many as one push brings at most. */
const ENTRIES_A_TURN = 500;

/** What was refused or could not be read, kept for a person, and tried again after a fix (FAILURES 16). */
export function createQuarantine(context: {
  db: Kysely<Database>;
  identity: SiteIdentity;
  site: SiteRecords;
  ledger: ServerLedger;
  projection: Projection;
  clock: () => number;
}) {
  const { db, identity, site, ledger, projection } = context;
  const waiting = () =>
    db
      .selectFrom('record.quarantine as item')
      .where('item.site', '=', identity.site)
      .where('item.released_at', 'is', null);

  async function count(): Promise<number> {
    const row = await waiting()
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  /** Whether an entry stands in its log, or beside it, and what it says can be read where that is asked. */
  async function isTaken(item: { hash: string; log: string | null; seq: number | null }): Promise<boolean> {
    if (await ledger.holdsBranch(item.hash)) return true;
    if (item.log === null || item.seq === null) return false;
    const there = await ledger.hashAt(item.log, item.seq);
    if (!there || toHex(there) !== item.hash) return false;
    const projected = await db
      .selectFrom('projection.entry')
      .where('site', '=', identity.site)
      .where('log', '=', item.log)
      .where('seq', '=', item.seq)
      .select('kind')
      .executeTakeFirst();
    return projected?.kind !== 'unreadable';
  }

  return {
    count,

    async list(): Promise<SetAside[]> {
      const rows = await waiting()
        .leftJoin('record.log as log', (join) =>
          join.onRef('log.site', '=', 'item.site').onRef('log.log', '=', 'item.log'),
        )
        .orderBy('item.id', 'desc')
        .limit(MOST_SHOWN)
        .select(['item.id', 'item.reason', 'item.received_at', 'item.bytes', 'log.writer'])
        .execute();
      return rows.map((row) => ({
        id: row.id,
        device: site.directory().devices.get(row.writer ?? '')?.name ?? null,
        reason: row.reason,
        receivedAt: row.received_at.toISOString(),
        bytes: row.bytes.length,
      }));
    },

    /**
     * Brings everything that waits through the same checks again: its writer may be known by now, what stood before it
     * may have come, a newer version may read it. What still fails goes on waiting with its first reason.
     */
    async retry(): Promise<{ released: number; waiting: number }> {
      await site.refresh();
      const items = await waiting().orderBy('item.log').orderBy('item.seq').selectAll().execute();
      for (let from = 0; from < items.length; from += ENTRIES_A_TURN)
        await ledger.receive(items.slice(from, from + ENTRIES_A_TURN).map((item) => ownBytes(item.bytes)));
      const places = items.flatMap(({ log, seq }) =>
        log !== null && seq !== null ? [entryId(log, seq)] : [],
      );
      await projection.readAgain(new Set(places));
      let released = 0;
      for (const item of items) {
        if (!(await isTaken(item))) continue;
        await db
          .updateTable('record.quarantine')
          .set({ released_at: new Date(context.clock()) })
          .where('id', '=', item.id)
          .execute();
        released += 1;
      }
      return { released, waiting: await count() };
    },
  };
}

export type Quarantine = ReturnType<typeof createQuarantine>;
