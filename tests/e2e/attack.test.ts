import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Draft } from '../../src/clinical/index.ts';
import { acknowledge, newSigningKey, signWith } from '../../src/seal/index.ts';
import { OfferAnswer, OfferRequest, type PushAnswer } from '../../src/sync/index.ts';
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
import { type Answer, type HostileNetwork, openHostileNetwork } from './hostile-network.ts';
import { picture } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** What only a browser can show: pages that render what an attacker typed, pages of other origins, a lying network. */

const folder = mkdtempSync(join(tmpdir(), 'lamplight-attack-'));
/** Markup and SQL for every field; whatever of it runs says so in the page's own `ran`. */
const EVIL = `"><img src=x onerror="window.ran=1"><script>window.ran=1</script>'); drop table record.entry; --`;
let hospital: Hospital;
let network: HostileNetwork;
let tablet: BrowserContext;
let page: Page;
const alerts: string[] = [];

const json = (answer: Answer, value: unknown): Answer => ({
  ...answer,
  status: 200,
  headers: { ...answer.headers, 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(value)),
});
const ran = (on: Page): Promise<unknown> => on.evaluate(() => (window as { ran?: unknown }).ran);

beforeAll(async () => {
  hospital = await openHospital({
    port: await freePort(),
    data: join(folder, 'data'),
    env: { LOG_LEVEL: 'trace' },
  });
  network = await openHostileNetwork(hospital.url);
  tablet = await openTablet(join(folder, 'tablet'));
  await watchVault(tablet);
  tablet.on('dialog', (dialog) => {
    alerts.push(dialog.message());
    void dialog.dismiss();
  });
  page = await tablet.newPage();
  await enrol(page, network.url, '4 West', 'tablet');
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  await unlock(page, 'Nora Quinn', PINS.nurse);
});

