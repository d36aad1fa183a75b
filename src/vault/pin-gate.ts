import type { VaultDatabase } from './database.ts';
import type { News } from './events.ts';

/** Wrong PINs in a row that cost nothing. */
const FREE_TRIES = 3;
const LONGEST_WAIT_MS = 15 * 60_000;

const LOCK = 'lamplight-pin';

/**
 * Slows PIN guessing: after three wrong PINs the wait doubles with each further one. Counts live in the vault; the
 * wait is measured by the worker's own clock and starts again after a reload, so neither a reload nor a changed
 * clock shortens it. One try at a time, and a wrong one starts the wait in every tab of this tablet.
 */
export function createPinGate(db: VaultDatabase, news: News) {
  const since = new Map<string, number>();
  news.listen((event) => {
    if (event.type === 'pin-tried') since.set(event.staff, performance.now());
  });

  /** Milliseconds still to wait before the next try of this person. */
  async function waitMs(staff: string): Promise<number> {
    const failures = (await db.read('pin-failures'))?.[staff] ?? 0;
    if (failures < FREE_TRIES) return 0;
    const from = since.get(staff) ?? 0;
    const wait = Math.min(LONGEST_WAIT_MS, 5_000 * 2 ** (failures - FREE_TRIES));
    return Math.max(0, from + wait - performance.now());
  }

  async function record(staff: string, right: boolean): Promise<void> {
    since.set(staff, performance.now());
    news.tell({ type: 'pin-tried', staff });
    await db.transaction('rw', db.meta, async () => {
      const failures = (await db.read('pin-failures')) ?? {};
      // Right as the last time: there is nothing to write, and nobody waits for the disk.
      if (right && (failures[staff] ?? 0) === 0) return;
      await db.write('pin-failures', { ...failures, [staff]: right ? 0 : (failures[staff] ?? 0) + 1 });
    });
  }

  return {
    /** Runs one try of a person's PIN; `attempt` is told how long to wait first, and says how it went. */
    guarded<T>(
      staff: string,
      attempt: (waitMs: number, record: (right: boolean) => Promise<void>) => Promise<T>,
    ): Promise<T> {
      return navigator.locks.request(LOCK, async () =>
        attempt(await waitMs(staff), (right) => record(staff, right)),
      );
    },
  };
}
