import type { SyncApi, VaultApi, VaultEvent } from './api.ts';
import { openNews } from './events.ts';
import SyncWorker from './sync-worker.ts?worker';
import VaultWorker from './vault-worker.ts?worker';
import { callWorker } from './worker-calls.ts';

/** The page's side: proxies to both workers, and their news. The page never touches storage or keys itself. */
export async function connectLamp(): Promise<{
  vault: VaultApi;
  sync: SyncApi;
  subscribe(listener: (event: VaultEvent) => void): () => void;
}> {
  const news = openNews();
  // Asked for on every start: browsers grant it once the app is installed.
  await navigator.storage.persist();
  const listeners = new Set<(event: VaultEvent) => void>();
  const stopped: VaultEvent[] = [];
  const stop = (worker: 'vault' | 'sync') => (): void => {
    const event: VaultEvent = { type: 'stopped', worker };
    stopped.push(event);
    for (const listener of listeners) listener(event);
  };
  return {
    vault: callWorker<VaultApi>(new VaultWorker(), stop('vault')),
    sync: callWorker<SyncApi>(new SyncWorker(), stop('sync')),
    subscribe: (listener) => {
      listeners.add(listener);
      // A worker may fail before anybody listens.
      for (const event of stopped) listener(event);
      const unlisten = news.listen((event) => {
        switch (event.type) {
          case 'changed':
          case 'counts':
          case 'snapshot':
          case 'sync':
          case 'storage-lost':
          case 'revoked':
          case 'wiped':
            listener(event);
        }
      });
      return () => {
        listeners.delete(listener);
        unlisten();
      };
    },
  };
}
