import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OAuth2Server } from 'oauth2-mock-server';
import { Secret, TOTP } from 'otpauth';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type Hospital, openHospital, openTablet, PINS, signIn } from './hospital.ts';
import { expectNothing, expectNothingSerious, picture } from './looking.ts';

/** The desk in real Chromium: a passkey that the browser makes and uses, an authenticator app, the hospital's own account. */

const folder = mkdtempSync(join(tmpdir(), 'lamplight-desk-'));
const provider = new OAuth2Server();
let hospital: Hospital;
let browser: BrowserContext;
let desk: Page;

beforeAll(async () => {
  await provider.issuer.keys.generate('RS256');
  await provider.start(0, 'localhost');
  provider.service.on('beforeTokenSigning', (token: { payload: Record<string, unknown> }) => {
    token.payload.preferred_username = 'r.alvarez';
  });
  hospital = await openHospital({
    port: await freePort(),
    data: join(folder, 'data'),
    env: { OIDC_ISSUER: provider.issuer.url!, OIDC_CLIENT_ID: 'lamplight' },
  });
  browser = await openTablet(join(folder, 'desk'));
  desk = await browser.newPage();
  const devtools = await browser.newCDPSession(desk);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
});

afterAll(async () => {
  await browser?.close().catch(() => undefined);
  await hospital?.stop();
  if (provider.listening) await provider.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

const signOut = async (): Promise<void> => {
  await desk.getByRole('button', { name: 'Sign out' }).click();
  await desk.getByRole('button', { name: 'Use a passkey' }).waitFor();
};
const look = (name: string): Promise<void> => picture(desk, name, true);

describe('signing in at the desk', () => {
  it('asks once more who it is, in the middle of what somebody does, and goes on with it', async () => {
    await desk.goto(`${hospital.url}/workbench`);
    await signIn(desk, 'Rita Alvarez', PINS.records);
    // Ten minutes of a real clock are too long for a test: the first answer is the one that the server gives then.
    await desk.route(
      '**/api/session/code/begin',
      (route) =>
        route.fulfill({
          status: 403,
          contentType: 'application/json',
          body: JSON.stringify({ error: { kind: 'confirm-needed', message: 'Show once more who you are.' } }),
        }),
      { times: 1 },
    );
    await desk.getByRole('button', { name: 'Signing in' }).click();
    await desk.getByText('This browser, by PIN on the server').waitFor();
    await desk.getByRole('button', { name: 'Set up an authenticator app' }).click();
    const dialog = desk.getByRole('dialog');
    await dialog.getByLabel('Your own PIN').fill('999999');
    await dialog.getByRole('button', { name: 'It is me' }).click();
    await dialog.getByRole('alert').waitFor();
    // Mantine's dialog heads itself with a banner of its own: nothing serious.
    await expectNothingSerious(desk, '[role=dialog]');
    await look('confirm-who');
    await dialog.getByLabel('Your own PIN').fill(PINS.records);
    await dialog.getByRole('button', { name: 'It is me' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await desk.getByRole('textbox', { name: /code/i }).first().waitFor();
    await signOut();
  });

  it('with a passkey that was added after the PIN, and nothing typed', async () => {
    await desk.goto(`${hospital.url}/workbench`);
    await signIn(desk, 'Rita Alvarez', PINS.records);
    await desk.getByRole('button', { name: 'Signing in' }).click();
    const settings = desk.getByRole('region', { name: 'Signing in' });
    await settings.getByLabel('Name of the new passkey').fill('Desk key');
    await settings.getByRole('button', { name: 'Add a passkey' }).click();
    await settings.getByText('Desk key').waitFor();
    await expectNothing(desk);
    await look('sign-in-settings');
    await signOut();
    await desk.getByRole('button', { name: 'Use a passkey' }).click();
    await desk.getByText('Rita Alvarez · records').waitFor();
    const session = await desk.evaluate(async () => (await fetch('/api/session')).json());
    expect(session.how).toBe('passkey');
    await signOut();
  });

  it('with an authenticator app, which a site that asks for more than a PIN makes everybody set up', async () => {
    await desk.goto(`${hospital.url}/admin`);
    await signIn(desk, 'Adam Lind', PINS.administrator);
    await desk.getByRole('checkbox', { name: /A PIN alone is not enough/ }).click();
    await desk.getByText('This site asks for more than a PIN').waitFor({ timeout: 90_000 });
    expect(await desk.getByRole('heading', { name: 'Tablets' }).count()).toBe(0);
    await desk.getByRole('button', { name: 'Set up an authenticator app' }).click();
    const secret = (await desk.getByTestId('totp-secret').textContent())!;
    await desk.getByRole('img', { name: /QR code/ }).waitFor();
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    await desk.getByLabel('The code that it shows now').fill(totp.generate());
    await desk.getByRole('button', { name: 'Confirm' }).click();
    const codes = desk.getByRole('region', { name: 'Recovery codes' });
    await codes.waitFor();
    const [recovery] = await codes.getByRole('listitem').allTextContents();
    await expectNothing(desk);
    await look('recovery-codes');
    await codes.getByRole('button', { name: 'I have written them down' }).click();
    await desk.getByRole('heading', { name: 'Tablets' }).waitFor();
    await desk
      .getByRole('region', { name: 'Signing in at the desk' })
      .getByText('authenticator app')
      .first()
      .waitFor();
    await look('sign-in-card');
    await signOut();
    await desk.getByLabel('Name').fill('Adam Lind');
    await desk.getByLabel('PIN', { exact: true }).fill(PINS.administrator);
    await desk.getByRole('button', { name: 'Sign in', exact: true }).click();
    await desk.getByLabel('Code of your authenticator app').fill(recovery!);
    await desk.getByRole('button', { name: 'Sign in', exact: true }).click();
    await desk.getByRole('heading', { name: 'Tablets' }).waitFor();
    expect((await desk.evaluate(async () => (await fetch('/api/session')).json())).how).toBe(
      'pin-and-recovery-code',
    );
  });

  it('with the account of the hospital, once an administrator has said whose it is', async () => {
    await desk.getByLabel('Hospital account of Rita Alvarez', { exact: true }).fill('r.alvarez');
    await desk.getByRole('button', { name: 'Save hospital account of Rita Alvarez' }).click();
    await expect
      .poll(() => desk.getByRole('button', { name: 'Save hospital account of Rita Alvarez' }).count())
      .toBe(0);
    await signOut();
    await desk.goto(`${hospital.url}/workbench`);
    await desk.getByRole('button', { name: 'Hospital account' }).click();
    await desk.getByText('Rita Alvarez · records').waitFor();
    await desk.getByRole('region', { name: '4 West' }).waitFor();
    await signOut();
  });

  it('says that the hospital’s account does not answer when it is dark, and the other ways work', async () => {
    await provider.stop();
    await desk.getByRole('button', { name: 'Hospital account' }).click();
    await desk.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor();
    await look('provider-dead');
    // Her second factor is a passkey, so here the PIN alone is not enough; the passkey is.
    await desk.getByLabel('Name').fill('Rita Alvarez');
    await desk.getByLabel('PIN', { exact: true }).fill(PINS.records);
    await desk.getByRole('button', { name: 'Sign in', exact: true }).click();
    await desk.getByRole('alert').filter({ hasText: 'yours is a passkey' }).waitFor();
    await desk.getByRole('button', { name: 'Use a passkey' }).click();
    await desk.getByText('Rita Alvarez · records').waitFor();
  });
});
