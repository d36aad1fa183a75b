import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Draft } from '../../src/clinical/index.ts';
import { cameraArgs, writeFilm } from './film.ts';
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
import { expectNothingSerious } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** What comes out of the printer, page by page: Chromium prints to PDF, and the pages are read. */
const folder = mkdtempSync(join(tmpdir(), 'lamplight-print-'));
const pictures = process.env.SCREENSHOTS;
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;
let patient: string;
let family: string;
let number: string;

const at = (minutesAgo: number): string => new Date(Date.now() - minutesAgo * 60_000).toISOString();

async function append(draft: Draft, pin?: string): Promise<void> {
  expect(
    await callVault(page, 'append', { patient, draft, ...(pin === undefined ? {} : { pin }) }),
  ).toMatchObject({ ok: true });
}

/** Prints what the preview shows; the text of each page. */
async function pagesOf(title: string): Promise<string[]> {
  await page.getByRole('button', { name: 'Print again' }).and(page.locator(':enabled')).waitFor();
  // The dialog came by itself, over pages that stand.
  await page.waitForFunction(() => (window as unknown as { dialogs: number }).dialogs > 0);
  // Nothing runs over the edge of the paper.
  expect(
    await page
      .locator('.paper-pages .paper-body')
      .evaluateAll(
        (bodies) =>
          bodies.filter(
            (body) => body.scrollWidth > body.clientWidth || body.scrollHeight > body.clientHeight + 1,
          ).length,
      ),
  ).toBe(0);
  const file = join(folder, `${title}.pdf`);
  writeFileSync(file, await page.pdf({ preferCSSPageSize: true, printBackground: true }));
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    execFileSync('pdftoppm', ['-r', '60', '-png', file, join(pictures, `print-${title}`)]);
  }
  const text = execFileSync('pdftotext', ['-layout', file, '-']).toString();
  return text.split('\f').slice(0, -1);
}

async function print(title: string): Promise<string[]> {
  await page.getByRole('button', { name: title, exact: true }).click();
  return pagesOf(title.replaceAll(' ', '-'));
}
async function close(): Promise<void> {
  await page.getByRole('button', { name: 'Close' }).click();
  await page.evaluate(() => Object.assign(window, { dialogs: 0 }));
}

/** On every page: who, what, page n of m, printed when and by whom, up to which entry. */
function expectWhole(pages: readonly string[], title: string): void {
  pages.forEach((text, index) => {
    expect(text).toContain(title);
    expect(text).toContain(`Page ${index + 1} of ${pages.length}`);
    expect(text).toContain(family.toUpperCase());
    expect(text).toContain(number);
    expect(text.replace(/\s+/g, ' ')).toMatch(
      /Printed \d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d by Nora Quinn · 4 West tablet 1 · up to entry [0-9a-f]{6}…-\d+/,
    );
  });
}

/** The browser's own dialog would stand before everything; that it was asked for is what matters. */
const countDialogs = (context: BrowserContext) =>
  context.addInitScript(() => {
    const counter = Object.assign(window, { dialogs: 0 });
    window.print = () => {
      counter.dialogs += 1;
    };
  });

beforeAll(async () => {
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data') });
  tablet = await openTablet(join(folder, 'profile'));
  await watchVault(tablet);
  await countDialogs(tablet);
  page = await tablet.newPage();
  page.on('pageerror', (error) => console.error('print', error.message));
  await enrol(page, hospital.url, '4 West', '4 West tablet 1');
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  await page.getByText(/EHR data as of/).waitFor();
  await unlock(page, 'Dr Mei Tanaka', PINS.clinician);
  await wholeWard(page);
  // An adult: for children no NEWS2 chart is drawn.
  const row = (await callVault(page, 'board')).find(({ birthDate }) => (birthDate ?? '9') < '2005')!;
  patient = row.patient;
  family = row.name.family;
  number = row.numbers[0]!.value;
  await append(
    {
      kind: 'order-signed',
      effectiveAt: at(0),
      detail: {
        category: 'laboratory',
        request: { text: 'Troponin T' },
        specimen: 'blood',
        priority: 'stat',
      },
      overrides: [],
    },
    PINS.clinician,
  );
  await append(
    {
      kind: 'order-signed',
      effectiveAt: at(0),
      detail: {
        category: 'medication',
        medication: { text: 'hydralazine 25 mg tablet' },
        dose: { value: 25, unit: 'mg' },
        route: 'PO',
        schedule: { type: 'every', hours: 6 },
        startAt: at(60),
      },
      overrides: [],
    },
    PINS.clinician,
  );
  await page.getByRole('button', { name: 'Lock' }).click();
  await unlock(page, 'Nora Quinn', PINS.nurse);
  await page.locator('.board-row').first().waitFor();
  for (let index = 0; index < 14; index++)
    await append({
      kind: 'vital-signs',
      effectiveAt: at(30 * (14 - index)),
      values: {
        saturationScale: 1,
        respirationRate: 14 + index,
        oxygenSaturation: 97 - (index % 5),
        oxygenDevice: 'A',
        systolic: 120 + index,
        diastolic: 70,
        pulse: 80 + index,
        consciousness: 'alert',
        temperature: 37,
      },
    });
  await append({
    kind: 'note',
    effectiveAt: at(5),
    noteType: 'nursing',
    text: `First line of the note.\n${'The patient slept well and says that the pain is less. '.repeat(160)}\nLast line of the note.`,
  });
}, 120_000);

