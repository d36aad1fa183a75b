import { z } from 'zod';
import {
  type ChartOrder,
  OrderDetail,
  type OrderSetItem,
  routeInWords,
  shownLimit,
  type WardClock,
} from '../../../clinical/index.ts';
import { frequencyFrom, frequencyOf, scheduleOf } from './frequencies.ts';
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

/**
 * The order that is typed; `undefined` while something is missing or no number. `before`: the order that it takes the
 * place of, whose schedule may stay.
 */
export function toOrderDetail(
  fields: OrderTyped,
  ward: WardClock,
  now: string,
  before?: ChartOrder,
): OrderDetail | undefined {
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
          schedule: scheduleOf(
            fields.frequency,
            {
              reason: fields.indication.trim(),
              leastIntervalHours: number(fields.hoursApart),
              mostPerDay: number(fields.mostPerDay),
              rateMlPerHour: number(fields.rate),
            },
            ward,
            before,
          ),
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

/**
 * An order that is to be changed, as if it had been typed; what it does not say is chosen anew, and a frequency that the
 * form has not stays as before.
 */
export function fromOrder(order: ChartOrder, ward: WardClock): OrderTyped {
  const { detail } = order;
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
    route: order.incomplete.includes('route') ? '' : routeInWords(detail.route),
    frequency: frequencyFrom(order, schedule, ward),
    ...(schedule.type === 'as-needed'
      ? { hoursApart: typed(schedule.leastIntervalHours), mostPerDay: typed(schedule.mostPerDay) }
      : {}),
    ...(schedule.type === 'continuous' && schedule.rate.unit === 'mL/h'
      ? { rate: typed(schedule.rate.value) }
      : {}),
    ...(limit?.below === undefined ? {} : { limitOf: limit.parameter, limitBelow: typed(limit.below) }),
    timeCritical: detail.timeCritical ?? false,
    indication: detail.indication ?? (schedule.type === 'as-needed' ? (schedule.for ?? '') : ''),
    instructions: detail.instructions ?? '',
  };
}
