import type { Alert } from './alerts.ts';
import { lastGiven, MAYBE_IN_EHR } from './chart/last-given.ts';
import { stands } from './chart/standing.ts';
import type { Chart, ChartOrder, DueDose } from './chart/types.ts';
import { formatAgo } from './dates.ts';
import { formatNumber, formatQuantity } from './display.ts';
import type { LimitedParameter, MedicationDetail, ParameterLimit, Quantity } from './entries/index.ts';
import { inUnit } from './in-unit.ts';
import { shareIngredient } from './ingredients.ts';
import { isPatch } from './kinds-of-drug.ts';
import { checkVital, VITAL_PARAMETERS } from './range-checks.ts';

/** A vital sign older than this is measured again before a dose that depends on it: project default. */
const PARAMETER_GOOD_FOR_MS = 60 * 60_000;

export interface Measured {
  parameter: LimitedParameter;
  value: number;
  /** When, of one that was charted before; absent: for the dose, at its time. */
  measuredAt?: string | undefined;
}

/** What somebody is about to chart as given. `at` may be in the past. */
export interface IntendedDose {
  dueAt?: string;
  at: string;
  dose?: Quantity;
  /** Measured for this dose, and not on the chart yet. */
  measured?: readonly Measured[];
}

/** What speaks of this dose alone: its limits, its amount, what is unknown before it, a patch that is still on. */
export function doseChecks(
  chart: Chart,
  order: ChartOrder,
  detail: MedicationDetail,
  dose: IntendedDose,
): Alert[] {
  return [
    ...unusual(dose),
    ...(detail.limits ?? []).flatMap((limit) => limitAlert(chart, limit, dose)),
    ...amountAlert(order, detail, dose),
    ...unknownBefore(chart, order, detail),
    ...alsoOverdue(chart, order, detail, dose),
    ...patchOn(chart, detail, dose),
  ];
}

const labelOf = (name: LimitedParameter) => VITAL_PARAMETERS.find((known) => known.name === name)!;

/** "hold if pulse is below 60 per minute". */
export function limitInWords({ parameter, below, above }: ParameterLimit): string {
  const { label, unit } = labelOf(parameter);
  const outside = [
    below === undefined ? [] : [`below ${formatNumber(below)}`],
    above === undefined ? [] : [`above ${formatNumber(above)}`],
  ].flat();
  return `hold if ${label.toLowerCase()} is ${outside.join(' or ')} ${unit}`;
}

/** The newest value of a vital sign that is known here by then, from charted sets and from doses it was measured for. */
export function lastMeasured(
  chart: Chart,
  parameter: LimitedParameter,
  at: string,
): { value: number; at: string } | undefined {
  const sets = chart.vitals.flatMap((set) => {
    const value = set.body.values[parameter];
    return stands(set) && value !== undefined ? [{ value, at: set.body.effectiveAt }] : [];
  });
  const forDoses = chart.orders
    .flatMap((order) => order.administrations)
    .flatMap((given) => {
      const found = given.body.measured?.find((item) => item.parameter === parameter);
      return stands(given) && found
        ? [{ value: found.value, at: found.measuredAt ?? given.body.effectiveAt }]
        : [];
    });
  return [...sets, ...forDoses]
    .filter((known) => Date.parse(known.at) <= Date.parse(at) + 60_000)
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
}

/** As in a set of vital signs (codes.md): 250 where 50 was meant would let through what the order holds back. */
function unusual({ measured = [] }: IntendedDose): Alert[] {
  return measured.flatMap(({ parameter, value, measuredAt }) => {
    // A charted one was asked about when it was charted.
    const check = measuredAt === undefined ? checkVital(parameter, value) : undefined;
    return check?.verdict === 'ask'
      ? [
          {
            code: 'parameter-unusual',
            severity: 'confirm',
            message: check.message,
            confirm: 'This value is right',
          },
        ]
      : [];
  });
}

/** The value that holds for a dose at that time without being measured again, and when it was. */
export function freshMeasured(
  chart: Chart,
  parameter: LimitedParameter,
  at: string,
): { value: number; at: string } | undefined {
  const last = lastMeasured(chart, parameter, at);
  return last && Date.parse(at) - Date.parse(last.at) <= PARAMETER_GOOD_FOR_MS ? last : undefined;
}

/** Whether the order asks to hold the dose at that value. */
export const isOutside = ({ below, above }: ParameterLimit, value: number): boolean =>
  (below !== undefined && value < below) || (above !== undefined && value > above);

