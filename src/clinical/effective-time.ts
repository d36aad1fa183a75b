const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export type TimeVerdict = 'ok' | 'future' | 'long-ago';

/**
 * Whether a time that somebody typed can be when it happened. What has not happened cannot be charted; times are typed
 * to the minute, so one minute is let pass. More than 24 hours back is asked again (project rule: a wrong day is the
 * commonest slip after midnight). Both are instants.
 */
export function checkEffectiveTime(at: string, now: string): TimeVerdict {
  const ahead = Date.parse(at) - Date.parse(now);
  if (ahead > MINUTE_MS) return 'future';
  return ahead < -DAY_MS ? 'long-ago' : 'ok';
}
