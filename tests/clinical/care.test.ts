import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AdministrationOutcome,
  changedSince,
  dayAndTime,
  describeEntry,
  type EntryId,
  foldChart,
  handoffFromChart,
  type OpenedEntry,
  scoreNews2,
  toBoardRow,
  VitalSigns,
  type VitalValues,
} from '../../src/clinical/index.ts';
import { anEntry, DOCTOR, FULL_SET, NOW, NURSE, orderFor, PATIENT, registered } from './builders.ts';

const OTHER = { id: '3'.repeat(32), name: 'Nurse Ben', role: 'nurse' as const };
const at = (minutes: number): string => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();
const chartOf = (entries: OpenedEntry[], now = NOW) =>
  foldChart({ patient: PATIENT, entries: [registered({ birthDate: '1951-03-04' }), ...entries], now })!;

/** A set that scores so: 7 by breathing, oxygen and pulse; 0 as it stands. */
const HIGH: VitalValues = {
  ...FULL_SET,
  saturationScale: 1,
  respirationRate: 26,
  oxygenSaturation: 93,
  oxygenDevice: 'N',
  oxygenFlow: 2,
  systolic: 120,
  pulse: 80,
  consciousness: 'alert',
  temperature: 37,
};
const LOW: VitalValues = {
  saturationScale: 1,
  respirationRate: 16,
  oxygenSaturation: 98,
  oxygenDevice: 'A',
  systolic: 120,
  diastolic: 70,
  pulse: 70,
  consciousness: 'alert',
  temperature: 37,
};
const vitals = (values: VitalValues, minutes: number) =>
  anEntry('vital-signs', { values, effectiveAt: at(minutes) });
const told = (about: string | undefined, minutes: number, answer: 'coming' | 'advice' | 'no-answer') =>
  anEntry('escalation-recorded', {
    ...(about === undefined ? {} : { about }),
    because: 'NEWS2 7',
    told: 'Dr Bell',
    means: 'telephone',
    answer,
    effectiveAt: at(minutes),
  });

describe('escalation', () => {
  it('a score of 5 or more, or a single 3, asks for somebody; a low one does not', () => {
    expect(chartOf([vitals(LOW, -5)]).care.escalations).toEqual([]);
    expect(chartOf([vitals(HIGH, -5)]).care.escalations).toMatchObject([
      { because: expect.stringMatching(/^NEWS2 7: High risk/), state: 'not-told', steps: [] },
    ]);
    const single = chartOf([vitals({ ...LOW, consciousness: 'voice' }, -5)]);
    expect(single.care.escalations[0]?.because).toMatch(/NEWS2 3/);
  });

  it('nobody answered: the next in line; somebody comes: told, until the patient was seen', () => {
    const set = vitals(HIGH, -20);
    const none = told(set.id, -18, 'no-answer');
    expect(chartOf([set, none]).care.escalations[0]?.state).toBe('no-answer');
    const coming = told(set.id, -15, 'coming');
    expect(chartOf([set, none, coming]).care.escalations[0]).toMatchObject({ state: 'told' });
    const seen = anEntry('escalation-seen', { about: set.id, seenBy: 'Dr Bell', effectiveAt: at(-3) });
    const chart = chartOf([set, none, coming, seen]);
    expect(chart.care.escalations[0]).toMatchObject({ state: 'seen', seen: { id: seen.id } });
    expect(toBoardRow(chart).escalations).toEqual([]);
  });

  it('a score as high as the one that was told does not ask again; a higher one, or one after a low one, does', () => {
    const medium = { ...LOW, respirationRate: 22, pulse: 112, temperature: 38.5 };
    const first = vitals(medium, -120);
    const known = told(first.id, -118, 'coming');
    expect(chartOf([first, known, vitals(medium, -60)]).care.escalations.map(({ state }) => state)).toEqual([
      'told',
    ]);
    const risen = chartOf([first, known, vitals(HIGH, -60)]).care.escalations;
    expect(risen.map(({ state }) => state)).toEqual(['not-told', 'told']);
    const again = chartOf([first, known, vitals(LOW, -90), vitals(medium, -10)]).care.escalations;
    expect(again[0]?.state).toBe('not-told');
  });

  it('a critical result asks until somebody acknowledges it, and a nurse’s worry stands by itself', () => {
    const result = anEntry('result-received', {
      test: 'Potassium',
      value: '6.8',
      unit: 'mmol/L',
      caller: 'Laboratory, Kim',
      readBack: true,
      critical: true,
      effectiveAt: at(-30),
    });
    const chart = chartOf([result]);
    expect(chart.care.escalations).toMatchObject([
      { about: result.id, because: 'Potassium 6.8 mmol/L: critical result', state: 'not-told' },
    ]);
    expect(toBoardRow(chart).escalations).toHaveLength(1);
    const done = anEntry('result-acknowledged', { author: DOCTOR, result: result.id });
    expect(chartOf([result, done]).care.escalations).toEqual([]);
    expect(chartOf([result, done]).care.results[0]?.acknowledged?.body.author.name).toBe('Dr Bell');
    expect(chartOf([told(undefined, -4, 'advice')]).care.escalations[0]?.state).toBe('told');
  });
});

