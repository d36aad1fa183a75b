import { cpSync, mkdtempSync, rmSync } from 'node:fs';
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

const folder = mkdtempSync(join(tmpdir(), 'lamplight-clone-'));
const data = join(folder, 'data');
let port: number;
let hospital: Hospital;
const contexts: BrowserContext[] = [];

async function open(profile: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await openTablet(join(folder, profile));
  contexts.push(context);
  await watchVault(context);
  return { context, page: await context.newPage() };
}

async function unlocked(profile: string): Promise<{ context: BrowserContext; page: Page }> {
  const tablet = await open(profile);
  await tablet.page.goto(hospital.url);
  await unlock(tablet.page, 'Nora Quinn', PINS.nurse);
  await tablet.page.locator('.board-row').first().waitFor();
  return tablet;
}

async function chartNote(page: Page, patient: string, text: string, replaces?: string): Promise<string> {
  const saved = await callVault(page, 'append', {
    patient,
    draft: {
      kind: 'note',
      noteType: 'nursing',
      effectiveAt: await callVault(page, 'now'),
      text,
      ...(replaces === undefined ? {} : { replaces, reason: 'a slip' }),
    },
  });
  if (!saved.ok) throw new Error(saved.error.message);
  return saved.value.id;
}

const notesOn = async (page: Page, patient: string): Promise<string[]> =>
  ((await callVault(page, 'chart', patient, true))?.notes ?? [])
    .map(({ body, standing }) => `${body.text} ${standing}`)
    .sort();

beforeAll(async () => {
  port = await freePort();
  hospital = await openHospital({ port, data });
});

afterAll(async () => {
  for (const context of contexts) await context.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('a tablet that was copied', () => {
  it('loses nothing: both histories reach the server and every tablet, once, and it writes on (FAILURES 16, 21)', async () => {
    const first = await open('one');
    await enrol(first.page, hospital.url, '4 West', 'tablet one');
    await first.page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
    await unlock(first.page, 'Nora Quinn', PINS.nurse);
    await first.page.locator('.board-row').first().waitFor();
    const patient = (await callVault(first.page, 'board'))[0]!.patient;
    await chartNote(first.page, patient, 'before the copy');
    await first.page
      .getByText(/1 at the server/)
      .first()
      .waitFor();
    await first.context.close();
    cpSync(join(folder, 'one'), join(folder, 'two'), { recursive: true });

    // In the dark, the tablet and its copy write at the same places of one log.
    await hospital.stop();
    const one = await unlocked('one');
    const two = await unlocked('two');
    for (const text of ['one a', 'one b']) await chartNote(one.page, patient, text);
    const slip = await chartNote(two.page, patient, 'two a');
    await chartNote(two.page, patient, 'two b', slip);
    await chartNote(two.page, patient, 'two c');

    hospital = await openHospital({ port, data });
    const everything = [
      'before the copy current',
      'one a current',
      'one b current',
      'two a replaced',
      'two b current',
      'two c current',
    ];
    for (const { page } of [one, two])
      await expect
        .poll(() => notesOn(page, patient), { timeout: 120_000, interval: 500 })
        .toEqual(everything);

    // Both go on, each in a log of its own, and both see it.
    await chartNote(one.page, patient, 'one after');
    await chartNote(two.page, patient, 'two after');
    for (const { page } of [one, two])
      await expect
        .poll(() => notesOn(page, patient), { timeout: 60_000, interval: 500 })
        .toEqual([...everything, 'one after current', 'two after current'].sort());
    // From now on no two of them mint the same downtime number.
    const numbers: string[] = [];
    for (const { page } of [one, two]) {
      const saved = await callVault(page, 'register', {
        effectiveAt: await callVault(page, 'now'),
        name: { family: 'Unknown Male', given: `Alpha-0${numbers.length + 1}` },
        nameUnknown: true,
        sex: 'male',
      });
      if (!saved.ok) throw new Error(saved.error.message);
      numbers.push(saved.value.number);
    }
    expect(new Set(numbers).size).toBe(2);
    expect(numbers.filter((number) => /^DA0[A-Z]{2}\d/.test(number)).length).toBeGreaterThanOrEqual(1);

    const strip = one.page.getByText(/0 on this tablet only/).first();
    await strip.waitFor();

    const desk = await one.context.newPage();
    await desk.goto(`${hospital.url}/admin`);
    await signIn(desk, 'Adam Lind', PINS.administrator);
    await desk.getByText(/Copied or restored: [23] entries of a second history were taken over/).waitFor();
  });
});

describe('a tablet that was copied, where there is no server', () => {
  it('both histories go from tablet to tablet as pictures, and one that never met the copies brings them to the server', async () => {
    const pages = new Map<string, Page>();
    for (const name of ['first', 'third', 'fourth']) {
      const { page } = await open(name);
      await enrol(page, hospital.url, '4 West', `tablet ${name}`);
      await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
      await unlock(page, 'Nora Quinn', PINS.nurse);
      await page.locator('.board-row').first().waitFor();
      pages.set(name, page);
    }
    const patient = (await callVault(pages.get('first')!, 'board'))[0]!.patient;
    await chartNote(pages.get('first')!, patient, 'ground before the copy');
    // Whoever is to check the first tablet's signature has heard of it from the server.
    for (const page of pages.values())
      await expect
        .poll(() => notesOn(page, patient), { timeout: 60_000 })
        .toContain('ground before the copy current');
    await pages.get('first')!.context().close();
    cpSync(join(folder, 'first'), join(folder, 'second'), { recursive: true });
    await hospital.stop();

    const first = await unlocked('first');
    const second = await unlocked('second');
    const [third, fourth] = [pages.get('third')!, pages.get('fourth')!];
    for (const text of ['first a', 'first b']) await chartNote(first.page, patient, text);
    for (const text of ['second a', 'second b', 'second c']) await chartNote(second.page, patient, text);
    expect(await giveByCamera(first.page, third)).toMatchObject({ entries: 2, refused: 0 });
    expect(await giveByCamera(second.page, third)).toMatchObject({ refused: 0, secondHistory: true });
    expect(await giveByCamera(third, fourth)).toMatchObject({ refused: 0, secondHistory: true });
    // Asked again, nothing is shown twice.
    expect(await giveByCamera(third, fourth)).toBe('lacks nothing');

    for (const { context } of [first, second]) await context.close();
    await third.context().close();
    hospital = await openHospital({ port, data });
    await expect
      .poll(() => notesOn(fourth, patient), { timeout: 90_000, interval: 500 })
      .toEqual(
        expect.arrayContaining([
          'first a current',
          'first b current',
          'second a current',
          'second b current',
          'second c current',
        ]),
      );
  });
});

/** The two screens' part of a transfer by camera, without the light between them. */
async function giveByCamera(from: Page, to: Page) {
  const word = await callVault(to, 'qrStatement');
  if (!word.ok) throw new Error(word.error.message);
  let pages: number | undefined;
  for (const text of word.value) {
    const reading = await callVault(from, 'qrRead', text);
    if (reading.kind === 'refused') throw new Error(reading.message);
    if (reading.kind === 'tablet') pages = reading.pages;
  }
  if (pages === undefined) throw new Error('the word of the other tablet was not understood');
  if (pages === 0) return 'lacks nothing';
  for (;;) {
    const shown = await callVault(from, 'qrShow', 40);
    if (!shown.ok) throw new Error(shown.error.message);
    for (const text of shown.value.texts) {
      const reading = await callVault(to, 'qrRead', text);
      if (reading.kind === 'received') return reading.report;
    }
  }
}
