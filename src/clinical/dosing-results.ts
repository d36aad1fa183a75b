import { inUnit } from './in-unit.ts';

/** A result of the EHR, as the snapshot has it. */
interface Result {
  name: string;
  loinc?: string;
  value: string;
  unit?: string;
}

/** LOINC (codes.md): what is meant, and what is called the same and is something else. */
interface Meant {
  loinc: readonly string[];
  notLoinc: readonly string[];
  name: RegExp;
  notName: RegExp;
}
const WEIGHT: Meant = {
  loinc: ['29463-7', '3141-9'],
  notLoinc: ['8339-4'],
  name: /^(body )?weight( measured)?$/i,
  notName: /birth/i,
};
/** Of serum or plasma, and of whole blood: 38483-4. Of urine: 2161-8, 14683-7. */
const CREATININE: Meant = {
  loinc: ['2160-0', '14682-9', '38483-4'],
  notLoinc: ['2161-8', '14683-7'],
  name: /^((serum|plasma|blood) )?creatinine\b/i,
  notName: /urine|clearance/i,
};

/** What a server is asked for by code, one search each: so frequent a thing as a pulse must not push them out. */
export const DOSING_LOINC: readonly (readonly string[])[] = [WEIGHT.loinc, CREATININE.loinc];

/** The code tells first; where it is none of those that we know, the name. */
const isOf = ({ loinc, name }: Pick<Result, 'loinc' | 'name'>, meant: Meant): boolean => {
  if (loinc !== undefined && meant.loinc.includes(loinc)) return true;
  if (loinc !== undefined && meant.notLoinc.includes(loinc)) return false;
  return meant.name.test(name.trim()) && !meant.notName.test(name);
};

/** Doses are worked out from it: a weight, or the creatinine of the blood. */
export const isDosingResult = (result: Pick<Result, 'loinc' | 'name'>): boolean =>
  isOf(result, WEIGHT) || isOf(result, CREATININE);

/** UCUM and the words that EHRs show instead, in small letters, to UCUM. */
const MASSES = new Map([
  ...['kg', 'kgs', 'kilogram', 'kilograms'].map((word) => [word, 'kg'] as const),
  ...['g', 'gm', 'gram', 'grams'].map((word) => [word, 'g'] as const),
  ...['[lb_av]', 'lb', 'lbs', 'pound', 'pounds'].map((word) => [word, '[lb_av]'] as const),
]);

/** Kilograms; `undefined`: no weight, or in a unit that is not known. */
export function weightKgOf(result: Result): number | undefined {
  const unit = MASSES.get(wordOf(result.unit));
  const value = Number(result.value);
  return isOf(result, WEIGHT) && unit !== undefined && value > 0 ? inUnit({ value, unit }, 'kg') : undefined;
}

/** mg/dL; `undefined`: no creatinine of the blood, or in a unit that is not known. µmol/L ÷ 88.4 = mg/dL. */
export function creatinineMgDlOf(result: Result): number | undefined {
  const value = Number(result.value);
  if (!isOf(result, CREATININE) || !(value > 0)) return undefined;
  const unit = wordOf(result.unit);
  if (unit === 'mg/dl') return value;
  // The micro sign and the Greek letter look alike, and EHRs send both.
  return /^[u\u00b5\u03bc]mol\/l$/.test(unit) ? value / 88.4 : undefined;
}

const wordOf = (unit: string | undefined): string => unit?.trim().toLowerCase() ?? '';
