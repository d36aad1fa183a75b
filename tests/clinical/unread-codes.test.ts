import { expect, it } from 'vitest';
import { FormularyItem, openFormulary, unreadCodes } from '../../src/clinical/index.ts';

const KNOWN = '09506000134352';
const formulary = openFormulary([
  FormularyItem.parse({ name: 'metoprolol', gtins: [KNOWN], ndcs: ['0781150601'], doses: [], limits: [] }),
]);
const dose = (text: string, minute: number, scanned: { scannedCode?: string; why?: string }) => ({
  medication: { text },
  effectiveAt: `2026-11-24T14:${String(minute).padStart(2, '0')}:00.000Z`,
  ...(scanned.scannedCode === undefined ? {} : { scannedCode: scanned.scannedCode }),
  ...(scanned.why === undefined
    ? {}
    : { identified: { patient: 'scanned' as const, drug: 'read' as const, whyNotScanned: scanned.why } }),
});

it('lists what is in no formulary and what could not be scanned, the most frequent first, and nothing else', () => {
  expect(
    unreadCodes(
      [
        dose('metoprolol 25 mg', 1, { scannedCode: KNOWN }),
        dose('metoprolol 25 mg', 2, { scannedCode: '0781150601' }),
        dose('furosemide 40 mg', 3, { scannedCode: '09501101530003' }),
        dose('FUROSEMIDE 40 mg tablet', 9, { scannedCode: '09501101530003' }),
        dose('heparin', 4, { why: 'Barcode cannot be read' }),
        dose('heparin', 5, { why: 'Barcode cannot be read' }),
        dose('heparin', 6, { why: 'Barcode cannot be read' }),
        dose('oxygen', 7, {}),
      ],
      formulary,
    ),
  ).toEqual([
    {
      whyNotScanned: 'Barcode cannot be read',
      medication: 'heparin',
      times: 3,
      lastAt: '2026-11-24T14:06:00.000Z',
    },
    {
      code: '09501101530003',
      medication: 'FUROSEMIDE 40 mg tablet',
      times: 2,
      lastAt: '2026-11-24T14:09:00.000Z',
    },
  ]);
});
