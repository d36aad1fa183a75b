import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  type Chart,
  foldChart,
  handoffFromChart,
  MedicationAdministration,
  type OpenedEntry,
  type Schedule,
  type SnapshotOrder,
  toBoardRow,
} from '../../src/clinical/index.ts';
import { anEntry, aSnapshot, DOCTOR, givenFor, NURSE, orderFor, PATIENT, registered } from './builders.ts';

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

describe('a dose that is given once, of an order of the EHR, due before its list was taken', () => {
  const AS_OF = '2026-11-24T09:55:00.000Z';
  const DUE = '2026-11-24T06:00:00.000Z';
  const chartOf = (
    stat: boolean,
    more: Partial<SnapshotOrder> = {},
    entries: OpenedEntry[] = [],
    now = '2026-11-24T10:00:00.000Z',
  ): Chart =>
    foldChart({
      patient: PATIENT,
      entries,
      snapshot: aSnapshot({
        orders: [
          {
            id: 'd'.repeat(32),
            ehrId: 'mr-1',
            medication: { text: 'ceftriaxone' },
            schedule: { type: 'once', stat },
            dose: { value: 2, unit: 'g' },
            route: 'IV',
            startAt: DUE,
            ...more,
          },
        ],
      }),
      snapshotAsOf: AS_OF,
      now,
    })!;

  it('is asked for here, with the word that the EHR may know it as given', () => {
    for (const stat of [true, false]) {
      const chart = chartOf(stat);
      expect(chart.dueDoses).toMatchObject([{ dueAt: DUE, state: 'overdue', maybeGivenBefore: true }]);
      expect(toBoardRow(chart).doses).toMatchObject([{ dueAt: DUE, maybeGivenBefore: true }]);
    }
  });

  it('is handed on with that word, whatever is open of it: overdue, or due still', () => {
    const atTen = (dueAt: string) =>
      handoffFromChart(chartOf(false, { startAt: dueAt }), 'UTC').sbar?.recommendation;
    expect(atTen(DUE)).toMatch(/Overdue: ceftriaxone .*\(the EHR may hold it as given\)/);
    // Before the list was taken, and its hour is not over.
    expect(atTen('2026-11-24T09:50:00.000Z')).toMatch(
      /Due: .*ceftriaxone .*\(the EHR may hold it as given\)/,
    );
  });

  it('stays asked for, however long ago it was due', () => {
    const chart = chartOf(true, { startAt: '2026-09-01T06:00:00.000Z' });
    expect(chart.dueDoses.map(({ state }) => state)).toEqual(['overdue']);
  });

  it('is not asked for where the EHR knows a dose of that order, nor once somebody said what became of it', () => {
    expect(chartOf(true, { lastGivenAt: '2026-11-24T05:00:00Z' }).dueDoses).toEqual([]);
    const said = givenFor('d'.repeat(32), { outcome: 'unknown', dueAt: DUE, reason: 'EHR is down' });
    const [dose] = chartOf(true, {}, [said]).dueDoses;
    expect(dose).toMatchObject({ state: 'unknown' });
    expect(dose).not.toHaveProperty('maybeGivenBefore');
  });

  it('due after the list is an ordinary dose', () => {
    const [dose] = chartOf(true, { startAt: '2026-11-24T10:10:00.000Z' }).dueDoses;
    expect(dose).toMatchObject({ state: 'coming' });
    expect(dose).not.toHaveProperty('maybeGivenBefore');
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

describe('doses due before an order was stopped or changed', () => {
  const TWICE: Schedule = { type: 'times', times: ['08:00', '20:00'], timeZone: 'UTC', everyDays: 1 };
  const t = (hhmm: string): string => `2026-11-24T${hhmm}:00.000Z`;
  const order = orderFor('metoprolol', TWICE, { startAt: '2026-11-23T12:00:00.000Z' });
  const evening = givenFor(order.id, {
    dueAt: '2026-11-23T20:00:00.000Z',
    effectiveAt: '2026-11-23T20:05:00Z',
  });
  const stop = (effectiveAt: string, id = order.id) =>
    anEntry('order-stopped', { author: DOCTOR, order: id, reason: 'slow pulse', effectiveAt });
  const changed = (
    old: { id: string; body: { detail: unknown } },
    when: string,
    more: { startAt?: string; schedule?: Schedule; medication?: { text: string } } = {},
  ) =>
    anEntry('order-signed', {
      author: DOCTOR,
      changes: old.id,
      effectiveAt: when,
      detail: { ...(order.body.detail as object), startAt: when, ...more } as typeof order.body.detail,
      overrides: [],
    });
  const NOON = t('12:00');
  const rows = (entries: OpenedEntry[], now = NOON) =>
    at(entries, now).dueDoses.map(({ order: id, dueAt, state }) => [id, dueAt.slice(8, 16), state]);
  const open = (entries: OpenedEntry[], now = NOON) =>
    at(entries, now)
      .dueDoses.filter(({ administration }) => administration === undefined)
      .map(({ order: id, dueAt, state }) => [id, dueAt.slice(8, 16), state]);

  it('stay listed as not charted, and are neither due nor overdue any more', () => {
    const chart = at([order, evening, stop(t('10:00'))], NOON);
    expect(rows([order, evening, stop(t('10:00'))])).toEqual([
      [order.id, '23T20:00', 'given'],
      [order.id, '24T08:00', 'not-charted'],
    ]);
    expect(toBoardRow(chart).doses).toEqual([]);
    expect(toBoardRow(chart).notGoing).toMatchObject([{ state: 'stopped', notCharted: 1 }]);
    const newer = changed(order, t('10:00'));
    expect(open([order, evening, newer])).toEqual([
      [order.id, '24T08:00', 'not-charted'],
      [newer.id, '24T20:00', 'coming'],
      [newer.id, '25T08:00', 'coming'],
    ]);
    expect(handoffFromChart(at([order, evening, newer], NOON), 'UTC').sbar.recommendation).toContain(
      'Not charted before the order ended: metoprolol 500 mg 08:00 (order changed 24-Nov-2026 10:00)',
    );
  });

  it('can still be charted late, with a time before the end, without a conflict; a later time is one', () => {
    const late = (effectiveAt: string) => givenFor(order.id, { dueAt: t('08:00'), effectiveAt });
    for (const end of [stop(t('10:00')), changed(order, t('10:00'))]) {
      const chart = at([order, evening, end, late(t('08:20'))], NOON);
      expect(chart.dueDoses[1]).toMatchObject({ order: order.id, dueAt: t('08:00'), state: 'given' });
      expect(chart.conflicts).toEqual([]);
      expect(at([order, evening, end, late(t('11:00'))], NOON).conflicts).toMatchObject([
        { kind: 'dose-after-stop' },
      ]);
    }
    const not = givenFor(order.id, { dueAt: t('08:00'), outcome: 'held', notGivenReason: 'nil-by-mouth' });
    expect(open([order, evening, stop(t('10:00')), not])).toEqual([]);
  });

  it('end with the earlier of two words, whichever came first, and not where a stop was a mistake', () => {
    const newer = changed(order, t('07:00'));
    for (const entries of [
      [order, evening, stop(t('10:00')), newer],
      [newer, stop(t('10:00')), evening, order],
    ])
      expect(open(entries)).toEqual([
        [newer.id, '24T08:00', 'overdue'],
        [newer.id, '24T20:00', 'coming'],
        [newer.id, '25T08:00', 'coming'],
      ]);
    const word = stop(t('10:00'));
    const mark = anEntry('entered-in-error', { replaces: word.id, reason: 'other patient', author: DOCTOR });
    expect(open([order, evening, word, mark])[0]).toEqual([order.id, '24T08:00', 'overdue']);
  });

  it('are not asked about while the order was held, nor of an order that was an error', () => {
    const hold = anEntry('order-held', {
      author: DOCTOR,
      order: order.id,
      reason: 'theatre',
      effectiveAt: t('07:00'),
    });
    expect(open([order, evening, hold, stop(t('10:00'))])).toEqual([]);
    const error = anEntry('entered-in-error', {
      replaces: order.id,
      reason: 'other patient',
      author: DOCTOR,
    });
    expect(open([order, evening, error, stop(t('10:00'))])).toEqual([]);
  });

  it('are asked for by the newer order alone where their time had not passed when it was changed', () => {
    const every: Schedule = { type: 'every', hours: 6 };
    const first = orderFor('metoprolol', every, { startAt: t('08:00') });
    const second = changed(first, t('08:05'), { schedule: every });
    const third = changed(second, t('08:10'), { schedule: every });
    expect(open([first, second, third], t('08:20')).slice(0, 2)).toEqual([
      [third.id, '24T08:10', 'due'],
      [third.id, '24T14:10', 'coming'],
    ]);
    // The last of them stopped as well: one dose, asked about once.
    expect(open([first, second, third, stop(t('08:15'), third.id)], t('08:20'))).toEqual([
      [third.id, '24T08:10', 'not-charted'],
    ]);
    // Of another drug it is another dose.
    const other = changed(first, t('08:05'), { schedule: every, medication: { text: 'bisoprolol' } });
    expect(open([first, other], t('08:20')).slice(0, 2)).toEqual([
      [first.id, '24T08:00', 'not-charted'],
      [other.id, '24T08:05', 'due'],
    ]);
  });

  it('given early on the old order are not asked for again by the newer one; held ones are', () => {
    const newer = changed(order, t('07:50'));
    const early = { dueAt: t('08:00'), effectiveAt: t('07:40') };
    expect(open([order, evening, newer, givenFor(order.id, early)])[0]).toEqual([
      newer.id,
      '24T20:00',
      'coming',
    ]);
    const held = givenFor(order.id, { ...early, outcome: 'held', notGivenReason: 'clinical-judgement' });
    expect(open([order, evening, newer, held])[0]).toEqual([newer.id, '24T08:00', 'overdue']);
  });

  it("of the EHR's order are asked about from the snapshot on", () => {
    const ehr: SnapshotOrder = {
      id: 'd'.repeat(32),
      ehrId: 'mr-1',
      medication: { text: 'metoprolol' },
      schedule: { type: 'every', hours: 2 },
      dose: { value: 25, unit: 'mg' },
      route: 'PO',
      startAt: '2026-11-20T00:00:00Z',
    };
    const chart = foldChart({
      patient: PATIENT,
      entries: [stop(t('10:30'), ehr.id)],
      snapshot: aSnapshot({ orders: [ehr] }),
      snapshotAsOf: t('07:30'),
      now: NOON,
    })!;
    expect(chart.dueDoses.map(({ dueAt, state }) => [dueAt.slice(11, 16), state])).toEqual([
      ['08:00', 'not-charted'],
      ['10:00', 'not-charted'],
    ]);
  });

  it('no dose is lost or asked for twice by a chain of changes, whenever they were made', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 71 }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (hours, stopped) => {
          const begin = Date.parse('2026-11-21T00:30:00.000Z');
          const times = [...hours].sort((a, b) => a - b).map((n) => iso(begin + n * HOUR));
          const first = orderFor('metoprolol', TWICE, { startAt: iso(begin) });
          const chain: OpenedEntry[] = [first];
          let last = first;
          for (const when of times) {
            last = changed(last, when);
            chain.push(last);
          }
          const end = iso(begin + 71.5 * HOUR);
          const now = iso(begin + 72 * HOUR);
          const asked = at(stopped ? [...chain, stop(end, last.id)] : chain, now)
            .dueDoses.map(({ dueAt }) => dueAt)
            .filter((dueAt) => dueAt < now);
          expect(asked).toEqual(
            [8, 20, 32, 44, 56, 68].map((hour) => iso(Date.parse('2026-11-21T00:00:00.000Z') + hour * HOUR)),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
