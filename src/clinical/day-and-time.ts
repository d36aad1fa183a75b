import { formatInstant, formatTime } from './dates.ts';

/** `14:05` today, `23-Nov-2026 14:05` on any other day: the day is shown when it is not today. */
export function dayAndTime(instant: string, now: string, timeZone: string): string {
  const whole = formatInstant(instant, timeZone);
  return whole.slice(0, 11) === formatInstant(now, timeZone).slice(0, 11)
    ? formatTime(instant, timeZone)
    : whole;
}