describe('a fall of the coma scale', () => {
  const gcs = (total: number, minutes: number) => {
    const motor = Math.min(6, total - 2);
    const verbal = Math.min(5, total - motor - 1);
    return anEntry('gcs-assessed', {
      eyes: (total - motor - verbal) as 4,
      verbal: verbal as 5,
      motor: motor as 6,
      effectiveAt: at(minutes),
    });
  };
  const run = (...totals: number[]) => totals.map((total, place) => gcs(total, place - totals.length));
  const asks = (...entries: OpenedEntry[]) =>
    chartOf(entries).care.escalations.filter(({ state }) => state === 'not-told');

  it('stands on board and handoff, also after the next equal one, until somebody was told and came', () => {
    const [before, fallen, equal] = [gcs(15, -60), gcs(8, -30), gcs(8, -10)];
    const entries = [before, fallen, equal];
    const chart = chartOf(entries);
    expect(chart.care.escalations).toMatchObject([
      {
        about: fallen.id,
        because: expect.stringMatching(/^GCS 8 = E1 V1 M6: fell from 15/),
        state: 'not-told',
      },
    ]);
    expect(toBoardRow(chart).escalations).toHaveLength(1);
    const { ipass } = handoffFromChart(chart, 'America/Chicago');
    expect(ipass?.illnessSeverity).toBe('watcher');
    expect(ipass?.situationAwareness).toMatch(/GCS 8 = E1 V1 M6: fell from 15.*nobody told yet/);
    const known = [...entries, told(fallen.id, -9, 'coming')];
    expect(chartOf(known).care.escalations).toMatchObject([{ state: 'told' }]);
    const came = anEntry('escalation-seen', { about: fallen.id, seenBy: 'Dr Bell', effectiveAt: at(-5) });
    expect(toBoardRow(chartOf([...known, came, gcs(8, -1)])).escalations).toEqual([]);
  });

  it.each([
    [[15, 14], undefined],
    [[15, 13], /^GCS 13 .*fell from 15/],
    [[15, 14, 13], /^GCS 13 .*fell from 15/],
    [[12], /^GCS 12 .*12 or less/],
    [[13, 12], /^GCS 12 .*12 or less/],
    [[15, 8, 13], /^GCS 8 /],
    [[15, 8, 7, 6], /^GCS 6 .*fell from 8/],
    [[15, 8, 15], undefined],
    [[15, 13, 14], undefined],
    [[10, 12], /^GCS 10 /],
    [[10, 13], undefined],
    [[15, 8, 15, 13], /^GCS 13 .*fell from 15/],
  ] as const)('after %j asks: %s', (totals, because) => {
    const found = asks(...run(...totals));
    expect(found.map((one) => one.because)).toEqual(because ? [expect.stringMatching(because)] : []);
  });

  it('is not ended by one that could not be tested', () => {
    const tube = anEntry('gcs-assessed', {
      eyes: 4,
      verbal: 'NT',
      motor: 6,
      notTestableBecause: 'tube',
      effectiveAt: at(-1),
    });
    expect(asks(...run(15, 8), tube)).toHaveLength(1);
  });

  it('is asked again when it falls lower than what was told, and not at as much', () => {
    const [before, fallen] = [gcs(15, -60), gcs(10, -50)];
    const known = [before, fallen, told(fallen.id, -45, 'advice')];
    expect(asks(...known, gcs(9, -30))).toEqual([]);
    expect(asks(...known, gcs(13, -30), gcs(11, -20))).toEqual([]);
    expect(asks(...known, gcs(9, -30), gcs(8, -20))).toMatchObject([
      { because: expect.stringMatching(/^GCS 8 .*fell from 10/) },
    ]);
    expect(asks(...known, gcs(15, -30), gcs(11, -20))).toHaveLength(1);
  });
});

