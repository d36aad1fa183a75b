import { formatQuantity } from './display.ts';
import type { Glucose, GlucoseUnit } from './entries/index.ts';

/** American Diabetes Association, Standards of Care, hospital; JBDS 01 for the United Kingdom's 4.0 (scores.md). */
export type GlucoseLevel = 'low-3' | 'low-2' | 'low-1' | 'below-4' | 'in-range' | 'high';

/** Compared in the unit that was measured, never in a converted one. */
const LIMITS = {
  'mg/dL': { low2: 54, low1: 70, treatUk: undefined, high: 180 },
  'mmol/L': { low2: 3, low1: 3.9, treatUk: 4, high: 10 },
} as const;

export function glucoseLevel(value: number, unit: GlucoseUnit, neededHelp = false): GlucoseLevel {
  const { low2, low1, treatUk, high } = LIMITS[unit];
  // Level 3 is what somebody could not treat alone, at any value: it is often measured after the sugar.
  if (neededHelp) return 'low-3';
  if (value < low2) return 'low-2';
  if (value < low1) return 'low-1';
  if (treatUk !== undefined && value < treatUk) return 'below-4';
  return value > high ? 'high' : 'in-range';
}

export const GLUCOSE_WORDS: Record<GlucoseLevel, { title: string; asks?: string }> = {
  'low-3': {
    title: 'Low, level 3',
    asks: 'Needed another person’s help: treat at once and call the medical team.',
  },
  'low-2': {
    title: 'Low, level 2',
    asks: 'Act at once. Awake and swallowing: 15 to 20 g fast sugar; measure again in 10 to 15 minutes, up to 3 times, then call.',
  },
  'low-1': {
    title: 'Low, level 1',
    asks: 'Awake and swallowing: 15 to 20 g fast sugar; measure again in 10 to 15 minutes.',
  },
  'below-4': { title: 'Below 4.0 mmol/L', asks: 'Treat as low (UK): measure again in 10 to 15 minutes.' },
  'in-range': { title: 'Not low' },
  high: { title: 'High', asks: 'Persistent values above this: start or change insulin by order.' },
};

const MG_PER_MMOL = 18.016;

/** For display beside the measured value only: mg/dL whole, mmol/L with one decimal. */
export const convertedGlucose = (value: number, unit: GlucoseUnit): { value: string; unit: GlucoseUnit } =>
  unit === 'mg/dL'
    ? { value: (value / MG_PER_MMOL).toFixed(1), unit: 'mmol/L' }
    : { value: String(Math.round(value * MG_PER_MMOL)), unit: 'mg/dL' };

/** In the ward's unit, where it was measured in the other: "7.9 mmol/L". */
export function inWardUnit({ value, unit }: Glucose, wardUnit: GlucoseUnit | undefined): string | undefined {
  if (wardUnit === undefined || wardUnit === unit) return undefined;
  const other = convertedGlucose(value, unit);
  return `${other.value} ${other.unit}`;
}

/** As it was measured, and beside it in the ward's unit where that is the other: "142 mg/dL (7.9 mmol/L)". */
export function glucoseInWords(glucose: Glucose, wardUnit: GlucoseUnit | undefined): string {
  const other = inWardUnit(glucose, wardUnit);
  return `${formatQuantity(glucose)}${other === undefined ? '' : ` (${other})`}`;
}

/**
 * A number that was read off a meter that shows the other unit: 5.4 "mg/dL" kills nobody, it is a meter in mmol/L.
 * Asked again with what was probably meant; limits are codes.md's "ask" ranges.
 */
export function glucoseAsk(value: number, unit: GlucoseUnit): string | undefined {
  const [low, high] = unit === 'mg/dL' ? [54, 360] : [3, 20];
  if (value >= low && value <= high) return undefined;
  const other = unit === 'mg/dL' ? 'mmol/L' : 'mg/dL';
  const meant = unit === 'mg/dL' ? value <= 33 : value >= 36;
  return meant
    ? `${value} ${unit} is unusual. Does the meter show ${other}?`
    : `${value} ${unit} is unusual. Measure again, or confirm it.`;
}
