import { Temporal } from 'temporal-polyfill';
import type { OrderDetail, PersonName, Quantity, Schedule, Sex } from './entries/index.ts';

/** How things are shown. NHS Common User Interface (date 5.0, time 4.0, medication line); Joint Commission and ISMP lists. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number): string => String(value).padStart(2, '0');

/** `24-Nov-2026`; a partial date shows what is known: `Nov-2026`, `2026`. */
export function formatDate(date: string): string {
  const [year = '', month, day] = date.slice(0, 10).split('-');
  if (month === undefined) return year;
  const name = MONTHS[Number(month) - 1] ?? month;
  return day === undefined ? `${name}-${year}` : `${day}-${name}-${year}`;
}

const zoned = (instant: string, timeZone: string): Temporal.ZonedDateTime => Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone);

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

/** Age by the NHS table: completed units, finer for the young. `at` is an instant. "Not known" without a date. */
export function formatAge(birthDate: string | undefined, at: string): string {
  if (birthDate === undefined) return 'age not known';
  const parts = birthDate.split('-').map(Number);
  const today = Temporal.PlainDate.from(at.slice(0, 10));
  if (parts.length === 1) return `about ${today.year - parts[0]!}y`;
  const born = Temporal.PlainDate.from({ year: parts[0]!, month: parts[1]!, day: parts[2] ?? 1 });
  const days = born.until(today, { largestUnit: 'days' }).days;
  const { years, months, days: rest } = born.until(today, { largestUnit: 'years' });
  if (days < 0) return 'not yet born';
  // Births are recorded by the day, so the rows in minutes and hours do not arise.
  if (days < 28) return `${days}d`;
  if (years < 1) return `${Math.floor(days / 7)}w ${days % 7}d`;
  if (years < 2) return `${12 * years + months}m ${rest}d`;
  if (years < 18) return `${years}y ${months}m`;
  return `${years}y`;
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
  const units = days > 0 ? [[days, 'd'] as const, [hours, 'hr'] as const] : [[hours, 'hr'] as const, [minutes % 60, 'min'] as const];
  return units
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value}${unit}`)
    .join(' ');
}

/** `1,000`, `0.5`, `5`: comma from 1,000, a leading zero, no trailing zero. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 }).format(value);
}

/** UCUM and everyday unit codes to what is safe to read. */
const UNITS: Record<string, string> = {
  ug: 'mcg',
  mcg: 'mcg',
  '[IU]': 'units',
  U: 'units',
  u: 'units',
  IU: 'international units',
  '{tbl}': 'tablets',
  '{puff}': 'puffs',
  '{score}': '',
  '[drp]': 'drops',
  Cel: '°C',
  'mm[Hg]': 'mmHg',
  '/min': 'per minute',
  meq: 'mEq',
  'ug/kg/min': 'mcg/kg/min',
  '1': '',
};

export const formatUnit = (unit: string): string => UNITS[unit] ?? unit;

/** `500 mg`, `10 units`: the number and its unit, never apart. */
export function formatQuantity(quantity: Quantity): string {
  return `${formatNumber(quantity.value)} ${formatUnit(quantity.unit)}`.trim();
}

/** `FAMILY, Given`. */
export function displayName(name: PersonName): string {
  const family = name.family.toLocaleUpperCase('en');
  if (family === '' || name.given === '') return family || name.given || 'Name not known';
  return `${family}, ${name.given}`;
}

export const sexInWords = (sex: Sex): string => ({ female: 'Female', male: 'Male', other: 'Other', unknown: 'Not known' })[sex];

/** FDA name pairs (public domain): look-alike names with their differing part in capitals. */
const TALL_MAN = `acetaZOLAMIDE acetoHEXAMIDE buPROPion busPIRone CARBOplatin CISplatin chlorproMAZINE chlorproPAMIDE clomiPHENE
  clomiPRAMINE cycloSERINE cycloSPORINE DAUNOrubicin DOXOrubicin dimenhyDRINATE diphenhydrAMINE DOBUTamine DOPamine glipiZIDE glyBURIDE
  hydrALAZINE hydrOXYzine medroxyPROGESTERone methylPREDNISolone methylTESTOSTERone niCARdipine NIFEdipine predniSONE prednisoLONE
  sulfADIAZINE sulfiSOXAZOLE TOLAZamide TOLBUTamide vinBLAStine vinCRIStine`.split(/\s+/);
const TALL_MAN_BY_NAME = new Map(TALL_MAN.map((name) => [name.toLowerCase(), name]));

/** Writes look-alike names in tall-man letters, whatever case they came in. */
export function tallMan(text: string): string {
  return text.replace(/[A-Za-z]+/g, (word) => TALL_MAN_BY_NAME.get(word.toLowerCase()) ?? word);
}

const ROUTES: Record<string, string> = {
  PO: 'by mouth',
  IV: 'intravenous',
  IM: 'intramuscular',
  SC: 'subcutaneous',
  SL: 'under the tongue',
  PR: 'rectal',
  TD: 'transdermal',
  TP: 'topical',
  IH: 'inhaled',
  NG: 'by nasogastric tube',
  oral: 'by mouth',
};

export const routeInWords = (route: string): string => ROUTES[route] ?? ROUTES[route.toUpperCase()] ?? ROUTES[route.toLowerCase()] ?? route;

/** The schedule in words: never QD, QOD or HS. */
export function describeSchedule(schedule: Schedule): string {
  switch (schedule.type) {
    case 'times': {
      const often = schedule.everyDays === 1 ? 'daily' : schedule.everyDays === 2 ? 'every other day' : schedule.everyDays === 7 ? 'weekly' : `every ${schedule.everyDays} days`;
      return `${often} at ${schedule.times.join(' ')}`;
    }
    case 'every':
      return `every ${formatNumber(schedule.hours)} hours`;
    case 'once':
      return schedule.stat ? 'once, immediately (STAT)' : 'once';
    case 'as-needed': {
      const limits = [
        schedule.leastIntervalHours === undefined ? '' : `at least ${formatNumber(schedule.leastIntervalHours)} hours apart`,
        schedule.mostPerDay === undefined ? '' : `at most ${schedule.mostPerDay} in 24 hours`,
      ].filter((text) => text !== '');
      return ['as needed', schedule.for ? `for ${schedule.for}` : '', limits.length > 0 ? `(${limits.join(', ')})` : ''].filter((text) => text !== '').join(' ');
    }
    case 'as-written':
      return schedule.text;
  }
}

type MedicationLineParts = Partial<Omit<Extract<OrderDetail, { category: 'medication' }>, 'category'>> & Pick<Extract<OrderDetail, { category: 'medication' }>, 'medication' | 'schedule'>;

/** NHS Common User Interface medication line: drug – DOSE amount – route – frequency – indication. */
export function medicationLine(order: MedicationLineParts): string {
  return [
    tallMan(order.medication.text),
    order.dose ? `DOSE ${formatQuantity(order.dose)}` : 'DOSE not recorded',
    order.route ? routeInWords(order.route) : 'route not recorded',
    describeSchedule(order.schedule),
    order.indication ?? '',
  ]
    .filter((part) => part !== '')
    .join(' – ');
}
