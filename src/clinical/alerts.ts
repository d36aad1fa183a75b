import { askedHere } from './alert-switches.ts';
import type { Chart, ChartOrder } from './chart/types.ts';
import { OUTCOMES } from './describe-dose.ts';
import { formatNumber } from './display.ts';
import { doseChecks, type IntendedDose } from './dose-checks.ts';
import { bedsideRangeAlerts } from './dose-range.ts';
import type { OrderId, Schedule } from './entries/index.ts';
import type { Formulary } from './formulary.ts';
import { ingredientsOf, sharedClass, shareIngredient } from './ingredients.ts';
import type { Interaction } from './interactions.ts';
import { administrationWindow } from './medication-rules.ts';
import { notToGiveAlerts } from './not-to-give.ts';

/**
 * `stop-and-think` is charted over only with a reason, which is kept; `confirm` asks for one tick, kept too; `inform` is
 * shown.
 */
export interface Alert {
  code:
    | 'allergy'
    | 'allergy-class'
    | 'not-to-give'
    | 'already-charted'
    | 'too-soon'
    | 'most-per-day'
    | 'order-stopped'
    | 'early'
    | 'late'
    | 'duplicate-order'
    | 'allergies-not-known'
    | 'order-incomplete'
    | 'parameter-outside'
    | 'parameter-unknown'
    | 'parameter-unusual'
    | 'more-than-ordered'
    | 'last-dose-unknown'
    | 'also-overdue'
    | 'patch-on'
    | 'scan-other-drug'
    | 'scan-other-strength'
    | 'scan-unknown'
    | 'scan-expired'
    | 'scan-in-part'
    | 'interaction'
    | 'dose-high'
    | 'dose-low'
    | 'weight-needed'
    | 'weight-old'
    | 'renal'
    | 'glucose-low'
    | 'glucose-old'
    | 'glucose-unusual';
  severity: 'stop-and-think' | 'confirm' | 'inform';
  message: string;
  /** With `confirm`: what whoever ticks it says. */
  confirm?: string;
}

/** What a hospital has told its tablets about drugs. */
export interface DrugKnowledge {
  formulary: Pick<Formulary, 'byText'>;
  interactions: readonly Interaction[];
}
/** Of a hospital that has brought nothing. */
export const NOTHING_KNOWN: DrugKnowledge = { formulary: { byText: () => undefined }, interactions: [] };

const HOUR_MS = 3_600_000;

/** What to think about, on this ward, before charting a dose as given. `at`: when it is given, which may be in the past. */
export function administrationAlerts(
  chart: Chart,
  dose: IntendedDose & { order: OrderId },
  { formulary }: Pick<DrugKnowledge, 'formulary'> = NOTHING_KNOWN,
): Alert[] {
  const order = chart.orders.find((candidate) => candidate.id === dose.order);
  if (order?.detail.category !== 'medication') return [];
  const { medication, schedule } = order.detail;
  const alerts = [...allergyAlerts(chart, medication.text), ...notToGiveAlerts(chart, medication.text)];
  const charted = dose.dueAt === undefined ? undefined : chartedFor(order, dose.dueAt);
  if (charted) {
    alerts.push({
      code: 'already-charted',
      severity: 'stop-and-think',
      message: `This dose is already charted as ${OUTCOMES[charted.body.outcome].toLowerCase()} by ${charted.body.author.name}.`,
    });
  }
  const notGoing = notGoingAt(order, order.detail.endAt, dose.at);
  if (notGoing !== undefined) {
    const wasDue = order.stoppedAt !== undefined && dose.dueAt !== undefined;
    alerts.push({
      code: 'order-stopped',
      severity: 'stop-and-think',
      message: `This order is ${notGoing}.${wasDue ? ' If the dose was given before that, put in the time at which it was.' : ''}`,
    });
  }
  if (order.incomplete.length > 0) {
    alerts.push({
      code: 'order-incomplete',
      severity: 'stop-and-think',
      message: `Not known of this order: ${order.incomplete.join(', ')}. Check with the prescriber.`,
    });
  }
  if (dose.dueAt !== undefined) {
    const window = administrationWindow(order.detail, dose.dueAt, chart.medicationRules);
    const at = Date.parse(dose.at);
    // Times are typed to the minute: 14:05 is not early for a dose that is due at 14:05:37.
    if (at < Math.floor(Date.parse(window.early) / 60_000) * 60_000)
      alerts.push({
        code: 'early',
        severity: 'stop-and-think',
        message: 'This is earlier than the dose is due.',
      });
    if (at > Date.parse(window.late))
      alerts.push({ code: 'late', severity: 'inform', message: 'This is later than the dose was due.' });
  }
  return askedHere(chart, [
    ...alerts,
    ...doseChecks(chart, order, order.detail, dose),
    ...(order.incomplete.includes('dose')
      ? []
      : bedsideRangeAlerts(chart, formulary.byText(medication.text), order, order.detail, dose.dose)),
    ...intervalAlerts(chart, order, schedule, medication.text, dose),
  ]);
}

