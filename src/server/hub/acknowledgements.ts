import type { Kysely } from 'kysely';
import { toHex } from '../../log/index.ts';
import { type Acknowledgement, isAcknowledgement, isLaterEpoch, verifyWith } from '../../seal/index.ts';
import type { Place } from '../../sync/index.ts';
import type { Database } from '../database/schema.ts';
import type { ServerLedger } from '../ledger.ts';

/** Before a hub has heard of any: earlier than every life of the server. */
const NO_EPOCH = `000000-${'0'.repeat(32)}`;

/** What the site server has signed for, as a hub keeps it to hand it on. */
export interface HubAcknowledgements {
  /** Keeps what verifies: signed by the site, about bytes that are here, newer than what is known. */
  keep(
    acknowledgements: readonly Acknowledgement[],
    ledger: Pick<ServerLedger, 'hashAt' | 'holdsBranch'>,
  ): Promise<void>;
  all(): Promise<Acknowledgement[]>;
  /** What is known of the logs of these places. */
  about(places: readonly Place[]): Promise<Acknowledgement[]>;
  /** The latest life of the server that a signature or the server itself told of. */
  epoch(): string;
  heardOf(epoch: string): Promise<void>;
  onNews(listener: (logs: string[]) => void): void;
}

export async function openHubAcknowledgements(
  db: Kysely<Database>,
  site: string,
  siteKey: string,
): Promise<HubAcknowledgements> {
  const verify = verifyWith(siteKey);
  const listeners: ((logs: string[]) => void)[] = [];
  const rows = () => db.selectFrom('record.acknowledgement').where('site', '=', site);
  const columns = ['log', 'seq', 'hash', 'epoch', 'signature'] as const;
  const stored = await db
    .selectFrom('record.meta')
    .where('site', '=', site)
    .where('key', '=', 'epoch')
    .select('value')
    .executeTakeFirst();
  let epoch = stored?.value ?? NO_EPOCH;

  /** The newest about the log itself, not about a second history of it. */
  const newestOf = (log: string) =>
    rows()
      .where('log', '=', log)
      .where('hash', 'not in', db.selectFrom('record.branch').where('site', '=', site).select('hash'))
      .select(columns)
      .executeTakeFirst();

  async function put(acknowledgement: Acknowledgement, ofLog: boolean): Promise<void> {
    const { log, hash, epoch: said, signature, seq } = acknowledgement;
    await db.transaction().execute(async (tx) => {
      if (ofLog)
        await tx
          .deleteFrom('record.acknowledgement')
          .where('site', '=', site)
          .where('log', '=', log)
          .where('hash', 'not in', tx.selectFrom('record.branch').where('site', '=', site).select('hash'))
          .execute();
      await tx
        .insertInto('record.acknowledgement')
        .values({ site, log, seq, hash, epoch: said, signature })
        .onConflict((conflict) =>
          conflict.columns(['site', 'log', 'hash']).doUpdateSet({ epoch: said, signature }),
        )
        .execute();
    });
  }

  const kept: HubAcknowledgements = {
    async keep(acknowledgements, ledger) {
      const news: string[] = [];
      const { latest } = await rows()
        .select((select) => select.fn.max('epoch').as('latest'))
        .executeTakeFirstOrThrow();
      for (const acknowledgement of acknowledgements) {
        const { log, seq, hash } = acknowledgement;
        // Given before the server was restored, perhaps about what it lost then: kept back and shown again, it is no news.
        if (latest !== null && isLaterEpoch(latest, acknowledgement.epoch)) continue;
        const here = await ledger.hashAt(log, seq);
        const ofLog = here !== undefined && toHex(here) === hash;
        if (!ofLog && !(await ledger.holdsBranch(hash))) continue;
        const before = ofLog
          ? await newestOf(log)
          : await rows().where('log', '=', log).where('hash', '=', hash).select(columns).executeTakeFirst();
        const isKnown =
          before &&
          (isLaterEpoch(before.epoch, acknowledgement.epoch) ||
            (before.epoch === acknowledgement.epoch && before.seq >= seq));
        if (isKnown || !(await isAcknowledgement(acknowledgement, verify))) continue;
        await put(acknowledgement, ofLog);
        await kept.heardOf(acknowledgement.epoch);
        news.push(log);
      }
      if (news.length > 0) for (const listener of listeners) listener(news);
    },

    all: () => rows().select(columns).execute(),

    async about(places) {
      const logs = [...new Set(places.map((place) => place.log))];
      return logs.length === 0 ? [] : rows().where('log', 'in', logs).select(columns).execute();
    },

    epoch: () => epoch,

    async heardOf(said) {
      if (!isLaterEpoch(said, epoch)) return;
      epoch = said;
      await db
        .insertInto('record.meta')
        .values({ site, key: 'epoch', value: epoch })
        .onConflict((conflict) => conflict.columns(['site', 'key']).doUpdateSet({ value: epoch }))
        .execute();
    },

    onNews: (listener) => void listeners.push(listener),
  };
  return kept;
}
