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
import { picture } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';
import { announceHub, type HubPlace, openHub, prepareHub, type WardHub } from './ward-hub.ts';

const folder = mkdtempSync(join(tmpdir(), 'lamplight-hub-e2e-'));
let port: number;
let place: HubPlace;
let hospital: Hospital;
let hub: WardHub | undefined;
const contexts: BrowserContext[] = [];

/** A tablet on the ward's Wi-Fi, which knows the hub's name, with the site's authority installed. */
async function open(profile: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await openTablet(join(folder, profile), { args: place.chromiumArgs });
  contexts.push(context);
  await watchVault(context);
  return { context, page: await context.newPage() };
}

async function enrolled(profile: string): Promise<{ context: BrowserContext; page: Page }> {
  const tablet = await open(profile);
  await enrol(tablet.page, hospital.url, '4 West', profile);
  await tablet.page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  await unlock(tablet.page, 'Nora Quinn', PINS.nurse);
  await tablet.page.locator('.board-row').first().waitFor();
  return tablet;
}

async function chartNote(page: Page, patient: string, text: string): Promise<string> {
  const saved = await callVault(page, 'append', {
    patient,
    draft: { kind: 'note', noteType: 'nursing', effectiveAt: await callVault(page, 'now'), text },
  });
  if (!saved.ok) throw new Error(saved.error.message);
  return saved.value.id;
}

const notesOn = async (page: Page, patient: string): Promise<string[]> =>
  ((await callVault(page, 'chart', patient, true))?.notes ?? []).map(({ id, body }) => `${id} ${body.text}`);

const strip = (page: Page) => page.getByRole('status', { name: 'Where entries are' });

beforeAll(async () => {
  port = await freePort();
  hospital = await openHospital({ port, data: join(folder, 'data') });
  place = prepareHub(folder, await freePort());
});

afterAll(async () => {
  for (const context of contexts) await context.close().catch(() => undefined);
  await hub?.stop();
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('a ward hub in the dark', () => {
  it('is announced by an administrator, and shows each tablet what the other charts', async () => {
    const desk = await open('desk');
    const args = await announceHub(desk.page, hospital.url, place);
    await picture(desk.page, 'hub-admin', true);
    hub = await openHub(place, args);
    const card = desk.page.getByRole('region', { name: 'Ward hubs' });
    await card.getByRole('cell', { name: place.address }).waitFor();
    await desk.context.close();

    // Its certificate comes from an authority whom nobody knows who has not been told.
    const health = `https://127.0.0.1:${place.port}/api/health`;
    await expect(fetch(health)).rejects.toThrow();

    const one = await enrolled('tablet one');
    const two = await enrolled('tablet two');
    const patient = (await callVault(one.page, 'board'))[0]!.patient;
    await hospital.stop();
    for (const { page } of [one, two]) await strip(page).getByText('Ward hub').waitFor({ timeout: 60_000 });
    await picture(one.page, 'hub-strip');

    const id = await chartNote(one.page, patient, 'through the hub');
    await expect.poll(() => notesOn(two.page, patient)).toEqual([`${id} through the hub`]);
    const back = await chartNote(two.page, patient, 'and back');
    await expect.poll(() => notesOn(one.page, patient)).toContain(`${back} and back`);
    // It is copied, and nobody says that it is at the server.
    await strip(one.page)
      .getByText(/^0 on this tablet only/)
      .waitFor();
    await strip(one.page)
      .getByText(/^1 copied/)
      .waitFor();
    await strip(one.page)
      .getByText(/^0 at the server/)
      .waitFor();
  });

  it('starts again without a new pairing, and gives the server, once back, what a tablet that is gone had charted', async () => {
    const [, one, two] = contexts as [BrowserContext, BrowserContext, BrowserContext];
    const [page, other] = [one.pages().at(-1)!, two.pages().at(-1)!];
    const patient = (await callVault(page, 'board'))[0]!.patient;
    await hub!.stop();
    const while_ = await chartNote(page, patient, 'while the hub was off');
    hub = await openHub(place);
    await expect
      .poll(() => notesOn(other, patient), { timeout: 120_000 })
      .toContain(`${while_} while the hub was off`);
    await strip(page)
      .getByText(/^2 copied/)
      .waitFor();
    const all = (await notesOn(other, patient)).sort();
    expect(all).toHaveLength(3);

    // The tablet falls into a bucket; the other one goes dark before the server is back.
    await one.close();
    await two.close();
    hospital = await openHospital({ port, data: join(folder, 'data') });
    await expect.poll(() => hub!.output(), { timeout: 120_000 }).toMatch(/answers: everything is passed on/);
    const workbench = await open('workbench');
    await workbench.page.goto(`${hospital.url}/workbench`);
    await signIn(workbench.page, 'Rita Alvarez', PINS.records);
    await expect
      .poll(
        async () => {
          const review = await workbench.page.evaluate(
            async (id) => (await fetch(`/api/workbench/patients/${id}`)).json(),
            patient,
          );
          return (review.entries as { id: string; body: { text?: string } | null }[])
            .map(({ id, body }) => `${id} ${body?.text}`)
            .sort();
        },
        { timeout: 60_000 },
      )
      .toEqual(all);

    // A tablet that was away learns the server's word, whoever brought the entries there.
    const again = await open('tablet two');
    await again.page.goto(hospital.url);
    await unlock(again.page, 'Nora Quinn', PINS.nurse);
    await strip(again.page)
      .getByText(/^1 at the server/)
      .waitFor();
    expect((await notesOn(again.page, patient)).sort()).toEqual(all);
  });
});
