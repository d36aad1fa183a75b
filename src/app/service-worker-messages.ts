/** Said by the page to the service worker that waits, when a person takes the new version. */
export const USE_NEW_VERSION = 'use-new-version';

/** Said by a page that no service worker has taken over, though one is there. */
export const TAKE_ME_OVER = 'take-me-over';

/** Under this name the browser is asked to wake the service worker for an exchange. */
export const EXCHANGE_TAG = 'lamplight-exchange';
