import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jaroWinkler, type MatchInput, rankCandidates } from '../../src/matching/index.ts';
import { Candidate } from '../../src/wire/workbench.ts';

const person = (more: Partial<MatchInput> = {}): MatchInput => ({
  name: { family: 'Kowalski', given: 'Jan' },
  birthDate: '1951-03-14',
  sex: 'male',
  numbers: [],
  ...more,
});
const rank = (downtime: Partial<MatchInput>, ehr: Partial<MatchInput>) =>
  rankCandidates(person(downtime), [{ ...person(ehr), ehrPatient: 'ehr-1' }])[0]!;
const verdicts = (downtime: Partial<MatchInput>, ehr: Partial<MatchInput>) =>
  rank(downtime, ehr).reasons.map(({ verdict }) => verdict);

describe("Jaro–Winkler: Winkler's published examples", () => {
  it.each([
    ['MARTHA', 'MARHTA', 0.961],
    ['DWAYNE', 'DUANE', 0.84],
    ['DIXON', 'DICKSONX', 0.813],
    ['a', 'b', 0],
    ['', '', 1],
  ])('%s, %s: %d', (a, b, value) => {
    expect(jaroWinkler(a, b)).toBeCloseTo(value, 3);
  });

  it('is symmetric and between 0 and 1', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const value = jaroWinkler(a, b);
        expect(value).toBeCloseTo(jaroWinkler(b, a), 10);
        expect(value >= 0 && value <= 1).toBe(true);
      }),
    );
  });
});

describe('reasons', () => {
  it.each<[string, Partial<MatchInput>, Partial<MatchInput>, string[]]>([
    ['the same', {}, {}, ['agrees', 'agrees', 'agrees', 'agrees', 'missing']],
    [
      'accents, case and hyphens',
      { name: { family: "O'Keefe", given: 'Zoë' } },
      { name: { family: 'OKEEFE', given: 'Zoe' } },
      ['agrees', 'agrees', 'agrees', 'agrees', 'missing'],
    ],
    [
      'a misspelling',
      { name: { family: 'Kowalsky', given: 'Jan' } },
      {},
      ['close', 'agrees', 'agrees', 'agrees', 'missing'],
    ],
    [
      'names swapped',
      { name: { family: 'Jan', given: 'Kowalski' } },
      {},
      ['agrees', 'agrees', 'agrees', 'agrees', 'missing'],
    ],
    [
      'day and month swapped',
      { birthDate: '1951-03-04' },
      { birthDate: '1951-04-03' },
      ['agrees', 'agrees', 'close', 'agrees', 'missing'],
    ],
    ['one digit', { birthDate: '1951-03-24' }, {}, ['agrees', 'agrees', 'close', 'agrees', 'missing']],
    [
      'neighbours swapped',
      { birthDate: '1915-03-14' },
      {},
      ['agrees', 'agrees', 'close', 'agrees', 'missing'],
    ],
    ['only the year', { birthDate: '1951' }, {}, ['agrees', 'agrees', 'close', 'agrees', 'missing']],
    [
      'nothing known',
      { nameUnknown: true, birthDate: undefined, sex: 'unknown' },
      {},
      ['missing', 'missing', 'missing', 'missing', 'missing'],
    ],
    [
      'the number',
      { numbers: [{ kind: 'MR', value: 'm-123 456' }] },
      { numbers: [{ kind: 'MR', value: 'M123456' }] },
      ['agrees', 'agrees', 'agrees', 'agrees', 'agrees'],
    ],
    [
      'the number, mistyped',
      { numbers: [{ kind: 'MR', value: 'M123465' }] },
      { numbers: [{ kind: 'MR', value: 'M123456' }] },
      ['agrees', 'agrees', 'agrees', 'agrees', 'close'],
    ],
    [
      'a downtime number is no EHR number',
      { numbers: [{ kind: 'MRT', value: 'M123456' }] },
      { numbers: [{ kind: 'MR', value: 'M123456' }] },
      ['agrees', 'agrees', 'agrees', 'agrees', 'missing'],
    ],
  ])('%s', (_name, downtime, ehr, expected) => {
    expect(verdicts(downtime, ehr)).toEqual(expected);
  });

  it('the weight is the sum of its reasons, and nothing known is no evidence either way', () => {
    const { weight, reasons } = rank({}, {});
    expect(weight).toBeCloseTo(reasons.reduce((sum, reason) => sum + reason.weight, 0));
    expect(rank({ nameUnknown: true, birthDate: undefined, sex: 'unknown' }, {}).weight).toBe(0);
    expect(rank({}, {}).probability).toBeGreaterThan(0.99);
    expect(
      rank({}, { name: { family: 'Mertz', given: 'Nohemi' }, birthDate: '1990-01-01', sex: 'female' })
        .probability,
    ).toBeLessThan(0.001);
  });

  it('has the shape that the workbench shows', () => {
    expect(Candidate.safeParse(rank({}, {})).success).toBe(true);
  });
});