describe('several that ask', () => {
  it('stand by what was done of each: nobody told, no answer, told; the newest first among equals', () => {
    const worry = (because: string, minutes: number, answer: 'coming' | 'no-answer') =>
      anEntry('escalation-recorded', {
        because,
        told: 'Dr Bell',
        means: 'telephone',
        answer,
        effectiveAt: at(minutes),
      });
    const potassium = anEntry('result-received', {
      test: 'Potassium',
      value: '6.8',
      caller: 'Laboratory, Kim',
      readBack: true,
      critical: true,
      effectiveAt: at(-90),
    });
    const entries = [
      potassium,
      worry('Pain', -60, 'no-answer'),
      worry('Grey', -50, 'coming'),
      worry('Restless', -40, 'coming'),
    ];
    expect(toBoardRow(chartOf(entries)).escalations.map(({ because }) => because)).toEqual([
      'Potassium 6.8: critical result',
      'Pain',
      'Restless',
      'Grey',
    ]);
  });
});

describe('a nurse’s own worry', () => {
  const worry = (minutes: number, answer: 'coming' | 'no-answer', about?: string) =>
    anEntry('escalation-recorded', {
      ...(about === undefined ? {} : { about }),
      because: 'Looks worse',
      told: 'Dr Bell',
      means: 'telephone',
      answer,
      effectiveAt: at(minutes),
    });
  const seen = (about: string, minutes: number) =>
    anEntry('escalation-seen', { about, seenBy: 'Dr Bell', effectiveAt: at(minutes) });

  it('is its own, also in the words of an earlier one that was seen, or of one on another tablet', () => {
    const morning = worry(-600, 'coming');
    const night = worry(-5, 'no-answer');
    const chart = chartOf([morning, seen(morning.id, -580), night]);
    expect(chart.care.escalations).toMatchObject([
      { about: night.id, state: 'no-answer', steps: [{ id: night.id }] },
      { about: morning.id, state: 'seen' },
    ]);
    expect(toBoardRow(chart).escalations).toMatchObject([{ because: 'Looks worse', state: 'no-answer' }]);
  });

  it('goes by its first step, also where a later one says that it was before it', () => {
    const first = worry(-10, 'no-answer');
    const earlier = worry(-15, 'coming', first.id);
    expect(chartOf([first, earlier]).care.escalations).toMatchObject([
      { about: first.id, state: 'told', steps: [{ id: earlier.id }, { id: first.id }] },
    ]);
    expect(chartOf([first, earlier, seen(first.id, -1)]).care.escalations).toMatchObject([{ state: 'seen' }]);
  });

  it('asks again when somebody is told again after the patient was seen, until she is seen again', () => {
    const first = worry(-60, 'coming');
    const entries = [first, seen(first.id, -50), worry(-10, 'no-answer', first.id)];
    expect(chartOf(entries).care.escalations).toMatchObject([{ state: 'no-answer', since: at(-10) }]);
    expect(chartOf([...entries, seen(first.id, -5)]).care.escalations).toMatchObject([{ state: 'seen' }]);
  });
});

