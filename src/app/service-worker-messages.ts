/** Said by the page to the service worker that waits, when a person takes the new version. */
export const USE_NEW_VERSION = 'use-new-version';
