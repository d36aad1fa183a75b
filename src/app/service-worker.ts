/// <reference lib="webworker" />
import './strict-csp.ts';
import { createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { exchangeInBackground } from '../vault/background-exchange.ts';
import { EXCHANGE_TAG, TAKE_ME_OVER, USE_NEW_VERSION } from './service-worker-messages.ts';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] };

// The app alone is cached, never an answer of the server: no patient data in the Cache API (FAILURES 43).
precacheAndRoute(self.__WB_MANIFEST);
registerRoute(
  new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/api/, /^\/fhir/] }),
);
// The very first installation has no old version to respect, so offline works after the first visit.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
// A new version waits until every page of the old one is closed, or until somebody takes it on the lock screen: no
// takeover in the middle of charting (FAILURES 7).
self.addEventListener('message', (event) => {
  if (event.data === USE_NEW_VERSION) void self.skipWaiting();
  if (event.data === TAKE_ME_OVER) event.waitUntil(self.clients.claim());
});

/** Background Sync, which the standard types do not know. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}
// Entries travel with no page open; a rejection makes the browser try again later.
self.addEventListener('sync', (event) => {
  const { tag } = event as SyncEvent;
  if (tag === EXCHANGE_TAG) (event as SyncEvent).waitUntil(exchangeInBackground());
});
