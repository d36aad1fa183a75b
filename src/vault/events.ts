import type { VaultEvent } from './api.ts';

/**
 * News between the workers and every page of this tablet. Carries ids and counts only: what is said here leaves the
 * memory of the worker that holds the keys.
 */
type Internal =
  | VaultEvent
  | { type: 'arrived' }
  | { type: 'saved' }
  | { type: 'enrolled' }
  | { type: 'forked' }
  | { type: 'sync-now' }
  /** What is settled was forgotten here. */
  | { type: 'purged' }
  | { type: 'pin-tried'; staff: string };

export function openNews(): {
  tell(event: Internal): void;
  listen(listener: (event: Internal) => void): () => void;
} {
  const channel = new BroadcastChannel('lamplight');
  const listeners = new Set<(event: Internal) => void>();
  channel.onmessage = (message: MessageEvent<Internal>) => {
    for (const listener of listeners) listener(message.data);
  };
  return {
    tell: (event) => channel.postMessage(event),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export type News = ReturnType<typeof openNews>;
