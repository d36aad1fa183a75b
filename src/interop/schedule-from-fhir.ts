import type { Quantity, Schedule } from '../clinical/entries/index.ts';
import { DEFAULT_DOSE_HOURS, type DoseHours, type WardClock } from '../clinical/frequency-hours.ts';
import { inUnit } from '../clinical/in-unit.ts';
import { cutAtWord } from './cut-at-word.ts';
import { type Dosage, type FhirQuantity, type Repeat, textOf, toInstant } from './fhir-shapes.ts';
import { timingInWords } from './timing-in-words.ts';

/** Shown where the EHR says nothing. */
const NOT_RECORDED = 'Dose and frequency not recorded in the EHR';

const EVERY_DAYS: Record<string, number> = { QOD: 2, WK: 7 };
export const HOURS: Record<string, number> = { Q1H: 1, Q2H: 2, Q3H: 3, Q4H: 4, Q6H: 6, Q8H: 8 };
const BY_FREQUENCY: Record<number, 'QD' | 'BID' | 'TID' | 'QID'> = { 1: 'QD', 2: 'BID', 3: 'TID', 4: 'QID' };
const UNIT_HOURS: Record<string, number> = { min: 1 / 60, h: 1 };
const UNIT_DAYS: Record<string, number> = { d: 1, wk: 7 };

/** The meals that an event-timing code names by its last letter: breakfast, lunch, dinner; none: all three. */
const MEALS: Record<string, readonly (keyof DoseHours['meals'])[]> = {
  '': ['breakfast', 'lunch', 'dinner'],
  M: ['breakfast'],
  D: ['lunch'],
  V: ['dinner'],
};
/** Other event-timing codes, as the timing codes that mean the same. Noon is noon everywhere. */
const WHEN: Record<string, 'BED' | 'AM' | 'PM'> = { HS: 'BED', MORN: 'AM', AFT: 'PM' };

/**
 * FHIR R4 Timing to what the ward schedules. Whatever cannot be said exactly stays in the EHR's own words and is
 * never scheduled by guess. The hours are those of the patient's ward.
 */
export function scheduleOf(
  dosage: Dosage | undefined,
  priority: string | undefined,
  clock: WardClock,
  dose: Quantity | undefined,
): Schedule {
  const { timeZone, hours: ward } = clock;
  if (!dosage) return { type: 'as-written', text: NOT_RECORDED };
  if (dosage.asNeededBoolean || dosage.asNeededCodeableConcept) return asNeeded(dosage, dose);
  const asWritten: Schedule = { type: 'as-written', text: inWords(dosage, timeZone) };
  const { timing } = dosage;
  const repeat = timing?.repeat;
  const [moment] = timing?.event ?? [];
  // A day without its hour: the hour at which the order was written would be a guess.
  const hourless = moment !== undefined && toInstant(moment) === undefined;
  if (!hourless && (repeat?.count === 1 || (timing?.event?.length === 1 && !repeat?.frequency)))
    return { type: 'once', stat: priority === 'stat' };
  const rate = rateOf(dosage);
  if (rate && !repeat?.frequency && !repeat?.timeOfDay && !repeat?.when && !timing?.code)
    return { type: 'continuous', rate };
  if (isBeyondUs(repeat) || hourless || (timing?.event?.length ?? 0) > 1) return asWritten;

  const hours = fixedHours(repeat, ward);
  if (hours === 'unreadable') return asWritten;
  const everyDays =
    repeat?.period === undefined ? 1 : repeat.period * (UNIT_DAYS[repeat.periodUnit ?? ''] ?? 0);
  const wholeDays = Number.isInteger(everyDays) && everyDays >= 1 && everyDays <= 366;
  if (hours) return wholeDays ? { type: 'times', times: hours, timeZone, everyDays } : asWritten;

  const code = timingCode(dosage);
  const codeHours = code === undefined ? undefined : hoursOf(code, ward);
  if (codeHours) return { type: 'times', code, times: [...codeHours], timeZone, everyDays: 1 };
  if (code && EVERY_DAYS[code])
    return { type: 'times', code, times: [...ward.codes.QD], timeZone, everyDays: EVERY_DAYS[code] };
  if (code && HOURS[code]) return { type: 'every', hours: HOURS[code] };
  return (repeat && byFrequency(repeat, clock)) ?? asWritten;
}

/** One rate with a unit: it runs at that until somebody says otherwise. */
function rateOf(dosage: Dosage): Quantity | undefined {
  const rate = dosage.doseAndRate?.length === 1 ? dosage.doseAndRate[0]?.rateQuantity : undefined;
  const unit = rate && unitOf(rate);
  return rate?.value !== undefined && rate.value > 0 && unit
    ? { value: rate.value, unit: unit.slice(0, 40) }
    : undefined;
}

const isBeyondUs = (repeat: Repeat | undefined): boolean =>
  repeat !== undefined &&
  (repeat.count !== undefined ||
    repeat.frequencyMax !== undefined ||
    repeat.periodMax !== undefined ||
    (repeat.dayOfWeek?.length ?? 0) > 0);

/** `timeOfDay` and `when` as hours; `undefined`: there are none. */
function fixedHours(repeat: Repeat | undefined, ward: DoseHours): string[] | 'unreadable' | undefined {
  if (repeat?.timeOfDay?.length) {
    const hours = repeat.timeOfDay.map((time) => time.slice(0, 5));
    return hours.every((time) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time)) ? hours.sort() : 'unreadable';
  }
  if (!repeat?.when?.length) return undefined;
  const hours = repeat.when.flatMap((code) => whenHours(code, repeat.offset, ward) ?? 'unreadable');
  return hours.includes('unreadable') ? 'unreadable' : hours.sort();
}

