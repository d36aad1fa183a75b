import type { Page } from 'playwright-core';
import { type FormularyItem, openFormulary } from '../../src/clinical/index.ts';
import { PINS, unlock } from '../e2e/hospital.ts';
import { publishFormulary, scan } from '../e2e/scanner.ts';
import { callVault } from '../e2e/vault-calls.ts';
import { type Percentiles, pause, percentiles } from './tablet.ts';

/** Of a package, as GS1 prints it. */
const GTIN = '00307773105025';

/** A formulary as large as a hospital's, searched at every keystroke of drugs that people look for. */
export function timeFormularySearch(rows: number): Percentiles {
  const stems =
    'acetamin acyclo amoxi ator carve cef cipro dexa digo enoxa furo gaba hepa ibu levo meto morph'.split(
      ' ',
    );
  const items = Array.from(
    { length: rows },
    (_, index): FormularyItem => ({
      name: `${stems[index % stems.length]}${index.toString(36)}in`,
      form: `${(index % 40) * 25 + 25} mg tablet`,
      doses: [],
      gtins: [],
      ndcs: [],
      limits: [],
    }),
  );
  const formulary = openFormulary(items);
  const times: number[] = [];
  for (const stem of stems)
    for (const typed of [...stem].map((_, at) => stem.slice(0, at + 1)).concat(`${stem} 500`)) {
      const before = performance.now();
      formulary.search(typed);
      times.push(performance.now() - before);
    }
  return percentiles(times);
}

/** What was tapped, and how long it took by a script's hands, which read nothing and miss nothing. */
interface Counted {
  taps: number;
  seconds: number;
}

async function counting(page: Page, work: () => Promise<void>): Promise<Counted> {
  await page.evaluate(() => {
    const counter = window as unknown as { taps: number; counts?: true };
    counter.taps = 0;
    if (counter.counts) return;
    counter.counts = true;
    document.addEventListener(
      'pointerdown',
      (event) => {
        if (event.isTrusted) counter.taps += 1;
      },
      { capture: true },
    );
  });
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  return { taps: await page.evaluate(() => (window as unknown as { taps: number }).taps), seconds };
}

const saved = (page: Page) =>
  page
    .getByText(/Saved on this tablet/)
    .first()
    .waitFor();

/** Taps besides digits, PIN and scan, as a nurse makes them (ward-screens.md). Begins and ends locked. */
export async function countTaps(
  page: Page,
  url: string,
  folder: string,
): Promise<(Counted & { what: string; most: number })[]> {
  await publishFormulary(page, url, folder, [
    `acyclovir,500 mg tablet,PO,500,mg,QID,${GTIN},`,
    'hydrOXYzine,25 mg tablet,PO,25,mg,TID,09501101530003,',
  ]);
  await unlock(page, 'Dr Mei Tanaka', PINS.clinician);
  await page.locator('.board-row').first().waitFor();
  const row = (await callVault(page, 'board')).find(
    ({ allergies, birthDate }) => allergies.status !== 'known' && (birthDate ?? '9') < '2005',
  )!;
  for (const [text, mg] of [
    ['quinine 300 mg capsule', 300],
    ['acyclovir 500 mg tablet', 500],
  ] as const)
    await callVault(page, 'append', {
      patient: row.patient,
      draft: {
        kind: 'order-signed',
        effectiveAt: new Date().toISOString(),
        detail: {
          category: 'medication',
          medication: { text },
          dose: { value: mg, unit: 'mg' },
          route: 'PO',
          schedule: { type: 'every', hours: 6 },
          startAt: new Date().toISOString(),
        },
        overrides: [],
      },
      pin: PINS.clinician,
    });
  while (!(await callVault(page, 'siteData', 'formulary'))) await pause(page, 200);
  await page.getByRole('button', { name: 'Lock' }).click();
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  const mine = page.locator('.board-row', { hasText: row.numbers[0]!.value }).first();

  const vitals = await counting(page, async () => {
    await page.getByRole('button', { name: /^Nora Quinn/ }).click();
    await page.getByLabel('PIN', { exact: true }).fill(PINS.nurse);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await mine.click();
    await page.getByRole('button', { name: 'Record vital signs' }).click();
    await page.getByLabel('Pulse').fill('72');
    await page.getByRole('button', { name: 'Save vital signs' }).click();
    await saved(page);
  });
  await page.getByRole('button', { name: '‹ Ward board' }).click();

  const dose = await counting(page, async () => {
    await page.getByRole('tab', { name: 'Medication round' }).click();
    await page
      .getByRole('region', { name: 'Due now' })
      .getByRole('button', { name: /^Give quinine/ })
      .click();
    await page.getByRole('button', { name: 'No scanner here' }).click();
    await page.getByRole('button', { name: 'Save dose' }).click();
    await saved(page);
  });

  await page.getByRole('button', { name: '‹ Ward board' }).click();
  const scanned = await counting(page, async () => {
    await scan(page, row.numbers[0]!.value);
    await page.getByText('✓ Wristband scanned.').waitFor();
    await scan(page, `]d201${GTIN}1730123110L42`);
    await page.getByText(/✓ Scanned: wristband of/).waitFor();
    await page.getByRole('button', { name: 'Save dose' }).click();
    await saved(page);
  });

  const note = await counting(page, async () => {
    await page.getByRole('button', { name: 'Write note' }).click();
    await page.getByRole('heading', { name: /note/i }).first().waitFor();
  });
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Lock' }).click();
  return [
    { what: 'unlock to the first vital signs saved', ...vitals, most: 8 },
    { what: 'a scheduled dose from the ward board, without scan', ...dose, most: 6 },
    { what: 'a scheduled dose from the ward board, with wristband and drug scanned', ...scanned, most: 4 },
    { what: 'a nursing note opened, from the patient', ...note, most: 2 },
  ];
}
