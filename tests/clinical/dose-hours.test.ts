import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  type Chart,
  DEFAULT_DOSE_HOURS,
  DoseHours,
  type FrequencyCode,
  foldChart,
  nearestTime,
  type OpenedEntry,
  readWardSettings,
  type Schedule,
} from '../../src/clinical/index.ts';
import { anEntry, aSnapshot, DOCTOR, givenFor, orderFor, PATIENT, registered } from './builders.ts';

const HOUR = 3_600_000;
const ORDER = 'd'.repeat(32);
const iso = (ms: number): string => new Date(ms).toISOString();
const hh = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
type Times = Extract<Schedule, { type: 'times' }>;

const at = (times: readonly string[], timeZone = 'UTC', everyDays = 1): Times => ({
  type: 'times',
  times: [...times],
  timeZone,
  everyDays,
});

/** A ward whose list of the EHR was imported with these hours. */
const withList = (
  schedule: Schedule,
  entries: OpenedEntry[],
  asOf: string,
  now: string,
  startAt = '2026-11-01T00:00:00Z',
): Chart =>
  foldChart({
    patient: PATIENT,
    entries,
    snapshot: aSnapshot({
      orders: [
        {
          id: ORDER,
          ehrId: 'mr-1',
          medication: { text: 'metoprolol' },
          schedule,
          dose: { value: 25, unit: 'mg' },
          route: 'PO',
          startAt,
        },
      ],
    }),
    snapshotAsOf: asOf,
    now,
  })!;
const rows = (chart: Chart): string[] =>
  chart.dueDoses.map(({ dueAt, state }) => `${dueAt.slice(8, 16)} ${state}`);

const hoursOf = (count: number) =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: count, maxLength: count })
    .map((hours) => hours.sort((a, b) => a - b).map(hh));
const COUNTS: Record<FrequencyCode, number> = { QD: 1, BID: 2, TID: 3, QID: 4, AM: 1, PM: 1, BED: 1 };

describe('the hours that a ward sets', () => {
  it('hold as many times as the code means, in the order of the day', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(COUNTS) as FrequencyCode[])),
        fc.integer({ min: 1, max: 5 }).chain(hoursOf),
        (code, times) => {
          const codes = { ...DEFAULT_DOSE_HOURS.codes, [code]: times };
          const isRead = (hours: unknown): boolean => DoseHours.safeParse(hours).success;
          expect(isRead({ ...DEFAULT_DOSE_HOURS, codes })).toBe(times.length === COUNTS[code]);
          if (times.length > 1)
            expect(isRead({ ...DEFAULT_DOSE_HOURS, codes: { ...codes, [code]: times.toReversed() } })).toBe(
              false,
            );
        },
      ),
    );
    const meals = { breakfast: '07:30', lunch: '18:00', dinner: '12:00' };
    expect(DoseHours.safeParse({ ...DEFAULT_DOSE_HOURS, meals }).success).toBe(false);
  });

  it('are those of medication.md where a ward has published none', () => {
    expect(readWardSettings({ fluidShifts: ['07:00'] })).toMatchObject({
      fluidShifts: ['07:00'],
      doseHours: DEFAULT_DOSE_HOURS,
    });
  });
});

