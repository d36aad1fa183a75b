import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrol, freePort, openHospital, openTablet, PINS, signIn, unlock } from '../tests/e2e/hospital.ts';

/** Makes the pictures of the README: `node scripts/screenshots.ts` after a build. */
const folder = mkdtempSync(join(tmpdir(), 'lamplight-screens-'));
const pictures = join(import.meta.dirname, '../docs/screenshots');
mkdirSync(pictures, { recursive: true });
const hospital = await openHospital({ port: await freePort(), data: join(folder, 'data') });
const tablet = await openTablet(join(folder, 'profile'));
const page = await tablet.newPage();
const shoot = (name: string, of = page): Promise<unknown> =>
  of.screenshot({ path: join(pictures, `${name}.png`) });

await enrol(page, hospital.url, '4 West', '4 West tablet 1');
await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
await shoot('lock');
await unlock(page, 'Nora Quinn', PINS.nurse);
await page.locator('.board-row').first().waitFor();
await page.getByText('The list is not complete yet').waitFor({ state: 'hidden' });
await shoot('board');
await page.locator('.board-row').first().click();
await page.getByRole('button', { name: 'Record vital signs' }).click();
for (const [label, value] of [
  ['Respiration rate', '22'],
  ['Oxygen saturation', '93'],
  ['Systolic', '105'],
  ['Diastolic', '65'],
  ['Pulse', '112'],
  ['Temperature', '38.4'],
] as const) {
  await page.getByLabel(label, { exact: true }).fill(value);
}
await page.getByText('Alert', { exact: true }).click();
await page.getByRole('combobox', { name: 'Air or oxygen' }).click();
await page.getByRole('option', { name: 'Air', exact: true }).click();
await shoot('vital-signs');
await page.getByRole('button', { name: 'Save vital signs' }).click();
await page.getByText(/Saved on this tablet/).waitFor();
await page.getByRole('tab', { name: 'Vital signs' }).click();
await shoot('news2-chart');
await page.getByRole('tab', { name: 'Medication' }).click();
await shoot('medication');
await page
  .getByRole('button', { name: /: give / })
  .first()
  .click();
await page.getByRole('button', { name: /^(Save dose|Next: )/ }).waitFor();
await shoot('dose');
await page.getByRole('button', { name: 'Cancel' }).click();
await page.getByRole('tab', { name: 'History' }).click();
await shoot('history');
await page.getByText('Red', { exact: true }).click();
await page.getByRole('button', { name: '‹ Ward board' }).click();
await page.locator('.board-row').first().waitFor();
await shoot('board-red-night');
await page.getByRole('button', { name: 'New patient' }).click();
await shoot('new-patient');

const desk = await tablet.newPage();
await desk.goto(`${hospital.url}/workbench`);
await signIn(desk, 'Rita Alvarez', PINS.records);
await desk.getByRole('region', { name: '4 West' }).locator('.board-row').first().click();
await desk.getByRole('button', { name: 'Approve all of this patient' }).waitFor();
await shoot('workbench', desk);
const admin = await tablet.newPage();
await admin.request.delete(`${hospital.url}/api/session`);
await admin.goto(`${hospital.url}/admin`);
await signIn(admin, 'Adam Lind', PINS.administrator);
await admin.getByRole('button', { name: /New enrolment code for 4 West/ }).click();
await admin.getByTestId('enrolment-code').waitFor();
await shoot('admin', admin);
await tablet.close();
await hospital.stop();
rmSync(folder, { recursive: true, force: true });
