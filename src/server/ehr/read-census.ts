import { DOSING_LOINC } from '../../clinical/index.ts';
import type { FhirGateway, FhirResource, SearchResult } from './gateway.ts';

/** What the EHR says of one inpatient, raw; `interop` makes a snapshot of it. */
interface CensusPatient {
  patient: FhirResource;
  encounter: FhirResource;
  bed: FhirResource | undefined;
  allergies: FhirResource[];
  lists: FhirResource[];
  conditions: FhirResource[];
  medicationRequests: FhirResource[];
  medicationAdministrations: FhirResource[];
  observations: FhirResource[];
}

export type CensusRead =
  | { kind: 'ok'; patients: CensusPatient[]; warnings: string[] }
  | { kind: 'unreachable' | 'refused'; reason: string };

const AT_ONCE = 4;

const referenced = (value: unknown): string | undefined => {
  const reference = (value as { reference?: unknown } | undefined)?.reference;
  return typeof reference === 'string' ? reference.split('/').slice(-2).join('/') : undefined;
};

/** A ward has rooms, a room has beds. */
const MOST_LEVELS = 3;

type Places = Map<string, FhirResource | undefined>;
type Failure = Exclude<SearchResult, { kind: 'ok' }>;

const failed = (result: Failure): { kind: Failure['kind']; reason: string } => ({
  kind: result.kind,
  reason: result.kind === 'refused' ? result.message : result.reason,
});

/** The ward and every place in it. */
async function placesOf(gateway: FhirGateway, ward: string): Promise<Places | Failure> {
  const places: Places = new Map([[`Location/${ward}`, undefined]]);
  let outer = [...places.keys()];
  for (let level = 0; level < MOST_LEVELS && outer.length > 0; level++) {
    const found = await gateway.search('Location', { partof: outer.join(',') });
    if (found.kind !== 'ok') return found;
    const inner = found.resources.map((place) => [`Location/${place.id}`, place] as const);
    outer = inner.map(([reference]) => reference).filter((reference) => !places.has(reference));
    for (const [reference, place] of inner) places.set(reference, place);
  }
  return places;
}

/** In-progress encounters at these places; from a server that cannot search by place, those of the whole house. */
async function encountersAt(gateway: FhirGateway, places: Places): Promise<SearchResult> {
  const about = { status: 'in-progress' };
  const here = await gateway.search('Encounter', { ...about, location: [...places.keys()].join(',') });
  return here.kind === 'refused' ? gateway.search('Encounter', about) : here;
}

/** R4 EncounterLocationStatus `active`, or none said, and not over: a bed that is planned or reserved holds nobody yet. */
const isNow = ({ status, period }: EncounterPlace, now: number): boolean =>
  (status === undefined || status === 'active') &&
  !(typeof period?.end === 'string' && Date.parse(period.end) <= now);

interface EncounterPlace {
  location?: unknown;
  status?: string;
  period?: { end?: unknown };
}

const startOf = (encounter: FhirResource): string => {
  const start = (encounter.period as { start?: unknown } | undefined)?.start;
  return typeof start === 'string' ? start : '';
};

/**
 * Inpatients whose location is the ward, or a place that is part of it. One that fails is a warning, not an end.
 * `now`: milliseconds since 1970.
 */
export async function readWardCensus(gateway: FhirGateway, ward: string, now: number): Promise<CensusRead> {
  const places = await placesOf(gateway, ward);
  if (!(places instanceof Map)) return failed(places);
  const encounters = await encountersAt(gateway, places);
  if (encounters.kind !== 'ok') return failed(encounters);
  const placed = encounters.resources.flatMap((encounter) => {
    const locations = Array.isArray(encounter.location) ? (encounter.location as EncounterPlace[]) : [];
    const here = locations
      .filter((item) => isNow(item, now))
      .map((item) => referenced(item.location))
      .find((place) => place !== undefined && places.has(place));
    return here === undefined ? [] : [{ encounter, bed: places.get(here) }];
  });
  const patients: CensusPatient[] = [];
  const warnings: string[] = [];
  const bySubject = new Map<string, (typeof placed)[number]>();
  for (const one of placed.sort((a, b) => (startOf(a.encounter) < startOf(b.encounter) ? -1 : 1))) {
    const subject = referenced(one.encounter.subject) ?? `encounter ${one.encounter.id}`;
    const other = bySubject.get(subject);
    if (other && other.encounter.id !== one.encounter.id)
      warnings.push(
        `A patient has two open encounters on this ward, in ${bedName(other.bed)} and ${bedName(one.bed)}: the newer one counts.`,
      );
    bySubject.set(subject, one);
  }
  const queue = [...bySubject.values()];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const result = await readInpatient(gateway, next.encounter, next.bed, warnings);
        if (typeof result === 'string') warnings.push(result);
        else patients.push(result);
      }
    }),
  );
  if (placed.length > 0 && patients.length === 0)
    return { kind: 'unreachable', reason: warnings[0] ?? 'No patient could be read.' };
  return { kind: 'ok', patients, warnings };
}

