import type { PatientRecord } from './ward-entries.ts';

/** States in which nothing more is to be done for an entry: a tablet need not keep it. */
const SETTLED: readonly string[] = ['posted', 'rejected', 'not-for-the-ehr'];

/** One entry of a log, as far as closing an outage looks at it. */
export interface Placed {
  id: string;
  /** Absent: about no patient, as a log's opening is. */
  patient: string | null;
}

/**
 * Says of entries whether they are settled: in the EHR, not for it, or rejected by a named person. What is about other
 * entries (decisions, outcomes, matches, moved records) is settled when nothing of its patient is open; what cannot be
 * read, or is held back, is open. Pure.
 */
export function settledIn(records: readonly PatientRecord[]): (entry: Placed) => boolean {
  const charted = new Map(records.flatMap(({ reviewed }) => reviewed.map(({ id, state }) => [id, state])));
  const about = new Set(records.flatMap(({ opened }) => opened.map(({ id }) => id)));
  const open = new Set(
    records
      .filter(({ reviewed }) => reviewed.some(({ state }) => !SETTLED.includes(state)))
      .map(({ patient }) => patient),
  );
  return ({ id, patient }) => {
    if (patient === null) return true;
    const state = charted.get(id);
    if (state !== undefined) return SETTLED.includes(state);
    return about.has(id) && !open.has(patient);
  };
}

/** The last of these entries, in the order of their log, before the first that is open. */
export function settledThrough<E extends Placed>(
  entries: readonly E[],
  isSettled: (entry: Placed) => boolean,
): E | undefined {
  const open = entries.findIndex((entry) => !isSettled(entry));
  return entries[(open < 0 ? entries.length : open) - 1];
}

export const isSettledState = (state: string): boolean => SETTLED.includes(state);
