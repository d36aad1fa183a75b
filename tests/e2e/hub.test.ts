import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

const ROOT = join(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/.bin/node');
const NAME = 'hub-4-west.internal';
const folder = mkdtempSync(join(tmpdir(), 'lamplight-hub-e2e-'));
const hubData = join(folder, 'hub');
const certificates = join(folder, 'certificates');
let port: number;
let hubPort: number;
let hospital: Hospital;
let hub: { process: ChildProcess; output(): string; stop(): Promise<void> } | undefined;
const contexts: BrowserContext[] = [];

/** Starts `serve --hub` and resolves when it listens. */
async function openHub(args: string[] = []): Promise<NonNullable<typeof hub>> {
  const child = spawn(
    NODE,
    [join(ROOT, 'src/cli/serve.ts'), '--hub', '--data', hubData, '--port', String(hubPort), ...args],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  process.once('exit', () => child.kill());
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const read = (text: Buffer): void => {
      output += text.toString();
      if (output.includes('ward hub, listening')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`the hub ended with ${code}: ${output}`)));
  });
  return {
    process: child,
    output: () => output,
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

/** A tablet on the ward's Wi-Fi, which knows the hub's name, with the site's authority installed. */
async function open(profile: string): Promise<{ context: BrowserContext; page: Page }> {
  const { publicKey } = new X509Certificate(readFileSync(join(certificates, `${NAME}.crt`)));
  const spki = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  const context = await openTablet(join(folder, profile), {
    args: [`--host-resolver-rules=MAP ${NAME} 127.0.0.1`, `--ignore-certificate-errors-spki-list=${spki}`],
  });
  contexts.push(context);
  await watchVault(context);
  return { context, page: await context.newPage() };
}

async function enrolled(profile: string): Promise<{ context: BrowserContext; page: Page }> {
  const tablet = await open(profile);
  await enrol(tablet.page, hospital.url, '4 West', profile);
  await tablet.page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
  await unlock(tablet.page, 'Nora Quinn', PINS.nurse);
  await tablet.page.locator('.board-row').first().waitFor();
  return tablet;
}

async function chartNote(page: Page, patient: string, text: string): Promise<string> {
  const saved = await callVault(page, 'append', {
    patient,
    draft: { kind: 'note', noteType: 'nursing', effectiveAt: await callVault(page, 'now'), text },
  });
  if (!saved.ok) throw new Error(saved.error.message);
  return saved.value.id;
}

const notesOn = async (page: Page, patient: string): Promise<string[]> =>
  ((await callVault(page, 'chart', patient, true))?.notes ?? []).map(({ id, body }) => `${id} ${body.text}`);

const strip = (page: Page) => page.getByRole('status', { name: 'Where entries are' });

beforeAll(async () => {
  [port, hubPort] = [await freePort(), await freePort()];
  hospital = await openHospital({ port, data: join(folder, 'data') });
  execFileSync(NODE, [join(ROOT, 'src/cli/lamplight.ts'), 'certificate', certificates, NAME]);
  mkdirSync(hubData);
  cpSync(join(certificates, `${NAME}.crt`), join(hubData, 'hub.crt'));
  cpSync(join(certificates, `${NAME}.key`), join(hubData, 'hub.key'));
});

afterAll(async () => {
  for (const context of contexts) await context.close().catch(() => undefined);
  await hub?.stop();
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a ward hub in the dark', () => {
  it('is announced by an administrator, and shows each tablet what the other charts within two seconds', async () => {
    const desk = await open('desk');
    await desk.page.goto(`${hospital.url}/admin`);
    await signIn(desk.page, 'Adam Lind', PINS.administrator);
    const card = desk.page.getByRole('region', { name: 'Ward hubs' });
    await card.getByLabel('Name of the hub').fill('4 West hub');
    await card.getByLabel('Address that tablets use').fill(`https://${NAME}:${hubPort}`);
    await card.getByLabel('4 West').check();
    await card.getByRole('button', { name: 'Make a hub code' }).click();
    const command = (await card.getByTestId('hub-command').textContent())!;
    if (process.env.SHOTS)
      await desk.page.screenshot({ path: join(process.env.SHOTS, 'hub-admin.png'), fullPage: true });
    hub = await openHub(command.split(' --hub ')[1]!.split(' '));
    await card.getByRole('cell', { name: `https://${NAME}:${hubPort}` }).waitFor();
    await desk.context.close();

    // Its certificate comes from an authority whom nobody knows who has not been told.
    const health = `https://127.0.0.1:${hubPort}/api/health`;
    await expect(fetch(health)).rejects.toThrow();

    const one = await enrolled('tablet one');
    const two = await enrolled('tablet two');
    const patient = (await callVault(one.page, 'board'))[0]!.patient;
    await hospital.stop();
    for (const { page } of [one, two]) await strip(page).getByText('Ward hub').waitFor({ timeout: 60_000 });
    if (process.env.SHOTS) await one.page.screenshot({ path: join(process.env.SHOTS, 'hub-strip.png') });

    const before = Date.now();
    const id = await chartNote(one.page, patient, 'through the hub');
    await expect
      .poll(() => notesOn(two.page, patient), { timeout: 10_000, interval: 50 })
      .toEqual([`${id} through the hub`]);
    expect(Date.now() - before).toBeLessThan(2000);
    const back = await chartNote(two.page, patient, 'and back');
    await expect
      .poll(() => notesOn(one.page, patient), { timeout: 10_000, interval: 50 })
      .toContain(`${back} and back`);
    // It is copied, and nobody says that it is at the server.
    await strip(one.page)
      .getByText(/^0 on this tablet only/)
      .waitFor();
    await strip(one.page)
      .getByText(/^1 copied/)
      .waitFor();
    await strip(one.page)
      .getByText(/^0 at the server/)
      .waitFor();
  });

  it('starts again without a new pairing, and gives the server, once back, what a tablet that is gone had charted', async () => {
    const [, one, two] = contexts as [BrowserContext, BrowserContext, BrowserContext];
    const [page, other] = [one.pages().at(-1)!, two.pages().at(-1)!];
    const patient = (await callVault(page, 'board'))[0]!.patient;
    await hub!.stop();
    const while_ = await chartNote(page, patient, 'while the hub was off');
    hub = await openHub();
    await expect
      .poll(() => notesOn(other, patient), { timeout: 60_000 })
      .toContain(`${while_} while the hub was off`);
    await strip(page)
      .getByText(/^2 copied/)
      .waitFor();
    const all = (await notesOn(other, patient)).sort();
    expect(all).toHaveLength(3);

    // The tablet falls into a bucket; the other one goes dark before the server is back.
    await one.close();
    await two.close();
    hospital = await openHospital({ port, data: join(folder, 'data') });
    await expect.poll(() => hub!.output(), { timeout: 60_000 }).toMatch(/answers: everything is passed on/);
    const workbench = await open('workbench');
    await workbench.page.goto(`${hospital.url}/workbench`);
    await signIn(workbench.page, 'Rita Alvarez', PINS.records);
    await expect
      .poll(
        async () => {
          const review = await workbench.page.evaluate(
            async (id) => (await fetch(`/api/workbench/patients/${id}`)).json(),
            patient,
          );
          return (review.entries as { id: string; body: { text?: string } | null }[])
            .map(({ id, body }) => `${id} ${body?.text}`)
            .sort();
        },
        { timeout: 60_000 },
      )
      .toEqual(all);

    // A tablet that was away learns the server's word, whoever brought the entries there.
    const again = await open('tablet two');
    await again.page.goto(hospital.url);
    await unlock(again.page, 'Nora Quinn', PINS.nurse);
    await strip(again.page)
      .getByText(/^1 at the server/)
      .waitFor();
    expect((await notesOn(again.page, patient)).sort()).toEqual(all);
  });
});
