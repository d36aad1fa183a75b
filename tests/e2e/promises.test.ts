import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { callVault, watchVault } from './vault-calls.ts';

/** What holds on every tablet whatever its people do. */

const folder = mkdtempSync(join(tmpdir(), 'lamplight-promises-'));
let options: Parameters<typeof openHospital>[0];
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;
let patient: string;

/** Every entry on the tablet: its place and the bytes that stand there. */
const entries = async (): Promise<Map<string, string>> =>
  new Map(
    await page.evaluate(
      () =>
        new Promise<[string, string][]>((resolve, reject) => {
          const open = indexedDB.open('lamplight');
          open.onerror = () => reject(open.error);
          open.onsuccess = () => {
            const request = open.result.transaction('entries').objectStore('entries').getAll();
            request.onsuccess = () => {
              open.result.close();
              const rows = request.result as { log: string; seq: number; bytes: Uint8Array }[];
              resolve(rows.map(({ log, seq, bytes }) => [`${log}-${seq}`, String(bytes)]));
            };
          };
        }),
    ),
  );

async function charted(draft: Parameters<typeof callVault<'append'>>[2]['draft']): Promise<string> {
  const saved = await callVault(page, 'append', { patient, draft });
  if (!saved.ok) throw new Error(saved.error.message);
  return saved.value.id;
}

const note = async (text: string, changes: { replaces?: string; reason?: string } = {}): Promise<string> =>
  charted({ kind: 'note', noteType: 'nursing', effectiveAt: await callVault(page, 'now'), text, ...changes });

const unsent = async (): Promise<number> => (await callVault(page, 'status')).counts.onThisTabletOnly;

beforeAll(async () => {
  options = { port: await freePort(), data: join(folder, 'data') };
  hospital = await openHospital(options);
  tablet = await openTablet(join(folder, 'profile'));
  await watchVault(tablet);
  page = await tablet.newPage();
  await enrol(page, hospital.url, '4 West', 'tablet');
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  await unlock(page, 'Nora Quinn', PINS.nurse);
  await page.locator('.board-row').first().waitFor();
  patient = (await callVault(page, 'board'))[0]!.patient;
});

