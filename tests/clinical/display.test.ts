import { describe, expect, it } from 'vitest';
import {
  checkCharacter,
  checkVital,
  describeSchedule,
  displayName,
  downtimeNumber,
  formatAge,
  formatAgo,
  formatDate,
  formatInstant,
  formatNumber,
  formatQuantity,
  formatTime,
  formatUnit,
  medicationLine,
  readDowntimeNumber,
  routeInWords,
  tallMan,
  unknownName,
  VITAL_PARAMETERS,
  withoutUnsafeAbbreviations,
} from '../../src/clinical/index.ts';

describe('dates, times and ages (NHS CUI)', () => {
  it('shows instants in the zone of the site', () => {
    expect(formatInstant('2026-11-24T19:05:00Z', 'America/New_York')).toBe('24-Nov-2026 14:05');
    expect(formatInstant('2026-11-25T00:00:00Z', 'UTC')).toBe('25-Nov-2026 00:00');
    expect(formatTime('2026-11-24T04:59:00Z', 'America/New_York')).toBe('23:59');
    expect([formatDate('1951-03-04'), formatDate('1951-03'), formatDate('1951')]).toEqual([
      '04-Mar-1951',
      'Mar-1951',
      '1951',
    ]);
  });

  it.each([
    ['2026-11-24', '0d'],
    ['2026-10-28', '27d'],
    ['2026-10-27', '4w 0d'],
    ['2026-10-26', '4w 1d'],
    ['2025-11-25', '52w 0d'],
    ['2025-11-24', '12m 0d'],
    ['2025-10-16', '13m 8d'],
    ['2024-11-24', '2y 0m'],
    ['2022-10-20', '4y 1m'],
    ['2008-11-25', '17y 11m'],
    ['2008-11-24', '18y'],
    ['1951-03-04', '75y'],
    ['1951', 'about 75y'],
    ['1951-03', 'about 75y'],
    ['2027-01-01', 'not yet born'],
  ])('born %s is %s', (birthDate, age) => {
    expect(formatAge(birthDate, '2026-11-24T12:00:00Z')).toBe(age);
  });

  it('the age is that of the day at the site', () => {
    expect(formatAge('2008-11-24', '2026-11-24T03:00:00Z', 'America/New_York')).toBe('17y 11m');
    expect(formatAge(undefined, '2026-11-24T03:00:00Z')).toBe('age not known');
  });

  it('leaves zero units out of durations', () => {
    const at = (ms: number): string => new Date(Date.parse('2026-11-24T12:00:00Z') - ms).toISOString();
    expect(formatAgo(at(200 * 60_000), '2026-11-24T12:00:00Z')).toBe('3hr 20min ago');
    expect(formatAgo(at(180 * 60_000), '2026-11-24T12:00:00Z')).toBe('3hr ago');
    expect(formatAgo(at(-5 * 60_000), '2026-11-24T12:00:00Z')).toBe('in 5min');
    expect(formatAgo(at(20_000), '2026-11-24T12:00:00Z')).toBe('just now');
  });
});

describe('quantities', () => {
  it.each([
    [{ value: 5, unit: 'mg' }, '5 mg'],
    [{ value: 0.5, unit: 'mg' }, '0.5 mg'],
    [{ value: 1000, unit: 'mg' }, '1,000 mg'],
    [{ value: 10, unit: '[IU]' }, '10 units'],
    [{ value: 10, unit: 'U' }, '10 units'],
    [{ value: 1, unit: '{tbl}' }, '1 tablet'],
    [{ value: 2, unit: '{tbl}' }, '2 tablets'],
    [{ value: 100, unit: 'ug' }, '100 mcg'],
    [{ value: 100, unit: 'µg' }, '100 mcg'],
    [{ value: 0.1, unit: 'ug/kg/min' }, '0.1 mcg/kg/min'],
    [{ value: 12, unit: '[IU]/h' }, '12 units/h'],
    [{ value: 2, unit: '{capsule}' }, '2 capsule'],
    [{ value: 0.1 + 0.2, unit: 'mg' }, '0.3 mg'],
  ])('%o reads %s', (quantity, text) => {
    expect(formatQuantity(quantity)).toBe(text);
  });

  it('never shows a small number as 0', () => {
    expect(formatNumber(0.0000001)).toBe('0.0000001');
    expect(formatNumber(1_234_567.25)).toBe('1,234,567.25');
    expect(formatUnit('/min')).toBe('per minute');
  });
});

