import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Draft, MedicationDetail } from '../../src/clinical/index.ts';
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
import { lookAtBoth } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

/** A nurse's medication round on one tablet, with the taps counted by the page itself. */
const folder = mkdtempSync(join(tmpdir(), 'lamplight-medication-'));
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;
let patient: string;
let number: string;

const look = (of: string): Promise<void> => lookAtBoth(page, of);

const order = (text: string, more: Partial<MedicationDetail> = {}): Draft => ({
  kind: 'order-signed',
  effectiveAt: new Date().toISOString(),
  detail: {
    category: 'medication',
    medication: { text },
    dose: { value: 500, unit: 'mg' },
    route: 'PO',
    schedule: { type: 'every', hours: 6 },
    startAt: new Date().toISOString(),
    ...more,
  },
  overrides: [],
});

/** Taps from now on, as the page sees them. */
async function countTaps(): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const counter = window as unknown as { taps: number };
    counter.taps = 0;
    document.addEventListener('pointerdown', (event) => {
      if (event.isTrusted) counter.taps += 1;
    });
  });
  return () => page.evaluate(() => (window as unknown as { taps: number }).taps);
}

const saved = () => page.getByText(/Saved on this tablet/).waitFor();
const openMedication = async (): Promise<void> => {
  await page.locator('.board-row', { hasText: number }).click();
  await page.getByRole('tab', { name: 'Medication', exact: true }).click();
};

beforeAll(async () => {
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data') });
  tablet = await openTablet(join(folder, 'profile'));
  await watchVault(tablet);
  page = await tablet.newPage();
  await page.setViewportSize({ width: 1180, height: 820 });
  await enrol(page, hospital.url, '4 West', '4 West tablet 1');
  await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  await page.getByText(/EHR data as of/).waitFor();
  await unlock(page, 'Dr Mei Tanaka', PINS.clinician);
  await wholeWard(page);
  const board = await callVault(page, 'board');
  // An adult: for a child a second person checks each injection.
  const row = board.find(
    ({ allergies, birthDate }) => allergies.status !== 'known' && (birthDate ?? '9') < '2005',
  )!;
  patient = row.patient;
  number = row.number!.value;
  for (const draft of [
    order('acyclovir 500 mg tablet'),
    order('fentanyl 25 mcg/hour transdermal patch', {
      route: 'TD',
      dose: { value: 1, unit: '{patch}' },
      schedule: { type: 'as-needed', for: 'pain', leastIntervalHours: 72, mostPerDay: 1 },
    }),
    order('insulin lispro', {
      route: 'SC',
      dose: { value: 6, unit: '[IU]' },
      schedule: { type: 'as-needed' },
    }),
    order('digoxin 125 mcg tablet', {
      dose: { value: 125, unit: 'ug' },
      schedule: { type: 'as-needed' },
      limits: [{ parameter: 'pulse', below: 60 }],
    }),
    order('sodium chloride 0.9 %', {
      route: 'IV',
      dose: { value: 1000, unit: 'mL' },
      schedule: { type: 'continuous', rate: { value: 125, unit: 'mL/h' } },
    }),
  ])
    expect(await callVault(page, 'append', { patient, draft, pin: PINS.clinician })).toMatchObject({
      ok: true,
    });
  await page.getByRole('button', { name: 'Lock' }).click();
  await unlock(page, 'Nora Quinn', PINS.nurse);
  await page.locator('.board-row').first().waitFor();
}, 120_000);

