import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { settled } from './settled.ts';

/** `SCREENSHOTS=DIR` keeps the pictures that tests take on their way, for people to look at. */
const folder = process.env.SCREENSHOTS;
if (folder) mkdirSync(folder, { recursive: true });

/** As large as the screen, unless the whole page is wanted. */
export async function picture(of: Page | Locator, name: string, fullPage = false): Promise<void> {
  if (!folder) return;
  const path = join(folder, `${name}.png`);
  if ('goto' in of) await of.screenshot({ path, fullPage });
  else await of.screenshot({ path });
}

/** axe finds nothing that would keep somebody from using what is shown. `within`: a selector. */
export async function expectNothingSerious(page: Page, within?: string): Promise<void> {
  await page.evaluate(settled);
  const axe = new AxeBuilder({ page });
  const { violations } = await (within === undefined ? axe : axe.include(within)).analyze();
  expect(
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ''}`),
  ).toEqual([]);
}

/** Everything that axe finds, whatever its weight, once no colour is on its way any more. */
export async function expectNothing(page: Page): Promise<void> {
  await page.evaluate(settled);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ''}`)).toEqual([]);
}

const SIZES = [
  ['phone', 390, 844],
  ['tablet', 1180, 820],
] as const;

/** What is shown, on a phone and on a tablet: nothing serious for axe, nothing that runs out of the screen sideways. */
export async function lookAtBoth(page: Page, name: string): Promise<void> {
  await expectNothingSerious(page);
  const before = page.viewportSize();
  for (const [kind, width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await picture(page, `${name}-${kind}`, kind === 'phone');
  }
  if (before) await page.setViewportSize(before);
}
