import { START_TIME } from './chart/orders.ts';
import type { Chart, ChartOrder } from './chart/types.ts';
import { formatInstant } from './dates.ts';
import { formatNumber } from './display.ts';
import { limitInWords } from './dose-checks.ts';
import { dueTimes } from './doses.ts';
import type { MedicationDetail, OrderDetail, ParameterLimit, Schedule } from './entries/index.ts';
import { administrationWindow } from './medication-rules.ts';

/** A limit that the order form shows: the first, where it says "below". */
export const shownLimit = (detail: MedicationDetail): ParameterLimit | undefined =>
  detail.limits?.[0]?.below === undefined ? undefined : detail.limits[0];

/** What of an order a form does not show, and so does not change: its end, further limits, when its effect is looked at. */
function notShown(
  detail: MedicationDetail,
): Pick<MedicationDetail, 'endAt' | 'limits' | 'reassessAfterMinutes'> {
  const { endAt, limits, reassessAfterMinutes } = detail;
  const further = (limits ?? []).filter((limit) => limit !== shownLimit(detail));
  return {
    ...(endAt === undefined ? {} : { endAt }),
    ...(further.length === 0 ? {} : { limits: further }),
    ...(reassessAfterMinutes === undefined ? {} : { reassessAfterMinutes }),
  };
}

/** The same in the signer's words; empty: nothing is kept unseen. */
export function keptInWords(detail: OrderDetail, timeZone: string): string[] {
  if (detail.category !== 'medication') return [];
  const { endAt, limits = [], reassessAfterMinutes } = notShown(detail);
  return [
    ...(endAt === undefined ? [] : [`until ${formatInstant(endAt, timeZone)}`]),
    ...limits.map(limitInWords),
    ...(reassessAfterMinutes === undefined
      ? []
      : [`effect looked at after ${formatNumber(reassessAfterMinutes)} minutes`]),
  ];
}

/** Doses at the same hours, whatever the code that names them. */
export function isSameSchedule(one: Schedule, other: Schedule): boolean {
  if (one.type === 'every') return other.type === 'every' && one.hours === other.hours;
  if (one.type === 'once') return other.type === 'once' && one.stat === other.stat;
  if (one.type !== 'times' || other.type !== 'times') return false;
  return (
    one.timeZone === other.timeZone &&
    one.everyDays === other.everyDays &&
    one.times.toSorted().join() === other.times.toSorted().join()
  );
}

const HOUR_MS = 3_600_000;

/** As far as three doses go from there, however rare they are: two of them may have been given early. */
function farFrom(time: string, schedule: Schedule): string {
  const hours =
    schedule.type === 'every'
      ? 3 * schedule.hours
      : schedule.type === 'times'
        ? (3 * schedule.everyDays + 1) * 24
        : 1;
  return new Date(Date.parse(time) + hours * HOUR_MS).toISOString();
}

/**
 * When the order before is due next, as its schedule says, which may be in weeks: the dose that can still be given on
 * time, else the next that was not charted early.
 */
function nextDue(
  { id, incomplete }: ChartOrder,
  { schedule, startAt, endAt }: MedicationDetail,
  { dueDoses }: Pick<Chart, 'dueDoses'>,
  now: string,
): string | undefined {
  if (incomplete.includes(START_TIME)) return undefined;
  const at = Date.parse(now);
  const own = dueDoses.filter(({ order }) => order === id);
  const open = own.find(
    ({ administration, dueAt, window }) =>
      administration === undefined && Date.parse(dueAt) <= at && at <= Date.parse(window.late),
  );
  if (open) return open.dueAt;
  const charted = new Set(
    own.flatMap(({ administration, dueAt }) => (administration === undefined ? [] : [Date.parse(dueAt)])),
  );
  const from = at < Date.parse(startAt) ? startAt : now;
  return dueTimes(schedule, startAt, endAt, from, farFrom(from, schedule)).find(
    (due) => !charted.has(Date.parse(due)),
  );
}

/** When an order is due first; `undefined`: at no time of its own. */
export function firstDue(detail: OrderDetail): string | undefined {
  if (detail.category !== 'medication') return undefined;
  const { schedule, startAt, endAt } = detail;
  return dueTimes(schedule, startAt, endAt, startAt, farFrom(startAt, schedule))[0];
}

/**
 * When an order has to start whose next dose is due then. With its window, where its hours are fixed: a dose that is due
 * as its order starts would have none before it. Counted in hours, or on other days from there, with the dose itself.
 */
function startFor(
  next: string,
  old: MedicationDetail,
  { medicationRules }: Pick<Chart, 'medicationRules'>,
): string {
  const { early, late } = administrationWindow(old, next, medicationRules);
  const [first] = dueTimes(old.schedule, early, undefined, early, late);
  return first !== undefined && Date.parse(first) === Date.parse(next) ? early : next;
}

/**
 * A changed order as typed, with what the form does not show of the order before it. Where the schedule stays, the next
 * dose stays due when it was, and every other day or week falls on the same days: a new dose is no reason to give it
 * sooner.
 */
export function withKept(
  changed: OrderDetail,
  before: ChartOrder,
  chart: Pick<Chart, 'dueDoses' | 'medicationRules'>,
): OrderDetail {
  const old = before.detail;
  if (changed.category !== 'medication' || old.category !== 'medication') return changed;
  const { limits: further = [], ...kept } = notShown(old);
  const shown = shownLimit(old);
  const limits = [
    // Its other bound is not on the form either.
    ...(changed.limits ?? []).map((limit) =>
      shown?.parameter === limit.parameter ? { ...shown, ...limit } : limit,
    ),
    ...further.filter(({ parameter }) => !changed.limits?.some((limit) => limit.parameter === parameter)),
  ].slice(0, 5);
  const next = isSameSchedule(changed.schedule, old.schedule)
    ? nextDue(before, old, chart, changed.startAt)
    : undefined;
  return {
    ...changed,
    ...kept,
    ...(limits.length === 0 ? {} : { limits }),
    ...(next === undefined ? {} : { startAt: startFor(next, old, chart) }),
  };
}
