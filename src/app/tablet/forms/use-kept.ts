import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useState } from 'react';
import { type DefaultValues, type UseFormReturn, useForm } from 'react-hook-form';
import { z } from 'zod';
import { useKeptValues } from './KeptForm.tsx';

/** Half of a date is no date yet, and is kept all the same: of texts, only that they are texts is checked. */
const fits = (schema: z.ZodType, value: unknown): boolean =>
  schema instanceof z.ZodString ? typeof value === 'string' : schema.safeParse(value).success;

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);

/**
 * `useState` for what a person types or chooses: it outlives a lock, where a `KeptForm` is around. What a draft gives back
 * is checked by the schema, or it is the initial value. `beside`: kept with the rest, and by itself nothing to keep.
 */
export function useKept<T>(
  name: string,
  schema: z.ZodType<T>,
  initial: T | (() => T),
  { beside = false }: { beside?: boolean } = {},
): [T, (next: T) => void] {
  const { read, report } = useKeptValues();
  const [first] = useState(initial);
  const [value, setValue] = useState<T>(() => {
    const kept = read(name);
    return kept && fits(schema, kept.value) ? (kept.value as T) : first;
  });
  useEffect(
    () => report({ [name]: { value: value ?? null, changed: !beside && differs(value, first) } }),
    [report, name, value, first, beside],
  );
  return [value, setValue];
}

/** When it happened, as it is shown and typed. Kept as it was, and by itself nothing to keep. */
export const useKeptTime = (initial: string): [string, (next: string) => void] =>
  useKept('at', z.string(), initial, { beside: true });

interface NotKept<Name> {
  /** Secrets, confirmations and reasons for overriding: asked again, since the chart may have changed. */
  never?: readonly Name[];
  /** Kept, and by themselves nothing to keep. */
  beside?: readonly Name[];
  /**
   * What holds for the moment of the field `at` alone, and that field: kept where a person typed the time. Else it is the
   * time at which the form is continued, and a value of before must not be charted at it.
   */
  ofTheMoment?: readonly Name[];
}

/** `useForm` with the entry's fields, which outlive a lock like those of `useKept`. */
export function useKeptForm<S extends z.ZodObject>(
  schema: S,
  initial: z.input<S>,
  { never = [], beside = [], ofTheMoment = [] }: NotKept<keyof z.input<S>> = {},
): UseFormReturn<z.input<S>, unknown, z.output<S>> {
  const { read, report } = useKeptValues();
  const [first] = useState<Record<string, unknown>>(initial);
  const [start] = useState(() => {
    const kept = Object.keys(first).flatMap((name) => {
      const value = never.includes(name) ? undefined : read(name);
      const field = schema.shape[name] as z.ZodType | undefined;
      return value && field && fits(field, value.value) ? [[name, value.value]] : [];
    });
    return { ...first, ...Object.fromEntries(kept) } as DefaultValues<z.input<S>>;
  });
  const form = useForm<z.input<S>, unknown, z.output<S>>({
    // The schema's own types are lost in a generic.
    resolver: zodResolver(schema as never) as never,
    defaultValues: start,
  });
  const fields = form.watch() as Record<string, unknown>;
  const momentKept = fields.at !== first.at;
  const text = JSON.stringify(
    Object.keys(first).map((name) => {
      const kept = !never.includes(name) && (momentKept || !ofTheMoment.includes(name));
      const value = fields[name];
      return [
        name,
        {
          ...(kept ? { value: value ?? null } : {}),
          changed: kept && !beside.includes(name) && differs(value, first[name]),
        },
      ];
    }),
  );
  useEffect(() => report(Object.fromEntries(JSON.parse(text))), [report, text]);
  return form;
}
