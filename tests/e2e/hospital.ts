import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Real processes for the end-to-end tests: the server with its demo EHR, and Chromium with a profile on disk. */

const ROOT = join(import.meta.dirname, '../..');
export const PINS = {
  nurse: '135790',
  clinician: '314159',
  records: '271828',
  administrator: '161803',
} as const;

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

export interface Hospital {
  process: ChildProcess;
  url: string;
  ehr: string;
  /** What it has printed so far. */
  output(): string;
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Starts `serve` on a port and resolves when it listens. The demo EHR is its child, on a port of its own. */
export async function openHospital(options: {
  port: number;
  data: string;
  env?: Record<string, string>;
  args?: string[];
}): Promise<Hospital> {
  const child = spawn(
    join(ROOT, 'node_modules/.bin/node'),
    [
      join(ROOT, 'src/cli/serve.ts'),
      '--port',
      String(options.port),
      '--data',
      options.data,
      ...(options.args ?? []),
    ],
    {
      cwd: ROOT,
      env: { ...process.env, LOG_LEVEL: 'error', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  // A run that fails half way leaves nobody listening.
  const endWithUs = (): void => void child.kill();
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  let output = '';
  const ehr = await new Promise<string>((resolve, reject) => {
    const read = (text: Buffer): void => {
      output += text.toString();
      if (
        /Lamplight is listening/.test(output) &&
        (/Recovery identity/.test(output) || /Demo staff/.test(output) || /setup code/.test(output))
      )
        resolve(/demo EHR\s+(\S+)/.exec(output)?.[1] ?? '');
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)));
  });
  return {
    process: child,
    url: `http://localhost:${options.port}`,
    ehr,
    output: () => output,
    stop: (signal = 'SIGTERM') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill(signal);
      }),
  };
}

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A ward tablet: Chromium at tablet size, its profile kept on disk between starts. */
export function openTablet(
  profile: string,
  options: { width?: number; height?: number; args?: string[] } = {},
): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: [...CHROMIUM_FLAGS, ...(options.args ?? [])],
    viewport: { width: options.width ?? 1180, height: options.height ?? 820 },
  });
}

/** The browser dies as in a power cut: no goodbye, no flush. */
export async function killBrowser(tablet: BrowserContext, profile: string): Promise<void> {
  const lines = execFileSync('pgrep', ['-f', `user-data-dir=${profile}`])
    .toString()
    .trim()
    .split('\n');
  for (const pid of lines) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // A child that went with its parent.
    }
  }
  await tablet.close().catch(() => undefined);
  // To be killed takes a moment, in which its files are still locked.
  while (lines.some((pid) => isRunning(pid))) await new Promise((again) => setTimeout(again, 20));
  rmSync(join(profile, 'SingletonLock'), { force: true });
}

/** One that ended and that nobody asks for how it went holds nothing any more. */
function isRunning(pid: string): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

export async function signIn(page: Page, name: string, pin: string): Promise<void> {
  // The page of whoever signed out before may still be there.
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('PIN', { exact: true }).fill(pin);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

const answering = new WeakSet<Page>();

/**
 * Some people of the demo ward have names or dates of birth that are alike: opening one asks for the year of birth, which
 * a nurse reads on the wristband. Here every year is tried.
 */
async function knowBirthYears(page: Page): Promise<void> {
  if (answering.has(page)) return;
  answering.add(page);
  await page.addLocatorHandler(
    page.getByLabel('Year of birth, as patient or wristband says'),
    async (field) => {
      for (let year = new Date().getFullYear(); year > 1900 && (await field.isVisible()); year--)
        await field.fill(String(year)).catch(() => undefined);
    },
  );
}

export async function unlock(page: Page, name: string, pin: string): Promise<void> {
  await knowBirthYears(page);
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await page.getByLabel('PIN', { exact: true }).fill(pin);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('tab', { name: 'Ward board' }).waitFor();
}

/** Waits until the app is in the browser's cache and this page comes from there, so that it works on without a network. */
export async function keepTheApp(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  // A page that was on its way while the worker came is not taken over by it; the next one is.
  if (await page.evaluate(() => navigator.serviceWorker.controller === null)) await page.reload();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** Every bed of 4 West: the board fills while the charts are opened, and who is looked for may come last. */
export const wholeWard = (page: Page): Promise<void> => page.locator('.board-row').nth(29).waitFor();

/** An administrator makes a code at the desk, the tablet types it, and is let in. From then on it works without a network. */
export async function enrol(page: Page, url: string, ward: string, tablet: string): Promise<void> {
  const desk = await page.context().newPage();
  await desk.goto(`${url}/admin`);
  await signIn(desk, 'Adam Lind', PINS.administrator);
  await desk.getByRole('button', { name: `New enrolment code for ${ward}` }).click();
  const code = (await desk.getByTestId('enrolment-code').textContent())!.trim();
  await page.goto(url);
  await keepTheApp(page);
  await askToJoin(page, code, tablet);
  await letIn(desk, page, tablet);
  await desk.close();
}

export async function askToJoin(page: Page, code: string, tablet: string): Promise<void> {
  await page.getByLabel('Enrolment code').fill(code);
  await page.getByLabel('Tablet name').fill(tablet);
  await page.getByRole('button', { name: 'Enrol this tablet' }).click();
}

/** The administrator lets a tablet in that shows the same check code as her page. */
export async function letIn(desk: Page, page: Page, tablet: string): Promise<void> {
  const shown = (await page.getByTestId('check-code').textContent())!.trim();
  await desk.bringToFront();
  await desk
    .getByRole('region', { name: 'Tablets that ask to join', exact: true })
    .getByRole('row')
    .filter({ hasText: tablet })
    .filter({ hasText: shown })
    .getByRole('button', { name: `Let it in: ${tablet}` })
    .click();
  await page.bringToFront();
  await page.getByTestId('check-code').waitFor({ state: 'hidden' });
}

/** Answers what the form asks of a dose, as somebody without a scanner does, and saves it. */
export async function saveDose(page: Page): Promise<void> {
  // A controlled drug asks for a witness first.
  const save = page.getByRole('button', { name: /^(Save dose|Next: )/ });
  await save.waitFor();
  const amount = page.getByLabel('Dose given');
  if ((await amount.inputValue()) === '') {
    await amount.fill('1');
    await page.getByLabel('Unit', { exact: true }).fill('tablet');
  }
  const glucose = page.getByLabel('Glucose now');
  if ((await glucose.count()) > 0) await glucose.fill('140');
  const reasons = page.getByLabel('Reason to give it all the same');
  for (let index = 0; index < (await reasons.count()); index++)
    await reasons.nth(index).fill('Prescriber asked');
  const ticks = page.getByRole('checkbox', { name: 'Checked with patient and paper' });
  for (let index = 0; index < (await ticks.count()); index++) await ticks.nth(index).check();
  await page.getByRole('button', { name: 'No scanner here' }).click();
  const twoPeople = (await save.textContent())?.startsWith('Next') ?? false;
  await save.click();
  if (twoPeople) await page.getByRole('button', { name: 'Nobody else on the ward' }).click();
  await page.getByText(/Saved on this tablet/).waitFor();
}
