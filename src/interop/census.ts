import { z } from 'zod';
import type { Coding, Schedule } from '../clinical/entries/index.ts';
import { SnapshotPatient } from '../clinical/snapshot.ts';

/** Lenient shapes: what a census reads of each resource; all else passes by. */
const Concept = z.looseObject({ text: z.string().optional(), coding: z.array(z.looseObject({ system: z.string().optional(), code: z.string().optional(), display: z.string().optional() })).optional() });
type Concept = z.infer<typeof Concept>;
const FhirQuantity = z.looseObject({ value: z.number().optional(), unit: z.string().optional(), code: z.string().optional() });

const FhirPatient = z.looseObject({
  id: z.string(),
  name: z.array(z.looseObject({ use: z.string().optional(), family: z.string().optional(), given: z.array(z.string()).optional(), text: z.string().optional() })).optional(),
  birthDate: z.string().optional(),
  gender: z.string().optional(),
  deceasedDateTime: z.string().optional(),
  identifier: z.array(z.looseObject({ value: z.string().optional(), type: Concept.optional() })).optional(),
});
const FhirAllergy = z.looseObject({
  clinicalStatus: Concept.optional(),
  verificationStatus: Concept.optional(),
  category: z.array(z.string()).optional(),
  criticality: z.string().optional(),
  code: Concept.optional(),
  reaction: z.array(z.looseObject({ manifestation: z.array(Concept).optional() })).optional(),
});
const FhirCondition = z.looseObject({ code: Concept.optional(), clinicalStatus: Concept.optional() });
const Timing = z.looseObject({
  code: Concept.optional(),
  repeat: z.looseObject({ frequency: z.number().optional(), period: z.number().optional(), periodUnit: z.string().optional(), timeOfDay: z.array(z.string()).optional(), count: z.number().optional() }).optional(),
});
const FhirMedicationRequest = z.looseObject({
  id: z.string(),
  priority: z.string().optional(),
  medicationCodeableConcept: Concept.optional(),
  authoredOn: z.string().optional(),
  reasonCode: z.array(Concept).optional(),
  dosageInstruction: z
    .array(
      z.looseObject({
        text: z.string().optional(),
        timing: Timing.optional(),
        asNeededBoolean: z.boolean().optional(),
        asNeededCodeableConcept: Concept.optional(),
        route: Concept.optional(),
        doseAndRate: z.array(z.looseObject({ doseQuantity: FhirQuantity.optional() })).optional(),
        maxDosePerPeriod: z.looseObject({ numerator: FhirQuantity.optional() }).optional(),
      }),
    )
    .optional(),
});
const FhirObservation = z.looseObject({
  code: Concept.optional(),
  effectiveDateTime: z.string().optional(),
  valueQuantity: FhirQuantity.optional(),
  valueString: z.string().optional(),
  valueCodeableConcept: Concept.optional(),
  component: z.array(z.looseObject({ code: Concept.optional(), valueQuantity: FhirQuantity.optional() })).optional(),
});

export interface CensusInput {
  patient: unknown;
  encounter: unknown;
  bed: unknown;
  allergies: unknown[];
  conditions: unknown[];
  medicationRequests: unknown[];
  observations: unknown[];
}

const textOf = (concept: Concept | undefined): string | undefined => concept?.text ?? concept?.coding?.find((coding) => coding.display)?.display ?? concept?.coding?.[0]?.code;
const codeOf = (concept: Concept | undefined): string | undefined => concept?.coding?.[0]?.code;
const toCoding = (concept: Concept | undefined): Coding | undefined => {
  const text = textOf(concept)?.slice(0, 500);
  if (!text) return undefined;
  const [coding] = concept?.coding ?? [];
  return { text, ...(coding?.system ? { system: coding.system } : {}), ...(coding?.code ? { code: coding.code } : {}) };
};
const toInstant = (text: string | undefined): string | undefined => (text !== undefined && text.length > 10 && Number.isFinite(Date.parse(text)) ? new Date(text).toISOString() : undefined);

