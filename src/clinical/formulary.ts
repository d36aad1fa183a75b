import { z } from 'zod';
import type { DrugCode } from './gs1.ts';
import { hasCheckDigit, ndcDigits, ndcOfGtin } from './gs1.ts';
import { ingredientsOf } from './ingredients.ts';

const Positive = z.number().positive().finite();

/** What a dose should be, for people of an age: the hospital's own numbers. */
export const DoseLimit = z.object({
  /** Completed years; absent: for all. */
  fromYears: z.number().min(0).max(120).optional(),
  belowYears: z.number().min(0).max(121).optional(),
  unit: z.string().min(1).max(40),
  /** Of one dose. `perKg`: times the weight in kilograms. */
  low: Positive.optional(),
  high: Positive.optional(),
  perKg: z.literal(true).optional(),
  /** Of all doses in 24 hours, by the same unit. */
  highPerDay: Positive.optional(),
});
export type DoseLimit = z.infer<typeof DoseLimit>;

/** A drug as the hospital's formulary has it. Names in tall-man letters stay as they are written. */
export const FormularyItem = z.object({
  name: z.string().min(1).max(200),
  brand: z.string().min(1).max(200).optional(),
  /** "500 mg tablet". */
  form: z.string().min(1).max(200).optional(),
  route: z.string().min(1).max(60).optional(),
  /** Usual doses, the most used first. */
  doses: z.array(z.object({ value: Positive, unit: z.string().min(1).max(40) })).max(12),
  /** Usual frequency: a code of `FREQUENCIES` in the order form. */
  frequency: z.string().min(1).max(20).optional(),
  gtins: z.array(z.string().regex(/^\d{14}$/)).max(60),
  ndcs: z.array(z.string().regex(/^\d{10}$/)).max(120),
  limits: z.array(DoseLimit).max(12),
  /** Below this creatinine clearance (mL/min) the dose is looked at; `says` is the hospital's advice. */
  renal: z.object({ below: Positive, says: z.string().min(1).max(300) }).optional(),
});
export type FormularyItem = z.infer<typeof FormularyItem>;

/** As it is ordered: "acetaminophen 500 mg tablet". */
export const formularyText = ({ name, form }: Pick<FormularyItem, 'name' | 'form'>): string =>
  form === undefined ? name : `${name} ${form}`;

/** Columns of the file, in any order; only `name` must be there. */
export const FORMULARY_COLUMNS = [
  'name',
  'brand',
  'form',
  'route',
  'doses',
  'unit',
  'frequency',
  'gtin',
  'ndc',
  'from_years',
  'below_years',
  'low',
  'high',
  'per_kg',
  'high_per_day',
  'renal_below',
  'renal_says',
] as const;
type Column = (typeof FORMULARY_COLUMNS)[number];

export interface FormularyFile {
  items: FormularyItem[];
  /** Lines that were left out or not read in whole, and why: shown before anybody publishes. */
  problems: { line: number; why: string }[];
}

/**
 * Reads a formulary from CSV with a heading line. Several lines of one name and form are one drug: their codes and their
 * limits (for other ages, say) come together. Several values in a cell are parted by semicolons.
 */
export function readFormularyCsv(text: string): FormularyFile {
  const problems: FormularyFile['problems'] = [];
  const [heading = [], ...rows] = readCsv(text);
  const columns = heading.map((name) => name.trim().toLowerCase().replaceAll(' ', '_'));
  if (!columns.includes('name'))
    return { items: [], problems: [{ line: 1, why: 'the first line has to name the columns, with “name”' }] };
  for (const name of columns)
    if (name !== '' && !FORMULARY_COLUMNS.some((known) => known === name))
      problems.push({ line: 1, why: `the column “${name}” is not known and was left out` });
  const items = new Map<string, FormularyItem>();
  rows.forEach((cells, index) => {
    if (cells.every((cell) => cell.trim() === '')) return;
    const line = index + 2;
    const cell = (name: Column): string => cells[columns.indexOf(name)]?.trim() ?? '';
    const read = readRow(cell, (why) => problems.push({ line, why }));
    const parsed = FormularyItem.safeParse(read);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      problems.push({ line, why: `left out: ${issue?.path.join(' ') ?? ''} ${issue?.message ?? ''}`.trim() });
      return;
    }
    const key = formularyText(parsed.data).toLowerCase();
    const known = items.get(key);
    items.set(key, known ? together(known, parsed.data) : parsed.data);
  });
  return { items: [...items.values()], problems };
}