describe('vital signs that the patient refused', () => {
  const refused = (minutes: number, values: VitalValues = { saturationScale: 1 }) =>
    anEntry('vital-signs', { values, notDone: { because: 'refused' }, effectiveAt: at(minutes) });

  it('are no measurement: the interval, the score and the newest values are those of the set before', () => {
    const set = vitals(HIGH, -60);
    const chart = chartOf([set, refused(-5)]);
    const before = chartOf([set]);
    expect(chart.care).toMatchObject({
      observations: before.care.observations,
      escalations: before.care.escalations,
      scoredSet: { id: set.id },
    });
    expect(toBoardRow(chart).news2).toEqual(toBoardRow(before).news2);
    expect(handoffFromChart(chart, 'America/Chicago').sbar?.situation).toContain('Refused by the patient');
  });

  it('alone start no interval and have no score', () => {
    const chart = chartOf([refused(-5)]);
    expect(chart.care.observations).toBeUndefined();
    expect(toBoardRow(chart)).not.toHaveProperty('news2');
    expect(chart.vitals).toHaveLength(1);
  });

  it('do not count for an order of vital signs either', () => {
    const order = anEntry('order-signed', {
      author: DOCTOR,
      effectiveAt: at(-300),
      detail: {
        category: 'nursing',
        request: { text: 'Vital signs' },
        priority: 'routine',
        observationsEveryMinutes: 60,
      },
      overrides: [],
    });
    expect(chartOf([order, vitals(LOW, -120), refused(-5)]).care.observations).toMatchObject({
      dueAt: at(-60),
      why: 'by order',
    });
  });

  it('are said in words, what was measured all the same beside them', () => {
    expect(describeEntry(refused(-5).body).text).toBe(
      'Refused by the patient: respiration rate, oxygen saturation, blood pressure, pulse, consciousness, temperature',
    );
    expect(describeEntry(refused(-5, { ...LOW, temperature: undefined }).body).text).toContain(
      'Refused by the patient: temperature',
    );
    const entry = anEntry('vital-signs', {
      values: { saturationScale: 1 },
      notDone: { because: 'not-possible', words: 'in the scanner' },
    });
    expect(describeEntry(entry.body).text).toMatch(
      /^Could not be taken \(in the scanner\): respiration rate/,
    );
  });

  it('with no value need the word that they were not done', () => {
    const { author, effectiveAt, recordedAt } = refused(-5).body;
    const bare = { kind: 'vital-signs', author, effectiveAt, recordedAt, values: { saturationScale: 1 } };
    expect(VitalSigns.safeParse(bare).success).toBe(false);
    expect(VitalSigns.safeParse({ ...bare, notDone: { because: 'refused' } }).success).toBe(true);
    expect(VitalSigns.safeParse({ ...bare, notDone: { because: 'not-possible' } }).success).toBe(false);
  });
});

