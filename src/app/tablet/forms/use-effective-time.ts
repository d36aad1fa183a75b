import { useState } from 'react';
import { checkEffectiveTime, formatInstant, readInstant } from '../../../clinical/index.ts';

/** What a time field says, and whether it may be saved. */
export interface EffectiveTime {
  typed: string;
  /** `undefined` while it is no time that could be saved. */
  at: string | undefined;
  problem: string | undefined;
  /** Asked again, with what to confirm; `undefined`: nothing to ask. */
  ask: string | undefined;
  confirmed: boolean;
  confirm(yes: boolean): void;
}

/**
 * Reads the typed time. The future is refused, more than a day back is asked again; the time of the entry that is
 * amended was settled when it was written. `ready` to save: `at` is there.
 */
export function useEffectiveTime(
  typed: string,
  timeZone: string,
  now: string,
  unchanged?: string,
): EffectiveTime {
  const [confirmedFor, setConfirmedFor] = useState<string>();
  const read = readInstant(typed, timeZone);
  const verdict =
    read === undefined || (unchanged !== undefined && typed === formatInstant(unchanged, timeZone))
      ? 'ok'
      : checkEffectiveTime(read, now);
  const ask = verdict === 'long-ago' ? `Yes, it was ${typed.trim()}` : undefined;
  const confirmed = confirmedFor === typed;
  return {
    typed,
    at: read !== undefined && verdict !== 'future' && (ask === undefined || confirmed) ? read : undefined,
    problem:
      read === undefined
        ? 'Write it like 24-Nov-2026 14:05'
        : verdict === 'future'
          ? `This is in the future: it is now ${formatInstant(now, timeZone)}. Chart what has happened.`
          : undefined,
    ask,
    confirmed,
    confirm: (yes) => setConfirmedFor(yes ? typed : undefined),
  };
}
