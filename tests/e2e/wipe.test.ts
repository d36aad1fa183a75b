import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Draft } from '../../src/clinical/index.ts';
import { type Bytes, readEntry } from '../../src/log/index.ts';
import { decodeFrames, FrameType } from '../../src/sync/index.ts';
import { enrol, freePort, type Hospital, openHospital, openTablet, PINS, unlock } from './hospital.ts';
import { type HostileNetwork, openHostileNetwork } from './hostile-network.ts';
import { expectNothingSerious, picture } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** A tablet forgets everything on an administrator's order, and nothing that the server has not signed for is lost by it. */

const folder = mkdtempSync(join(tmpdir(), 'lamplight-wipe-'));
let hospital: Hospital;
let network: HostileNetwork;
let desk: Page;
let browser: BrowserContext;

beforeAll(async () => {
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data') });
  network = await openHostileNetwork(hospital.url);
  browser = await openTablet(join(folder, 'desk'));
  desk = await browser.newPage();
});

afterAll(async () => {
  await browser?.close().catch(() => undefined);
  await network?.close();
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

async function open(name: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await openTablet(join(folder, name));
  await watchVault(context);
  const page = await context.newPage();
  await enrol(page, network.url, '4 West', name);
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  return { context, page };
}
async function chart(page: Page, text: string): Promise<void> {
  const [row] = await callVault(page, 'board');
  const saved = await callVault(page, 'append', {
    patient: row!.patient,
    draft: { kind: 'note', noteType: 'nursing', text, effectiveAt: new Date().toISOString() } as Draft,
  });
  if (!saved.ok) throw new Error(saved.error.message);
}
const atServer = async (page: Page): Promise<number> => (await callVault(page, 'status')).counts.atServer;
const honest: HostileNetwork['meddle'] = (_asked, ask) => ask();

describe('a tablet that is to be wiped', () => {
  it('goes on while somebody works, and forgets nothing before the server has signed for it', async () => {
    const { context, page } = await open('one');
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await chart(page, 'before the order');
    await expect.poll(() => atServer(page)).toBe(1);
    await desk.goto(`${hospital.url}/admin`);
    await desk.getByLabel('Name').fill('Adam Lind');
    await desk.getByLabel('PIN', { exact: true }).fill(PINS.administrator);
    await desk.getByRole('button', { name: 'Sign in', exact: true }).click();
    await desk.getByRole('button', { name: 'Wipe one' }).click();
    await desk.getByLabel('Why?').fill('goes back to the depot');
    await picture(desk, 'wipe-order');
    await desk.getByRole('button', { name: 'Order it' }).click();
    await desk.getByText(/To be wiped, ordered .*goes back to the depot/).waitFor();
    await expect
      .poll(async () => JSON.stringify((await callVault(page, 'status')).reasons), { timeout: 60_000 })
      .toContain('ordered this tablet to be wiped');
    // She is in the middle of her work, and stays there; from here on nothing of it gets through.
    let offers = 0;
    network.meddle = async ({ path }, ask) => {
      if (path === '/api/sync/push') return { status: 503, headers: {}, body: Buffer.alloc(0) };
      if (path === '/api/sync/offer') offers += 1;
      return ask();
    };
    await chart(page, 'after the order');
    expect(await page.getByRole('tab', { name: 'Ward board' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Lock' }).click();
    await page.getByText(/ordered this tablet to be wiped/).waitFor();
    const before = offers;
    await expect.poll(() => offers, { timeout: 60_000 }).toBeGreaterThan(before + 1);
    expect((await callVault(page, 'status')).counts.onThisTabletOnly).toBeGreaterThan(0);
    // Nobody begins on it anew.
    const nora = (await callVault(page, 'status')).staff.find(({ name }) => name === 'Nora Quinn')!.id;
    const tried = await callVault(page, 'unlock', { staff: nora, pin: PINS.nurse, ward: '4-west' });
    expect(tried.ok ? 'opened' : tried.error.kind).toBe('not-granted');
    network.meddle = honest;
    await page.getByLabel('Enrolment code').waitFor({ timeout: 120_000 });
    // On purpose: no alarm of a browser that cleared its storage, and nothing is left. The page may just be loading anew.
    await expect.poll(async () => (await callVault(page, 'status')).state).toBe('not-enrolled');
    await page.getByLabel('Enrolment code').waitFor();
    expect(await page.getByText('was cleared by the browser').count()).toBe(0);
    const stores = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
    for (const name of stores) expect(name).toBe('lamplight');
    // The proof is an entry of its own log, and all that was charted is at the server.
    await desk.getByText(/Wiped .*goes back to the depot/).waitFor();
    await desk
      .getByRole('cell', { name: /^The tablet forgot everything.*everything of it is at the server/ })
      .waitFor();
    expect(
      (await (await desk.request.get(`${hospital.url}/api/admin/devices`)).json()).devices[0].entries,
    ).toBeGreaterThanOrEqual(2);
    await context.close();
  });

  it('loses what the server never took only when the administrator at the tablet has given up just that', async () => {
    const { context, page } = await open('two');
    // A server that sets this ward's entries aside: they are sent, and never signed for.
    network.meddle = async ({ path, body }, ask) => {
      if (path !== '/api/sync/push') return ask();
      const entries = decodeFrames(new Uint8Array(body) as Bytes)
        .frames.filter(({ type }) => type === FrameType.entry)
        .flatMap(({ payload }) => {
          const read = readEntry(payload);
          return read.ok ? [read.entry] : [];
        });
      const ofWard = entries.some(
        (entry) => entry.patient !== null || entry.opening?.scope === 'ward:4-west',
      );
      if (!ofWard) return ask();
      return {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify({ held: [], acknowledgements: [], problems: [] })),
      };
    };
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await chart(page, 'never taken');
    await page.getByRole('button', { name: 'Lock' }).click();
    await unlock(page, 'Adam Lind', PINS.administrator);
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Wipe this tablet…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog
      .getByText(
        /on this tablet and, as far as it knows, not at the server, the oldest of .*, of the patients in bed/,
      )
      .waitFor();
    await dialog.getByLabel('Why?').fill('its log is damaged');
    await dialog.getByLabel('Your PIN').fill(PINS.administrator);
    const wipe = dialog.getByRole('button', { name: 'Wipe this tablet' });
    expect(await wipe.isDisabled()).toBe(true);
    await dialog.getByLabel('What is here alone (1) may be lost for ever').check();
    await expectNothingSerious(page, '[role=dialog]');
    await picture(page, 'wipe-loss');
    await wipe.click();
    await page.getByText('Lock it now').waitFor();
    await page.getByRole('button', { name: 'Lock' }).click();
    await page.getByLabel('Enrolment code').waitFor({ timeout: 120_000 });
    await desk
      .getByRole('cell', { name: /^The tablet forgot everything.*(entry was|entries were) given up/ })
      .waitFor();
    network.meddle = honest;
    await context.close();
  });
});
