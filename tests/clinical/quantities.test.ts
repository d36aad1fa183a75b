import { describe, expect, it } from 'vitest';
import {
  type DoseLimit,
  foldChart,
  type MedicationDetail,
  openFormulary,
  orderAlerts,
} from '../../src/clinical/index.ts';
import { anEntry, NOW, PATIENT, registered } from './builders.ts';

const chart = foldChart({
  patient: PATIENT,
  entries: [registered(), anEntry('no-known-allergies-recorded', {})],
  now: NOW,
})!;
const asked = (limit: DoseLimit, more: Partial<MedicationDetail>): string[] =>
  orderAlerts(
    chart,
    {
      category: 'medication',
      medication: { text: 'a drug' },
      dose: { value: 1, unit: 'mg' },
      route: 'PO',
      schedule: { type: 'once', stat: false },
      startAt: NOW,
      ...more,
    },
    {
      formulary: openFormulary([{ name: 'a drug', doses: [], gtins: [], ndcs: [], limits: [limit] }]),
      interactions: [],
    },
  ).map(({ code }) => code);

describe('a limit of the formulary, and a dose in another unit of mass', () => {
  it.each([
    [{ unit: 'mg', high: 1000 }, { value: 1, unit: 'g' }, []],
    [{ unit: 'mg', high: 1000 }, { value: 10, unit: 'g' }, ['dose-high']],
    [{ unit: 'g', high: 1 }, { value: 1001, unit: 'mg' }, ['dose-high']],
    [{ unit: 'mcg', high: 250 }, { value: 0.25, unit: 'mg' }, []],
    [{ unit: 'mcg', high: 250 }, { value: 25, unit: 'mg' }, ['dose-high']],
    [{ unit: 'mg', low: 1 }, { value: 500, unit: 'mcg' }, ['dose-low']],
    // Never guessed: how many milligrams a tablet or a millilitre has is not said here.
    [{ unit: 'mg', high: 1000 }, { value: 20, unit: 'tablets' }, []],
    [{ unit: 'mg', high: 1000 }, { value: 5000, unit: 'mL' }, []],
  ] as const)('%j, ordered %j', (limit, dose, expected) => {
    expect(asked(limit, { dose })).toEqual(expected);
  });
});

describe('the most in 24 hours', () => {
  const limit = { unit: 'mg', highPerDay: 25 };
  it.each([
    [
      'once a week: that day has the whole dose',
      { type: 'times', times: ['09:00'], timeZone: 'UTC', everyDays: 7 },
      100,
      ['dose-high'],
    ],
    ['once a week, within it', { type: 'times', times: ['09:00'], timeZone: 'UTC', everyDays: 7 }, 25, []],
    ['every 72 hours', { type: 'every', hours: 72 }, 30, ['dose-high']],
    ['every 6 hours', { type: 'every', hours: 6 }, 7, ['dose-high']],
    [
      'as needed, 5 hours apart: five fit into a day',
      { type: 'as-needed', leastIntervalHours: 5 },
      6,
      ['dose-high'],
    ],
    ['as needed, 6 hours apart: four fit', { type: 'as-needed', leastIntervalHours: 6 }, 6, []],
  ] as const)('%s', (_name, schedule, value, expected) => {
    expect(
      asked(limit, { dose: { value, unit: 'mg' }, schedule: schedule as MedicationDetail['schedule'] }),
    ).toEqual(expected);
  });
});
