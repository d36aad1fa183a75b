import { z } from 'zod';
import type { FormAnswer, FormResponseItem } from '../clinical/index.ts';
import type { Form, FormItem } from './form.ts';
import { FieldValue, NO_VALUE } from './values.ts';

/**
 * The sheet: what stands in the fields of a form, question by question in the order of the form. A group has one row, or
 * as many as it repeats; a question has values, and one row for what stands beneath it.
 */
export interface SheetNode {
  linkId: string;
  values: FieldValue[];
  rows: { nodes: SheetNode[] }[];
}

export const SheetNode: z.ZodType<SheetNode, SheetNode> = z.lazy(() =>
  z.object({
    linkId: z.string(),
    values: z.array(FieldValue).max(200),
    rows: z.array(z.object({ nodes: z.array(SheetNode).max(500) })).max(200),
  }),
);

/** An empty sheet, with what the form itself fills in. */
export const emptySheet = (form: Form): SheetNode[] => form.items.map((item) => emptyNode(item));

export function emptyNode(item: FormItem): SheetNode {
  return {
    linkId: item.linkId,
    values: item.isQuestion ? (item.initial.length > 0 ? item.initial : [NO_VALUE]) : [],
    rows: item.items.length > 0 || item.type === 'group' ? [{ nodes: item.items.map(emptyNode) }] : [],
  };
}

/**
 * A sheet that was kept, brought into the shape of the form: a question that the form lost is left out, a new one is
 * empty. So a draft outlives a new version of its form.
 */
export function fitSheet(items: readonly FormItem[], kept: readonly SheetNode[]): SheetNode[] {
  return items.map((item) => {
    const node = kept.find(({ linkId }) => linkId === item.linkId);
    const empty = emptyNode(item);
    if (!node) return empty;
    const rows = item.repeats || item.type !== 'group' ? node.rows : node.rows.slice(0, 1);
    return {
      linkId: item.linkId,
      values: item.isQuestion && node.values.length > 0 ? node.values : empty.values,
      rows:
        empty.rows.length === 0
          ? []
          : rows.length === 0
            ? empty.rows
            : rows.map((row) => ({ nodes: fitSheet(item.items, row.nodes) })),
    };
  });
}

/** The sheet of a form that was filled in before: what `responseOf` made of it, read back. */
export function sheetFrom(form: Form, items: readonly FormResponseItem[]): SheetNode[] {
  return readItems(form.items, items);
}

function readItems(items: readonly FormItem[], answered: readonly FormResponseItem[]): SheetNode[] {
  return items.map((item): SheetNode => {
    const found = answered.filter(({ linkId }) => linkId === item.linkId);
    const empty = emptyNode(item);
    if (item.type === 'group')
      return {
        ...empty,
        rows:
          found.length === 0
            ? // A group that nobody filled in stays empty, whatever the form would fill in at first.
              empty.rows.map(() => ({ nodes: readItems(item.items, []) }))
            : found.map((row) => ({ nodes: readItems(item.items, row.item ?? []) })),
      };
    const answers: FormAnswer[] = found.flatMap(({ answer }) => answer ?? []);
    const values = answers.flatMap((answer) => item.show(answer) ?? []);
    const inside = [...answers, ...found].flatMap((answer) => answer.item ?? []);
    return {
      ...empty,
      values: item.isQuestion ? (values.length > 0 ? values : [NO_VALUE]) : [],
      rows: empty.rows.map(() => ({ nodes: readItems(item.items, inside) })),
    };
  });
}

/** Nobody has answered anything: what the form itself fills in does not count. */
export function isUntouched(form: Form, sheet: readonly SheetNode[]): boolean {
  return JSON.stringify(fitSheet(form.items, sheet)) === JSON.stringify(emptySheet(form));
}