afterAll(async () => {
  await tablet?.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('a tablet', () => {
  it('takes nothing back and deletes nothing: not by a correction, not by a mark, not by locking (FAILURES 4, 9)', async () => {
    await hospital.stop();
    const first = await note('Slept well');
    const before = await entries();
    expect(before.has(first)).toBe(true);
    const second = await note('Slept badly', { replaces: first, reason: 'Wrong patient in mind' });
    await charted({
      kind: 'entered-in-error',
      effectiveAt: await callVault(page, 'now'),
      replaces: second,
      reason: 'Wrong patient',
    });
    await callVault(page, 'saveDraft', { key: 'note:x', patient, content: { text: 'given up' } });
    await callVault(page, 'discardDraft', 'note:x');
    await page.getByRole('button', { name: 'Lock' }).click();
    await unlock(page, 'Sam Okafor', '246801');
    await page.reload();
    await unlock(page, 'Nora Quinn', PINS.nurse);
    const after = await entries();
    for (const [id, bytes] of before) expect(after.get(id)).toBe(bytes);
    // Two of them, and what the audit trail notes beside.
    expect(after.size).toBeGreaterThanOrEqual(before.size + 2);
    expect(await unsent()).toBe(3);
    const history = (await callVault(page, 'chart', patient, true))!.history.map((line) =>
      'standing' in line ? line.standing : 'unknown',
    );
    expect(history.filter((standing) => standing !== 'current').length).toBeGreaterThanOrEqual(2);
  });

  it('uploads while it is locked, to a server that has forgotten every session (FAILURES 30)', async () => {
    await page.getByRole('button', { name: 'Lock' }).click();
    await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
    expect(await unsent()).toBe(3);
    hospital = await openHospital(options);
    await expect.poll(unsent, { timeout: 120_000 }).toBe(0);
    // Nobody has unlocked it.
    await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  });

  it('uploads with no page open, when the browser says that the network is back', async () => {
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.locator('.board-row').first().waitFor();
    await hospital.stop();
    await note('Written just before the page was closed');
    await expect.poll(unsent).toBe(1);
    const tags = (): Promise<string[]> =>
      page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration();
        return (registration as unknown as { sync: { getTags(): Promise<string[]> } }).sync.getTags();
      });
    await expect.poll(tags).toEqual(['lamplight-exchange']);
    const id = await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())!.scope);
    const session = await tablet.newCDPSession(page);
    const registered = new Promise<string>((resolve) =>
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const own = registrations.find(({ scopeURL }) => scopeURL === id);
        if (own) resolve(own.registrationId);
      }),
    );
    await session.send('ServiceWorker.enable');
    const registrationId = await registered;
    // Another page of the same origin, without Lamplight in it, from which the browser's part can be played.
    const other = await tablet.newPage();
    await other.goto(`${hospital.url}/icon.svg`);
    await page.close();
    hospital = await openHospital(options);
    const browser = await tablet.newCDPSession(other);
    await browser.send('ServiceWorker.enable');
    await browser.send('ServiceWorker.dispatchSyncEvent', {
      origin: hospital.url,
      registrationId,
      tag: 'lamplight-exchange',
      lastChance: false,
    });
    const acknowledged = (): Promise<boolean> =>
      other.evaluate(
        () =>
          new Promise<boolean>((resolve) => {
            const open = indexedDB.open('lamplight');
            open.onsuccess = () => {
              const transaction = open.result.transaction(['logs', 'entries']);
              const logs = transaction.objectStore('logs').getAll();
              const keys = transaction.objectStore('entries').getAllKeys();
              transaction.oncomplete = () => {
                open.result.close();
                const places = keys.result as unknown as [string, number][];
                const own = logs.result.filter((row: { mine: number }) => row.mine === 1);
                resolve(
                  own.every(({ log, acknowledgement }: { log: string; acknowledgement?: { seq: number } }) =>
                    places.every(([at, seq]) => at !== log || seq <= (acknowledgement?.seq ?? 0)),
                  ),
                );
              };
            };
          }),
      );
    await expect.poll(acknowledged).toBe(true);
    await other.close();
    page = await tablet.newPage();
    await page.goto(hospital.url);
    expect(await unsent()).toBe(0);
  });

  it('shows what the EHR refused, with its reason, until a person has settled it (FAILURES 14)', async () => {
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.locator('.board-row').first().waitFor();
    const id = await note('To be refused');
    await expect.poll(unsent).toBe(0);
    const desk = await tablet.newPage();
    await desk.goto(`${hospital.url}/workbench`);
    await signIn(desk, 'Rita Alvarez', PINS.records);
    const { request } = desk;
    // The EHR holds something else under the id that the note will have.
    const stateOf = async (): Promise<string | undefined> => {
      const answer = await request.get(`${hospital.url}/api/workbench/patients/${patient}`);
      const { entries = [] } = (await answer.json()) as { entries?: { id: string; state: string }[] };
      return entries.find((entry) => entry.id === id)?.state;
    };
    await expect.poll(stateOf).toBe('to-review');
    const written = await fetch(`${hospital.ehr}/DocumentReference/${id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'DocumentReference', id, status: 'superseded', content: [] }),
    });
    expect(written.status).toBeLessThan(300);
    await request.post(`${hospital.url}/api/workbench/decisions`, {
      data: { decisions: [{ entry: id, decision: 'approved' }] },
    });
    await request.post(`${hospital.url}/api/workbench/push`, { data: {} });
    await expect
      .poll(async () => (await callVault(page, 'places', patient))[id], { timeout: 60_000 })
      .toMatchObject({ place: 'needs-person', reason: expect.stringMatching(/EHR/) });
    expect((await callVault(page, 'status')).counts.needsPerson).toBe(1);
    const row = (await callVault(page, 'board')).find((one) => one.patient === patient)!;
    await page.getByRole('button', { name: new RegExp(row.number!.value) }).click();
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByText(/The EHR refused it/).waitFor();
    await desk.close();
  });
});
