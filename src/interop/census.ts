import type { z } from 'zod';
import { isDosingResult } from '../clinical/dosing-results.ts';
import { SnapshotAllergy, SnapshotObservation, SnapshotPatient } from '../clinical/snapshot.ts';
import {
  ALLERGY,
  CONDITION,
  type Concept,
  codeOf,
  EMPTY_LIST,
  type FhirQuantity,
  OBSERVATION,
  PATIENT,
  readLeniently,
  textOf,
  toCoding,
  toInstant,
} from './fhir-shapes.ts';
import { isOfAll, noneKnownOf } from './no-known-allergies.ts';
import { type OrderOptions, ordersFromFhir } from './orders-from-fhir.ts';

/** What the EHR sent of one inpatient, raw. */
export interface CensusInput {
  patient: unknown;
  encounter: unknown;
  bed: unknown;
  allergies: unknown[];
  /** Lists of this patient: an empty allergy list may say that none are known. */
  lists?: unknown[];
  conditions: unknown[];
  medicationRequests: unknown[];
  /** For the last dose of each order; absent: not known. */
  medicationAdministrations?: unknown[];
  observations: unknown[];
}

type Warn = (message: string) => void;

const MOST_OBSERVATIONS = 30;
const LOINC = 'http://loinc.org';

/** Makes the snapshot of one patient. What is missing or strange becomes a warning in words; nothing is invented. */
export function snapshotFromFhir(
  input: CensusInput,
  options: OrderOptions & { id: string },
): { ok: true; patient: SnapshotPatient } | { ok: false; message: string } {
  const warnings = new Set<string>();
  const warn: Warn = (message) => warnings.add(message.slice(0, 300));
  const [patient] = readLeniently(PATIENT, [input.patient], 'The patient', warn);
  if (!patient) return { ok: false, message: 'The EHR sent a patient that cannot be read.' };

  const name =
    patient.name?.find((item) => item.use === 'official') ??
    patient.name?.find((item) => item.use !== 'old') ??
    patient.name?.[0];
  if (!name?.family && !name?.given?.length && !name?.text) warn('The EHR has no name for this patient.');
  const birthDate =
    patient.birthDate !== undefined && isDate(patient.birthDate) ? patient.birthDate : undefined;
  if (birthDate === undefined) warn('The EHR has no readable date of birth.');
  const numbers = (patient.identifier ?? []).flatMap((item) =>
    item.value && item.type?.coding?.some((coding) => coding.code === 'MR')
      ? [{ kind: 'MR' as const, value: item.value.slice(0, 100) }]
      : [],
  );
  if (numbers.length === 0) warn('The EHR has no medical record number for this patient.');
  if (patient.deceasedBoolean) warn('The EHR says that this patient has died.');
  const bed = bedName(input.bed);
  const encounter = (input.encounter as { id?: unknown } | null | undefined)?.id;

  const { orders, notToGive } = ordersFromFhir(
    input.medicationRequests,
    input.medicationAdministrations ?? [],
    options,
    warn,
  );

  const parsed = SnapshotPatient.safeParse({
    id: options.id,
    ehrPatient: patient.id,
    ...(typeof encounter === 'string' ? { ehrEncounter: encounter } : {}),
    name: {
      family: (name?.family ?? name?.text ?? '').slice(0, 200),
      given: (name?.given?.join(' ') ?? '').slice(0, 200),
    },
    ...(birthDate ? { birthDate } : {}),
    sex: (['female', 'male', 'other'] as const).find((code) => code === patient.gender) ?? 'unknown',
    ...(patient.deceasedBoolean || patient.deceasedDateTime ? { deceased: true } : {}),
    ...(patient.deceasedDateTime ? { deceasedAt: patient.deceasedDateTime.slice(0, 40) } : {}),
    numbers: numbers.slice(0, 10),
    ...(bed ? { bed } : {}),
    ...allergiesOf(input.allergies, input.lists ?? [], warn),
    problems: problemsOf(input.conditions, warn),
    orders: orders.slice(0, 200),
    ...(notToGive.length > 0 ? { notToGive: notToGive.slice(0, 50) } : {}),
    observations: observationsOf(input.observations, warn),
    warnings: [...warnings].slice(0, 100),
  });
  return parsed.success
    ? { ok: true, patient: parsed.data }
    : { ok: false, message: 'The EHR sent a patient whose fields are out of bounds.' };
}

