import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol, freePort, type Hospital, openHospital, openTablet, PINS, unlock } from './hospital.ts';
import { settled } from './settled.ts';
import { callVault, watchVault } from './vault-calls.ts';

/**
 * Every screen of a tablet, at the size of a tablet and of a phone, by day, in the dark and in red-night: nothing scrolls
 * sideways, every target can be hit with a glove, axe finds nothing serious. `SCREENSHOTS=DIR` keeps the pictures.
 */

const folder = mkdtempSync(join(tmpdir(), 'lamplight-screens-'));
const pictures = process.env.SCREENSHOTS;
const SIZES = [
  { name: 'tablet', width: 1180, height: 820 },
  { name: 'phone', width: 390, height: 844 },
] as const;
const THEMES = ['light', 'dark', 'red-night'] as const;
/** Each look is six runs of axe. */
const TIME = 900_000;
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;
const faults: string[] = [];

/** Looks at what is shown now, at each size and in each theme. */
async function look(screen: string): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const theme of THEMES) {
      await page.evaluate((value) => document.documentElement.setAttribute('data-theme', value), theme);
      const name = `${screen}-${size.name}-${theme}`;
      // A colour that is still on its way is neither of the two that are meant.
      await page.evaluate(settled);
      if (pictures)
        await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: size.name === 'phone' });
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, impact, nodes } of violations)
        if (impact === 'serious' || impact === 'critical')
          faults.push(`${name}: ${id} ${nodes.map(({ html }) => html.slice(0, 160)).join(' ')}`);
    }
    faults.push(...(await page.evaluate(measure)).map((fault) => `${screen}-${size.name}: ${fault}`));
  }
  await page.evaluate(() => document.documentElement.setAttribute('data-theme', 'light'));
  await page.setViewportSize(SIZES[0]);
}

/** In the page: what sticks out sideways, and what is too small to hit (identity-and-display.md: 48 px). */
function measure(): string[] {
  const found: string[] = [];
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide)
    found.push(`scrolls sideways by ${document.documentElement.scrollWidth - wide} px`);
  for (const target of document.querySelectorAll(
    'button, a[href], [role="tab"], input, textarea:not([aria-hidden])',
  )) {
    const box = target.getBoundingClientRect();
    // Radios and checkboxes are hit by their labels.
    if (box.width === 0 || box.height === 0 || target.matches('[type="radio"], [type="checkbox"]')) continue;
    const inside = target.closest('.mantine-Input-section, .mantine-PasswordInput-input');
    if (box.height < 43 && !inside && getComputedStyle(target).display !== 'inline')
      found.push(
        `${target.tagName} "${target.textContent?.slice(0, 30)}" is ${Math.round(box.height)} px high`,
      );
    if (box.right > wide + 1 && !target.closest('.facts, [aria-label="NEWS2 chart, scrolls sideways"]'))
      found.push(`"${target.textContent?.slice(0, 30)}" sticks out`);
  }
  return found;
}

beforeAll(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data') });
  tablet = await openTablet(join(folder, 'profile'));
  await watchVault(tablet);
  page = await tablet.newPage();
});

