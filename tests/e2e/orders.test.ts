import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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
import { expectNothingSerious, picture } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** A prescriber with the hospital's own formulary, interactions and order sets; a nurse at the telephone. */
const folder = mkdtempSync(join(tmpdir(), 'lamplight-orders-'));
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;
let number: string;
let patient: string;

async function look(name: string): Promise<void> {
  await expectNothingSerious(page);
  await picture(page, name, true);
}

async function publish(desk: Page, region: string, unit: string, file: string, text: string): Promise<void> {
  const path = join(folder, file);
  writeFileSync(path, text);
  const card = desk.getByRole('region', { name: region, exact: true });
  await card.locator('input[type=file]').setInputFiles(path);
  await card.getByRole('button', { name: /^Publish / }).click();
  await card.getByText(new RegExp(`${unit} are on their way to the tablets`)).waitFor();
}

const saved = () => page.getByText(/Saved on this tablet/).waitFor();
const sign = async (button: string): Promise<void> => {
  await page.getByLabel('PIN', { exact: true }).fill(PINS.clinician);
  await page.getByRole('button', { name: button }).click();
  await saved();
};

beforeAll(async () => {
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data') });
  tablet = await openTablet(join(folder, 'profile'));
  await watchVault(tablet);
  page = await tablet.newPage();
  await enrol(page, hospital.url, '4 West', '4 West tablet 1');
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  await page.getByText(/EHR data as of/).waitFor();
  const desk = await tablet.newPage();
  await desk.goto(`${hospital.url}/admin`);
  await publish(
    desk,
    'Formulary',
    'drugs',
    'formulary.csv',
    'name,form,route,doses,unit,frequency,from_years,high\nacyclovir,400 mg tablet,PO,400;800,mg,QID,16,800\nclarithromycin,500 mg tablet,PO,500,mg,BID,,\n',
  );
  await publish(
    desk,
    'Interactions',
    'interactions',
    'interactions.csv',
    'a,b,says\nacyclovir,clarithromycin,For this test: think twice\n',
  );
  await publish(
    desk,
    'Order sets',
    'order sets',
    'sets.json',
    JSON.stringify([
      {
        id: 'chest-pain',
        title: 'Chest pain, first hour',
        orders: [
          { category: 'laboratory', what: 'Troponin T', specimen: 'venous blood', priority: 'stat' },
          { category: 'imaging', what: 'Chest X-ray', priority: 'urgent', chosen: false },
          {
            category: 'medication',
            what: 'glyceryl trinitrate 0.4 mg tablet',
            dose: 0.4,
            unit: 'mg',
            route: 'SL',
            frequency: 'prn',
            hoursApart: 1,
          },
        ],
      },
    ]),
  );
  await desk.close();
  await unlock(page, 'Dr Mei Tanaka', PINS.clinician);
  await wholeWard(page);
  for (const brought of ['formulary', 'interactions', 'order-sets'] as const)
    await vi.waitFor(async () => expect((await callVault(page, 'siteData', brought))?.by).toBe('Adam Lind'), {
      timeout: 60_000,
    });
  const board = await callVault(page, 'board');
  const row = board.find(
    ({ allergies, birthDate }) => allergies.status !== 'known' && (birthDate ?? '9') < '2005',
  )!;
  patient = row.patient;
  number = row.number!.value;
  await page.locator('.board-row', { hasText: number }).click();
}, 120_000);

