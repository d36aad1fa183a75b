import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_DOSE_HOURS, type DoseHours, type SnapshotPatient } from '../../src/clinical/index.ts';
import { type CensusInput, snapshotFromFhir } from '../../src/interop/index.ts';

const OPTIONS = {
  id: 'a'.repeat(32),
  orderId: (id: string) => Buffer.from(id.padEnd(16, '_')).toString('hex').slice(0, 32),
  timeZone: 'America/New_York',
};
const NOTHING: CensusInput = {
  patient: {
    resourceType: 'Patient',
    id: 'p1',
    name: [{ use: 'official', family: 'Kessler', given: ['Karla', 'M'] }],
    birthDate: '1951-03-04',
    gender: 'female',
    identifier: [{ type: { coding: [{ code: 'MR' }] }, value: 'M1' }],
  },
  encounter: { id: 'enc-1' },
  bed: { name: '4 West bed 3', alias: ['3'] },
  allergies: [],
  conditions: [],
  medicationRequests: [],
  observations: [],
};
function snapshot(input: Partial<CensusInput>): SnapshotPatient {
  const read = snapshotFromFhir({ ...NOTHING, ...input }, OPTIONS);
  if (!read.ok) throw new Error(read.message);
  return read.patient;
}
const MG = (value: number) => ({
  doseQuantity: { value, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
});
const request = (dosage: unknown, more = {}) => ({
  resourceType: 'MedicationRequest',
  id: 'mr-1',
  status: 'active',
  intent: 'order',
  authoredOn: '2026-11-20T08:00:00-05:00',
  medicationCodeableConcept: { text: 'metoprolol' },
  ...(dosage === undefined ? {} : { dosageInstruction: [dosage].flat() }),
  ...more,
});
const order = (dosage: unknown, more = {}) =>
  snapshot({ medicationRequests: [request(dosage, more)] }).orders[0]!;
const code = (name: string) => ({ timing: { code: { coding: [{ code: name }] } } });
const repeat = (content: Record<string, unknown>) => ({ timing: { repeat: content } });
const times = (hours: string[], everyDays = 1) => ({
  type: 'times',
  times: hours,
  timeZone: 'America/New_York',
  everyDays,
});

describe('who it is', () => {
  it('reads a patient in full without a warning', () => {
    expect(snapshot({})).toMatchObject({
      ehrPatient: 'p1',
      ehrEncounter: 'enc-1',
      name: { family: 'Kessler', given: 'Karla M' },
      birthDate: '1951-03-04',
      sex: 'female',
      bed: '3',
      numbers: [{ kind: 'MR', value: 'M1' }],
      allergyStatus: 'notasked',
      warnings: [],
    });
  });

  it('a field that cannot be read is left out with a warning, the rest stays', () => {
    const patient = { ...(NOTHING.patient as object), name: 'Karla Kessler', birthDate: 19510304 };
    const read = snapshot({ patient });
    expect(read).toMatchObject({
      name: { family: '', given: '' },
      sex: 'female',
      numbers: [{ value: 'M1' }],
    });
    expect(read.birthDate).toBeUndefined();
    expect(read.warnings).toEqual([
      'The patient of the EHR has a field that could not be read: name.',
      'The patient of the EHR has a field that could not be read: birthDate.',
      'The EHR has no name for this patient.',
      'The EHR has no readable date of birth.',
    ]);
  });

  it('knows that somebody died, with the date or without', () => {
    const died = (more: object) => snapshot({ patient: { ...(NOTHING.patient as object), ...more } });
    expect(died({ deceasedBoolean: true })).toMatchObject({ deceased: true });
    expect(died({ deceasedDateTime: '2026-11-20T03:00:00-05:00' })).toMatchObject({
      deceased: true,
      deceasedAt: '2026-11-20T03:00:00-05:00',
    });
    expect(died({ deceasedBoolean: false })).not.toHaveProperty('deceased');
  });

  it('says so when the patient cannot be read at all', () => {
    for (const patient of [null, 7, 'x', {}, []])
      expect(snapshotFromFhir({ ...NOTHING, patient }, OPTIONS).ok).toBe(false);
  });
});

describe('allergies', () => {
  const allergy = (more: object) => ({
    code: { text: 'Penicillin' },
    clinicalStatus: { coding: [{ code: 'active' }] },
    ...more,
  });
  const status = (allergies: unknown[], lists: unknown[] = []) =>
    snapshot({ allergies, lists }).allergyStatus;

  it('keeps substance, reaction, criticality', () => {
    expect(
      snapshot({
        allergies: [
          allergy({
            criticality: 'high',
            category: ['medication'],
            reaction: [{ manifestation: [{ text: 'Hives' }, { text: 'Itch' }] }],
          }),
        ],
      }).allergies,
    ).toEqual([
      {
        substance: { text: 'Penicillin' },
        criticality: 'high',
        category: 'medication',
        reaction: 'Hives, Itch',
      },
    ]);
  });

  it('tells none known from not asked; refuted and resolved are no allergies', () => {
    expect(status([])).toBe('notasked');
    expect(status([allergy({ code: { text: 'No known allergies' } })])).toBe('nilknown');
    expect(
      status([
        allergy({ verificationStatus: { coding: [{ code: 'refuted' }] } }),
        allergy({ clinicalStatus: { coding: [{ code: 'resolved' }] } }),
      ]),
    ).toBe('notasked');
    const list = {
      resourceType: 'List',
      status: 'current',
      code: { coding: [{ code: '48765-2' }] },
      emptyReason: { coding: [{ code: 'nilknown' }] },
    };
    expect(status([], [list])).toBe('nilknown');
    expect(status([allergy({})], [list])).toBe('known');
    expect(status([], [{ ...list, status: 'entered-in-error' }])).toBe('notasked');
  });

  const SNOMED = 'http://snomed.info/sct';
  const none = (concept: object, more: object = {}) => allergy({ code: concept, ...more });
  it.each<[string, unknown[], string]>([
    ['a code for all', [none({ coding: [{ system: SNOMED, code: '716186003' }] })], 'nilknown'],
    ['in the words of SNOMED', [none({ text: 'No known allergy (situation)' })], 'nilknown'],
    [
      'all three kinds in one',
      [none({ text: 'No known drug, food or environmental allergies' })],
      'nilknown',
    ],
    [
      'all three kinds, one by one',
      [
        none({ coding: [{ system: SNOMED, code: '409137002' }] }),
        none({ text: 'No known food allergy' }),
        none({ text: 'No known environmental allergies' }),
      ],
      'nilknown',
    ],
    ['food alone', [none({ text: 'No known food allergy' })], 'notasked'],
    ['drugs alone', [none({ text: 'No known drug allergies' })], 'notasked'],
    ['drugs alone, by code', [none({ coding: [{ system: SNOMED, code: '409137002' }] })], 'notasked'],
    ['drugs alone, in short', [none({ text: 'NKDA' })], 'notasked'],
    ['environment alone', [none({ text: 'No known environmental allergy' })], 'notasked'],
    ['drugs and food', [none({ text: 'NKDA' }), none({ text: 'No known food allergies' })], 'notasked'],
    ['latex alone', [none({ text: 'No known latex allergy' })], 'notasked'],
    ['all, of the category food', [none({ text: 'No known allergies' }, { category: ['food'] })], 'notasked'],
    [
      'the code of all, the words of one',
      [none({ text: 'No known food allergy', coding: [{ code: '716186003' }] })],
      'notasked',
    ],
    ['all but one', [none({ text: 'No known drug allergies except penicillin' })], 'known'],
  ])('"none known" is of what was asked about alone: %s', (_name, allergies, expected) => {
    expect(status(allergies)).toBe(expected);
  });

  it('shows what the EHR says of one kind of allergy alone', () => {
    expect(snapshot({ allergies: [none({ text: 'No known food allergy' })] }).warnings).toEqual([
      'Of allergies the EHR says only: No known food allergy. Ask about all others.',
    ]);
    expect(snapshot({ allergies: [none({ text: 'No known allergies' })] }).warnings).toEqual([]);
  });

  it('an allergy that cannot be read is never "none"', () => {
    expect(status(['???'])).toBe('known');
    expect(snapshot({ allergies: [allergy({ code: 12 })] }).allergies[0]?.substance.text).toMatch(
      /without a named substance/,
    );
  });
});

describe('timing', () => {
  it.each<[string, unknown, unknown]>([
    ['BID', code('BID'), { ...times(['09:00', '21:00']), code: 'BID' }],
    ['QID in small letters', code('qid'), { ...times(['08:00', '12:00', '17:00', '21:00']), code: 'QID' }],
    ['QOD', code('QOD'), { ...times(['09:00'], 2), code: 'QOD' }],
    ['Q6H', code('Q6H'), { type: 'every', hours: 6 }],
    [
      'three a day',
      repeat({ frequency: 3, period: 1, periodUnit: 'd' }),
      { ...times(['08:00', '14:00', '20:00']), code: 'TID' },
    ],
    ['six a day', repeat({ frequency: 6, period: 1, periodUnit: 'd' }), { type: 'every', hours: 4 }],
    ['every 72 hours', repeat({ frequency: 1, period: 72, periodUnit: 'h' }), { type: 'every', hours: 72 }],
    ['weekly', repeat({ frequency: 1, period: 1, periodUnit: 'wk' }), times(['09:00'], 7)],
    [
      'at times, every other day',
      repeat({ frequency: 1, period: 2, periodUnit: 'd', timeOfDay: ['20:00:00', '08:00:00'] }),
      times(['08:00', '20:00'], 2),
    ],
    ['at bedtime', repeat({ when: ['HS'] }), times(['22:00'])],
    ['before meals', repeat({ when: ['AC'] }), times(['07:30', '11:30', '17:30'])],
    ['15 min before lunch', repeat({ when: ['ACD'], offset: 15 }), times(['11:45'])],
    ['with breakfast and dinner', repeat({ when: ['CM', 'CV'] }), times(['08:00', '18:00'])],
    ['once', repeat({ count: 1 }), { type: 'once', stat: false }],
    [
      'as needed every 4 h',
      { asNeededCodeableConcept: { text: 'pain' }, ...code('Q4H') },
      { type: 'as-needed', for: 'pain', leastIntervalHours: 4 },
    ],
    [
      'as needed up to 3 a day',
      { asNeededBoolean: true, ...repeat({ frequency: 3, period: 1, periodUnit: 'd' }) },
      { type: 'as-needed', leastIntervalHours: undefined, mostPerDay: 3 },
    ],
    [
      'five a day: not by guess',
      repeat({ frequency: 5, period: 1, periodUnit: 'd' }),
      { type: 'as-written', text: '5 times every 1 days' },
    ],
    [
      '1 to 2 a day: not by guess',
      repeat({ frequency: 1, frequencyMax: 2, period: 1, periodUnit: 'd' }),
      { type: 'as-written', text: '1 to 2 times every 1 days' },
    ],
    [
      'on weekdays: not by guess',
      {
        text: 'Mon and Thu',
        ...repeat({ dayOfWeek: ['mon', 'thu'], frequency: 1, period: 1, periodUnit: 'wk' }),
      },
      { type: 'as-written', text: 'Mon and Thu' },
    ],
    [
      'monthly: not by guess',
      repeat({ frequency: 1, period: 1, periodUnit: 'mo' }),
      { type: 'as-written', text: '1 times every 1 months' },
    ],
    [
      'ten times in all: not by guess',
      repeat({ count: 10, frequency: 1, period: 1, periodUnit: 'd' }),
      { type: 'as-written', text: '10 times in all, 1 times every 1 days' },
    ],
    ['a broken time', repeat({ timeOfDay: ['8 am'] }), { type: 'as-written', text: 'at 8 am' }],
    ['only text', { text: 'as directed' }, { type: 'as-written', text: 'as directed' }],
    ['nothing', undefined, { type: 'as-written', text: 'Dose and frequency not recorded in the EHR' }],
  ])('%s', (_name, dosage, schedule) => {
    expect(order(dosage).schedule).toEqual(schedule);
  });

  it('STAT is priority stat, once', () => {
    expect(order(repeat({ count: 1 }), { priority: 'stat' }).schedule).toEqual({ type: 'once', stat: true });
  });

  it('has the start and end of its period; an end day counts as a whole', () => {
    expect(
      order(
        repeat({
          frequency: 1,
          period: 6,
          periodUnit: 'h',
          boundsPeriod: { start: '2026-11-21T10:00:00Z', end: '2026-11-25' },
        }),
      ),
    ).toMatchObject({ startAt: '2026-11-21T10:00:00.000Z', endAt: '2026-11-26T05:00:00Z' });
    expect(
      order(repeat({ frequency: 1, period: 6, periodUnit: 'h', boundsDuration: { value: 7, code: 'd' } }))
        .endAt,
    ).toBe('2026-11-27T13:00:00.000Z');
    expect(order(code('Q6H'), { authoredOn: '2026-11-20' }).startAt).toBeUndefined();
  });
});

describe('doses', () => {
  it('a dose needs its unit; a bare number is told in words, not made a dose', () => {
    const bare = order({ doseAndRate: [{ doseQuantity: { value: 1 } }], ...code('QD') });
    expect(bare.dose).toBeUndefined();
    expect(bare.instructions).toBe('Dose in the EHR: 1, without a unit');
    expect(order({ doseAndRate: [MG(25)], ...code('QD') }).dose).toEqual({ value: 25, unit: 'mg' });
    expect(
      order({
        doseAndRate: [{ doseRange: { low: { value: 5, unit: 'mg' }, high: { value: 10, unit: 'mg' } } }],
      }).instructions,
    ).toBe('Dose in the EHR: 5 mg to 10 mg');
  });

  it('several dosages are never cut to the first', () => {
    const taper = order([
      { doseAndRate: [MG(40)], ...code('AM') },
      { doseAndRate: [MG(20)], ...code('PM') },
    ]);
    expect(taper.dose).toBeUndefined();
    expect(taper.schedule).toEqual({
      type: 'as-written',
      text: '40 mg daily at 09:00; then or also: 20 mg daily at 17:00',
    });
  });

  it('the most in 24 hours is an amount of drug', () => {
    const prn = (numerator: object, denominator: object = { value: 1, unit: 'd' }) =>
      order({
        asNeededBoolean: true,
        doseAndRate: [MG(500)],
        maxDosePerPeriod: { numerator, denominator },
      });
    expect(prn({ value: 2000, unit: 'mg' }).schedule).toMatchObject({ mostPerDay: 4 });
    expect(prn({ value: 4 }).schedule).toMatchObject({ mostPerDay: 4 });
    expect(prn({ value: 4, unit: 'g' }).schedule).toMatchObject({ mostPerDay: 8 });
    expect(prn({ value: 4, unit: 'g' }).instructions).toBeUndefined();
  });

  it('a most that is no number of doses is read with the order, never left out', () => {
    const most = (numerator: object, denominator: object, more: object) =>
      order({ doseAndRate: [MG(500)], maxDosePerPeriod: { numerator, denominator }, ...more });
    const tablets = most({ value: 8, unit: 'tablets' }, { value: 1, unit: 'd' }, { asNeededBoolean: true });
    expect(tablets.schedule).not.toHaveProperty('mostPerDay');
    expect(tablets.instructions).toBe('At most 8 tablets in 24 hours, says the EHR');
    const hours = most({ value: 2, unit: 'g' }, { value: 12, code: 'h' }, { asNeededBoolean: true });
    expect(hours.instructions).toBe('At most 2 g in 12 hours, says the EHR');
    const scheduled = most({ value: 3, unit: 'g' }, { value: 1, code: 'd' }, code('QID'));
    expect(scheduled.instructions).toBe('At most 3 g in 24 hours, says the EHR');
  });

  it('the words of a dosage are read with the order, whatever was made of them', () => {
    const limit = '5 mg every 6 hours as needed, at most 4 doses a day';
    const prn = order({ text: limit, asNeededBoolean: true, doseAndRate: [MG(5)] });
    expect(prn.schedule).toEqual({ type: 'as-needed' });
    expect(prn.instructions).toBe(limit);
    const hold = { text: 'Hold if systolic below 100', patientInstruction: 'Hold if systolic below 100' };
    expect(order({ ...hold, doseAndRate: [MG(5)], ...code('BID') }).instructions).toBe(hold.text);
    // What stands as the schedule is not said twice.
    expect(order({ text: 'as directed' }).instructions).toBeUndefined();
  });

  it.each<[string, object, string | undefined]>([
    ['a code', code('BID'), 'BID'],
    ['a code that we do not know', code('Q5H'), 'Q5H'],
    ['every other day', repeat({ frequency: 1, period: 2, periodUnit: 'd' }), '1 times every 2 days'],
    ['at bedtime', repeat({ when: ['HS'] }), 'timed to: HS'],
    [
      'every 4 to 6 hours',
      repeat({ frequency: 1, period: 4, periodMax: 6, periodUnit: 'h' }),
      '1 times every 4 to 6 hours',
    ],
    ['every 6 hours', repeat({ frequency: 1, period: 6, periodUnit: 'h' }), undefined],
    ['every 6 hours by code', code('Q6H'), undefined],
    ['three a day', repeat({ frequency: 3, period: 1, periodUnit: 'd' }), undefined],
  ])('as needed, a timing that became no limit is told in words: %s', (_name, timing, words) => {
    expect(order({ asNeededBoolean: true, doseAndRate: [MG(5)], ...timing }).instructions).toBe(
      words && `Timing in the EHR: ${words}`,
    );
  });

  it('a timing beside the words, or beside the schedule, is never lost', () => {
    const days = repeat({ dayOfWeek: ['mon', 'thu'], frequency: 1, period: 1, periodUnit: 'wk' });
    const written = order({ text: 'Hold if systolic below 100', doseAndRate: [MG(5)], ...days });
    expect(written.schedule).toEqual({ type: 'as-written', text: 'Hold if systolic below 100' });
    expect(written.instructions).toBe('Timing in the EHR: 1 times every 1 weeks, on mon, thu');
    const meals = { timing: { code: { text: 'BID with meals', coding: [{ code: 'BID' }] } } };
    expect(order({ doseAndRate: [MG(5)], ...meals }).instructions).toBe('Timing in the EHR: BID with meals');
    const other = {
      timing: { ...code('BID').timing, ...repeat({ frequency: 3, period: 1, periodUnit: 'd' }).timing },
    };
    expect(order({ doseAndRate: [MG(5)], ...other }).instructions).toBe(
      'Timing in the EHR: BID, 3 times every 1 days',
    );
  });

  it.each<[string, object, unknown, string | undefined]>([
    [
      'how long each dose takes',
      { timing: { ...code('BID').timing, repeat: { duration: 30, durationUnit: 'min' } } },
      { ...times(['09:00', '21:00']), code: 'BID' },
      'Timing in the EHR: BID, for 30 minutes each time',
    ],
    [
      'how long each dose takes at most',
      repeat({ frequency: 1, period: 8, periodUnit: 'h', duration: 1, durationMax: 2, durationUnit: 'h' }),
      { type: 'every', hours: 8 },
      'Timing in the EHR: 1 times every 8 hours, for 1 to 2 hours each time',
    ],
    [
      'several days of its own',
      { timing: { event: ['2026-11-24T09:00:00-05:00', '2026-11-26T14:00:00-05:00'] } },
      { type: 'as-written', text: 'at 24-Nov-2026 09:00 and 26-Nov-2026 14:00' },
      undefined,
    ],
    [
      'several days of its own, beside words',
      { text: 'before dialysis', timing: { event: ['2026-11-24T09:00:00-05:00', 'Thursday'] } },
      { type: 'as-written', text: 'before dialysis' },
      'Timing in the EHR: at 24-Nov-2026 09:00 and Thursday',
    ],
    [
      'one day without its hour',
      { timing: { event: ['2026-11-24'] } },
      { type: 'as-written', text: 'at 24-Nov-2026, the hour could not be read' },
      undefined,
    ],
    [
      'a distance from bedtime',
      repeat({ when: ['HS'], offset: 30 }),
      { type: 'as-written', text: 'timed to: HS, 30 minutes from it' },
      undefined,
    ],
  ])('what a schedule cannot say of the timing stays in words: %s', (_name, timing, schedule, words) => {
    const read = order({ doseAndRate: [MG(5)], ...timing });
    expect(read.schedule).toEqual(schedule);
    expect(read.instructions).toBe(words);
  });

  it('as needed, a duration is told in words', () => {
    const timing = repeat({ frequency: 1, period: 6, periodUnit: 'h', duration: 20, durationUnit: 'min' });
    expect(order({ asNeededBoolean: true, doseAndRate: [MG(5)], ...timing }).instructions).toBe(
      'Timing in the EHR: 1 times every 6 hours, for 20 minutes each time',
    );
  });

  it('a most that is no number of doses is read also where the timing gives one', () => {
    const prn = order({
      asNeededBoolean: true,
      doseAndRate: [MG(500)],
      ...repeat({ frequency: 4, period: 1, periodUnit: 'd' }),
      maxDosePerPeriod: { numerator: { value: 3, unit: 'tablets' }, denominator: { value: 1, unit: 'd' } },
    });
    expect(prn.schedule).toMatchObject({ mostPerDay: 4 });
    expect(prn.instructions).toBe('At most 3 tablets in 24 hours, says the EHR');
  });

  it('of several dosages, words stand beside dose and timing, not in their place', () => {
    expect(
      order([
        { text: 'Hold if systolic below 100', doseAndRate: [MG(40)], ...code('AM') },
        { text: 'Half at night' },
      ]).schedule,
    ).toEqual({
      type: 'as-written',
      text: '40 mg daily at 09:00 (Hold if systolic below 100); then or also: Half at night',
    });
  });

  it('a text that is too long is cut at a word, and says so', () => {
    const long = 'titrate slowly '.repeat(100).trim();
    const read = snapshot({
      medicationRequests: [request({ text: long, doseAndRate: [MG(5)], ...code('QD') })],
    });
    const cut = read.orders[0]?.instructions ?? '';
    expect(cut.length).toBeLessThanOrEqual(1000);
    expect(cut).toMatch(/ (titrate|slowly)… cut here: read the EHR or the paper order$/);
    expect(read.warnings).toEqual([
      "The EHR's order of metoprolol says more than fits here: read the EHR or the paper order.",
    ]);
    const written = snapshot({
      medicationRequests: [request({ text: long.slice(0, 900), doseAndRate: [MG(5)] })],
    });
    expect(written.orders[0]?.schedule).toMatchObject({ text: expect.stringMatching(/… cut here: read/) });
    expect(written.orders[0]?.instructions).toBe(long.slice(0, 900));
    expect(written.warnings).toEqual([]);
  });

  it('knows the last dose of each order, not of doses that were not given', () => {
    const dose = (effectiveDateTime: string, status = 'completed') => ({
      resourceType: 'MedicationAdministration',
      status,
      effectiveDateTime,
      request: { reference: 'http://ehr/MedicationRequest/mr-1' },
    });
    const read = snapshot({
      medicationRequests: [request(code('QD'))],
      medicationAdministrations: [
        dose('2026-11-24T09:00:00Z'),
        dose('2026-11-23T09:00:00Z'),
        dose('2026-11-24T12:00:00Z', 'not-done'),
      ],
    });
    expect(read.orders[0]?.lastGivenAt).toBe('2026-11-24T09:00:00.000Z');
  });

  it('stopped orders, plans and bans never look like orders to give', () => {
    const read = snapshot({
      medicationRequests: [
        request(code('QD'), { status: 'stopped' }),
        request(code('QD'), { intent: 'plan' }),
        request(code('QD'), { doNotPerform: true }),
      ],
    });
    expect(read.orders).toEqual([]);
    expect(read.warnings).toContain('The EHR has an order NOT to give metoprolol.');
    expect(read.notToGive).toEqual([{ medication: { text: 'metoprolol' } }]);
  });

  it('an order not to give keeps its reason and its words, and is none once it is stopped', () => {
    const ban = (more: object) =>
      snapshot({ medicationRequests: [request(undefined, { doNotPerform: true, ...more })] }).notToGive;
    expect(
      ban({ reasonCode: [{ text: 'Acute kidney injury' }], note: [{ text: 'No NSAID at all' }] }),
    ).toEqual([{ medication: { text: 'metoprolol' }, reason: 'Acute kidney injury; No NSAID at all' }]);
    expect(ban({ status: 'stopped' })).toBeUndefined();
  });

  it('a medication by reference is named', () => {
    expect(
      order(code('QD'), {
        medicationCodeableConcept: undefined,
        medicationReference: { reference: '#m' },
        contained: [{ resourceType: 'Medication', id: 'm', code: { text: 'digoxin' } }],
      }).medication.text,
    ).toBe('digoxin');
    expect(order(code('QD'), { medicationCodeableConcept: undefined }).medication.text).toBe(
      'Medication not named in the EHR',
    );
  });
});

describe('results', () => {
  const result = (more: object) => ({
    status: 'final',
    code: { text: 'Troponin', coding: [{ code: '6598-7' }] },
    effectiveDateTime: '2026-11-24T09:00:00Z',
    ...more,
  });
  const values = (...observations: unknown[]) =>
    snapshot({ observations }).observations.map(({ name, value }) => `${name} ${value}`);

  it('never rounds a small value to 0, keeps a comparator, leaves out what was withdrawn', () => {
    expect(values(result({ valueQuantity: { value: 0.00412, unit: 'ng/mL' } }))).toEqual([
      'Troponin 0.00412',
    ]);
    expect(values(result({ valueQuantity: { value: 0.01, comparator: '<' } }))).toEqual([
      'Troponin less than 0.01',
    ]);
    expect(values(result({ valueQuantity: { value: 6.343234 } }))).toEqual(['Troponin 6.34']);
    expect(values(result({ valueString: 'negative', status: 'entered-in-error' }))).toEqual([]);
    expect(values(result({ valueString: 'x', effectiveDateTime: undefined }))).toEqual([]);
  });

  it('blood pressure gives a row per component, and the latest 30 are kept', () => {
    const pressure = result({
      code: { text: 'Blood pressure' },
      component: [
        { code: { text: 'Systolic' }, valueQuantity: { value: 120 } },
        { code: { text: 'Diastolic' }, valueQuantity: { value: 80 } },
      ],
    });
    expect(values(pressure)).toEqual(['Systolic 120', 'Diastolic 80']);
    const many = Array.from({ length: 50 }, (_, index) =>
      result({
        valueQuantity: { value: index },
        effectiveDateTime: new Date(Date.UTC(2026, 10, 1, index)).toISOString(),
      }),
    );
    expect(values(...many)).toHaveLength(30);
    expect(values(...many)[0]).toBe('Troponin 49');
  });
});

describe('results that doses are worked out from', () => {
  const result = (name: string, loinc: string, value: number, hour: number, unit = 'kg') => ({
    status: 'final',
    code: { text: name, coding: [{ system: 'http://loinc.org', code: loinc }] },
    effectiveDateTime: new Date(Date.UTC(2026, 10, 24, hour)).toISOString(),
    valueQuantity: { value, unit },
  });
  const SIGNS = ['8310-5', '8867-4', '9279-1', '59408-5', '8480-6', '8462-4'];
  const hourly = Array.from({ length: 6 }, (_, hour) =>
    SIGNS.map((loinc) => result(`Sign ${loinc}`, loinc, 70, 8 + hour, '/min')),
  ).flat();

  it('six sets of vital signs do not push out the morning’s creatinine and the weight', () => {
    const { observations } = snapshot({
      observations: [
        ...hourly,
        result('Creatinine', '2160-0', 1.5, 6, 'mg/dL'),
        result('Body weight', '29463-7', 71, 5),
        result('Body weight', '29463-7', 70, 4),
      ],
    });
    expect(observations).toHaveLength(30);
    expect(observations.map(({ value }) => value)).toEqual([...Array(28).fill('70'), '1.5', '71']);
  });

  it('nor do forty other kinds of newer results', () => {
    const { observations } = snapshot({
      observations: [
        ...Array.from({ length: 40 }, (_, n) => result(`Other ${n}`, `${1000 + n}-1`, n, 12, 'U')),
        result('Weight', '3141-9', 71, 5),
        result('Serum creatinine', '2160-0', 1.5, 6, 'mg/dL'),
      ],
    });
    expect(observations).toHaveLength(30);
    expect(observations.slice(-2).map(({ name }) => name)).toEqual(['Serum creatinine', 'Weight']);
  });

  it('the LOINC code is known also where the EHR’s own code stands first', () => {
    const weight = result('Wt', '29463-7', 70, 5);
    weight.code.coding.unshift({ system: 'urn:local', code: 'WT' });
    expect(snapshot({ observations: [weight] }).observations[0]?.loinc).toBe('29463-7');
  });
});

describe('whatever the EHR sends', () => {
  const folder = join(import.meta.dirname, '../fixtures/synthea');
  const bundles = readdirSync(folder).filter((name) => name.endsWith('.json'));

  it.each(bundles)('reads %s', (file) => {
    const { entry } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      entry: { resource: { resourceType: string } }[];
    };
    const of = (type: string) =>
      entry.map(({ resource }) => resource).filter(({ resourceType }) => resourceType === type);
    const read = snapshotFromFhir(
      {
        patient: of('Patient')[0],
        encounter: undefined,
        bed: undefined,
        allergies: of('AllergyIntolerance'),
        conditions: of('Condition'),
        medicationRequests: of('MedicationRequest'),
        observations: of('Observation'),
      },
      OPTIONS,
    );
    expect(read.ok).toBe(true);
    if (!read.ok) return;
    const active = of('MedicationRequest').filter(
      (item) => (item as { status?: string }).status === 'active',
    );
    expect(read.patient.orders).toHaveLength(active.length);
    expect(read.patient.allergies.length).toBeLessThanOrEqual(of('AllergyIntolerance').length);
  });

  it('nothing throws, whatever is in any place', () => {
    const anything = fc.anything({ withNullPrototype: false, maxDepth: 4 });
    const odd = fc.record({
      resourceType: anything,
      id: fc.oneof(fc.string(), anything),
      status: anything,
      code: anything,
      name: anything,
      birthDate: anything,
      identifier: anything,
      dosageInstruction: fc.array(fc.record({ timing: anything, doseAndRate: anything, text: anything })),
      effectiveDateTime: anything,
      valueQuantity: anything,
      component: anything,
      authoredOn: anything,
    });
    const list = fc.array(fc.oneof(odd, anything), { maxLength: 3 });
    fc.assert(
      fc.property(fc.oneof(odd, anything), list, anything, (patient, resources, bed) => {
        snapshotFromFhir(
          {
            patient,
            encounter: bed,
            bed,
            allergies: resources,
            lists: resources,
            conditions: resources,
            medicationRequests: resources,
            medicationAdministrations: resources,
            observations: resources,
          },
          OPTIONS,
        );
        const read = snapshotFromFhir(
          {
            ...NOTHING,
            allergies: resources,
            conditions: resources,
            medicationRequests: resources,
            observations: resources,
            bed,
          },
          OPTIONS,
        );
        expect(read.ok).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the hours of the ward', () => {
  const scheduled = (dosage: unknown, hours?: DoseHours) => {
    const read = snapshotFromFhir(
      { ...NOTHING, medicationRequests: [request(dosage)] },
      { ...OPTIONS, hours },
    );
    return read.ok ? read.patient.orders[0]?.schedule : undefined;
  };
  const hour = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 45))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
  const some = (count: number) =>
    fc.uniqueArray(hour, { minLength: count, maxLength: count }).map((times) => times.sort());
  const hours: fc.Arbitrary<DoseHours> = fc.record({
    codes: fc.record({
      QD: some(1),
      BID: some(2),
      TID: some(3),
      QID: some(4),
      AM: some(1),
      PM: some(1),
      BED: some(1),
    }),
    meals: some(3).map(([breakfast, lunch, dinner]) => ({
      breakfast: breakfast!,
      lunch: lunch!,
      dinner: dinner!,
    })),
  });

  it('LAW: are what each code and frequency means; hours of the order’s own stay as they are', () => {
    fc.assert(
      fc.property(hours, (ward) => {
        for (const [name, expected] of Object.entries(ward.codes))
          expect(scheduled(code(name), ward)).toEqual({ ...times(expected), code: name });
        for (const [frequency, name] of [
          [1, 'QD'],
          [2, 'BID'],
          [3, 'TID'],
          [4, 'QID'],
        ] as const)
          expect(scheduled(repeat({ frequency, period: 1, periodUnit: 'd' }), ward)).toEqual({
            ...times(ward.codes[name]),
            code: name,
          });
        expect(scheduled(code('WK'), ward)).toEqual({ ...times(ward.codes.QD, 7), code: 'WK' });
        expect(scheduled(repeat({ when: ['HS'] }), ward)).toEqual(times(ward.codes.BED));
        expect(scheduled(repeat({ when: ['NOON'] }), ward)).toEqual(times(['12:00']));
        expect(scheduled(repeat({ timeOfDay: ['06:00:00'] }), ward)).toEqual(times(['06:00']));
        expect(scheduled(code('Q6H'), ward)).toEqual({ type: 'every', hours: 6 });
      }),
      { numRuns: 40 },
    );
  });

  it('LAW: meals are where the ward eats, and before and after them by the offset', () => {
    const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
    fc.assert(
      fc.property(hours, fc.constantFrom(undefined, 15, 60), (ward, offset) => {
        const { breakfast, lunch, dinner } = ward.meals;
        const away = (when: string, sign: number, meals: string[]) => {
          const schedule = scheduled(
            repeat({ when: [when], ...(offset === undefined ? {} : { offset }) }),
            ward,
          );
          expect(schedule?.type === 'times' ? schedule.times.map(minutes) : undefined).toEqual(
            meals.map((meal) => (minutes(meal) + sign * (offset ?? 30) + 1440) % 1440).sort((a, b) => a - b),
          );
        };
        away('ACM', -1, [breakfast]);
        away('PCV', 1, [dinner]);
        away('AC', -1, [breakfast, lunch, dinner]);
        expect(scheduled(repeat({ when: ['C'] }), ward)).toEqual(times([breakfast, lunch, dinner]));
      }),
      { numRuns: 40 },
    );
  });

  it('are those of medication.md where none are said', () => {
    expect(scheduled(code('QID'))).toEqual(scheduled(code('QID'), DEFAULT_DOSE_HOURS));
    expect(scheduled(repeat({ when: ['ACV'] }))).toEqual(times(['17:30']));
  });
});