const bedName = (bed: FhirResource | undefined): string =>
  typeof bed?.name === 'string' ? bed.name : 'an unnamed bed';

async function readInpatient(
  gateway: FhirGateway,
  encounter: FhirResource,
  bed: FhirResource | undefined,
  warnings: string[],
): Promise<CensusPatient | string> {
  const place = bedName(bed);
  const reference = referenced(encounter.subject);
  if (reference === undefined) return `The encounter in ${place} names no patient.`;
  const patient = await gateway.read('Patient', reference.split('/').at(-1)!);
  if (patient.kind !== 'ok') return `The patient in ${place} could not be read.`;
  const about = { patient: reference };
  const needed = Promise.all([
    gateway.search('AllergyIntolerance', about),
    gateway.search('Condition', about),
    gateway.search('MedicationRequest', { ...about, status: 'active' }),
    gateway.search('Observation', { ...about, _sort: '-date' }, { most: 100 }),
  ]);
  const [lists, doses, ...dosing] = await Promise.all([
    gateway.search('List', about),
    gateway.search('MedicationAdministration', { ...about, _sort: '-effective-time' }, { most: 100 }),
    ...DOSING_LOINC.map((codes) => resultsOf(gateway, about, codes)),
  ]);
  const [allergies, conditions, medicationRequests, observations] = await needed;
  for (const found of [allergies, conditions, medicationRequests, observations]) {
    // A part that failed would look like "none": no snapshot of this patient rather than a false one.
    if (found.kind !== 'ok') return `The record of the patient in ${place} could not be read in full.`;
  }
  // Without these the chart says "not recorded" and "last dose unknown", which is true.
  if (doses.kind !== 'ok')
    warnings.push(`The doses that the EHR has of the patient in ${place} could not be read.`);
  const list = (found: typeof allergies): FhirResource[] => (found.kind === 'ok' ? found.resources : []);
  return {
    patient: patient.resource,
    encounter,
    bed,
    allergies: list(allergies),
    lists: list(lists),
    conditions: list(conditions),
    medicationRequests: list(medicationRequests),
    medicationAdministrations: list(doses),
    // A server that refuses to search by code leaves those that are among the latest results.
    observations: [
      ...new Map([observations, ...dosing].flatMap(list).map((one) => [one.id ?? one, one])).values(),
    ],
  };
}

/** The newest few results with any of these LOINC codes. */
const resultsOf = (
  gateway: FhirGateway,
  about: { patient: string },
  codes: readonly string[],
): Promise<SearchResult> =>
  gateway.search(
    'Observation',
    {
      ...about,
      code: codes.map((code) => `http://loinc.org|${code}`).join(','),
      _sort: '-date',
      _count: String(MOST_BY_CODE),
    },
    { most: MOST_BY_CODE },
  );

const MOST_BY_CODE = 5;

const MOST_CANDIDATES = 200;

/**
 * Patients of the EHR who may be the one meant: several narrow searches, joined, also with the names swapped. Nobody
 * found is no answer when the EHR refused every search: else a clerk would make a second record.
 */
export async function findPatients(
  gateway: FhirGateway,
  hints: { family?: string; given?: string; birthDate?: string; identifier?: string },
): Promise<{ kind: 'ok'; patients: FhirResource[] } | { kind: 'unreachable'; reason: string }> {
  const searches: Record<string, string>[] = [];
  if (hints.identifier) searches.push({ identifier: hints.identifier });
  if (hints.birthDate?.length === 10) searches.push({ birthdate: hints.birthDate });
  if (hints.family) searches.push({ family: hints.family.slice(0, 3) }, { given: hints.family });
  if (hints.given) searches.push({ given: hints.given }, { family: hints.given });
  const found = new Map<string, FhirResource>();
  let answered = searches.length === 0;
  let refusal = '';
  for (const parameters of searches) {
    const result = await gateway.search('Patient', parameters, { most: MOST_CANDIDATES });
    if (result.kind === 'unreachable') return result;
    if (result.kind === 'refused') {
      refusal = result.message;
      continue;
    }
    answered = true;
    for (const patient of result.resources) if (patient.id) found.set(patient.id, patient);
  }
  if (!answered) return { kind: 'unreachable', reason: `The EHR refuses to search for patients: ${refusal}` };
  return { kind: 'ok', patients: [...found.values()].slice(0, MOST_CANDIDATES) };
}