function whenHours(
  code: string,
  offset: number | undefined,
  { codes, meals }: DoseHours,
): readonly string[] | undefined {
  const meal = /^(A?P?C)([MDV]?)$/.exec(code);
  const [, side, which] = meal ?? [];
  const named = MEALS[which ?? ''];
  if (side === undefined || named === undefined) {
    const same = WHEN[code];
    return offset !== undefined ? undefined : code === 'NOON' ? ['12:00'] : same && codes[same];
  }
  // AC and PC are half an hour from the meal unless the order says how far (tim-9: C has no offset).
  const away = side === 'C' ? 0 : (offset ?? 30) * (side === 'AC' ? -1 : 1);
  return named.map((name) => toHour(toMinutes(meals[name]) + away));
}

/** After midnight. */
const toMinutes = (hour: string): number => Number(hour.slice(0, 2)) * 60 + Number(hour.slice(3));

const toHour = (minutes: number): string => {
  const within = ((minutes % 1440) + 1440) % 1440;
  return `${String(Math.floor(within / 60)).padStart(2, '0')}:${String(within % 60).padStart(2, '0')}`;
};

const hoursOf = (code: string, { codes }: DoseHours): readonly string[] | undefined =>
  (codes as Record<string, readonly string[]>)[code];

export function timingCode(dosage: Dosage): string | undefined {
  const concept = dosage.timing?.code;
  const named = [...(concept?.coding ?? []).map((coding) => coding.code), concept?.text];
  return named
    .map((code) => code?.trim().toUpperCase())
    .find((code) => code !== undefined && code in { ...DEFAULT_DOSE_HOURS.codes, ...HOURS, ...EVERY_DAYS });
}

function byFrequency(repeat: Repeat, { timeZone, hours: ward }: WardClock): Schedule | undefined {
  const { frequency = 1, period, periodUnit = '' } = repeat;
  if (!period || frequency < 1) return undefined;
  const days = period * (UNIT_DAYS[periodUnit] ?? 0);
  const daily = days === 1 ? BY_FREQUENCY[frequency] : undefined;
  if (daily) return { type: 'times', code: daily, times: [...ward.codes[daily]], timeZone, everyDays: 1 };
  if (frequency === 1 && Number.isInteger(days) && days >= 1 && days <= 366)
    return { type: 'times', times: [...ward.codes.QD], timeZone, everyDays: days };
  // Six times a day is every four hours; five times a day is for the EHR to say.
  const hours =
    days === 1
      ? 24 % frequency === 0
        ? 24 / frequency
        : 0
      : ((UNIT_HOURS[periodUnit] ?? 0) * period) / frequency;
  return hours >= 0.25 && hours <= 24 * 31 ? { type: 'every', hours } : undefined;
}

function asNeeded(dosage: Dosage, dose: Quantity | undefined): Schedule {
  const reason = textOf(dosage.asNeededCodeableConcept);
  const repeat = dosage.timing?.repeat;
  const code = timingCode(dosage);
  const byCode = code ? HOURS[code] : undefined;
  const hours =
    byCode ??
    ((UNIT_HOURS[repeat?.periodUnit ?? ''] ?? 0) * (repeat?.period ?? 0)) / (repeat?.frequency ?? 1);
  const perDay = repeat?.periodUnit === 'd' && repeat.period === 1 ? repeat.frequency : undefined;
  const most = mostPerDay(dosage, dose) ?? (Number.isInteger(perDay) ? perDay : undefined);
  return {
    type: 'as-needed',
    ...(reason ? { for: cutAtWord(reason, 200) } : {}),
    ...(hours > 0 && hours <= 168 ? { leastIntervalHours: hours } : {}),
    ...(most !== undefined && most >= 1 && most <= 96 ? { mostPerDay: most } : {}),
  };
}

/** `maxDosePerPeriod` is an amount of drug: it is a number of doses only by the dose, or where it has no unit. */
export function mostPerDay(dosage: Dosage, dose: Quantity | undefined): number | undefined {
  const { numerator, denominator } = dosage.maxDosePerPeriod ?? {};
  if (numerator?.value === undefined) return undefined;
  const unit = denominator?.code ?? denominator?.unit;
  const isDay = (denominator?.value === 1 && unit === 'd') || (denominator?.value === 24 && unit === 'h');
  if (!isDay) return undefined;
  const measured = unitOf(numerator);
  if (measured === undefined || measured === '1' || measured === '{dose}')
    return Number.isInteger(numerator.value) ? numerator.value : undefined;
  const most = dose && inUnit({ value: numerator.value, unit: measured }, dose.unit);
  return dose && dose.value > 0 && most !== undefined ? Math.floor(most / dose.value + 1e-9) : undefined;
}

/** The UCUM code where there is one, else the unit as people read it. */
export const unitOf = (quantity: FhirQuantity): string | undefined =>
  quantity.system === undefined || quantity.system === 'http://unitsofmeasure.org'
    ? (quantity.code ?? quantity.unit)
    : (quantity.unit ?? quantity.code);

/** What the EHR says of the timing, in words, where we do not compute from it. */
export const inWords = (dosage: Dosage, timeZone: string): string =>
  cutAtWord(dosage.text || timingInWords(dosage, timeZone) || NOT_RECORDED, 500);
