import type { Chart, ChartOrder } from './chart/types.ts';
import { formatInstant, formatNumber } from './display.ts';
import { limitInWords } from './dose-checks.ts';
import type { MedicationDetail, OrderDetail, ParameterLimit } from './entries/index.ts';

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

/**
 * A changed order as typed, with what the form does not show of the order before it. Where the interval stays, the next
 * dose stays due when it was: a new dose is no reason to give it sooner.
 */
export function withKept(
  changed: OrderDetail,
  before: ChartOrder,
  chart: Pick<Chart, 'dueDoses' | 'now'>,
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
  const sameInterval =
    changed.schedule.type === 'every' &&
    old.schedule.type === 'every' &&
    changed.schedule.hours === old.schedule.hours;
  const next = chart.dueDoses
    .filter(({ order, administration }) => order === before.id && administration === undefined)
    .map(({ dueAt }) => dueAt)
    .sort()
    .at(0);
  return {
    ...changed,
    ...kept,
    ...(limits.length === 0 ? {} : { limits }),
    ...(sameInterval && next !== undefined && next > changed.startAt ? { startAt: next } : {}),
  };
}
