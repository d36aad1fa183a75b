import { z } from 'zod';
import type { Form } from './form.ts';
import { brokenConstraints, type FormContext, flatten, liveForm, placesOf } from './live.ts';
import { SheetNode } from './sheet.ts';
import { isEmpty } from './values.ts';

/** Pictures of one form go to the EHR in one resource: with more, servers begin to refuse it. */
const MOST_PICTURES = 8;

/**
 * The zod schema of a filled form, derived from its Questionnaire: each answer by the schema of its item, required ones
 * where they are asked, rows and answers as many as the form wants, and its own constraints.
 */
export function sheetSchema(form: Form, context: FormContext = {}) {
  return z.object({ nodes: z.array(SheetNode) }).superRefine(({ nodes }, check) => {
    const live = liveForm(form, nodes, context);
    let pictures = 0;
    const refuse = (path: string, message: string): void =>
      check.addIssue({ code: 'custom', message, path: path.split('.') });
    for (const { item, node, path } of flatten(placesOf(form.items, nodes, 'nodes', [], undefined))) {
      if (live.disabled.has(path) || item.hidden) continue;
      if (item.type === 'group') {
        const filled = node.rows.length;
        if (item.repeats && filled > item.maxOccurs) refuse(path, `At most ${item.maxOccurs} of these`);
        continue;
      }
      if (!item.isQuestion || item.calculated !== undefined) continue;
      const filled = node.values.filter((value) => !isEmpty(value));
      pictures += filled.filter(({ picture }) => picture !== undefined).length;
      if (item.type === 'attachment' && filled.length > 0 && pictures > MOST_PICTURES)
        refuse(`${path}.values.0.text`, `At most ${MOST_PICTURES} pictures in one form`);
      const least = Math.max(item.minOccurs, item.required ? 1 : 0);
      if (filled.length < least)
        refuse(`${path}.values.0.text`, least > 1 ? `At least ${least} answers` : 'This is needed');
      if (filled.length > item.maxOccurs)
        refuse(`${path}.values.0.text`, `At most ${item.maxOccurs} answers`);
      node.values.forEach((value, at) => {
        if (isEmpty(value)) return;
        const parsed = item.schema.safeParse(value);
        if (!parsed.success)
          refuse(`${path}.values.${at}.text`, parsed.error.issues[0]?.message ?? 'Not readable');
      });
    }
    for (const { path, message, severity } of brokenConstraints(form, nodes, live, context))
      if (severity === 'error') refuse(`${path}.values.0.text`, message);
  });
}
