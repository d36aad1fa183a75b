import { z } from 'zod';
import type { Coding } from '../clinical/entries/index.ts';

/** Lenient shapes: what a census reads of each FHIR R4 resource; all else passes by. */

export const Concept = z.looseObject({
  text: z.string().optional(),
  coding: z
    .array(
      z.looseObject({
        system: z.string().optional(),
        code: z.string().optional(),
        display: z.string().optional(),
      }),
    )
    .optional(),
});
export type Concept = z.infer<typeof Concept>;

export const FhirQuantity = z.looseObject({
  value: z.number().optional(),
  comparator: z.string().optional(),
  unit: z.string().optional(),
  system: z.string().optional(),
  code: z.string().optional(),
});
export type FhirQuantity = z.infer<typeof FhirQuantity>;

const Period = z.looseObject({ start: z.string().optional(), end: z.string().optional() });
const Reference = z.looseObject({ reference: z.string().optional(), display: z.string().optional() });

export const PATIENT = {
  id: z.string(),
  name: z
    .array(
      z.looseObject({
        use: z.string().optional(),
        family: z.string().optional(),
        given: z.array(z.string()).optional(),
        text: z.string().optional(),
      }),
    )
    .optional(),
  birthDate: z.string().optional(),
  gender: z.string().optional(),
  deceasedDateTime: z.string().optional(),
  deceasedBoolean: z.boolean().optional(),
  identifier: z.array(z.looseObject({ value: z.string().optional(), type: Concept.optional() })).optional(),
};

export const ALLERGY = {
  clinicalStatus: Concept.optional(),
  verificationStatus: Concept.optional(),
  category: z.array(z.string()).optional(),
  criticality: z.string().optional(),
  code: Concept.optional(),
  reaction: z.array(z.looseObject({ manifestation: z.array(Concept).optional() })).optional(),
};

export const CONDITION = {
  code: Concept.optional(),
  clinicalStatus: Concept.optional(),
  verificationStatus: Concept.optional(),
};

export const EMPTY_LIST = {
  status: z.string().optional(),
  date: z.string().optional(),
  code: Concept.optional(),
  emptyReason: Concept.optional(),
};

export const Repeat = z.looseObject({
  boundsPeriod: Period.optional(),
  boundsDuration: FhirQuantity.optional(),
  count: z.number().optional(),
  /** How long each dose takes. */
  duration: z.number().optional(),
  durationMax: z.number().optional(),
  durationUnit: z.string().optional(),
  frequency: z.number().optional(),
  frequencyMax: z.number().optional(),
  period: z.number().optional(),
  periodMax: z.number().optional(),
  periodUnit: z.string().optional(),
  dayOfWeek: z.array(z.string()).optional(),
  timeOfDay: z.array(z.string()).optional(),
  when: z.array(z.string()).optional(),
  offset: z.number().optional(),
});
export type Repeat = z.infer<typeof Repeat>;

export const Dosage = z.looseObject({
  text: z.string().optional(),
  patientInstruction: z.string().optional(),
  additionalInstruction: z.array(Concept).optional(),
  timing: z
    .looseObject({
      code: Concept.optional(),
      event: z.array(z.string()).optional(),
      repeat: Repeat.optional(),
    })
    .optional(),
  asNeededBoolean: z.boolean().optional(),
  asNeededCodeableConcept: Concept.optional(),
  route: Concept.optional(),
  doseAndRate: z
    .array(
      z.looseObject({
        doseQuantity: FhirQuantity.optional(),
        doseRange: z.looseObject({ low: FhirQuantity.optional(), high: FhirQuantity.optional() }).optional(),
        rateQuantity: FhirQuantity.optional(),
      }),
    )
    .optional(),
  maxDosePerPeriod: z
    .looseObject({ numerator: FhirQuantity.optional(), denominator: FhirQuantity.optional() })
    .optional(),
});
export type Dosage = z.infer<typeof Dosage>;

export const MEDICATION_REQUEST = {
  id: z.string(),
  status: z.string().optional(),
  intent: z.string().optional(),
  doNotPerform: z.boolean().optional(),
  priority: z.string().optional(),
  medicationCodeableConcept: Concept.optional(),
  medicationReference: Reference.optional(),
  contained: z.array(z.looseObject({ id: z.string().optional(), code: Concept.optional() })).optional(),
  authoredOn: z.string().optional(),
  reasonCode: z.array(Concept).optional(),
  note: z.array(z.looseObject({ text: z.string().optional() })).optional(),
  dosageInstruction: z.array(Dosage).optional(),
};

export const MEDICATION_ADMINISTRATION = {
  status: z.string().optional(),
  request: Reference.optional(),
  effectiveDateTime: z.string().optional(),
  effectivePeriod: Period.optional(),
};

export const OBSERVATION = {
  status: z.string().optional(),
  code: Concept.optional(),
  effectiveDateTime: z.string().optional(),
  effectiveInstant: z.string().optional(),
  effectivePeriod: Period.optional(),
  valueQuantity: FhirQuantity.optional(),
  valueString: z.string().optional(),
  valueInteger: z.number().optional(),
  valueCodeableConcept: Concept.optional(),
  component: z
    .array(
      z.looseObject({
        code: Concept.optional(),
        valueQuantity: FhirQuantity.optional(),
        valueCodeableConcept: Concept.optional(),
      }),
    )
    .optional(),
};

/**
 * Reads resources one by one, field by field: a field that does not fit is left out with a warning, a resource that
 * is none at all as a whole. Nothing throws.
 */
export function readLeniently<S extends z.ZodRawShape>(
  shape: S,
  values: readonly unknown[],
  what: string,
  warn: (message: string) => void,
): z.infer<z.ZodObject<S>>[] {
  const schema = z.looseObject(shape);
  return values.flatMap((value) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return [parsed.data as z.infer<z.ZodObject<S>>];
    if (typeof value !== 'object' || value === null) {
      warn(`${what} of the EHR could not be read.`);
      return [];
    }
    const kept: Record<string, unknown> = { ...value };
    for (const [field, type] of Object.entries(shape)) {
      if ((type as z.ZodType).safeParse(kept[field]).success) continue;
      delete kept[field];
      warn(`${what} of the EHR has a field that could not be read: ${field}.`);
    }
    const again = schema.safeParse(kept);
    if (again.success) return [again.data as z.infer<z.ZodObject<S>>];
    warn(`${what} of the EHR could not be read.`);
    return [];
  });
}

export const textOf = (concept: Concept | undefined): string | undefined =>
  concept?.text ?? concept?.coding?.find((coding) => coding.display)?.display ?? concept?.coding?.[0]?.code;

export const codeOf = (concept: Concept | undefined): string | undefined => concept?.coding?.[0]?.code;

/** Text cut to what we store; a code or system that is longer than any real one is left out. */
export function toCoding(concept: Concept | undefined): Coding | undefined {
  const text = textOf(concept)?.slice(0, 500);
  if (!text) return undefined;
  const [coding] = concept?.coding ?? [];
  return {
    text,
    ...(coding?.system && coding.system.length <= 300 ? { system: coding.system } : {}),
    ...(coding?.code && coding.code.length <= 100 ? { code: coding.code } : {}),
  };
}

/** A moment with a time; a date alone is none (FAILURES 32). */
export const toInstant = (text: string | undefined): string | undefined =>
  text !== undefined && text.length > 10 && Number.isFinite(Date.parse(text))
    ? new Date(text).toISOString()
    : undefined;
