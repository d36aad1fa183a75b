import { downtimeNumber } from '../clinical/index.ts';
import { randomBytes } from '../seal/index.ts';
import type { VaultDatabase } from './database.ts';

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const letter = (byte: number): string => LETTERS[byte % LETTERS.length]!;

/**
 * Mints the tablet's next downtime number, also with no network; a serial whose check character is `*` is skipped.
 *
 * A tablet that was copied or restored shares its range with another. Once it knows that (its log has two histories),
 * it puts two letters of its own behind the range, so that from then on no two of them mint the same number. A range
 * ends with a digit, and so do the serials, so the letters are never taken for either.
 */
export function nextDowntimeNumber(db: VaultDatabase, range: string): Promise<string> {
  return db.transaction('rw', db.meta, db.logs, async () => {
    const histories = await db.logs.filter((row) => row.mine === 1 && row.forked === true).count();
    let branch = await db.read('downtime-branch');
    if (histories > 0 && branch?.histories !== histories) {
      branch = { histories, letters: Array.from(randomBytes(2), letter).join('') };
      await db.write('downtime-branch', branch);
    }
    for (let serial = ((await db.read('downtime-serial')) ?? 0) + 1; ; serial++) {
      const number = downtimeNumber(`${range}${branch?.letters ?? ''}`, serial);
      if (number === null) continue;
      await db.write('downtime-serial', serial);
      return number;
    }
  });
}
