import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  enrol,
  freePort,
  type Hospital,
  killBrowser,
  openHospital,
  openTablet,
  PINS,
  signIn,
} from './hospital.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** The trail of a tablet that dies in the very moment in which somebody has seen something. */

const folder = mkdtempSync(join(tmpdir(), 'lamplight-trail-'));
const profile = join(folder, 'profile');
let hospital: Hospital;
let tablet: BrowserContext;

beforeAll(async () => {
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data') });
});
afterAll(async () => {
  await tablet?.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

async function open(): Promise<Page> {
  tablet = await openTablet(profile);
  await watchVault(tablet);
  return tablet.newPage();
}

describe('the trail', () => {
  it('knows of a wrong PIN, an unlock and a look at a chart as soon as their answer is there, whatever dies then', async () => {
    let page = await open();
    await enrol(page, hospital.url, '4 West', 'trail');
    await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
    await page.getByText(/EHR data as of/).waitFor();
    // Nothing of it may have reached the server by another way.
    await hospital.stop('SIGKILL');
    const { staff } = await callVault(page, 'status');
    const nora = staff.find(({ name }) => name === 'Nora Quinn')!.id;
    await callVault(page, 'unlock', { staff: nora, pin: '864297', ward: '4-west' });
    await callVault(page, 'unlock', { staff: nora, pin: PINS.nurse, ward: '4-west' });
    await expect.poll(async () => (await callVault(page, 'board')).length).toBeGreaterThan(10);
    const [first, ...others] = await callVault(page, 'board');
    const took: number[] = [];
    for (const { patient } of others.slice(0, 10)) {
      const began = performance.now();
      await callVault(page, 'chart', patient, false);
      took.push(performance.now() - began);
    }
    if (process.env.MEASURE)
      process.stdout.write(`chart and its look, ms: ${took.map(Math.round).join(' ')}\n`);
    await callVault(page, 'chart', first!.patient, false);
    await killBrowser(tablet, profile);

    hospital = await openHospital({ port: Number(new URL(hospital.url).port), data: join(folder, 'data') });
    page = await open();
    await page.goto(hospital.url);
    const desk = await tablet.newPage();
    await desk.goto(`${hospital.url}/admin`);
    await signIn(desk, 'Adam Lind', PINS.administrator);
    const events = async (what: string): Promise<{ patient?: { id: string } }[]> =>
      (await (await desk.request.get(`${hospital.url}/api/admin/audit?what=${what}`)).json()).events;
    await expect
      .poll(
        async () => (await events('chart-opened')).some(({ patient }) => patient?.id === first!.patient),
        {
          timeout: 120_000,
        },
      )
      .toBe(true);
    expect(await events('chart-opened')).toHaveLength(1 + Math.min(10, others.length));
    expect(await events('unlock')).toHaveLength(1);
    expect(await events('unlock-failed')).toHaveLength(1);
  });
});
