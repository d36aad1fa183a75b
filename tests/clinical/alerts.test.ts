import { describe, expect, it } from 'vitest';
import {
  administrationAlerts,
  foldChart,
  type OpenedEntry,
  orderAlerts,
  type SnapshotPatient,
  toBoardRow,
} from '../../src/clinical/index.ts';
import { anEntry, aSnapshot, DOCTOR, givenFor, NOW, orderFor, PATIENT } from './builders.ts';

const DAILY = { type: 'times' as const, times: ['08:00', '14:00', '20:00'], timeZone: 'UTC', everyDays: 1 };
const DUE = '2026-11-24T14:00:00.000Z';
const chartOf = (
  entries: OpenedEntry[],
  snapshot: Partial<SnapshotPatient> = { allergyStatus: 'nilknown' },
) => foldChart({ patient: PATIENT, entries, snapshot: aSnapshot(snapshot), snapshotAsOf: NOW, now: NOW })!;
const allergicTo = (text: string): Partial<SnapshotPatient> => ({
  allergyStatus: 'known',
  allergies: [{ substance: { text }, reaction: 'Hives' }],
});
const codesFor = (drug: string, allergy: string) => {
  const order = orderFor(drug, DAILY);
  return administrationAlerts(chartOf([order], allergicTo(allergy)), {
    order: order.id,
    dueAt: DUE,
    at: DUE,
  }).map(({ code }) => code);
};

describe('allergies', () => {
  it.each([
    ['aspirin 81 MG Oral Tablet', 'Aspirin', 'allergy'],
    ['amoxicillin 500 MG Oral Capsule', 'Penicillin', 'allergy-class'],
    ['amoxicillin 500 MG Oral Capsule', 'Allergy to penicillin', 'allergy-class'],
    ['cephalexin 500 MG', 'Keflex', 'allergy'],
    ['sulfamethoxazole / trimethoprim', 'Sulfa drugs', 'allergy-class'],
    ['ketorolac tromethamine 15 MG injection', 'NSAIDs', 'allergy-class'],
    ['paracetamol 500 mg', 'Acetaminophen', 'allergy'],
    ['oxycodone 5 MG Oral Tablet', 'Codeine', 'allergy-class'],
    ['benzylpenicillin sodium 1.2 g injection', 'Penicillin', 'allergy-class'],
    ['phenoxymethylpenicillin 250 mg', 'Amoxicillin', 'allergy-class'],
    ['co-amoxiclav 625 mg', 'Penicillin V', 'allergy-class'],
    ['pivmecillinam 400 mg', 'Penicillins', 'allergy-class'],
    ['cefaclor 250 mg', 'Cefuroxime', 'allergy-class'],
    ['co-trimoxazole 960 mg', 'Sulfonamides', 'allergy-class'],
    ['etoricoxib 60 mg', 'Ibuprofen', 'allergy-class'],
    ['ketoprofen 100 mg', 'Aspirin', 'allergy-class'],
    ['pethidine 50 mg', 'Meperidine', 'allergy'],
    ['salbutamol sulphate 2.5 mg', 'Albuterol', 'allergy'],
    ['adrenaline 1 mg', 'Epinephrine', 'allergy'],
  ])('%s for somebody allergic to %s: %s', (drug, allergy, code) => {
    expect(codesFor(drug, allergy)).toEqual([code]);
  });

  it.each([
    ['metoprolol tartrate 25 MG Oral Tablet', 'Penicillin'],
    ['furosemide 40 MG Oral Tablet', 'Sulfa drugs'],
    ['enoxaparin sodium 40 MG Prefilled Syringe', 'Latex glove syringe'],
    ['lisinopril 10 MG Oral Tablet', 'Allergy to substance (finding)'],
    ['morphine sulphate 10 mg', 'Salbutamol sulphate'],
    ['baclofen 10 mg', 'Ibuprofen'],
  ])('%s says nothing to somebody allergic to %s', (drug, allergy) => {
    expect(codesFor(drug, allergy)).toEqual([]);
  });

  it('says with the reaction, one alert for each allergy', () => {
    const order = orderFor('amoxicillin', DAILY);
    const chart = chartOf([order], {
      allergyStatus: 'known',
      allergies: [
        { substance: { text: 'Penicillin' }, reaction: 'Hives' },
        { substance: { text: 'Ampicillin' } },
      ],
    });
    const alerts = administrationAlerts(chart, { order: order.id, at: DUE });
    expect(alerts.map(({ message }) => message)).toEqual([
      'Allergy on record: Penicillin (Hives). This drug is of the same class (penicillins).',
      'Allergy on record: Ampicillin. This drug is of the same class (penicillins).',
    ]);
    expect(
      orderAlerts(chartOf([], allergicTo('Penicillin')), order.body.detail).map(({ code }) => code),
    ).toEqual(['allergy-class']);
  });

  it('one that was charted here does not hide that those of the EHR could not be read', () => {
    const latex = anEntry('allergy-recorded', {
      substance: { text: 'Latex' },
      category: 'environment',
      criticality: 'high',
    });
    const order = orderFor('amoxicillin 500 MG Oral Capsule', { type: 'as-needed' });
    const unread = foldChart({
      patient: PATIENT,
      entries: [order, latex],
      snapshotUnreadable: true,
      now: NOW,
    })!;
    expect(unread.allergies).toMatchObject({ status: 'known', ehrUnread: true });
    expect(toBoardRow(unread).allergies).toEqual({ status: 'known', names: ['Latex'], ehrUnread: true });
    expect(administrationAlerts(unread, { order: order.id, at: NOW })).toMatchObject([
      { code: 'allergies-not-known', message: expect.stringContaining('there may be more') },
    ]);
    expect(chartOf([order, latex], { allergyStatus: 'nilknown' }).allergies).not.toHaveProperty('ehrUnread');
  });

  it('informs when allergies are not known', () => {
    const order = orderFor('amoxicillin', DAILY);
    expect(administrationAlerts(chartOf([order], {}), { order: order.id, at: DUE })).toMatchObject([
      { code: 'allergies-not-known', severity: 'inform' },
    ]);
  });
});

