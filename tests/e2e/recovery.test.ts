import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { freePort, type Hospital, openHospital, openTablet, signIn } from './hospital.ts';

/** The sheet for the safe, as paper: printed by Chromium, scanned back, and everything opened with what was scanned. */

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'lamplight-recovery-'));
let hospital: Hospital;
let browser: BrowserContext;
let desk: Page;

beforeAll(async () => {
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data'), args: ['--no-demo'] });
  browser = await openTablet(join(folder, 'desk'));
  desk = await browser.newPage();
});
afterAll(async () => {
  await browser?.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** With the decoder that the tablets' cameras use. */
async function scan(picture: string): Promise<string | undefined> {
  const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  const wasmBinary = new Uint8Array(readFileSync(wasm)).buffer;
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
  const [found] = await readBarcodes(new Uint8Array(readFileSync(picture)), {
    formats: ['QRCode'],
    tryHarder: true,
  });
  return found?.isValid ? found.text : undefined;
}

describe('the recovery sheet', () => {
  it('is one page of paper whose code opens every record, with the age command and no server', async () => {
    const code = /setup code\s+(\S+)/.exec(hospital.output())![1]!;
    await desk.goto(`${hospital.url}/admin`);
    for (const [label, text] of [
      ['Setup code', code],
      ['Hospital', 'St Brigid'],
      ['Time zone', 'America/Chicago'],
      ['Administrator’s name', 'Ada Moss'],
      ['Administrator’s PIN', '907316'],
    ] as const)
      await desk.getByLabel(label).fill(text);
    await desk.getByRole('button', { name: 'Set up' }).click();
    const sheet = desk.getByRole('region', { name: 'Recovery identity' });
    await sheet.getByRole('img', { name: 'The recovery identity as a QR code' }).waitFor();
    const pdf = join(folder, 'sheet.pdf');
    await desk.pdf({ path: pdf, format: 'A4', printBackground: false });
    const shown = (await sheet.getByTestId('recovery-identity').textContent())!;
    await sheet.getByLabel(/It is printed, and the paper lies in the safe/).check();
    await desk.getByRole('button', { name: 'Open the hospital' }).click();
    await signIn(desk, 'Ada Moss', '907316');

    // From here on only the paper is left. A scanner makes grey dots of it.
    expect(/Pages:\s+1\b/.test(execFileSync('pdfinfo', [pdf], { encoding: 'utf8' }))).toBe(true);
    execFileSync('pdftoppm', ['-png', '-gray', '-r', '150', '-singlefile', pdf, join(folder, 'scan')]);
    if (process.env.SCREENSHOTS)
      writeFileSync(
        join(process.env.SCREENSHOTS, 'recovery-paper.png'),
        readFileSync(join(folder, 'scan.png')),
      );
    const scanned = await scan(join(folder, 'scan.png'));
    expect(scanned).toBe(shown);
    // Whoever types it from the paper reads the same, and no button of the page is on it.
    const words = execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' });
    expect(words.replace(/\s+/g, '')).toContain(shown);
    expect(words).not.toContain('Print this sheet');

    await desk.getByLabel('New ward').fill('6 North');
    await desk.getByRole('button', { name: 'Open this ward' }).click();
    await desk.getByRole('button', { name: 'New enrolment code for 6 North' }).waitFor();
    const answer = await desk.request.get(`${hospital.url}/api/transfer/export`);
    expect(answer.status()).toBe(200);
    const file = join(folder, 'record.age');
    writeFileSync(file, await answer.body());
    await hospital.stop('SIGKILL');
    rmSync(join(folder, 'data'), { recursive: true, force: true });
    const keyFile = join(folder, 'recovery.txt');
    writeFileSync(keyFile, `${scanned}\n`, { mode: 0o600 });
    const opened = execFileSync('age', ['-d', '-i', keyFile, file], { encoding: 'utf8' });
    expect(JSON.parse(opened.split('\n')[0]!)).toMatchObject({ siteName: 'St Brigid' });
    expect(opened).toContain('6 North');
    const verified = execFileSync(
      join(ROOT, 'node_modules/.bin/node'),
      [join(ROOT, 'src/cli/lamplight.ts'), 'verify', file, '--identity', keyFile],
      { encoding: 'utf8' },
    );
    expect(verified).toMatch(/\d+ entries of 1 device, all verify/);
  });
});