describe('a set of vital signs with something missing', () => {
  const TEMPERATURE: VitalValues = { saturationScale: 1, temperature: 37 };
  const VOICE: VitalValues = { saturationScale: 1, consciousness: 'voice' };
  const MEDIUM = { ...LOW, respirationRate: 22, pulse: 112, temperature: 38.5 };
  const states = (...entries: OpenedEntry[]) =>
    chartOf(entries).care.escalations.map(({ about, state }) => ({ about, state }));

  it('takes nothing back that a whole one said: not the escalation, the interval, the score or the severity', () => {
    const nine = vitals({ ...HIGH, pulse: 112 }, -20);
    const retaken = vitals(TEMPERATURE, -5);
    const chart = chartOf([nine, retaken]);
    expect(chart.care.escalations).toMatchObject([
      { about: nine.id, because: expect.stringMatching(/^NEWS2 9: High risk/), state: 'not-told' },
    ]);
    expect(chart.care.observations).toEqual({ dueAt: at(10), everyMinutes: 30, why: 'NEWS2 9' });
    expect(toBoardRow(chart)).toMatchObject({
      news2: { total: 9, risk: 'high', effectiveAt: at(-20), older: true },
      escalations: [{ state: 'not-told' }],
    });
    const { ipass, sbar } = handoffFromChart(chart, 'America/Chicago');
    expect(ipass?.illnessSeverity).toBe('unstable');
    expect(sbar?.assessment).toMatch(/NEWS2 9 at \d\d:\d\d, newer values incomplete: High risk/);
    // The newest values are shown all the same.
    expect(sbar?.situation).toContain('NEWS2 at least 0');
    expect(toBoardRow(chartOf([nine])).news2).not.toHaveProperty('older');
  });

  it('is not asked about again where somebody knows of the score before it', () => {
    const set = vitals(HIGH, -60);
    const known = told(set.id, -58, 'coming');
    expect(states(set, known, vitals(TEMPERATURE, -40), vitals(HIGH, -10))).toEqual([
      { about: set.id, state: 'told' },
    ]);
  });

  it('asks where what it has asks for somebody, and for no less than what stands', () => {
    const voice = vitals(VOICE, -5);
    expect(states(voice)).toEqual([{ about: voice.id, state: 'not-told' }]);
    expect(states(vitals(LOW, -20), voice)).toEqual([{ about: voice.id, state: 'not-told' }]);
    const medium = vitals(MEDIUM, -20);
    expect(states(medium, voice)).toEqual([{ about: medium.id, state: 'not-told' }]);
    const atLeastSeven = vitals({ ...HIGH, temperature: undefined }, -5);
    expect(chartOf([medium, atLeastSeven]).care).toMatchObject({
      escalations: [{ because: expect.stringMatching(/^NEWS2 at least 7/), state: 'not-told' }],
      observations: { dueAt: at(25), everyMinutes: 30 },
    });
    expect(states(atLeastSeven, vitals(LOW, -1))).toEqual([]);
  });

  it('that asks for nobody leaves everything as it was, whatever was charted before it', () => {
    const some = fc.record<VitalValues>(
      {
        saturationScale: fc.constant(1 as const),
        respirationRate: fc.integer({ min: 4, max: 40 }),
        oxygenSaturation: fc.integer({ min: 70, max: 100 }),
        oxygenDevice: fc.constantFrom('A' as const, 'N' as const),
        systolic: fc.integer({ min: 60, max: 240 }),
        pulse: fc.integer({ min: 30, max: 160 }),
        consciousness: fc.constantFrom('alert' as const, 'voice' as const),
        temperature: fc.integer({ min: 340, max: 400 }).map((tenths) => tenths / 10),
      },
      { requiredKeys: ['saturationScale'] },
    );
    const nothing = some.filter((values) => {
      const { total, risk } = scoreNews2(values);
      return total === null && risk === 'low';
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(some, fc.constantFrom(HIGH, LOW))), nothing, (earlier, last) => {
        const before = earlier.map((values, place) => vitals(values, place - 100));
        const { escalations, scoredSet, observations } = chartOf(before).care;
        const after = chartOf([...before, vitals(last, -1)]).care;
        expect(after.escalations).toEqual(escalations);
        expect(after.scoredSet).toEqual(scoredSet);
        if (before.length > 0) expect(after.observations).toEqual(observations);
      }),
    );
  });

  it('an order for vital signs is followed by any of them', () => {
    const order = anEntry('order-signed', {
      author: DOCTOR,
      detail: {
        category: 'nursing',
        request: { text: 'Temperature' },
        priority: 'routine',
        observationsEveryMinutes: 60,
      },
      overrides: [],
    });
    expect(chartOf([vitals(LOW, -50), vitals(TEMPERATURE, -5), order]).care.observations).toMatchObject({
      dueAt: at(55),
      why: 'by order',
    });
  });

  it('where none was whole, a whole one is due six hours after the first, and "at least" is no score', () => {
    const chart = chartOf([vitals(TEMPERATURE, -120), vitals(TEMPERATURE, -10)]);
    expect(chart.care.observations).toEqual({ dueAt: at(240), everyMinutes: 360, why: 'NEWS2 at least 0' });
    expect(chart.care.scoredSet).toBeUndefined();
    expect(toBoardRow(chart).news2).toMatchObject({ total: null, partial: 0, effectiveAt: at(-10) });
  });
});

