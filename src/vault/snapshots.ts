import { toHex } from '../log/index.ts';
import { sha256, verifyWith } from '../seal/index.ts';
import { changedBy, grantedWards, isSnapshotList, listsToKeep, SnapshotList } from '../site/index.ts';
import { BlobRequest, CarrierError, type HttpCarrier } from '../sync/index.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import { readDirectory } from './site-records.ts';

const BLOBS_A_REQUEST = 100;

/**
 * Takes the newest snapshots of the tablet's wards from the server or a hub. Resolves with the age of what came.
 *
 * @param newerOnly a hub may still hold the list of yesterday.
 */
export async function pullSnapshots(
  db: VaultDatabase,
  tablet: Tablet,
  carrier: HttpCarrier,
  newerOnly: boolean,
): Promise<string[]> {
  const wards = grantedWards(await readDirectory(db), tablet.device);
  const taken: string[] = [];
  for (const ward of wards) {
    const { list } = await carrier.json(
      `/api/sync/snapshots/${ward}`,
      SnapshotList.nullable().transform((value) => ({ list: value })),
    );
    if (!list || (await db.snapshots.get([ward, list.asOf]))) continue;
    const [newest] = (await listsOf(db, ward)).slice(-1);
    if (newerOnly && newest && newest.asOf > list.asOf) continue;
    if (list.ward !== ward || !(await isSnapshotList(list, verifyWith(tablet.siteKey))))
      throw new CarrierError('garbled', 'the EHR data is not signed by this hospital');
    const missing: string[] = [];
    for (const { blob } of list.patients) if (!(await db.blobs.get(blob))) missing.push(blob);
    for (let from = 0; from < missing.length; from += BLOBS_A_REQUEST) {
      const { hashes } = BlobRequest.parse({ hashes: missing.slice(from, from + BLOBS_A_REQUEST) });
      for (const bytes of await carrier.blobs(hashes))
        await db.blobs.put({ hash: toHex(await sha256(bytes)), bytes });
    }
    await adopt(db, list);
    taken.push(list.asOf);
  }
  return taken;
}

const listsOf = (db: VaultDatabase, ward: string) =>
  db.snapshots.where('[ward+asOf]').between([ward, ''], [ward, '\uffff']).toArray();

/** Drops lists that nothing is read from any more; patients whom the board shows otherwise by this one are folded again. */
async function adopt(db: VaultDatabase, list: SnapshotList): Promise<void> {
  // Outside of the transaction: a save must not wait for it.
  const charted = await chartedPatients(db);
  await db.transaction('rw', db.snapshots, db.stale, async () => {
    const lists = await listsOf(db, list.ward);
    const changed = changedBy(list, lists.at(-1));
    await db.snapshots.put({ ...list, current: 1 });
    const kept = new Set(
      listsToKeep([...lists, list], (patient) => charted.has(patient)).map(({ asOf }) => asOf),
    );
    for (const { ward, asOf } of lists) if (!kept.has(asOf)) await db.snapshots.delete([ward, asOf]);
    await db.stale.bulkPut(changed.map((patient) => ({ patient, mark: `snapshot ${list.asOf}` })));
  });
}

/** Patients of whom an entry is here: what is purged names nobody. */
export async function chartedPatients(db: VaultDatabase): Promise<ReadonlySet<string>> {
  return new Set((await db.entries.orderBy('patient').uniqueKeys()) as string[]);
}
