import { describe, expect, it } from 'vitest';
import {
  administrationWindow,
  DEFAULT_RULES,
  type MedicationRules,
  type Schedule,
  whyTimeCritical,
} from '../../src/clinical/index.ts';

const DUE = '2026-11-24T12:00:00.000Z';
const times = (hours: string[], everyDays = 1): Schedule => ({
  type: 'times',
  times: hours,
  timeZone: 'America/New_York',
  everyDays,
});
const BID = times(['09:00', '21:00']);

/** Minutes before and after the due time. */
function minutes(
  schedule: Schedule,
  more: { medication?: string; startAt?: string; timeCritical?: boolean; rules?: MedicationRules } = {},
): [number, number] {
  const { medication = 'metoprolol', rules, ...rest } = more;
  const window = administrationWindow({ schedule, medication: { text: medication }, ...rest }, DUE, rules);
  return [
    (Date.parse(DUE) - Date.parse(window.early)) / 60_000,
    (Date.parse(window.late) - Date.parse(DUE)) / 60_000,
  ];
}

describe('windows (CMS, ISMP 2011; STAT, first and once are project defaults)', () => {
  it.each<[string, Schedule, number, number]>([
    ['every 3 hours: time-critical', { type: 'every', hours: 3 }, 30, 30],
    ['every 4 hours', { type: 'every', hours: 4 }, 60, 60],
    ['every 12 hours', { type: 'every', hours: 12 }, 60, 60],
    ['every 24 hours', { type: 'every', hours: 24 }, 120, 120],
    ['every 72 hours', { type: 'every', hours: 72 }, 120, 120],
    ['daily', times(['09:00']), 120, 120],
    ['weekly', times(['09:00'], 7), 120, 120],
    ['twice every other day', times(['09:00', '21:00'], 2), 120, 120],
    ['four times a day', times(['08:00', '12:00', '17:00', '21:00']), 60, 60],
    [
      'eight times a day: time-critical',
      times(['00:00', '03:00', '06:00', '09:00', '12:00', '15:00', '18:00', '21:00']),
      30,
      30,
    ],
    ['STAT', { type: 'once', stat: true }, 0, 30],
    ['once', { type: 'once', stat: false }, 0, 60],
  ])('%s: %d min early, %d min late', (_name, schedule, early, late) => {
    expect(minutes(schedule)).toEqual([early, late]);
  });

  it('a first dose that is due when its order starts has no window before it', () => {
    expect(minutes({ type: 'every', hours: 8 }, { startAt: '2026-11-24T12:00:00Z' })).toEqual([0, 60]);
    expect(minutes({ type: 'every', hours: 8 }, { startAt: '2026-11-24T04:00:00Z' })).toEqual([60, 60]);
  });
});

describe('time-critical', () => {
  it.each([
    ['insulin lispro 100 UNT/ML', true],
    ['Insulin, Regular, Human', true],
    ['insulin glargine 100 UNT/ML', false],
    ['morphine sulfate 15 MG Extended Release', true],
    ['tacrolimus 1 MG capsule', true],
    ['ciclosporin 100 mg', true],
    ['levodopa / carbidopa', false],
    ['warfarin 5 MG', false],
    ['metoprolol 25 MG', false],
  ])('%s: %s', (medication, critical) => {
    expect(whyTimeCritical({ schedule: BID, medication: { text: medication } }) !== undefined).toBe(critical);
    expect(minutes(BID, { medication })).toEqual(critical ? [30, 30] : [60, 60]);
  });

  it('is what the ward says, what the prescriber says, and their minutes', () => {
    const rules: MedicationRules = {
      ...DEFAULT_RULES,
      timeCriticalMinutes: 15,
      timeCritical: ['antiparkinson'],
      timeCriticalDrugs: ['Levetiracetam'],
    };
    expect(minutes(BID, { medication: 'levodopa / carbidopa', rules })).toEqual([15, 15]);
    expect(minutes(BID, { medication: 'levetiracetam 500 MG', rules })).toEqual([15, 15]);
    expect(minutes(BID, { medication: 'tacrolimus', rules })).toEqual([60, 60]);
    expect(minutes(BID, { timeCritical: true })).toEqual([30, 30]);
  });
});

it.each(['hydrocodone 5 MG / acetaminophen 325 MG', 'Norco 5/325', 'oxymorphone 10 MG', 'oxycodone 5 MG'])(
  'a scheduled opioid is time-critical (ISMP 2011): %s',
  (text) => {
    expect(whyTimeCritical({ schedule: BID, medication: { text } })).toBe('scheduled opioids');
  },
);
