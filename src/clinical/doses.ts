import { Temporal } from 'temporal-polyfill';
import type { Schedule } from './entries/index.ts';

const HOUR_MS = 3_600_000;
/** More doses than this in one look are a mistake in the order, not a plan. */
const MOST_DOSES = 2_000;

/**
 * Due instants of a schedule in [from, to), UTC. Fixed times follow the wall clock of the order's own zone: a time
 * that does not exist is due at the first minute that does, one that occurs twice is due once, at the first. "Every
 * n hours" runs in elapsed hours from the start. PRN and as-written orders are never scheduled by guess.
 */
export function dueTimes(
  schedule: Schedule,
  startAt: string,
  endAt: string | undefined,
  from: string,
  to: string,
): string[] {
  const start = Date.parse(startAt);
  const first = Math.max(start, Date.parse(from));
  const end = Math.min(endAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(endAt), Date.parse(to));
  switch (schedule.type) {
    case 'once':
      return start >= first && start < end ? [iso(start)] : [];
    case 'every': {
      const step = schedule.hours * HOUR_MS;
      const times: string[] = [];
      // Each from the start, never from the dose before: the same instant whatever range is asked for.
      for (let n = Math.max(0, Math.floor((first - start) / step) - 1); times.length < MOST_DOSES; n++) {
        const at = Math.round(start + n * step);
        if (at >= end) break;
        if (at >= first) times.push(iso(at));
      }
      return times;
    }
    case 'times':
      return wallClockTimes(schedule, start, first, end);
    case 'as-needed':
    case 'continuous':
    case 'as-written':
      return [];
  }
}

function wallClockTimes(
  schedule: Extract<Schedule, { type: 'times' }>,
  start: number,
  first: number,
  end: number,
): string[] {
  const { timeZone, times, everyDays } = schedule;
  // A zone that this browser does not know must not take the whole chart away; the order itself shows its times.
  if (!isTimeZone(timeZone) || !(first < end)) return [];
  const startDay = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(timeZone).toPlainDate();
  const fromDay = Temporal.Instant.fromEpochMilliseconds(first).toZonedDateTimeISO(timeZone).toPlainDate();
  const skipped = Math.max(0, startDay.until(fromDay, { largestUnit: 'days' }).days);
  let day = startDay.add({ days: Math.floor(Math.max(0, skipped - 1) / everyDays) * everyDays });
  const found: number[] = [];
  const sorted = [...times].sort();
  while (found.length < MOST_DOSES) {
    const midnight = day.toZonedDateTime({ timeZone }).epochMilliseconds;
    if (midnight >= end) break;
    for (const time of sorted) {
      const at = wallClock(day, time, timeZone);
      if (at >= first && at < end) found.push(at);
    }
    day = day.add({ days: everyDays });
  }
  return [...new Set(found)].sort((a, b) => a - b).map(iso);
}

/**
 * The instant of these fixed times that is nearest to a moment, as if the order had no beginning and no end; of two that
 * are as near, the earlier, so that none to come is taken for it. `undefined`: a zone that this browser does not know.
 */
export function nearestTime(
  { timeZone, times, everyDays }: Extract<Schedule, { type: 'times' }>,
  startAt: string,
  moment: number,
): number | undefined {
  if (!isTimeZone(timeZone)) return undefined;
  const dayOf = (ms: number) =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate();
  const startDay = dayOf(Date.parse(startAt));
  const days = startDay.until(dayOf(moment), { largestUnit: 'days' }).days;
  const turn = Math.floor(days / everyDays);
  const around = [turn - 1, turn, turn + 1, turn + 2].flatMap((n) =>
    times.map((time) => wallClock(startDay.add({ days: n * everyDays }), time, timeZone)),
  );
  return around.sort((a, b) => Math.abs(a - moment) - Math.abs(b - moment) || a - b)[0];
}

function wallClock(day: Temporal.PlainDate, time: string, timeZone: string): number {
  const plain = day.toPlainDateTime(Temporal.PlainTime.from(time));
  const earlier = plain.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  if (earlier.toPlainDateTime().equals(plain)) return earlier.epochMilliseconds;
  // In the gap of a clock change: the first minute that exists is where the clock jumps to.
  return earlier.getTimeZoneTransition('next')!.epochMilliseconds;
}

const knownZones = new Map<string, boolean>();

function isTimeZone(name: string): boolean {
  const known = knownZones.get(name);
  if (known !== undefined) return known;
  let valid = true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    valid = false;
  }
  knownZones.set(name, valid);
  return valid;
}

const iso = (ms: number): string => new Date(ms).toISOString();