describe('vital signs that are due again', () => {
  it('follow Chart 4 of NEWS2, or the order where that asks for more', () => {
    expect(chartOf([vitals(LOW, -30)]).care.observations).toEqual({
      dueAt: at(-30 + 720),
      everyMinutes: 720,
      why: 'NEWS2 0',
    });
    expect(chartOf([vitals({ ...LOW, pulse: 95 }, -30)]).care.observations?.everyMinutes).toBe(360);
    expect(chartOf([vitals(HIGH, -30)]).care.observations?.everyMinutes).toBe(30);
    const order = anEntry('order-signed', {
      author: DOCTOR,
      detail: {
        category: 'nursing',
        request: { text: 'Vital signs' },
        priority: 'routine',
        observationsEveryMinutes: 120,
      },
      overrides: [],
    });
    expect(chartOf([vitals(LOW, -30), order]).care.observations).toMatchObject({
      dueAt: at(90),
      why: 'by order',
    });
  });

  it('NEWS2 asks for nothing in pregnancy and shortly after, and for no child', () => {
    const pregnancy = anEntry('pregnancy-recorded', { status: 'pregnant' });
    const chart = chartOf([vitals(HIGH, -5), pregnancy]);
    expect(chart.care).toMatchObject({ news2Applies: false, escalations: [] });
    expect(chart.care.observations).toBeUndefined();
    expect(toBoardRow(chart).news2).toBeUndefined();
    const child = foldChart({
      patient: PATIENT,
      entries: [registered({ birthDate: '2015-03-04' }), vitals(HIGH, -5)],
      now: NOW,
    })!;
    expect(child.care.escalations).toEqual([]);
    const over = anEntry('pregnancy-recorded', { status: 'not-pregnant', effectiveAt: at(1) });
    expect(chartOf([vitals(HIGH, -5), pregnancy, over], at(2)).care.news2Applies).toBe(true);
  });
});

