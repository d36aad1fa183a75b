import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** The little that the demo needs to know of any FHIR resource; everything else passes through unread. */
export const AnyResource = z.looseObject({ resourceType: z.string(), id: z.string() });
export type AnyResource = z.infer<typeof AnyResource>;

const Bundle = z.looseObject({
  entry: z.array(z.looseObject({ fullUrl: z.string().optional(), resource: AnyResource.optional() })),
});

/** Linear searches of the in-memory repository stay fast with only what a census reads. */
const KEPT = new Set(['Patient', 'AllergyIntolerance', 'Condition', 'MedicationRequest', 'Observation']);
const OBSERVATIONS_A_PATIENT = 30;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export const DEMO_WARDS = [
  { id: 'ward-4-west', name: '4 West', beds: 30 },
  { id: 'ward-5-east', name: '5 East', beds: 30 },
] as const;

/** Hospital orders laid over the outpatient histories, with dosages that can be scheduled. Marked `demo`. */
const DEMO_ORDERS = [
  {
    drug: 'amoxicillin 500 MG Oral Capsule',
    rxnorm: '308191',
    dose: [500, 'mg'],
    route: 'PO',
    timing: { code: 'TID' },
  },
  {
    drug: 'metoprolol tartrate 25 MG Oral Tablet',
    rxnorm: '866924',
    dose: [25, 'mg'],
    route: 'PO',
    timing: { code: 'BID' },
  },
  {
    drug: 'furosemide 40 MG Oral Tablet',
    rxnorm: '313988',
    dose: [40, 'mg'],
    route: 'PO',
    timing: { code: 'QD' },
  },
  {
    drug: 'acetaminophen 500 MG Oral Tablet',
    rxnorm: '198440',
    dose: [1000, 'mg'],
    route: 'PO',
    asNeeded: 'pain',
  },
  {
    drug: 'enoxaparin sodium 40 MG per 0.4 ML Prefilled Syringe',
    rxnorm: '854235',
    dose: [40, 'mg'],
    route: 'SC',
    timing: { code: 'QD' },
  },
  {
    drug: 'ceftriaxone 1000 MG Injection',
    rxnorm: '309090',
    dose: [1000, 'mg'],
    route: 'IV',
    timing: { repeat: { frequency: 1, period: 24, periodUnit: 'h' } },
  },
  {
    drug: 'hydralazine hydrochloride 25 MG Oral Tablet',
    rxnorm: '905395',
    dose: [25, 'mg'],
    route: 'PO',
    timing: { code: 'Q6H' },
  },
  {
    drug: 'insulin glargine 100 UNT per ML Injectable Solution',
    rxnorm: '311041',
    dose: [12, '[IU]'],
    route: 'SC',
    timing: { code: 'BED' },
  },
] as const;

const steady = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0);

/** Reads any folder of Synthea R4 bundles and lays a ward census over the living: beds, encounters, orders. */
export async function demoResources(folder: string, nowMs: number): Promise<AnyResource[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const resources: AnyResource[] = DEMO_WARDS.map((ward) => ({
    resourceType: 'Location',
    id: ward.id,
    status: 'active',
    name: ward.name,
    mode: 'instance',
  }));
  let placed = 0;
  for (const name of names) {
    const parsed = Bundle.safeParse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    const own = parsed.success ? patientResources(parsed.data, nowMs) : undefined;
    if (!own) continue;
    resources.push(...own.resources);
    if (own.patient.deceasedDateTime === undefined) {
      const overlay = censusOverlay(own.patient, placed, nowMs);
      if (overlay) resources.push(...overlay);
      placed += 1;
    }
  }
  return resources;
}

function patientResources(
  bundle: z.infer<typeof Bundle>,
  nowMs: number,
): { patient: AnyResource; resources: AnyResource[] } | undefined {
  const references = new Map(
    bundle.entry.flatMap(({ fullUrl, resource }) =>
      fullUrl && resource ? [[fullUrl, `${resource.resourceType}/${resource.id}`] as const] : [],
    ),
  );
  const kept = bundle.entry.flatMap(({ resource }) =>
    resource && KEPT.has(resource.resourceType) ? [resource] : [],
  );
  const observations = kept
    .filter((resource) => resource.resourceType === 'Observation')
    .sort((a, b) => String(b.effectiveDateTime).localeCompare(String(a.effectiveDateTime)))
    .slice(0, OBSERVATIONS_A_PATIENT);
  const newest = Date.parse(String(observations[0]?.effectiveDateTime ?? ''));
  // Whole days, so that the hours of the day stay as they were: the newest lies within the last day.
  const shiftDays = Number.isFinite(newest) ? Math.floor((nowMs - newest) / DAY_MS) : 0;
  const resources = kept
    .filter((resource) => resource.resourceType !== 'Observation' || observations.includes(resource))
    .map((resource) =>
      AnyResource.parse(
        rewrite(resource, references, resource.resourceType === 'Observation' ? shiftDays : 0),
      ),
    );
  const patient = resources.find((resource) => resource.resourceType === 'Patient');
  if (!patient) return undefined;
  patient.identifier = [
    {
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
      system: 'urn:lamplight:demo-ehr:mrn',
      value: `M${steady(patient.id) % 10_000_000}`.padEnd(8, '0'),
    },
  ];
  return { patient, resources };
}

