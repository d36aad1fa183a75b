import { stands } from './chart/standing.ts';
import type { Chart } from './chart/types.ts';
import { knownWeight } from './dose-range.ts';

const HOUR_MS = 3_600_000;
/** KDIGO: below 0.5 mL/kg/h for 6 hours is stage 1 (scores.md, "Fluids and urine"). */
const WINDOW_HOURS = 6;
const LEAST = 0.5;

export interface UrineOutput {
  /** Since the last emptying, mL/kg/h, two decimals. */
  latest: number;
  hours: number;
  weightKg: number;
  /** Mean of the last six hours, where emptyings cover them. */
  mean?: number;
  /** The mean is below 0.5: tell somebody. */
  low: boolean;
}

/**
 * Urine by weight: volume ÷ hours since the last emptying ÷ weight. `undefined`: fewer than two measured emptyings, no
 * weight, or something that was not measured since, which would make it too little.
 */
export function urineOutput(
  chart: Pick<Chart, 'measurements' | 'ehrObservations' | 'now'>,
): UrineOutput | undefined {
  const weight = knownWeight(chart);
  const emptied = chart.measurements
    .flatMap((entry) =>
      stands(entry) && entry.body.kind === 'fluid-recorded' && entry.body.route === 'urine'
        ? [{ at: Date.parse(entry.body.effectiveAt), ml: entry.body.volumeMl }]
        : [],
    )
    .sort((a, b) => b.at - a.at);
  const [last, before] = emptied;
  if (!weight || !last || !before || last.ml === undefined || last.at === before.at) return undefined;
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  const hours = (last.at - before.at) / HOUR_MS;
  let ml = 0;
  let mean: number | undefined;
  for (const [index, emptying] of emptied.entries()) {
    if (emptying.ml === undefined) break;
    const previous = emptied[index + 1];
    if (!previous) break;
    ml += emptying.ml;
    const covered = (last.at - previous.at) / HOUR_MS;
    if (covered >= WINDOW_HOURS) {
      mean = ml / covered / weight.kg;
      break;
    }
  }
  return {
    latest: rounded(last.ml / hours / weight.kg),
    hours: rounded(hours),
    weightKg: weight.kg,
    ...(mean === undefined ? {} : { mean: rounded(mean) }),
    low: mean !== undefined && mean < LEAST,
  };
}
