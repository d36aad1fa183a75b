import type { Alert } from './alerts.ts';
import { stands } from './chart/standing.ts';
import type { Chart, ChartOrder } from './chart/types.ts';
import { formatAgo, leastAgeInYears, mostAgeInYears } from './dates.ts';
import { formatNumber, formatQuantity, formatUnit } from './display.ts';
import { creatinineMgDlOf, weightKgOf } from './dosing-results.ts';
import type { MedicationDetail, Quantity, Schedule } from './entries/index.ts';
import type { DoseLimit, FormularyItem } from './formulary.ts';
import { inUnit } from './in-unit.ts';

/** Older than this, a weight doses nobody without saying so (medication.md, "Alerts"). */
const WEIGHT_GOOD_FOR_MS = 7 * 24 * 3_600_000;

export interface KnownWeight {
  kg: number;
  at: string;
  method: 'measured' | 'stated' | 'estimated' | 'ehr';
}

/** The newest weight: charted here, or the EHR's. */
export function knownWeight(chart: Pick<Chart, 'measurements' | 'ehrObservations'>): KnownWeight | undefined {
  const charted = chart.measurements.flatMap((entry): KnownWeight[] =>
    stands(entry) && entry.body.kind === 'body-measured' && entry.body.weightKg !== undefined
      ? [{ kg: entry.body.weightKg, at: entry.body.effectiveAt, method: entry.body.method }]
      : [],
  );
  const ehr = chart.ehrObservations.flatMap((result): KnownWeight[] => {
    const kg = weightKgOf(result);
    return kg === undefined ? [] : [{ kg, at: result.effectiveAt, method: 'ehr' }];
  });
  return [...charted, ...ehr].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
}

/** Limits of this age; where it is not known, those for all. */
function limitsFor(
  { identity, now }: Pick<Chart, 'identity' | 'now'>,
  item: FormularyItem | undefined,
): DoseLimit[] {
  // Of somebody known by the year alone, all limits that may be meant.
  const least = leastAgeInYears(identity.birthDate, now);
  const most = mostAgeInYears(identity.birthDate, now);
  return (item?.limits ?? []).filter(
    ({ fromYears, belowYears }) =>
      (fromYears === undefined || (most !== undefined && most >= fromYears)) &&
      (belowYears === undefined || (least !== undefined && least < belowYears)),
  );
}

/** What the formulary's own limits say of a dose that is ordered. */
export function rangeAlerts(
  chart: Chart,
  item: FormularyItem | undefined,
  detail: Pick<MedicationDetail, 'dose' | 'schedule'>,
): Alert[] {
  const weight = knownWeight(chart);
  return [
    ...limitsFor(chart, item).flatMap((limit) => ofLimit(limit, detail, weight, chart.now)),
    ...renalAlert(chart, item, mostAgeInYears(chart.identity.birthDate, chart.now), weight),
  ];
}

/**
 * The same limits at the bedside, of the amount that is about to be given: the EHR's orders were never checked here, and
 * an amount is sometimes changed. What was signed over is told with its reason, and not asked again; less than was
 * ordered has a reason of its own.
 */
export function bedsideRangeAlerts(
  chart: Chart,
  item: FormularyItem | undefined,
  { overrides = [], signedBy }: Pick<ChartOrder, 'overrides' | 'signedBy'>,
  { dose: ordered, schedule }: Pick<MedicationDetail, 'dose' | 'schedule'>,
  given: Quantity | undefined,
): Alert[] {
  const dose = given ?? ordered;
  const changed = inUnit(dose, ordered.unit) !== ordered.value;
  return rangeAlerts(chart, item, { dose, schedule })
    .filter(({ code }) => code !== 'weight-old' && !(changed && code === 'dose-low'))
    .map((alert): Alert => {
      const signed = changed ? undefined : overrides.find((override) => override.alert === alert.code);
      if (signed)
        return {
          ...alert,
          severity: 'inform',
          message: `${alert.message} Ordered so by ${signedBy ?? 'the prescriber'}: ${signed.reason}`,
        };
      return alert.code === 'renal' ? { ...alert, severity: 'inform' } : alert;
    });
}

/**
 * Doses by weight, worked out with their arithmetic for whoever orders: "At 20 kg, 2hr ago: 200 mg to 300 mg in one
 * dose (10 to 15 mg/kg)". Nothing is filled in by itself.
 */
export function dosesByWeight(chart: Chart, item: FormularyItem | undefined): string[] {
  const limits = limitsFor(chart, item).filter(({ perKg }) => perKg);
  if (limits.length === 0) return [];
  const weight = knownWeight(chart);
  if (!weight) return ['The dose goes by weight, and no weight is known here. Weigh the patient first.'];
  const at = `At ${formatNumber(weight.kg)} kg (${weight.method === 'ehr' ? 'from the EHR' : weight.method}, ${formatAgo(weight.at, chart.now)})`;
  return limits.flatMap(({ low, high, highPerDay, unit }) => {
    const total = (perKg: number): string =>
      formatQuantity({ value: Number((perKg * weight.kg).toPrecision(6)), unit });
    const each = (perKg: number): string => `${formatNumber(perKg)} ${formatUnit(unit)}/kg`;
    const one =
      low !== undefined && high !== undefined
        ? `${total(low)} to ${total(high)} in one dose (${formatNumber(low)} to ${each(high)})`
        : high !== undefined
          ? `at most ${total(high)} in one dose (${each(high)})`
          : low !== undefined
            ? `at least ${total(low)} in one dose (${each(low)})`
            : undefined;
    const day =
      highPerDay === undefined ? undefined : `at most ${total(highPerDay)} in 24 hours (${each(highPerDay)})`;
    const says = [one, day].filter((part) => part !== undefined);
    return says.length > 0 ? [`${at}: ${says.join('; ')}.`] : [];
  });
}

