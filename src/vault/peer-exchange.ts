import { signWith } from '../seal/index.ts';
import { DIRECTORY_SCOPE, type HubEnrolled } from '../site/index.ts';
import {
  type Carrier,
  createHttpCarrier,
  exchange,
  type HttpCarrier,
  type OfferAnswer,
  type Progress,
} from '../sync/index.ts';
import { countEntries } from './counts.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import type { News } from './events.ts';
import { pullSnapshots } from './snapshots.ts';
import { createVaultStore } from './store.ts';

/** The site server, or a hub by its place in the directory. */
export type Peer = 'server' | HubEnrolled;

const MAX_DIRECTORY_BYTES = 4 * 1024 * 1024;
/** A laptop in the same room answers at once or not at all. */
const HUB_TIMEOUT_MS = 8_000;

export function carrierTo(peer: Peer, db: VaultDatabase, tablet: Tablet): HttpCarrier {
  return createHttpCarrier({
    baseUrl: peer === 'server' ? '' : peer.address,
    device: tablet.device,
    sign: signWith(tablet.signingKey),
    directory: async () => {
      const store = createVaultStore(db, tablet);
      const logs = await db.logs.where('scope').equals(DIRECTORY_SCOPE).toArray();
      const vector = await store.vector();
      const read = ({ log }: { log: string }) =>
        store.read({ log, after: 0, through: vector[log]?.[0] ?? 0 }, MAX_DIRECTORY_BYTES);
      return (await Promise.all(logs.map(read))).flat();
    },
    ...(peer === 'server' ? {} : { timeoutMs: HUB_TIMEOUT_MS }),
    snapshotAsOf: async () =>
      (await db.snapshots.toArray())
        .map((list) => list.asOf)
        .sort()
        .at(-1),
  });
}

/** One whole exchange: entries both ways, then the snapshots of the wards. Tells the screens what came of it. */
export async function exchangeWith(
  peer: Peer,
  carrier: HttpCarrier,
  { db, news, tablet }: { db: VaultDatabase; news: News; tablet: Tablet },
  onProgress: (progress: Progress) => void,
): Promise<OfferAnswer> {
  const store = createVaultStore(db, tablet, () => news.tell({ type: 'forked' }));
  const offer = await exchange(store, peer === 'server' ? carrier : asHub(carrier), onProgress);
  if (peer === 'server') await db.write('epoch', offer.epoch);
  for (const asOf of await pullSnapshots(db, tablet, carrier, peer !== 'server'))
    news.tell({ type: 'snapshot', asOf });
  news.tell({ type: 'arrived' });
  news.tell({ type: 'counts', counts: await countEntries(db) });
  return offer;
}

/** Whatever a hub says of itself, it does not speak for the site server. */
const asHub = (carrier: Carrier): Carrier => ({
  ...carrier,
  offer: async (request) => ({ ...(await carrier.offer(request)), authority: false }),
});
