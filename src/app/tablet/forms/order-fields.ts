import { z } from 'zod';
import {
  OrderDetail,
  type OrderSetItem,
  routeInWords,
  type Schedule,
  shownLimit,
} from '../../../clinical/index.ts';
import { readNumber } from './read-number.ts';

export const CATEGORIES = [
  { value: 'medication', label: 'Medication' },
  { value: 'laboratory', label: 'Laboratory' },
  { value: 'imaging', label: 'Imaging' },
  { value: 'nursing', label: 'Nursing' },
  { value: 'diet', label: 'Diet' },
  { value: 'consult', label: 'Consult' },
  { value: 'blood-product', label: 'Blood' },
  { value: 'code-status', label: 'Code status' },
  { value: 'isolation', label: 'Isolation' },
] as const;

/** The ward's usual frequencies, with the hours that they mean here (medication.md, default times). */
export const FREQUENCIES: Record<string, { label: string; schedule: (typed: Typed) => Schedule }> = {
  daily: {
    label: 'Daily, 09:00',
    schedule: ({ timeZone }) => ({ type: 'times', code: 'QD', times: ['09:00'], timeZone, everyDays: 1 }),
  },
  twice: {
    label: 'Twice daily, 09:00 21:00',
    schedule: ({ timeZone }) => ({
      type: 'times',
      code: 'BID',
      times: ['09:00', '21:00'],
      timeZone,
      everyDays: 1,
    }),
  },
  thrice: {
    label: 'Three times daily, 08:00 14:00 20:00',
    schedule: ({ timeZone }) => ({
      type: 'times',
      code: 'TID',
      times: ['08:00', '14:00', '20:00'],
      timeZone,
      everyDays: 1,
    }),
  },
  four: {
    label: 'Four times daily, 08:00 12:00 17:00 21:00',
    schedule: ({ timeZone }) => ({
      type: 'times',
      code: 'QID',
      times: ['08:00', '12:00', '17:00', '21:00'],
      timeZone,
      everyDays: 1,
    }),
  },
  bedtime: {
    label: 'At bedtime, 22:00',
    schedule: ({ timeZone }) => ({ type: 'times', code: 'BED', times: ['22:00'], timeZone, everyDays: 1 }),
  },
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
  timeZone: string;
  reason: string;
  leastIntervalHours: number | undefined;
  mostPerDay: number | undefined;
  rateMlPerHour: number | undefined;
}

/** The form as it is typed; a draft keeps all of it but the PIN. */
export const OrderFields = z.object({
  category: z.enum(CATEGORIES.map(({ value }) => value)),
  what: z.string().max(500, 'At most 500 characters'),
  dose: z.string().max(500, 'At most 500 characters'),
  unit: z.string().max(500, 'At most 500 characters'),
  route: z.string().max(500, 'At most 500 characters'),
  frequency: z.string().max(500, 'At most 500 characters'),
  hoursApart: z.string().max(500, 'At most 500 characters'),
  mostPerDay: z.string().max(10),
  rate: z.string().max(20),
  limitOf: z.string().max(40),
  limitBelow: z.string().max(10),
  timeCritical: z.boolean(),
  units: z.string().max(10),
  question: z.string().max(500, 'At most 500 characters'),
  prescriber: z.string().max(200, 'At most 200 characters'),
  by: z.enum(['voice', 'telephone']),
  readBack: z.boolean(),
  priority: z.string().max(500, 'At most 500 characters'),
  indication: z.string().max(300, 'At most 300 characters'),
  instructions: z.string().max(1000, 'At most 1,000 characters'),
  /** What is taken, from where on the body, how often: each for its kind of order. */
  specimen: z.string().max(100, 'At most 100 characters'),
  bodySite: z.string().max(100, 'At most 100 characters'),
  often: z.string().max(100, 'At most 100 characters'),
  /** Vital signs at least so often, minutes; empty: the order says nothing of them. */
  observations: z.string().max(10),
  pin: z.string(),
  overrides: z.record(z.string(), z.string()),
});
export type OrderTyped = z.infer<typeof OrderFields>;

export const EMPTY_ORDER: OrderTyped = {
  category: 'medication',
  what: '',
  dose: '',
  unit: '',
  route: '',
  frequency: '',
  hoursApart: '',
  mostPerDay: '',
  rate: '',
  limitOf: '',
  limitBelow: '',
  timeCritical: false,
  units: '',
  question: '',
  prescriber: '',
  by: 'telephone',
  readBack: false,
  priority: 'routine',
  indication: '',
  instructions: '',
  specimen: '',
  bodySite: '',
  often: '',
  observations: '',
  pin: '',
  overrides: {},
};

/** How often vital signs are asked for, as wards order them. */
export const OBSERVATIONS: readonly { value: string; label: string }[] = [
  [15, '15 minutes'],
  [30, '30 minutes'],
  [60, 'hour'],
  [120, '2 hours'],
  [240, '4 hours'],
  [360, '6 hours'],
  [480, '8 hours'],
  [720, '12 hours'],
  [1440, '24 hours'],
].map(([minutes, words]) => ({ value: String(minutes), label: `At least every ${words}` }));

