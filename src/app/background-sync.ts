import type { Lamp } from './lamp.tsx';
import { EXCHANGE_TAG } from './service-worker-messages.ts';

/** Background Sync (Chromium alone), which the standard types do not know. */
interface WithSync extends ServiceWorkerRegistration {
  sync?: { register(tag: string): Promise<void> };
}

/**
 * While something is on this tablet only, asks the browser to wake the service worker when the network returns, also
 * with no page open; again whenever the page is left, since the browser gives up after some tries. Where there is no
 * Background Sync, or it is not allowed, entries go when Lamplight is on screen.
 */
export function askForBackgroundExchange(subscribe: Lamp['subscribe']): void {
  let waiting = false;
  const ask = (): void =>
    void navigator.serviceWorker
      ?.getRegistration()
      .then((registration) => (registration as WithSync | undefined)?.sync?.register(EXCHANGE_TAG))
      .catch(() => undefined);
  subscribe((event) => {
    if (event.type !== 'counts') return;
    const now = event.counts.onThisTabletOnly > 0;
    if (now && !waiting) ask();
    waiting = now;
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && waiting) ask();
  });
}