const isDate = (text: string): boolean =>
  /^[12]\d{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/.test(text) && Number.isFinite(Date.parse(text));

function bedName(bed: unknown): string | undefined {
  const { alias, name } = (bed ?? {}) as { alias?: unknown; name?: unknown };
  const said = Array.isArray(alias) && typeof alias[0] === 'string' ? alias[0] : name;
  return typeof said === 'string' ? said.slice(0, 40) : undefined;
}

const hasCode = (concept: Concept | undefined, ...codes: string[]): boolean =>
  codes.includes(codeOf(concept) ?? '');

/** Of the four titles three: what cannot be read counts as known, since to show "none" would be a lie. */
function allergiesOf(
  values: unknown[],
  lists: unknown[],
  warn: Warn,
): Pick<SnapshotPatient, 'allergies' | 'allergyStatus'> {
  const read = readLeniently(ALLERGY, values, 'An allergy', warn);
  const standing = read.filter(
    ({ clinicalStatus, verificationStatus }) =>
      !hasCode(clinicalStatus, 'inactive', 'resolved') &&
      !hasCode(verificationStatus, 'entered-in-error', 'refuted'),
  );
  const allergies = standing
    .filter(({ code, category }) => noneKnownOf(code, category) === undefined)
    .map((allergy): SnapshotAllergy => {
      const substance = toCoding(allergy.code) ?? { text: 'Allergy without a named substance in the EHR' };
      if (!toCoding(allergy.code)) warn('An allergy of the EHR has no substance.');
      const reaction = allergy.reaction
        ?.flatMap((item) => item.manifestation?.flatMap((sign) => textOf(sign) ?? []) ?? [])
        .join(', ');
      const criticality = SnapshotAllergy.shape.criticality.safeParse(allergy.criticality).data;
      const category = SnapshotAllergy.shape.category.safeParse(allergy.category?.[0]).data;
      return {
        substance,
        ...(criticality ? { criticality } : {}),
        ...(category ? { category } : {}),
        ...(reaction ? { reaction: reaction.slice(0, 500) } : {}),
      };
    });
  if (read.length < values.length)
    allergies.push({ substance: { text: 'Allergy that could not be read in the EHR' } });
  // "No known drug allergies" beside a food allergy is no contradiction: what is known is shown.
  if (allergies.length > 0) return { allergyStatus: 'known', allergies: allergies.slice(0, 200) };
  const emptyList = readLeniently(EMPTY_LIST, lists, 'A list', warn)
    .filter(({ status, code }) => status === 'current' && hasCode(code, '48765-2', 'allergies'))
    .sort((a, b) => (b.date ?? '').localeCompare(a.date ?? ''))[0];
  const kinds = standing.flatMap(({ code, category }) => noneKnownOf(code, category) ?? []);
  if (isOfAll(kinds) || hasCode(emptyList?.emptyReason, 'nilknown'))
    return { allergyStatus: 'nilknown', allergies: [] };
  const said = standing.flatMap(({ code, category }) => {
    const about = category?.length ? ` (${category.join(', ')})` : '';
    return noneKnownOf(code, category) ? `${textOf(code) ?? 'none of one kind'}${about}` : [];
  });
  if (said.length > 0)
    warn(`Of allergies the EHR says only: ${said.join('; ').slice(0, 200)}. Ask about all others.`);
  return { allergyStatus: 'notasked', allergies: [] };
}

function problemsOf(values: unknown[], warn: Warn) {
  return readLeniently(CONDITION, values, 'A problem', warn)
    .filter(
      ({ clinicalStatus, verificationStatus }) =>
        !hasCode(clinicalStatus, 'inactive', 'remission', 'resolved') &&
        !hasCode(verificationStatus, 'entered-in-error', 'refuted'),
    )
    .flatMap((condition) => toCoding(condition.code) ?? [])
    .slice(0, 300);
}

type FhirObservation = z.infer<z.ZodObject<typeof OBSERVATION>>;

/**
 * The latest results and vital signs; a panel such as blood pressure gives one row per component. The newest of each
 * kind comes before an older one of another, and what doses are worked out from before all: hourly vital signs must not
 * push out the morning's creatinine.
 */
function observationsOf(values: unknown[], warn: Warn): SnapshotRow[] {
  const rows = readLeniently(OBSERVATION, values, 'A result', warn)
    .filter(({ status }) => !['entered-in-error', 'cancelled', 'registered'].includes(status ?? ''))
    .flatMap(rowsOf)
    .sort(newestFirst);
  const newest = new Map<string, SnapshotRow>();
  for (const row of rows) {
    const kind = row.loinc ?? row.name;
    if (!newest.has(kind)) newest.set(kind, row);
  }
  const first = [...newest.values()];
  const kept = new Set([...first.filter(isDosingResult), ...first, ...rows]);
  return [...kept].slice(0, MOST_OBSERVATIONS).sort(newestFirst);
}

type SnapshotRow = z.infer<typeof SnapshotObservation>;

const newestFirst = (a: SnapshotRow, b: SnapshotRow): number => b.effectiveAt.localeCompare(a.effectiveAt);

function rowsOf(observation: FhirObservation): SnapshotRow[] {
  const effectiveAt = toInstant(
    observation.effectiveDateTime ?? observation.effectiveInstant ?? observation.effectivePeriod?.start,
  );
  if (!effectiveAt) return [];
  const own =
    writtenValue(observation.valueQuantity) ??
    observation.valueString ??
    observation.valueInteger?.toString() ??
    textOf(observation.valueCodeableConcept);
  const parts = [
    { code: observation.code, value: own, quantity: observation.valueQuantity },
    ...(observation.component ?? []).map((part) => ({
      code: part.code,
      value: writtenValue(part.valueQuantity) ?? textOf(part.valueCodeableConcept),
      quantity: part.valueQuantity,
    })),
  ];
  return parts.flatMap(({ code, value, quantity }) => {
    const name = textOf(code)?.slice(0, 300);
    if (name === undefined || value === undefined) return [];
    const unit = (quantity?.unit ?? quantity?.code)?.slice(0, 60);
    const loinc = code?.coding?.find(({ system }) => system === LOINC)?.code ?? codeOf(code);
    const row = {
      name,
      value: value.slice(0, 500),
      effectiveAt,
      ...(unit ? { unit } : {}),
      ...(loinc && loinc.length <= 20 ? { loinc } : {}),
    };
    return SnapshotObservation.safeParse(row).success ? [row] : [];
  });
}

const COMPARATORS: Record<string, string> = {
  '<': 'less than ',
  '<=': 'at most ',
  '>': 'more than ',
  '>=': 'at least ',
};

/** Two decimals, or three significant digits of a small number: 0.004 must not become 0. */
function writtenValue(quantity: FhirQuantity | undefined): string | undefined {
  if (quantity?.value === undefined) return undefined;
  const digits = quantity.value === 0 ? 0 : Math.floor(Math.log10(Math.abs(quantity.value)));
  const rounded = Number(quantity.value.toFixed(Math.min(20, Math.max(2, 2 - digits))));
  return `${COMPARATORS[quantity.comparator ?? ''] ?? ''}${rounded}`;
}
