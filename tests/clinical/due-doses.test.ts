import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  type Chart,
  foldChart,
  MedicationAdministration,
  type OpenedEntry,
  type Schedule,
  type SnapshotOrder,
} from '../../src/clinical/index.ts';
import { anEntry, aSnapshot, givenFor, NURSE, orderFor, PATIENT, registered } from './builders.ts';

const HOUR = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();
const at = (entries: OpenedEntry[], now: string): Chart =>
  foldChart({ patient: PATIENT, entries: [registered(), ...entries], now })!;

const zones = fc.constantFrom('America/Chicago', 'Europe/London', 'Australia/Lord_Howe', 'Asia/Kathmandu');
const hour = fc.integer({ min: 0, max: 23 }).map((h) => `${String(h).padStart(2, '0')}:00`);
const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  fc.record({
    type: fc.constant('times' as const),
    times: fc.uniqueArray(hour, { minLength: 1, maxLength: 6 }),
    timeZone: zones,
    everyDays: fc.constantFrom(1, 1, 2),
  }),
  fc.record({ type: fc.constant('every' as const), hours: fc.constantFrom(1, 4, 6, 8, 12, 36) }),
  fc.record({ type: fc.constant('once' as const), stat: fc.boolean() }),
);
/** Starts around both clock changes of those zones, a month end and a leap day. */
const starts = fc
  .tuple(
    fc.constantFrom('2026-03-07', '2026-03-28', '2026-04-04', '2026-10-03', '2026-10-31', '2028-02-28'),
    fc.integer({ min: 0, max: 47 }),
  )
  .map(([day, hours]) => Date.parse(`${day}T00:00:00Z`) + hours * HOUR);