describe('giving a dose', () => {
  const order = orderFor('metoprolol', DAILY);
  const codes = (entries: OpenedEntry[], dose: { dueAt?: string; at: string }, of = order) =>
    administrationAlerts(chartOf([of, ...entries]), { order: of.id, ...dose }).map(({ code }) => code);

  it('on time, nothing speaks against it', () => {
    expect(codes([], { dueAt: DUE, at: '2026-11-24T13:00:00Z' })).toEqual([]);
    expect(codes([], { dueAt: DUE, at: '2026-11-24T15:00:00Z' })).toEqual([]);
  });

  it('early asks, late informs', () => {
    expect(codes([], { dueAt: DUE, at: '2026-11-24T12:59:59Z' })).toEqual(['early']);
    expect(codes([], { dueAt: DUE, at: '2026-11-24T15:00:01Z' })).toEqual(['late']);
  });

  it('already charted, also with the instant written differently', () => {
    expect(
      codes([givenFor(order.id, { dueAt: '2026-11-24T14:00:00Z', effectiveAt: DUE })], {
        dueAt: DUE,
        at: DUE,
      }),
    ).toContain('already-charted');
  });

  it('two doses one after the other: too soon', () => {
    const late = givenFor(order.id, {
      dueAt: '2026-11-24T08:00:00.000Z',
      effectiveAt: '2026-11-24T13:40:00Z',
    });
    expect(codes([late], { dueAt: DUE, at: '2026-11-24T14:00:00Z' })).toEqual(['too-soon']);
    const onTime = givenFor(order.id, {
      dueAt: '2026-11-24T08:00:00.000Z',
      effectiveAt: '2026-11-24T08:10:00Z',
    });
    expect(codes([onTime], { dueAt: DUE, at: '2026-11-24T14:00:00Z' })).toEqual([]);
  });

  it('an order that was stopped or held before that time, and not one that still went on then', () => {
    const since = (effectiveAt: string) => ({ author: DOCTOR, order: order.id, reason: 'slow', effectiveAt });
    const before = '2026-11-24T13:55:00.000Z';
    const after = '2026-11-24T14:01:00.000Z';
    const at = { dueAt: DUE, at: DUE };
    expect(codes([anEntry('order-stopped', since(before))], at)).toEqual(['order-stopped']);
    expect(codes([anEntry('order-held', since(before))], at)).toEqual(['order-stopped']);
    expect(codes([anEntry('order-stopped', since(after))], at)).toEqual([]);
    expect(codes([anEntry('order-held', since(after))], at)).toEqual([]);
  });

  it('as needed: least interval and most in 24 hours, also against a scheduled order of the same drug or a fast clock', () => {
    const prn = orderFor('acetaminophen 500 MG', {
      type: 'as-needed',
      for: 'pain',
      leastIntervalHours: 4,
      mostPerDay: 2,
    });
    const at = (hour: string) => ({ effectiveAt: `2026-11-24T${hour}:00.000Z` });
    expect(codes([givenFor(prn.id, at('12:00'))], { at: DUE }, prn)).toEqual(['too-soon']);
    expect(codes([givenFor(prn.id, at('15:00'))], { at: DUE }, prn)).toEqual(['too-soon']);
    expect(codes([givenFor(prn.id, at('02:00')), givenFor(prn.id, at('08:00'))], { at: DUE }, prn)).toEqual([
      'most-per-day',
    ]);
    const scheduled = orderFor('paracetamol 1 g', DAILY);
    expect(codes([scheduled, givenFor(scheduled.id, at('13:00'))], { at: DUE }, prn)).toEqual(['too-soon']);
    const refused = givenFor(prn.id, {
      ...at('13:00'),
      outcome: 'refused',
      notGivenReason: 'refused-by-patient',
    });
    expect(codes([refused], { at: DUE }, prn)).toEqual([]);
  });

  it('an order without an interval of its own has that of the other order of the same drug', () => {
    const scheduled = orderFor('acetaminophen 500 MG', { type: 'every', hours: 6 });
    const given = [scheduled, givenFor(scheduled.id, { effectiveAt: '2026-11-24T13:50:00.000Z' })];
    for (const schedule of [
      { type: 'once', stat: true },
      { type: 'as-needed', for: 'pain' },
      { type: 'as-written', text: 'as before' },
    ] as const)
      expect(codes(given, { at: DUE }, orderFor('paracetamol 1 g', schedule))).toContain('too-soon');
  });

  it('an order that the EHR sent without a dose', () => {
    const id = 'd'.repeat(32);
    const chart = chartOf([], {
      allergyStatus: 'nilknown',
      orders: [
        {
          id,
          ehrId: 'x',
          medication: { text: 'digoxin' },
          schedule: { type: 'as-written', text: 'as before' },
        },
      ],
    });
    expect(administrationAlerts(chart, { order: id, at: DUE })).toMatchObject([
      {
        code: 'order-incomplete',
        message: 'Not known of this order: dose, route. Check with the prescriber.',
      },
      { code: 'last-dose-unknown', severity: 'confirm' },
    ]);
  });
});

describe('signing an order', () => {
  const active = (drug: string, next: string) =>
    orderAlerts(chartOf([orderFor(drug, DAILY)]), orderFor(next, DAILY).body.detail).map(({ code }) => code);

  it.each([
    ['acetaminophen 500 MG Oral Tablet', 'Paracetamol 1 g IV'],
    ['potassium chloride 20 MEQ', 'potassium chloride 10 MEQ Extended Release Oral Tablet'],
    ['metoprolol tartrate 25 MG', 'metoprolol succinate 50 MG'],
  ])('%s is active: %s asks', (drug, next) => {
    expect(active(drug, next)).toEqual(['duplicate-order']);
  });

  it.each([
    ['metoprolol tartrate 25 MG', 'ergotamine tartrate 1 MG'],
    ['insulin glargine 100 UNT per ML', 'insulin lispro 100 UNT per ML'],
    ['potassium chloride 20 MEQ', 'sodium chloride 0.9 % injection'],
    ['folic acid 1 MG', 'ascorbic acid 500 MG'],
    ['enoxaparin Prefilled Syringe', 'heparin Prefilled Syringe'],
  ])('%s is active: %s is another drug', (drug, next) => {
    expect(active(drug, next)).toEqual([]);
  });
});