afterAll(async () => {
  await tablet?.close().catch(() => undefined);
  await network?.close();
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

const counts = async () => (await callVault(page, 'status')).counts;
const chart = async (patient: string, draft: Record<string, unknown>): Promise<void> => {
  const saved = await callVault(page, 'append', {
    patient,
    draft: { effectiveAt: new Date().toISOString(), ...draft } as unknown as Draft,
  });
  if (!saved.ok) throw new Error(saved.error.message);
};

describe('a network that lies', () => {
  it('makes no tablet believe that the server has what it has not', async () => {
    const [row] = await callVault(page, 'board');
    await chart(row!.patient, { kind: 'note', noteType: 'nursing', text: 'the first' });
    await expect.poll(async () => (await counts()).atServer).toBe(1);
    // From here on nothing arrives, and every kind of word that it has is said.
    const thief = await newSigningKey(true);
    const genuine: PushAnswer['acknowledgements'] = [];
    let lied = 0;
    network.meddle = async ({ path, body }, ask) => {
      if (path === '/api/sync/push') return blank;
      if (path !== '/api/sync/offer') return ask();
      const answer = await ask();
      const offer = OfferAnswer.parse(JSON.parse(answer.body.toString()));
      genuine.push(...offer.acknowledgements);
      const { vector } = OfferRequest.parse(JSON.parse(body.toString()));
      const places = Object.entries(vector).map(([log, [seq, hash]]) => ({ log, seq, hash }));
      lied += 1;
      return json(answer, {
        ...offer,
        acknowledgements: [
          ...genuine,
          // With a key of its own; true signatures under another place; a later life that nobody opened.
          ...(await Promise.all(
            places.map((place) => acknowledge({ ...place, epoch: offer.epoch }, signWith(thief.privateKey))),
          )),
          ...genuine.flatMap((word) => places.map((place) => ({ ...word, ...place }))),
          ...genuine.map((word) => ({ ...word, seq: word.seq + 1 })),
          ...genuine.map((word) => ({ ...word, epoch: `000009-${'a'.repeat(32)}` })),
        ],
      });
    };
    await chart(row!.patient, { kind: 'note', noteType: 'nursing', text: 'the second' });
    await expect.poll(() => lied).toBeGreaterThan(2);
    expect((await counts()).atServer).toBe(1);
    expect((await counts()).oldestUnsentAt).toBeDefined();
    network.meddle = (_asked, ask) => ask();
    await expect.poll(async () => (await counts()).atServer, { timeout: 90_000 }).toBe(2);
  });

  it('adds nothing to a chart and takes nothing from it', async () => {
    const before = (await callVault(page, 'board')).length;
    let pulls = 0;
    network.meddle = async ({ path }, ask) => {
      const answer = await ask();
      if (path !== '/api/sync/pull') return answer;
      pulls += 1;
      // One bit of what comes, wherever it falls.
      const body = Buffer.from(answer.body);
      if (body.length > 40) body[Math.floor(body.length / 2)]! ^= 1;
      return { ...answer, body };
    };
    const rita = await openTablet(join(folder, 'other'));
    const other = await rita.newPage();
    try {
      await enrol(other, hospital.url, '4 West', 'other tablet');
      await other.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
      await expect.poll(() => pulls, { timeout: 90_000 }).toBeGreaterThan(0);
    } finally {
      await rita.close();
      network.meddle = (_asked, ask) => ask();
    }
    expect((await callVault(page, 'board')).length).toBe(before);
    await page.getByRole('tab', { name: 'Ward board' }).waitFor();
  });
});

const blank: Answer = { status: 503, headers: {}, body: Buffer.alloc(0) };

describe('what somebody typed', () => {
  it('stands on every screen as the text that it is, and runs nowhere', async () => {
    const registered = await callVault(page, 'register', {
      name: { family: EVIL.slice(0, 90), given: EVIL.slice(0, 90) },
      nameUnknown: false,
      sex: 'female',
      bed: EVIL.slice(0, 20),
      effectiveAt: new Date().toISOString(),
    } as never);
    if (!registered.ok) throw new Error(registered.error.message);
    const { patient } = registered.value;
    await chart(patient, { kind: 'note', noteType: 'nursing', text: EVIL });
    await chart(patient, {
      kind: 'allergy-recorded',
      substance: EVIL,
      reaction: EVIL,
      severity: 'severe',
    }).catch(() => undefined);
    // On the tablet.
    await page
      .getByRole('button', {
        name: new RegExp(EVIL.slice(0, 12).replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i'),
      })
      .first()
      .click();
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByText('<script>window.ran=1</script>').first().waitFor();
    expect(await ran(page)).toBeUndefined();
    // On paper, and in the file that the browser makes of it.
    await page.getByRole('button', { name: 'Print', exact: true }).click();
    await page.getByRole('button', { name: 'Notes and forms', exact: true }).click();
    await page.getByRole('button', { name: 'Print again' }).and(page.locator(':enabled')).waitFor();
    const paper = join(folder, 'paper.pdf');
    writeFileSync(paper, await page.pdf({ preferCSSPageSize: true }));
    const printed = execFileSync('pdftotext', [paper, '-']).toString().replace(/\s+/g, '');
    expect(printed).toContain(EVIL.replace(/\s+/g, ''));
    expect(readFileSync(paper, 'latin1')).not.toMatch(/\/(JavaScript|JS|Launch|EmbeddedFile)\b/);
    expect(await ran(page)).toBeUndefined();
    await page.getByRole('button', { name: 'Close' }).click();
    // At the desk: staff list and reasons in administration, the entry in the workbench.
    const desk = await tablet.newPage();
    await desk.goto(`${hospital.url}/admin`);
    // Signed in since the tablet was enrolled.
    await desk.getByRole('textbox', { name: 'Name', exact: true }).fill(EVIL.slice(0, 100));
    await desk.getByLabel('PIN, typed by the person').fill('482915');
    await desk.getByRole('button', { name: 'Add to the staff list' }).click();
    await desk.getByRole('cell', { name: EVIL.slice(0, 100), exact: true }).waitFor();
    expect(await ran(desk)).toBeUndefined();
    await desk.getByRole('button', { name: 'Sign out' }).click();
    await signIn(desk, 'Rita Alvarez', PINS.records);
    await desk.goto(`${hospital.url}/workbench`);
    const row = desk.getByRole('button', { name: /window\.ran/i }).first();
    // The page asks for it again by itself.
    await row.click({ timeout: 60_000 });
    await desk.getByText('<script>window.ran=1</script>').first().waitFor();
    await picture(desk, 'attack-workbench', true);
    expect(await ran(desk)).toBeUndefined();
    expect(await desk.locator('img[src="x"], main script').count()).toBe(0);
    expect(alerts).toEqual([]);
    await desk.close();
    // And none of it, nor any other patient, in the server's log.
    expect(hospital.output()).not.toMatch(/window\.ran|MUELLER|Mueller/);
  });
});

describe('a page of another origin', () => {
  let evil: Server;
  let origin: string;
  beforeAll(async () => {
    evil = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>Win a prize</title>
        <iframe id="frame" src="${hospital.url}/workbench"></iframe>
        <form id="push" method="post" action="${hospital.url}/api/workbench/push"></form>
        <form id="out" method="post" enctype="text/plain" action="${hospital.url}/api/workbench/decisions">
          <input name='{"decisions":[],"a":"' value='"}'></form>`);
    });
    // Another site, not only another port: `localhost` is one site whatever the port.
    await new Promise<void>((listening) => evil.listen(0, '127.0.0.1', listening));
    origin = `http://127.0.0.1:${(evil.address() as AddressInfo).port}`;
  });
  afterAll(() => void evil.close());

  it('sends nothing in a signed-in person’s name and shows nothing in a frame', async () => {
    const desk = await tablet.newPage();
    await desk.goto(`${hospital.url}/workbench`);
    await desk.getByRole('button', { name: 'Sign out' }).waitFor();
    const attacker = await tablet.newPage();
    await attacker.goto(origin);
    for (const form of ['push', 'out']) {
      const [response] = await Promise.all([
        attacker.waitForResponse((answer) => answer.url().startsWith(`${hospital.url}/api/workbench`)),
        attacker.evaluate((id) => (document.getElementById(id) as HTMLFormElement).submit(), form),
      ]);
      expect([401, 403, 415]).toContain(response.status());
      await attacker.waitForURL(`${hospital.url}/api/workbench/**`);
      await attacker.goto(origin);
    }
    const fetched = await attacker.evaluate(async (url) => {
      const attempts = [
        fetch(`${url}/api/workbench/worklist`, { credentials: 'include' }),
        fetch(`${url}/api/workbench/push`, { method: 'POST', credentials: 'include', mode: 'no-cors' }),
        fetch(`${url}/api/session`, {
          method: 'DELETE',
          credentials: 'include',
          headers: { 'content-type': 'application/json' },
        }),
      ];
      return (await Promise.allSettled(attempts)).map((result) =>
        result.status === 'fulfilled' ? `${result.value.type}` : 'blocked',
      );
    }, hospital.url);
    expect(fetched).toEqual(['blocked', 'blocked', 'blocked']);
    const framed = attacker.frames().find((frame) => frame !== attacker.mainFrame());
    expect(
      await framed
        ?.locator('body')
        .textContent()
        .catch(() => ''),
    ).not.toMatch(/Sign|Lamplight/);
    // The person is still signed in, and nothing was pushed.
    await desk.reload();
    await desk.getByRole('button', { name: 'Sign out' }).waitFor();
    expect(hospital.output()).toMatch(/a request was refused/);
    await attacker.close();
    await desk.close();
  });
});