function ofLimit(
  limit: DoseLimit,
  { dose, schedule }: Pick<MedicationDetail, 'dose' | 'schedule'>,
  weight: KnownWeight | undefined,
  now: string,
): Alert[] {
  const value = inUnit(dose, limit.unit);
  if (value === undefined) return [];
  if (limit.perKg && !weight)
    return [
      {
        code: 'weight-needed',
        severity: 'stop-and-think',
        message: 'The dose goes by weight, and no weight is known here. Weigh the patient first.',
      },
    ];
  const times = limit.perKg ? (weight?.kg ?? 1) : 1;
  const per = limit.perKg && weight ? ` at ${formatNumber(weight.kg)} kg` : '';
  const alerts: Alert[] = [];
  const bound = (most: number): string =>
    `${formatQuantity({ value: Number((most * times).toPrecision(6)), unit: limit.unit })}${limit.perKg ? ` (${formatNumber(most)} ${formatUnit(limit.unit)}/kg${per})` : ''}`;
  if (limit.high !== undefined && value > limit.high * times)
    alerts.push({
      code: 'dose-high',
      severity: 'stop-and-think',
      message: `${formatQuantity(dose)} is more than the formulary's most in one dose: ${bound(limit.high)}.`,
    });
  if (limit.low !== undefined && value < limit.low * times)
    alerts.push({
      code: 'dose-low',
      severity: 'stop-and-think',
      message: `${formatQuantity(dose)} is less than the formulary's least in one dose: ${bound(limit.low)}.`,
    });
  const perDay = dosesPerDay(schedule);
  if (limit.highPerDay !== undefined && perDay !== undefined && value * perDay > limit.highPerDay * times)
    alerts.push({
      code: 'dose-high',
      severity: 'stop-and-think',
      message: `${perDay === 1 ? '1 dose in 24 hours is' : `${formatNumber(perDay)} doses in 24 hours are`} ${formatQuantity({ value: Number((dose.value * perDay).toPrecision(12)), unit: dose.unit })}, more than the formulary's most in 24 hours: ${bound(limit.highPerDay)}.`,
    });
  if (limit.perKg && weight && Date.parse(now) - Date.parse(weight.at) > WEIGHT_GOOD_FOR_MS)
    alerts.push({
      code: 'weight-old',
      severity: 'confirm',
      message: `The dose goes by weight, and the last one (${formatNumber(weight.kg)} kg) is of ${formatAgo(weight.at, now)}.`,
      confirm: 'The weight is still right',
    });
  return alerts;
}

/** The most doses that the schedule allows in 24 hours: of a weekly dose that is one, on its day. */
function dosesPerDay(schedule: Schedule): number | undefined {
  switch (schedule.type) {
    case 'times':
      return schedule.times.length;
    case 'every':
      return dosesWithin24(schedule.hours);
    case 'as-needed':
      return (
        schedule.mostPerDay ??
        (schedule.leastIntervalHours ? dosesWithin24(schedule.leastIntervalHours) : undefined)
      );
    case 'once':
      return 1;
    case 'continuous':
    case 'as-written':
      return undefined;
  }
}

/** Begun with one: 5 hours apart are at 0, 5, 10, 15 and 20 hours. */
const dosesWithin24 = (hoursApart: number): number => Math.ceil(24 / hoursApart - 1e-9);

/**
 * Creatinine clearance by Cockcroft and Gault (1976): (140 − age) × weight ÷ (72 × creatinine in mg/dL), × 0.85 for
 * women. Adults alone; whole mL/min. µmol/L ÷ 88.4 = mg/dL.
 */
export function creatinineClearance(person: {
  ageYears: number;
  weightKg: number;
  female: boolean;
  creatinineMgDl: number;
}): number {
  const { ageYears, weightKg, female, creatinineMgDl } = person;
  return Math.round((((140 - ageYears) * weightKg) / (72 * creatinineMgDl)) * (female ? 0.85 : 1));
}

/** The last creatinine of the snapshot, mg/dL. */
function lastCreatinine(chart: Chart): { mgDl: number; at: string } | undefined {
  const known = chart.ehrObservations.flatMap((result) => {
    const mgDl = creatinineMgDlOf(result);
    return mgDl === undefined ? [] : [{ mgDl, at: result.effectiveAt }];
  });
  return known.sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
}

function renalAlert(
  chart: Chart,
  item: FormularyItem | undefined,
  age: number | undefined,
  weight: KnownWeight | undefined,
): Alert[] {
  const creatinine = lastCreatinine(chart);
  const { sex } = chart.identity;
  if (!item?.renal || !creatinine || age === undefined || age < 18 || !weight) return [];
  if (sex !== 'female' && sex !== 'male') return [];
  const clearance = creatinineClearance({
    ageYears: age,
    weightKg: weight.kg,
    female: sex === 'female',
    creatinineMgDl: creatinine.mgDl,
  });
  if (clearance >= item.renal.below) return [];
  return [
    {
      code: 'renal',
      severity: 'stop-and-think',
      message: `Creatinine clearance about ${clearance} mL/min (Cockcroft-Gault: creatinine ${formatNumber(Number(creatinine.mgDl.toPrecision(3)))} mg/dL, ${formatAgo(creatinine.at, chart.now)}; weight ${formatNumber(weight.kg)} kg, ${formatAgo(weight.at, chart.now)}), below ${formatNumber(item.renal.below)}. ${item.renal.says}.`,
    },
  ];
}