afterAll(async () => {
  await tablet?.close();
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('ordering with what the hospital brought along', () => {
  it('a usual order is a few letters, a tap on its dose, and the signature: at most 8 taps', async () => {
    await page.evaluate(() => {
      const counter = window as unknown as { taps: number };
      counter.taps = 0;
      document.addEventListener('pointerdown', (event) => {
        if (event.isTrusted) counter.taps += 1;
      });
    });
    await page.getByRole('button', { name: 'New order' }).click();
    await page.getByLabel('Medication', { exact: true }).last().click();
    await page.keyboard.type('acyc');
    await page.getByRole('button', { name: 'acyclovir 400 mg tablet, 400 mg' }).click();
    await page.getByText(/^acyclovir 400 mg tablet – DOSE 400 mg – by mouth – daily at/).waitFor();
    await look('order-search');
    await page.getByLabel('PIN', { exact: true }).click();
    await sign('Sign order');
    const taps = await page.evaluate(() => (window as unknown as { taps: number }).taps);
    console.log(`usual order: ${taps} taps`);
    expect(taps).toBeLessThanOrEqual(8);
  });

  it('a dose beyond the formulary, and an interaction of the hospital’s list, ask for a reason that is kept', async () => {
    await page.getByRole('button', { name: 'New order' }).click();
    await page.getByLabel('Medication', { exact: true }).last().fill('clarithromycin 500 mg tablet');
    await page.getByRole('button', { name: 'clarithromycin 500 mg tablet, 500 mg' }).click();
    await page.getByText('Interaction with acyclovir 400 mg tablet: For this test: think twice').waitFor();
    await page.getByLabel('PIN', { exact: true }).fill(PINS.clinician);
    expect(await page.getByRole('button', { name: 'Sign order' }).isDisabled()).toBe(true);
    await page.getByLabel('Reason to order it all the same').first().fill('Infectious disease advised');
    await sign('Sign order');
    const chart = await callVault(page, 'chart', patient, true);
    expect(
      chart?.history.flatMap(({ body }) => (body?.kind === 'order-signed' ? body.overrides : [])),
    ).toEqual([expect.objectContaining({ alert: 'interaction', reason: 'Infectious disease advised' })]);
  });

  it('an order is changed: the old one ends when the newer is signed', async () => {
    await page.getByRole('tab', { name: 'Orders' }).click();
    await page.getByRole('button', { name: 'Change order: acyclovir 400 mg tablet' }).click();
    expect(await page.getByLabel('Dose', { exact: true }).inputValue()).toBe('400');
    await page.getByLabel('Dose', { exact: true }).fill('900');
    await page.getByText(/900 mg is more than the formulary.s most in one dose: 800 mg/).waitFor();
    await page.getByLabel('Dose', { exact: true }).fill('800');
    await page.getByLabel('Reason to order it all the same').first().fill('Both are meant');
    await look('order-change');
    await sign('Sign order');
    await page.getByRole('tab', { name: 'Orders' }).click();
    await page.getByText(/Changed by Dr Mei Tanaka: see the newer order/).waitFor();
    await page
      .getByText(/^acyclovir 400 mg tablet – DOSE 800 mg/)
      .first()
      .waitFor();
  });

  it('an order set is signed in part, each order by itself', async () => {
    await page.getByRole('tab', { name: 'Orders' }).click();
    await page.getByRole('button', { name: 'Order set', exact: true }).click();
    expect(await page.getByRole('checkbox', { name: /Chest X-ray/ }).isChecked()).toBe(false);
    await look('order-set');
    await sign('Sign 2 orders');
    await page.getByRole('tab', { name: 'Orders' }).click();
    await page.getByText('Troponin T – venous blood – STAT').waitFor();
    expect(await page.getByText(/Chest X-ray/).count()).toBe(0);
  });

  it('a critical result by telephone stands on the board until somebody acknowledges it', async () => {
    await page.getByRole('button', { name: 'Lock' }).click();
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.locator('.board-row', { hasText: number }).click();
    await page.getByRole('tab', { name: 'Orders' }).click();
    await page.getByRole('button', { name: 'Result by telephone' }).click();
    await page.getByText('Troponin T', { exact: true }).click();
    await page.getByLabel('Value, as it was said').fill('180');
    await page.getByLabel('Unit', { exact: true }).fill('ng/L');
    await page.getByLabel('Who gave it, from where').fill('Laboratory, Kim');
    await page.getByText('Critical: somebody must know now').click();
    await page.getByLabel('Read back and confirmed').check();
    await look('result');
    await page.getByRole('button', { name: 'Save result' }).click();
    await saved();
    await page
      .getByRole('region', { name: 'Escalation' })
      .getByText('Troponin T 180 ng/L: critical result')
      .waitFor();
    await page.getByRole('button', { name: '‹ Ward board' }).click();
    const row = page.locator('.board-row', { hasText: number });
    await row.getByText('Troponin T 180 ng/L: nobody told').waitFor();
    await row.click();
    await page.getByRole('tab', { name: 'Orders' }).click();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByLabel('Who was told, and answers for it').fill('Dr Tanaka');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await saved();
    await expect.poll(() => page.getByRole('region', { name: 'Escalation' }).count()).toBe(0);
  });
});
