import { z } from 'zod';
import { FormCoding, FormQuantity } from '../clinical/index.ts';

/**
 * FHIR R4 Questionnaire, as far as it is rendered here. What a hospital's file has beyond that is kept by nobody: the
 * verdict (`judge.ts`) says what of it is not supported.
 */

const Expression = z.looseObject({
  name: z.string().optional(),
  language: z.string().optional(),
  expression: z.string().optional(),
});
export type Expression = z.infer<typeof Expression>;

export interface Extension {
  url: string;
  extension?: Extension[];
  valueBoolean?: boolean;
  valueInteger?: number;
  valueDecimal?: number;
  valueString?: string;
  valueCode?: string;
  valueDate?: string;
  valueDateTime?: string;
  valueTime?: string;
  valueCoding?: z.infer<typeof FormCoding>;
  valueQuantity?: { value?: number; unit?: string; code?: string };
  valueCodeableConcept?: { coding?: { code?: string }[]; text?: string };
  valueExpression?: Expression;
}

const Extension: z.ZodType<Extension> = z.lazy(() =>
  z.looseObject({
    url: z.string(),
    extension: z.array(Extension).optional(),
    valueBoolean: z.boolean().optional(),
    valueInteger: z.number().optional(),
    valueDecimal: z.number().optional(),
    valueString: z.string().optional(),
    valueCode: z.string().optional(),
    valueDate: z.string().optional(),
    valueDateTime: z.string().optional(),
    valueTime: z.string().optional(),
    valueCoding: FormCoding.optional(),
    valueQuantity: z
      .looseObject({
        value: z.number().optional(),
        unit: z.string().optional(),
        code: z.string().optional(),
      })
      .optional(),
    valueCodeableConcept: z
      .looseObject({
        coding: z.array(z.looseObject({ code: z.string().optional() })).optional(),
        text: z.string().optional(),
      })
      .optional(),
    valueExpression: Expression.optional(),
  }),
);
const Extensions = z.array(Extension).optional();

const Initial = z.looseObject({
  valueBoolean: z.boolean().optional(),
  valueDecimal: z.number().optional(),
  valueInteger: z.number().optional(),
  valueDate: z.string().optional(),
  valueDateTime: z.string().optional(),
  valueTime: z.string().optional(),
  valueString: z.string().optional(),
  valueUri: z.string().optional(),
  valueCoding: FormCoding.optional(),
  valueQuantity: FormQuantity.partial().optional(),
});
export type Initial = z.infer<typeof Initial>;

const AnswerOption = z.looseObject({
  valueInteger: z.number().optional(),
  valueDate: z.string().optional(),
  valueTime: z.string().optional(),
  valueString: z.string().optional(),
  valueCoding: FormCoding.optional(),
  initialSelected: z.boolean().optional(),
  extension: Extensions,
});

const EnableWhen = z.looseObject({
  question: z.string(),
  operator: z.enum(['exists', '=', '!=', '>', '<', '>=', '<=']),
  answerBoolean: z.boolean().optional(),
  answerDecimal: z.number().optional(),
  answerInteger: z.number().optional(),
  answerDate: z.string().optional(),
  answerDateTime: z.string().optional(),
  answerTime: z.string().optional(),
  answerString: z.string().optional(),
  answerCoding: FormCoding.optional(),
  answerQuantity: FormQuantity.partial().optional(),
});
export type EnableWhen = z.infer<typeof EnableWhen>;

export interface Item {
  linkId: string;
  type: string;
  text?: string;
  _text?: { extension?: Extension[] };
  prefix?: string;
  required?: boolean;
  repeats?: boolean;
  readOnly?: boolean;
  maxLength?: number;
  answerValueSet?: string;
  answerOption?: z.infer<typeof AnswerOption>[];
  initial?: Initial[];
  enableWhen?: EnableWhen[];
  enableBehavior?: 'all' | 'any';
  extension?: Extension[];
  item?: Item[];
}

const Item: z.ZodType<Item> = z.lazy(() =>
  z.looseObject({
    linkId: z.string().min(1),
    type: z.string(),
    text: z.string().optional(),
    _text: z.looseObject({ extension: Extensions }).optional(),
    prefix: z.string().optional(),
    required: z.boolean().optional(),
    repeats: z.boolean().optional(),
    readOnly: z.boolean().optional(),
    maxLength: z.number().optional(),
    answerValueSet: z.string().optional(),
    answerOption: z.array(AnswerOption).optional(),
    initial: z.array(Initial).optional(),
    enableWhen: z.array(EnableWhen).optional(),
    enableBehavior: z.enum(['all', 'any']).optional(),
    extension: Extensions,
    item: z.array(Item).optional(),
  }),
);

const Concepts = z.array(
  z.looseObject({
    system: z.string().optional(),
    code: z.string().optional(),
    display: z.string().optional(),
  }),
);
const ContainedValueSet = z.looseObject({
  resourceType: z.literal('ValueSet'),
  id: z.string().optional(),
  url: z.string().optional(),
  expansion: z.looseObject({ contains: Concepts.optional() }).optional(),
  compose: z
    .looseObject({
      include: z
        .array(z.looseObject({ system: z.string().optional(), concept: Concepts.optional() }))
        .optional(),
    })
    .optional(),
});

