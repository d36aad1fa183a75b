import { z } from 'zod';
import { PictureReference } from './attachment.ts';
import { bodyBase } from './common.ts';

/** One answer as FHIR R4 has it (`QuestionnaireResponse.item.answer`). Exactly one of the values is there. */
export interface FormAnswer {
  valueBoolean?: boolean;
  valueDecimal?: number;
  valueInteger?: number;
  valueDate?: string;
  valueDateTime?: string;
  valueTime?: string;
  valueString?: string;
  valueUri?: string;
  valueCoding?: z.infer<typeof FormCoding>;
  valueQuantity?: z.infer<typeof FormQuantity>;
  /** By its hash; FHIR's Attachment is made of it when the form goes to the EHR. */
  valueAttachment?: PictureReference;
  /**
   * Of an integer or decimal: the unit that the form names. R4 keeps it in the form alone, and answers are read without it.
   */
  unit?: z.infer<typeof FormCoding>;
  item?: FormResponseItem[];
}

/** An answered question or a filled row of a group. `text` is the question as its author saw it: it outlives the form. */
export interface FormResponseItem {
  linkId: string;
  text?: string;
  answer?: FormAnswer[];
  item?: FormResponseItem[];
}

/** FHIR R4 `Coding`, as far as forms use it. */
export const FormCoding = z.object({
  system: z.string().max(500).optional(),
  version: z.string().max(100).optional(),
  code: z.string().max(200).optional(),
  display: z.string().max(2000).optional(),
});
export type FormCoding = z.infer<typeof FormCoding>;

/** FHIR R4 `Quantity`, as far as forms use it. */
export const FormQuantity = z.object({
  value: z.number().finite(),
  unit: z.string().max(100).optional(),
  system: z.string().max(500).optional(),
  code: z.string().max(100).optional(),
});

const FormAnswer: z.ZodType<FormAnswer> = z.lazy(() =>
  z.object({
    valueBoolean: z.boolean().optional(),
    valueDecimal: z.number().finite().optional(),
    valueInteger: z.number().int().optional(),
    valueDate: z.string().max(10).optional(),
    valueDateTime: z.string().max(40).optional(),
    valueTime: z.string().max(20).optional(),
    valueString: z.string().max(20_000).optional(),
    valueUri: z.string().max(2000).optional(),
    valueCoding: FormCoding.optional(),
    valueQuantity: FormQuantity.optional(),
    valueAttachment: PictureReference.optional(),
    unit: FormCoding.optional(),
    item: z.array(FormResponseItem).max(500).optional(),
  }),
);

export const FormResponseItem: z.ZodType<FormResponseItem> = z.lazy(() =>
  z.object({
    linkId: z.string().min(1).max(300),
    text: z.string().max(5000).optional(),
    answer: z.array(FormAnswer).max(500).optional(),
    item: z.array(FormResponseItem).max(500).optional(),
  }),
);

/** An entry has a place of 256 KB; a form is far smaller, and what does not fit is refused while its author can shorten it. */
const MOST_CHARACTERS = 150_000;

/**
 * A form of the hospital, filled in: the content of a FHIR R4 QuestionnaireResponse. Who, about whom, and when stand in
 * the entry. An amendment replaces the whole answer sheet.
 */
export const FormAnswered = z.object({
  kind: z.literal('form-answered'),
  ...bodyBase,
  /** The form as it was called when it was filled in. */
  form: z.object({
    id: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
    title: z.string().min(1).max(300),
    url: z.string().max(500).optional(),
    version: z.string().max(100).optional(),
  }),
  /** `in-progress`: a required item cannot be answered on a tablet (another record of the EHR), so the sheet is not complete. */
  status: z.enum(['completed', 'in-progress']),
  items: z
    .array(FormResponseItem)
    .min(1, 'the form is empty')
    .max(500)
    .refine((items) => JSON.stringify(items).length <= MOST_CHARACTERS, {
      error: 'the form is too long for one entry: shorten its texts',
    }),
});
