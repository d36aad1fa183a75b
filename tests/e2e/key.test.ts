import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  askToJoin,
  freePort,
  type Hospital,
  keepTheApp,
  letIn,
  openHospital,
  openTablet,
  signIn,
} from './hospital.ts';
import { expectNothing, picture } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** A security key that keeps secrets (WebAuthn PRF), on a tablet whose disk nobody has confirmed as hardware-encrypted. */

const folder = mkdtempSync(join(tmpdir(), 'lamplight-key-'));
const PASSPHRASE = 'four quiet lamps at night';
const PIN = '482915';
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;

beforeAll(async () => {
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data'), args: ['--no-demo'] });
  tablet = await openTablet(join(folder, 'profile'));
  await watchVault(tablet);
  const desk = await tablet.newPage();
  const post = async (path: string, data: object): Promise<Record<string, string>> => {
    const answer = await desk.request.post(`${hospital.url}/api${path}`, { data });
    if (!answer.ok()) throw new Error(await answer.text());
    return answer.json();
  };
  const code = /setup code\s+(\S+)/.exec(hospital.output())![1]!;
  await post('/setup', {
    code,
    siteName: 'St Brigid',
    timeZone: 'America/Chicago',
    administrator: 'Ada Moss',
    pin: '907316',
    recoveryPrinted: true,
  });
  await desk.goto(`${hospital.url}/admin`);
  await signIn(desk, 'Ada Moss', '907316');
  await post('/admin/wards', { name: '6 North', ehrLocation: '' });
  for (const name of ['Nell Shaw', 'Ben Ode'])
    await post('/admin/staff', { name, role: 'nurse', wards: ['6-north'], pin: PIN, passphrase: PASSPHRASE });
  const enrolment = await post('/admin/enrolment-codes', { ward: '6-north', hardwareEncrypted: false });
  page = await tablet.newPage();
  await page.goto(hospital.url);
  await keepTheApp(page);
  await askToJoin(page, enrolment.code!, '6 North tablet 1');
  await letIn(desk, page, '6 North tablet 1');
  await desk.close();
  await page.getByRole('button', { name: /^Nell Shaw/ }).waitFor();
  const devtools = await tablet.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'usb',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      hasPrf: true,
      automaticPresenceSimulation: true,
    },
  });
});

afterAll(async () => {
  await tablet?.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

const idOf = async (name: string): Promise<string> =>
  (await callVault(page, 'status')).staff.find((person) => person.name === name)!.id;

describe('a security key', () => {
  it('is added by its owner, who types the passphrase again; the right PIN opens nothing here', async () => {
    const byPin = await callVault(page, 'unlock', {
      staff: await idOf('Nell Shaw'),
      pin: PIN,
      ward: '6-north',
    });
    expect(byPin.ok).toBe(false);
    await page.getByRole('button', { name: /^Nell Shaw/ }).click();
    expect(await page.getByRole('button', { name: 'Use your key' }).count()).toBe(0);
    await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByRole('button', { name: /^Your keys: Nell Shaw/ }).click();
    await page.getByLabel('Your passphrase').fill('not the one at all');
    await page.getByRole('button', { name: 'Add a key' }).click();
    await page.getByRole('alert').filter({ hasText: 'not the passphrase of Nell Shaw' }).waitFor();
    await page.getByLabel('Your passphrase').fill(PASSPHRASE);
    await page.getByRole('button', { name: 'Add a key' }).click();
    await page.getByText('The key opens this tablet now').waitFor();
    await expectNothing(page);
    await picture(page, 'keys');
  });

  it('opens the tablet by a touch, with no server, and its owner charts', async () => {
    await hospital.stop('SIGKILL');
    await page.getByRole('button', { name: 'Lock' }).click();
    await page.getByRole('button', { name: /^Nell Shaw/ }).click();
    await page.getByRole('button', { name: 'Use your key' }).waitFor();
    await expectNothing(page);
    await picture(page, 'key-unlock');
    await page.getByRole('button', { name: 'Use your key' }).click();
    await page.getByRole('tab', { name: 'Ward board' }).waitFor();
    const saved = await callVault(page, 'register', {
      name: { family: 'Hale', given: 'Iris' },
      nameUnknown: false,
      sex: 'female',
      effectiveAt: new Date().toISOString(),
    } as never);
    expect(saved.ok).toBe(true);
    await page.getByRole('button', { name: 'Lock' }).click();
  });

  it('opens for nobody else, and not with another answer', async () => {
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
    const { staff } = await callVault(page, 'status');
    const nell = staff.find(({ name }) => name === 'Nell Shaw')!;
    const [credential] = nell.passkeys!;
    const attempt = async (id: string, passkey: { credential: string; output: Uint8Array<ArrayBuffer> }) => {
      const tried = await callVault(page, 'unlock', { staff: id, ward: '6-north', passkey });
      return tried.ok ? 'opened' : tried.error.kind;
    };
    const output = new Uint8Array(32);
    expect(await attempt(nell.id, { credential: credential!, output })).toBe('wrong-pin');
    expect(await attempt(await idOf('Ben Ode'), { credential: credential!, output })).toBe('wrong-pin');
    await page.getByRole('button', { name: /^Ben Ode/ }).click();
    expect(await page.getByRole('button', { name: 'Use your key' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Somebody else' }).click();
  });

  it('opens nothing any more once its owner has taken it off', async () => {
    await page.getByRole('button', { name: /^Nell Shaw/ }).click();
    await page.getByRole('button', { name: 'Use your key' }).click();
    await page.getByRole('button', { name: /^Your keys: Nell Shaw/ }).click();
    await page.getByLabel('Your passphrase').fill(PASSPHRASE);
    await page.getByRole('button', { name: 'Remove key 1' }).click();
    await page.getByText('The key opens no tablet any more').waitFor();
    await page.getByRole('button', { name: 'Lock' }).click();
    await page.getByRole('button', { name: /^Nell Shaw/ }).click();
    await page.getByLabel('Passphrase', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Use your key' }).count()).toBe(0);
  });
});