describe('against febrl, where the truth is known (names and date of birth only)', () => {
  const read = (file: string) =>
    readFileSync(join(import.meta.dirname, '../fixtures/febrl', file), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [id = '', given = '', family = '', born = ''] = line.split(',');
        const birthDate = /^\d{8}$/.test(born)
          ? `${born.slice(0, 4)}-${born.slice(4, 6)}-${born.slice(6)}`
          : undefined;
        return {
          ehrPatient: id.split('-')[1]!,
          name: { family, given },
          birthDate,
          sex: 'unknown' as const,
          numbers: [],
        };
      });
  const originals = read('originals.csv');
  const duplicates = read('duplicates.csv');
  const best = duplicates.map((duplicate) => ({
    truth: duplicate.ehrPatient,
    top: rankCandidates(duplicate, originals).slice(0, 3),
  }));

  it('the right person is first of 600 in at least 95 %, among the first three in 97 %', () => {
    const first = best.filter(({ truth, top }) => top[0]?.ehrPatient === truth).length / best.length;
    const three =
      best.filter(({ truth, top }) => top.some(({ ehrPatient }) => ehrPatient === truth)).length /
      best.length;
    expect(first).toBeGreaterThanOrEqual(0.95);
    expect(three).toBeGreaterThanOrEqual(0.97);
  });

  // One in twenty here has another given name beside the same family name and birthday: that is never called certain.
  it('what it calls more than 90 % likely is right in at least 99 %, and finds at least 80 %', () => {
    const said = best.filter(({ top }) => (top[0]?.probability ?? 0) > 0.9);
    const right = said.filter(({ truth, top }) => top[0]?.ehrPatient === truth).length;
    expect(right / said.length).toBeGreaterThanOrEqual(0.99);
    expect(right / best.length).toBeGreaterThanOrEqual(0.8);
  });
});

describe('people who look alike on paper', () => {
  const grace = {
    name: { family: 'Okafor', given: 'Grace' },
    birthDate: '1991-05-06',
    sex: 'female' as const,
    numbers: [],
  };

  it('a twin is even odds at the most, and is called one', () => {
    const [twin] = rankCandidates(grace, [
      { ...grace, name: { family: 'Okafor', given: 'Naomi' }, ehrPatient: 'n' },
    ]);
    expect(twin).toMatchObject({ mayBeTwin: true });
    expect(twin!.probability).toBeLessThanOrEqual(0.5);
    const [herself, other] = rankCandidates(grace, [
      { ...grace, name: { family: 'Okafor', given: 'Naomi' }, ehrPatient: 'n' },
      { ...grace, ehrPatient: 'g' },
    ]);
    expect(herself).toMatchObject({ ehrPatient: 'g', mayBeTwin: false });
    expect(herself!.probability).toBeGreaterThan(0.99);
    expect(other!.ehrPatient).toBe('n');
  });

  it('names are compared in any alphabet', () => {
    const person = { birthDate: '1980-01-02', sex: 'male' as const, numbers: [] };
    const [other] = rankCandidates({ ...person, name: { family: 'Иванов', given: 'Петр' } }, [
      { ...person, name: { family: 'Смирнов', given: 'Олег' }, ehrPatient: 'o' },
    ]);
    expect(other!.reasons.slice(0, 2).map(({ verdict }) => verdict)).toEqual(['differs', 'differs']);
    expect(other!.probability).toBeLessThan(0.1);
    const [same] = rankCandidates({ ...person, name: { family: 'Иванов', given: 'Петр' } }, [
      { ...person, name: { family: 'ИВАНОВ', given: 'Петр' }, ehrPatient: 's' },
    ]);
    expect(same!.reasons[0]!.verdict).toBe('agrees');
  });
});
