import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BoardRow, Draft } from '../../src/clinical/index.ts';
import {
  enrol,
  freePort,
  type Hospital,
  openHospital,
  openTablet,
  PINS,
  unlock,
  wholeWard,
} from './hospital.ts';
import { picture } from './looking.ts';
import { publishFormulary, scan } from './scanner.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** A round with a scanner that types: the formulary comes from the desk, the wristband opens the patient. */
const folder = mkdtempSync(join(tmpdir(), 'lamplight-scan-'));
const GTIN = '00307773105025';
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;
let rows: BoardRow[];

const order = (text: string): Draft => ({
  kind: 'order-signed',
  effectiveAt: new Date().toISOString(),
  detail: {
    category: 'medication',
    medication: { text },
    dose: { value: 500, unit: 'mg' },
    route: 'PO',
    schedule: { type: 'every', hours: 6 },
    startAt: new Date().toISOString(),
  },
  overrides: [],
});

const numberOf = (row: BoardRow): string => row.numbers[0]!.value;

beforeAll(async () => {
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data') });
  tablet = await openTablet(join(folder, 'profile'));
  await watchVault(tablet);
  page = await tablet.newPage();
  await enrol(page, hospital.url, '4 West', '4 West tablet 1');
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  await page.getByText(/EHR data as of/).waitFor();

  await publishFormulary(page, hospital.url, folder, [
    'acyclovir,500 mg tablet,PO,500,mg,QID,,0777-3105-02',
    'hydrOXYzine,25 mg tablet,PO,25,mg,TID,09501101530003,',
    'acyclovir,800 mg tablet,PO,800,mg,QID,04006381333931,',
  ]);

  await unlock(page, 'Dr Mei Tanaka', PINS.clinician);
  await wholeWard(page);
  const board = await callVault(page, 'board');
  const easy = board.filter(
    ({ allergies, birthDate }) => allergies.status !== 'known' && (birthDate ?? '9') < '2005',
  );
  rows = [...easy, ...board].slice(0, 2);
  if (rows[0]!.patient === rows[1]!.patient) rows[1] = board.at(-1)!;
  for (const draft of [order('acyclovir 500 mg tablet')])
    expect(
      await callVault(page, 'append', { patient: rows[0]!.patient, draft, pin: PINS.clinician }),
    ).toMatchObject({ ok: true });
  await vi.waitFor(
    async () => expect((await callVault(page, 'siteData', 'formulary'))?.by).toBe('Adam Lind'),
    { timeout: 60_000 },
  );
  await page.getByRole('button', { name: 'Lock' }).click();
  await unlock(page, 'Nora Quinn', PINS.nurse);
  await page.locator('.board-row').first().waitFor();
}, 120_000);

afterAll(async () => {
  await tablet?.close();
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('a round with a scanner', () => {
  it('a dose is given in at most 4 taps from the ward board: wristband, drug, save', async () => {
    await page.evaluate(() => {
      const counter = window as unknown as { taps: number };
      counter.taps = 0;
      document.addEventListener('pointerdown', (event) => {
        if (event.isTrusted) counter.taps += 1;
      });
    });
    // Whatever has the focus keeps what it says.
    await page.getByLabel('Find patient').focus();
    await scan(page, numberOf(rows[0]!));
    await page.getByText('✓ Wristband scanned.').waitFor();
    await scan(page, `]d201${GTIN}1730123110L42`);
    await page.getByText(/✓ Scanned: wristband of .* acyclovir 500 mg tablet · lot L42/).waitFor();
    await picture(page, 'scanned-dose');
    await page.getByRole('button', { name: 'Save dose' }).click();
    await page.getByText(/Saved on this tablet/).waitFor();
    const taps = await page.evaluate(() => (window as unknown as { taps: number }).taps);
    console.log(`scheduled dose with scan: ${taps} taps`);
    expect(taps).toBeLessThanOrEqual(4);
    const chart = await callVault(page, 'chart', rows[0]!.patient, true);
    expect(chart?.orders.flatMap(({ administrations }) => administrations).at(-1)?.body).toMatchObject({
      outcome: 'given',
      identified: { patient: 'scanned', drug: 'scanned' },
      scannedCode: GTIN,
      lot: 'L42',
      expiry: '2030-12-31',
    });
  });

  it('another drug, another strength and a package over its date are said, with what was ordered', async () => {
    await page.getByRole('tab', { name: 'Medication', exact: true }).click();
    await page
      .getByRole('button', { name: /: give .*acyclovir/i })
      .first()
      .click();
    await scan(page, ']d2' + '0109501101530003');
    await page.getByText('Scanned: hydrOXYzine 25 mg tablet. Ordered: acyclovir 500 mg tablet.').waitFor();
    expect(await page.getByRole('button', { name: 'Save dose' }).isDisabled()).toBe(true);
    await picture(page, 'scanned-other');
    await scan(page, `]d201${GTIN}17200131`);
    await page.getByText('This package expired on 31-Jan-2020.').waitFor();
    await scan(page, '4006381333931');
    await page.getByText('The strength differs.').waitFor();
    // The same package with a GS1 Digital Link on it.
    await scan(page, `]Q1https://id.gs1.org/01/${GTIN}/10/L42?17=200229`);
    await page.getByText('This package expired on 29-Feb-2020.').waitFor();
    await scan(page, ']d2' + '0104012345678901');
    await page.getByText(/is not in the formulary. Read the label/).waitFor();
  });

  it('the wristband of somebody else stops the dose, and opens the other only when nothing is being written', async () => {
    await scan(page, numberOf(rows[1]!));
    await page.getByText(/Wrong patient\. The wristband is of/).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await scan(page, numberOf(rows[1]!));
    await page.getByText('✓ Wristband scanned.').waitFor();
    await page
      .getByRole('region', { name: 'Patient' })
      .getByText(new RegExp(rows[1]!.name.family, 'i'))
      .first()
      .waitFor();
    await page.getByRole('button', { name: '‹ Ward board' }).click();
    await scan(page, 'DB00014');
    await page.getByText(/neither a wristband of this ward nor a drug|Nobody on this ward/).waitFor();
    await scan(page, `]d201${GTIN}`);
    await page.getByText(/That is a drug. Scan the patient’s wristband first/).waitFor();
    await picture(page, 'board-stray');
  });

  it('a code that no formulary knows, charted with its dose, stands on the pharmacy’s list at the desk', async () => {
    const { patient } = rows[0]!;
    const chart = await callVault(page, 'chart', patient, true);
    const order = chart!.orders.find(({ detail }) => detail.category === 'medication')!;
    const saved = await callVault(page, 'append', {
      patient,
      draft: {
        kind: 'medication-administration',
        effectiveAt: await callVault(page, 'now'),
        order: order.id,
        medication: { text: 'acyclovir 500 mg tablet' },
        outcome: 'given',
        dose: { value: 500, unit: 'mg' },
        scannedCode: '04012345678901',
        identified: { patient: 'scanned', drug: 'scanned' },
        overrides: [],
      },
    });
    expect(saved).toMatchObject({ ok: true });
    await expect
      .poll(async () => (await callVault(page, 'status')).counts.onThisTabletOnly, { timeout: 60_000 })
      .toBe(0);
    const desk = await tablet.newPage();
    await desk.goto(`${hospital.url}/admin`);
    const list = desk.getByRole('region', { name: 'Barcodes to look at' });
    const line = list.getByRole('row').filter({ hasText: '04012345678901' });
    await line.getByText('acyclovir 500 mg tablet').waitFor();
    await list.scrollIntoViewIfNeeded();
    await picture(desk, 'desk-barcodes');
    await desk.close();
  });
});
