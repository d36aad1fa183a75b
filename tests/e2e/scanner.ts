import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** A scanner that acts as a keyboard, as it sends a code: keys within milliseconds, and Enter. */
export async function scan(page: Page, text: string): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  // All at once and in order, as a cable brings them: to wait for the page after each key would make a slow typist.
  await Promise.all(
    [...text, 'Enter'].flatMap((key) => {
      const typed = key === 'Enter' ? '\r' : key;
      return [
        cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text: typed, unmodifiedText: typed }),
        cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key }),
      ];
    }),
  );
  await cdp.detach();
}

/** At the desk, where an administrator is signed in: a formulary of these lines, published. */
export async function publishFormulary(
  tablet: Page,
  url: string,
  folder: string,
  lines: readonly string[],
): Promise<void> {
  const desk = await tablet.context().newPage();
  await desk.goto(`${url}/admin`);
  const file = join(folder, 'formulary.csv');
  writeFileSync(file, ['name,form,route,doses,unit,frequency,gtin,ndc', ...lines].join('\n'));
  const drugs = `${lines.length} drugs`;
  await desk.getByRole('region', { name: 'Formulary' }).locator('input[type=file]').setInputFiles(file);
  await desk.getByRole('button', { name: `Publish ${drugs} to the tablets` }).click();
  await desk.getByText(`${drugs} are on their way to the tablets.`).waitFor();
  await desk.close();
}
