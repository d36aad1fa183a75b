import type { Kysely } from 'kysely';
import { toHex } from '../../log/index.ts';
import { sha256, verifyWith } from '../../seal/index.ts';
import { isSnapshotList, SnapshotList } from '../../site/index.ts';
import { CarrierError, type HttpCarrier } from '../../sync/index.ts';
import type { Census } from '../census/import-census.ts';
import type { Database } from '../database/schema.ts';
import { ownBytes } from '../ledger.ts';

const BLOBS_A_REQUEST = 100;

/** The wards' snapshots as a hub carries them: sealed blobs, in a list that the site has signed. */
export interface HubSnapshots extends Pick<Census, 'listOf' | 'blobs' | 'onChange'> {
  /** Takes the newest of these wards from the site server. */
  pull(carrier: Pick<HttpCarrier, 'json' | 'blobs'>, wards: readonly string[]): Promise<void>;
  /** Tells tablets of a ward that there is something to ask for. */
  tell(ward: string): void;
}

export function createHubSnapshots(db: Kysely<Database>, site: string, siteKey: string): HubSnapshots {
  const listeners: ((ward: string) => void)[] = [];

  async function take(list: SnapshotList, carrier: Pick<HttpCarrier, 'blobs'>): Promise<void> {
    const { ward } = list;
    const held = new Set(
      (
        await db
          .selectFrom('record.snapshot_blob')
          .where('site', '=', site)
          .where('ward', '=', ward)
          .select('hash')
          .execute()
      ).map((row) => row.hash),
    );
    const patientOf = new Map(list.patients.map(({ blob, patient }) => [blob, patient]));
    const missing = [...patientOf.keys()].filter((blob) => !held.has(blob));
    for (let from = 0; from < missing.length; from += BLOBS_A_REQUEST) {
      for (const bytes of await carrier.blobs(missing.slice(from, from + BLOBS_A_REQUEST))) {
        const hash = toHex(await sha256(bytes));
        const patient = patientOf.get(hash);
        if (patient === undefined) continue;
        await db
          .insertInto('record.snapshot_blob')
          .values({ site, hash, ward, patient, digest: hash, bytes })
          .onConflict((conflict) => conflict.columns(['site', 'hash']).doNothing())
          .execute();
      }
    }
    await db.transaction().execute(async (tx) => {
      await tx.deleteFrom('record.snapshot_list').where('site', '=', site).where('ward', '=', ward).execute();
      await tx
        .insertInto('record.snapshot_list')
        .values({ site, ward, as_of: list.asOf, list: JSON.stringify(list) })
        .execute();
      const cited = [...patientOf.keys()];
      await tx
        .deleteFrom('record.snapshot_blob')
        .where('site', '=', site)
        .where('ward', '=', ward)
        .$if(cited.length > 0, (query) => query.where('hash', 'not in', cited))
        .execute();
    });
  }

  const snapshots: HubSnapshots = {
    async pull(carrier, wards) {
      for (const ward of wards) {
        const list = (
          await carrier.json(
            `/api/sync/snapshots/${ward}`,
            SnapshotList.nullable().transform((value) => ({ value })),
          )
        ).value;
        if (!list || (await snapshots.listOf(ward))?.asOf === list.asOf) continue;
        if (list.ward !== ward || !(await isSnapshotList(list, verifyWith(siteKey))))
          throw new CarrierError('garbled', 'the EHR data is not signed by this hospital');
        await take(list, carrier);
        snapshots.tell(ward);
      }
    },

    async listOf(ward) {
      const row = await db
        .selectFrom('record.snapshot_list')
        .where('site', '=', site)
        .where('ward', '=', ward)
        .select('list')
        .executeTakeFirst();
      return row && SnapshotList.parse(JSON.parse(row.list));
    },

    async blobs(hashes, wards) {
      if (hashes.length === 0 || wards.length === 0) return [];
      const rows = await db
        .selectFrom('record.snapshot_blob')
        .where('site', '=', site)
        .where('hash', 'in', hashes)
        .where('ward', 'in', wards)
        .select('bytes')
        .execute();
      return rows.map((row) => ownBytes(row.bytes));
    },

    onChange: (listener) => void listeners.push(listener),
    tell(ward) {
      for (const listener of listeners) listener(ward);
    },
  };
  return snapshots;
}
