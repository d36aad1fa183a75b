import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { createServer } from '../../src/server/create-server.ts';
import { embedded, startPostgres, type TestDatabase } from '../server/databases.ts';
import {
  enrol,
  freePort,
  type Hospital,
  killBrowser,
  openHospital,
  openTablet,
  PINS,
  unlock,
} from './hospital.ts';
import { callVault, watchVault } from './vault-calls.ts';
import { announceHub, type HubPlace, openHub, prepareHub, type WardHub } from './ward-hub.ts';

/**
 * Server, hub and browser are killed at random moments while a nurse charts. Afterwards everything that the tablet had
 * called saved is there, at the server too, once. `KILL_ROUNDS=50` for a long run; `KILL_SEED` plays one again.
 */

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 4);
const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);

/** Mulberry32: small, seeded, good enough to choose moments. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Who dies in a round. */
const VICTIMS: readonly ('server' | 'hub' | 'browser')[][] = [
  ['server'],
  ['browser'],
  ['hub'],
  ['server', 'browser'],
  ['server', 'hub'],
  ['server', 'hub', 'browser'],
];

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each([
  ['PGlite', async () => embedded],
  ['PostgreSQL', startPostgres],
] as const)(`killed at random moments, seed ${SEED}, on %s`, (_name, startDatabase) => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-kill-'));
  const data = join(folder, 'data');
  const profile = join(folder, 'profile');
  const random = randomFrom(SEED);
  let database: TestDatabase | undefined;
  let hospital: Hospital | undefined;
  let place: HubPlace;
  let hub: WardHub | undefined;
  let tablet: BrowserContext | undefined;
  let page: Page;
  /** Ids of what the vault said is saved. */
  const saved = new Set<string>();

  afterAll(async () => {
    await tablet?.close().catch(() => undefined);
    await hub?.stop('SIGKILL');
    await hospital?.stop('SIGKILL');
    await database?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  async function openPage(url: string): Promise<void> {
    tablet = await openTablet(profile, { args: place.chromiumArgs });
    await watchVault(tablet);
    page = await tablet.newPage();
    await page.exposeFunction('toldSaved', (id: string) => saved.add(id));
    await page.goto(url);
  }

  /** Charts without pause until the page dies or `count` is reached; each save is told the moment it is confirmed. */
  async function chart(patient: string, count: number, effectiveAt: string): Promise<void> {
    await page
      .evaluate(
        async ({ patient, effectiveAt, count }) => {
          const { vaultOfThisTest: worker, toldSaved } = window as unknown as {
            vaultOfThisTest: Worker;
            toldSaved(id: string): void;
          };
          for (let n = 0; n < count; n++) {
            const result = await new Promise<{ ok: boolean; value: { id: string } }>((resolve) => {
              const id = crypto.randomUUID();
              const answer = (event: MessageEvent): void => {
                if (event.data?.id !== id) return;
                worker.removeEventListener('message', answer);
                resolve(event.data.value);
              };
              worker.addEventListener('message', answer);
              const draft = { kind: 'note', noteType: 'nursing', effectiveAt, text: `note ${n}` };
              worker.postMessage({
                id,
                type: 'APPLY',
                path: ['append'],
                argumentList: [{ type: 'RAW', value: { patient, draft } }],
              });
            });
            if (result.ok) toldSaved(result.value.id);
          }
        },
        { patient, effectiveAt, count },
      )
      // The page dies with its browser.
      .catch(() => undefined);
  }

  /** Waits for the lock screen; what the page showed instead is in the failure, for the moment does not come again. */
  async function lockScreen(): Promise<void> {
    try {
      await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
    } catch (error) {
      const shown = await page.locator('body').textContent({ timeout: 5000 }).catch(String);
      const later = await page
        .getByRole('button', { name: /^Nora Quinn/ })
        .waitFor({ timeout: 60_000 })
        .then(() => 'it came within a minute more', String);
      throw new Error(`no lock screen within 30 s (${later}), but: ${shown}`, { cause: error });
    }
  }

  /** Ids of all entries on the tablet; needs nobody to unlock it. */
  const idsOnTablet = async (): Promise<string[]> => {
    const keys = await page.evaluate(
      () =>
        new Promise<[string, number][]>((resolve, reject) => {
          const open = indexedDB.open('lamplight');
          open.onerror = () => reject(open.error);
          open.onsuccess = () => {
            const request = open.result.transaction('entries').objectStore('entries').getAllKeys();
            request.onsuccess = () => {
              open.result.close();
              resolve(request.result as unknown as [string, number][]);
            };
          };
        }),
    );
    return keys.map(([log, seq]) => `${log}-${seq}`);
  };

  /** Ids of what this tablet wrote and the server has not signed for. */
  const unacknowledged = async (): Promise<string[]> => {
    const through = new Map(
      await page.evaluate(
        () =>
          new Promise<[string, number][]>((resolve, reject) => {
            const open = indexedDB.open('lamplight');
            open.onerror = () => reject(open.error);
            open.onsuccess = () => {
              const request = open.result.transaction('logs').objectStore('logs').getAll();
              request.onsuccess = () => {
                open.result.close();
                const rows: { log: string; mine: 0 | 1; acknowledgement?: { seq: number } }[] =
                  request.result;
                resolve(
                  rows
                    .filter(({ mine }) => mine === 1)
                    .map(({ log, acknowledgement }) => [log, acknowledgement?.seq ?? 0]),
                );
              };
            };
          }),
      ),
    );
    return (await idsOnTablet()).filter((id) => {
      const acknowledged = through.get(id.slice(0, 32));
      return acknowledged !== undefined && Number(id.slice(33)) > acknowledged;
    });
  };

  it(`${ROUNDS} times over, nothing that was saved is lost or there twice (FAILURES 1, 17, 18)`, async () => {
    database = await startDatabase();
    const options = {
      port: await freePort(),
      data,
      ...(database.url === undefined ? {} : { env: { DATABASE_URL: database.url } }),
    };
    hospital = await openHospital(options);
    place = prepareHub(folder, await freePort());
    await openPage(hospital.url);
    hub = await openHub(place, await announceHub(page, hospital.url, place));
    // Signed out again: enrolling signs in by itself.
    await tablet!.clearCookies();
    await enrol(page, hospital.url, '4 West', 'tablet');
    await lockScreen();
    for (let round = 0; round < ROUNDS; round++) {
      await unlock(page, 'Nora Quinn', PINS.nurse);
      await page.locator('.board-row').first().waitFor();
      const rows = await callVault(page, 'board');
      const patient = rows[Math.floor(random() * rows.length)]!.patient;
      // Asked before, so that the death falls into the charting and never into this question.
      const effectiveAt = await callVault(page, 'now');
      const charting = chart(patient, 40 + Math.floor(random() * 400), effectiveAt);
      const victims = VICTIMS[Math.floor(random() * VICTIMS.length)]!;
      const dies = (who: (typeof victims)[number]): boolean => victims.includes(who);
      // The moment of death, not a wait for something: any will do.
      await pause(random() * 900);
      if (dies('server')) await hospital.stop('SIGKILL');
      if (dies('hub')) await hub.stop('SIGKILL');
      if (dies('browser')) await killBrowser(tablet!, profile);
      await charting;
      // While the server is away the hub takes what it can.
      if (dies('hub')) hub = await openHub(place);
      if (dies('server')) hospital = await openHospital(options);
      if (dies('browser')) await openPage(hospital.url);
      else await page.reload();
      await lockScreen();
      const there = new Set(await idsOnTablet());
      expect([...saved].filter((id) => !there.has(id))).toEqual([]);
    }
    // Of every log that this tablet writes, the trail too, which no count on the screen shows.
    await expect.poll(unacknowledged, { timeout: 180_000 }).toEqual([]);
    const { counts } = await callVault(page, 'status');
    expect(counts.onThisTabletOnly).toBe(0);
    expect(counts.needsPerson).toBe(0);

    // The server's own word, from its own storage: the same entries, each once, in unbroken chains.
    const onTablet = await idsOnTablet();
    await tablet!.close();
    tablet = undefined;
    await hub.stop();
    await hospital.stop();
    const { context, close } = await createServer({
      dataDirectory: data,
      logLevel: 'silent',
      ...(database.url === undefined ? {} : { databaseUrl: database.url }),
    });
    const rows = await context.db
      .selectFrom('record.entry')
      .select(['log', 'seq'])
      .where('site', '=', context.identity.site)
      .execute();
    const branches = await context.db.selectFrom('record.branch').select('hash').execute();
    const quarantined = await context.db.selectFrom('record.quarantine').select('reason').execute();
    const epoch = context.epoch.current();
    await close();
    const atServer = rows.map(({ log, seq }) => `${log}-${seq}`);
    expect(new Set(atServer).size).toBe(atServer.length);
    expect([...saved].filter((id) => !atServer.includes(id))).toEqual([]);
    expect(onTablet.filter((id) => !atServer.includes(id))).toEqual([]);
    expect(branches).toEqual([]);
    expect(quarantined).toEqual([]);
    // Had the server lost what it acknowledged, a tablet would have shown it, and a new epoch would have begun.
    expect(epoch).toMatch(/^000001-/);
    expect(saved.size).toBeGreaterThan(ROUNDS);
  }, 1_800_000);
});
