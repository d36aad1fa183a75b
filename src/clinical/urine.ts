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
  /** Absent: nobody weighed the patient, and nothing has no need of it. */
  weightKg?: number;
  /** Mean of the last six hours, where emptyings cover them. */
  mean?: number;
  /** Hours up to the last emptying in which every one was charted as 0 mL. */
  noneForHours?: number;
  /** The mean is below 0.5, or there was none for as long: tell somebody. */
  low: boolean;
}

/**
 * Urine by weight: volume ÷ hours since the last emptying ÷ weight. `undefined`: fewer than two measured emptyings, no
 * weight, or something that was not measured since, which would make it too little. An emptying of 0 mL counts at any
 * weight; time after the last emptying counts for nothing, since nobody charted it.
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
  if (!last || !before || last.ml === undefined || last.at === before.at) return undefined;
  if (!weight && last.ml > 0) return undefined;
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  const hours = (last.at - before.at) / HOUR_MS;
  const emptySince = emptied.find(({ ml }) => ml !== 0) ?? emptied.at(-1);
  const none = last.ml === 0 && emptySince ? (last.at - emptySince.at) / HOUR_MS : undefined;
  let ml = 0;
  let mean: number | undefined;
  for (const [index, emptying] of emptied.entries()) {
    if (emptying.ml === undefined) break;
    const previous = emptied[index + 1];
    if (!previous) break;
    ml += emptying.ml;
    const covered = (last.at - previous.at) / HOUR_MS;
    if (covered >= WINDOW_HOURS) {
      mean = weight && ml / covered / weight.kg;
      break;
    }
  }
  return {
    latest: weight ? rounded(last.ml / hours / weight.kg) : 0,
    hours: rounded(hours),
    ...(weight ? { weightKg: weight.kg } : {}),
    ...(mean === undefined ? {} : { mean: rounded(mean) }),
    ...(none === undefined ? {} : { noneForHours: rounded(none) }),
    low: (mean !== undefined && mean < LEAST) || (none !== undefined && none >= WINDOW_HOURS),
  };
}
