import { describe, expect, it } from 'vitest';
import {
  administrationAlerts,
  asNeeded,
  type Chart,
  foldChart,
  lastGiven,
  lastMeasured,
  type MedicationDetail,
  type OpenedEntry,
  type Schedule,
  type SnapshotOrder,
} from '../../src/clinical/index.ts';
import { anEntry, aSnapshot, DOCTOR, givenFor, NOW, PATIENT } from './builders.ts';

const ordered = (medication: string, more: Partial<MedicationDetail> = {}) =>
  anEntry('order-signed', {
    author: DOCTOR,
    detail: {
      category: 'medication',
      medication: { text: medication },
      dose: { value: 25, unit: 'mg' },
      route: 'PO',
      schedule: { type: 'as-needed' },
      startAt: '2026-11-24T00:00:00.000Z',
      ...more,
    },
    overrides: [],
  });
const chartOf = (entries: OpenedEntry[], orders: SnapshotOrder[] = []): Chart =>
  foldChart({
    patient: PATIENT,
    entries,
    snapshot: aSnapshot({ allergyStatus: 'nilknown', orders }),
    snapshotAsOf: '2026-11-24T08:00:00.000Z',
    now: NOW,
  })!;
const codes = (
  chart: Chart,
  order: string,
  more: Partial<Parameters<typeof administrationAlerts>[1]> = {},
): string[] => administrationAlerts(chart, { order, at: NOW, ...more }).map(({ code }) => code);
const pulse = (value: number, effectiveAt: string) =>
  anEntry('vital-signs', { values: { saturationScale: 1, pulse: value }, effectiveAt });

describe('hold if pulse < 60 per minute', () => {
  const order = ordered('metoprolol', { limits: [{ parameter: 'pulse', below: 60, above: 130 }] });
  it.each([
    ['none known', [], [], ['parameter-unknown']],
    ['60, just now', [pulse(60, '2026-11-24T14:00:00Z')], [], []],
    ['59, just now', [pulse(59, '2026-11-24T14:00:00Z')], [], ['parameter-outside']],
    ['130, just now', [pulse(130, '2026-11-24T14:00:00Z')], [], []],
    ['131, just now', [pulse(131, '2026-11-24T14:00:00Z')], [], ['parameter-outside']],
    ['72, more than an hour ago', [pulse(72, '2026-11-24T13:00:00Z')], [], ['parameter-unknown']],
    ['an old 52, and 66 measured for this dose', [pulse(52, '2026-11-24T13:00:00Z')], [66], []],
    ['72, and 58 measured for this dose', [pulse(72, '2026-11-24T14:00:00Z')], [58], ['parameter-outside']],
  ])('%s', (_name, sets, now, expected) => {
    const measured = now.map((value) => ({ parameter: 'pulse' as const, value }));
    expect(codes(chartOf([order, ...sets]), order.id, { measured })).toEqual(expected);
  });

  it.each([
    [170, []],
    [171, ['parameter-outside', 'parameter-unusual']],
    [34, ['parameter-outside', 'parameter-unusual']],
    [35, ['parameter-outside']],
  ])('%i, typed for the dose, is asked again where it is unlikely (codes.md)', (value, expected) => {
    const wide = ordered('metoprolol', { limits: [{ parameter: 'pulse', below: 60, above: 170 }] });
    const measured = [{ parameter: 'pulse' as const, value }];
    expect(codes(chartOf([wide]), wide.id, { measured }).toSorted()).toEqual(expected);
  });

  it('a value measured for one dose counts for the next', () => {
    const other = ordered('digoxin', { limits: [{ parameter: 'pulse', below: 60 }] });
    const given = givenFor(other.id, {
      medication: { text: 'digoxin' },
      measured: [{ parameter: 'pulse', value: 55 }],
      effectiveAt: '2026-11-24T14:00:00Z',
    });
    expect(codes(chartOf([order, other, given]), order.id)).toEqual(['parameter-outside']);
  });

  it('a charted value that another dose was held for grows no younger by it', () => {
    const other = ordered('digoxin', { limits: [{ parameter: 'pulse', below: 60 }] });
    const held = givenFor(other.id, {
      medication: { text: 'digoxin' },
      outcome: 'held',
      notGivenReason: 'held-for-parameter',
      dose: undefined,
      measured: [{ parameter: 'pulse', value: 55, measuredAt: '2026-11-24T13:00:00.000Z' }],
      effectiveAt: '2026-11-24T13:50:00Z',
    });
    const chart = chartOf([order, other, held]);
    expect(lastMeasured(chart, 'pulse', NOW)).toEqual({ value: 55, at: '2026-11-24T13:00:00.000Z' });
    expect(codes(chart, order.id)).toEqual(['parameter-unknown']);
  });
});

