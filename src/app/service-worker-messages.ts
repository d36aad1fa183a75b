/** Said by the page to the service worker that waits, when a person takes the new version. */
export const USE_NEW_VERSION = 'use-new-version';

/** Under this name the browser is asked to wake the service worker for an exchange. */
export const EXCHANGE_TAG = 'lamplight-exchange';
