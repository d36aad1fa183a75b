import type { z } from 'zod';
import type { FormAnswer } from '../clinical/index.ts';
import { whyNotEvaluable } from './expressions.ts';
import {
  CORE,
  type Expression,
  extensions,
  type Item,
  isHidden,
  isSignature,
  itemControl,
  mimeTypes,
  optionsOf,
  Questionnaire,
  SDC,
} from './questionnaire.ts';
import { answerSchema, type FieldValue, matches, toAnswer, toFieldValue } from './values.ts';

/** One item of a form, with what is known of it before anybody answers. */
export interface FormItem {
  linkId: string;
  type: string;
  text: string;
  prefix: string | undefined;
  /** A display beneath a question that explains it. */
  isHelp: boolean;
  isQuestion: boolean;
  hidden: boolean;
  required: boolean;
  repeats: boolean;
  readOnly: boolean;
  /** Least and most rows or answers, where the form says so. */
  minOccurs: number;
  maxOccurs: number;
  options: FormAnswer[];
  /** Of an attachment: drawn by hand as a signature, not photographed. */
  signature: boolean;
  initial: FieldValue[];
  initialExpression: string | undefined;
  calculated: string | undefined;
  enableExpression: string | undefined;
  textExpression: string | undefined;
  variables: { name: string; expression: string }[];
  constraints: { expression: string; message: string; severity: 'error' | 'warning' }[];
  /** Why it cannot be answered here; absent: it can. */
  unsupported: string | undefined;
  /** What of it is left out, although it can be answered. */
  notes: string[];
  schema: z.ZodType<FormAnswer, unknown>;
  /** The answer as its field shows it. */
  show(answer: FormAnswer): FieldValue | undefined;
  source: Item;
  items: FormItem[];
}

/** A Questionnaire, read and judged: what screens, schema and verdict are made from. */
export interface Form {
  /** Stable name: the Questionnaire's id, or made from its title. */
  id: string;
  title: string;
  url?: string;
  version?: string;
  description?: string;
  copyright?: string;
  variables: FormItem['variables'];
  items: FormItem[];
  questionnaire: Questionnaire;
  timeZone: string;
}

export type ReadForm = { ok: true; form: Form } | { ok: false; problem: string };

/** Reads a Questionnaire that anybody may have written. `timeZone`: the site's, by which moments are typed. */
export function readForm(value: unknown, timeZone: string): ReadForm {
  const parsed = Questionnaire.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      ok: false,
      problem: `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'cannot be read'}`.trim(),
    };
  }
  const questionnaire = parsed.data;
  const title = (questionnaire.title ?? questionnaire.name ?? questionnaire.id ?? 'Form').slice(0, 300);
  const read = createReader(questionnaire, timeZone);
  return {
    ok: true,
    form: {
      id: formId(questionnaire.id ?? title),
      title,
      ...(questionnaire.url === undefined ? {} : { url: questionnaire.url }),
      ...(questionnaire.version === undefined ? {} : { version: questionnaire.version }),
      ...(questionnaire.description === undefined ? {} : { description: questionnaire.description }),
      ...(questionnaire.copyright === undefined ? {} : { copyright: questionnaire.copyright }),
      variables: variablesOf(questionnaire),
      items: questionnaire.item.map((item) => read(item, false)),
      questionnaire,
      timeZone,
    },
  };
}

const formId = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9.-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64) || 'form';

const QUESTIONS: readonly string[] = [
  'boolean',
  'decimal',
  'integer',
  'date',
  'dateTime',
  'time',
  'string',
  'text',
  'url',
  'choice',
  'open-choice',
  'quantity',
  'attachment',
];

function createReader(questionnaire: Questionnaire, timeZone: string) {
  const known = new Set<string>();
  const all = new Set<string>();
  const collect = (items: readonly Item[]): void => {
    for (const item of items) {
      all.add(item.linkId);
      collect(item.item ?? []);
    }
  };
  collect(questionnaire.item);

  return function read(item: Item, insideRepeatedQuestion: boolean): FormItem {
    const twice = known.has(item.linkId);
    known.add(item.linkId);
    const options = optionsOf(item, questionnaire);
    const isQuestion = QUESTIONS.includes(item.type);
    const unsupported =
      (twice ? 'its linkId stands twice in the form' : undefined) ??
      (insideRepeatedQuestion && isQuestion
        ? 'a question beneath each answer of a repeated question'
        : undefined) ??
      whyUnsupported(item, options);
    const calculated = fhirPathOf(item, `${SDC}sdc-questionnaire-calculatedExpression`);
    const notes = notesOn(item, all);
    return {
      linkId: item.linkId,
      type: item.type,
      text: item.text ?? '',
      prefix: item.prefix,
      isHelp: item.type === 'display' && ['help', 'flyover', 'unit'].includes(itemControl(item) ?? ''),
      isQuestion: isQuestion && unsupported === undefined,
      hidden: isHidden(item),
      required: item.required ?? false,
      repeats: item.repeats ?? false,
      readOnly: (item.readOnly ?? false) || calculated !== undefined,
      minOccurs: extensions(item, `${CORE}questionnaire-minOccurs`)[0]?.valueInteger ?? 0,
      maxOccurs:
        extensions(item, `${CORE}questionnaire-maxOccurs`)[0]?.valueInteger ?? Number.POSITIVE_INFINITY,
      options: (options ?? []).map(toAnswer),
      signature: isSignature(item),
      initial: initialOf(item, questionnaire, timeZone),
      initialExpression: fhirPathOf(item, `${SDC}sdc-questionnaire-initialExpression`),
      calculated,
      enableExpression: fhirPathOf(item, `${SDC}sdc-questionnaire-enableWhenExpression`),
      textExpression: fhirPathOf(item._text, `${CORE}cqf-expression`),
      variables: variablesOf(item),
      constraints: constraintsOf(item),
      unsupported,
      notes,
      schema: answerSchema(item, questionnaire, timeZone),
      show: (answer) => toFieldValue(answer, item, questionnaire, timeZone),
      source: item,
      items: (item.item ?? []).map((inner) => read(inner, isQuestion && item.repeats === true)),
    };
  };
}