function limitAlert(chart: Chart, limit: ParameterLimit, dose: IntendedDose): Alert[] {
  const { label, unit } = labelOf(limit.parameter);
  const now = dose.measured?.find(({ parameter }) => parameter === limit.parameter);
  const holds = now ?? freshMeasured(chart, limit.parameter, dose.at);
  const says = `The order says ${limitInWords(limit)}`;
  if (!holds) {
    const last = lastMeasured(chart, limit.parameter, dose.at);
    const known = last
      ? `The last is ${formatNumber(last.value)} ${unit}, ${formatAgo(last.at, dose.at)}`
      : 'None is known here';
    return [
      {
        code: 'parameter-unknown',
        severity: 'stop-and-think',
        message: `${says}. ${known}: measure it now.`,
      },
    ];
  }
  if (!isOutside(limit, holds.value)) return [];
  return [
    {
      code: 'parameter-outside',
      severity: 'stop-and-think',
      message: `${says}. ${label} is ${formatNumber(holds.value)} ${unit}.`,
    },
  ];
}

function amountAlert(order: ChartOrder, detail: MedicationDetail, { dose }: IntendedDose): Alert[] {
  const given = dose && !order.incomplete.includes('dose') ? inUnit(dose, detail.dose.unit) : undefined;
  if (!dose || given === undefined || given <= detail.dose.value) return [];
  return [
    {
      code: 'more-than-ordered',
      severity: 'stop-and-think',
      message: `The order says ${formatQuantity(detail.dose)}, not ${formatQuantity(dose)}.`,
    },
  ];
}

/** The first dose after the outage began of an order whose last dose the EHR did not tell (medication.md). */
function unknownBefore(chart: Chart, order: ChartOrder, detail: MedicationDetail): Alert[] {
  if (lastGiven(order)) return [];
  if (chart.dueDoses.some((due) => due.order === order.id && due.maybeGivenBefore))
    return [
      {
        code: 'last-dose-unknown',
        severity: 'confirm',
        message: `This dose was due before the EHR's list was taken, which does not say whether it was given: ${MAYBE_IN_EHR}.`,
        confirm: 'Checked with patient and paper',
      },
    ];
  if (order.source.from !== 'ehr' || detail.schedule.type === 'once') return [];
  return [
    {
      code: 'last-dose-unknown',
      severity: 'confirm',
      message: 'When the last dose before the outage was given is not known.',
      confirm: 'Checked with patient and paper',
    },
  ];
}

/** Doses that were overdue longer than this have no bearing on the one that is given now: project default. */
const OVERDUE_MATTERS_MS = 24 * 3_600_000;

/** Two overdue doses of one drug are never given one after the other unasked (NHS CUI, Drug Administration). */
function alsoOverdue(
  chart: Chart,
  order: ChartOrder,
  detail: MedicationDetail,
  { dueAt, at }: IntendedDose,
): Alert[] {
  const others = chart.dueDoses.filter((due) => {
    const overdueMs = Date.parse(at) - Date.parse(due.window.late);
    if (due.administration !== undefined || overdueMs <= 0 || overdueMs > OVERDUE_MATTERS_MS) return false;
    if (due.order === order.id) return dueAt === undefined || Date.parse(due.dueAt) !== Date.parse(dueAt);
    const other = chart.orders.find(({ id }) => id === due.order)?.detail;
    return other?.category === 'medication' && shareIngredient(other.medication.text, detail.medication.text);
  });
  const oldest = others[0];
  if (!oldest) return [];
  const one = others.length === 1;
  return [
    {
      code: 'also-overdue',
      severity: 'stop-and-think',
      message: `${one ? 'Another dose' : `${others.length} other doses`} of this drug ${openInWords(others)}, ${one ? '' : 'the oldest '}due ${formatAgo(oldest.dueAt, at)}. Find out what became of ${one ? 'it' : 'them'} first: two doses must not follow each other unasked.`,
    },
  ];
}

/** What nobody charted of an order that goes on is overdue; of one that was stopped it is not to be given any more. */
function openInWords(doses: readonly Pick<DueDose, 'state'>[]): string {
  const gone = doses.filter(({ state }) => state === 'not-charted').length;
  const overdue = doses.length - gone;
  const one = doses.length === 1;
  if (gone === 0) return `${one ? 'is' : 'are'} overdue and not charted`;
  if (overdue === 0)
    return one
      ? 'was due before its order was stopped or changed, and is not charted'
      : 'were due before their orders were stopped or changed, and are not charted';
  return `are not charted (${overdue} overdue, ${gone} due before an order was stopped or changed)`;
}

function patchOn(chart: Chart, detail: MedicationDetail, { at }: IntendedDose): Alert[] {
  if (!isPatch(detail)) return [];
  return chart.afterDoses.patchesOn
    .filter((patch) => shareIngredient(patch.medication, detail.medication.text))
    .map((patch) => ({
      code: 'patch-on',
      severity: 'stop-and-think',
      message: `A patch of this drug is on${patch.site === undefined ? '' : `, ${patch.site}`}, since ${formatAgo(patch.since, at)}. Take it off first.`,
    }));
}
