import { grantedWards, type HubEnrolled, hubsOf } from '../site/index.ts';
import {
  createPeerLoop,
  type HttpCarrier,
  type OfferAnswer,
  type PeerLoop,
  type Progress,
} from '../sync/index.ts';
import type { SyncState } from './api.ts';
import { countEntries } from './counts.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import type { News } from './events.ts';
import { carrierTo, exchangeWith, type Peer } from './peer-exchange.ts';
import { readDirectory } from './site-records.ts';

const TRY_AGAIN_MS = 15_000;

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

  async function once(
    peer: Peer,
    tablet: Tablet,
    carrier: HttpCarrier,
    onProgress: (progress: Progress) => void,
  ): Promise<OfferAnswer> {
    const offer = await exchangeWith(peer, carrier, { db, news, tablet }, (progress) => {
      onProgress(progress);
      // Counts move while a long upload runs, not only at its end.
      if (environment.clock() - told > 1000) {
        told = environment.clock();
        void countEntries(db).then((counts) => news.tell({ type: 'counts', counts }));
      }
    });
    await meet(tablet);
    return offer;
  }

  function start(peer: Peer, tablet: Tablet): void {
    const carrier = carrierTo(peer, db, tablet);
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
    const hubs = hubsOf(directory, grantedWards(directory, tablet.device));
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
      for (;;) {
        try {
          await begin();
          return await new Promise<never>(() => undefined);
        } catch {
          // A database that does not open now (a full disk, another tab's upgrade) may open later.
          await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
        }
      }
    },
  };
}

/** A hub that was enrolled anew, or moved, is another peer. */
const keyOf = (hub: HubEnrolled): string => `${hub.hub} ${hub.address}`;