describe('handoff', () => {
  it('is written from the chart, and claims nothing that was not charted', () => {
    const empty = handoffFromChart(chartOf([]), 'America/Chicago');
    expect(empty.sbar?.situation).toMatch(/KOWALSKI, Jan, 75y, male.*Allergies not recorded/);
    expect(empty.sbar?.situation).toContain('No vital signs charted in this downtime.');
    expect(empty.ipass.illnessSeverity).toBeUndefined();
    expect(handoffFromChart(chartOf([vitals(LOW, -5)]), 'UTC').ipass.illnessSeverity).toBe('stable');
    const chart = chartOf([
      vitals(HIGH, -5),
      orderFor('hydralazine 25 mg tablet', { type: 'every', hours: 6 }, { startAt: at(60) }),
      anEntry('device-charted', { device: 'urinary-catheter', action: 'inserted', effectiveAt: at(-600) }),
    ]);
    const { sbar, ipass } = handoffFromChart(chart, 'America/Chicago');
    expect(ipass?.illnessSeverity).toBe('unstable');
    expect(sbar?.background).toContain('In place: Urinary catheter');
    expect(sbar?.recommendation).toContain('hydrALAZINE 25 mg tablet');
    expect(sbar?.recommendation).toMatch(/NEWS2 7.*nobody told yet/);
  });

  it('says what was not measured, what was left out of a list, what is held, and the day that is not today', () => {
    const many = Array.from({ length: 15 }, (_, index) =>
      orderFor(`drug${'abcdefghijklmno'[index]}`, { type: 'once', stat: false }, { startAt: at(60 + index) }),
    );
    const held = orderFor('metoprolol 50 mg', { type: 'every', hours: 8 }, { startAt: at(-24 * 60) });
    const chart = chartOf([
      ...many,
      held,
      anEntry('order-held', { author: DOCTOR, order: held.id, reason: 'slow pulse', effectiveAt: at(-30) }),
      anEntry('fluid-recorded', { route: 'oral', volumeMl: 1500, effectiveAt: at(-60) }),
      anEntry('fluid-recorded', { route: 'urine', notMeasured: true, effectiveAt: at(-50) }),
    ]);
    const { sbar } = handoffFromChart(chart, 'America/Chicago');
    expect(sbar.assessment).toContain(
      'Fluids today: in 1,500 mL, out at least 0 mL, balance not known; of what was measured +1,500 mL; not measured: urine.',
    );
    expect(sbar.recommendation).toContain('; and 3 more.');
    expect(sbar.recommendation).toContain('On hold: metoprolol 50 mg (slow pulse).');
    expect(sbar.recommendation).toContain('Overdue: metoprolol 50 mg 500 mg 23-Nov-2026 08:05');
  });

  it('says which doses were not given and why, and which nobody knows of', () => {
    const order = orderFor('metoprolol 50 mg', { type: 'every', hours: 8 }, { startAt: at(-16 * 60) });
    const dose = (minutes: number, outcome: AdministrationOutcome, more: object = {}) =>
      anEntry('medication-administration', {
        order: order.id,
        medication: { text: 'metoprolol 50 mg' },
        dueAt: at(minutes),
        outcome,
        overrides: [],
        effectiveAt: at(minutes),
        ...more,
      });
    const long = dose(-16 * 60, 'refused', { notGivenReason: 'refused-by-patient' });
    const held = dose(-8 * 60, 'held', { notGivenReason: 'nil-by-mouth' });
    const handoff = (...entries: OpenedEntry[]) =>
      handoffFromChart(chartOf([order, ...entries]), 'America/Chicago').ipass;
    const chart = handoff(long, held, dose(0, 'unknown'));
    expect(chart.situationAwareness).toBe(
      `Not given: metoprolol 50 mg 500 mg ${dayAndTime(at(-8 * 60), NOW, 'America/Chicago')} held (nil by mouth).`,
    );
    expect(chart.actionList).toContain(
      `Find out whether given: metoprolol 50 mg 500 mg ${dayAndTime(at(0), NOW, 'America/Chicago')}.`,
    );
    // What was given after all is given.
    expect(handoff(held, dose(-8 * 60, 'given')).situationAwareness).not.toContain('Not given');
  });

  it('is read by the next nurse, whose receipt stands on the board', () => {
    const written = anEntry('handoff-written', {
      sbar: { situation: 's', background: '', assessment: '', recommendation: '' },
      effectiveAt: at(-10),
    });
    expect(toBoardRow(chartOf([written])).handoff).toMatchObject({ by: NURSE.name, readBy: [] });
    const read = anEntry('handoff-read', { author: OTHER, handoff: written.id });
    expect(toBoardRow(chartOf([written, read])).handoff?.readBy).toEqual([OTHER.id]);
  });

  it('what changed since the reader’s last shift is what others charted after it, newest first', () => {
    const mine = anEntry('note', { noteType: 'nursing', text: 'old', effectiveAt: at(-900) });
    const theirs = anEntry('note', { author: OTHER, noteType: 'nursing', text: 'new', effectiveAt: at(-60) });
    const now = anEntry('note', { noteType: 'nursing', text: 'this shift', effectiveAt: at(-5) });
    const { since, entries } = changedSince(chartOf([mine, theirs, now]), NURSE.id);
    expect(since).toBe(at(-900));
    expect(entries.map(({ id }) => id)).toEqual([theirs.id]);
    expect(changedSince(chartOf([theirs]), NURSE.id).since).toBeUndefined();
  });

  it('a patient who was moved, or left by what a form says, is with nobody who took her before', () => {
    const taken = anEntry('patient-taken', { action: 'taken', effectiveAt: at(-60) });
    const leaves = (minutes: number) =>
      anEntry('form-answered', {
        form: { id: 'discharge-instructions', title: 'Discharge instructions' },
        status: 'completed',
        items: [{ linkId: '1', text: 'Discharged at', answer: [{ valueDateTime: at(minutes) }] }],
      });
    expect(chartOf([taken, leaves(-30)]).care.takenBy).toEqual([]);
    // Written beforehand: she is still here.
    expect(chartOf([taken, leaves(30)]).care.takenBy).toHaveLength(1);
    expect(chartOf([taken, leaves(30)], at(31)).care.takenBy).toEqual([]);
    const moved = anEntry('patient-moved', {
      from: '4-west',
      to: '5-east',
      fromName: '4 West',
      toName: '5 East',
      bed: '2',
      record: [],
      effectiveAt: at(-30),
    });
    expect(chartOf([taken, moved]).care.takenBy).toEqual([]);
    const otherBed = anEntry('bed-assigned', { bed: '3', replaces: moved.id, effectiveAt: at(-10) });
    expect(chartOf([taken, moved, otherBed]).care.takenBy).toEqual([]);
    const there = anEntry('patient-taken', { author: OTHER, action: 'taken', effectiveAt: at(-20) });
    expect(chartOf([taken, moved, there]).care.takenBy.map(({ name }) => name)).toEqual([OTHER.name]);
  });

  it('a patient is with whoever took her, until she is given back or a shift has passed', () => {
    const taken = anEntry('patient-taken', { action: 'taken', effectiveAt: at(-60) });
    expect(chartOf([taken]).care.takenBy.map(({ name }) => name)).toEqual([NURSE.name]);
    expect(chartOf([taken], at(13 * 60)).care.takenBy).toEqual([]);
    const back = anEntry('patient-taken', { action: 'given-back', effectiveAt: at(-10) });
    expect(chartOf([taken, back]).care.takenBy).toEqual([]);
    const other = anEntry('patient-taken', { author: OTHER, action: 'taken', effectiveAt: at(-5) });
    expect(chartOf([taken, back, other]).care.takenBy.map(({ name }) => name)).toEqual([OTHER.name]);
  });
});

