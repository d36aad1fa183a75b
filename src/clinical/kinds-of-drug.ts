import { goesBy } from './display.ts';
import type { MedicationDetail } from './entries/index.ts';
import { ingredientsOf } from './ingredients.ts';

type Drug = Pick<MedicationDetail, 'medication'> & Partial<Pick<MedicationDetail, 'route'>>;

const INSULINS = ['lispro', 'aspart', 'glulisine', 'glargine', 'detemir', 'degludec', 'isophane'];

/** Given by the glucose: the form asks for it. */
export function isInsulin({ medication }: Drug): boolean {
  return (
    /\binsulins?\b/i.test(medication.text) ||
    INSULINS.some((name) => ingredientsOf(medication.text).has(name))
  );
}

/** Stays on the skin until it is taken off: a second one beside it is a double dose. */
export const isPatch = ({ medication }: Drug): boolean =>
  /\bpatch(es)?\b|\btransdermal (system|patch)\b/i.test(medication.text);

/** A site is asked for: injections, where sites are changed in turn, and patches. */
export function hasSite(drug: Drug): boolean {
  return (
    isPatch(drug) ||
    (drug.route !== undefined &&
      goesBy(drug.route, 'intramuscular', 'subcutaneous', 'intradermal', 'transdermal'))
  );
}

/** Sites in words, as HL7 v2 table 0163 has them in codes. */
export const SITES: readonly string[] = [
  'left upper arm',
  'right upper arm',
  'left deltoid',
  'right deltoid',
  'left thigh',
  'right thigh',
  'left gluteus',
  'right gluteus',
  'abdomen, left',
  'abdomen, right',
  'left chest',
  'right chest',
];
