import type { VitalValues } from './entries/index.ts';

/** The measured numbers of a set of observations. */
export type VitalNumber =
  | 'respirationRate'
  | 'oxygenSaturation'
  | 'oxygenFlow'
  | 'systolic'
  | 'diastolic'
  | 'pulse'
  | 'temperature';

export interface VitalParameter {
  name: VitalNumber & keyof VitalValues;
  label: string;
  /** As shown beside the number. */
  unit: string;
  step: number;
  /** Outside: asked again. Limits are the project's defaults for adults, a setting that a clinician signs (codes.md). */
  ask: readonly [number, number];
  /** Outside: impossible, refused. */
  refuse: readonly [number, number];
}

/** In the order of measuring. */
export const VITAL_PARAMETERS: readonly VitalParameter[] = [
  {
    name: 'respirationRate',
    label: 'Respiration rate',
    unit: 'per minute',
    step: 1,
    ask: [6, 40],
    refuse: [0, 120],
  },
  {
    name: 'oxygenSaturation',
    label: 'Oxygen saturation',
    unit: '%',
    step: 1,
    ask: [75, 100],
    refuse: [30, 100],
  },
  { name: 'oxygenFlow', label: 'Oxygen flow', unit: 'L/min', step: 0.5, ask: [0, 15], refuse: [0, 80] },
  { name: 'systolic', label: 'Systolic', unit: 'mmHg', step: 1, ask: [70, 220], refuse: [0, 320] },
  { name: 'diastolic', label: 'Diastolic', unit: 'mmHg', step: 1, ask: [35, 120], refuse: [0, 240] },
  { name: 'pulse', label: 'Pulse', unit: 'per minute', step: 1, ask: [35, 170], refuse: [0, 300] },
  { name: 'temperature', label: 'Temperature', unit: '°C', step: 0.1, ask: [34.5, 40.5], refuse: [20, 46] },
];

export type RangeVerdict = { verdict: 'ok' } | { verdict: 'ask' | 'refuse'; message: string };

/** Implausible is asked again, impossible is refused. */
export function checkVital(name: VitalNumber, value: number): RangeVerdict {
  const parameter = VITAL_PARAMETERS.find((candidate) => candidate.name === name)!;
  const within = ([low, high]: readonly [number, number]): boolean => value >= low && value <= high;
  if (!Number.isFinite(value) || !within(parameter.refuse)) {
    return {
      verdict: 'refuse',
      message: `${parameter.label} ${value} ${parameter.unit} is not possible: it must be ${parameter.refuse[0]} to ${parameter.refuse[1]} ${parameter.unit}.`,
    };
  }
  if (Math.abs(value / parameter.step - Math.round(value / parameter.step)) > 1e-6) {
    return {
      verdict: 'refuse',
      message:
        parameter.step === 1
          ? `${parameter.label} is a whole number.`
          : `${parameter.label} has steps of ${parameter.step} ${parameter.unit}.`,
    };
  }
  if (!within(parameter.ask))
    return {
      verdict: 'ask',
      message: `${parameter.label} ${value} ${parameter.unit} is unusual. Measure again, or confirm it.`,
    };
  return { verdict: 'ok' };
}