it('a time that is typed to the minute is not early for a dose that is due within it', () => {
  const order = ordered('metoprolol', {
    schedule: { type: 'once', stat: true },
    startAt: '2026-11-24T14:05:37.000Z',
  });
  const dose = { dueAt: '2026-11-24T14:05:37.000Z' };
  const chart = chartOf([order]);
  expect(codes(chart, order.id, { ...dose, at: '2026-11-24T14:05:00.000Z' })).toEqual([]);
  expect(codes(chart, order.id, { ...dose, at: '2026-11-24T14:04:00.000Z' })).toEqual(['early']);
});

it('more than was ordered is asked about; half of it is not an alert', () => {
  const order = ordered('metoprolol');
  const chart = chartOf([order]);
  expect(codes(chart, order.id, { dose: { value: 50, unit: 'mg' } })).toEqual(['more-than-ordered']);
  expect(codes(chart, order.id, { dose: { value: 12.5, unit: 'mg' } })).toEqual([]);
});

describe('the last dose before the outage', () => {
  const ehr: SnapshotOrder = {
    id: 'd'.repeat(32),
    ehrId: 'mr-1',
    medication: { text: 'metoprolol' },
    schedule: { type: 'every', hours: 12 },
    dose: { value: 25, unit: 'mg' },
    route: 'PO',
    startAt: '2026-11-01T02:00:00Z',
  };
  const at = { dueAt: '2026-11-24T14:00:00.000Z' };
  it('is confirmed with patient and paper where the EHR did not tell it, once', () => {
    expect(codes(chartOf([], [ehr]), ehr.id, at)).toEqual(['last-dose-unknown']);
    expect(codes(chartOf([], [{ ...ehr, lastGivenAt: '2026-11-24T02:00:00Z' }]), ehr.id, at)).toEqual([]);
    const first = givenFor(ehr.id, {
      medication: { text: 'metoprolol' },
      dueAt: '2026-11-24T02:00:00.000Z',
      effectiveAt: '2026-11-24T02:10:00Z',
    });
    expect(codes(chartOf([first], [ehr]), ehr.id, at)).toEqual([]);
  });

  it('is confirmed of a dose that is given once and was due before the list, and of no later one', () => {
    const once: SnapshotOrder = {
      ...ehr,
      schedule: { type: 'once', stat: true },
      startAt: '2026-11-24T02:00:00.000Z',
    };
    const due = { dueAt: '2026-11-24T02:00:00.000Z' };
    expect(codes(chartOf([], [once]), once.id, due)).toEqual(['late', 'last-dose-unknown']);
    const later = { ...once, startAt: '2026-11-24T14:00:00.000Z' };
    expect(codes(chartOf([], [later]), later.id, at)).toEqual([]);
  });
});

it('another overdue dose of the drug is asked about, on whichever order it is', () => {
  const regular: Schedule = { type: 'every', hours: 6 };
  const first = ordered('metoprolol 25 MG tablet', {
    schedule: regular,
    startAt: '2026-11-24T08:00:00.000Z',
  });
  const second = ordered('metoprolol succinate', {
    schedule: { type: 'every', hours: 24 },
    startAt: '2026-11-24T14:00:00.000Z',
  });
  const chart = chartOf([first, second]);
  expect(codes(chart, first.id, { dueAt: '2026-11-24T14:00:00.000Z' })).toEqual(['also-overdue']);
  expect(codes(chart, second.id, { dueAt: '2026-11-24T14:00:00.000Z' })).toEqual(['also-overdue']);
  const missed = givenFor(first.id, {
    dueAt: '2026-11-24T08:00:00.000Z',
    outcome: 'missed',
    notGivenReason: 'off-the-ward',
    dose: undefined,
  });
  expect(codes(chartOf([first, second, missed]), second.id, { dueAt: '2026-11-24T14:00:00.000Z' })).toEqual(
    [],
  );
});

it('a dose of an order that was stopped since is named as not charted, not as overdue', () => {
  const regular: Schedule = { type: 'every', hours: 2 };
  const old = ordered('metoprolol 25 MG tablet', { schedule: regular, startAt: '2026-11-24T08:00:00.000Z' });
  const newer = ordered('metoprolol succinate', {
    schedule: { type: 'every', hours: 24 },
    startAt: '2026-11-24T14:00:00.000Z',
  });
  const stopAt = (effectiveAt: string) =>
    anEntry('order-stopped', { author: DOCTOR, order: old.id, reason: 'slow pulse', effectiveAt });
  const says = (stop: string, ...more: OpenedEntry[]): string | undefined =>
    administrationAlerts(chartOf([old, newer, stopAt(stop), ...more]), {
      order: newer.id,
      dueAt: '2026-11-24T14:00:00.000Z',
      at: NOW,
      dose: { value: 25, unit: 'mg' },
    }).find(({ code }) => code === 'also-overdue')?.message;
  expect(says('2026-11-24T09:00:00.000Z')).toMatch(
    /^Another dose of this drug was due before its order was stopped or changed, and is not charted, due 6hr/,
  );
  expect(says('2026-11-24T11:00:00.000Z')).toMatch(
    /^2 other doses of this drug were due before their orders were stopped or changed, and are not charted, the oldest due 6hr/,
  );
  const third = ordered('metoprolol 5 mg', {
    schedule: { type: 'every', hours: 24 },
    startAt: '2026-11-24T09:00:00.000Z',
  });
  expect(says('2026-11-24T09:00:00.000Z', third)).toMatch(
    /^2 other doses of this drug are not charted \(1 overdue, 1 due before an order was stopped or changed\), the oldest due/,
  );
});

