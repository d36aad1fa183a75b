import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol, freePort, type Hospital, openHospital, openTablet, PINS, unlock } from './hospital.ts';
import { expectNothing, picture } from './looking.ts';
import { settled } from './settled.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** A tablet is lost in the middle of an outage, and taken out of use from another one with no network at all. */

const folder = mkdtempSync(join(tmpdir(), 'lamplight-revocation-'));
let port: number;
let hospital: Hospital;
const tablets: BrowserContext[] = [];
let admin: Page;
let ward: Page;
let lost: Page;
let other: Page;
let patient: string;

const names = { admin: 'tablet A', ward: 'tablet B', lost: 'tablet C', other: 'tablet D' };
const shot = async (page: Page, name: string): Promise<void> => {
  await picture(page, name);
};

async function openWard(name: string): Promise<Page> {
  const tablet = await openTablet(join(folder, name));
  tablets.push(tablet);
  await watchVault(tablet);
  const page = await tablet.newPage();
  page.on('pageerror', (error) => console.error(name, error.message));
  await enrol(page, hospital.url, '4 West', name);
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  return page;
}

/** What one tablet shows and the other films, without the camera between them. */
async function carry(from: Page, to: Page): Promise<void> {
  const asked = await callVault(to, 'qrStatement');
  if (!asked.ok) throw new Error(asked.error.message);
  let read = await callVault(from, 'qrRead', asked.value[0]!);
  for (const text of asked.value.slice(1)) read = await callVault(from, 'qrRead', text);
  expect(read.kind).toBe('tablet');
  for (let turn = 0; turn < 400; turn++) {
    const shown = await callVault(from, 'qrShow', 20);
    if (!shown.ok) return;
    for (const text of shown.value.texts)
      if ((await callVault(to, 'qrRead', text)).kind === 'received') return;
  }
  throw new Error('the pictures never ended');
}

const note = (page: Page, text: string) =>
  callVault(page, 'append', {
    patient,
    draft: { kind: 'note', noteType: 'nursing', effectiveAt: new Date().toISOString(), text },
  });
const notesOn = async (page: Page): Promise<(string | undefined)[]> =>
  ((await callVault(page, 'chart', patient, true))?.notes ?? []).map(({ body }) => body.text).sort();

beforeAll(async () => {
  port = await freePort();
  hospital = await openHospital({ port, data: join(folder, 'data') });
  lost = await openWard(names.lost);
  ward = await openWard(names.ward);
  other = await openWard(names.other);
  admin = await openWard(names.admin);
  await unlock(lost, 'Nora Quinn', PINS.nurse);
  await unlock(ward, 'Sam Okafor', '246801');
  await unlock(other, 'Sam Okafor', '246801');
  await unlock(admin, 'Adam Lind', PINS.administrator);
}, 300_000);

