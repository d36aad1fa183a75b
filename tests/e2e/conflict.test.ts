import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Worklist } from '../../src/wire/workbench.ts';
import {
  enrol,
  freePort,
  type Hospital,
  openHospital,
  openTablet,
  PINS,
  saveDose,
  unlock,
} from './hospital.ts';
import { expectNothingSerious } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

const folder = mkdtempSync(join(tmpdir(), 'lamplight-conflict-'));
const data = join(folder, 'data');
let port: number;
let hospital: Hospital;
const tablets: BrowserContext[] = [];
let nora: Page;
let sam: Page;

async function openEnrolled(name: string): Promise<Page> {
  const context = await openTablet(join(folder, name.replaceAll(' ', '-')));
  tablets.push(context);
  await watchVault(context);
  const page = await context.newPage();
  await enrol(page, hospital.url, '4 West', name);
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  await page.getByText(/EHR data as of/).waitFor();
  return page;
}

/** A dose of the round, as a nurse charts it: the first, or the one that she is asked for. Says which it was. */
async function giveDose(page: Page, asked?: string): Promise<string> {
  await page.getByRole('tab', { name: 'Medication round' }).click();
  // What is first on the list can be another one a moment later, when a dose becomes overdue.
  const dose = page.getByRole('button', asked ? { name: asked, exact: true } : { name: /^Give / }).first();
  const name = (await dose.getAttribute('aria-label'))!;
  await page.getByRole('button', { name, exact: true }).click();
  await saveDose(page);
  await page.getByRole('button', { name: '‹ Ward board' }).click();
  await page.getByRole('tab', { name: 'Ward board' }).click();
  return name;
}

const needsPerson = (page: Page) => page.getByRole('region', { name: 'Needs a person' });

beforeAll(async () => {
  port = await freePort();
  hospital = await openHospital({ port, data });
  nora = await openEnrolled('tablet one');
  sam = await openEnrolled('tablet two');
  await unlock(nora, 'Nora Quinn', PINS.nurse);
  await unlock(sam, 'Sam Okafor', '246801');
});

afterAll(async () => {
  for (const tablet of tablets) await tablet.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('two tablets, one dose', () => {
  it('charted on both without a network, it shows on both boards with both entries', async () => {
    for (const page of [nora, sam]) await expect.poll(() => page.locator('.board-row').count()).toBe(30);
    await hospital.stop();
    await giveDose(sam, await giveDose(nora));
    for (const page of [nora, sam]) expect(await needsPerson(page).count()).toBe(0);
    hospital = await openHospital({ port, data });
    for (const page of [nora, sam]) {
      const list = needsPerson(page);
      await list.waitFor({ timeout: 90_000 });
      await list.getByText(/^Nora Quinn, \d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d, on tablet one$/).waitFor();
      await list.getByText(/^Sam Okafor, \d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d, on tablet two$/).waitFor();
      await page.locator('.board-row', { hasText: '▲ 1 to settle' }).waitFor();
    }
    const ids = await Promise.all(
      [nora, sam].map(async (page) =>
        (await callVault(page, 'board')).flatMap((row) => row.conflicts.map(({ id }) => id)),
      ),
    );
    expect(ids[0]).toHaveLength(1);
    expect(ids[1]).toEqual(ids[0]);
    await expectNothingSerious(nora);
  });

  it('stands in the chart too; one tap settles it on both', async () => {
    await sam.locator('.board-row', { hasText: 'to settle' }).click();
    await sam.getByRole('region', { name: 'same dose charted twice' }).waitFor();
    await sam.getByRole('button', { name: 'Both were given' }).click();
    await sam.getByRole('region', { name: 'same dose charted twice' }).waitFor({ state: 'detached' });
    await needsPerson(nora).waitFor({ state: 'detached', timeout: 90_000 });
    await sam.getByRole('tab', { name: 'History' }).click();
    await sam.getByText('Settled: same dose charted twice').waitFor();
  });

  it('the server takes the settlement, and nothing of it waits for records staff', async () => {
    const session = await fetch(`${hospital.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ staff: 'Rita Alvarez', pin: PINS.records }),
    });
    const cookie = session.headers.get('set-cookie')!.split(';')[0]!;
    const worklist = async () => {
      const { quarantined, wards } = Worklist.parse(
        await (await fetch(`${hospital.url}/api/workbench/worklist`, { headers: { cookie } })).json(),
      );
      return { quarantined, toReview: wards.reduce((sum, ward) => sum + ward.counts.toReview, 0) };
    };
    await expect.poll(worklist).toEqual({ quarantined: 0, toReview: 2 });
  });
});
