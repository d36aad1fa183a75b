import { type Dosage, textOf } from './fhir-shapes.ts';

const UNITS: Record<string, string> = {
  s: 'seconds',
  min: 'minutes',
  h: 'hours',
  d: 'days',
  wk: 'weeks',
  mo: 'months',
  a: 'years',
};

/** FHIR R4 Timing in words; empty: it says nothing. */
export function timingInWords({ timing }: Dosage): string {
  const repeat = timing?.repeat;
  const unit = UNITS[repeat?.periodUnit ?? ''];
  return [
    textOf(timing?.code) ?? '',
    repeat?.count === undefined ? '' : `${repeat.count} times in all`,
    repeat?.period === undefined || !unit
      ? ''
      : `${repeat.frequency ?? 1}${repeat.frequencyMax ? ` to ${repeat.frequencyMax}` : ''} times every ${repeat.period}${repeat.periodMax ? ` to ${repeat.periodMax}` : ''} ${unit}`,
    repeat?.timeOfDay?.length ? `at ${repeat.timeOfDay.join(', ')}` : '',
    repeat?.dayOfWeek?.length ? `on ${repeat.dayOfWeek.join(', ')}` : '',
    repeat?.when?.length ? `timed to: ${repeat.when.join(', ')}` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
