import { expect, it } from 'vitest';
import { checkEffectiveTime, readPartialDate, serviceLine } from '../../src/clinical/index.ts';
import { NOW } from './builders.ts';

it.each([
  ['2026-11-24T14:05:00.000Z', 'ok'],
  ['2026-11-24T14:06:00.000Z', 'ok'],
  ['2026-11-24T14:06:01.000Z', 'future'],
  ['2026-11-23T14:05:00.000Z', 'ok'],
  ['2026-11-23T14:04:00.000Z', 'long-ago'],
  ['2036-11-23T14:04:00.000Z', 'future'],
])('%s is %s', (at, verdict) => expect(checkEffectiveTime(at, NOW)).toBe(verdict));

it('an order that is no medicine says from where, how often and how urgent, without unsafe abbreviations', () => {
  expect(
    serviceLine({ category: 'nursing', request: { text: 'Turn' }, priority: 'asap', frequency: 'q2h' }),
  ).toBe('Turn – every 2 hours – as soon as possible');
  expect(
    serviceLine({
      category: 'laboratory',
      request: { text: 'Lactate' },
      priority: 'stat',
      specimen: 'venous blood',
    }),
  ).toBe('Lactate – venous blood – STAT');
});

it.each([
  ['04-Mar-1951', '1951-03-04'],
  ['4 mar 1951', '1951-03-04'],
  ['Mar-1951', '1951-03'],
  ['1951', '1951'],
  ['1951-03-04', '1951-03-04'],
  ['31-Feb-1951', undefined],
  ['04-Foo-1951', undefined],
  ['04/03/1951', undefined],
  ['', undefined],
])('a birth date typed as %j is %j', (typed, date) => expect(readPartialDate(typed)).toBe(date));
