import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
} from './hospital.ts';
import { expectNothingSerious, picture } from './looking.ts';

/** The hospital's own form: dropped at the desk, seen at once, on the tablet before the outage, filled in without a network. */

const folder = mkdtempSync(join(tmpdir(), 'lamplight-forms-'));
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;

const OWN_FORM = {
  resourceType: 'Questionnaire',
  id: 'own-round',
  title: 'Our hourly round',
  status: 'active',
  item: [
    { linkId: '1', type: 'dateTime', text: 'Seen at', required: true },
    {
      linkId: '2',
      type: 'choice',
      text: 'Found',
      answerOption: [{ valueString: 'Asleep' }, { valueString: 'Awake' }],
    },
    { linkId: '3', type: 'reference', text: 'Seen by' },
    {
      linkId: '4',
      type: 'string',
      text: 'Why awake',
      enableWhen: [{ question: '2', operator: '=', answerString: 'Awake' }],
    },
  ],
};

async function look(name: string): Promise<void> {
  await expectNothingSerious(page);
  await picture(page, name);
}

/** At the size of a tablet in three themes, and of a phone; the desk has no phone. */
async function lookAt(name: string, phone = true): Promise<void> {
  for (const theme of ['dark', 'red-night', 'light']) {
    await page.evaluate((value) => document.documentElement.setAttribute('data-theme', value), theme);
    await look(`${name}-${theme}`);
  }
  if (!phone) return;
  await page.setViewportSize({ width: 390, height: 844 });
  await look(`${name}-phone`);
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  ).toBe(0);
  await page.setViewportSize({ width: 1180, height: 820 });
}

beforeAll(async () => {
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data') });
  tablet = await openTablet(join(folder, 'profile'));
  page = await tablet.newPage();
});

afterAll(async () => {
  await tablet?.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('a form of the hospital’s own', () => {
  it('is dropped at the desk, seen at once with what does not work, and published', async () => {
    await page.goto(`${hospital.url}/admin`);
    await signIn(page, 'Adam Lind', PINS.administrator);
    const card = page.getByRole('region', { name: 'Forms', exact: true });
    await card.locator('input[type=file]').setInputFiles({
      name: 'round.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(OWN_FORM)),
    });
    await page.getByText('3 Seen by: unsupported: reference').waitFor();
    await page.getByText('Awake', { exact: true }).click();
    await page.getByLabel('Why awake').waitFor();
    await card.scrollIntoViewIfNeeded();
    await lookAt('desk-form', false);
    await page.getByRole('button', { name: 'Publish to the tablets' }).click();
    await page.getByRole('button', { name: 'Withdraw Our hourly round' }).waitFor();
    await card.locator('input[type=file]').setInputFiles({
      name: 'package.json',
      mimeType: 'application/json',
      buffer: readFileSync('package.json'),
    });
    await page.getByText(/package.json is no form that can be shown/).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('PIN', { exact: true }).waitFor();
  });

  it('is filled in on a tablet without a network, survives a lock half way, and is amended', async () => {
    await page.goto(hospital.url);
    await enrol(page, hospital.url, '4 West', '4 West tablet 1');
    await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.locator('.board-row').first().waitFor();
    await hospital.stop();
    await page.locator('.board-row').first().click();
    await page.getByRole('tab', { name: 'Forms' }).click();
    await page.getByRole('button', { name: 'Our hourly round' }).waitFor();
    await lookAt('forms');
    await page.getByRole('button', { name: 'Our hourly round' }).click();
    await page.getByRole('button', { name: 'Now: Seen at *' }).click();
    await page.getByText('Awake', { exact: true }).click();
    await page.getByLabel('Why awake').fill('thirsty');
    await lookAt('form');
    await page.getByRole('button', { name: 'Lock' }).click();
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.getByRole('button', { name: 'Continue unfinished form' }).click();
    await page.getByRole('button', { name: 'Continue unfinished form' }).click();
    expect(await page.getByLabel('Why awake').inputValue()).toBe('thirsty');
    await page.getByRole('button', { name: 'Sign form' }).click();
    await page.getByText(/Saved on this tablet/).waitFor();
    await page.getByRole('tab', { name: 'Forms' }).click();
    await page.getByText('Why awake: thirsty').waitFor();
    await page.getByRole('button', { name: /^Amend Our hourly round/ }).click();
    await page.getByLabel('Why awake').fill('thirsty, drank 200 mL');
    await page.getByLabel('Why is it amended?').fill('forgot');
    await page.getByRole('button', { name: 'Sign form' }).click();
    await page.getByText('Why awake: thirsty, drank 200 mL').waitFor();
    await page.getByRole('button', { name: 'Blood transfusion record' }).click();
    await page.getByLabel('Unit number *').waitFor();
    await lookAt('form-transfusion');
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  it('fluids, glucose and the coma scale are charted beside it', async () => {
    await page.getByRole('tab', { name: 'Charting' }).click();
    for (const [route, volume] of [
      ['by mouth', '250'],
      ['urine', '400'],
    ] as const) {
      await page.getByRole('button', { name: 'Record fluid' }).click();
      await page.getByText(route, { exact: true }).click();
      await page.getByLabel('Volume (mL)').fill(volume);
      if (route === 'urine') await lookAt('fluid');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText(/Saved on this tablet/).waitFor();
      await page.getByText(`${route} ${volume} mL`).waitFor();
    }
    await page.getByRole('row', { name: /^Day from .* -150/ }).waitFor();
    await page.getByRole('button', { name: 'Record glucose' }).click();
    await page.getByLabel('Glucose (mg/dL)').fill('52');
    await lookAt('glucose');
    await page.getByLabel('Yes, it is right').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^52 mg\/dL \(low, level 2\)/).waitFor();
    await page.getByRole('button', { name: 'Record coma scale' }).click();
    await lookAt('coma-scale');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await lookAt('charting');
  });
});
