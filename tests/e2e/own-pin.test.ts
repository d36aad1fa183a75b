import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol, freePort, type Hospital, openHospital, openTablet, PINS, unlock } from './hospital.ts';
import { expectNothing, picture } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** A nurse chooses another PIN, at a tablet that reaches nobody. */

const folder = mkdtempSync(join(tmpdir(), 'lamplight-own-pin-'));
const NEW_PIN = '740385';
let hospital: Hospital;
let place: { port: number; data: string };
const tablets: BrowserContext[] = [];

beforeAll(async () => {
  place = { port: await freePort(), data: join(folder, 'data') };
  hospital = await openHospital(place);
});
afterAll(async () => {
  for (const tablet of tablets) await tablet.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

async function open(name: string): Promise<Page> {
  const context = await openTablet(join(folder, name));
  tablets.push(context);
  await watchVault(context);
  const page = await context.newPage();
  await enrol(page, hospital.url, '4 West', name);
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  return page;
}

async function tried(page: Page, pin: string): Promise<string> {
  const staff = (await callVault(page, 'status')).staff.find(({ name }) => name === 'Nora Quinn')!.id;
  const result = await callVault(page, 'unlock', { staff, pin, ward: '4-west' });
  return result.ok ? 'opened' : result.error.kind;
}
const atDesk = async (page: Page, pin: string): Promise<number> =>
  (await page.request.post(`${hospital.url}/api/session`, { data: { staff: 'Nora Quinn', pin } })).status();

describe('one’s own PIN', () => {
  it('is changed by its owner with no server, not to one that is easy to guess, and by nobody who does not know it', async () => {
    const one = await open('one');
    const two = await open('two');
    expect(await atDesk(two, PINS.nurse)).toBe(200);
    const session = () => two.request.get(`${hospital.url}/api/session`);
    expect((await session()).status()).toBe(200);
    await hospital.stop('SIGKILL');
    await unlock(one, 'Nora Quinn', PINS.nurse);
    await one.getByRole('button', { name: /^Your keys: Nora Quinn/ }).click();
    const change = async (old: string, chosen: string): Promise<void> => {
      await one.getByLabel('Old PIN').fill(old);
      await one.getByLabel('New PIN', { exact: true }).fill(chosen);
      await one.getByLabel('New PIN again').fill(chosen);
      await one.getByRole('button', { name: 'Change PIN' }).click();
    };
    await change(PINS.nurse, '121275');
    await one.getByRole('alert').filter({ hasText: 'too easy to guess' }).waitFor();
    await change('864297', NEW_PIN);
    await one.getByRole('alert').filter({ hasText: 'not the PIN of Nora Quinn' }).waitFor();
    await expectNothing(one);
    await picture(one, 'own-pin', true);
    await change(PINS.nurse, NEW_PIN);
    await one.getByText('Your new PIN works here now').waitFor();

    // She goes on charting as before, and signs with the new one.
    expect((await callVault(one, 'confirmPin', NEW_PIN)).ok).toBe(true);
    await one.getByRole('button', { name: 'Lock' }).click();
    await one.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
    expect(await tried(one, PINS.nurse)).toBe('wrong-pin');
    expect(await tried(one, NEW_PIN)).toBe('opened');

    // Where nobody has heard of it the old one still opens.
    expect(await tried(two, PINS.nurse)).toBe('opened');
    await two.reload();
    await two.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
    hospital = await openHospital(place);
    // At the desk whoever had signed in there with the old one is out.
    await expect.poll(async () => (await session()).status(), { timeout: 120_000 }).toBe(401);
    // A PIN that has not come yet is a wrong one, and after three of them it takes ever longer: not tried before.
    await expect.poll(() => tried(two, NEW_PIN), { timeout: 90_000, interval: 5_000 }).toBe('opened');
    expect(await tried(two, PINS.nurse)).not.toBe('opened');
    expect(await atDesk(two, PINS.nurse)).toBe(401);
    expect(await atDesk(two, NEW_PIN)).toBe(200);
  });
});
