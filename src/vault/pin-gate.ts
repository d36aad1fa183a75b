import type { VaultDatabase } from './database.ts';

/** Wrong PINs in a row that cost nothing. */
const FREE_TRIES = 3;
const LONGEST_WAIT_MS = 15 * 60_000;

/**
 * Slows PIN guessing: after three wrong PINs the wait doubles with each further one. Counts live in the vault; the
 * wait is measured by the worker's own clock and starts again after a reload, so neither a reload nor a changed
 * clock shortens it.
 */
export function createPinGate(db: VaultDatabase) {
  const since = new Map<string, number>();

  return {
    /** Milliseconds still to wait before the next try of this person. */
    async waitMs(staff: string): Promise<number> {
      const failures = (await db.read('pin-failures'))?.[staff] ?? 0;
      if (failures < FREE_TRIES) return 0;
      const from = since.get(staff) ?? 0;
      const wait = Math.min(LONGEST_WAIT_MS, 5_000 * 2 ** (failures - FREE_TRIES));
      return Math.max(0, from + wait - performance.now());
    },

    async record(staff: string, right: boolean): Promise<void> {
      since.set(staff, performance.now());
      await db.transaction('rw', db.meta, async () => {
        const failures = (await db.read('pin-failures')) ?? {};
        await db.write('pin-failures', { ...failures, [staff]: right ? 0 : (failures[staff] ?? 0) + 1 });
      });
    },
  };
}