describe('an outage of three days', () => {
  it('leaves each dose that nobody charted overdue with its own time, in the order of these times, for ever', () => {
    fc.assert(
      fc.property(
        schedules,
        starts,
        fc.uniqueArray(fc.integer({ min: 1, max: 72 }), { minLength: 1, maxLength: 6 }),
        (schedule, start, looks) => {
          const order = orderFor('metoprolol', schedule, { startAt: iso(start) });
          let before: string[] = [];
          for (const hours of [...looks].sort((a, b) => a - b)) {
            const now = start + hours * HOUR;
            const doses = at([order], iso(now)).dueDoses;
            const overdue = doses.filter(({ state }) => state === 'overdue').map(({ dueAt }) => dueAt);
            expect(overdue).toEqual([...overdue].sort());
            // What was overdue stays so, with the same time: later looks only add.
            expect(overdue.slice(0, before.length)).toEqual(before);
            expect(doses.every(({ state }) => ['coming', 'due', 'overdue'].includes(state))).toBe(true);
            before = overdue;
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has each wall-clock dose of each day once, across midnight and clock changes', () => {
    fc.assert(
      fc.property(
        zones,
        fc.uniqueArray(hour, { minLength: 1, maxLength: 4 }),
        starts,
        (zone, hours, start) => {
          const schedule: Schedule = { type: 'times', times: hours, timeZone: zone, everyDays: 1 };
          const order = orderFor('metoprolol', schedule, { startAt: iso(start) });
          const now = start + 72 * HOUR;
          const due = at([order], iso(now)).dueDoses.filter(({ dueAt }) => Date.parse(dueAt) < now);
          const named = due.map(({ dueAt }) => {
            const local = Temporal.Instant.from(dueAt).toZonedDateTimeISO(zone);
            return `${local.toPlainDate()} ${local.hour}`;
          });
          expect(new Set(named).size).toBe(named.length);
          // Two of them fall together only where the clock jumps over one.
          expect(named.length).toBeGreaterThanOrEqual(3 * hours.length - 2);
          expect(named.length).toBeLessThanOrEqual(3 * hours.length + hours.length);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('asks about the second of two overdue doses, and a charted one stays where it was due', () => {
    const order = orderFor(
      'metoprolol',
      { type: 'every', hours: 6 },
      { startAt: '2026-11-21T08:00:00.000Z' },
    );
    const given = givenFor(order.id, {
      dueAt: '2026-11-22T02:00:00.000Z',
      effectiveAt: '2026-11-24T08:30:00Z',
    });
    const { dueDoses } = at([order, given], '2026-11-24T09:30:00.000Z');
    expect(dueDoses.slice(0, 5).map(({ dueAt, state }) => [dueAt.slice(8, 13), state])).toEqual([
      ['21T08', 'overdue'],
      ['21T14', 'overdue'],
      ['21T20', 'overdue'],
      ['22T02', 'given'],
      ['22T08', 'overdue'],
    ]);
  });
});

describe('a wrong clock never hides a dose (FAILURES 31)', () => {
  it('whatever this tablet says, each charted dose is listed, and each dose that is really due now', () => {
    const order = orderFor(
      'metoprolol',
      { type: 'every', hours: 6 },
      {
        startAt: '2026-11-24T08:00:00.000Z',
      },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 * 24 }),
        fc.constantFrom('1970-01-01', '2019-05-05', '2026-11-20', '2026-12-31', '2031-01-01', '2099-12-31'),
        (hoursIn, clock) => {
          const real = Date.parse('2026-11-24T09:00:00.000Z') + hoursIn * HOUR;
          const given = givenFor(order.id, { dueAt: '2026-11-24T08:00:00.000Z', effectiveAt: iso(real) });
          const chart = at([order, given], `${clock}T12:00:00.000Z`);
          const listed = new Map(chart.dueDoses.map(({ dueAt, state }) => [dueAt, state]));
          expect(listed.get('2026-11-24T08:00:00.000Z')).toBe('given');
          const next = Date.parse('2026-11-24T08:00:00.000Z') + Math.ceil((hoursIn + 1) / 6) * 6 * HOUR;
          // A clock that is ahead lists the first two weeks of the order beside its own present.
          if (clock < '2026-11-24' || hoursIn < 13 * 24) expect(listed.has(iso(next))).toBe(true);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('states that a clock is wrong when something here was recorded after now', () => {
    const note = anEntry('note', {
      noteType: 'nursing',
      text: 'a',
      effectiveAt: '2026-11-24T16:00:00.000Z',
    });
    expect(at([note], '2026-11-24T15:00:00.000Z').recordedAfterNow).toBe('2026-11-24T16:00:00.000Z');
    expect(at([note], '2026-11-24T15:55:00.000Z').recordedAfterNow).toBeUndefined();
    expect(at([note], '2026-11-24T16:30:00.000Z').recordedAfterNow).toBeUndefined();
  });
});

it('a missing time is an error, never now (FAILURES 32)', () => {
  const { body } = givenFor('d'.repeat(32));
  for (const missing of [undefined, '', '2026-11-24', 'now', null])
    expect(MedicationAdministration.safeParse({ ...body, effectiveAt: missing }).success).toBe(false);
  expect(MedicationAdministration.safeParse(body).success).toBe(true);
});

it('an order without an end can be given for ever (FAILURES 33)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2000 }),
      fc.constantFrom<Schedule>(
        { type: 'every', hours: 6 },
        { type: 'times', times: ['09:00', '21:00'], timeZone: 'America/Chicago', everyDays: 1 },
      ),
      (days, schedule) => {
        const order = orderFor('metoprolol', schedule, { startAt: '2026-10-30T13:00:00.000Z' });
        const now = Date.parse('2026-10-30T13:00:00.000Z') + days * 24 * HOUR;
        const chart = at([order], iso(now));
        expect(chart.orders[0]?.state).toBe('active');
        const ahead = chart.dueDoses.filter(
          ({ dueAt }) => Date.parse(dueAt) >= now && Date.parse(dueAt) < now + 25 * HOUR,
        );
        expect(ahead.length).toBeGreaterThanOrEqual(2);
      },
    ),
    { numRuns: 60 },
  );
});

it('a count of uncharted doses falls only by an entry (FAILURES 34)', () => {
  const order = orderFor('metoprolol', { type: 'every', hours: 4 }, { startAt: '2026-11-24T00:00:00.000Z' });
  const missed = givenFor(order.id, {
    dueAt: '2026-11-24T04:00:00.000Z',
    outcome: 'missed',
    notGivenReason: 'off-the-ward',
    dose: undefined,
  });
  const now = '2026-11-24T14:05:00.000Z';
  const overdue = (entries: OpenedEntry[]) =>
    at(entries, now).dueDoses.filter(({ state }) => state === 'overdue').length;
  expect(overdue([order])).toBe(4);
  expect(overdue([order, missed])).toBe(3);
});

it.each(['held', 'refused', 'missed', 'unknown'] as const)(
  'that a dose was %s never erases that it was given, in whatever order both arrive (FAILURES 35)',
  (outcome) => {
    const order = orderFor('metoprolol', { type: 'every', hours: 6 });
    const due = { dueAt: '2026-11-24T10:00:00.000Z' };
    const given = givenFor(order.id, due);
    const not = givenFor(order.id, {
      ...due,
      outcome,
      notGivenReason: 'other',
      dose: undefined,
      comment: 'asleep',
    });
    for (const entries of [
      [order, given, not],
      [not, given, order],
    ]) {
      const chart = at(entries, '2026-11-24T10:30:00.000Z');
      expect(chart.dueDoses[0]).toMatchObject({ state: 'given', administration: given.id });
      // Both remain on the chart.
      expect(chart.orders[0]?.administrations.map(({ id }) => id).sort()).toEqual([given.id, not.id].sort());
    }
  },
);

it('two statements of one dose both stand and are flagged until somebody settles them (FAILURES 36)', () => {
  const order = orderFor('metoprolol', { type: 'every', hours: 6 });
  const due = { dueAt: '2026-11-24T10:00:00.000Z' };
  const chart = at([order, givenFor(order.id, due), givenFor(order.id, due)], '2026-11-24T10:30:00.000Z');
  expect(chart.conflicts.map(({ kind }) => kind)).toEqual(['same-dose-twice']);
  expect(chart.orders[0]?.administrations.every(({ standing }) => standing === 'current')).toBe(true);
});

describe("around the snapshot of the EHR's", () => {
  const AS_OF = '2026-11-24T09:55:00.000Z';
  const ehr = (more: Partial<SnapshotOrder>): string[] =>
    foldChart({
      patient: PATIENT,
      entries: [],
      snapshot: aSnapshot({
        orders: [
          {
            id: 'd'.repeat(32),
            ehrId: 'mr-1',
            medication: { text: 'metoprolol' },
            schedule: { type: 'times', times: ['08:00', '09:30', '14:00'], timeZone: 'UTC', everyDays: 1 },
            dose: { value: 25, unit: 'mg' },
            route: 'PO',
            startAt: '2026-11-01T00:00:00Z',
            ...more,
          },
        ],
      }),
      snapshotAsOf: AS_OF,
      now: '2026-11-24T10:00:00.000Z',
    })!.dueDoses.map(({ dueAt }) => dueAt.slice(8, 16));

  it('a dose that was still open then, and that the EHR does not know as given, is asked for here', () => {
    expect(ehr({})[0]).toBe('24T09:30');
    expect(ehr({ lastGivenAt: '2026-11-24T08:05:00Z' })[0]).toBe('24T09:30');
    expect(ehr({ lastGivenAt: '2026-11-24T09:40:00Z' })[0]).toBe('24T14:00');
  });
});

it('what was said of a dose belongs to its correction too, and an error mark takes it back', () => {
  const order = orderFor('morphine', { type: 'as-needed', for: 'pain' });
  const dose = givenFor(order.id, { medication: { text: 'morphine' } });
  const corrected = givenFor(order.id, { medication: { text: 'morphine' }, replaces: dose.id });
  const effect = anEntry('dose-reassessed', { administration: dose.id, effect: 'relieved', painScore: 2 });
  const now = '2026-11-24T14:30:00.000Z';
  expect(at([order, dose], now).afterDoses.reassessments).toMatchObject([
    { administration: dose.id, dueAt: '2026-11-24T15:05:00.000Z' },
  ]);
  expect(at([order, dose, corrected, effect], now).afterDoses.reassessments).toEqual([]);
  const mark = anEntry('entered-in-error', { replaces: effect.id, reason: 'wrong patient', author: NURSE });
  expect(at([order, dose, effect, mark], now).afterDoses.reassessments).toHaveLength(1);
});
