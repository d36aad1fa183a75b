import { Temporal } from 'temporal-polyfill';
import { PartialDate } from './entries/index.ts';

/** How moments and ages are shown and read: NHS Common User Interface, date 5.0, time 4.0, age in Patient Banner 4.0. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number): string => String(value).padStart(2, '0');

/** `24-Nov-2026`; a partial date shows what is known: `Nov-2026`, `2026`. */
export function formatDate(date: string): string {
  const [year = '', month, day] = date.slice(0, 10).split('-');
  if (month === undefined) return year;
  const name = MONTHS[Number(month) - 1] ?? month;
  return day === undefined ? `${name}-${year}` : `${day}-${name}-${year}`;
}

const zoned = (instant: string, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone);

/** `14:05`, in the site's zone. */
export function formatTime(instant: string, timeZone: string): string {
  const at = zoned(instant, timeZone);
  return `${two(at.hour)}:${two(at.minute)}`;
}

/** `24-Nov-2026 14:05`, in the site's zone. */
export function formatInstant(instant: string, timeZone: string): string {
  const at = zoned(instant, timeZone);
  return `${formatDate(at.toPlainDate().toString())} ${two(at.hour)}:${two(at.minute)}`;
}

/** Reads what `formatInstant` writes, typed by a person in the site's zone; `undefined` when it is no such time. */
export function readInstant(text: string, timeZone: string): string | undefined {
  const parts = /^\s*(\d{1,2})-([a-z]{3})-(\d{4})\s+(\d{1,2}):(\d{2})\s*$/i.exec(text);
  const month = MONTHS.findIndex((name) => name.toLowerCase() === parts?.[2]?.toLowerCase()) + 1;
  if (!parts || month === 0) return undefined;
  const [, day, , year, hour, minute] = parts.map(Number);
  try {
    return Temporal.PlainDateTime.from(
      { year: year!, month, day: day!, hour: hour!, minute: minute! },
      { overflow: 'reject' },
    )
      .toZonedDateTime(timeZone)
      .toInstant()
      .toString({ fractionalSecondDigits: 3 });
  } catch {
    return undefined;
  }
}

/**
 * Reads a birth date as `formatDate` writes it, or as FHIR does; in part where only a part is known. `undefined` when it
 * is none.
 */
export function readPartialDate(text: string): string | undefined {
  const iso = text.trim();
  const parts = /^(?:(\d{1,2})[-\s])?([a-z]{3})[-\s](\d{4})$/i.exec(iso);
  const month = MONTHS.findIndex((name) => name.toLowerCase() === parts?.[2]?.toLowerCase()) + 1;
  const date = parts
    ? [parts[3], two(month), ...(parts[1] === undefined ? [] : [parts[1].padStart(2, '0')])].join('-')
    : iso;
  if (parts && month === 0) return undefined;
  if (!PartialDate.safeParse(date).success) return undefined;
  if (date.length < 10) return date;
  try {
    return Temporal.PlainDate.from(date, { overflow: 'reject' }).toString();
  } catch {
    return undefined;
  }
}

/**
 * Age by the NHS table: completed units, finer for the young. `at` is an instant, `timeZone` the site's, which says
 * what day it is there. A date known in part gives "about". Births are recorded by the day, so the table's rows in
 * minutes and hours do not arise.
 */
export function formatAge(birthDate: string | undefined, at: string, timeZone = 'UTC'): string {
  if (birthDate === undefined) return 'age not known';
  const [year = 0, month, day] = birthDate.split('-').map(Number);
  const today = zoned(at, timeZone).toPlainDate();
  if (month === undefined) return `about ${Math.max(0, today.year - year)}y`;
  const born = Temporal.PlainDate.from({ year, month, day: day ?? 1 });
  const days = born.until(today, { largestUnit: 'days' }).days;
  if (days < 0) return 'not yet born';
  const { years, months, days: rest } = born.until(today, { largestUnit: 'years' });
  if (day === undefined) return years < 2 ? `about ${12 * years + months}m` : `about ${years}y`;
  if (days < 28) return `${days}d`;
  if (years < 1) return `${Math.floor(days / 7)}w ${days % 7}d`;
  if (years < 2) return `${12 * years + months}m ${rest}d`;
  if (years < 18) return `${years}y ${months}m`;
  return `${years}y`;
}

/**
 * Age at death, by the same table. `deceasedAt` is an instant or a day; `undefined` where either date is not known that
 * well. The EHR's day of death is that of its own offset, not of this site's zone.
 */
export function ageAtDeath(
  birthDate: string | undefined,
  deceasedAt: string | undefined,
): string | undefined {
  const day = deceasedAt?.slice(0, 10);
  return birthDate !== undefined &&
    day !== undefined &&
    /^\d{4}-\d\d-\d\d$/.test(day) &&
    Number.isFinite(Date.parse(day))
    ? formatAge(birthDate, `${day}T00:00:00Z`)
    : undefined;
}

/** Completed years; `undefined` where the date of birth is not known to the day. */
export function ageInYears(birthDate: string | undefined, at: string): number | undefined {
  if (birthDate === undefined || !/^\d{4}-\d\d-\d\d$/.test(birthDate)) return undefined;
  const day = at.slice(0, 10);
  return (
    Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4)) - (day.slice(5) < birthDate.slice(5) ? 1 : 0)
  );
}

/** The fewest completed years that a birth date allows, also one known in part: a child of 2020 is a child. */
export function leastAgeInYears(birthDate: string | undefined, at: string): number | undefined {
  const [year, month, day] = birthDate?.split('-') ?? [];
  if (year === undefined) return undefined;
  return Math.max(0, ageInYears(`${year}-${month ?? '12'}-${day ?? '31'}`, at) ?? 0);
}

/** The most completed years that a birth date allows, also one known in part; by it NEWS2 is for somebody, or not. */
export function mostAgeInYears(birthDate: string | undefined, at: string): number | undefined {
  const [year, month, day] = birthDate?.split('-') ?? [];
  if (year === undefined) return undefined;
  return Math.max(0, ageInYears(`${year}-${month ?? '01'}-${day ?? '01'}`, at) ?? 0);
}

/** Completed months; `undefined` where the date of birth is not known to the day. */
export function ageInMonths(birthDate: string | undefined, at: string): number | undefined {
  if (birthDate === undefined || !/^\d{4}-\d\d-\d\d$/.test(birthDate)) return undefined;
  const [year, month, day] = birthDate.split('-').map(Number) as [number, number, number];
  const [nowYear, nowMonth, nowDay] = at.slice(0, 10).split('-').map(Number) as [number, number, number];
  return (nowYear - year) * 12 + nowMonth - month - (nowDay < day ? 1 : 0);
}

/** `3hr 20min ago`, `in 5min`; zero units left out. */
export function formatAgo(instant: string, now: string): string {
  const ms = Date.parse(now) - Date.parse(instant);
  const text = formatDuration(Math.abs(ms));
  if (text === '') return 'just now';
  return ms >= 0 ? `${text} ago` : `in ${text}`;
}

/** `1d 3hr`, `3hr 20min`, `5min`; empty under a minute. */
export function formatDuration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const units =
    days > 0
      ? [[days, 'd'] as const, [hours, 'hr'] as const]
      : [[hours, 'hr'] as const, [minutes % 60, 'min'] as const];
  return units
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value}${unit}`)
    .join(' ');
}
