import { toHex } from '../../log/index.ts';
import type { Store } from '../../sync/index.ts';
import type { OpenDatabase } from '../database/open.ts';
import { ownBytes, type ServerLedger } from '../ledger.ts';
import type { HubAcknowledgements } from './acknowledgements.ts';
import type { HubDirectory } from './hub-directory.ts';

/** A hub's storage as its own exchange with the site server sees it: the same ledger that tablets push into. */
export function createHubStore(
  { db, journal }: Pick<OpenDatabase, 'db' | 'journal'>,
  site: string,
  ledger: ServerLedger,
  directory: HubDirectory,
  acknowledgements: HubAcknowledgements,
): Store {
  return {
    ...ledger,
    read: (range, maxBytes) => ledger.read([range], maxBytes),

    async receive(entries) {
      const received = await ledger.receive(entries);
      // The next page is verified by what this one may have told of new tablets.
      if (received.accepted > 0) await directory.refresh();
      return received;
    },

    acknowledged: (said) => acknowledgements.keep(said, ledger),
    acknowledgements: acknowledgements.all,
    // A hub keeps what it carries, sealed as it is: a restored server is filled from it.
    purged: async () => new Map(),
    // It writes no entries of its own, so none of its own are copied, and none go on in a log with two histories.
    copied: async () => undefined,
    forked: async () => undefined,

    async unacknowledgedBranches(epoch) {
      const rows = await db
        .selectFrom('record.branch as branch')
        .leftJoin('record.acknowledgement as said', (join) =>
          join
            .onRef('said.site', '=', 'branch.site')
            .onRef('said.log', '=', 'branch.log')
            .onRef('said.hash', '=', 'branch.hash')
            .on('said.epoch', '=', epoch),
        )
        .where('branch.site', '=', site)
        .where('said.epoch', 'is', null)
        .orderBy('branch.seq')
        .select('branch.bytes')
        .execute();
      return rows.map((row) => ownBytes(row.bytes));
    },

    async replaceTail({ log, follows, accepted }, head) {
      await journal?.append(accepted.map(({ entry }) => entry.bytes));
      return db.transaction().execute(async (tx) => {
        const row = await tx
          .selectFrom('record.log')
          .where('site', '=', site)
          .where('log', '=', log)
          .select(['seq', 'hash'])
          .forUpdate()
          .executeTakeFirst();
        if (row?.seq !== head.seq) return false;
        const tail = await tx
          .selectFrom('record.entry')
          .where('site', '=', site)
          .where('log', '=', log)
          .where('seq', '>', follows.seq)
          .select(['seq', 'hash', 'bytes'])
          .execute();
        for (const { seq, hash, bytes } of tail)
          await tx
            .insertInto('record.branch')
            .values({ site, log, seq, hash: toHex(hash), bytes })
            .onConflict((conflict) => conflict.columns(['site', 'hash']).doNothing())
            .execute();
        await tx
          .deleteFrom('record.entry')
          .where('site', '=', site)
          .where('log', '=', log)
          .where('seq', '>', follows.seq)
          .execute();
        for (const { entry, hash } of accepted) {
          await tx
            .insertInto('record.entry')
            .values({ site, log, seq: entry.seq, patient: entry.patient, hash, bytes: entry.bytes })
            .execute();
          // It stands in the log now, and no longer beside it.
          await tx
            .deleteFrom('record.branch')
            .where('site', '=', site)
            .where('hash', '=', toHex(hash))
            .execute();
        }
        const last = accepted.at(-1)!;
        await tx
          .updateTable('record.log')
          .set({ seq: last.entry.seq, hash: last.hash, forked: true })
          .where('site', '=', site)
          .where('log', '=', log)
          .execute();
        return true;
      });
    },
  };
}
