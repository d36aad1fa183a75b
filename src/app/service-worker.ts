/// <reference lib="webworker" />
import { createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] };

// The app alone is cached, never an answer of the server: no patient data in the Cache API (FAILURES 43). A new
// version waits until every page of the old one is closed: no takeover in the middle of charting (FAILURES 7).
precacheAndRoute(self.__WB_MANIFEST);
registerRoute(
  new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/api/, /^\/fhir/] }),
);
// The very first installation has no old version to respect, so offline works after the first visit.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
