import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aiLength,
  expiryDate,
  GS,
  hasCheckDigit,
  ndcDigits,
  ndcOfGtin,
  predefinedLength,
  readDrugCode,
  readElementString,
} from '../../src/clinical/index.ts';

const NOW = '2026-11-25T12:00:00.000Z';
/** The example of GS1's General Specifications. */
const GTIN = '09501101530003';

/** GS1's own list: each AI (ranges at both ends), whether its length is fixed for ever, and how long its value is then. */
const DICTIONARY = readFileSync(
  join(import.meta.dirname, '../fixtures/gs1/gs1-syntax-dictionary.txt'),
  'utf8',
)
  .split('\n')
  .filter((line) => /^\d/.test(line))
  .flatMap((line) => {
    const [, ais = '', flags = '', spec = ''] = /^(\d+(?:-\d+)?)\s+([*?]*)\s+(.*?)(?:\s{2,}.*)?$/.exec(line)!;
    const fixed = flags.includes('*') ? Number(/^[NX](\d+)/.exec(spec)?.[1]) : undefined;
    return ais.split('-').map((ai) => ({ ai, fixed }));
  });

describe('GS1 element strings', () => {
  it('every application identifier of GS1’s dictionary is as long as ours says, and ends as it says', () => {
    expect(DICTIONARY.length).toBeGreaterThan(200);
    for (const { ai, fixed } of DICTIONARY) {
      expect(`${ai}: ${aiLength(ai.slice(0, 2))}`).toBe(`${ai}: ${ai.length}`);
      expect(`${ai}: ${predefinedLength(ai)}`).toBe(`${ai}: ${fixed}`);
    }
  });

  it('a drug’s Data Matrix gives GTIN, serial, expiry and lot, in whatever order', () => {
    const whole = { gtin: GTIN, serial: 'ABC123', expiry: '2027-12-31', lot: 'L42/7' };
    for (const text of [
      `]d201${GTIN}21ABC123${GS}1727123110L42/7`,
      `01${GTIN}17271231` + `10L42/7${GS}21ABC123`,
      `${GS}10L42/7${GS}21ABC123${GS}01${GTIN}17271231`,
      `]C1${GS}01${GTIN}10L42/7${GS}1727123121ABC123`,
      `(01)${GTIN}(17)271231(10)L42/7(21)ABC123`,
    ])
      expect(readDrugCode(text, NOW)).toEqual(whole);
  });

  it('LAW: what is written as an element string reads back as it was', () => {
    const value = fc.stringMatching(/^[A-Za-z0-9/.-]{1,20}$/);
    fc.assert(
      fc.property(value, value, fc.integer({ min: 0, max: 50 }), (lot, serial, years) => {
        const yy = String((26 + years) % 100).padStart(2, '0');
        const read = readDrugCode(`]d201${GTIN}17${yy}063010${lot}${GS}21${serial}`, NOW);
        expect(read).toEqual({ gtin: GTIN, expiry: `${2026 + years}-06-30`, lot, serial });
      }),
    );
  });

  it('a scanner that leaves FNC1 out costs lot and serial, never the drug, and is told of', () => {
    const read = readDrugCode(`01${GTIN}21ABCDEFGHIJKLMN172712311010L42AB`, NOW);
    expect(read).toMatchObject({ gtin: GTIN, problem: expect.stringContaining('FNC1') });
    expect(read).not.toHaveProperty('serial');
  });

  it('a code that is cut off, with a wrong check digit or an impossible date says so', () => {
    expect(readDrugCode(`]d201${GTIN}1727`, NOW)?.problem).toMatch(/cut off/);
    expect(readDrugCode(']d20109501101530004', NOW)).toEqual({
      problem: 'the check digit of its GTIN is wrong',
    });
    expect(readDrugCode(`]d201${GTIN}17271331`, NOW)).toEqual({
      gtin: GTIN,
      problem: 'its expiry date is no date',
    });
    expect(readElementString(`]d201${GTIN}10A${GS}10B`)?.problem).toMatch(/said twice/);
  });

  it('day 00 is the last of its month, and the century is the nearest', () => {
    expect(expiryDate('280200', NOW)).toBe('2028-02-29');
    expect(expiryDate('270200', NOW)).toBe('2027-02-28');
    expect(expiryDate('770101', NOW)).toBe('1977-01-01');
    expect(expiryDate('760101', NOW)).toBe('2076-01-01');
    expect(expiryDate('270230', NOW)).toBeUndefined();
  });

  it('plain codes on packages: EAN, UPC, GTIN, with what a scanner puts before them', () => {
    expect(readDrugCode(']E0' + '9501101530003', NOW)).toEqual({ gtin: GTIN });
    expect(readDrugCode('9501101530003', NOW)).toEqual({ gtin: GTIN });
    expect(readDrugCode('012345678905', NOW)).toEqual({ gtin: '00012345678905' });
    expect(readDrugCode('9501101530004', NOW)).toBeUndefined();
    expect(readDrugCode('hello', NOW)).toBeUndefined();
    expect(hasCheckDigit('4006381333931')).toBe(true);
  });

  it('an NDC is ten digits, with hyphens in any of three places; of eleven each possible one is given', () => {
    for (const [text, digits] of [
      ['0777-3105-02', ['0777310502']],
      ['50242-040-62', ['5024204062']],
      ['60575-4112-1', ['6057541121']],
      ['00777-3105-02', ['0777310502', '0077731052']],
      ['123', []],
      ['0777-31X5-02', []],
    ] as const)
      expect(ndcDigits(text)).toEqual(digits);
    expect(ndcOfGtin('00307773105025')).toBe('0777310502');
    expect(ndcOfGtin('50307773105028')).toBe('0777310502');
    expect(ndcOfGtin(GTIN)).toBeUndefined();
  });
});

