import type { Form, FormItem } from './form.ts';

/** What becomes of one item of a form on a tablet. */
export interface ItemVerdict {
  linkId: string;
  type: string;
  text: string;
  verdict: 'renders' | 'hidden' | 'unsupported';
  /** Why it is unsupported. */
  why?: string;
  notes: string[];
}

/** Every item in the order of the form. */
export function judge(form: Form): ItemVerdict[] {
  const each = (items: readonly FormItem[], hidden: boolean): ItemVerdict[] =>
    items.flatMap((item) => {
      const concealed = hidden || item.hidden;
      return [
        {
          linkId: item.linkId,
          type: item.type,
          text: item.text,
          verdict: item.unsupported !== undefined ? 'unsupported' : concealed ? 'hidden' : 'renders',
          ...(item.unsupported === undefined ? {} : { why: item.unsupported }),
          notes: item.notes,
        } as const,
        ...each(item.items, concealed),
      ];
    });
  return each(form.items, false);
}

/** Required items that nobody can answer here: the sheet is then kept as not complete. */
export function unanswerable(form: Form): FormItem[] {
  const each = (items: readonly FormItem[]): FormItem[] =>
    items.flatMap((item) => [
      ...(item.required && item.unsupported !== undefined && !item.hidden ? [item] : []),
      ...each(item.items),
    ]);
  return each(form.items);
}
