import type { BodyOf } from '../entries/index.ts';
import type { News2, News2Risk } from '../news2.ts';
import type { Charted } from './types.ts';

/** A result of a score or screen, by what it asks for. */
export interface Asking {
  /** From 1 on somebody is to be told, the sooner the higher; 0: it asks for nobody. */
  level: number;
  /** Nothing is missing. What is not whole says "at least". */
  whole: boolean;
}

/**
 * Those of a run that say how the patient is. With a part missing there is no score (news2.md), so what is not whole
 * counts where the parts that are there ask for somebody, and for no less than what stands: a temperature alone takes
 * nothing back that a whole set said.
 */
export function thatCount<A extends Asking>(run: readonly A[]): A[] {
  const counted: A[] = [];
  for (const result of run)
    if (result.whole || (result.level > 0 && result.level >= (counted.at(-1)?.level ?? 0)))
      counted.push(result);
  return counted;
}

/** Vital signs as they were scored. */
export type ScoredSet = Charted<BodyOf<'vital-signs'>> & { news2: News2 };

/** From which score on somebody is told (Chart 4): a single 3, or 5 and more. */
const LEVEL: Record<News2Risk, number> = { low: 0, 'low-medium': 1, medium: 2, high: 3 };

export const asking = (set: ScoredSet): ScoredSet & Asking => ({
  ...set,
  level: LEVEL[set.news2.risk],
  whole: set.news2.total !== null,
});

/** "7", or with a parameter missing "at least 5": never a total that is none. */
export const totalInWords = ({ total, partial }: News2): string =>
  total === null ? `at least ${partial}` : String(total);