/** Makes the snapshot of one patient. What is missing or strange becomes a warning in words; nothing is invented. */
export function snapshotFromFhir(
  input: CensusInput,
  options: { id: string; orderId: (ehrId: string) => string; timeZone: string },
): { ok: true; patient: SnapshotPatient } | { ok: false; message: string } {
  const warnings: string[] = [];
  const read = <T>(schema: z.ZodType<T>, values: unknown[], what: string): T[] =>
    values.flatMap((value) => {
      const parsed = schema.safeParse(value);
      if (parsed.success) return [parsed.data];
      warnings.push(`${what} of the EHR could not be read.`);
      return [];
    });
  const [patient] = read(FhirPatient, [input.patient], 'The patient');
  if (!patient) return { ok: false, message: 'The EHR sent a patient that cannot be read.' };

  const name = patient.name?.find((item) => item.use === 'official') ?? patient.name?.[0];
  if (!name) warnings.push('The EHR has no name for this patient.');
  const birthDate = patient.birthDate !== undefined && /^\d{4}(-\d\d(-\d\d)?)?$/.test(patient.birthDate) ? patient.birthDate : undefined;
  if (birthDate === undefined) warnings.push('The EHR has no readable date of birth.');

  const allAllergies = read(FhirAllergy, input.allergies, 'An allergy').filter(
    (allergy) => codeOf(allergy.clinicalStatus) !== 'inactive' && codeOf(allergy.clinicalStatus) !== 'resolved' && codeOf(allergy.verificationStatus) !== 'entered-in-error',
  );
  const noneKnown = allAllergies.some((allergy) => /no known allerg/i.test(textOf(allergy.code) ?? ''));
  const allergies = allAllergies.flatMap((allergy) => {
    const substance = toCoding(allergy.code);
    if (!substance) {
      warnings.push('An allergy of the EHR has no substance.');
      return [{ substance: { text: 'Allergy without a named substance in the EHR' } }];
    }
    if (/no known allerg/i.test(substance.text)) return [];
    const reaction = allergy.reaction?.flatMap((item) => item.manifestation?.map(textOf) ?? []).filter(Boolean).join(', ');
    const criticality = (['low', 'high', 'unable-to-assess'] as const).find((code) => code === allergy.criticality);
    const category = (['food', 'medication', 'environment', 'biologic'] as const).find((code) => code === allergy.category?.[0]);
    return [{ substance, ...(criticality ? { criticality } : {}), ...(category ? { category } : {}), ...(reaction ? { reaction: reaction.slice(0, 500) } : {}) }];
  });

  const orders = read(FhirMedicationRequest, input.medicationRequests, 'A medication order').map((request) => {
    const medication = toCoding(request.medicationCodeableConcept) ?? { text: 'Medication not named in the EHR' };
    const [dosage] = request.dosageInstruction ?? [];
    const quantity = dosage?.doseAndRate?.[0]?.doseQuantity;
    const unit = quantity?.code ?? quantity?.unit;
    const dose = quantity?.value !== undefined && unit !== undefined ? { value: quantity.value, unit } : undefined;
    if (!dose) warnings.push(`The EHR does not say the dose of ${medication.text}.`.slice(0, 300));
    const route = textOf(dosage?.route)?.slice(0, 60);
    const startAt = toInstant(request.authoredOn);
    const indication = textOf(request.reasonCode?.[0])?.slice(0, 300);
    return {
      id: options.orderId(request.id),
      ehrId: request.id,
      medication,
      schedule: scheduleOf(dosage, request.priority, options.timeZone),
      ...(dose ? { dose } : {}),
      ...(route ? { route } : {}),
      ...(startAt ? { startAt } : {}),
      ...(indication ? { indication } : {}),
    };
  });

  const observations = read(FhirObservation, input.observations, 'A result')
    .flatMap((observation) => {
      const effectiveAt = toInstant(observation.effectiveDateTime);
      if (!effectiveAt) return [];
      const parts = observation.component?.length ? observation.component : [observation];
      return parts.flatMap((part) => {
        const quantity = part.valueQuantity;
        const value = quantity?.value !== undefined ? String(Math.round(quantity.value * 100) / 100) : part === observation ? (observation.valueString ?? textOf(observation.valueCodeableConcept)) : undefined;
        const label = textOf(part.code);
        if (value === undefined || label === undefined) return [];
        const unit = quantity?.unit ?? quantity?.code;
        const loinc = codeOf(part.code);
        return [{ name: label.slice(0, 300), value: value.slice(0, 500), effectiveAt, ...(unit ? { unit: unit.slice(0, 60) } : {}), ...(loinc ? { loinc: loinc.slice(0, 20) } : {}) }];
      });
    })
    .sort((a, b) => b.effectiveAt.localeCompare(a.effectiveAt))
    .slice(0, 30);

  const bed = input.bed as { alias?: unknown; name?: unknown } | undefined;
  const bedName = Array.isArray(bed?.alias) && typeof bed.alias[0] === 'string' ? bed.alias[0] : typeof bed?.name === 'string' ? bed.name : undefined;
  const encounter = (input.encounter as { id?: unknown } | undefined)?.id;
  const parsed = SnapshotPatient.safeParse({
    id: options.id,
    ehrPatient: patient.id,
    ...(typeof encounter === 'string' ? { ehrEncounter: encounter } : {}),
    // Synthea appends digits to names; names are shown as the EHR has them.
    name: { family: (name?.family ?? name?.text ?? '').slice(0, 200), given: (name?.given?.join(' ') ?? '').slice(0, 200) },
    ...(birthDate ? { birthDate } : {}),
    sex: (['female', 'male', 'other'] as const).find((code) => code === patient.gender) ?? 'unknown',
    ...(patient.deceasedDateTime ? { deceasedAt: patient.deceasedDateTime.slice(0, 40) } : {}),
    numbers: (patient.identifier ?? []).flatMap((item) => (item.value && codeOf(item.type) === 'MR' ? [{ kind: 'MR', value: item.value.slice(0, 100) }] : [])).slice(0, 10),
    ...(bedName ? { bed: bedName.slice(0, 40) } : {}),
    allergyStatus: allergies.length > 0 ? 'known' : noneKnown ? 'nilknown' : 'notasked',
    allergies: allergies.slice(0, 200),
    problems: read(FhirCondition, input.conditions, 'A problem').filter((item) => codeOf(item.clinicalStatus) === 'active').flatMap((item) => toCoding(item.code) ?? []).slice(0, 300),
    orders: orders.slice(0, 200),
    observations,
    warnings: warnings.slice(0, 100),
  });
  return parsed.success ? { ok: true, patient: parsed.data } : { ok: false, message: 'The EHR sent a patient whose fields are out of bounds.' };
}

