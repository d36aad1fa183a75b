import { formatUnit } from './display.ts';
import type { Quantity } from './entries/index.ts';

/** Milligrams, and millilitres: what of each other's kind is the same amount. */
const MASS: Readonly<Record<string, number>> = { ng: 1e-6, mcg: 1e-3, mg: 1, g: 1000, kg: 1e6 };
const VOLUME: Readonly<Record<string, number>> = { mL: 1, L: 1000 };

/**
 * The amount in another unit; `undefined`: the one is not told by the other. "1 g" and "1,000 mg" are one amount, and
 * how many milligrams a tablet or a millilitre has is never guessed.
 */
export function inUnit({ value, unit }: Quantity, wanted: string): number | undefined {
  const [from, to] = [formatUnit(unit), formatUnit(wanted)];
  if (from === to) return value;
  for (const factors of [MASS, VOLUME]) {
    const [a, b] = [factors[from], factors[to]];
    if (a !== undefined && b !== undefined) return Number(((value * a) / b).toPrecision(12));
  }
  return undefined;
}