afterAll(async () => {
  await tablet?.close();
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('a medication round', () => {
  it('a scheduled dose is given in at most 6 taps from the ward board, without a scanner', async () => {
    const taps = await countTaps();
    await page.getByRole('tab', { name: 'Medication round' }).click();
    await page
      .getByRole('region', { name: 'Due now' })
      .getByRole('button', { name: /^Give acyclovir/ })
      .click();
    await page.getByRole('button', { name: 'No scanner here' }).click();
    await page.getByRole('button', { name: 'Save dose' }).click();
    await saved();
    const count = await taps();
    console.log(`scheduled dose without scan: ${count} taps`);
    expect(count).toBeLessThanOrEqual(6);
    await page.getByRole('button', { name: '‹ Ward board' }).click();
    await look('round');
    await page.getByRole('tab', { name: 'Ward board' }).click();
  });

  it('an infusion is started, and its rate changed in at most 4 taps from the patient', async () => {
    await openMedication();
    await page.getByRole('button', { name: /^Start infusion/ }).click();
    expect(await page.getByLabel('Rate', { exact: true }).inputValue()).toBe('125');
    await page.getByLabel('In the bag').fill('1000');
    await look('infusion-form');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await saved();
    const taps = await countTaps();
    await page.getByRole('button', { name: /^Change rate/ }).click();
    await page.getByLabel('Rate', { exact: true }).fill('80');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('80 mL/hour', { exact: true }).waitFor();
    expect(await taps()).toBeLessThanOrEqual(4);
  });

  it('a controlled patch has its site, its witness with the own PIN, and is taken off', async () => {
    await page.getByRole('button', { name: /^Give fentanyl/ }).click();
    await page.getByRole('combobox', { name: 'Site' }).click();
    await page.getByRole('option', { name: 'left chest' }).click();
    await page.getByRole('button', { name: 'No scanner here' }).click();
    await look('dose-patch');
    await page.getByRole('button', { name: 'Next: witness' }).click();
    await page.getByLabel('What is prepared, as the second person reads it').fill('1');
    await page.getByRole('combobox', { name: 'Counted in' }).click();
    await page.getByRole('option', { name: 'patches' }).click();
    await page.getByLabel('Count before').fill('5');
    await page.getByLabel('Given', { exact: true }).fill('1');
    await page.getByLabel('Count after').fill('4');
    await page.getByRole('combobox', { name: 'Second person' }).click();
    await page.getByRole('option', { name: 'Sam Okafor' }).click();
    await page.getByLabel(/^Second person's/).fill('246801');
    await look('witness');
    await page.getByRole('button', { name: 'Sign and save dose' }).click();
    await page.getByText(/Second signature saved/).waitFor();
    // Whoever unlocked is still there, and the chart says who signed.
    await page.getByText(/Nora Quinn · nurse/).waitFor();
    await page.getByText(/Second person: Sam Okafor/).waitFor();
    await look('medication');
    const takenOff = page.getByRole('button', { name: /^Patch taken off/ });
    await takenOff.click();
    // That something was saved stands there already.
    await takenOff.waitFor({ state: 'detached' });
    await saved();
  });

  it('insulin asks for the glucose, digoxin for the pulse', async () => {
    await page.getByRole('button', { name: /^Give insulin/ }).click();
    await page.getByRole('button', { name: 'No scanner here' }).click();
    expect(await page.getByRole('button', { name: 'Save dose' }).isDisabled()).toBe(true);
    await page.getByLabel('Glucose now').fill('182');
    await look('dose-insulin');
    await page.getByRole('button', { name: 'Save dose' }).click();
    await saved();
    await page.getByRole('button', { name: /^Give digoxin/ }).click();
    await page.getByText(/None is known here: measure it now/).waitFor();
    await page.getByLabel('Pulse now, per minute').fill('52');
    await page.getByText(/Pulse is 52 per minute/).waitFor();
    await look('dose-limit');
    await page.getByText('Held', { exact: true }).click();
    await page.getByRole('button', { name: 'Held for a parameter' }).click();
    await page.getByRole('button', { name: 'Save dose' }).click();
    await saved();
  });

  it('an order by telephone is read back, valid at once, and signed later by the prescriber', async () => {
    await page.getByRole('button', { name: 'Verbal order' }).click();
    await page.getByRole('textbox', { name: 'Medication', exact: true }).fill('ondansetron');
    await page.getByLabel('Dose', { exact: true }).fill('4');
    for (const [box, option] of [
      ['Unit', 'mg'],
      ['Route', 'intravenous'],
      ['Frequency', 'Once'],
    ] as const) {
      await page.getByRole('combobox', { name: box, exact: true }).click();
      await page.getByRole('option', { name: option, exact: true }).click();
    }
    await page.getByLabel('Prescriber').fill('Dr Mei Tanaka');
    await page.getByLabel(/PIN/).fill(PINS.nurse);
    expect(await page.getByRole('button', { name: 'Sign order' }).isDisabled()).toBe(true);
    await page.getByLabel('Read back and confirmed').check();
    await look('verbal-order');
    await page.getByRole('button', { name: 'Sign order' }).click();
    await saved();
    await page.getByRole('tab', { name: 'Orders' }).click();
    await page.getByText(/to be signed by Dr Mei Tanaka/).waitFor();
    await page.getByRole('button', { name: 'Lock' }).click();
    await unlock(page, 'Dr Mei Tanaka', PINS.clinician);
    await page.locator('.board-row', { hasText: number }).click();
    await page.getByRole('tab', { name: 'Orders' }).click();
    await page.getByRole('button', { name: /^Sign order: ondansetron/ }).click();
    await page.getByLabel(/PIN/).fill(PINS.clinician);
    await page.getByRole('button', { name: 'Sign order' }).click();
    await page.getByText(/read back · signed by Dr Mei Tanaka/).waitFor();
    await page.getByRole('button', { name: /^Hold order: acyclovir/ }).click();
    await page.getByLabel('Why is it held?').fill('kidney function');
    await page.getByLabel(/PIN/).fill(PINS.clinician);
    await page.getByRole('button', { name: 'Sign hold' }).click();
    await page.getByText(/on hold since .* kidney function/).waitFor();
    await look('orders');
  });
});
