import type { Alert } from './alerts.ts';
import { stands } from './chart/standing.ts';
import type { Chart } from './chart/types.ts';
import { formatAgo } from './dates.ts';
import { formatQuantity } from './display.ts';
import type { Glucose, GlucoseUnit } from './entries/index.ts';
import { GLUCOSE_WORDS, glucoseAsk, glucoseLevel } from './glucose.ts';

/** Rapid insulin needs a glucose that is not older (scores.md, "Glucose": project rule). */
const GLUCOSE_GOOD_FOR_MS = 60 * 60_000;

/** The newest glucose that is known here by then: charted, or measured for a dose. */
export function lastGlucose(
  chart: Pick<Chart, 'measurements' | 'orders'>,
  at: string,
): { glucose: Glucose; at: string } | undefined {
  const charted = chart.measurements.flatMap(({ body, standing }) =>
    body.kind === 'glucose-measured' && stands({ standing })
      ? [{ glucose: { value: body.value, unit: body.unit } as Glucose, at: body.effectiveAt }]
      : [],
  );
  const forDoses = chart.orders
    .flatMap(({ administrations }) => administrations)
    .flatMap((dose) =>
      dose.body.glucose && stands(dose)
        ? [{ glucose: dose.body.glucose, at: dose.body.glucoseMeasuredAt ?? dose.body.effectiveAt }]
        : [],
    );
  return [...charted, ...forDoses]
    .filter((known) => Date.parse(known.at) <= Date.parse(at) + 60_000)
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
}

/** The unit that is offered first: the ward's, else that of the last value here. */
export const usualGlucoseUnit = (
  chart: Pick<Chart, 'measurements' | 'orders' | 'settings' | 'now'>,
): GlucoseUnit => chart.settings.glucoseUnit ?? lastGlucose(chart, chart.now)?.glucose.unit ?? 'mg/dL';

/** The glucose that holds for a dose at that time without being measured again, and when it was. */
export function freshGlucose(
  chart: Pick<Chart, 'measurements' | 'orders'>,
  at: string,
): { glucose: Glucose; at: string } | undefined {
  const last = lastGlucose(chart, at);
  return last && Date.parse(at) - Date.parse(last.at) <= GLUCOSE_GOOD_FOR_MS ? last : undefined;
}

/**
 * Insulin on a low glucose is charted over only with a reason; one typed for the dose that is unusual is asked again: 40
 * of a meter in mg/dL is a low, and read as mmol/L it asks for more insulin.
 */
export function insulinAlerts(chart: Chart, typed: Glucose | undefined, at: string): Alert[] {
  const last = lastGlucose(chart, at);
  const holds = typed ?? freshGlucose(chart, at)?.glucose;
  if (!holds)
    return last
      ? [
          {
            code: 'glucose-old',
            severity: 'inform',
            message: `The last glucose (${formatQuantity(last.glucose)}) is of ${formatAgo(last.at, at)}: measure it now.`,
          },
        ]
      : [];
  const ask = typed && glucoseAsk(typed.value, typed.unit);
  const unusual: Alert[] =
    ask === undefined
      ? []
      : [
          {
            code: 'glucose-unusual',
            severity: 'confirm',
            message: ask,
            confirm: 'Value and unit are as the meter shows them',
          },
        ];
  const level = glucoseLevel(holds.value, holds.unit, false);
  if (level === 'in-range' || level === 'high') return unusual;
  const words = GLUCOSE_WORDS[level];
  return [
    ...unusual,
    {
      code: 'glucose-low',
      severity: 'stop-and-think',
      message: `Glucose ${formatQuantity(holds)}: ${words.title}. ${words.asks ?? ''}`.trim(),
    },
  ];
}
