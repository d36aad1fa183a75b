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
  wholeWard,
} from './hospital.ts';
import { expectNothing, picture } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

const folder = mkdtempSync(join(tmpdir(), 'lamplight-move-'));
const data = join(folder, 'data');
let port: number;
let hospital: Hospital;
let west: Page;
let east: Page;
/** Another tablet of the ward that patients leave. */
let west2: Page;
const contexts: BrowserContext[] = [];

async function open(profile: string): Promise<Page> {
  const context = await openTablet(join(folder, profile));
  contexts.push(context);
  await watchVault(context);
  return context.newPage();
}

async function enrolled(profile: string, ward: string): Promise<Page> {
  const page = await open(profile);
  await enrol(page, hospital.url, ward, profile);
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  await unlock(page, 'Nora Quinn', PINS.nurse);
  await page.locator('.board-row').first().waitFor();
  return page;
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
  ((await callVault(page, 'chart', patient, true))?.notes ?? [])
    .map(({ id, body }) => `${id} ${body.text}`)
    .sort();

const familyOf = async (page: Page, index: number): Promise<{ patient: string; family: string }> => {
  const rows = await callVault(page, 'board');
  const row = rows
    .filter(({ elsewhere }) => !elsewhere)
    .toSorted((a, b) => (a.bed ?? '').localeCompare(b.bed ?? '', 'en', { numeric: true }))[index]!;
  return { patient: row.patient, family: row.name.family };
};

const rowOf = (page: Page, family: string) =>
  page.locator('.board-row').filter({ hasText: family.toUpperCase() });

/** As a nurse does it: the patient page, the ward, the bed. */
async function move(page: Page, family: string, bed: string): Promise<void> {
  await rowOf(page, family).first().click();
  await page.getByRole('button', { name: 'Move to another ward' }).click();
  await page.getByRole('combobox', { name: 'Ward' }).click();
  await page.getByRole('option', { name: '5 East' }).click();
  await page.getByLabel('Bed there').fill(bed);
  await picture(page, `move-form-${bed}`);
  await page.getByRole('button', { name: 'Move the patient' }).click();
  await page.getByText(`Moved to 5 East, bed ${bed}. Saved on this tablet`).waitFor();
  await page.getByText('What you chart here goes to that ward').waitFor();
  await picture(page, `moved-${bed}`);
  await page.getByRole('button', { name: /Ward board/ }).click();
}

/** What the pictures of one tablet tell the other's camera, both ways, without the camera. `false`: nothing was lacking. */
async function byCamera(giver: Page, taker: Page): Promise<boolean> {
  const word = await callVault(taker, 'qrStatement');
  for (const text of word.ok ? word.value : []) await callVault(giver, 'qrRead', text);
  for (let n = 0; n < 400; n++) {
    const shown = await callVault(giver, 'qrShow', 20);
    if (!shown.ok) return false;
    for (const text of shown.value.texts)
      if ((await callVault(taker, 'qrRead', text)).kind === 'received') return true;
  }
  throw new Error('the transfer did not end');
}

beforeAll(async () => {
  port = await freePort();
  hospital = await openHospital({ port, data });
  west = await enrolled('west tablet', '4 West');
  east = await enrolled('east tablet', '5 East');
  west2 = await enrolled('second west tablet', '4 West');
  // Beds are counted below.
  await wholeWard(west);
}, 240_000);

afterAll(async () => {
  for (const context of contexts) await context.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('a patient who goes to another ward', () => {
  it('is on its board with the whole record and the EHR’s data, and the old board says where', async () => {
    const { patient, family } = await familyOf(west, 0);
    const other = await familyOf(west, 5);
    const ids = [await chartNote(west, patient, 'one'), await chartNote(west, patient, 'two')];
    await chartNote(west, other.patient, 'about somebody else');
    const before = (await callVault(west, 'chart', patient, true))!;
    await move(west, family, '77');

    const gone = west.getByRole('region', { name: 'Moved to other wards' });
    await gone.getByText('5 East, bed 77').waitFor();
    expect(await rowOf(west, family).count()).toBe(0);
    const row = rowOf(east, family);
    await row.getByText('From 4 West: all 2 entries here').waitFor({ timeout: 60_000 });
    expect(await row.locator('.bed').textContent()).toBe('77');
    if (process.env.SCREENSHOTS) {
      await row.scrollIntoViewIfNeeded();
      await east.screenshot({ path: join(process.env.SCREENSHOTS, 'move-arrived.png') });
      await gone.scrollIntoViewIfNeeded();
      await west.screenshot({ path: join(process.env.SCREENSHOTS, 'move-gone.png') });
    }

    const there = (await callVault(east, 'chart', patient, true))!;
    expect((await notesOn(east, patient)).map((note) => note.split(' ')[0]).sort()).toEqual(ids.sort());
    expect(there.allergies).toEqual(before.allergies);
    expect(there.orders.map(({ id }) => id).sort()).toEqual(before.orders.map(({ id }) => id).sort());
    expect(there.identity.numbers).toEqual(before.identity.numbers);
    expect(there.conflicts).toEqual([]);
    // Nothing of anybody else came along.
    const rows = await callVault(east, 'board');
    expect(rows.map((candidate) => candidate.patient)).not.toContain(other.patient);
    for (const page of [west, east]) expect(await page.getByText('two beds for one patient').count()).toBe(0);
    await expectNothing(west);
  });

  it('is charted on by both wards: late entries follow, and the workbench has each once', async () => {
    const gone = (await callVault(west, 'board')).find(({ elsewhere }) => elsewhere)!;
    const { patient } = gone;
    await chartNote(west, patient, 'late, from the old ward');
    await chartNote(east, patient, 'from the new ward');
    const texts = async (page: Page) =>
      (await notesOn(page, patient)).map((note) => note.split(' ').slice(1).join(' ')).sort();
    await expect
      .poll(() => texts(east), { timeout: 60_000 })
      .toEqual(['from the new ward', 'late, from the old ward', 'one', 'two']);
    // What is charted where the patient is now is not for the old ward.
    expect(await texts(west)).not.toContain('from the new ward');

    const desk = await open('desk');
    await desk.goto(`${hospital.url}/workbench`);
    await signIn(desk, 'Rita Alvarez', PINS.records);
    await expect
      .poll(
        async () => {
          const review = await desk.evaluate(
            async (id) => (await fetch(`/api/workbench/patients/${id}`)).json(),
            patient,
          );
          return [
            review.ward,
            ...(review.entries as { body: { kind: string; text?: string } }[])
              .map(({ body }) => body.text ?? body.kind)
              .sort(),
          ];
        },
        { timeout: 60_000 },
      )
      .toEqual(['5-east', 'from the new ward', 'late, from the old ward', 'one', 'patient-moved', 'two']);
    await desk.context().close();
  });

  it('goes in the dark by a file for that ward, which only that ward opens', async () => {
    await hospital.stop('SIGKILL');
    const { patient, family } = await familyOf(west, 1);
    const id = await chartNote(west, patient, 'in the dark');
    await move(west, family, '78');
    await west.getByRole('button', { name: 'Pass records on' }).click();
    await west.getByRole('button', { name: /Save to a file/ }).click();
    await west.getByText('For another ward').click();
    await west.getByRole('combobox', { name: 'Ward' }).click();
    await west.getByRole('option', { name: '5 East' }).click();
    await west.getByRole('button', { name: 'Make the file' }).click();
    await west.getByText(/opens only at this hospital: on an unlocked tablet of that ward/).waitFor();
    await picture(west, 'move-file');
    const [download] = await Promise.all([
      west.waitForEvent('download'),
      west.getByRole('link', { name: 'Save the file' }).click(),
    ]);
    const path = join(folder, 'for 5 East.age');
    await download.saveAs(path);

    await east.getByRole('button', { name: 'Pass records on' }).click();
    await east.getByRole('button', { name: /Read a file/ }).click();
    await east.locator('input[type=file]').setInputFiles(path);
    await east.getByRole('status', { name: 'Receipt' }).getByText(/new/).waitFor();
    await expect.poll(() => notesOn(east, patient)).toEqual([`${id} in the dark`]);
    const arrived = (await callVault(east, 'board')).find((row) => row.patient === patient);
    expect(arrived).toMatchObject({ bed: '78', arrival: { fromName: '4 West', listed: 1, here: 1 } });

    // The ward that wrote it does not open it: it is sealed for the other.
    await west.getByRole('button', { name: 'Another way' }).click();
    await west.getByRole('button', { name: /Read a file/ }).click();
    await west.locator('input[type=file]').setInputFiles(path);
    await west
      .getByText(/sealed for other wards/)
      .first()
      .waitFor();
  });

  it('goes in the dark by camera, with no more than the codes of both tablets', async () => {
    const { patient } = await familyOf(west, 2);
    const id = await chartNote(west, patient, 'by camera');
    const moved = await callVault(west, 'move', { patient, ward: '5-east', bed: '79' });
    expect(moved.ok).toBe(true);
    expect(await byCamera(west, east)).toBe(true);
    await expect.poll(() => notesOn(east, patient)).toEqual([`${id} by camera`]);

    // Another tablet of the old ward had charted without knowing of the move. Once it hears of it, it sends its own word
    // after the patient.
    const late = await chartNote(west2, patient, 'not knowing');
    expect((await callVault(west2, 'chart', patient, true))?.elsewhere).toBeUndefined();
    expect(await byCamera(west, west2)).toBe(true);
    await west2.getByRole('region', { name: 'Moved to other wards' }).getByText('5 East, bed 79').waitFor();
    const all = [`${id} by camera`, `${late} not knowing`].sort();
    await expect.poll(() => notesOn(west2, patient)).toEqual(all);
    await expect
      .poll(
        async () => {
          await byCamera(west2, east);
          return notesOn(east, patient);
        },
        { timeout: 120_000 },
      )
      .toEqual(all);

    // The server, once back, has everything once, whichever way it came.
    hospital = await openHospital({ port, data });
    const desk = await open('desk again');
    await desk.goto(`${hospital.url}/workbench`);
    await signIn(desk, 'Rita Alvarez', PINS.records);
    await expect
      .poll(
        async () => {
          const answer = await desk.evaluate(async (about) => {
            const response = await fetch(`/api/workbench/patients/${about}`);
            return response.ok ? response.json() : { entries: [] };
          }, patient);
          return (answer.entries as { id: string; body: { kind: string } }[])
            .map((entry) => `${entry.body.kind} ${entry.body.kind === 'note' ? entry.id : ''}`.trim())
            .sort();
        },
        { timeout: 60_000 },
      )
      .toEqual([`note ${id}`, `note ${late}`, 'patient-moved'].sort());
    await expect.poll(() => notesOn(east, patient)).toEqual(all);
  });
});
