import { describe, expect, it } from 'vitest';
import {
  administrationAlerts,
  foldChart,
  keptInWords,
  type MedicationDetail,
  type OpenedEntry,
  OrderReceived,
  toBoardRow,
  withKept,
} from '../../src/clinical/index.ts';
import { anEntry, DOCTOR, entryId, givenFor, NURSE, orderFor, PATIENT, registered } from './builders.ts';

const NOW = '2026-11-24T14:05:00.000Z';
const order = orderFor('metoprolol', { type: 'every', hours: 2 }, { startAt: '2026-11-24T08:00:00.000Z' });
const chartOf = (...entries: OpenedEntry[]) =>
  foldChart({ patient: PATIENT, entries: [registered(), order, ...entries], now: NOW })!;
const held = (effectiveAt: string, id?: string) =>
  anEntry(
    'order-held',
    { author: DOCTOR, order: order.id, reason: 'for theatre', effectiveAt },
    id === undefined ? {} : { id },
  );
const resumed = (effectiveAt: string) =>
  anEntry('order-resumed', { author: DOCTOR, order: order.id, effectiveAt });
const due = (...entries: OpenedEntry[]) =>
  chartOf(...entries)
    .dueDoses.filter(({ dueAt }) => dueAt < NOW)
    .map(({ dueAt }) => dueAt.slice(11, 13));

describe('hold and resume', () => {
  it('doses due while an order is held are nobody’s to give; those before stay overdue', () => {
    const hold = held('2026-11-24T09:30:00.000Z');
    expect(due()).toEqual(['08', '10', '12', '14']);
    expect(due(hold)).toEqual(['08']);
    expect(due(hold, resumed('2026-11-24T11:00:00.000Z'))).toEqual(['08', '12', '14']);
    const chart = chartOf(hold);
    expect(chart.orders[0]?.state).toBe('on-hold');
    expect(administrationAlerts(chart, { order: order.id, at: NOW }).map(({ message }) => message)).toContain(
      'This order is on hold.',
    );
    expect(toBoardRow(chart).notGoing).toMatchObject([
      { medication: 'metoprolol', state: 'on-hold', reason: 'for theatre (Dr Bell)' },
    ]);
    expect(chartOf(hold, resumed('2026-11-24T11:00:00.000Z')).orders[0]?.state).toBe('active');
  });

  it('is taken back by an error mark, and ended by a stop', () => {
    const hold = held('2026-11-24T09:30:00.000Z');
    const mark = anEntry('entered-in-error', { replaces: hold.id, reason: 'other patient', author: DOCTOR });
    expect(due(hold, mark)).toEqual(['08', '10', '12', '14']);
    const stop = anEntry('order-stopped', { author: DOCTOR, order: order.id, reason: 'rash' });
    expect(chartOf(hold, stop).orders[0]?.state).toBe('stopped');
  });

  it('a dose that another tablet gave meanwhile is for a person to settle, unless it was known', () => {
    const hold = held('2026-11-24T09:30:00.000Z');
    const dose = givenFor(order.id, {
      dueAt: '2026-11-24T10:00:00.000Z',
      effectiveAt: '2026-11-24T10:05:00.000Z',
    });
    expect(chartOf(hold, dose).conflicts).toMatchObject([{ kind: 'dose-after-stop' }]);
    const knowing = givenFor(order.id, {
      dueAt: '2026-11-24T10:00:00.000Z',
      effectiveAt: '2026-11-24T10:05:00.000Z',
      overrides: [{ alert: 'order-stopped', message: 'on hold', reason: 'prescriber asked' }],
    });
    expect(chartOf(hold, knowing).conflicts).toEqual([]);
  });
});

describe('an order by voice or telephone', () => {
  const received = anEntry('order-received', {
    author: NURSE,
    detail: {
      category: 'medication',
      medication: { text: 'furosemide' },
      dose: { value: 40, unit: 'mg' },
      route: 'IV',
      schedule: { type: 'once', stat: true },
      startAt: '2026-11-24T14:00:00.000Z',
    },
    prescriber: 'Dr Bell',
    by: 'telephone',
    readBack: true,
    overrides: [],
    effectiveAt: '2026-11-24T14:00:00.000Z',
  });

  it('is refused unless it was read back', () => {
    expect(OrderReceived.safeParse(received.body).success).toBe(true);
    expect(OrderReceived.safeParse({ ...received.body, readBack: false }).success).toBe(false);
  });

  it('is valid at once, and to be signed until a clinician has', () => {
    const chart = chartOf(received);
    const own = chart.orders.find(({ id }) => id === received.id);
    expect(own).toMatchObject({ state: 'active', received: { prescriber: 'Dr Bell', by: 'telephone' } });
    expect(chart.dueDoses.some((dose) => dose.order === received.id && dose.state === 'due')).toBe(true);
    expect(toBoardRow(chart).toSign).toMatchObject([{ order: received.id, prescriber: 'Dr Bell' }]);
    const byNurse = anEntry('entry-witnessed', {
      entry: received.id,
      as: 'co-signer',
      author: { ...NURSE, id: '9'.repeat(32) },
    });
    expect(toBoardRow(chartOf(received, byNurse)).toSign).toHaveLength(1);
    const signed = anEntry(
      'entry-witnessed',
      { entry: received.id, as: 'co-signer', author: DOCTOR },
      { id: entryId('c', 9) },
    );
    expect(toBoardRow(chartOf(received, signed)).toSign).toEqual([]);
  });
});

describe('an order that takes the place of another', () => {
  const chart = chartOf();
  const before = chart.orders[0]!;
  const detail = before.detail as MedicationDetail;
  const old = {
    ...before,
    detail: {
      ...detail,
      endAt: '2026-11-30T08:00:00.000Z',
      reassessAfterMinutes: 45,
      limits: [
        { parameter: 'pulse' as const, below: 50, above: 120 },
        { parameter: 'systolic' as const, above: 180 },
      ],
    },
  };
  const typed = {
    ...detail,
    dose: { value: 50, unit: 'mg' },
    startAt: NOW,
    limits: [{ parameter: 'pulse' as const, below: 55 }],
  };

  it('keeps what the form does not show, and says so to whoever signs', () => {
    expect(withKept(typed, old, chart)).toMatchObject({
      dose: { value: 50 },
      endAt: '2026-11-30T08:00:00.000Z',
      reassessAfterMinutes: 45,
      limits: [
        { parameter: 'pulse', below: 55, above: 120 },
        { parameter: 'systolic', above: 180 },
      ],
    });
    expect(keptInWords(old.detail, 'UTC')).toEqual([
      'until 30-Nov-2026 08:00',
      expect.stringContaining('hold if systolic'),
      'effect looked at after 45 minutes',
    ]);
  });

  it('with the same interval is due when the old one was, and not at once', () => {
    const given = ['08', '10', '12', '14'].map((hour) =>
      givenFor(order.id, {
        dueAt: `2026-11-24T${hour}:00:00.000Z`,
        effectiveAt: `2026-11-24T${hour}:00:00.000Z`,
      }),
    );
    expect(withKept(typed, old, chartOf(...given))).toMatchObject({ startAt: '2026-11-24T16:00:00.000Z' });
    const other = { ...typed, schedule: { type: 'every' as const, hours: 4 } };
    expect(withKept(other, old, chartOf(...given))).toMatchObject({ startAt: NOW });
  });
});
