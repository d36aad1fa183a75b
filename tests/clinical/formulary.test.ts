import { describe, expect, it } from 'vitest';
import {
  type BoardRow,
  doseForScan,
  type FormularyItem,
  matchDrug,
  openFormulary,
  readCsv,
  readFormularyCsv,
  readScan,
  scanAlerts,
  scannedDrug,
} from '../../src/clinical/index.ts';

const NOW = '2026-11-25T12:00:00.000Z';
const ZONE = 'America/Chicago';
const GTIN = '00307773105025';

const anItem = (name: string, form?: string, more: Partial<FormularyItem> = {}): FormularyItem => ({
  name,
  ...(form === undefined ? {} : { form }),
  doses: [],
  gtins: [],
  ndcs: [],
  limits: [],
  ...more,
});

describe('a formulary from CSV', () => {
  it('reads names, usual doses, codes and limits; lines of one drug come together', () => {
    const { items, problems } = readFormularyCsv(
      [
        'Name,Form,Route,Doses,Unit,Frequency,GTIN,NDC,From years,Below years,High,Per kg',
        'HYDROmorphone,"2 mg tablet",PO,2;4,mg,,,0777-3105-02,18,,8,',
        'HYDROmorphone,2 mg tablet,PO,,mg,,00307773105025,,2,18,0.08,yes',
        '"ibuprofen, film coated",400 mg tablet,PO,400,mg,TID,,,,,800,',
      ].join('\r\n'),
    );
    expect(problems).toEqual([]);
    expect(items).toEqual([
      {
        name: 'HYDROmorphone',
        form: '2 mg tablet',
        route: 'PO',
        doses: [
          { value: 2, unit: 'mg' },
          { value: 4, unit: 'mg' },
        ],
        gtins: [GTIN],
        ndcs: ['0777310502'],
        limits: [
          { unit: 'mg', fromYears: 18, high: 8 },
          { unit: 'mg', fromYears: 2, belowYears: 18, high: 0.08, perKg: true },
        ],
      },
      expect.objectContaining({ name: 'ibuprofen, film coated', frequency: 'TID' }),
    ]);
  });

  it('says of each line what of it was not read, and leaves nothing out in silence', () => {
    const { items, problems } = readFormularyCsv(
      'name,doses,unit,gtin,colour\n,5,mg,,\naspirin,5,,123,red\nasa,x,mg,,\n',
    );
    expect(items.map(({ name }) => name)).toEqual(['aspirin', 'asa']);
    expect(problems.map(({ line }) => line)).toEqual([1, 2, 3, 3, 4]);
    expect(readFormularyCsv('drug\naspirin').items).toEqual([]);
  });

  it('quotes, line ends inside cells and semicolons are read as RFC 4180 says', () => {
    expect(readCsv('a;b\n"x ""y""";"1\n2"\n')).toEqual([
      ['a', 'b'],
      ['x "y"', '1\n2'],
    ]);
  });

  it('is searched by what words begin with, whatever the case, the drug’s own name first', () => {
    const formulary = openFormulary([
      anItem('predniSONE', '5 mg tablet'),
      anItem('prednisoLONE', '5 mg tablet'),
      anItem('moxifloxacin-predniSOLONE', 'eye drops', { brand: 'Predmox' }),
    ]);
    expect(formulary.search('PRED 5').map(({ name }) => name)).toEqual(['prednisoLONE', 'predniSONE']);
    expect(formulary.search('predmox').map(({ form }) => form)).toEqual(['eye drops']);
    expect(formulary.search('')).toEqual([]);
  });
});