const isPicture = (mimeType: string): boolean => /^(image\/|\*)/.test(mimeType);

/** Why an item cannot be answered; `undefined`: it can. */
function whyUnsupported(item: Item, options: unknown[] | undefined): string | undefined {
  switch (item.type) {
    case 'attachment': {
      const wanted = mimeTypes(item);
      return wanted.length === 0 || wanted.some(isPicture)
        ? undefined
        : `attachment: it wants ${wanted.join(', ')}, and a tablet takes pictures`;
    }
    case 'reference':
      return 'reference: it points to another record of the EHR, which a tablet cannot search';
    case 'group':
    case 'display':
      return undefined;
  }
  if (!QUESTIONS.includes(item.type)) return `${item.type}: this is no type of FHIR R4`;
  if (item.type === 'choice' && options === undefined) {
    if (extensions(item, `${SDC}sdc-questionnaire-answerExpression`).length > 0)
      return 'choice: its answers come from a query to the EHR';
    return item.answerValueSet === undefined
      ? 'choice: it names no answers to choose from'
      : `choice: its answers are in a value set that the file does not contain (${item.answerValueSet})`;
  }
  const enable = extensions(item, `${SDC}sdc-questionnaire-enableWhenExpression`)[0]?.valueExpression;
  const hindered = enable && whyNotEvaluable(enable);
  if (hindered) return `when it is asked depends on an expression: ${hindered}`;
  const calculated = extensions(item, `${SDC}sdc-questionnaire-calculatedExpression`)[0]?.valueExpression;
  const uncalculated = calculated && whyNotEvaluable(calculated);
  return uncalculated ? `it is calculated: ${uncalculated}` : undefined;
}

function notesOn(item: Item, known: ReadonlySet<string>): string[] {
  const notes: string[] = [];
  for (const url of [`${SDC}sdc-questionnaire-initialExpression`, `${CORE}cqf-expression`]) {
    for (const { valueExpression } of extensions(item, url)) {
      const why = valueExpression && whyNotEvaluable(valueExpression);
      if (why) notes.push(`not filled in beforehand: ${why}`);
    }
  }
  if (item.type === 'open-choice' && item.answerValueSet !== undefined && !item.answerOption)
    notes.push(`only free text: the file does not contain ${item.answerValueSet}`);
  const pattern = extensions(item, `${CORE}regex`)[0]?.valueString;
  if (pattern !== undefined && !isPattern(pattern)) notes.push(`its pattern cannot be read: ${pattern}`);
  for (const { question } of item.enableWhen ?? [])
    if (!known.has(question)) notes.push(`it depends on ${question}, which the form does not have`);
  return notes;
}

/** A pattern that matches nothing still reads; one that does not read matches everything (`matches`). */
const isPattern = (pattern: string): boolean => !matches(`(?!)(?:${pattern})`, '');

function fhirPathOf(of: { extension?: Item['extension'] } | undefined, url: string): string | undefined {
  for (const { valueExpression } of extensions(of, url)) {
    if (valueExpression?.expression !== undefined && whyNotEvaluable(valueExpression) === undefined)
      return valueExpression.expression;
  }
  return undefined;
}

function variablesOf(of: { extension?: Item['extension'] }): FormItem['variables'] {
  return extensions(of, `${CORE}variable`).flatMap(({ valueExpression }) => {
    const { name, expression } = (valueExpression ?? {}) as Expression;
    return name !== undefined &&
      expression !== undefined &&
      valueExpression &&
      !whyNotEvaluable(valueExpression)
      ? [{ name, expression }]
      : [];
  });
}

function constraintsOf(item: Item): FormItem['constraints'] {
  return extensions(item, `${CORE}questionnaire-constraint`).flatMap((one) => {
    const part = (url: string) => extensions(one, url)[0];
    const expression = part('expression')?.valueString;
    return expression === undefined
      ? []
      : [
          {
            expression,
            message: part('human')?.valueString ?? 'This does not agree with the other answers',
            severity: part('severity')?.valueCode === 'warning' ? ('warning' as const) : ('error' as const),
          },
        ];
  });
}

function initialOf(item: Item, questionnaire: Questionnaire, timeZone: string): FieldValue[] {
  const selected = (item.answerOption ?? []).flatMap((option, place): FieldValue[] =>
    option.initialSelected ? [{ text: '', option: place }] : [],
  );
  const given = (item.initial ?? []).flatMap(
    (one) => toFieldValue(toAnswer(one), item, questionnaire, timeZone) ?? [],
  );
  // A quantity whose initial value is only a unit fills in the unit.
  const unit = item.initial?.[0]?.valueQuantity;
  if (item.type === 'quantity' && given.length === 0 && unit?.code !== undefined)
    return [{ text: '', unit: unit.code }];
  const found = [...selected, ...given];
  return item.repeats ? found : found.slice(0, 1);
}
