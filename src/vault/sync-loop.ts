import { signWith } from '../seal/index.ts';
import { DIRECTORY_SCOPE, type HubEnrolled, hubsOf } from '../site/index.ts';
import {
  type Carrier,
  createHttpCarrier,
  createPeerLoop,
  exchange,
  type HttpCarrier,
  type OfferAnswer,
  type PeerLoop,
  type Progress,
} from '../sync/index.ts';
import type { SyncState } from './api.ts';
import { countEntries } from './counts.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import type { News } from './events.ts';
import { readDirectory } from './site-records.ts';
import { pullSnapshots } from './snapshots.ts';
import { createVaultStore } from './store.ts';

const MAX_DIRECTORY_BYTES = 4 * 1024 * 1024;
/** A laptop in the same room answers at once or not at all. */
const HUB_TIMEOUT_MS = 8_000;

/** The site server, or a hub by its place in the directory. */
type PeerName = 'server' | HubEnrolled;

/**
 * Runs exchanges by itself, locked or not: with the server, and beside it with every hub of the tablet's wards, each
 * at its own pace, so that neither waits for the other. One loop per tablet, by Web Lock, whatever tabs do (FAILURES 21).
 */
export function createSyncLoop(
  db: VaultDatabase,
  news: News,
  environment: { random: () => number; clock: () => number },
) {
  const peers = new Map<string, { loop: PeerLoop; hub: HubEnrolled | undefined }>();
  let told = 0;

  const states = (kind: 'server' | 'hub') =>
    [...peers.values()].flatMap(({ loop, hub }) =>
      (hub === undefined) === (kind === 'server') ? [{ ...loop.state(), name: hub?.name }] : [],
    );

  /** What the strip shows: the server where it answers, or else a hub that does. */
  function state(): SyncState {
    const [server] = states('server');
    const {
      name: _,
      reach,
      ...rest
    } = server ?? {
      name: undefined,
      reach: 'no-network' as const,
      phase: 'idle' as const,
      done: 0,
      total: 0,
    };
    if (reach !== 'no-network') return { ...rest, reach: reach === 'reached' ? 'server' : reach };
    const hub = states('hub').find((candidate) => candidate.reach === 'reached');
    if (!hub) return { ...rest, reach };
    const { name, problem: __, ...atHub } = hub;
    return { ...atHub, reach: 'hub', ...(name === undefined ? {} : { hub: name }) };
  }

  const tell = (): void => news.tell({ type: 'sync', state: state() });

  function carrierTo(peer: PeerName, tablet: Tablet): HttpCarrier {
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

  async function once(
    peer: PeerName,
    tablet: Tablet,
    carrier: HttpCarrier,
    onProgress: (progress: Progress) => void,
  ): Promise<OfferAnswer> {
    const store = createVaultStore(db, tablet, () => news.tell({ type: 'forked' }));
    const offer = await exchange(store, peer === 'server' ? carrier : asHub(carrier), (progress) => {
      onProgress(progress);
      // Counts move while a long upload runs, not only at its end.
      if (environment.clock() - told > 1000) {
        told = environment.clock();
        void countEntries(db).then((counts) => news.tell({ type: 'counts', counts }));
      }
    });
    if (peer === 'server') await db.write('epoch', offer.epoch);
    for (const asOf of await pullSnapshots(db, tablet, carrier, peer !== 'server'))
      news.tell({ type: 'snapshot', asOf });
    news.tell({ type: 'arrived' });
    news.tell({ type: 'counts', counts: await countEntries(db) });
    await meet(tablet);
    return offer;
  }

  function start(peer: PeerName, tablet: Tablet): void {
    const carrier = carrierTo(peer, tablet);
    const loop = createPeerLoop({
      carrier,
      exchange: (onProgress) => once(peer, tablet, carrier, onProgress),
      onState: tell,
      ...environment,
    });
    peers.set(peer === 'server' ? 'server' : keyOf(peer), {
      loop,
      hub: peer === 'server' ? undefined : peer,
    });
    void loop.run();
  }

  /** Starts with hubs that the directory names now, and leaves those that it does not. */
  async function meet(tablet: Tablet): Promise<void> {
    const directory = await readDirectory(db);
    const hubs = hubsOf(directory.hubs, directory.devices.get(tablet.device)?.wards ?? []);
    const wanted = new Map(hubs.map((hub) => [keyOf(hub), hub]));
    for (const [key, { loop, hub }] of peers) {
      if (!hub || wanted.has(key)) continue;
      loop.stop();
      peers.delete(key);
    }
    for (const [key, hub] of wanted) if (!peers.has(key)) start(hub, tablet);
  }

  async function begin(): Promise<void> {
    const tablet = await db.read('tablet');
    if (!tablet || peers.has('server')) return;
    start('server', tablet);
    // Each exchange looks again.
    await meet(tablet).catch(() => undefined);
  }

  const wake = (): void => {
    for (const { loop } of peers.values()) loop.wake();
  };
  news.listen((event) => {
    if (event.type === 'enrolled') void begin();
    if (event.type === 'saved' || event.type === 'sync-now') wake();
  });
  globalThis.addEventListener('online', wake);

  return {
    state: async (): Promise<SyncState> => state(),
    syncNow: async (): Promise<void> => wake(),
    /** Never resolves: the lock under which it runs is held as long as this worker lives. */
    async run(): Promise<never> {
      await begin();
      return new Promise(() => undefined);
    },
  };
}

/** A hub that was enrolled anew, or moved, is another peer. */
const keyOf = (hub: HubEnrolled): string => `${hub.hub} ${hub.address}`;

/** Whatever a hub says of itself, it does not speak for the site server. */
const asHub = (carrier: Carrier): Carrier => ({
  ...carrier,
  offer: async (request) => ({ ...(await carrier.offer(request)), authority: false }),
});