/** The order that is typed; `undefined` while something is missing or no number. */
export function toOrderDetail(fields: OrderTyped, timeZone: string, now: string): OrderDetail | undefined {
  if (fields.what.trim() === '') return undefined;
  const optional = (name: string, text: string) => (text.trim() === '' ? {} : { [name]: text.trim() });
  // Typed and no number is refused, never left out.
  const number = (text: string): number | undefined =>
    text.trim() === '' ? undefined : (readNumber(text) ?? Number.NaN);
  const dose = readNumber(fields.dose);
  const parsed = OrderDetail.safeParse(
    fields.category === 'medication'
      ? {
          category: 'medication',
          medication: { text: fields.what.trim() },
          dose: { value: dose !== undefined && dose > 0 ? dose : undefined, unit: fields.unit },
          route: fields.route,
          schedule: FREQUENCIES[fields.frequency]?.schedule({
            timeZone,
            reason: fields.indication.trim(),
            leastIntervalHours: number(fields.hoursApart),
            mostPerDay: number(fields.mostPerDay),
            rateMlPerHour: number(fields.rate),
          }),
          startAt: now,
          ...(fields.limitOf === ''
            ? {}
            : { limits: [{ parameter: fields.limitOf, below: number(fields.limitBelow) }] }),
          ...(fields.timeCritical ? { timeCritical: true } : {}),
          ...optional('indication', fields.indication),
          ...optional('instructions', fields.instructions),
        }
      : {
          category: fields.category,
          request: { text: fields.what.trim() },
          priority: fields.priority,
          ...(fields.category === 'laboratory' ? optional('specimen', fields.specimen) : {}),
          ...(fields.category === 'imaging' ? optional('bodySite', fields.bodySite) : {}),
          ...(fields.category === 'nursing' ? optional('frequency', fields.often) : {}),
          ...(fields.category === 'nursing' && fields.observations !== ''
            ? { observationsEveryMinutes: number(fields.observations) }
            : {}),
          ...(fields.category === 'consult' ? optional('question', fields.question) : {}),
          ...(fields.category === 'blood-product' ? { units: number(fields.units) } : {}),
          ...optional('instructions', fields.instructions),
        },
  );
  return parsed.success ? parsed.data : undefined;
}

const typed = (value: number | string | undefined): string => (value === undefined ? '' : String(value));

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

/** An order of a set, as if it had been typed. */
export const fromSet = (item: OrderSetItem): OrderTyped => ({
  ...EMPTY_ORDER,
  category: item.category,
  what: item.what,
  dose: typed(item.dose),
  unit: item.unit ?? '',
  route: item.route === undefined ? '' : routeInWords(item.route),
  frequency: frequencyOf(item.frequency),
  hoursApart: typed(item.hoursApart),
  mostPerDay: typed(item.mostPerDay),
  rate: typed(item.rate),
  units: typed(item.units),
  question: item.question ?? '',
  priority: item.priority ?? 'routine',
  indication: item.indication ?? '',
  instructions: item.instructions ?? '',
  specimen: item.specimen ?? '',
  bodySite: item.bodySite ?? '',
  often: item.often ?? '',
});

/** An order that is to be changed, as if it had been typed; a frequency that the form has not is chosen anew. */
export function fromDetail(detail: OrderDetail): OrderTyped {
  if (detail.category !== 'medication')
    return {
      ...EMPTY_ORDER,
      category: detail.category,
      what: detail.request.text,
      priority: detail.priority,
      instructions: detail.instructions ?? '',
      ...(detail.category === 'laboratory' ? { specimen: detail.specimen ?? '' } : {}),
      ...(detail.category === 'imaging' ? { bodySite: detail.bodySite ?? '' } : {}),
      ...(detail.category === 'nursing'
        ? { often: detail.frequency ?? '', observations: typed(detail.observationsEveryMinutes) }
        : {}),
      ...(detail.category === 'consult' ? { question: detail.question ?? '' } : {}),
      ...(detail.category === 'blood-product' ? { units: typed(detail.units) } : {}),
    };
  const { schedule } = detail;
  const limit = shownLimit(detail);
  return {
    ...EMPTY_ORDER,
    what: detail.medication.text,
    dose: detail.dose.value > 0 ? typed(detail.dose.value) : '',
    unit: detail.dose.value > 0 ? detail.dose.unit : '',
    route: routeInWords(detail.route),
    frequency:
      schedule.type === 'times'
        ? frequencyOf(schedule.code)
        : schedule.type === 'every'
          ? frequencyOf(`q${schedule.hours}`)
          : schedule.type === 'once'
            ? schedule.stat
              ? 'stat'
              : 'once'
            : schedule.type === 'as-needed'
              ? 'prn'
              : schedule.type === 'continuous'
                ? 'continuous'
                : '',
    ...(schedule.type === 'as-needed'
      ? { hoursApart: typed(schedule.leastIntervalHours), mostPerDay: typed(schedule.mostPerDay) }
      : {}),
    ...(schedule.type === 'continuous' ? { rate: typed(schedule.rate.value) } : {}),
    ...(limit?.below === undefined ? {} : { limitOf: limit.parameter, limitBelow: typed(limit.below) }),
    timeCritical: detail.timeCritical ?? false,
    indication: detail.indication ?? '',
    instructions: detail.instructions ?? '',
  };
}
