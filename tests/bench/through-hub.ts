import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { enrol, freePort, openHospital, openTablet, PINS, unlock } from '../e2e/hospital.ts';
import { callVault, watchVault } from '../e2e/vault-calls.ts';
import { announceHub, openHub, prepareHub } from '../e2e/ward-hub.ts';
import { type Percentiles, percentiles } from './tablet.ts';

/**
 * Milliseconds from a save on one tablet until the chart on another shows it, with the server away and a ward hub
 * between them. Both tablets, hub and this script share the machine.
 */
export async function timeThroughHub(folder: string, notes: number): Promise<Percentiles> {
  const hospital = await openHospital({ port: await freePort(), data: join(folder, 'hub-server') });
  const place = prepareHub(folder, await freePort());
  const contexts: BrowserContext[] = [];
  const open = async (profile: string): Promise<Page> => {
    const context = await openTablet(join(folder, profile), { args: place.chromiumArgs });
    contexts.push(context);
    await watchVault(context);
    return context.newPage();
  };
  const desk = await open('hub-desk');
  const hub = await openHub(place, await announceHub(desk, hospital.url, place));
  const pages: Page[] = [];
  for (const name of ['hub-one', 'hub-two']) {
    const page = await open(name);
    await enrol(page, hospital.url, '4 West', name);
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.locator('.board-row').first().waitFor();
    pages.push(page);
  }
  await hospital.stop();
  for (const page of pages) await page.getByText('Ward hub').waitFor({ timeout: 60_000 });
  const patient = (await callVault(pages[0]!, 'board'))[0]!.patient;
  const times: number[] = [];
  for (let n = 0; n < notes; n++) {
    const [from, to] = n % 2 ? [pages[1]!, pages[0]!] : [pages[0]!, pages[1]!];
    const text = `through the hub ${n}`;
    const effectiveAt = await callVault(from, 'now');
    const start = performance.now();
    await callVault(from, 'append', {
      patient,
      draft: { kind: 'note', noteType: 'nursing', effectiveAt, text },
    });
    for (;;) {
      const chart = await callVault(to, 'chart', patient, true);
      if (chart?.notes.some(({ body }) => body.text === text)) break;
    }
    times.push(performance.now() - start);
  }
  for (const context of contexts) await context.close();
  await hub.stop();
  return percentiles(times);
}
