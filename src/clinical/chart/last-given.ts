import { stands } from './standing.ts';
import type { ChartOrder } from './types.ts';

/** Said of a dose of `maybeGivenBefore`, wherever it is asked for. */
export const MAYBE_IN_EHR = 'the EHR may hold it as given';

/**
 * When a dose of this order, or of one that it has taken the place of, was last given, and who says so: the newest of what was charted here and what the EHR knew
 * (medication.md, "Last dose before the outage"). `undefined`: nobody knows.
 */
export function lastGiven(order: ChartOrder): { at: string; by: string | 'EHR' } | undefined {
  const known = order.administrations
    .filter((dose) => dose.body.outcome === 'given' && stands(dose))
    .map(({ body }) => ({ at: body.effectiveAt, by: body.author.name }));
  known.push(...(order.givenBefore ?? []).map(({ at, by }) => ({ at, by })));
  if (order.lastGivenInEhr !== undefined) known.push({ at: order.lastGivenInEhr, by: 'EHR' });
  return known.reduce<{ at: string; by: string } | undefined>(
    (newest, dose) => (newest && Date.parse(newest.at) >= Date.parse(dose.at) ? newest : dose),
    undefined,
  );
}