it('a patch that is on is taken off before the next goes on', () => {
  const order = ordered('fentanyl 25 MCG/HR transdermal patch');
  const on = givenFor(order.id, {
    medication: { text: 'fentanyl 25 MCG/HR transdermal patch' },
    site: 'left chest',
    effectiveAt: '2026-11-21T14:00:00.000Z',
  });
  const off = anEntry('patch-removed', { administration: on.id });
  const alerts = administrationAlerts(chartOf([order, on]), { order: order.id, at: NOW });
  expect(alerts).toMatchObject([{ code: 'patch-on' }]);
  expect(alerts[0]?.message).toContain('left chest, since 3d ago');
  expect(codes(chartOf([order, on, off]), order.id)).toEqual([]);
});

describe('as needed', () => {
  const schedule: Schedule = { type: 'as-needed', for: 'pain', leastIntervalHours: 4, mostPerDay: 4 };
  const order = ordered('oxycodone 5 MG', { schedule });
  const dose = (effectiveAt: string) =>
    givenFor(order.id, {
      medication: { text: 'oxycodone' },
      dose: { value: 0.1, unit: 'mg' },
      effectiveAt,
    });
  const state = (entries: OpenedEntry[], now = NOW) =>
    asNeeded(chartOf([order, ...entries]).orders[0]!, undefined, now);

  it('counts the doses of the last 24 hours and says from when the next may be given', () => {
    expect(state([])).toEqual({ doses: 0, includesEhr: false, mostPerDay: 4 });
    expect(state([dose('2026-11-24T12:05:00Z'), dose('2026-11-23T14:05:00Z')])).toEqual({
      doses: 1,
      amount: { value: 0.1, unit: 'mg' },
      includesEhr: false,
      mostPerDay: 4,
      nextAt: '2026-11-24T16:05:00.000Z',
    });
  });

  it('at the most in 24 hours the next waits until the first is a day old', () => {
    const four = [
      '2026-11-23T20:00:00Z',
      '2026-11-24T01:00:00Z',
      '2026-11-24T05:00:00Z',
      '2026-11-24T09:30:00Z',
    ];
    expect(state(four.map(dose))).toMatchObject({
      doses: 4,
      amount: { value: 0.4, unit: 'mg' },
      nextAt: '2026-11-24T20:00:00.000Z',
    });
  });

  it("counts the EHR's last dose, and says that of the time before no more is known", () => {
    const ehr: SnapshotOrder = {
      id: 'd'.repeat(32),
      ehrId: 'mr-1',
      medication: { text: 'oxycodone' },
      schedule,
      dose: { value: 5, unit: 'mg' },
      route: 'PO',
      lastGivenAt: '2026-11-24T07:00:00Z',
    };
    const [known] = chartOf([], [ehr]).orders;
    expect(asNeeded(known!, '2026-11-24T08:00:00.000Z', NOW)).toEqual({
      doses: 1,
      includesEhr: true,
      unknownBefore: '2026-11-24T08:00:00.000Z',
      mostPerDay: 4,
    });
  });
});

describe('an order as needed that was changed', () => {
  const schedule: Schedule = { type: 'as-needed', leastIntervalHours: 4, mostPerDay: 2 };
  const first = ordered('paracetamol', { schedule });
  const change = (medication: string, changes: string) => {
    const entry = ordered(medication, { schedule, dose: { value: 20, unit: 'mg' } });
    return { ...entry, body: { ...entry.body, changes } };
  };
  const doses = ['04:00', '13:00'].map((time) =>
    givenFor(first.id, { effectiveAt: `2026-11-24T${time}:00.000Z`, dose: { value: 25, unit: 'mg' } }),
  );
  const second = change('paracetamol 500 mg', first.id);
  const third = change('paracetamol', second.id);

  it('begins no new day: interval, most and last dose count what was given on the ones before', () => {
    const chart = chartOf([third, ...doses, second, first]);
    const order = chart.orders.find(({ id }) => id === third.id)!;
    expect(asNeeded(order, chart.snapshotAsOf, NOW)).toMatchObject({
      doses: 2,
      amount: { value: 50, unit: 'mg' },
      nextAt: '2026-11-25T04:00:00.000Z',
    });
    expect(lastGiven(order)).toEqual({ at: '2026-11-24T13:00:00.000Z', by: 'Nurse Ada' });
    expect(codes(chart, third.id)).toEqual(['too-soon', 'most-per-day']);
  });

  it('to another drug begins anew', () => {
    const other = change('ibuprofen', first.id);
    const chart = chartOf([first, ...doses, other]);
    expect(chart.orders.find(({ id }) => id === other.id)).not.toHaveProperty('givenBefore');
    expect(codes(chart, other.id)).toEqual([]);
  });
});
