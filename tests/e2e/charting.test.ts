import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  enrol,
  freePort,
  type Hospital,
  openHospital,
  openTablet,
  PINS,
  signIn,
  unlock,
  wholeWard,
} from './hospital.ts';
import { expectNothingSerious, picture } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** Devices, screens and what a ward sets for itself, from the desk to the bedside. */
const folder = mkdtempSync(join(tmpdir(), 'lamplight-charting-'));
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;

async function look(of: Page, name: string): Promise<void> {
  await expectNothingSerious(of);
  await picture(of, name, true);
}
const saved = () => page.getByText(/Saved on this tablet/).waitFor();

beforeAll(async () => {
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data') });
  tablet = await openTablet(join(folder, 'profile'));
  await watchVault(tablet);
  page = await tablet.newPage();
  await enrol(page, hospital.url, '4 West', '4 West tablet 1');
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  await page.getByText(/EHR data as of/).waitFor();
  await unlock(page, 'Nora Quinn', PINS.nurse);
  await wholeWard(page);
  const board = await callVault(page, 'board');
  const row = board.find(
    ({ sex, birthDate }) => sex === 'female' && birthDate !== undefined && birthDate < '2005',
  )!;
  await page.locator('.board-row', { hasText: row.number!.value }).click();
  await page.getByRole('tab', { name: 'Charting' }).click();
}, 120_000);

afterAll(async () => {
  await tablet?.close();
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('charting the rest', () => {
  it('a cannula is put in, looked at and taken out, and each stays to be read', async () => {
    const devices = page.getByRole('region', { name: 'Lines, tubes and drains' });
    await devices.getByRole('button', { name: 'Record device' }).click();
    await page.getByRole('combobox', { name: 'What', exact: true }).click();
    await page.getByRole('option', { name: 'Peripheral cannula' }).click();
    await page.getByRole('combobox', { name: 'Where', exact: true }).fill('left forearm');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await saved();
    await devices.getByRole('button', { name: 'Look at Peripheral cannula, left forearm' }).click();
    await page.getByLabel('What was seen').fill('Clean, dry, no pain');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await saved();
    // Times are charted to the minute, and the next one may have begun.
    await devices.getByText(/looked at (just now|1min ago): Clean, dry, no pain/).waitFor();
    await look(page, 'charting-devices');
    await devices.getByRole('button', { name: 'Take out Peripheral cannula, left forearm' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await saved();
    await devices.getByText(/taken out/).waitFor();
  });

  it('in pregnancy the maternity triggers stand in the place of NEWS2', async () => {
    const screens = page.getByRole('region', { name: 'Screens' });
    await screens.getByRole('button', { name: 'qSOFA' }).waitFor();
    await screens.getByRole('button', { name: 'Pregnancy' }).click();
    await page.getByText('Pregnant', { exact: true }).click();
    await page.getByLabel('Completed weeks').fill('31');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await saved();
    await screens.getByRole('button', { name: 'Maternity triggers' }).click();
    const first = page.getByRole('group', { name: 'Systolic below 90 or above 160 mmHg' });
    await first.getByText('Yes').click();
    await page
      .getByText(/^Trigger: measure again at once/)
      .or(page.getByText(/ Trigger: measure again at once/))
      .waitFor();
    await look(page, 'charting-maternity');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await saved();
    expect(await screens.getByRole('button', { name: 'qSOFA' }).count()).toBe(0);
  });

  it('a trigger asks for somebody like a NEWS2 does: on the page until somebody was told and came', async () => {
    const escalation = page
      .getByRole('region', { name: 'Escalation' })
      .filter({ hasText: 'Maternity triggers: measure again at once' });
    await escalation.getByText('Nobody was told yet.').waitFor();
    await look(page, 'charting-trigger');
    await escalation.getByRole('button', { name: 'Who was told?' }).click();
    await page.getByLabel('Who was told', { exact: true }).fill('Midwife Jones');
    await page.getByText('Is coming').click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await saved();
    await escalation.getByText(/Midwife Jones by telephone .* is coming/).waitFor();
    await escalation.getByRole('button', { name: 'Seen' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await saved();
    await escalation.waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Charting' }).click();
  });

  it('a score that a clinician has checked and signed at the desk is offered on the ward’s tablets', async () => {
    const screens = page.getByRole('region', { name: 'Screens' });
    expect(await screens.getByRole('button', { name: '4AT (delirium)' }).count()).toBe(0);
    const desk = await tablet.newPage();
    await desk.goto(`${hospital.url}/admin`);
    await desk.getByRole('button', { name: 'Save the ward’s settings' }).waitFor();
    await desk.getByLabel('Ward', { exact: true }).selectOption({ label: '4 West' });
    await desk.getByLabel(/^Shifts begin at/).fill('07:00, 15:00, 23:00');
    await desk.getByLabel('Unit of the ward’s glucose meters').selectOption('mmol/L');
    await desk.getByRole('button', { name: 'Save the ward’s settings' }).click();
    await desk.getByText('The settings of 4 West are on their way to its tablets.').waitFor();
    await desk.getByRole('button', { name: 'Sign out' }).click();
    await signIn(desk, 'Dr Mei Tanaka', PINS.clinician);
    // Nothing of the administration but what clinicians sign.
    await desk.getByRole('heading', { name: 'Ward settings' }).waitFor();
    expect(await desk.getByRole('heading', { name: 'Staff' }).count()).toBe(0);
    await desk.getByLabel('Ward', { exact: true }).selectOption({ label: '4 West' });
    await desk.getByRole('button', { name: 'I have checked it: switch it on: 4AT (delirium)' }).click();
    await desk.getByText(/✓ On: checked by Dr Mei Tanaka/).waitFor();
    await look(desk, 'desk-ward-settings');
    await desk.close();
    await screens.getByRole('button', { name: '4AT (delirium)' }).waitFor({ timeout: 60_000 });
    const [row] = await callVault(page, 'board');
    const chart = await callVault(page, 'chart', row!.patient, false);
    expect(chart?.settings.fluidShifts).toEqual(['07:00', '15:00', '23:00']);
    await page.getByRole('button', { name: 'Record glucose' }).click();
    await page.getByLabel('Glucose (mmol/L)').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
  });
});