export const Questionnaire = z.looseObject({
  resourceType: z.literal('Questionnaire', { error: 'this is no FHIR Questionnaire' }),
  id: z.string().optional(),
  url: z.string().optional(),
  version: z.string().optional(),
  name: z.string().optional(),
  title: z.string().optional(),
  status: z.string().optional(),
  description: z.string().optional(),
  copyright: z.string().optional(),
  publisher: z.string().optional(),
  contained: z.array(z.looseObject({ resourceType: z.string() })).optional(),
  extension: Extensions,
  item: z.array(Item, { error: 'it has no items' }).min(1, 'it has no items'),
});
export type Questionnaire = z.infer<typeof Questionnaire>;

export const extensions = (of: { extension?: Extension[] } | undefined, url: string): Extension[] =>
  (of?.extension ?? []).filter((one) => one.url === url);

export const CORE = 'http://hl7.org/fhir/StructureDefinition/';
export const SDC = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/';

export const isHidden = (item: Item): boolean =>
  extensions(item, `${CORE}questionnaire-hidden`)[0]?.valueBoolean === true;

export const isCalculated = (item: Item): boolean =>
  extensions(item, `${SDC}sdc-questionnaire-calculatedExpression`).length > 0;

/** `help`, `unit`, `flyover`… of an item; it changes how a display stands beside its question. */
export const itemControl = (item: Item): string | undefined =>
  extensions(item, `${CORE}questionnaire-itemControl`)[0]?.valueCodeableConcept?.coding?.[0]?.code;

/** Drawn with finger or pen: the form asks the item to be signed. */
export const isSignature = (item: Item): boolean =>
  extensions(item, `${CORE}questionnaire-signatureRequired`).length > 0;

/** A group of events (resuscitation): one tap writes a row with its time (forms.md). Ours, in forms that come along. */
export const isOneTapEvent = (item: Item): boolean =>
  extensions(item, 'urn:lamplight:one-tap-event')[0]?.valueBoolean === true;

/** What an attachment may be, as the form says; empty: anything. */
export const mimeTypes = (item: Item): string[] =>
  extensions(item, `${CORE}mimeType`).flatMap(({ valueCode }) => valueCode ?? []);

/** A number or date that an extension gives as the least or most. */
export function bound(item: Item, which: 'minValue' | 'maxValue'): number | string | undefined {
  const found = extensions(item, `${CORE}${which}`)[0];
  return (
    found?.valueInteger ??
    found?.valueDecimal ??
    found?.valueQuantity?.value ??
    found?.valueDate ??
    found?.valueDateTime ??
    found?.valueTime
  );
}

/** A display beneath a question that says the unit of its number. */
const isUnitOf = (item: Item): boolean => item.type === 'display' && itemControl(item) === 'unit';

/** The unit of a number that is answered without one; FHIR R4 answers quantities alone with theirs. */
export const unitOfNumber = (item: Item): FormCoding | undefined =>
  item.type === 'integer' || item.type === 'decimal' ? unitsOf(item)[0] : undefined;

/** Units to choose from: what the item names, in its order. Empty: any unit may be typed. */
export function unitsOf(item: Item): FormCoding[] {
  const named = [
    ...extensions(item, `${CORE}questionnaire-unitOption`),
    ...extensions(item, `${CORE}questionnaire-unit`),
  ].flatMap((one) => one.valueCoding ?? []);
  if (named.length > 0) return named;
  const [beside] = (item.item ?? []).filter(isUnitOf);
  if (beside?.text) return [{ display: beside.text }];
  const initial = item.initial?.[0]?.valueQuantity;
  return initial?.unit || initial?.code
    ? [
        {
          ...(initial.system === undefined ? {} : { system: initial.system }),
          ...(initial.code === undefined ? {} : { code: initial.code }),
          ...(initial.unit === undefined ? {} : { display: initial.unit }),
        },
      ]
    : [];
}

/** What may be chosen, from the item itself or a value set inside the file. `undefined`: it is not in the file. */
export function optionsOf(item: Item, questionnaire: Questionnaire): Initial[] | undefined {
  if (item.answerOption && item.answerOption.length > 0)
    return item.answerOption.map(({ initialSelected: _, extension: __, ...option }) => option as Initial);
  if (item.answerValueSet !== undefined) return fromValueSet(item.answerValueSet, questionnaire);
  // A hidden answer that the form itself gives is the one that there is to choose.
  const given = (item.initial ?? []).filter((one) => one.valueCoding || one.valueString !== undefined);
  return given.length > 0 ? given : undefined;
}

function fromValueSet(canonical: string, questionnaire: Questionnaire): Initial[] | undefined {
  const [name] = canonical.replace(/^#/, '').split('|');
  for (const resource of questionnaire.contained ?? []) {
    const set = ContainedValueSet.safeParse(resource);
    if (!set.success || (set.data.id !== name && set.data.url !== name)) continue;
    const concepts = set.data.expansion?.contains ?? [
      ...(set.data.compose?.include ?? []).flatMap(({ system, concept }) =>
        (concept ?? []).map((one) => ({ ...(system === undefined ? {} : { system }), ...one })),
      ),
    ];
    const codings = concepts
      .filter(({ code }) => code !== undefined)
      .map(({ system, code, display }) => ({ valueCoding: FormCoding.parse({ system, code, display }) }));
    return codings.length > 0 ? codings : undefined;
  }
  return undefined;
}
