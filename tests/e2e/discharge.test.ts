import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BoardRow } from '../../src/clinical/index.ts';
import {
  enrol,
  freePort,
  type Hospital,
  openHospital,
  openTablet,
  PINS,
  unlock,
  wholeWard,
} from './hospital.ts';
import { expectNothingSerious, picture } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** The EHR discharges patients while tablets stand ready, for weeks, before an outage. */

const folder = mkdtempSync(join(tmpdir(), 'lamplight-discharge-'));
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;
let rows: BoardRow[];

const board = () => callVault(page, 'board');

async function discharge(row: BoardRow): Promise<void> {
  const found = (await (
    await fetch(`${hospital.ehr}/Patient?identifier=${encodeURIComponent(row.number!.value)}`)
  ).json()) as { entry: { resource: { id: string; name: { family: string }[] } }[] };
  expect(found.entry.map(({ resource }) => resource.name[0]!.family)).toEqual([row.name.family]);
  const encounters = (await (
    await fetch(`${hospital.ehr}/Encounter?patient=Patient/${found.entry[0]!.resource.id}&status=in-progress`)
  ).json()) as { entry: { resource: { id: string } }[] };
  expect(encounters.entry.length).toBeGreaterThan(0);
  for (const { resource } of encounters.entry) {
    const answer = await fetch(`${hospital.ehr}/Encounter/${resource.id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ ...resource, status: 'finished' }),
    });
    expect(answer.ok).toBe(true);
  }
}

beforeAll(async () => {
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data') });
  tablet = await openTablet(join(folder, 'profile'));
  await watchVault(tablet);
  page = await tablet.newPage();
  await enrol(page, hospital.url, '4 West', '4 West tablet 1');
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  await page.getByText(/EHR data as of/).waitFor();
  await unlock(page, 'Nora Quinn', PINS.nurse);
  await wholeWard(page);
  rows = (await board()).filter(({ number }) => number !== undefined);
}, 120_000);

afterAll(async () => {
  await tablet?.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('a patient whom the EHR discharges', () => {
  it('leaves the board for good where nothing was charted, and stays, flagged, where something was', async () => {
    const [uncharted, charted] = rows as [BoardRow, BoardRow];
    const saved = await callVault(page, 'append', {
      patient: charted.patient,
      draft: {
        kind: 'note',
        noteType: 'nursing',
        text: 'Went home with her daughter.',
        effectiveAt: new Date().toISOString(),
      },
    });
    expect(saved.ok).toBe(true);
    await discharge(uncharted);
    await discharge(charted);
    // Twice: a list that came later must not bring anybody back.
    for (let time = 0; time < 2; time++) {
      const read = await tablet.request.post(`${hospital.url}/api/admin/census/refresh`, { data: {} });
      expect(read.status()).toBe(200);
      await expect
        .poll(async () => (await board()).map(({ patient }) => patient), { timeout: 60_000 })
        .not.toContain(uncharted.patient);
    }
    await expect
      .poll(async () => (await board()).find(({ patient }) => patient === charted.patient)?.leftTheList, {
        timeout: 60_000,
      })
      .toBe(true);
    const row = (await board()).find(({ patient }) => patient === charted.patient)!;
    expect(row.name).toEqual(charted.name);
    expect(row.allergies).toEqual(charted.allergies);
    await page.locator('.board-row', { hasText: charted.number!.value }).click();
    await page.getByText(/The EHR does not name this patient on this ward any more/).waitFor();
    await expectNothingSerious(page);
    await picture(page, 'discharged');
    // The chart is whole: what was charted and what the EHR said last.
    const chart = await callVault(page, 'chart', charted.patient, true);
    expect(chart?.notes).toHaveLength(1);
    expect(chart?.identity.numbers).toContainEqual(charted.number);
  });
});
