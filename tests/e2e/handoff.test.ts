import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { lookAtBoth } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** The end of a shift: who was told, the handoff, and the next nurse who reads it. */
const folder = mkdtempSync(join(tmpdir(), 'lamplight-handoff-'));
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;
let row: BoardRow;
let name: RegExp;

const look = (of: string): Promise<void> => lookAtBoth(page, of);

const append = async (draft: Draft): Promise<void> =>
  void expect(await callVault(page, 'append', { patient: row.patient, draft })).toMatchObject({ ok: true });
const saved = () => page.getByText(/Saved on this tablet/).waitFor();
const line = () => page.locator('.board-row', { hasText: row.number!.value });
const toBoard = () => page.getByRole('button', { name: '‹ Ward board' }).click();

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
  row = board.find(({ birthDate }) => birthDate !== undefined && birthDate < '2005')!;
  name = new RegExp(row.name.family, 'i');
  await append({
    kind: 'vital-signs',
    effectiveAt: new Date().toISOString(),
    values: {
      saturationScale: 1,
      respirationRate: 26,
      oxygenSaturation: 93,
      oxygenDevice: 'N',
      oxygenFlow: 2,
      systolic: 120,
      diastolic: 70,
      pulse: 80,
      consciousness: 'alert',
      temperature: 37,
    },
  });
}, 120_000);

afterAll(async () => {
  await tablet?.close();
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('the end of a shift', () => {
  it('a nurse chooses her patients by tapping them, and sees them alone', async () => {
    await page.getByRole('button', { name: 'Choose mine' }).click();
    await line().click();
    await page.getByText(/^with Nora Quinn$/).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'My patients (1)' }).click();
    await page.getByText(/^1 of \d+ patients$/).waitFor();
    expect(await page.locator('.board-row').count()).toBe(1);
    await look('board-mine');
  });

  it('what a score asks for stays in sight until somebody was told, and the patient seen', async () => {
    await line().getByText('NEWS2 7: nobody told').waitFor();
    await line().click();
    const escalation = page.getByRole('region', { name: 'Escalation' });
    await escalation.getByText('Nobody was told yet.').waitFor();
    await escalation.getByRole('button', { name: 'Who was told?' }).click();
    await page.getByLabel('Who was told', { exact: true }).fill('Dr Bell, registrar');
    await page.getByText('Did not answer').click();
    await page.getByRole('button', { name: 'Save' }).click();
    // Nobody answers: the form goes on with the next in line.
    await page.getByLabel('Next in line: who was told?').fill('Dr Tanaka');
    await page.getByText('Is coming').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await saved();
    await escalation.getByText(/Dr Tanaka by telephone \d\d:\d\d: is coming\. Not seen yet\./).waitFor();
    await look('escalation');
    await escalation.getByRole('button', { name: 'Seen' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await saved();
    await expect.poll(() => escalation.count()).toBe(0);
  });

  it('the handoff is written from the chart, two taps from the board, corrected and saved', async () => {
    await toBoard();
    await line().click();
    await page.getByRole('tab', { name: 'Handoff' }).click();
    await page.getByRole('button', { name: 'Write handoff' }).click();
    expect(await page.getByLabel('Situation').inputValue()).toMatch(name);
    expect(await page.getByLabel('Assessment').inputValue()).toContain('NEWS2 7');
    await page.getByText('I-PASS', { exact: true }).click();
    await page.getByLabel('Situation awareness').fill('If breathing gets faster: call Dr Tanaka.');
    await look('handoff-form');
    await page.getByRole('button', { name: 'Save handoff' }).click();
    await saved();
    await page.getByText('If breathing gets faster: call Dr Tanaka.').first().waitFor();
  });

  it('the next nurse sees it on the board, reads it, and her receipt stands there', async () => {
    await page.getByRole('button', { name: 'Lock' }).click();
    await unlock(page, 'Sam Okafor', '246801');
    await line().getByText('handoff of Nora Quinn to read').waitFor();
    await line().click();
    await page.getByRole('tab', { name: 'Handoff' }).click();
    await page
      .getByRole('region', { name: 'Changed since you were here' })
      .getByText(/Escalation/)
      .first()
      .waitFor();
    await page.getByLabel('In my own words').fill('Watch the breathing.');
    await page.getByRole('button', { name: 'I have read it' }).click();
    await saved();
    await page.getByText(/✓ Read by Sam Okafor, .*: Watch the breathing\./).waitFor();
    await look('handoff-read');
    await toBoard();
    await expect.poll(() => line().getByText('to read').count()).toBe(0);
  });
});
