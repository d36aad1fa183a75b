import * as Comlink from 'comlink';
import type { SyncApi, VaultApi, VaultEvent } from './api.ts';
import { openNews } from './events.ts';
import SyncWorker from './sync-worker.ts?worker';
import VaultWorker from './vault-worker.ts?worker';

/** The page's side: proxies to both workers, and their news. The page never touches storage or keys itself. */
export async function connectLamp(): Promise<{
  vault: VaultApi;
  sync: SyncApi;
  subscribe(listener: (event: VaultEvent) => void): () => void;
}> {
  const news = openNews();
  // Asked for on every start: browsers grant it once the app is installed.
  await navigator.storage.persist();
  return {
    vault: Comlink.wrap<VaultApi>(new VaultWorker()) as unknown as VaultApi,
    sync: Comlink.wrap<SyncApi>(new SyncWorker()) as unknown as SyncApi,
    subscribe: (listener) =>
      news.listen((event) => {
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
      }),
  };
}