function readRow(cell: (name: Column) => string, problem: (why: string) => void): unknown {
  const list = (name: Column): string[] =>
    cell(name)
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  const number = (name: Column): number | undefined => {
    const typed = cell(name);
    if (typed === '') return undefined;
    const value = Number(typed);
    if (Number.isFinite(value)) return value;
    problem(`“${typed}” in “${name}” is no number and was left out`);
    return undefined;
  };
  const unit = cell('unit');
  const doses = list('doses').flatMap((typed) => {
    const value = Number(typed);
    if (Number.isFinite(value) && value > 0 && unit !== '') return [{ value, unit }];
    problem(`“${typed}” in “doses” needs a number and a unit, and was left out`);
    return [];
  });
  const gtins = list('gtin').flatMap((typed) => {
    const digits = typed.replace(/\D/g, '');
    if (/^(\d{8}|\d{12,14})$/.test(digits) && hasCheckDigit(digits)) return [digits.padStart(14, '0')];
    problem(`the GTIN “${typed}” is cut off or has a wrong check digit, and was left out`);
    return [];
  });
  const ndcs = list('ndc').flatMap((typed) => {
    const digits = ndcDigits(typed);
    if (digits.length === 0) problem(`the NDC “${typed}” has not ten digits and was left out`);
    return digits;
  });
  const [low, high, highPerDay] = [number('low'), number('high'), number('high_per_day')];
  const limited = low !== undefined || high !== undefined || highPerDay !== undefined;
  if (limited && unit === '') problem('limits of a dose need a unit, and were left out');
  const [fromYears, belowYears, below] = [number('from_years'), number('below_years'), number('renal_below')];
  return {
    name: cell('name'),
    ...some({ brand: cell('brand'), form: cell('form'), route: cell('route'), frequency: cell('frequency') }),
    doses,
    gtins,
    ndcs,
    limits:
      limited && unit !== ''
        ? [
            {
              unit,
              ...some({ low, high, highPerDay, fromYears, belowYears }),
              ...(/^(1|y|yes|true|x)$/i.test(cell('per_kg')) ? { perKg: true } : {}),
            },
          ]
        : [],
    ...(below === undefined
      ? {}
      : { renal: { below, says: cell('renal_says') || 'Look at the dose, or ask pharmacy' } }),
  };
}

const some = (fields: Record<string, string | number | undefined>): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(fields).filter(
      (field): field is [string, string | number] => field[1] !== undefined && field[1] !== '',
    ),
  );

function together(a: FormularyItem, b: FormularyItem): FormularyItem {
  const unique = <T>(items: T[]): T[] => [
    ...new Map(items.map((item) => [JSON.stringify(item), item])).values(),
  ];
  return {
    ...b,
    ...a,
    doses: unique([...a.doses, ...b.doses]).slice(0, 12),
    gtins: unique([...a.gtins, ...b.gtins]).slice(0, 60),
    ndcs: unique([...a.ndcs, ...b.ndcs]).slice(0, 120),
    limits: unique([...a.limits, ...b.limits]).slice(0, 12),
  };
}

/** Lines and cells of a CSV file as RFC 4180 says; commas, or semicolons where the heading has no comma. */
export function readCsv(text: string): string[][] {
  const source = text.replace(/^\ufeff/, '');
  const [heading = ''] = source.split(/\r?\n/, 1);
  const between = heading.includes(',') || !heading.includes(';') ? ',' : ';';
  const lines: string[][] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  const endLine = (): void => {
    lines.push([...cells, cell]);
    cells = [];
    cell = '';
  };
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (source[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === between) {
      cells.push(cell);
      cell = '';
    } else if (character === '\n') endLine();
    else if (character !== '\r') cell += character;
  }
  if (cell !== '' || cells.length > 0) endLine();
  return lines;
}