afterAll(async () => {
  await tablet?.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** What a ward has after some hours: scores, orders, a name twice, a bed twice. */
async function chartSomething(): Promise<string> {
  const now = Date.parse(await callVault(page, 'now'));
  const at = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
  const kept = await callVault(page, 'register', {
    effectiveAt: at(300),
    name: { family: 'Featherstonehaugh-Cholmondeley', given: 'Maximiliana Theodora' },
    nameUnknown: false,
    sex: 'female',
    birthDate: '1948-02-03',
    bed: '40',
  } as never);
  const again = await callVault(page, 'register', {
    effectiveAt: at(200),
    name: { family: 'Featherstonehaugh-Cholmondeley', given: 'Maximiliana Theodora' },
    nameUnknown: false,
    sex: 'female',
    birthDate: '1948-02-03',
    bed: '41',
  } as never);
  if (!kept.ok || !again.ok) throw new Error('not registered');
  const { patient } = kept.value;
  for (const [minutes, pulse] of [
    [290, 88],
    [180, 104],
    [60, 121],
  ] as const)
    await callVault(page, 'append', {
      patient,
      draft: {
        kind: 'vital-signs',
        effectiveAt: at(minutes),
        values: {
          respirationRate: 22,
          oxygenSaturation: 93,
          saturationScale: 1,
          oxygenDevice: 'A',
          systolic: 105,
          diastolic: 65,
          pulse,
          consciousness: 'alert',
          temperature: 38.4,
        },
      },
    });
  await callVault(page, 'append', {
    patient,
    draft: {
      kind: 'allergy-recorded',
      effectiveAt: at(250),
      substance: { text: 'Penicillin V' },
      category: 'medication',
      criticality: 'high',
      reaction: 'swelling of the face, called an ambulance in 2011',
    },
  });
  await callVault(page, 'append', {
    patient,
    draft: {
      kind: 'note',
      noteType: 'sbar',
      effectiveAt: at(50),
      sbar: {
        situation: 'Short of breath',
        background: 'Heart failure',
        assessment: 'NEWS2 8',
        recommendation: 'See now',
      },
    },
  });
  return patient;
}

describe('every screen of a tablet', () => {
  it(
    'enrol and lock',
    async () => {
      await page.goto(hospital.url);
      await page.getByLabel('Enrolment code').waitFor();
      await look('enrol');
      await enrol(page, hospital.url, '4 West', '4 West tablet 1');
      await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
      await look('lock');
      await page.getByRole('button', { name: /^Nora Quinn/ }).click();
      await look('pin');
      await page.getByRole('button', { name: 'Somebody else' }).click();
      expect(faults.splice(0)).toEqual([]);
    },
    TIME,
  );

  it(
    'board, round and registration',
    async () => {
      await unlock(page, 'Nora Quinn', PINS.nurse);
      await expect.poll(() => page.locator('.board-row').count()).toBe(30);
      await chartSomething();
      await page.getByRole('region', { name: 'Needs a person' }).waitFor();
      await look('board');
      await page.getByRole('tab', { name: 'Medication round' }).click();
      await look('round');
      await page
        .getByRole('button', { name: /^Give / })
        .first()
        .click();
      // A controlled drug asks for a witness next.
      await page.getByRole('button', { name: /^(Save dose|Next: )/ }).waitFor();
      await look('dose');
      await page.getByText('Held', { exact: true }).click();
      await look('dose-held');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: '‹ Ward board' }).click();
      await page.getByRole('tab', { name: 'Ward board' }).click();
      await page.getByRole('button', { name: 'New patient' }).click();
      await page.getByLabel('Family name').fill('Featherstonehaugh');
      await look('register');
      await page.getByRole('button', { name: 'Cancel' }).click();
      expect(faults.splice(0)).toEqual([]);
    },
    TIME,
  );

  it(
    'the chart and every form',
    async () => {
      await page.locator('.board-row', { hasText: 'FEATHERSTONEHAUGH' }).first().click();
      await page.getByRole('region', { name: 'Patient' }).waitFor();
      for (const tab of ['Overview', 'Medication', 'Vital signs', 'Orders', 'Notes', 'History']) {
        await page.getByRole('tab', { name: tab, exact: true }).click();
        await look(`chart-${tab.toLowerCase().replace(' ', '-')}`);
      }
      for (const [opener, name] of [
        ['Record vital signs', 'vital-signs'],
        ['Write note', 'note'],
        ['Record allergy', 'allergy'],
        ['Assign bed', 'bed'],
      ] as const) {
        await page.getByRole('button', { name: opener }).click();
        await page.getByRole('button', { name: 'Cancel' }).waitFor();
        await look(name);
        await page.getByRole('button', { name: 'Cancel' }).click();
      }
      await page.getByRole('tab', { name: 'History' }).click();
      await page.getByRole('button', { name: /^Entered in error: Allergy/ }).click();
      await look('entered-in-error');
      await page.getByRole('button', { name: 'Cancel' }).click();
      expect(faults.splice(0)).toEqual([]);
    },
    TIME,
  );

  it(
    'orders, as the prescriber sees them',
    async () => {
      await page.getByRole('button', { name: 'Lock' }).click();
      await unlock(page, 'Dr Mei Tanaka', PINS.clinician);
      await page.locator('.board-row', { hasNotText: 'FEATHERSTONEHAUGH' }).first().click();
      await page.getByRole('tab', { name: 'Medication' }).click();
      await look('chart-medication-full');
      await page.getByRole('tab', { name: 'Orders' }).click();
      await look('chart-orders-full');
      await page
        .getByRole('button', { name: /^Stop order/ })
        .first()
        .click();
      await look('stop-order');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'New order' }).click();
      await look('order');
      await page.getByText('Laboratory', { exact: true }).click();
      await look('order-laboratory');
      expect(faults.splice(0)).toEqual([]);
    },
    TIME,
  );
});
