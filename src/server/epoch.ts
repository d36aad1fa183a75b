import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { type Acknowledgement, isAcknowledgement, isLaterEpoch, verifyWith } from '../seal/index.ts';
import { isLost } from '../sync/index.ts';
import type { Database } from './database/schema.ts';
import type { ServerLedger } from './ledger.ts';
import type { SiteIdentity } from './site-identity.ts';

/**
 * Which life of its database this server is in. A server cannot know by itself that it was restored from a backup; it
 * learns it when a tablet shows an acknowledgement that the server signed and no longer bears out (FAILURES 24).
 */
export interface EpochRecord {
  current(): string;
  /** When the server learned that it was restored, until a person releases what waits for that. */
  restoredAt(): string | undefined;
  /** Starts a new epoch when one of these is signed by the site and says more than the ledger holds. */
  examine(acknowledgements: readonly Acknowledgement[], ledger: ServerLedger): Promise<void>;
  /** Reads what another node has learned or released. */
  reload(): Promise<void>;
  /** A person says that the tablets have brought back what was lost. */
  release(): Promise<void>;
}

export async function openEpoch(
  db: Kysely<Database>,
  identity: SiteIdentity,
  clock: () => number,
): Promise<EpochRecord> {
  const verify = verifyWith(identity.publicKey);
  await db
    .insertInto('record.meta')
    .values({ site: identity.site, key: 'epoch', value: nameOf(1) })
    .onConflict((conflict) => conflict.columns(['site', 'key']).doNothing())
    .execute();
  let epoch = (await read('epoch'))!;
  let restoredAt = await read('restored-at');

  async function read(key: string): Promise<string | undefined> {
    const row = await db
      .selectFrom('record.meta')
      .where('site', '=', identity.site)
      .where('key', '=', key)
      .select('value')
      .executeTakeFirst();
    return row?.value;
  }

  async function write(key: string, value: string): Promise<void> {
    await db
      .insertInto('record.meta')
      .values({ site: identity.site, key, value })
      .onConflict((conflict) => conflict.columns(['site', 'key']).doUpdateSet({ value }))
      .execute();
  }

  /** Another node started a later epoch, or a power cut took our note of it: our own signature tells. */
  async function catchUp(acknowledgement: Acknowledgement): Promise<void> {
    epoch = (await read('epoch'))!;
    if (!isLaterEpoch(acknowledgement.epoch, epoch) || !(await isAcknowledgement(acknowledgement, verify)))
      return;
    epoch = acknowledgement.epoch;
    await write('epoch', epoch);
  }

  return {
    current: () => epoch,
    restoredAt: () => restoredAt,

    async examine(acknowledgements, ledger) {
      for (const acknowledgement of acknowledgements) {
        if (isLaterEpoch(acknowledgement.epoch, epoch)) await catchUp(acknowledgement);
        if (!(await isLost(ledger, epoch, acknowledgement, verify))) continue;
        const last = Math.max(numberOf(epoch), numberOf(acknowledgement.epoch));
        const next = nameOf(last + 1);
        // Another node may have begun the new life already: then this one joins it.
        await db
          .updateTable('record.meta')
          .set({ value: next })
          .where('site', '=', identity.site)
          .where('key', '=', 'epoch')
          .where('value', '=', epoch)
          .execute();
        epoch = (await read('epoch'))!;
        restoredAt = new Date(clock()).toISOString();
        await write('restored-at', restoredAt);
      }
    },

    async reload() {
      epoch = (await read('epoch'))!;
      restoredAt = await read('restored-at');
    },

    async release() {
      await db
        .deleteFrom('record.meta')
        .where('site', '=', identity.site)
        .where('key', '=', 'restored-at')
        .execute();
      restoredAt = undefined;
    },
  };
}

const nameOf = (number: number): string =>
  `${String(number).padStart(6, '0')}-${randomBytes(16).toString('hex')}`;
const numberOf = (epoch: string): number => Number(epoch.slice(0, 6));
