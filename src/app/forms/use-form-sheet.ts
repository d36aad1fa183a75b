import { zodResolver } from '@hookform/resolvers/zod';
import { useMemo } from 'react';
import { type UseFormReturn, useForm, useWatch } from 'react-hook-form';
import {
  brokenConstraints,
  type Form,
  type FormContext,
  type LiveForm,
  liveForm,
  type SheetNode,
  sheetSchema,
} from '../../forms/index.ts';
import type { SheetFields } from './QuestionnaireFields.tsx';

/** A form and what is typed into it: the fields, and what they make of the form. */
export function useFormSheet(
  form: Form,
  initial: SheetNode[],
  context: FormContext,
): {
  sheet: UseFormReturn<SheetFields>;
  nodes: SheetNode[];
  live: LiveForm;
  warnings: ReadonlyMap<string, string>;
} {
  const schema = useMemo(() => sheetSchema(form, context), [form, context]);
  const sheet = useForm<SheetFields>({
    resolver: zodResolver(schema),
    defaultValues: { nodes: initial },
  });
  const nodes = useWatch({ control: sheet.control, name: 'nodes' });
  const live = useMemo(() => liveForm(form, nodes, context), [form, nodes, context]);
  const warnings = useMemo(
    () =>
      new Map(
        brokenConstraints(form, nodes, live, context)
          .filter(({ severity }) => severity === 'warning')
          .map(({ path, message }) => [path, message]),
      ),
    [form, nodes, live, context],
  );
  return { sheet, nodes, live, warnings };
}