/** Why no dose was to be given then, in words; `undefined`: the order was going on, whatever became of it since. */
function notGoingAt(
  { state, stoppedAt, changed, holds }: ChartOrder,
  endAt: string | undefined,
  at: string,
): string | undefined {
  const time = Date.parse(at);
  const isOver = (end: string | undefined): boolean => end === undefined || time > Date.parse(end);
  if (state === 'entered-in-error') return 'marked as an error';
  if (state === 'stopped' && isOver(stoppedAt)) return changed ? 'changed: see the newer order' : 'stopped';
  if (state === 'ended' && isOver(endAt)) return 'over';
  return state === 'on-hold' && holds.some(({ from, to }) => to === undefined && isOver(from))
    ? 'on hold'
    : undefined;
}

/** Beside allergies that were charted here, so that the list is not taken for all there are. */
export const EHR_ALLERGIES_UNREAD = 'The EHR’s allergies could not be read on this tablet: there may be more';

/** Each allergy on record that speaks against the drug, and what is not known of allergies. */
export function allergyAlerts(chart: Chart, medication: string): Alert[] {
  const drug = ingredientsOf(medication);
  const alerts: Alert[] = chart.allergies.list.flatMap((allergy): Alert[] => {
    const named = `Allergy on record: ${allergy.substance.text}${allergy.reaction ? ` (${allergy.reaction})` : ''}.`;
    const substance = ingredientsOf(allergy.substance.text);
    if ([...substance].some((word) => drug.has(word)))
      return [{ code: 'allergy', severity: 'stop-and-think', message: named }];
    const shared = sharedClass(drug, substance);
    if (shared === undefined) return [];
    return [
      {
        code: 'allergy-class',
        severity: 'stop-and-think',
        message: `${named} This drug is of the same class (${shared}).`,
      },
    ];
  });
  const { status, ehrUnread } = chart.allergies;
  if (ehrUnread)
    alerts.push({
      code: 'allergies-not-known',
      severity: 'inform',
      message: `${EHR_ALLERGIES_UNREAD}. Ask the patient.`,
    });
  if (status === 'unavailable' || status === 'notasked') {
    const what = status === 'unavailable' ? 'could not be read on this tablet' : 'are not recorded';
    alerts.push({
      code: 'allergies-not-known',
      severity: 'inform',
      message: `Allergies ${what}. Ask the patient.`,
    });
  }
  return alerts;
}

/** A standing word on this due dose; that it was given before that it was not. */
function chartedFor(order: ChartOrder, dueAt: string) {
  const said = order.administrations.filter(
    ({ body, standing }) =>
      body.dueAt !== undefined &&
      Date.parse(body.dueAt) === Date.parse(dueAt) &&
      (standing === 'current' || standing === 'concurrent'),
  );
  return said.find(({ body }) => body.outcome === 'given') ?? said.at(-1);
}

/**
 * Doses of the same ingredient near this one, whichever order they were given on; between two orders the longer of their
 * intervals holds (medication.md: "already active, or given within its interval"). As needed: the order's own least
 * interval and most in 24 hours. Scheduled: closer than half the interval (project rule for "two overdue doses of one
 * drug must not be given one after the other unasked", NHS CUI Drug Administration).
 */
