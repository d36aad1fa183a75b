import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { dueTimes, type Schedule } from '../../src/clinical/index.ts';

const NEW_YORK = 'America/New_York';
const times = (hours: string[], more: { everyDays?: number; timeZone?: string } = {}): Schedule => ({
  type: 'times',
  times: hours,
  timeZone: NEW_YORK,
  everyDays: 1,
  ...more,
});
const local = (instants: string[], timeZone = NEW_YORK): string[] =>
  instants.map((at) =>
    Temporal.Instant.from(at).toZonedDateTimeISO(timeZone).toPlainDateTime().toString().slice(5, 16),
  );

describe('fixed times follow the wall clock of the order', () => {
  it('a time that does not exist is due at the first minute that does', () => {
    const due = dueTimes(
      times(['02:30', '09:00']),
      '2026-03-01T00:00:00Z',
      undefined,
      '2026-03-08T05:00:00Z',
      '2026-03-09T04:00:00Z',
    );
    expect(due).toEqual(['2026-03-08T07:00:00.000Z', '2026-03-08T13:00:00.000Z']);
    expect(local(due)).toEqual(['03-08T03:00', '03-08T09:00']);
  });

  it('a time that occurs twice is due once, at the first', () => {
    const due = dueTimes(
      times(['01:30']),
      '2026-10-01T00:00:00Z',
      undefined,
      '2026-11-01T04:00:00Z',
      '2026-11-02T05:00:00Z',
    );
    expect(due).toEqual(['2026-11-01T05:30:00.000Z']);
  });

  it('nine in the morning stays nine across both clock changes', () => {
    const due = dueTimes(
      times(['09:00']),
      '2026-01-01T00:00:00Z',
      undefined,
      '2026-01-01T00:00:00Z',
      '2027-01-01T00:00:00Z',
    );
    expect(due).toHaveLength(365);
    expect(new Set(local(due).map((at) => at.slice(6)))).toEqual(new Set(['09:00']));
  });

  it('passes midnight, month end and leap day', () => {
    const due = dueTimes(
      times(['00:00', '23:59'], { timeZone: 'UTC' }),
      '2028-02-01T00:00:00Z',
      undefined,
      '2028-02-28T12:00:00Z',
      '2028-03-01T00:01:00Z',
    );
    expect(due.map((at) => at.slice(5, 16))).toEqual([
      '02-28T23:59',
      '02-29T00:00',
      '02-29T23:59',
      '03-01T00:00',
    ]);
  });

  it('every other day counts from the day of the start, whatever range is asked for', () => {
    const due = dueTimes(
      times(['09:00'], { everyDays: 2 }),
      '2026-10-30T12:00:00Z',
      undefined,
      '2026-11-03T00:00:00Z',
      '2026-11-08T00:00:00Z',
    );
    expect(local(due)).toEqual(['11-03T09:00', '11-05T09:00', '11-07T09:00']);
  });

  it('begins with the start, ends before the end, and runs on without one', () => {
    const schedule = times(['09:00', '21:00'], { timeZone: 'UTC' });
    expect(
      dueTimes(
        schedule,
        '2026-11-24T10:00:00Z',
        '2026-11-25T21:00:00Z',
        '2026-11-01T00:00:00Z',
        '2026-12-01T00:00:00Z',
      ),
    ).toEqual(['2026-11-24T21:00:00.000Z', '2026-11-25T09:00:00.000Z']);
    expect(
      dueTimes(schedule, '2026-11-24T10:00:00Z', undefined, '2031-11-24T00:00:00Z', '2031-11-25T00:00:00Z'),
    ).toHaveLength(2);
  });

  it('a zone that is not known gives no times and does not throw', () => {
    expect(
      dueTimes(
        times(['09:00'], { timeZone: 'Mars/Olympus' }),
        '2026-11-24T10:00:00Z',
        undefined,
        '2026-11-24T00:00:00Z',
        '2026-11-26T00:00:00Z',
      ),
    ).toEqual([]);
  });

  it('holds for any zone, day and hours: one dose per time and day, in order, none outside the range', () => {
    const hour = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
    fc.assert(
      fc.property(
        fc.constantFrom(
          NEW_YORK,
          'Europe/London',
          'Australia/Lord_Howe',
          'Asia/Kathmandu',
          'America/St_Johns',
          'UTC',
        ),
        fc.uniqueArray(hour, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 730 }),
        fc.integer({ min: 1, max: 12 }),
        (timeZone, hours, startDay, days) => {
          const day = Temporal.PlainDate.from('2026-01-01').add({ days: startDay });
          const from = day.toZonedDateTime({ timeZone }).toInstant().toString();
          const to = day.add({ days }).toZonedDateTime({ timeZone }).toInstant().toString();
          const due = dueTimes(times(hours, { timeZone }), '2025-12-01T00:00:00Z', undefined, from, to);
          expect([...due].sort()).toEqual(due);
          expect(new Set(due).size).toBe(due.length);
          // Two times within one gap fall together; otherwise each day has each time.
          expect(due.length).toBeGreaterThanOrEqual(days * hours.length - (hours.length - 1));
          expect(due.length).toBeLessThanOrEqual(days * hours.length);
          for (const at of due)
            expect(Date.parse(at) >= Date.parse(from) && Date.parse(at) < Date.parse(to)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('every n hours runs in elapsed hours', () => {
  it('shifts on the wall clock when the clock changes', () => {
    const due = dueTimes(
      { type: 'every', hours: 6 },
      '2026-10-31T16:00:00Z',
      undefined,
      '2026-10-31T16:00:00Z',
      '2026-11-01T23:00:00Z',
    );
    expect(local(due)).toEqual([
      '10-31T12:00',
      '10-31T18:00',
      '11-01T00:00',
      '11-01T05:00',
      '11-01T11:00',
      '11-01T17:00',
    ]);
  });

  it('a dose is the same instant whatever range it is found in, also with uneven hours', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0.25, 1 / 3, 4.8, 6, 24 / 7, 36, 72),
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 1, max: 96 }),
        (hours, skip, length) => {
          const schedule: Schedule = { type: 'every', hours };
          const start = '2026-11-20T08:17:00Z';
          const at = (offset: number): string =>
            new Date(Date.parse(start) + offset * 3_600_000).toISOString();
          const wide = dueTimes(schedule, start, undefined, start, at(skip + length));
          const narrow = dueTimes(schedule, start, undefined, at(skip), at(skip + length));
          if (wide.length < 2000) expect(narrow).toEqual(wide.filter((due) => due >= at(skip)));
        },
      ),
    );
  });
});

it('once is due at the start; as needed and as written are never scheduled by guess', () => {
  const range = ['2026-11-24T00:00:00Z', '2026-11-25T00:00:00Z'] as const;
  expect(dueTimes({ type: 'once', stat: true }, '2026-11-24T10:00:00Z', undefined, ...range)).toEqual([
    '2026-11-24T10:00:00.000Z',
  ]);
  expect(dueTimes({ type: 'once', stat: true }, '2026-11-23T10:00:00Z', undefined, ...range)).toEqual([]);
  expect(dueTimes({ type: 'as-needed' }, '2026-11-24T10:00:00Z', undefined, ...range)).toEqual([]);
  expect(
    dueTimes({ type: 'as-written', text: '1 tablet' }, '2026-11-24T10:00:00Z', undefined, ...range),
  ).toEqual([]);
});
