import { RefusalError } from '../refusal.ts';

/** Wrong tries in a row that cost nothing. */
const FREE_TRIES = 5;
const LONGEST_WAIT_MS = 15 * 60_000;

/**
 * Slows guessing at the desk, person by person: after five wrong ones the wait doubles with each further one. One try at
 * a time, so that a thousand sent together are not all taken for the first.
 */
export function createTries(clock: () => number) {
  const failures = new Map<string, { count: number; nextAt: number }>();
  const turns = new Map<string, Promise<unknown>>();

  function refuseWhileWaiting(staff: string): void {
    const waitMs = (failures.get(staff)?.nextAt ?? 0) - clock();
    if (waitMs > 0)
      throw new RefusalError(
        429,
        'wait',
        `Too many wrong tries. Try again in ${Math.ceil(waitMs / 1000)} seconds.`,
      );
  }

  async function once<T>(
    staff: string,
    attempt: () => Promise<T | undefined>,
    isWhole: (found: T) => boolean,
  ): Promise<T | undefined> {
    refuseWhileWaiting(staff);
    const found = await attempt();
    if (found !== undefined) {
      if (isWhole(found)) failures.delete(staff);
    } else {
      const count = (failures.get(staff)?.count ?? 0) + 1;
      const waitMs = count < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, 2_000 * 2 ** (count - FREE_TRIES));
      failures.set(staff, { count, nextAt: waitMs === 0 ? 0 : clock() + waitMs });
    }
    return found;
  }

  return {
    /**
     * Runs one try of a person; `attempt` resolves with `undefined` when it was wrong. `isWhole`: whether what was right
     * is all that is asked for; half of it forgives no wrong tries, or the right PIN would buy endless guesses of a code.
     *
     * @throws RefusalError `wait` while the person has to wait: nothing is tried then, not even what would be right.
     */
    guarded<T>(
      staff: string,
      attempt: () => Promise<T | undefined>,
      isWhole: (found: T) => boolean = () => true,
    ): Promise<T | undefined> {
      const turn = (turns.get(staff) ?? Promise.resolve()).then(() => once(staff, attempt, isWhole));
      turns.set(
        staff,
        turn.catch(() => undefined),
      );
      return turn;
    },
  };
}
