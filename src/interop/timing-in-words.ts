import { formatDate, formatInstant } from '../clinical/dates.ts';
import { type Dosage, textOf, toInstant } from './fhir-shapes.ts';

const UNITS: Record<string, string> = {
  s: 'seconds',
  min: 'minutes',
  h: 'hours',
  d: 'days',
  wk: 'weeks',
  mo: 'months',
  a: 'years',
};

/**
 * FHIR R4 Timing in words; empty: it says nothing. A single moment is the order's start, and stands here only where its
 * hour cannot be read. `timeZone`: the site's.
 */
export function timingInWords({ timing }: Dosage, timeZone: string): string {
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
    repeat?.when?.length
      ? `timed to: ${repeat.when.join(', ')}${repeat.offset ? `, ${repeat.offset} minutes from it` : ''}`
      : '',
    repeat?.duration === undefined
      ? ''
      : `for ${repeat.duration}${repeat.durationMax ? ` to ${repeat.durationMax}` : ''} ${UNITS[repeat.durationUnit ?? ''] ?? repeat.durationUnit ?? ''} each time`,
    eventsInWords(timing?.event ?? [], timeZone),
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function eventsInWords(events: readonly string[], timeZone: string): string {
  const [only] = events;
  if (only === undefined || (events.length === 1 && toInstant(only))) return '';
  const said = events.map((event) => {
    const instant = toInstant(event);
    if (instant) return formatInstant(instant, timeZone);
    return /^\d{4}(-\d\d){0,2}$/.test(event) ? formatDate(event) : event;
  });
  return `at ${said.join(' and ')}${events.length === 1 ? ', the hour could not be read' : ''}`;
}