describe('what was scanned', () => {
  const rows: Pick<BoardRow, 'patient' | 'numbers'>[] = [
    { patient: 'a'.repeat(32), numbers: [{ kind: 'MR', value: '4410-22' }] },
    { patient: 'b'.repeat(32), numbers: [{ kind: 'MRT', value: 'DA00017' }] },
    { patient: 'c'.repeat(32), numbers: [{ kind: 'MR', value: '0077' }] },
    { patient: 'd'.repeat(32), numbers: [{ kind: 'MR', value: '00-77' }] },
  ];
  it('is a patient of this ward by the EHR’s number or the downtime number, whatever the scanner puts before', () => {
    expect(readScan(']C0' + '441022', rows, NOW)).toEqual({ kind: 'patient', patient: 'a'.repeat(32) });
    expect(readScan('da-00017', rows, NOW)).toEqual({ kind: 'patient', patient: 'b'.repeat(32) });
    expect(readScan('0077', rows, NOW)).toEqual({
      kind: 'several',
      patients: ['c'.repeat(32), 'd'.repeat(32)],
    });
  });

  it('is a stranger’s wristband, a drug, or nothing that this ward knows', () => {
    expect(readScan('G123498654321H', rows, NOW).kind).toBe('unknown');
    // A check character that is right, and nobody here.
    expect(readScan('DB00014', rows, NOW).kind).toMatch(/stranger|unknown/);
    expect(readScan(`]d201${GTIN}`, rows, NOW)).toEqual({ kind: 'drug', code: { gtin: GTIN } });
    expect(readScan('hello world', rows, NOW)).toEqual({ kind: 'unknown', text: 'hello world' });
  });

  it('matches an order by its ingredients, all of them, and its strength', () => {
    const acetaminophen = anItem('acetaminophen', '500 mg tablet');
    expect(matchDrug('Acetaminophen 500 MG Oral Tablet', acetaminophen)).toBe('same');
    expect(matchDrug('Tylenol', acetaminophen)).toBe('same');
    expect(matchDrug('Acetaminophen 325 MG Oral Tablet', acetaminophen)).toBe('other-strength');
    expect(matchDrug('Acetaminophen 325 MG / Hydrocodone Bitartrate 7.5 MG Oral Tablet', acetaminophen)).toBe(
      'other-drug',
    );
    expect(matchDrug('digoxin 125 mcg tablet', anItem('digoxin', '0.125 mg tablet'))).toBe('same');
    expect(matchDrug('ketorolac 10 mg tablet', acetaminophen)).toBe('other-drug');
  });

  it('says what was scanned and what was ordered, and when a package is over its date', () => {
    const formulary = openFormulary([anItem('hydroxyzine', '25 mg tablet', { ndcs: ['0777310502'] })]);
    const scanned = scannedDrug('hydralazine 25 mg tablet', formulary, { gtin: GTIN, expiry: '2026-11-24' });
    expect(scanAlerts('hydralazine 25 mg tablet', scanned, NOW, ZONE)).toMatchObject([
      {
        code: 'scan-other-drug',
        severity: 'stop-and-think',
        message:
          'Scanned: hydrOXYzine 25 mg tablet. Ordered: hydrALAZINE 25 mg tablet. This is not the drug that was ordered.',
      },
      { code: 'scan-expired', severity: 'stop-and-think' },
    ]);
    // The site's day counts: at this instant it is still the 24th in Chicago.
    expect(
      scanAlerts('hydroxyzine 25 mg tablet', { ...scanned, match: 'same' }, '2026-11-25T03:00:00.000Z', ZONE),
    ).toEqual([]);
    expect(scanAlerts('x', scannedDrug('x', openFormulary([]), { gtin: GTIN }), NOW, ZONE)[0]).toMatchObject({
      code: 'scan-unknown',
      severity: 'inform',
    });
  });

  it('a code that two drugs claim belongs to neither', () => {
    const formulary = openFormulary([
      anItem('a', undefined, { ndcs: ['0777310502'] }),
      anItem('b', undefined, { ndcs: ['0777310502'] }),
    ]);
    expect(formulary.byCode({ gtin: GTIN })).toBeUndefined();
  });

  it('finds the dose that a package is for: what is overdue or due first, the ordered strength first', () => {
    const formulary = openFormulary([anItem('acyclovir', '500 mg tablet', { ndcs: ['0777310502'] })]);
    const order = (id: string, text: string, state: 'active' | 'stopped' = 'active') =>
      ({
        id,
        state,
        detail: { category: 'medication', medication: { text }, schedule: { type: 'every', hours: 6 } },
      }) as never;
    const dose = (id: string, dueAt: string, state: 'coming' | 'due' | 'overdue') => ({
      order: id,
      dueAt,
      state,
      window: { early: dueAt, late: dueAt },
    });
    const chart = {
      orders: [
        order('1', 'acyclovir 250 mg tablet'),
        order('2', 'acyclovir 500 mg tablet'),
        order('3', 'acyclovir 500 mg tablet', 'stopped'),
      ],
      dueDoses: [
        dose('1', '2026-11-25T06:00:00.000Z', 'overdue'),
        dose('2', '2026-11-25T18:00:00.000Z', 'coming'),
        dose('2', '2026-11-25T12:00:00.000Z', 'due'),
        dose('3', '2026-11-25T05:00:00.000Z', 'overdue'),
      ],
    };
    expect(doseForScan(chart, formulary, { gtin: GTIN })).toEqual({
      order: '2',
      dueAt: '2026-11-25T12:00:00.000Z',
    });
    expect(doseForScan(chart, openFormulary([]), { gtin: GTIN })).toBeUndefined();
  });
});
