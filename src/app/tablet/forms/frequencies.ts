import {
  type ChartOrder,
  describeSchedule,
  type FrequencyCode,
  isSameSchedule,
  type Schedule,
  START_TIME,
  type WardClock,
} from '../../../clinical/index.ts';

interface Frequency {
  label: string;
  /** At the hours that it means on the ward. */
  code?: FrequencyCode;
  schedule: (typed: Typed, ward: WardClock) => Schedule;
}

const atHours = (label: string, code: FrequencyCode): Frequency => ({
  label,
  code,
  schedule: (_, { timeZone, hours }) => ({
    type: 'times',
    code,
    times: [...hours.codes[code]],
    timeZone,
    everyDays: 1,
  }),
});

/** What a prescriber may choose. The hours of a code are the ward's, and are written into the order. */
const FREQUENCIES: Record<string, Frequency> = {
  daily: atHours('Daily', 'QD'),
  twice: atHours('Twice daily', 'BID'),
  thrice: atHours('Three times daily', 'TID'),
  four: atHours('Four times daily', 'QID'),
  bedtime: atHours('At bedtime', 'BED'),
  q4: { label: 'Every 4 hours', schedule: () => ({ type: 'every', hours: 4 }) },
  q6: { label: 'Every 6 hours', schedule: () => ({ type: 'every', hours: 6 }) },
  q8: { label: 'Every 8 hours', schedule: () => ({ type: 'every', hours: 8 }) },
  q12: { label: 'Every 12 hours', schedule: () => ({ type: 'every', hours: 12 }) },
  once: { label: 'Once', schedule: () => ({ type: 'once', stat: false }) },
  stat: { label: 'STAT: once, at once', schedule: () => ({ type: 'once', stat: true }) },
  prn: {
    label: 'As needed',
    schedule: ({ reason, leastIntervalHours, mostPerDay }) => ({
      type: 'as-needed',
      ...(leastIntervalHours === undefined ? {} : { leastIntervalHours }),
      ...(mostPerDay === undefined ? {} : { mostPerDay }),
      ...(reason ? { for: reason } : {}),
    }),
  },
  continuous: {
    label: 'Continuous infusion',
    schedule: ({ rateMlPerHour }) => ({
      type: 'continuous',
      rate: { value: rateMlPerHour ?? Number.NaN, unit: 'mL/h' },
    }),
  },
};

interface Typed {
  reason: string;
  leastIntervalHours: number | undefined;
  mostPerDay: number | undefined;
  rateMlPerHour: number | undefined;
}

const NOTHING_TYPED: Typed = {
  reason: '',
  leastIntervalHours: undefined,
  mostPerDay: undefined,
  rateMlPerHour: undefined,
};

/** Codes of `Timing.code` and words of the form to its frequencies. */
const BY_CODE: Readonly<Record<string, string>> = {
  QD: 'daily',
  BID: 'twice',
  TID: 'thrice',
  QID: 'four',
  BED: 'bedtime',
  Q4H: 'q4',
  Q6H: 'q6',
  Q8H: 'q8',
  PRN: 'prn',
  STAT: 'stat',
};

/** A frequency of the form, by its own name or its code; empty: the form has none like it. */
export const frequencyOf = (name: string | undefined): string =>
  name === undefined ? '' : name in FREQUENCIES ? name : (BY_CODE[name.toUpperCase()] ?? '');

/** The frequency of an order that is changed, where the form has none like it. */
const AS_BEFORE = 'as-before';

/** The form's own frequency for a schedule; empty: the form has none that says the same. */
function frequencyFor(schedule: Schedule, ward: WardClock): string {
  switch (schedule.type) {
    case 'times':
    case 'every':
    case 'once':
      return (
        Object.keys(FREQUENCIES).find((name) =>
          isSameSchedule(FREQUENCIES[name]!.schedule(NOTHING_TYPED, ward), schedule),
        ) ?? ''
      );
    case 'as-needed':
      return 'prn';
    case 'continuous':
      // A rate in another unit, read as mL per hour, would be another dose.
      return schedule.rate.unit === 'mL/h' ? 'continuous' : '';
    case 'as-written':
      return '';
  }
}

/** A weekly order, one with other hours than the ward's of today, one in the EHR's words: it is kept as it is, or changed on purpose. */
function scheduleToKeep(order: ChartOrder, ward: WardClock): Schedule | undefined {
  const { detail } = order;
  // Counted from a start that nobody knows, other days would come out.
  if (detail.category !== 'medication' || order.incomplete.includes(START_TIME)) return undefined;
  return frequencyFor(detail.schedule, ward) === '' ? detail.schedule : undefined;
}

/** What may be chosen, the schedule of the order that is changed first where the form has none like it. */
export function frequencyChoices(
  changes: ChartOrder | undefined,
  ward: WardClock,
): { value: string; label: string }[] {
  const kept = changes && scheduleToKeep(changes, ward);
  return [
    ...(kept ? [{ value: AS_BEFORE, label: `As before: ${describeSchedule(kept)}` }] : []),
    ...Object.entries(FREQUENCIES).map(([value, { label, code }]) => ({
      value,
      label: code === undefined ? label : `${label}, ${ward.hours.codes[code].join(' ')}`,
    })),
  ];
}

/** The schedule that is chosen; `undefined`: none is. */
export const scheduleOf = (
  frequency: string,
  typed: Typed,
  ward: WardClock,
  before: ChartOrder | undefined,
): Schedule | undefined =>
  frequency === AS_BEFORE
    ? before && scheduleToKeep(before, ward)
    : FREQUENCIES[frequency]?.schedule(typed, ward);

/** As an order that is changed is found in the form. */
export const frequencyFrom = (order: ChartOrder, schedule: Schedule, ward: WardClock): string =>
  scheduleToKeep(order, ward) ? AS_BEFORE : frequencyFor(schedule, ward);