function intervalAlerts(
  chart: Chart,
  order: ChartOrder,
  schedule: Schedule,
  medication: string,
  dose: { dueAt?: string; at: string },
): Alert[] {
  const at = Date.parse(dose.at);
  const own: number[] = [];
  const near: { hours: number; least: Least }[] = [];
  // Also what was charted as given after `at`: two doses are as close whichever is charted first, or by a fast clock.
  const hoursAway = (time: number): number => Math.abs(at - time) / HOUR_MS;
  for (const other of chart.orders) {
    const given = other.administrations
      .filter(
        ({ body, standing }) =>
          body.outcome === 'given' && (standing === 'current' || standing === 'concurrent'),
      )
      .filter(
        ({ body }) =>
          other.id !== order.id ||
          dose.dueAt === undefined ||
          body.dueAt === undefined ||
          Date.parse(body.dueAt) !== Date.parse(dose.dueAt),
      )
      .map(({ body }) => Date.parse(body.effectiveAt));
    const times = [
      ...given,
      ...(other.lastGivenInEhr === undefined ? [] : [Date.parse(other.lastGivenInEhr)]),
    ];
    const { detail } = other;
    if (detail.category !== 'medication') continue;
    if (other.id === order.id)
      own.push(...times, ...(other.givenBefore ?? []).map(({ at: time }) => Date.parse(time)));
    else if (!shareIngredient(detail.medication.text, medication)) continue;
    const least = longer(
      leastHours(schedule),
      other.id === order.id ? undefined : leastHours(detail.schedule),
    );
    if (least) near.push(...times.map((time) => ({ hours: hoursAway(time), least })));
  }
  const alerts: Alert[] = [];
  const [nearest] = near.filter(({ hours, least }) => hours < least.hours).sort((a, b) => a.hours - b.hours);
  if (nearest) {
    alerts.push({
      code: 'too-soon',
      severity: 'stop-and-think',
      message: `A dose of this drug was given ${inWords(nearest.hours)} from this time; ${nearest.least.says}.`,
    });
  }
  if (
    schedule.type === 'as-needed' &&
    schedule.mostPerDay !== undefined &&
    own.filter((time) => hoursAway(time) < 24).length >= schedule.mostPerDay
  ) {
    alerts.push({
      code: 'most-per-day',
      severity: 'stop-and-think',
      message: `The most in 24 hours (${schedule.mostPerDay}) has been given.`,
    });
  }
  return alerts;
}

/** How far apart two doses are to be, and in whose words. */
interface Least {
  hours: number;
  says: string;
}

const longer = (one: Least | undefined, other: Least | undefined): Least | undefined =>
  one && other ? (other.hours > one.hours ? other : one) : (one ?? other);

function leastHours(schedule: Schedule): Least | undefined {
  switch (schedule.type) {
    case 'as-needed':
      return schedule.leastIntervalHours === undefined
        ? undefined
        : {
            hours: schedule.leastIntervalHours,
            says: `the order asks for at least ${schedule.leastIntervalHours} hours between doses`,
          };
    case 'every':
      return { hours: schedule.hours / 2, says: `the order says every ${schedule.hours} hours` };
    case 'times':
      return {
        hours: shortestGapHours(schedule.times) / 2,
        says: `the order says ${schedule.times.join(' ')}`,
      };
    case 'once':
    case 'continuous':
    case 'as-written':
      return undefined;
  }
}

function shortestGapHours(times: readonly string[]): number {
  const minutes = times
    .map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)))
    .sort((a, b) => a - b);
  const gaps = minutes
    .map((minute, index) => (minutes[index + 1] ?? minutes[0]! + 1440) - minute)
    .filter((gap) => gap > 0);
  return Math.min(...gaps, 1440) / 60;
}

const inWords = (hours: number): string =>
  hours < 1 ? `${Math.round(hours * 60)} minutes` : `${formatNumber(Math.round(hours * 10) / 10)} hours`;