describe('medicines', () => {
  it('writes FDA look-alike names in tall-man letters, whole words only, whatever the case', () => {
    expect(tallMan('HYDRALAZINE hydrochloride')).toBe('hydrALAZINE hydrochloride');
    expect(tallMan('prednisone and Prednisolone, methylprednisolone')).toBe(
      'predniSONE and prednisoLONE, methylPREDNISolone',
    );
    expect(tallMan('dopaminergic')).toBe('dopaminergic');
  });

  it('builds the medication line with DOSE, words for route and frequency, and never invents a dose', () => {
    const order = {
      medication: { text: 'metoprolol' },
      route: 'SC',
      schedule: { type: 'times' as const, times: ['09:00', '21:00'], timeZone: 'UTC', everyDays: 1 },
      dose: { value: 25, unit: 'mg' },
    };
    expect(medicationLine(order)).toBe('metoprolol – DOSE 25 mg – subcutaneous – daily at 09:00 21:00');
    expect(
      medicationLine({ ...order, dose: { value: 0, unit: 'not recorded' }, route: 'not recorded' }),
    ).toBe('metoprolol – DOSE not recorded – route not recorded – daily at 09:00 21:00');
    expect(routeInWords('po')).toBe('by mouth');
    expect(routeInWords('Oral route (qualifier value)')).toBe('by mouth');
    expect(routeInWords('Injection, intravenous')).toBe('intravenous injection');
    expect(routeInWords('Intravenous use')).toBe('intravenous');
    expect(routeInWords('through the PEG, slowly')).toBe('through the PEG, slowly');
  });

  it.each([
    [{ type: 'every' as const, hours: 0.5 }, 'every 30 minutes'],
    [{ type: 'every' as const, hours: 1 }, 'every hour'],
    [{ type: 'every' as const, hours: 6 }, 'every 6 hours'],
    [{ type: 'once' as const, stat: true }, 'once, immediately (STAT)'],
    [
      { type: 'as-needed' as const, for: 'pain', leastIntervalHours: 4, mostPerDay: 4 },
      'as needed for pain (at least 4 hours apart, at most 4 in 24 hours)',
    ],
    [
      { type: 'as-written' as const, text: '10 U SQ QD, .5 mg q.o.d., 5.0 mg QHS' },
      '10 units SQ daily, 0.5 mg every other day, 5 mg at bedtime',
    ],
  ])('%o reads %s', (schedule, text) => {
    expect(describeSchedule(schedule)).toBe(text);
  });

  it('translates the Do Not Use list, and nothing else', () => {
    expect(withoutUnsafeAbbreviations('MSO4 2mg, MgSO4 1 g, 100 IU, 50µg, 5cc')).toBe(
      'morphine sulfate 2mg, magnesium sulfate 1 g, 100 international units, 50 mcg, 5 mL',
    );
    expect(withoutUnsafeAbbreviations('potassium 4.0 mmol/L; 10.05 mg; 100 mg; version 2.0')).toBe(
      'potassium 4 mmol/L; 10.05 mg; 100 mg; version 2.0',
    );
    // A stop that ends a sentence is no decimal point: two tablets are not 0.2.
    expect(withoutUnsafeAbbreviations('metoprolol 5.0 MG, 10.0 tablets')).toBe('metoprolol 5 MG, 10 tablets');
    expect(withoutUnsafeAbbreviations('Give slowly.2 tablets')).toBe('Give slowly.2 tablets');
    expect(withoutUnsafeAbbreviations('.5 mg, then (.25 mg)/.1 mg')).toBe('0.5 mg, then (0.25 mg)/0.1 mg');
    expect(withoutUnsafeAbbreviations('2.50 mg, 0.250 mg, 10.50 mL')).toBe('2.5 mg, 0.25 mg, 10.5 mL');
    expect(withoutUnsafeAbbreviations('Take 1 tablet in the morning')).toBe('Take 1 tablet in the morning');
  });
});

describe('names and numbers', () => {
  it('writes FAMILY, Given, and says so when there is none', () => {
    expect(displayName({ family: "O'Keefe", given: 'Mathilda' })).toBe("O'KEEFE, Mathilda");
    expect(displayName({ family: '', given: 'Mathilda' })).toBe('Mathilda');
    expect(displayName({ family: '', given: '' })).toBe('Name not known');
  });

  it('stand-in names are never taken twice', () => {
    const taken: string[] = [];
    for (let n = 0; n < 300; n++) {
      const name = unknownName('male', taken, 0.5);
      expect(name.family).toBe('Unknown Male');
      expect(taken).not.toContain(name.given);
      taken.push(name.given);
    }
  });

  it("has ISO 7064 MOD 37-2 check characters: the publisher's example", () => {
    expect(checkCharacter('G123498654321')).toBe('H');
  });

  it('reads what it minted, however typed, and refuses every single misread and every swap of neighbours', () => {
    const minted = Array.from({ length: 2000 }, (_, serial) => downtimeNumber('A7', serial + 1)).filter(
      (number) => number !== null,
    );
    expect(minted.length).toBeLessThan(2000);
    for (const number of minted) {
      expect(readDowntimeNumber(` ${number.toLowerCase().slice(0, 3)}-${number.slice(3)} `)).toBe(number);
      for (let at = 1; at < number.length; at++) {
        const other = number[at] === '8' ? '3' : '8';
        expect(readDowntimeNumber(`${number.slice(0, at)}${other}${number.slice(at + 1)}`)).toBeNull();
        if (number[at] !== number[at - 1] && at > 1)
          expect(
            readDowntimeNumber(
              `${number.slice(0, at - 1)}${number[at]}${number[at - 1]}${number.slice(at + 1)}`,
            ),
          ).toBeNull();
      }
    }
  });
});

describe('range checks (codes.md)', () => {
  it.each(VITAL_PARAMETERS.map((parameter) => [parameter.name, parameter] as const))(
    '%s asks outside of the usual and refuses the impossible',
    (name, { ask, refuse, step }) => {
      expect(checkVital(name, ask[0]).verdict).toBe('ok');
      expect(checkVital(name, ask[1]).verdict).toBe('ok');
      if (ask[0] > refuse[0]) expect(checkVital(name, ask[0] - step).verdict).toBe('ask');
      if (ask[1] < refuse[1]) expect(checkVital(name, ask[1] + step).verdict).toBe('ask');
      expect(checkVital(name, refuse[0] - step).verdict).toBe('refuse');
      expect(checkVital(name, refuse[1] + step).verdict).toBe('refuse');
      expect(checkVital(name, Number.NaN).verdict).toBe('refuse');
    },
  );

  it('refuses halves of whole numbers and hundredths of a degree', () => {
    expect(checkVital('pulse', 70.5).verdict).toBe('refuse');
    expect(checkVital('temperature', 37.05).verdict).toBe('refuse');
    for (let tenths = 345; tenths <= 405; tenths++)
      expect(checkVital('temperature', tenths / 10).verdict).toBe('ok');
  });
});
