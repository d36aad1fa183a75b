import { toHex } from '../log/index.ts';
import { sha256, signWith, verifyWith } from '../seal/index.ts';
import { DIRECTORY_SCOPE, grantedWards, isSnapshotList, SnapshotList } from '../site/index.ts';
import {
  BlobRequest,
  backoffMs,
  CarrierError,
  createHttpCarrier,
  exchange,
  type HttpCarrier,
} from '../sync/index.ts';
import type { SyncState } from './api.ts';
import { countEntries } from './counts.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import type { News } from './events.ts';
import { readDirectory } from './site-records.ts';
import { createVaultStore } from './store.ts';

/** A tablet that heard nothing asks again after this long; server-sent events make it sooner. */
const POLL_MS = 15_000;
const BLOBS_A_REQUEST = 100;
const MAX_DIRECTORY_BYTES = 4 * 1024 * 1024;

/**
 * Runs exchanges by itself, locked or not: after each save, when the server has news, when the network returns, and
 * on a poll with jitter. One loop per tablet, by Web Lock, whatever tabs do (FAILURES 21).
 */
export function createSyncLoop(
  db: VaultDatabase,
  news: News,
  environment: { random: () => number; clock: () => number },
) {
  let state: SyncState = { reach: 'no-network', phase: 'idle', done: 0, total: 0 };
  let nudged = false;
  let endPause: () => void = () => {};
  let live: AbortController | undefined;

  const wake = (): void => {
    nudged = true;
    endPause();
  };

  const tell = (change: Partial<SyncState>): void => {
    state = { ...state, ...change };
    news.tell({ type: 'sync', state });
  };

  async function once(tablet: Tablet): Promise<void> {
    const store = createVaultStore(db, tablet, () => news.tell({ type: 'forked' }));
    const carrier = createHttpCarrier({
      baseUrl: '',
      device: tablet.device,
      sign: signWith(tablet.signingKey),
      directory: async () => {
        const logs = await db.logs.where('scope').equals(DIRECTORY_SCOPE).toArray();
        const vector = await store.vector();
        const read = ({ log }: { log: string }) =>
          store.read({ log, after: 0, through: vector[log]?.[0] ?? 0 }, MAX_DIRECTORY_BYTES);
        return (await Promise.all(logs.map(read))).flat();
      },
      snapshotAsOf: async () =>
        (await db.snapshots.toArray())
          .map((list) => list.asOf)
          .sort()
          .at(-1),
    });
    let told = 0;
    const offer = await exchange(store, carrier, (progress) => {
      tell({ reach: 'server', phase: progress.phase, done: progress.done, total: progress.total });
      // Counts move while a long upload runs, not only at its end.
      if (environment.clock() - told > 1000) {
        told = environment.clock();
        void countEntries(db).then((counts) => news.tell({ type: 'counts', counts }));
      }
    });
    await db.write('epoch', offer.epoch);
    await pullSnapshots(tablet, carrier);
    tell({
      reach: 'server',
      phase: 'idle',
      lastContactAt: new Date(environment.clock()).toISOString(),
      clockSkewMs: environment.clock() - Date.parse(offer.now),
      problem: undefined,
      nextTryAt: undefined,
    });
    news.tell({ type: 'arrived' });
    news.tell({ type: 'counts', counts: await countEntries(db) });
    listenLive(await carrier.token());
  }

  async function pullSnapshots(tablet: Tablet, carrier: HttpCarrier): Promise<void> {
    const wards = grantedWards(await readDirectory(db), tablet.device);
    for (const ward of wards) {
      const { list } = await carrier.json(
        `/api/sync/snapshots/${ward}`,
        SnapshotList.nullable().transform((value) => ({ list: value })),
      );
      if (!list || (await db.snapshots.get([ward, list.asOf]))) continue;
      if (!(await isSnapshotList(list, verifyWith(tablet.siteKey))))
        throw new CarrierError('garbled', 'the EHR data is not signed by this hospital');
      const missing: string[] = [];
      for (const { blob } of list.patients) if (!(await db.blobs.get(blob))) missing.push(blob);
      for (let from = 0; from < missing.length; from += BLOBS_A_REQUEST) {
        const { hashes } = BlobRequest.parse({ hashes: missing.slice(from, from + BLOBS_A_REQUEST) });
        for (const bytes of await carrier.blobs(hashes))
          await db.blobs.put({ hash: toHex(await sha256(bytes)), bytes });
      }
      await adopt(list);
      news.tell({ type: 'snapshot', asOf: list.asOf });
    }
  }

  /** The newest list and the one before it stay; patients whose blob changed are folded again. */
  async function adopt(list: SnapshotList): Promise<void> {
    await db.transaction('rw', db.snapshots, db.stale, db.blobs, async () => {
      const lists = await db.snapshots
        .where('[ward+asOf]')
        .between([list.ward, ''], [list.ward, '\uffff'])
        .toArray();
      const before = new Map(lists.at(-1)?.patients.map((item) => [item.patient, item.blob]));
      const changed = list.patients.filter((item) => before.get(item.patient) !== item.blob);
      const gone = [...before.keys()].filter(
        (patient) => !list.patients.some((item) => item.patient === patient),
      );
      await db.snapshots.put({ ...list, current: 1 });
      for (const old of lists.slice(0, -1)) await db.snapshots.delete([old.ward, old.asOf]);
      await db.stale.bulkPut(
        [...changed.map((item) => item.patient), ...gone].map((patient) => ({
          patient,
          mark: `snapshot ${list.asOf}`,
        })),
      );
    });
  }

  /** Server-sent events, read by fetch so that the session goes in a header and never in an address. */
  function listenLive(token: string): void {
    if (live) return;
    const controller = new AbortController();
    live = controller;
    void (async () => {
      try {
        const response = await fetch('/api/sync/live', {
          headers: { authorization: `Bearer ${token}` },
          signal: controller.signal,
        });
        if (!response.ok) return;
        const reader = response.body?.getReader();
        while (reader) {
          const { done, value } = await reader.read();
          if (done) break;
          if (new TextDecoder().decode(value).includes('event: news')) wake();
        }
      } catch {
        // The stream ends whenever the network does; the poll goes on without it.
      } finally {
        if (live === controller) live = undefined;
        wake();
      }
    })();
  }

  /** Waits, unless something was saved while the last exchange ran. */
  async function pause(ms: number): Promise<void> {
    if (!nudged) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    nudged = false;
  }

  news.listen((event) => {
    if (event.type === 'saved' || event.type === 'enrolled' || event.type === 'sync-now') wake();
  });
  globalThis.addEventListener('online', () => wake());

  return {
    state: async (): Promise<SyncState> => state,
    syncNow: async (): Promise<void> => wake(),

    async run(): Promise<never> {
      for (let failures = 0; ; ) {
        const tablet = await db.read('tablet');
        if (!tablet) {
          await pause(POLL_MS);
          continue;
        }
        let waitMs = POLL_MS * (0.75 + environment.random() / 2);
        try {
          await once(tablet);
          failures = 0;
        } catch (error) {
          failures += 1;
          const carrier = error instanceof CarrierError ? error : undefined;
          waitMs = backoffMs(failures, environment.random(), carrier?.retryAfterMs);
          tell({
            reach:
              carrier?.kind === 'refused'
                ? 'refused'
                : carrier?.kind === 'offline'
                  ? 'no-network'
                  : state.reach,
            phase: 'waiting',
            problem: carrier
              ? carrier.message
              : 'This tablet could not read or write its storage while exchanging.',
            nextTryAt: new Date(environment.clock() + waitMs).toISOString(),
          });
        }
        await pause(waitMs);
      }
    },
  };
}
