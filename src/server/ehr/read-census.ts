import type { FhirGateway, FhirResource } from './gateway.ts';

/** What the EHR says of one inpatient, raw; `interop` makes a snapshot of it. */
export interface CensusPatient {
  patient: FhirResource;
  encounter: FhirResource;
  bed: FhirResource | undefined;
  allergies: FhirResource[];
  conditions: FhirResource[];
  medicationRequests: FhirResource[];
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

/** Inpatients whose location is the ward, or a place that is part of it. One that fails is a warning, not an end. */
export async function readWardCensus(gateway: FhirGateway, ward: string): Promise<CensusRead> {
  const beds = await gateway.search('Location', { partof: `Location/${ward}` });
  if (beds.kind !== 'ok')
    return { kind: beds.kind, reason: beds.kind === 'refused' ? beds.message : beds.reason };
  const encounters = await gateway.search('Encounter', { status: 'in-progress' });
  if (encounters.kind !== 'ok')
    return {
      kind: encounters.kind,
      reason: encounters.kind === 'refused' ? encounters.message : encounters.reason,
    };
  const places = new Map<string, FhirResource | undefined>([
    [`Location/${ward}`, undefined],
    ...beds.resources.map((bed) => [`Location/${bed.id}`, bed] as const),
  ]);
  const placed = encounters.resources.flatMap((encounter) => {
    const locations = Array.isArray(encounter.location)
      ? (encounter.location as { location?: unknown; status?: string }[])
      : [];
    const here = locations
      .filter((item) => item.status !== 'completed')
      .map((item) => referenced(item.location))
      .find((place) => place !== undefined && places.has(place));
    return here === undefined ? [] : [{ encounter, bed: places.get(here) }];
  });
  const patients: CensusPatient[] = [];
  const warnings: string[] = [];
  const queue = [...placed];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const result = await readInpatient(gateway, next.encounter, next.bed);
        if (typeof result === 'string') warnings.push(result);
        else patients.push(result);
      }
    }),
  );
  if (placed.length > 0 && patients.length === 0)
    return { kind: 'unreachable', reason: warnings[0] ?? 'No patient could be read.' };
  return { kind: 'ok', patients, warnings };
}

async function readInpatient(
  gateway: FhirGateway,
  encounter: FhirResource,
  bed: FhirResource | undefined,
): Promise<CensusPatient | string> {
  const place = typeof bed?.name === 'string' ? bed.name : 'an unnamed bed';
  const reference = referenced(encounter.subject);
  if (reference === undefined) return `The encounter in ${place} names no patient.`;
  const patient = await gateway.read('Patient', reference.split('/').at(-1)!);
  if (patient.kind !== 'ok') return `The patient in ${place} could not be read.`;
  const about = { patient: reference };
  const [allergies, conditions, medicationRequests, observations] = await Promise.all([
    gateway.search('AllergyIntolerance', about),
    gateway.search('Condition', about),
    gateway.search('MedicationRequest', { ...about, status: 'active' }),
    gateway.search('Observation', { ...about, _sort: '-date', _count: '50' }),
  ]);
  for (const found of [allergies, conditions, medicationRequests, observations]) {
    // A part that failed would look like "none": no snapshot of this patient rather than a false one.
    if (found.kind !== 'ok') return `The record of the patient in ${place} could not be read in full.`;
  }
  const list = (found: typeof allergies): FhirResource[] => (found.kind === 'ok' ? found.resources : []);
  return {
    patient: patient.resource,
    encounter,
    bed,
    allergies: list(allergies),
    conditions: list(conditions),
    medicationRequests: list(medicationRequests),
    observations: list(observations),
  };
}

/** Patients of the EHR who may be the one meant: several narrow searches, joined. */
export async function findPatients(
  gateway: FhirGateway,
  hints: { family?: string; given?: string; birthDate?: string; identifier?: string },
): Promise<{ kind: 'ok'; patients: FhirResource[] } | { kind: 'unreachable'; reason: string }> {
  const searches: Record<string, string>[] = [];
  if (hints.family) searches.push({ family: hints.family.slice(0, 3) });
  if (hints.given) searches.push({ given: hints.given });
  if (hints.birthDate?.length === 10) searches.push({ birthdate: hints.birthDate });
  if (hints.identifier) searches.push({ identifier: hints.identifier });
  const found = new Map<string, FhirResource>();
  for (const parameters of searches) {
    const result = await gateway.search('Patient', parameters);
    if (result.kind === 'unreachable') return result;
    if (result.kind === 'ok')
      for (const patient of result.resources) if (patient.id) found.set(patient.id, patient);
  }
  return { kind: 'ok', patients: [...found.values()].slice(0, 200) };
}