describe('the board', () => {
  it('shows code status, isolation and where somebody charted last', () => {
    const service = (category: 'code-status' | 'isolation', text: string) =>
      anEntry('order-signed', {
        author: DOCTOR,
        detail: { category, request: { text }, priority: 'routine' },
        overrides: [],
      });
    const row = toBoardRow(
      chartOf([service('code-status', 'Do not resuscitate'), service('isolation', 'Contact')]),
    );
    expect(row).toMatchObject({
      codeStatus: 'Do not resuscitate',
      isolation: ['Contact'],
      lastEntry: { log: 'b'.repeat(32), at: expect.any(String) },
    });
  });
});

describe('a line that was charted wrong and put right', () => {
  it('is out once it was taken out, however often its first statement was corrected, in whatever order', () => {
    const catheter = (minutes: number, more: { first?: EntryId; replaces?: EntryId } = {}) =>
      anEntry('device-charted', {
        device: 'urinary-catheter',
        action: more.first ? 'removed' : 'inserted',
        effectiveAt: at(minutes),
        ...more,
      });
    const first = catheter(-600);
    const out = catheter(-60, { first: first.id });
    const second = catheter(-590, { replaces: first.id });
    const third = catheter(-580, { replaces: second.id });
    const said = [first, out, second, third];
    for (const entries of [said, [...said].reverse()])
      expect(chartOf(entries).care.devices.map(({ first, removed }) => [first.id, removed?.id])).toEqual([
        [third.id, out.id],
      ]);
  });
});
