import { VaultDatabase } from './database.ts';
import { openNews } from './events.ts';
import { carrierTo, exchangeWith } from './peer-exchange.ts';

/** Whoever holds it exchanges; the others of this tablet leave it to them. */
export const SYNC_LOCK = 'lamplight-sync';

/** A page that is being closed lets go of the lock within this. */
const WAIT_FOR_PAGE_MS = 10_000;

/**
 * One exchange with the server from the service worker, when the browser says that the network is back and no page is
 * open. Rejects while a page is (which exchanges by itself, but may be closed) and when the server does not answer:
 * then the browser asks again later.
 */
export async function exchangeInBackground(): Promise<void> {
  const db = new VaultDatabase();
  try {
    await navigator.locks.request(SYNC_LOCK, { signal: AbortSignal.timeout(WAIT_FOR_PAGE_MS) }, async () => {
      const tablet = await db.read('tablet');
      if (tablet)
        await exchangeWith(
          'server',
          carrierTo('server', db, tablet),
          { db, news: openNews(), tablet },
          () => {},
        );
    });
  } finally {
    db.close();
  }
}