describe('GS1 Digital Link', () => {
  const GTIN = '09506000134352';

  it.each([
    [`https://id.gs1.org/01/${GTIN}/10/ABC123/21/12345?17=261231`],
    [`https://pharma.example/some/stem/01/${GTIN}/10/ABC123/21/12345?17=261231&linkType=gs1:epil`],
    [`http://example.com/01/${GTIN}/10/ABC123/21/12345/?linkType=all;17=261231#leaflet`],
    [`https://example.com/gtin/${GTIN}/lot/ABC123/ser/12345?exp=261231`],
    [`]Q1https://id.gs1.org/01/${GTIN}/10/ABC123/21/12345?17=261231`],
    [`HTTPS://ID.GS1.ORG/01/${GTIN}/10/ABC123/21/12345?17=261231`],
  ])('%s says what the same element string says', (link) => {
    expect(readDrugCode(link, NOW)).toEqual(readDrugCode(`(01)${GTIN}(10)ABC123(21)12345(17)261231`, NOW));
    expect(readDrugCode(link, NOW)).toEqual({
      gtin: GTIN,
      lot: 'ABC123',
      serial: '12345',
      expiry: '2026-12-31',
    });
  });

  it('takes a shorter GTIN, and values that are written in percent signs', () => {
    expect(readDrugCode('https://example.com/01/9506000134352/10/A%2FB%20%2B1', NOW)).toEqual({
      gtin: GTIN,
      lot: 'A/B +1',
    });
  });

  it('reads the relation number of a wristband', () => {
    const values = readElementString('https://example.com/8018/950600013430000013')?.values;
    expect(values?.get('8018')).toBe('950600013430000013');
  });

  it.each([
    ['https://example.com/'],
    ['https://example.com/01/not-a-number'],
    ['https://example.com/products/09506000134352'],
    ['https://example.com/01/09506000134352/10'],
    ['https://example.com/01/09506000134352/99/x'],
    ['ftp://example.com/01/09506000134352'],
  ])('%s is an address like any other', (text) => expect(readDrugCode(text, NOW)).toBeUndefined());

  it('with a wrong check digit or date gives what holds, and says so', () => {
    expect(readDrugCode('https://example.com/01/09506000134353', NOW)).toEqual({
      problem: 'the check digit of its GTIN is wrong',
    });
    expect(readDrugCode(`https://example.com/01/${GTIN}?17=261331`, NOW)).toEqual({
      gtin: GTIN,
      problem: 'its expiry date is no date',
    });
  });

  it('never throws, whatever is scanned', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        readDrugCode(url, NOW);
        readDrugCode(`${url}/01/${GTIN}/10/%E0%A4%A`, NOW);
      }),
    );
  });
});