/** The formulary, ready to be searched: built once, and asked at every keystroke. */
export interface Formulary {
  items: readonly FormularyItem[];
  /** By what its name, brand and form begin with, the best first; at most `most`. */
  search(typed: string, most?: number): FormularyItem[];
  /** What a code on a package belongs to; `undefined`: nothing here, or several. */
  byCode(code: DrugCode): FormularyItem | undefined;
  /** The item of an order, by its words. */
  byText(text: string): FormularyItem | undefined;
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}.]+/gu) ?? [];

export function openFormulary(items: readonly FormularyItem[]): Formulary {
  const indexed = items.map((item) => ({
    item,
    text: formularyText(item).toLowerCase(),
    words: wordsOf(`${item.name} ${item.brand ?? ''} ${item.form ?? ''}`),
  }));
  indexed.sort((a, b) => (a.text < b.text ? -1 : 1));
  const codes = new Map<string, FormularyItem | undefined>();
  for (const item of items)
    for (const code of [...item.gtins, ...item.ndcs])
      codes.set(code, codes.has(code) && codes.get(code) !== item ? undefined : item);
  const byText = new Map(items.map((item) => [formularyText(item).toLowerCase(), item]));
  return {
    items,
    search(typed, most = 20) {
      const asked = wordsOf(typed);
      if (asked.length === 0) return [];
      const begins: FormularyItem[] = [];
      const others: FormularyItem[] = [];
      for (const { item, text, words } of indexed) {
        if (!asked.every((part) => words.some((word) => word.startsWith(part)))) continue;
        (text.startsWith(asked[0]!) ? begins : others).push(item);
        if (begins.length >= most) break;
      }
      return [...begins, ...others].slice(0, most);
    },
    byCode({ gtin, ndc }) {
      const inside = gtin === undefined ? undefined : ndcOfGtin(gtin);
      for (const code of [gtin, ndc, inside]) {
        const item = code === undefined ? undefined : codes.get(code);
        if (item) return item;
      }
      return undefined;
    },
    byText: (text) => byText.get(text.toLowerCase()),
  };
}

/** What was scanned, beside what was ordered. */
export type DrugMatch = 'same' | 'other-strength' | 'other-drug';

/** By ingredients, all of them, and by strength where both say one. */
export function matchDrug(ordered: string, item: FormularyItem): DrugMatch {
  const scanned = formularyText(item);
  const [a, b] = [ingredientsOf(ordered), ingredientsOf(item.name)];
  if (a.size !== b.size || ![...a].every((word) => b.has(word))) return 'other-drug';
  const [x, y] = [strengthsIn(ordered), strengthsIn(scanned)];
  return x === '' || y === '' || x === y ? 'same' : 'other-strength';
}

/** "325 mg + 7.5 mg", for comparing; empty where the words say none. */
function strengthsIn(text: string): string {
  const found = text
    .toLowerCase()
    .replaceAll(',', '')
    .matchAll(
      /(\d+(?:\.\d+)?) ?(mcg|ug|\u00b5g|mg|g|units?|%|meq|mmol)(?: ?\/ ?(\d*(?:\.\d+)?) ?(ml|l|hr|hour|actuat))?/g,
    );
  return [...found]
    .map(([, value, unit = '', per, perUnit]) => {
      const grams: Record<string, number> = { mcg: 1e-3, ug: 1e-3, '\u00b5g': 1e-3, mg: 1, g: 1000 };
      const factor = grams[unit];
      const amount = Number(value) * (factor ?? 1);
      const what = factor === undefined ? unit.replace(/s$/, '') : 'mg';
      const each = perUnit === undefined ? '' : `/${Number(per || 1)}${perUnit.replace(/^hour$/, 'hr')}`;
      return `${Number(amount.toPrecision(9))}${what}${each}`;
    })
    .sort()
    .join(' + ');
}
