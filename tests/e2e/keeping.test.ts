import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol, freePort, type Hospital, openHospital, openTablet, PINS, unlock } from './hospital.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** What browsers do to storage and pages, and what becomes of the record then. */

const folder = mkdtempSync(join(tmpdir(), 'lamplight-keeping-'));
const webRoot = join(folder, 'web');
let options: Parameters<typeof openHospital>[0];
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;

const strip = async (): Promise<string> =>
  ((await page.getByRole('status', { name: 'Where entries are' }).textContent()) ?? '').replace(/\s+/g, ' ');

async function writeNote(text: string): Promise<Awaited<ReturnType<typeof callVault<'append'>>>> {
  const [row] = await callVault(page, 'board');
  return callVault(page, 'append', {
    patient: row!.patient,
    draft: { kind: 'note', noteType: 'nursing', effectiveAt: await callVault(page, 'now'), text },
  });
}

const hasNote = async (text: string): Promise<boolean> => {
  const [row] = await callVault(page, 'board');
  const chart = await callVault(page, 'chart', row!.patient, true);
  return chart!.notes.some((note) => note.body.text === text);
};

beforeAll(async () => {
  cpSync(join(import.meta.dirname, '../../dist'), webRoot, { recursive: true });
  options = { port: await freePort(), data: join(folder, 'data'), args: ['--web-root', webRoot] };
  hospital = await openHospital(options);
  tablet = await openTablet(join(folder, 'profile'));
  await watchVault(tablet);
  page = await tablet.newPage();
  await enrol(page, hospital.url, '4 West', 'tablet');
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  await unlock(page, 'Nora Quinn', PINS.nurse);
  await page.locator('.board-row').first().waitFor();
});

