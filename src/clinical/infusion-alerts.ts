import { type Alert, administrationAlerts, type DrugKnowledge } from './alerts.ts';
import type { Chart } from './chart/types.ts';
import { formatNumber } from './display.ts';
import type { InfusionAction, OrderId } from './entries/index.ts';
import { isInsulin } from './kinds-of-drug.ts';
import { freshGlucose, insulinAlerts } from './last-glucose.ts';

/** What a start has asked already is not asked again at each new rate. */
const AT_EACH_RATE: readonly Alert['code'][] = [
  'order-stopped',
  'order-incomplete',
  'parameter-outside',
  'parameter-unknown',
];

/**
 * What to think about before an infusion runs, or runs faster: as before a dose, and the rate against the order's. A
 * pause and a stop are never held up; less, and a new bag of what runs, by one tick where the order does not go on, so
 * that whoever finds both entries knows that it was known. `at`: ISO 8601; rates in mL per hour.
 */
export function infusionAlerts(
  chart: Chart,
  turn: { order: OrderId; action: InfusionAction; at: string; rateMlPerHour?: number | undefined },
  knowledge: Pick<DrugKnowledge, 'formulary'>,
): Alert[] {
  const { order, action, at, rateMlPerHour } = turn;
  const detail = chart.orders.find(({ id }) => id === order)?.detail;
  if (detail?.category !== 'medication') return [];
  const running = chart.infusions.find((infusion) => infusion.order === order)?.rateMlPerHour ?? 0;
  const more =
    action === 'started' ||
    action === 'resumed' ||
    (action === 'rate-changed' && (rateMlPerHour ?? 0) > running);
  if (action === 'paused' || action === 'stopped') return [];
  const asDose = administrationAlerts(chart, { order, at }, knowledge);
  if (!more)
    return asDose
      .filter(({ code }) => code === 'order-stopped')
      .map((alert) => ({ ...alert, severity: 'confirm', confirm: 'I know, and it goes on for now' }));
  return [
    ...(action === 'started' ? asDose : asDose.filter(({ code }) => AT_EACH_RATE.includes(code))),
    ...(isInsulin(detail) ? insulinRuns(chart, at) : []),
    ...rateAlerts(detail.schedule, rateMlPerHour),
  ];
}

/** As for a dose (medication.md, insulin): a glucose of the last hour, and not a low one. */
function insulinRuns(chart: Chart, at: string): Alert[] {
  if (freshGlucose(chart, at)) return insulinAlerts(chart, undefined, at);
  return [
    {
      code: 'glucose-old',
      severity: 'stop-and-think',
      message: 'No glucose of the last hour is charted here: measure and record it first.',
    },
  ];
}

function rateAlerts(
  schedule: { type: string; rate?: { value: number; unit: string } },
  rateMlPerHour: number | undefined,
): Alert[] {
  const ordered = schedule.rate?.unit === 'mL/h' ? schedule.rate.value : undefined;
  if (ordered === undefined || rateMlPerHour === undefined || rateMlPerHour <= ordered) return [];
  return [
    {
      code: 'more-than-ordered',
      severity: 'stop-and-think',
      message: `The rate is above the order’s: ${formatNumber(rateMlPerHour)} mL/hour, ordered ${formatNumber(ordered)} mL/hour.`,
    },
  ];
}
