import { entryId } from '../log/index.ts';
import type { EntryRow, LogRow, StaleRow, VaultDatabase } from './database.ts';

/** A draft by its author and key. */
export type DraftId = readonly [staff: string, key: string];

/**
 * Writes an entry, with the pictures before it, and its patient's stale mark in one strict transaction: all or nothing
 * (FAILURES 12); `forgets`, the draft that it finishes, goes with it. Resolves when that has completed. Straight
 * on IndexedDB: of a save's time, Dexie's own transaction took as much again as the disk. `add` refuses a place that
 * is taken (`ConstraintError`), so another tab's entry is never overwritten, and nothing is written into a log that was
 * found to have two histories, or that a closing ended.
 */
export async function appendStrictly(
  db: VaultDatabase,
  rows: readonly EntryRow[],
  patient: string,
  forgets?: DraftId,
): Promise<void> {
  try {
    await write(db, rows, patient, forgets);
  } catch (error) {
    // The browser closed the database under us (FAILURES 3): open it again and write the same entry once more.
    if (!(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error;
    db.close({ disableAutoOpen: false });
    await db.open();
    await write(db, rows, patient, forgets);
  }
}

async function write(
  db: VaultDatabase,
  rows: readonly EntryRow[],
  patient: string,
  forgets: DraftId | undefined,
): Promise<void> {
  const last = rows.at(-1);
  if (!last) return;
  if (!db.isOpen()) await db.open();
  const transaction = db
    .backendDB()
    .transaction(['entries', 'stale', 'logs', ...(forgets ? ['drafts'] : [])], 'readwrite', {
      durability: 'strict',
    });
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error ?? new DOMException('the write was aborted', 'AbortError'));
    try {
      const log = transaction.objectStore('logs').get(last.log);
      log.onsuccess = () => {
        const { forked, ended } = (log.result as LogRow | undefined) ?? {};
        if (!forked && !ended) return;
        reject(new DOMException('this log has two histories, or is ended', 'ConstraintError'));
        transaction.abort();
      };
      for (const row of rows) transaction.objectStore('entries').add(row);
      if (forgets) transaction.objectStore('drafts').delete([...forgets]);
      transaction.objectStore('stale').put({ patient, mark: entryId(last.log, last.seq) } satisfies StaleRow);
    } catch (error) {
      transaction.abort();
      reject(error);
    }
  });
}