afterAll(async () => {
  for (const tablet of tablets) await tablet.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('a tablet that is lost in an outage', () => {
  it('was one of four that exchanged what they charted', async () => {
    // Each knows all others from the directory.
    for (const page of [lost, ward, other, admin])
      await expect.poll(async () => (await callVault(page, 'revocable')).length).toBe(4 + 5);
    patient = (await callVault(ward, 'board'))[0]!.patient;
    expect((await note(lost, 'before it was lost')).ok).toBe(true);
    await expect.poll(() => notesOn(ward)).toEqual(['before it was lost']);
    await expect.poll(() => notesOn(admin)).toEqual(['before it was lost']);
    await hospital.stop('SIGKILL');
  });

  it('is revoked on the administrator’s tablet with no network, after the PIN', async () => {
    await admin.getByRole('button', { name: 'Revoke', exact: true }).click();
    await admin.getByRole('button', { name: `Revoke ${names.lost}` }).click();
    await admin.getByLabel('Why?').fill('left in a taxi');
    await admin.getByLabel('Your PIN').fill('999999');
    const confirm = admin.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true });
    await confirm.click();
    await admin.getByRole('alert').filter({ hasText: 'That is not the PIN' }).waitFor();
    await admin.getByLabel('Your PIN').fill(PINS.administrator);
    await shot(admin, 'revoke-dialog');
    await confirm.click();
    await admin.getByText(`${names.lost} was revoked`).waitFor();
    await admin.getByText(/■ Revoked .*left in a taxi/).waitFor();
    await shot(admin, 'revoked');
    await expectNothing(admin);
  });

  it('others hear of it by camera, and go on: new keys, new logs, everything still readable', async () => {
    await carry(admin, ward);
    await expect
      .poll(
        async () =>
          (await callVault(ward, 'revocable')).find(({ name }) => name === names.lost)?.revoked?.reason,
      )
      .toBe('left in a taxi');
    expect((await note(ward, 'with the new keys')).ok).toBe(true);
    await expect.poll(() => notesOn(ward)).toEqual(['before it was lost', 'with the new keys']);
    // The next unlock wraps the key anew; the one after it opens that.
    for (let time = 0; time < 2; time++) {
      await ward.getByRole('button', { name: 'Lock' }).click();
      await unlock(ward, 'Sam Okafor', '246801');
    }
    await expect.poll(() => notesOn(ward)).toEqual(['before it was lost', 'with the new keys']);
    // What the lost tablet writes now, not knowing, is carried too, and waits for a person.
    expect((await note(lost, 'after it was lost')).ok).toBe(true);
    await carry(lost, ward);
    await expect.poll(async () => (await callVault(ward, 'held')).length).toBe(1);
    expect(await notesOn(ward)).toEqual(['before it was lost', 'with the new keys']);
  });

  it('others hear of it by a file on a stick, and go on with the new keys', async () => {
    await admin.getByRole('button', { name: 'Ward board' }).click();
    await admin.getByRole('button', { name: 'Pass records on' }).click();
    await admin.getByRole('button', { name: /Save to a file/ }).click();
    // A file that can be read is sealed with the new keys alone, which a tablet that has not heard of them lacks.
    const path = join(folder, 'stick.age');
    const readFile = async (): Promise<void> => {
      await admin.getByRole('button', { name: 'Make the file' }).click();
      const [download] = await Promise.all([
        admin.waitForEvent('download'),
        admin.getByRole('link', { name: 'Save the file' }).click(),
      ]);
      await download.saveAs(path);
      await other.locator('input[type=file]').setInputFiles(path);
    };
    await other.getByRole('button', { name: 'Pass records on' }).click();
    await other.getByRole('button', { name: /Read a file/ }).click();
    await readFile();
    await other.getByText('ask for a file “only for tablets and the server”').waitFor();
    await admin.getByLabel('Only for tablets and the server').check();
    // On the same stick, under the same name.
    await readFile();
    await other.getByRole('status', { name: 'Receipt' }).waitFor();
    await expect
      .poll(
        async () =>
          (await callVault(other, 'revocable')).find(({ name }) => name === names.lost)?.revoked?.reason,
      )
      .toBe('left in a taxi');
    // What the lost tablet wrote afterwards is held back here too, and a note of this tablet's is readable elsewhere.
    await carry(lost, other);
    await expect.poll(async () => (await callVault(other, 'held')).length).toBe(1);
    expect((await note(other, 'after the stick')).ok).toBe(true);
    await carry(other, ward);
    await expect.poll(() => notesOn(ward)).toContain('after the stick');
  });

  it('a nurse sees what is held back, and vouches for it', async () => {
    const held = ward.getByRole('region', { name: 'Held back' });
    await held.getByRole('button', { name: 'Show' }).click();
    await held.getByText('after it was lost').waitFor();
    await shot(ward, 'held-back');
    await expectNothing(ward);
    await held.getByRole('button', { name: /^Vouch for/ }).click();
    await ward.getByLabel('Why?').fill('I stood beside her');
    await shot(ward, 'vouch');
    await ward.getByRole('button', { name: 'It is right' }).click();
    await held.waitFor({ state: 'detached' });
    await expect
      .poll(() => notesOn(ward))
      .toEqual(['after it was lost', 'after the stick', 'before it was lost', 'with the new keys']);
  });

  it('with the network the news reaches the lost tablet, which locks at once and opens for nobody', async () => {
    hospital = await openHospital({ port, data: join(folder, 'data') });
    await lost
      .getByRole('heading', { name: 'This tablet was taken out of use' })
      // It had tried in vain for a while, and tries again ever more rarely.
      .waitFor({ timeout: 120_000 });
    await shot(lost, 'lock-screen-revoked');
    expect(await lost.getByRole('button', { name: /^Nora Quinn/ }).count()).toBe(0);
    const tried = await callVault(lost, 'unlock', { staff: 'a'.repeat(32), pin: '135790', ward: '4-west' });
    expect(tried.ok).toBe(false);
  });

  it('the server has everything of every tablet, and tells records staff who vouched', async () => {
    const desk = await tablets[1]!.newPage();
    // Adam is signed in here since the tablet was enrolled.
    await desk.goto(`${hospital.url}/admin`);
    await desk.getByText(/■ Revoked .*left in a taxi/).waitFor();
    await desk
      .getByText(/Needs a new PIN/)
      .first()
      .waitFor();
    await shot(desk, 'admin-revoked');
    await desk.getByRole('button', { name: 'Change Nora Quinn' }).click();
    await shot(desk, 'admin-person');
    await desk.evaluate(settled);
    // The dialog alone: what lies under it is out of reach while it is open.
    expect(
      (
        await new AxeBuilder({ page: desk })
          .include('[role="dialog"]')
          // Mantine gives each dialog a header of its own.
          .disableRules('landmark-no-duplicate-banner')
          .analyze()
      ).violations,
    ).toEqual([]);
    await desk.getByLabel(/^New PIN/).fill('864209');
    await desk.getByRole('button', { name: 'Set new PIN' }).click();
    await desk.getByText('Nora Quinn has a new PIN.').waitFor();
    await desk.close();
    // And the ward tablet lets her in with it, to everything.
    await ward.getByRole('button', { name: 'Lock' }).click();
    await expect
      .poll(
        async () => {
          await ward.getByRole('button', { name: /^Nora Quinn/ }).click();
          await ward.getByLabel('PIN', { exact: true }).fill('864209');
          await ward.getByRole('button', { name: 'Unlock' }).click();
          const board = ward.getByRole('tab', { name: 'Ward board' });
          await board.or(ward.getByRole('alert')).first().waitFor();
          if (await board.isVisible()) return true;
          await ward.getByRole('button', { name: 'Somebody else' }).click();
          return false;
        },
        // Tried before the new PIN has come it is a wrong one, and after three of them it takes ever longer.
        { timeout: 90_000, interval: 2_000 },
      )
      .toBe(true);
    await expect
      .poll(() => notesOn(ward))
      .toEqual(['after it was lost', 'after the stick', 'before it was lost', 'with the new keys']);
  });
});
