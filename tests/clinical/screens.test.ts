import { describe, expect, it } from 'vitest';
import {
  answersFromVitals,
  foldChart,
  freshVitals,
  type OpenedEntry,
  readWardSettings,
  SCREENS,
  screenResult,
  screensFor,
  toBoardRow,
  urineOutput,
  WardSettings,
} from '../../src/clinical/index.ts';
import { anEntry, FULL_SET, NOW, PATIENT, registered } from './builders.ts';

const table = (id: string) => SCREENS.find((one) => one.id === id)!;
const all = (id: string, option: number) =>
  Object.fromEntries(table(id).items.map((item) => [item.id, option]));
const at = (minutes: number): string => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();
const chartOf = (entries: OpenedEntry[], settings?: WardSettings) =>
  foldChart({
    patient: PATIENT,
    entries: [registered({ birthDate: '1951-03-04' }), ...entries],
    now: NOW,
    ...(settings ? { settings } : {}),
  })!;

describe('screens', () => {
  it('what nobody here has checked is off until a clinician has signed it', () => {
    const adult = { ageYears: 75, pregnant: false };
    expect(screensFor(adult, []).map(({ id }) => id)).toEqual(['pressure-injury', 'qsofa']);
    expect(screensFor(adult, [{ screen: '4at' }]).map(({ id }) => id)).toContain('4at');
  });

  it('the score follows age and pregnancy: none of adults for a child, triggers alone for a pregnant woman', () => {
    const signed = SCREENS.map(({ id }) => ({ screen: id }));
    const ids = (ageYears: number, pregnant: boolean) =>
      screensFor({ ageYears, pregnant }, signed).map(({ id }) => id);
    expect(ids(8, false)).toEqual(['pressure-injury', 'brighton-pews']);
    const child = screensFor({ ageYears: 8, ageMonths: 100, pregnant: false }, [{ screen: 'parshuram' }]);
    expect(child.map(({ id }) => id)).toEqual(['pressure-injury', 'parshuram-4-to-11-years']);
    expect(screensFor({ ageYears: 8, ageMonths: 100, pregnant: false }, [])).toHaveLength(1);
    expect(ids(30, true)).toContain('maternity');
    expect(ids(30, true)).not.toContain('qsofa');
    expect(ids(15, true)).toContain('maternity');
    expect(ids(15, true)).not.toContain('brighton-pews');
  });

  it.each([
    ['4at', 0, 0, /unlikely/],
    ['4at', 1, 10, /delirium/],
    ['downton', 1, 11, /High risk/],
    ['abbey', 3, 18, /Severe/],
    ['brighton-pews', 3, 9, /own steps/],
    ['qsofa', 1, 3, /Positive/],
  ] as const)('%s with option %i everywhere', (id, option, total, says) => {
    const result = screenResult(table(id), all(id, option));
    // The two-way item of Brighton has no fourth option: what is not answered gives no total.
    if (id === 'brighton-pews') {
      expect(result.total).toBeUndefined();
      const whole = screenResult(table(id), { ...all(id, 3), nebulisers: 1 });
      expect([whole.total, whole.says]).toEqual([11, expect.stringMatching(says)]);
      return;
    }
    if (id === '4at' && option === 1) {
      expect(result.total).toBe(4 + 1 + 1 + 4);
    } else expect(result.total).toBe(total);
    expect(result.says).toMatch(says);
  });

  it('after Parshuram: the published maximum of 26 at every age, and one table for each month of childhood', () => {
    const tables = SCREENS.filter(({ family }) => family === 'parshuram');
    for (const one of tables) {
      const worst = Object.fromEntries(one.items.map(({ id, options }) => [id, options.length - 1]));
      expect(screenResult(one, worst).total).toBe(26);
      expect(screenResult(one, Object.fromEntries(one.items.map(({ id }) => [id, 0]))).total).toBe(0);
    }
    for (let ageMonths = 0; ageMonths < 192; ageMonths++)
      expect(
        tables.filter((one) => one.for({ ageYears: Math.floor(ageMonths / 12), ageMonths, pregnant: false })),
      ).toHaveLength(1);
  });

  it('4AT at its own boundaries: 0, 1 to 3, 4 and more', () => {
    const says = (amt4: number, months: number) =>
      screenResult(table('4at'), { alertness: 0, amt4, months, acute: 0 }).says;
    expect(says(0, 0)).toMatch(/unlikely/);
    expect(says(0, 1)).toMatch(/Possible cognitive/);
    expect(says(2, 1)).toMatch(/Possible cognitive/);
    expect(says(2, 2)).toMatch(/Possible delirium/);
  });

  it('a missing item gives no score; of a checklist one yes is a risk all the same', () => {
    expect(screenResult(table('qsofa'), { respiration: 1 })).toMatchObject({
      answers: [{ id: 'respiration' }],
    });
    expect(screenResult(table('qsofa'), { respiration: 1 }).total).toBeUndefined();
    expect(screenResult(table('pressure-injury'), { injury: 1 }).says).toMatch(/At risk/);
    expect(screenResult(table('pressure-injury'), { injury: 0 }).says).toBeUndefined();
  });

  it('vital signs answer what they know, and the boundaries of the maternity triggers do not trigger', () => {
    const values = {
      saturationScale: 1 as const,
      respirationRate: 22,
      systolic: 101,
      diastolic: 100,
      pulse: 120,
      oxygenSaturation: 95,
      oxygenDevice: 'A' as const,
      consciousness: 'alert' as const,
    };
    expect(answersFromVitals(table('qsofa'), values)).toEqual({ respiration: 1, systolic: 0, mental: 0 });
    expect(answersFromVitals(table('qsofa'), { ...values, systolic: 100 }).systolic).toBe(1);
    const edges = { ...values, respirationRate: 30, systolic: 160 };
    expect(Object.values(answersFromVitals(table('maternity'), edges))).toEqual([0, 0, 0, 0, 0, 0]);
    const beyond = {
      ...values,
      respirationRate: 31,
      systolic: 161,
      diastolic: 101,
      pulse: 121,
      oxygenSaturation: 94,
      consciousness: 'confusion' as const,
    };
    expect(Object.values(answersFromVitals(table('maternity'), beyond))).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('vital signs answer a screen for an hour, by the clock that it is asked with, and only while they stand', () => {
    const set = (minutes: number) =>
      anEntry('vital-signs', { values: FULL_SET, effectiveAt: at(minutes), recordedAt: at(0) });
    const times = (...minutes: number[]) => freshVitals(chartOf(minutes.map(set)), NOW)?.body.effectiveAt;
    expect(times(-60)).toBe(at(-60));
    expect(times(-61)).toBeUndefined();
    expect(times(-300, -20)).toBe(at(-20));
    // Of a clock that was wrong: not of the last hour.
    expect(times(-20, 45)).toBe(at(-20));
    const wrong = set(-10);
    const taken = anEntry('entered-in-error', { replaces: wrong.id, reason: 'other patient' });
    expect(freshVitals(chartOf([wrong, taken]), NOW)).toBeUndefined();
  });

  it('every table has options, a source, and ids of its own', () => {
    expect(new Set(SCREENS.map(({ id }) => id)).size).toBe(SCREENS.length);
    for (const { items, source } of SCREENS) {
      expect(source.length).toBeGreaterThan(10);
      expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
      for (const { options } of items) expect(options.length).toBeGreaterThan(1);
    }
  });
});

describe('urine by weight', () => {
  const urine = (volumeMl: number | undefined, minutes: number) =>
    anEntry('fluid-recorded', {
      route: 'urine',
      ...(volumeMl === undefined ? { notMeasured: true as const } : { volumeMl }),
      effectiveAt: at(minutes),
    });
  const weight = anEntry('body-measured', { weightKg: 80, method: 'measured', effectiveAt: at(-900) });

  it('is the volume, by hours since the last emptying and by weight', () => {
    expect(urineOutput(chartOf([weight, urine(100, -240), urine(160, -120)]))).toMatchObject({
      latest: 1,
      hours: 2,
      weightKg: 80,
      low: false,
    });
    expect(urineOutput(chartOf([urine(100, -240), urine(160, -120)]))).toBeUndefined();
    expect(urineOutput(chartOf([weight, urine(160, -120)]))).toBeUndefined();
  });

  it('below 0.5 mL/kg/h for six hours says so; something not measured in between keeps it from being told', () => {
    const six = [urine(50, -400), urine(80, -220), urine(120, -20)];
    expect(urineOutput(chartOf([weight, ...six]))).toMatchObject({ mean: 0.39, low: true });
    const enough = [urine(50, -400), urine(140, -220), urine(120, -20)];
    expect(urineOutput(chartOf([weight, ...enough]))?.low).toBe(false);
    const unknown = [urine(50, -400), urine(undefined, -220), urine(120, -20)];
    expect(urineOutput(chartOf([weight, ...unknown]))).toMatchObject({ low: false });
  });
});

describe('no urine', () => {
  const urine = (volumeMl: number | undefined, minutes: number) =>
    anEntry('fluid-recorded', {
      route: 'urine',
      ...(volumeMl === undefined ? { notMeasured: true as const } : { volumeMl }),
      effectiveAt: at(minutes),
    });
  const weight = anEntry('body-measured', { weightKg: 80, method: 'measured', effectiveAt: at(-900) });
  const of = (...entries: OpenedEntry[]) => urineOutput(chartOf(entries));

  it('charted as 0 mL for six hours is too little at any weight, so that it needs none', () => {
    expect(of(urine(300, -400), urine(0, -200), urine(0, -20))).toEqual({
      latest: 0,
      hours: 3,
      noneForHours: 6.33,
      low: true,
    });
    expect(of(urine(0, -400), urine(0, -20))).toMatchObject({ noneForHours: 6.33, low: true });
    expect(of(weight, urine(300, -400), urine(0, -20))).toMatchObject({
      mean: 0,
      noneForHours: 6.33,
      low: true,
    });
    // A bag whose amount nobody measured was empty then all the same.
    expect(of(urine(undefined, -400), urine(0, -20))).toMatchObject({ noneForHours: 6.33, low: true });
  });

  it('is not too little before six hours, and no hour in which nothing was charted is one without urine', () => {
    expect(of(urine(300, -300), urine(0, -20))).toMatchObject({ noneForHours: 4.67, low: false });
    expect(of(urine(0, -20))).toBeUndefined();
    expect(of(urine(300, -1400), urine(300, -900))).toBeUndefined();
    expect(of(weight, urine(400, -1000), urine(400, -720))).toMatchObject({ low: false });
    expect(of(urine(0, -400), urine(200, -300), urine(0, -20))).toMatchObject({ low: false });
    expect(of(urine(0, -400), urine(undefined, -20))).toBeUndefined();
  });
});

describe('what a ward sets', () => {
  it('is read with defaults for what is missing, and never from what cannot be read', () => {
    expect(readWardSettings(undefined).fluidShifts).toEqual(['06:00', '14:00', '22:00']);
    expect(readWardSettings({ fluidShifts: ['00:00', '12:00'] }).fluidShifts).toEqual(['00:00', '12:00']);
    expect(readWardSettings({ fluidShifts: ['12:00', '00:00'] }).fluidShifts).toEqual([
      '06:00',
      '14:00',
      '22:00',
    ]);
    expect(readWardSettings('nonsense').rules.dailyMinutes).toBe(120);
  });

  it('its windows are the ones by which doses are judged', () => {
    const settings = WardSettings.parse({});
    settings.rules = { ...settings.rules, dailyMinutes: 45 };
    expect(chartOf([], settings).medicationRules.dailyMinutes).toBe(45);
  });
});

describe('a screen that asks for somebody', () => {
  const recorded = (id: string, answers: Record<string, number>, minutes: number) =>
    anEntry('screen-recorded', { ...screenResult(table(id), answers), effectiveAt: at(minutes) });

  it.each([
    ['qsofa', { respiration: 1 }, undefined],
    ['qsofa', { respiration: 1, systolic: 1 }, 1],
    ['qsofa', { respiration: 1, systolic: 1, mental: 1 }, 1],
    ['maternity', { pulse: 1 }, 1],
    ['maternity', { pulse: 1, urine: 1 }, 2],
    ['maternity', { pulse: 0 }, undefined],
    ['pressure-injury', { confused: 1 }, 1],
    ['4at', { alertness: 0, acute: 1 }, 1],
    ['4at', { amt4: 2 }, undefined],
    ['steadi', { worries: 1 }, 1],
    ['downton', { fall: 1, vision: 1 }, undefined],
    ['downton', { fall: 1, vision: 1, gait: 1 }, 1],
    ['abbey', { face: 3, body: 3, vocalisation: 1 }, undefined],
    ['abbey', { face: 3, body: 3, vocalisation: 2 }, 1],
    ['abbey', { face: 3, body: 3, vocalisation: 3, behaviour: 3, physical: 2 }, 2],
    ['parshuram-4-to-11-years', { refill: 1, oxygen: 1 }, undefined],
    ['parshuram-4-to-11-years', { refill: 1, oxygen: 1, effort: 1 }, 1],
    ['brighton-pews', { behaviour: 3, circulation: 3, breathing: 3 }, undefined],
  ] as const)('%s with %j asks at level %s', (id, answers, level) => {
    expect(screenResult(table(id), answers).asks?.level).toBe(level);
  });

  it('stays on the page and the board until somebody was told and came, like a NEWS2', () => {
    const screen = recorded('qsofa', { respiration: 1, systolic: 1, mental: 0 }, -30);
    const open = chartOf([screen]);
    expect(open.care.escalations).toMatchObject([
      { about: screen.id, because: expect.stringMatching(/^qSOFA 2: look for sepsis/), state: 'not-told' },
    ]);
    expect(toBoardRow(open).escalations).toHaveLength(1);
    const told = anEntry('escalation-recorded', {
      about: screen.id,
      because: 'qSOFA 2',
      told: 'Dr Bell',
      means: 'telephone',
      answer: 'coming',
      effectiveAt: at(-20),
    });
    expect(chartOf([screen, told]).care.escalations[0]).toMatchObject({ state: 'told' });
    const seen = anEntry('escalation-seen', { about: screen.id, seenBy: 'Dr Bell', effectiveAt: at(-10) });
    expect(toBoardRow(chartOf([screen, told, seen])).escalations).toEqual([]);
  });

  it('is not ended by one that was left half answered, nor made less by it', () => {
    const both = recorded('maternity', { pulse: 1, urine: 1 }, -60);
    const open = (...later: OpenedEntry[]) => chartOf([both, ...later]).care.escalations;
    const asks = [{ about: both.id, state: 'not-told' }];
    expect(open(recorded('maternity', { pulse: 0 }, -40))).toMatchObject(asks);
    expect(open(recorded('maternity', { pulse: 1 }, -40))).toMatchObject(asks);
    const qsofa = recorded('qsofa', { respiration: 1, systolic: 1, mental: 0 }, -60);
    const half = recorded('qsofa', { respiration: 0 }, -40);
    expect(chartOf([qsofa, half]).care.escalations).toMatchObject([{ about: qsofa.id }]);
    const whole = recorded('qsofa', { respiration: 1, systolic: 0, mental: 0 }, -30);
    expect(chartOf([qsofa, half, whole]).care.escalations).toEqual([]);
  });

  it('asks again at a higher level, not at the same one, and no more after a negative one', () => {
    const first = recorded('maternity', { pulse: 1 }, -60);
    const told = anEntry('escalation-recorded', {
      about: first.id,
      because: 'trigger',
      told: 'Midwife',
      means: 'in-person',
      answer: 'advice',
      effectiveAt: at(-55),
    });
    const open = (...later: OpenedEntry[]) =>
      chartOf([first, told, ...later]).care.escalations.filter(({ state }) => state === 'not-told');
    expect(open(recorded('maternity', { pulse: 1 }, -40))).toEqual([]);
    expect(open(recorded('maternity', { pulse: 1, urine: 1 }, -40))).toMatchObject([
      { because: expect.stringMatching(/more than one trigger/) },
    ]);
    const none = recorded(
      'maternity',
      Object.fromEntries(table('maternity').items.map(({ id }) => [id, 0])),
      -40,
    );
    expect(chartOf([first, none]).care.escalations).toEqual([]);
    // Another screen's result says nothing about this one.
    expect(open(recorded('pressure-injury', { confused: 1 }, -30))).toHaveLength(1);
  });

  it('that was recorded before screens asked, or was an error, asks for nobody', () => {
    const { asks: _, ...before } = screenResult(table('qsofa'), all('qsofa', 1));
    expect(chartOf([anEntry('screen-recorded', before)]).care.escalations).toEqual([]);
    const screen = recorded('qsofa', all('qsofa', 1), -30);
    const error = anEntry('entered-in-error', { replaces: screen.id, reason: 'other patient' });
    expect(chartOf([screen, error]).care.escalations).toEqual([]);
  });
});
