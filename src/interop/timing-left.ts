import type { Schedule } from '../clinical/entries/index.ts';
import { type Dosage, type Repeat, textOf } from './fhir-shapes.ts';
import { HOURS, timingCode } from './schedule-from-fhir.ts';
import { timingInWords } from './timing-in-words.ts';

const DAYS: Record<string, number> = { min: 1 / 1440, h: 1 / 24, d: 1, wk: 7 };

/**
 * What the EHR says of the timing that the schedule does not: in words, since a limit that is not computed with is read,
 * never left out. `undefined`: the schedule says it all.
 */
export function timingLeft(dosage: Dosage, schedule: Schedule, timeZone: string): string | undefined {
  const words = timingInWords(dosage, timeZone);
  return words === '' || saysAll(dosage, schedule, words) ? undefined : words;
}

function saysAll(dosage: Dosage, schedule: Schedule, words: string): boolean {
  const repeat = dosage.timing?.repeat;
  // No schedule says how long a dose takes, nor moments of its own.
  if (schedule.type !== 'as-written' && (repeat?.duration !== undefined || hasMoments(dosage))) return false;
  switch (schedule.type) {
    case 'as-written':
      return schedule.text.includes(words);
    case 'continuous':
      return false;
    case 'once':
      return words === '1 times in all';
    case 'times':
      return codeIsAll(dosage) && isAsOften(repeat, schedule.times.length / schedule.everyDays);
    case 'every':
      return codeIsAll(dosage) && isAsOften(repeat, 24 / schedule.hours);
    case 'as-needed': {
      const { leastIntervalHours, mostPerDay } = schedule;
      const byCode = HOURS[timingCode(dosage) ?? ''];
      if (!codeIsAll(dosage) || (dosage.timing?.code && byCode === undefined) || hasMore(repeat))
        return false;
      if (leastIntervalHours !== undefined) return isAsOften(repeat, 24 / leastIntervalHours);
      return repeat?.period === 1 && repeat.periodUnit === 'd' && mostPerDay === repeat.frequency;
    }
  }
}

/** No code, or one whose words are no more than the code: "BID with meals" is more. */
function codeIsAll(dosage: Dosage): boolean {
  const said = textOf(dosage.timing?.code)?.trim().toUpperCase();
  const names = (dosage.timing?.code?.coding ?? []).flatMap(({ code, display }) => [code, display]);
  return (
    said === undefined ||
    (timingCode(dosage) !== undefined &&
      (said === timingCode(dosage) || names.some((name) => name?.trim().toUpperCase() === said)))
  );
}

const hasMoments = ({ timing }: Dosage): boolean => (timing?.event?.length ?? 0) > 1;

const hasMore = (repeat: Repeat | undefined): boolean =>
  repeat?.count !== undefined ||
  repeat?.frequencyMax !== undefined ||
  repeat?.periodMax !== undefined ||
  [repeat?.dayOfWeek, repeat?.timeOfDay, repeat?.when].some((list) => list !== undefined && list.length > 0);

/** A frequency beside a code or beside hours may say something else than they do. */
function isAsOften(repeat: Repeat | undefined, perDay: number): boolean {
  if (repeat?.period === undefined || repeat.frequency === undefined) return true;
  const said = repeat.frequency / (repeat.period * (DAYS[repeat.periodUnit ?? ''] ?? Number.NaN));
  return Math.abs(said - perDay) < 1e-6 * perDay;
}
