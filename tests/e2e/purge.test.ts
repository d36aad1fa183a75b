import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Draft } from '../../src/clinical/index.ts';
import {
  enrol,
  freePort,
  type Hospital,
  openHospital,
  openTablet,
  PINS,
  signIn,
  unlock,
} from './hospital.ts';
import { expectNothingSerious, picture } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** The outage is closed: tablets forget what is in the EHR, prove it, and go on charting. */

const folder = mkdtempSync(join(tmpdir(), 'lamplight-purge-'));
let hospital: Hospital;
let browser: BrowserContext;
let desk: Page;
const tablets: BrowserContext[] = [];

beforeAll(async () => {
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data') });
  browser = await openTablet(join(folder, 'desk'));
  desk = await browser.newPage();
});

afterAll(async () => {
  for (const context of [...tablets, browser]) await context?.close().catch(() => undefined);
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

async function chart(page: Page, text: string): Promise<{ patient: string }> {
  const [row] = await callVault(page, 'board');
  const saved = await callVault(page, 'append', {
    patient: row!.patient,
    draft: { kind: 'note', noteType: 'nursing', text, effectiveAt: new Date().toISOString() } as Draft,
  });
  if (!saved.ok) throw new Error(saved.error.message);
  return { patient: row!.patient };
}

const counts = async (page: Page) => (await callVault(page, 'status')).counts;

/** What stands in the tablet's database itself: entries of ward logs with what was charted, without, and derived rows. */
const stored = (page: Page) =>
  page.evaluate(async () => {
    const opened = await new Promise<IDBDatabase>((resolve, reject) => {
      const asked = indexedDB.open('lamplight');
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    const all = <T>(store: string): Promise<T[]> =>
      new Promise((resolve, reject) => {
        const asked = opened.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => resolve(asked.result as T[]);
        asked.onerror = () => reject(asked.error);
      });
    const wards = new Set(
      (await all<{ log: string; scope: string }>('logs'))
        .filter(({ scope }) => scope.startsWith('ward:'))
        .map(({ log }) => log),
    );
    const entries = (
      await all<{ log: string; seq: number; hash: Uint8Array; bytes?: Uint8Array; patient?: string }>(
        'entries',
      )
    ).filter(({ log, seq }) => wards.has(log) && seq > 1);
    const held = entries.filter(({ bytes }) => bytes !== undefined).length;
    const bare = entries.filter(
      ({ bytes, patient, hash }) => bytes === undefined && patient === undefined && hash.length === 32,
    ).length;
    const pages = (await all('pages')).length;
    opened.close();
    return { held, bare, pages };
  });

/** Everything that waits is approved, but for what `except` says, and pushed until the EHR has it. */
async function post(except: (text: string) => boolean = () => false): Promise<string[]> {
  const api = desk.request;
  const left: string[] = [];
  const worklist = await (await api.get(`${hospital.url}/api/workbench/worklist`)).json();
  const patients = worklist.wards.flatMap((ward: { patients: { id: string }[] }) => ward.patients);
  const review = async (id: string) =>
    (await (await api.get(`${hospital.url}/api/workbench/patients/${id}`)).json()).entries as {
      id: string;
      state: string;
      body: { text?: string };
    }[];
  for (const { id } of patients) {
    const waiting = (await review(id)).filter(({ state }) => state === 'to-review');
    left.push(...waiting.filter(({ body }) => except(body.text ?? '')).map((entry) => entry.id));
    const decisions = waiting
      .filter(({ body }) => !except(body.text ?? ''))
      .map((entry) => ({ entry: entry.id, decision: 'approved' }));
    if (decisions.length > 0)
      expect((await api.post(`${hospital.url}/api/workbench/decisions`, { data: { decisions } })).ok()).toBe(
        true,
      );
  }
  await api.post(`${hospital.url}/api/workbench/push`, { data: {} });
  await expect
    .poll(
      async () =>
        (await Promise.all(patients.map(({ id }: { id: string }) => review(id))))
          .flat()
          .filter(({ state }) => state === 'approved' || state === 'posting').length,
      { timeout: 60_000 },
    )
    .toBe(0);
  return left;
}

const region = () => desk.getByRole('region', { name: 'Close the outage' });
const isPurged = (page: Page, held: number) =>
  expect.poll(async () => (await stored(page)).held, { timeout: 90_000 }).toBe(held);

describe('closing an outage (FAILURES 17, 24, 34)', () => {
  it('is refused while something is open and nobody has said why; then tablets forget what is settled, prove it, and chart on', async () => {
    const one = await open('one');
    const two = await open('two');
    await unlock(one, 'Nora Quinn', PINS.nurse);
    for (const text of ['first', 'second', 'third']) await chart(one, text);
    await expect.poll(async () => (await counts(one)).atServer).toBe(3);
    await expect.poll(async () => (await stored(two)).held, { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
    await expect.poll(async () => (await callVault(one, 'completeness')).toOpen, { timeout: 60_000 }).toBe(0);
    const census = (await callVault(one, 'board')).length;
    // One of two is away when the outage is closed.
    await two.context().setOffline(true);

    await desk.goto(`${hospital.url}/workbench`);
    await signIn(desk, 'Rita Alvarez', PINS.records);
    const [undecided] = await post((text) => text === 'third');
    await region()
      .getByText(/Open: 1 entry neither in the EHR nor rejected/)
      .waitFor({ timeout: 60_000 });
    await region().getByRole('button', { name: 'Close the outage on 4 West…' }).click();
    const dialog = desk.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Close the outage' }).isDisabled()).toBe(true);
    await expectNothingSerious(desk, '[role=dialog]');
    await picture(desk, 'close-open');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    // Asked behind the page's back it is refused as well.
    const refused = await desk.request.post(`${hospital.url}/api/workbench/wards/4-west/close`, {
      data: { reasons: {} },
    });
    expect([refused.status(), (await refused.json()).error.kind]).toEqual([409, 'open']);
    expect((await stored(one)).bare).toBe(0);

    const decisions = [{ entry: undecided!, decision: 'rejected', reason: 'charted in the EHR by hand' }];
    expect(
      (await desk.request.post(`${hospital.url}/api/workbench/decisions`, { data: { decisions } })).ok(),
    ).toBe(true);
    await region().getByText('Nothing is open.').waitFor({ timeout: 60_000 });
    await region().getByRole('button', { name: 'Close the outage on 4 West…' }).click();
    await dialog.getByRole('button', { name: 'Close the outage' }).click();
    await dialog.waitFor({ state: 'hidden' });

    // Unlocked as it is: boxes and pages go, places and hashes stay, and the board is the EHR's.
    await isPurged(one, 0);
    expect((await stored(one)).bare).toBeGreaterThanOrEqual(3);
    await expect.poll(async () => (await callVault(one, 'board')).length, { timeout: 60_000 }).toBe(census);
    expect(await one.getByRole('tab', { name: 'Ward board' }).count()).toBe(1);
    expect((await counts(one)).onThisTabletOnly).toBe(0);

    await region()
      .getByText(/one forgot \d+ entries of \d+ logs/)
      .waitFor({ timeout: 60_000 });
    await region()
      .getByText(/two ▲ keeps it still/)
      .waitFor();
    expect((await stored(two)).bare).toBe(0);
    await picture(region(), 'close-tablets');

    // What is charted from here on is saved in a new log, comes to the server, and into the EHR.
    const { patient } = await chart(one, 'after the closing');
    await expect.poll(async () => (await counts(one)).onThisTabletOnly).toBe(0);
    const notes = (await callVault(one, 'chart', patient, true))!.notes.map(({ body }) => body);
    expect(JSON.stringify(notes)).toContain('after the closing');
    expect(JSON.stringify(notes)).not.toContain('"first"');
    await post();
    await expect.poll(async () => (await counts(one)).inEhr, { timeout: 60_000 }).toBe(3);
    expect((await stored(one)).held).toBeGreaterThan(0);

    // Back again, locked, the other one forgets by itself: the closing covers nothing of what came since.
    await two.context().setOffline(false);
    await expect.poll(async () => (await stored(two)).bare, { timeout: 120_000 }).toBeGreaterThanOrEqual(3);
    await region()
      .getByText(/two forgot \d+ entries of \d+ logs/)
      .waitFor({ timeout: 60_000 });
    await unlock(two, 'Nora Quinn', PINS.nurse);
    await expect.poll(async () => (await callVault(two, 'board')).length, { timeout: 60_000 }).toBe(census);
    await expect
      .poll(async () => JSON.stringify((await callVault(two, 'chart', patient, true))?.notes), {
        timeout: 60_000,
      })
      .toContain('after the closing');
  });

  it('fills a new tablet from the server, which then forgets too, and a reload finds everything as it was', async () => {
    const three = await open('three');
    await expect.poll(async () => (await stored(three)).bare, { timeout: 120_000 }).toBeGreaterThanOrEqual(3);
    await three.reload();
    await unlock(three, 'Nora Quinn', PINS.nurse);
    expect((await callVault(three, 'status')).counts.needsPerson).toBe(0);
    expect((await callVault(three, 'board')).length).toBeGreaterThan(0);
    expect(await callVault(three, 'quarantine')).toEqual([]);
  });
});