describe('a dose that was charted before the ward’s hours changed', () => {
  const given = (dueAt: string, outcome: 'given' | 'refused' = 'given') =>
    givenFor(ORDER, {
      dueAt,
      effectiveAt: dueAt,
      outcome,
      ...(outcome === 'given' ? {} : { notGivenReason: 'refused-by-patient', dose: undefined }),
    });

  it('is the dose of the new hours, and is not asked for again', () => {
    const charted = given('2026-11-24T09:00:00.000Z');
    const chart = withList(
      at(['10:00', '22:00']),
      [charted],
      '2026-11-24T09:30:00.000Z',
      '2026-11-24T09:40:00.000Z',
    );
    expect(rows(chart)).toEqual(['24T09:00 given', '24T22:00 coming']);
    expect(chart.dueDoses[0]).toMatchObject({ administration: charted.id });
  });

  it('nor once a week, when the hour moves to the evening of its day', () => {
    const weekly = at(['20:00'], 'UTC', 7);
    // The order began on a Sunday: 22-Nov is one too.
    const chart = withList(
      weekly,
      [given('2026-11-22T09:00:00.000Z')],
      '2026-11-22T12:00:00.000Z',
      '2026-11-22T19:00:00.000Z',
    );
    expect(rows(chart)).toEqual(['22T09:00 given']);
  });

  it('nor on its first day, where the hour of the morning was before the order began', () => {
    const chart = foldChart({
      patient: PATIENT,
      entries: [given('2026-11-24T09:00:00.000Z')],
      snapshot: aSnapshot({
        orders: [
          {
            id: ORDER,
            ehrId: 'mr-1',
            medication: { text: 'metoprolol' },
            schedule: at(['08:00', '20:00']),
            startAt: '2026-11-24T08:30:00Z',
          },
        ],
      }),
      snapshotAsOf: '2026-11-24T09:30:00.000Z',
      now: '2026-11-24T10:00:00.000Z',
    })!;
    // The evening's dose is not taken for the one that was given.
    expect(rows(chart)).toEqual(['24T09:00 given', '24T20:00 coming', '25T08:00 coming']);
  });

  it('LAW: is listed once, and of the new hours exactly its nearest dose is asked for no more', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('UTC', 'America/Chicago', 'Europe/London', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
        // Around clock changes of these zones, and away from them.
        fc.constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-24'),
        fc
          .integer({ min: 1, max: 4 })
          .chain((count) => fc.tuple(hoursOf(count), hoursOf(count), fc.nat(count - 1))),
        fc.constantFrom('given' as const, 'refused' as const),
        (timeZone, day, [before, after, which], outcome) => {
          const due = Temporal.PlainDate.from(day).toZonedDateTime({
            timeZone,
            plainTime: before[which]!,
          }).epochMilliseconds;
          const schedule = at(after, timeZone);
          // The list comes while the dose is being given: nothing of today is the EHR's alone to know.
          const chart = (entries: OpenedEntry[]) =>
            withList(schedule, entries, iso(due - 36 * HOUR), iso(due + HOUR), '2026-01-01T00:00:00Z')
              .dueDoses;
          const charted = given(iso(due), outcome);
          const without = chart([]).map(({ dueAt }) => Date.parse(dueAt));
          const listed = chart([charted]);
          expect(listed.filter(({ administration }) => administration === charted.id)).toMatchObject([
            { dueAt: iso(due), state: outcome },
          ]);
          const asked = listed
            .filter(({ administration }) => administration === undefined)
            .map(({ dueAt }) => Date.parse(dueAt));
          const nearest = nearestTime(schedule, '2026-01-01T00:00:00Z', due)!;
          const least = Math.min(...without.map((time) => Math.abs(time - due)));
          expect(Math.abs(nearest - due)).toBe(least);
          // What was not given is no dose that comes later.
          const answered = outcome === 'given' || nearest <= due ? nearest : undefined;
          expect(asked).toEqual(without.filter((time) => time !== answered));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes none away that is to come, where it was not given or lies half a day before', () => {
    const daily = at(['09:00']);
    const [asOf, now] = ['2026-11-24T12:00:00.000Z', '2026-11-24T23:00:00.000Z'];
    const evening = (outcome: 'given' | 'refused', hour: string) =>
      rows(withList(daily, [given(`2026-11-24T${hour}:00.000Z`, outcome)], asOf, now));
    expect(evening('refused', '22:00')).toContain('25T09:00 coming');
    expect(evening('given', '21:00')).toContain('25T09:00 coming');
    // Eleven hours before it is this one.
    expect(evening('given', '22:00')).not.toContain('25T09:00 coming');
  });

  it('at hours that stay it takes the place of nothing, and neither does one on an order that is held', () => {
    const times = at(['09:00', '21:00']);
    const entries = [
      given('2026-11-24T09:00:00.000Z'),
      anEntry('order-held', {
        author: DOCTOR,
        order: ORDER,
        reason: 'slow pulse',
        effectiveAt: '2026-11-24T08:30:00.000Z',
      }),
      anEntry('order-resumed', { author: DOCTOR, order: ORDER, effectiveAt: '2026-11-24T10:00:00.000Z' }),
    ];
    const chart = withList(times, entries, '2026-11-24T08:00:00.000Z', '2026-11-24T10:10:00.000Z');
    expect(rows(chart)).toEqual(['24T09:00 given', '24T21:00 coming', '25T09:00 coming']);
  });
});

it('an order that was signed keeps its hours, whatever the ward sets afterwards', () => {
  const order = orderFor('metoprolol', { ...at(['09:00', '21:00']), code: 'BID' });
  const doseHours = {
    ...DEFAULT_DOSE_HOURS,
    codes: { ...DEFAULT_DOSE_HOURS.codes, BID: ['06:00', '18:00'] },
  };
  const chart = foldChart({
    patient: PATIENT,
    entries: [registered(), order],
    settings: readWardSettings({ doseHours }),
    now: '2026-11-24T12:00:00.000Z',
  })!;
  expect(chart.settings.doseHours.codes.BID).toEqual(['06:00', '18:00']);
  expect(chart.dueDoses.map(({ dueAt }) => dueAt.slice(11, 16))).toEqual(['21:00', '09:00']);
});
