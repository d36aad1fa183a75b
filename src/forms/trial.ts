import { type FormAnswer, FormAnswered, type FormResponseItem } from '../clinical/index.ts';
import type { Form, FormItem } from './form.ts';
import { flatten, liveForm, type Place, placesOf } from './live.ts';
import { bound, unitsOf } from './questionnaire.ts';
import { emptySheet, type SheetNode, sheetFrom } from './sheet.ts';
import { sheetSchema } from './sheet-schema.ts';
import { type FieldValue, isEmpty, unitName } from './values.ts';

/** What came of filling in a form by machine, saving it and reading it back. */
export interface Trial {
  /** Questions that were asked of whoever fills in everything, and how many of them took an answer. */
  asked: number;
  answered: number;
  /** The filled sheet passes the form's own schema. */
  valid: boolean;
  problems: string[];
  /** What was saved, read back, is the same. */
  readsBack: boolean;
  items: FormResponseItem[];
}

/** Each answer may bring other questions; a form that goes on asking is stopped. */
const MOST_ROUNDS = 20;

/** Fills in every question that is asked, saves, reads back. The verdict on a hospital's form rests on it. */
export function tryOut(form: Form): Trial {
  let sheet = emptySheet(form);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const open = askedPlaces(form, sheet).filter(({ node }) => node.values.every(isEmpty));
    const next = open.reduce((filled, { item, path }) => {
      const value = sampleOf(item);
      return value ? withValue(filled, path, value) : filled;
    }, sheet);
    if (JSON.stringify(next) === JSON.stringify(sheet)) break;
    sheet = next;
  }
  const checked = sheetSchema(form).safeParse({ nodes: sheet });
  const { items } = liveForm(form, sheet);
  const asked = askedPlaces(form, sheet);
  const saved = FormAnswered.shape.items.safeParse(JSON.parse(JSON.stringify(items)));
  const back = saved.success ? liveForm(form, sheetFrom(form, saved.data)).items : undefined;
  return {
    asked: asked.length,
    answered: asked.filter(({ node }) => node.values.some((value) => !isEmpty(value))).length,
    valid: checked.success,
    problems: checked.success ? [] : checked.error.issues.map(({ message }) => message),
    readsBack: items.length === 0 || JSON.stringify(back) === JSON.stringify(items),
    items,
  };
}

function askedPlaces(form: Form, sheet: readonly SheetNode[]): Place[] {
  const { disabled } = liveForm(form, sheet);
  return flatten(placesOf(form.items, sheet, 'nodes', [], undefined)).filter(
    ({ item, path }) =>
      item.isQuestion && item.calculated === undefined && !item.hidden && !disabled.has(path),
  );
}

/** The sheet with one value; `path` as react-hook-form names it. */
function withValue(sheet: readonly SheetNode[], path: string, value: FieldValue): SheetNode[] {
  const copy = structuredClone(sheet) as SheetNode[];
  const at = path
    .split('.')
    .slice(1)
    .reduce<unknown>((inside, key) => (inside as Record<string, unknown>)[key], copy);
  (at as SheetNode).values = [value];
  return copy;
}

/** The first of some plausible values that the item's own schema takes. */
function sampleOf(item: FormItem): FieldValue | undefined {
  return candidates(item).find((value) => item.schema.safeParse(value).success);
}

function candidates(item: FormItem): FieldValue[] {
  const limits = [bound(item.source, 'minValue'), bound(item.source, 'maxValue')];
  const numbers = [...limits.filter((limit) => typeof limit === 'number').map(String), '7', '1.5'];
  const dates = [...limits.filter((limit) => typeof limit === 'string'), '2026-11-24'];
  switch (item.type) {
    case 'boolean':
      return [{ text: 'true' }];
    case 'integer':
    case 'decimal':
      return numbers.map((text) => ({ text }));
    case 'quantity': {
      const [unit] = unitsOf(item.source);
      return numbers.map((text) => ({ text, unit: unit ? unitName(unit) : 'cm' }));
    }
    case 'date':
      return dates.map((text) => ({ text }));
    case 'dateTime':
      return ['24-Nov-2026 14:05', ...dates].map((text) => ({ text }));
    case 'time':
      return [{ text: '14:05' }];
    case 'attachment':
      return [{ text: '', picture: { contentType: 'image/jpeg', size: 1, sha256: '0'.repeat(64) } }];
    case 'url':
      return [{ text: 'https://hospital.example/' }];
    case 'choice':
      return item.options.map((_: FormAnswer, option) => ({ text: '', option }));
    case 'open-choice':
      return [
        ...item.options.map((_: FormAnswer, option) => ({ text: '', option })),
        { text: 'Something else' },
      ];
    default:
      return ['Answer', '12345', 'A1', '12345678901', 'a@b.example'].map((text) => ({ text }));
  }
}
