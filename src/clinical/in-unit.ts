import { formatUnit } from './display.ts';
import type { Quantity } from './entries/index.ts';

/** In milligrams, millilitres and millimetres: what of each other's kind is the same amount. */
const KINDS: readonly Readonly<Record<string, number>>[] = [
  { ng: 1e-6, mcg: 1e-3, mg: 1, g: 1000, kg: 1e6, '[oz_av]': 28_349.523125, '[lb_av]': 453_592.37 },
  { mL: 1, L: 1000 },
  { mm: 1, cm: 10, m: 1000, '[in_i]': 25.4 },
];
/** Points on a scale, not amounts: degrees of 0 °C, and how many of them one kelvin is. */
const TEMPERATURES: Readonly<Record<string, { zero: number; perKelvin: number }>> = {
  '°C': { zero: 0, perKelvin: 1 },
  '[degF]': { zero: 32, perKelvin: 1.8 },
};

/**
 * The amount in another unit; `undefined`: the one is not told by the other. "1 g" and "1,000 mg" are one amount, and
 * how many milligrams a tablet or a millilitre has is never guessed.
 */
export function inUnit({ value, unit }: Quantity, wanted: string): number | undefined {
  const [from, to] = [formatUnit(unit), formatUnit(wanted)];
  if (from === to) return value;
  for (const factors of KINDS) {
    const [a, b] = [factors[from], factors[to]];
    if (a !== undefined && b !== undefined) return Number(((value * a) / b).toPrecision(12));
  }
  const [a, b] = [TEMPERATURES[from], TEMPERATURES[to]];
  return a && b
    ? Number((((value - a.zero) / a.perKelvin) * b.perKelvin + b.zero).toPrecision(12))
    : undefined;
}