/** Default hours of the ward for FHIR's timing codes (medication.md, "Frequency to times"). */
const TIMES: Record<string, readonly string[]> = {
  QD: ['09:00'],
  BID: ['09:00', '21:00'],
  TID: ['08:00', '14:00', '20:00'],
  QID: ['08:00', '12:00', '17:00', '21:00'],
  AM: ['09:00'],
  PM: ['17:00'],
  BED: ['22:00'],
};
const HOURS: Record<string, number> = { Q1H: 1, Q2H: 2, Q3H: 3, Q4H: 4, Q6H: 6, Q8H: 8 };
const BY_FREQUENCY: Record<number, string> = { 1: 'QD', 2: 'BID', 3: 'TID', 4: 'QID' };
const UNIT_HOURS: Record<string, number> = { min: 1 / 60, h: 1, d: 24, wk: 168 };

type Dosage = NonNullable<z.infer<typeof FhirMedicationRequest>['dosageInstruction']>[number];

function scheduleOf(dosage: Dosage | undefined, priority: string | undefined, timeZone: string): Schedule {
  if (dosage?.asNeededBoolean || dosage?.asNeededCodeableConcept) {
    const reason = textOf(dosage.asNeededCodeableConcept);
    const most = dosage.maxDosePerPeriod?.numerator?.value;
    return { type: 'as-needed', ...(reason ? { for: reason.slice(0, 200) } : {}), ...(most && Number.isInteger(most) && most <= 96 ? { mostPerDay: most } : {}) };
  }
  const code = codeOf(dosage?.timing?.code);
  const repeat = dosage?.timing?.repeat;
  if (repeat?.count === 1) return { type: 'once', stat: priority === 'stat' };
  if (repeat?.timeOfDay?.length) return { type: 'times', times: repeat.timeOfDay.map((time) => time.slice(0, 5)), timeZone, everyDays: 1 };
  if (code && TIMES[code]) return { type: 'times', code, times: [...TIMES[code]], timeZone, everyDays: 1 };
  if (code && HOURS[code]) return { type: 'every', hours: HOURS[code] };
  if (repeat?.frequency && repeat.period && repeat.periodUnit && UNIT_HOURS[repeat.periodUnit]) {
    const daily = repeat.periodUnit === 'd' && repeat.period === 1 ? BY_FREQUENCY[repeat.frequency] : undefined;
    if (daily) return { type: 'times', code: daily, times: [...TIMES[daily]!], timeZone, everyDays: 1 };
    const hours = (UNIT_HOURS[repeat.periodUnit]! * repeat.period) / repeat.frequency;
    if (hours >= 0.25 && hours <= 24 * 31) return { type: 'every', hours };
  }
  return { type: 'as-written', text: dosage?.text?.slice(0, 500) ?? 'Dose and frequency not recorded in the EHR' };
}
