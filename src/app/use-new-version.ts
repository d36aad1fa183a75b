import { useEffect, useState } from 'react';
import { USE_NEW_VERSION } from './service-worker-messages.ts';

/** The new version takes over within moments, where nothing holds it up. */
const HELD_UP_MS = 3_000;

/** What to call to take a new version that is installed and waits; `undefined`: there is none. Taking it loads the page again. */
export function useNewVersion(): (() => void) | undefined {
  const [waiting, setWaiting] = useState<ServiceWorker>();
  useEffect(() => {
    const { serviceWorker } = navigator;
    if (!serviceWorker) return;
    const stop = new AbortController();
    void serviceWorker.getRegistration().then((registration) => {
      if (!registration || stop.signal.aborted) return;
      const look = (): void => {
        // Without a controller it is the first installation, and nothing older is in use.
        setWaiting((serviceWorker.controller && registration.waiting) ?? undefined);
      };
      look();
      registration.addEventListener(
        'updatefound',
        () => registration.installing?.addEventListener('statechange', look, { signal: stop.signal }),
        { signal: stop.signal },
      );
    });
    return () => stop.abort();
  }, []);
  if (!waiting) return undefined;
  return () => {
    const loadWhenActive = (): void => {
      if (waiting.state === 'activated') location.reload();
    };
    waiting.addEventListener('statechange', loadWhenActive);
    // It may have become active while this screen was read: when the last page of the old version closed.
    loadWhenActive();
    waiting.postMessage(USE_NEW_VERSION);
    // A request that the old version still answers holds the new one up; loading the page again ends it.
    setTimeout(() => location.reload(), HELD_UP_MS);
  };
}
