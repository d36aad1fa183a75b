import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  administrationAlerts,
  dueTimes,
  firstDue,
  foldChart,
  instructionsInWords,
  keptInWords,
  type MedicationDetail,
  type OpenedEntry,
  OrderReceived,
  readWardSettings,
  type Schedule,
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

it('why an order was stopped or held is shown without unsafe abbreviations; what was written stays', () => {
  const reason = 'was QD, now 10 U';
  const stop = anEntry('order-stopped', { author: DOCTOR, order: order.id, reason });
  const chart = chartOf(stop);
  expect(chart.orders[0]?.stoppedReason).toBe('was daily, now 10 units');
  expect(toBoardRow(chart).notGoing[0]?.reason).toBe('was daily, now 10 units');
  expect(chart.history.find(({ id }) => id === stop.id)?.body).toMatchObject({ reason });
  const hold = anEntry('order-held', { author: DOCTOR, order: order.id, reason });
  expect(toBoardRow(chartOf(hold)).notGoing[0]?.reason).toContain('was daily, now 10 units');
});

it('instructions that were typed here are shown so too; those of the EHR in its own words', () => {
  const instructions = 'give 10 U QD';
  const detail = { ...order.body.detail, instructions } as MedicationDetail;
  const entry = { from: 'entry' as const, entry: order.id };
  expect(instructionsInWords({ source: entry, detail })).toBe('give 10 units daily');
  expect(instructionsInWords({ source: { from: 'ehr', asOf: NOW }, detail })).toBe(instructions);
  expect(instructionsInWords({ source: entry, detail: order.body.detail })).toBeUndefined();
});

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

  it('waits for its signature as long as the ward has set: 24 hours where it has set nothing', () => {
    const signBy = (published: unknown) =>
      toBoardRow(
        foldChart({
          patient: PATIENT,
          entries: [registered(), received],
          settings: readWardSettings(published),
          now: NOW,
        })!,
      ).toSign.map((order) => order.signBy);
    expect(signBy(undefined)).toEqual(['2026-11-25T14:00:00.000Z']);
    expect(signBy({ fluidShifts: ['07:00'] })).toEqual(['2026-11-25T14:00:00.000Z']);
    expect(signBy({ signVoiceOrdersWithinHours: 48 })).toEqual(['2026-11-26T14:00:00.000Z']);
    // What is no number of hours sets nothing.
    expect(signBy({ signVoiceOrdersWithinHours: 0 })).toEqual(['2026-11-25T14:00:00.000Z']);
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

  describe('on its old schedule', () => {
    const detailOf = (schedule: Schedule, startAt: string): MedicationDetail => ({
      ...detail,
      schedule,
      startAt,
    });
    /** The chart at a moment with an order of this schedule, and what is due of it once it was changed then. */
    const changedAt = (
      schedule: Schedule,
      startAt: string,
      now: string,
      said: (id: string) => OpenedEntry[] = () => [],
    ) => {
      const first = orderFor('methotrexate', schedule, { startAt });
      const entries = [registered(), first, ...said(first.id)];
      const before = foldChart({ patient: PATIENT, entries, now })!;
      const kept = withKept(detailOf(schedule, now), before.orders[0]!, before) as MedicationDetail;
      const newer = anEntry('order-signed', {
        author: DOCTOR,
        changes: first.id,
        effectiveAt: now,
        detail: { ...kept, medication: { text: 'methotrexate' } },
        overrides: [],
      });
      const dosesAt = (at: string) =>
        foldChart({ patient: PATIENT, entries: [...entries, newer], now: at })!.dueDoses;
      return { kept, newer, dosesAt };
    };
    const WEEKLY: Schedule = {
      type: 'times',
      code: 'WK',
      times: ['09:00'],
      timeZone: 'America/Chicago',
      everyDays: 7,
    };

    it('falls on the days of before, though the next is days away', () => {
      // Mondays at nine in Chicago, which is 15:00 UTC in November.
      const { kept, dosesAt, newer } = changedAt(
        WEEKLY,
        '2026-11-02T15:00:00.000Z',
        '2026-11-26T12:00:00.000Z',
      );
      expect(firstDue(kept)).toBe('2026-11-30T15:00:00.000Z');
      expect(
        dosesAt('2026-12-07T12:00:00.000Z')
          .filter(({ order: id }) => id === newer.id)
          .map(({ dueAt }) => dueAt),
      ).toEqual(['2026-11-30T15:00:00.000Z', '2026-12-07T15:00:00.000Z']);
      // The window of a weekly dose: it is not a first one.
      expect(dosesAt('2026-11-30T12:00:00.000Z').at(-1)?.window.early).toBe('2026-11-30T13:00:00.000Z');
    });

    it('is the dose of today where that is still open, and not one that was given early', () => {
      const monday = '2026-11-23T15:00:00.000Z';
      const start = '2026-11-02T15:00:00.000Z';
      const open = changedAt(WEEKLY, start, '2026-11-23T15:30:00.000Z');
      expect(firstDue(open.kept)).toBe(monday);
      const asked = open.dosesAt('2026-11-23T15:31:00.000Z').filter(({ dueAt }) => dueAt === monday);
      expect(asked).toMatchObject([{ order: open.newer.id, state: 'due' }]);
      const given = changedAt(WEEKLY, start, '2026-11-23T14:30:00.000Z', (id) => [
        givenFor(id, { dueAt: monday, effectiveAt: '2026-11-23T14:00:00.000Z' }),
      ]);
      expect(firstDue(given.kept)).toBe('2026-11-30T15:00:00.000Z');
    });

    it('every 36 hours is counted on from the doses before, and what is due once stays due then', () => {
      const start = '2026-11-24T00:00:00.000Z';
      const { kept } = changedAt({ type: 'every', hours: 36 }, start, '2026-11-25T14:30:00.000Z');
      expect(kept.startAt).toBe('2026-11-27T00:00:00.000Z');
      const once = changedAt({ type: 'once', stat: false }, '2026-11-29T06:00:00.000Z', NOW);
      expect(once.kept.startAt).toBe('2026-11-29T06:00:00.000Z');
    });

    it('whenever it is changed, each instant is asked for once, the same as if nobody had changed it', () => {
      fc.assert(
        fc.property(
          fc.constantFrom<Schedule>(
            WEEKLY,
            { ...WEEKLY, everyDays: 2, times: ['00:30', '12:00'] },
            { ...WEEKLY, everyDays: 1, times: ['08:00', '20:00'] },
            { type: 'every', hours: 36 },
            { type: 'every', hours: 6 },
          ),
          fc.integer({ min: 1, max: 12 * 24 * 4 }),
          (schedule, quarters) => {
            const start = Date.parse('2026-11-02T15:00:00.000Z');
            const now = new Date(start + quarters * 15 * 60_000 + 60_000).toISOString();
            const end = '2026-11-15T15:00:00.000Z';
            const { dosesAt } = changedAt(schedule, new Date(start).toISOString(), now);
            expect(
              dosesAt(end)
                .map(({ dueAt }) => dueAt)
                .filter((dueAt) => dueAt < end),
            ).toEqual(
              dueTimes(schedule, new Date(start).toISOString(), undefined, '2026-11-01T00:00:00Z', end),
            );
          },
        ),
        { numRuns: 150 },
      );
    });
  });
});