afterAll(async () => {
  await tablet?.close();
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('on paper', () => {
  it('the medication record is two taps away, with patient and page n of m on each page', async () => {
    await page.locator('.board-row', { hasText: number }).click();
    await page.getByRole('button', { name: 'Print', exact: true }).click();
    const pages = await print('Medication record');
    expectWhole(pages, 'Medication record');
    expect(pages.join(' ')).toMatch(/hydrALAZINE 25 mg tablet – DOSE 25 mg – by mouth – every 6 hours/);
    await expectNothingSerious(page);
    await close();
  });

  it('a long note goes on over the page, whole, and Letter is as whole as A4', async () => {
    const letter = await print('Notes and forms');
    expectWhole(letter, 'Notes and forms');
    expect(letter.length).toBeGreaterThan(1);
    const text = letter.join(' ');
    expect(text).toContain('First line of the note.');
    expect(text).toContain('Last line of the note.');
    expect(text.match(/slept/g)?.length).toBe(160);
    // What belongs to a note says so on each page.
    for (const one of letter) expect(one).toMatch(/Nursing note ·/);
    await page.getByText('A4', { exact: true }).click();
    const a4 = await pagesOf('notes-a4');
    expectWhole(a4, 'Notes and forms');
    expect(a4.join(' ').match(/slept/g)?.length).toBe(160);
    const size = execFileSync('pdfinfo', [join(folder, 'notes-a4.pdf')]).toString();
    expect(size).toMatch(/Page size:\s+59[45]\S* x 84[12]/);
    await close();
  });

  it('the NEWS2 chart shows every set and the college’s line', async () => {
    const pages = await print('NEWS2 chart and vital signs');
    expectWhole(pages, 'NEWS2 chart and vital signs');
    expect(pages.join(' ').replace(/\s+/g, ' ')).toContain('Reproduced from: Royal College of Physicians');
    expect(pages.join(' ').match(/Respiration rate \d+ per minute/g)?.length).toBe(14);
    await close();
  });

  it('what is on this tablet only is named on the paper', async () => {
    // All that was charted before is there, so that what comes now is the only one.
    await page.getByText(/^0 on this tablet only/).waitFor();
    await hospital.stop();
    await append({ kind: 'note', effectiveAt: at(0), noteType: 'nursing', text: 'Written in the dark.' });
    await page.getByText(/^1 on this tablet only/).waitFor();
    const pages = await print('Transfer packet');
    expectWhole(pages, 'Transfer packet');
    expect(pages.join(' ').replace(/\s+/g, ' ')).toMatch(
      /On this tablet only when this was printed \(1\): Nursing note \d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d/,
    );
    expect(pages[0]!.replace(/\s+/g, ' ')).toContain('1 of its entries on this tablet only');
    await close();
  });

  it('a requisition carries order and specimen labels; a blank form is for the pen', async () => {
    const pages = await print('Troponin T – blood – STAT');
    expectWhole(pages, 'Requisition: laboratory');
    expect(pages.join(' ')).toMatch(/Taken\s+____-____-______\s+____:____ by/);
    await close();
    await page.getByText('Blank forms').click();
    await page.getByRole('button', { name: /^Blank form: Fall/ }).click();
    const blank = await pagesOf('blank');
    expectWhole(blank, 'Fall');
    expect(blank.length).toBeLessThanOrEqual(2);
    await close();
  });

  it('the wristband’s code is read by another tablet’s camera, and opens the patient', async () => {
    const pages = await print('Wristband');
    expect(pages.join(' ')).toContain(number);
    await page
      .getByRole('img', { name: `Barcode ${number}` })
      .first()
      .waitFor();
    // The printed code, as grey picture before the fake camera.
    const picture = await page
      .getByRole('img', { name: `Barcode ${number}` })
      .first()
      .evaluate(async (image) => {
        const source = image as HTMLImageElement;
        const canvas = document.createElement('canvas');
        canvas.width = 480;
        canvas.height = 480;
        const context = canvas.getContext('2d')!;
        context.fillStyle = '#fff';
        context.fillRect(0, 0, 480, 480);
        context.imageSmoothingEnabled = false;
        const side = 300;
        context.drawImage(source, 90, 90, side, (side * source.naturalHeight) / source.naturalWidth);
        const { data } = context.getImageData(0, 0, 480, 480);
        let text = '';
        for (let at = 0; at < data.length; at += 4) text += String.fromCharCode(data[at]!);
        return btoa(text);
      });
    // To lock writes what the trail still holds in memory.
    await close();
    await page.getByRole('button', { name: 'Lock' }).click();
    await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
    await tablet.close();
    const film = join(folder, 'wristband.y4m');
    writeFilm(film, [Buffer.from(picture, 'base64')]);
    tablet = await openTablet(join(folder, 'profile'), { args: cameraArgs(film) });
    page = await tablet.newPage();
    await page.goto(hospital.url);
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.locator('.board-row').first().waitFor();
    await page.getByRole('button', { name: 'Scan', exact: true }).click();
    await page.getByText('✓ Wristband scanned.').waitFor();
    await page.getByRole('region', { name: 'Patient' }).getByText(number).waitFor();
  });

  it('who printed what stands in the audit trail', async () => {
    hospital = await openHospital({
      port: Number(new URL(hospital.url).port),
      data: join(folder, 'data'),
    });
    const desk = await tablet.newPage();
    await desk.goto(`${hospital.url}/admin`);
    await signIn(desk, 'Adam Lind', PINS.administrator);
    await vi.waitFor(
      async () => {
        const response = await desk.request.get(`${hospital.url}/api/admin/audit?what=printed`);
        const { events } = (await response.json()) as {
          events: { staff: { name: string }; detail: string }[];
        };
        expect(events.map(({ staff, detail }) => `${staff.name}: ${detail}`)).toContain(
          'Nora Quinn: Wristband, 1 page',
        );
      },
      // It had tried in vain for a while, and tries again ever more rarely.
      { timeout: 120_000 },
    );
  });
});