/** References to other entries of the bundle become `Type/id`; instants move by whole days. */
function rewrite(value: unknown, references: Map<string, string>, shiftDays: number): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, references, shiftDays));
  if (typeof value === 'string') {
    const reference = references.get(value);
    if (reference !== undefined) return reference;
    if (shiftDays !== 0 && /^\d{4}-\d\d-\d\dT\d\d:/.test(value))
      return new Date(Date.parse(value) + shiftDays * DAY_MS).toISOString();
    return value;
  }
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, rewrite(item, references, shiftDays)]),
    );
  return value;
}

function censusOverlay(patient: AnyResource, index: number, nowMs: number): AnyResource[] | undefined {
  const ward = DEMO_WARDS[index < DEMO_WARDS[0].beds ? 0 : 1];
  const bed = (index < DEMO_WARDS[0].beds ? index : index - DEMO_WARDS[0].beds) + 1;
  if (bed > ward.beds) return undefined;
  const bedId = `${ward.id}-bed-${bed}`;
  const subject = { reference: `Patient/${patient.id}` };
  // By the day, not by the moment: a demo EHR that is started again names the same doses.
  const midnight = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const admitted = new Date(midnight + 8 * HOUR_MS - ((steady(patient.id) % 5) + 1) * DAY_MS).toISOString();
  const overlay: AnyResource[] = [
    {
      resourceType: 'Location',
      id: bedId,
      status: 'active',
      name: `${ward.name} bed ${bed}`,
      alias: [String(bed)],
      partOf: { reference: `Location/${ward.id}` },
    },
    {
      resourceType: 'Encounter',
      id: `enc-${patient.id}`,
      status: 'in-progress',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
      subject,
      period: { start: admitted },
      location: [{ location: { reference: `Location/${bedId}` }, status: 'active' }],
    },
  ];
  if (index % 4 === 0) {
    overlay.push({
      resourceType: 'AllergyIntolerance',
      id: `demo-allergy-${patient.id}`,
      clinicalStatus: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' },
        ],
      },
      category: ['medication'],
      criticality: 'high',
      code: { text: 'Penicillin' },
      patient: subject,
      reaction: [{ manifestation: [{ text: 'Hives' }] }],
      meta: { tag: [{ code: 'demo' }] },
    });
  }
  const count = (steady(`orders ${patient.id}`) % 3) + 2;
  for (let n = 0; n < count; n++) {
    const order = DEMO_ORDERS[(index + n * 3) % DEMO_ORDERS.length]!;
    overlay.push({
      resourceType: 'MedicationRequest',
      id: `demo-order-${n}-${patient.id}`,
      status: 'active',
      intent: 'order',
      medicationCodeableConcept: {
        coding: [
          { system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: order.rxnorm, display: order.drug },
        ],
        text: order.drug,
      },
      subject,
      authoredOn: admitted,
      dosageInstruction: [
        {
          route: { text: order.route },
          doseAndRate: [
            {
              doseQuantity: {
                value: order.dose[0],
                unit: order.dose[1],
                system: 'http://unitsofmeasure.org',
                code: order.dose[1],
              },
            },
          ],
          ...('asNeeded' in order
            ? {
                asNeededCodeableConcept: { text: order.asNeeded },
                timing: { repeat: { frequency: 1, period: 6, periodUnit: 'h' } },
                maxDosePerPeriod: {
                  numerator: { value: 4 * order.dose[0], unit: order.dose[1] },
                  denominator: { value: 1, unit: 'd' },
                },
              }
            : {
                timing:
                  'repeat' in order.timing
                    ? order.timing
                    : {
                        code: {
                          coding: [
                            {
                              system: 'http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation',
                              code: order.timing.code,
                            },
                          ],
                        },
                      },
              }),
        },
      ],
      meta: { tag: [{ code: 'demo' }] },
    });
    if (n === 0 && !('asNeeded' in order)) {
      overlay.push({
        resourceType: 'MedicationAdministration',
        id: `demo-dose-${patient.id}`,
        status: 'completed',
        medicationCodeableConcept: { text: order.drug },
        subject,
        effectiveDateTime: new Date(midnight - 4 * HOUR_MS).toISOString(),
        request: { reference: `MedicationRequest/demo-order-${n}-${patient.id}` },
        dosage: { dose: { value: order.dose[0], unit: order.dose[1] } },
        meta: { tag: [{ code: 'demo' }] },
      });
    }
  }
  return overlay;
}
