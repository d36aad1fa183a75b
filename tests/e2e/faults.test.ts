import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  askToJoin,
  enrol,
  freePort,
  type Hospital,
  openHospital,
  openTablet,
  PINS,
  unlock,
} from './hospital.ts';
import { callVault, watchVault } from './vault-calls.ts';

const folder = mkdtempSync(join(tmpdir(), 'lamplight-faults-'));
const data = join(folder, 'data');
let port: number;
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;

beforeAll(async () => {
  port = await freePort();
  hospital = await openHospital({ port, data });
  tablet = await openTablet(join(folder, 'profile'));
  await watchVault(tablet);
  page = await tablet.newPage();
});

afterAll(async () => {
  await tablet?.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('when things go wrong', () => {
  it('a code that is not known is refused in words, and a good one still works', async () => {
    await page.goto(hospital.url);
    await askToJoin(page, 'ABCD-2345', 'tablet');
    await page.getByText('This code is not known here.').waitFor();
    await enrol(page, hospital.url, '4 West', 'tablet');
    await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  });

  it('wrong PINs wait longer, also after a reload (FAILURES 44)', async () => {
    await page.getByRole('button', { name: /^Sam Okafor/ }).click();
    for (let n = 0; n < 3; n++) {
      await page.getByLabel('PIN', { exact: true }).fill('111111');
      await page.getByRole('button', { name: 'Unlock' }).click();
      await page.getByText('That is not the PIN of Sam Okafor').waitFor();
      await expect.poll(() => page.getByLabel('PIN', { exact: true }).inputValue()).toBe('');
    }
    await page.getByLabel('PIN', { exact: true }).fill('246801');
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByText(/Too many wrong PINs. Try again in \d+ seconds/).waitFor();
    await page.reload();
    await page.getByRole('button', { name: /^Sam Okafor/ }).click();
    // The wait begins anew with the page. Where that took longer than it lasts, one more wrong PIN doubles it; a tablet
    // that had forgotten the three before would let two of them pass.
    const tooMany = page.getByText(/Too many wrong PINs/);
    const wrong = page.getByText('That is not the PIN of Sam Okafor');
    for (let tries = 0; tries < 2 && !(await tooMany.isVisible()); tries++) {
      await page.getByLabel('PIN', { exact: true }).fill('111111');
      await page.getByRole('button', { name: 'Unlock' }).click();
      await tooMany.or(wrong).waitFor();
    }
    await tooMany.waitFor();
    await page.getByRole('button', { name: 'Somebody else' }).click();
  });

  it('a full tablet says so over everything, keeps the text, and saves when there is room again (FAILURES 2, 6)', async () => {
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.locator('.board-row').first().click();
    await page.getByRole('button', { name: 'Write note' }).click();
    await page.getByLabel('Note', { exact: true }).fill('Written while the disk was full');
    // What a browser does when the disk is full: every write fails with this error.
    const vault = page.workers().find((worker) => worker.url().includes('vault-worker'))!;
    await vault.evaluate(() => {
      Object.assign(globalThis, {
        addBefore: IDBObjectStore.prototype.add,
        putBefore: IDBObjectStore.prototype.put,
      });
      const full = (): never => {
        throw new DOMException('no room', 'QuotaExceededError');
      };
      IDBObjectStore.prototype.add = full;
      IDBObjectStore.prototype.put = full;
    });
    await page.getByRole('button', { name: 'Sign note' }).click();
    const alarm = page.getByRole('dialog', { name: 'Not saved' });
    await alarm.getByText(/This tablet is full and could not save/).waitFor();
    await alarm.getByRole('button', { name: 'Back to what I wrote' }).click();
    expect(await page.getByLabel('Note', { exact: true }).inputValue()).toBe(
      'Written while the disk was full',
    );
    expect(await page.getByText(/Saved on this tablet/).count()).toBe(0);
    await vault.evaluate(() => {
      const before = globalThis as unknown as {
        addBefore: IDBObjectStore['add'];
        putBefore: IDBObjectStore['put'];
      };
      IDBObjectStore.prototype.add = before.addBefore;
      IDBObjectStore.prototype.put = before.putBefore;
    });
    await page.getByRole('button', { name: 'Sign note' }).click();
    await page.getByText(/Saved on this tablet/).waitFor();
  });

  it('two tabs of one tablet are one writer: nothing is lost and no place is written twice (FAILURES 21)', async () => {
    const second = await tablet.newPage();
    await second.goto(hospital.url);
    await unlock(second, 'Nora Quinn', PINS.nurse);
    const patient = (await callVault(page, 'board'))[0]!.patient;
    const now = await callVault(page, 'now');
    const note = (text: string) => ({
      patient,
      draft: { kind: 'note' as const, noteType: 'nursing' as const, effectiveAt: now, text },
    });
    const saves = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        callVault(n % 2 ? page : second, 'append', note(`tab ${n % 2} note ${n}`)),
      ),
    );
    expect(saves.filter((saved) => !saved.ok)).toEqual([]);
    expect(new Set(saves.map((saved) => (saved.ok ? saved.value.id : ''))).size).toBe(40);
    const chart = await callVault(second, 'chart', patient, true);
    expect(chart?.notes.filter((charted) => charted.body.text?.startsWith('tab ')).length).toBe(40);
    await second.close();
  });

  it('an order is refused by the vault itself to a nurse, and to a clinician without the PIN', async () => {
    const patient = (await callVault(page, 'board'))[0]!.patient;
    const draft = {
      kind: 'order-signed' as const,
      effectiveAt: await callVault(page, 'now'),
      detail: { category: 'diet' as const, request: { text: 'Soft' }, priority: 'routine' as const },
      overrides: [],
    };
    expect(await callVault(page, 'append', { patient, draft, pin: PINS.nurse })).toMatchObject({
      ok: false,
      error: { kind: 'not-allowed' },
    });
    expect(
      await callVault(page, 'append', {
        patient,
        draft: { kind: 'note', noteType: 'nursing', effectiveAt: '', text: 'x' },
      }),
    ).toMatchObject({ ok: false, error: { kind: 'invalid' } });
  });

  it('a worker that fails is said, takes no words away, and what was saved is there when it is opened again', async () => {
    await page.getByRole('button', { name: 'Write note' }).click();
    const note = page.getByLabel('Note', { exact: true });
    await note.fill('Half written when it stopped');
    await expect.poll(async () => (await callVault(page, 'drafts')).length).toBe(1);
    const vault = page.workers().find((worker) => worker.url().includes('vault-worker'))!;
    await vault.evaluate(() => {
      setTimeout(() => {
        throw new Error('a fault outside of any call');
      });
    });
    await page.getByText(/A part of Lamplight has stopped/).waitFor();
    expect(await note.inputValue()).toBe('Half written when it stopped');
    await page.getByRole('button', { name: 'Sign note' }).click();
    await page.getByText(/storage did not answer, so it is not known whether this was saved/).waitFor();
    await page.getByRole('button', { name: 'Open Lamplight again' }).click();
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.getByRole('button', { name: 'Continue unfinished note' }).click();
    await page.getByRole('button', { name: 'Discard unfinished note' }).waitFor();
    await page.getByRole('button', { name: 'Continue unfinished note' }).click();
    expect(await note.inputValue()).toBe('Half written when it stopped');
    await page.getByRole('button', { name: 'Sign note' }).click();
    await page.getByText(/Saved on this tablet/).waitFor();
  });

  it('a second start goes on where the first one stopped', async () => {
    const strip = async (): Promise<string> =>
      (await page.getByRole('status', { name: 'Where entries are' }).textContent()) ?? '';
    await expect.poll(strip).toMatch(/0 on this tablet only.*42 at the server/);
    await hospital.stop('SIGTERM');
    hospital = await openHospital({ port, data });
    await page.reload();
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await expect.poll(strip).toMatch(/● Server.*0 on this tablet only.*42 at the server/);
    const census = await fetch(`${hospital.url}/api/public`);
    expect(await census.json()).toMatchObject({
      demo: true,
      wards: [{ name: '4 West' }, { name: '5 East' }],
    });
  });
});