afterAll(async () => {
  await tablet?.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('a tablet', () => {
  it('keeps a half-written note through a new version, and takes that only when a person says so (FAILURES 7)', async () => {
    await page.locator('.board-row').first().click();
    await page.getByRole('button', { name: 'Write note' }).click();
    await page.getByLabel('Note', { exact: true }).fill('Half written when the new version came');
    const worker = readFileSync(join(webRoot, 'service-worker.js'), 'utf8');
    const index = readFileSync(join(webRoot, 'index.html'), 'utf8');
    writeFileSync(
      join(webRoot, 'index.html'),
      index.replace('<head>', '<head><meta name="version" content="2">'),
    );
    writeFileSync(
      join(webRoot, 'service-worker.js'),
      worker.replace(/"revision":"[0-9a-f]+","url":"index.html"/, '"revision":"2","url":"index.html"'),
    );
    await page.evaluate(async () => {
      const registration = (await navigator.serviceWorker.getRegistration())!;
      await registration.update();
      const { installing } = registration;
      if (installing)
        await new Promise((resolve) =>
          installing.addEventListener(
            'statechange',
            () => installing.state === 'installed' && resolve(undefined),
          ),
        );
    });
    expect(
      await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting !== null),
    ).toBe(true);
    // Nothing moves under the nurse's hands.
    expect(await page.getByLabel('Note', { exact: true }).inputValue()).toBe(
      'Half written when the new version came',
    );
    expect(await page.getByText('A new version of Lamplight').count()).toBe(0);
    await page.getByRole('button', { name: 'Lock' }).click();
    // To lock loads the page again, and it is still the version of before.
    await page.getByText('A new version of Lamplight is on this tablet').waitFor();
    expect(await page.locator('meta[name=version]').count()).toBe(0);
    const take = page.getByRole('button', { name: 'Use the new version' });
    await take.click();
    // Where a request of the old version held it up, the button is there again.
    await expect
      .poll(
        async () => {
          if (await take.isVisible()) await take.click({ timeout: 1_000 }).catch(() => undefined);
          return page.locator('meta[name=version]').count();
        },
        { interval: 4_000, timeout: 90_000 },
      )
      .toBe(1);
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.getByRole('button', { name: 'Continue unfinished note' }).click();
    await page.getByRole('button', { name: 'Continue unfinished note' }).click();
    expect(await page.getByLabel('Note', { exact: true }).inputValue()).toBe(
      'Half written when the new version came',
    );
    await page.getByRole('button', { name: 'Sign note' }).click();
    await page.getByText(/Saved on this tablet/).waitFor();
    await page.getByRole('button', { name: '‹ Ward board' }).click();
  });

  it('says long before the end that it fills up, and saves from its reserve when it is full (FAILURES 6)', async () => {
    const reserve = (): Promise<number[]> =>
      page.evaluate(async () => {
        const folder = await navigator.storage.getDirectory();
        const files = await Promise.all(
          [0, 1, 2, 3].map((piece) => folder.getFileHandle(`ballast-${piece}`).catch(() => undefined)),
        );
        return Promise.all(files.flatMap((file) => (file ? [file.getFile().then(({ size }) => size)] : [])));
      });
    const piece = 32 * 1024 * 1024;
    await expect.poll(reserve).toEqual([piece, piece, piece, piece]);
    expect(await strip()).not.toMatch(/room|full/);
    const usage = await page.evaluate(async () => (await navigator.storage.estimate()).usage!);
    await tablet.close();
    // Three pieces over what there is. Set before the browser looks: it remembers for half a minute how much room it saw.
    tablet = await openTablet(join(folder, 'profile'));
    await watchVault(tablet);
    page = await tablet.newPage();
    const session = await tablet.newCDPSession(page);
    const quotaSize = usage - 3 * piece + piece / 2;
    await session.send('Storage.overrideQuotaForOrigin', { origin: hospital.url, quotaSize });
    await page.goto(hospital.url);
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.locator('.board-row').first().waitFor();
    expect(await writeNote('Written when the disk was full')).toMatchObject({ ok: true });
    expect(await hasNote('Written when the disk was full')).toBe(true);
    expect(await reserve()).toEqual([piece]);
    await expect.poll(strip).toMatch(/▲ This tablet is nearly full: pass its records on/);
    // What was given up is not taken back while the disk is as full as that.
    await page.reload();
    await page.getByText('There is little room left on this tablet.').waitFor();
    expect(await reserve()).toEqual([piece]);
    await session.send('Storage.overrideQuotaForOrigin', { origin: hospital.url });
    await session.detach();
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.locator('.board-row').first().waitFor();
  });

  it('opens its database again when the browser closed it, and saves the same entry once (FAILURES 3)', async () => {
    const other = await tablet.newPage();
    await other.goto(`${hospital.url}/icon.svg`);
    // Another page asks for a newer version: the browser makes everyone else close. Then that page thinks better of it.
    await other.evaluate(
      () =>
        new Promise<void>((resolve, reject) => {
          const open = indexedDB.open('lamplight', 9_999);
          open.onupgradeneeded = () => open.transaction!.abort();
          open.onerror = () => resolve();
          open.onsuccess = () => reject(new Error('the upgrade was not taken back'));
        }),
    );
    await other.close();
    expect(await writeNote('Written after the database was closed')).toMatchObject({ ok: true });
    const [row] = await callVault(page, 'board');
    const chart = await callVault(page, 'chart', row!.patient, true);
    expect(
      chart!.notes.filter((note) => note.body.text === 'Written after the database was closed').length,
    ).toBe(1);
  });

  it('brings what a vault of the first version had not sent yet to the server (FAILURES 8)', async () => {
    const unsent = async (): Promise<number> => (await callVault(page, 'status')).counts.onThisTabletOnly;
    await expect.poll(unsent).toBe(0);
    await hospital.stop();
    expect(await writeNote('Never sent before the update')).toMatchObject({ ok: true });
    await page.goto(`${hospital.url}/icon.svg`);
    // The database as the first version of Lamplight made it, with the same rows.
    await page.evaluate(async () => {
      const first: Record<string, { key: string | string[]; indexes: string[]; auto?: true }> = {
        logs: { key: 'log', indexes: ['scope'] },
        entries: { key: ['log', 'seq'], indexes: ['patient'] },
        summaries: { key: 'patient', indexes: [] },
        pages: { key: 'patient', indexes: [] },
        stale: { key: 'patient', indexes: [] },
        drafts: { key: ['staff', 'key'], indexes: [] },
        quarantine: { key: 'id', indexes: ['hash'], auto: true },
        outcomes: { key: 'entry', indexes: [] },
        snapshots: { key: ['ward', 'asOf'], indexes: [] },
        blobs: { key: 'hash', indexes: [] },
        meta: { key: 'key', indexes: [] },
      };
      const settled = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const now = await settled(indexedDB.open('lamplight'));
      const rows = new Map<string, unknown[]>();
      for (const store of Object.keys(first))
        rows.set(store, await settled(now.transaction(store).objectStore(store).getAll()));
      now.close();
      await settled(indexedDB.deleteDatabase('lamplight'));
      const open = indexedDB.open('lamplight', 10);
      open.onupgradeneeded = () => {
        for (const [name, { key, indexes, auto }] of Object.entries(first)) {
          const store = open.result.createObjectStore(name, {
            keyPath: key,
            ...(auto ? { autoIncrement: true } : {}),
          });
          for (const index of indexes) store.createIndex(index, index, { unique: index === 'hash' });
        }
      };
      const before = await settled(open);
      const transaction = before.transaction(Object.keys(first), 'readwrite');
      for (const [store, all] of rows) for (const row of all) transaction.objectStore(store).put(row);
      await new Promise((resolve) => {
        transaction.oncomplete = resolve;
      });
      before.close();
    });
    await page.goto(hospital.url);
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.locator('.board-row').first().waitFor();
    expect(await unsent()).toBe(1);
    expect(await hasNote('Never sent before the update')).toBe(true);
    hospital = await openHospital(options);
    await expect.poll(unsent, { timeout: 120_000 }).toBe(0);
  });

  it('sets records aside that do not open, and never makes them anew (FAILURES 10)', async () => {
    await page.goto(`${hospital.url}/icon.svg`);
    await page.evaluate(async () => {
      const done = (request: IDBOpenDBRequest): Promise<void> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve();
          request.onerror = () => reject(request.error);
        });
      await done(indexedDB.deleteDatabase('lamplight'));
      const open = indexedDB.open('lamplight', 10);
      open.onupgradeneeded = () =>
        open.result.createObjectStore('entries', { keyPath: 'damaged' }).put({ damaged: 'beyond reading' });
      await done(open);
      open.result.close();
    });
    await page.goto(hospital.url);
    await page.getByText('The records of this tablet were set aside').waitFor();
    await page.getByText(/Do not clear this browser/).waitFor();
    expect(await page.getByText('Who are you?').count()).toBe(0);
    await page.goto(`${hospital.url}/icon.svg`);
    const kept = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const open = indexedDB.open('lamplight');
          open.onsuccess = () => {
            const request = open.result.transaction('entries').objectStore('entries').getAll();
            request.onsuccess = () => resolve(request.result);
          };
        }),
    );
    expect(kept).toEqual([{ damaged: 'beyond reading' }]);
  });
});
