import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PINS, signIn } from './hospital.ts';

/** A ward hub as a real process, under a certificate of the hospital's own authority. */

const ROOT = join(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/.bin/node');
const HUB_NAME = 'hub-4-west.internal';

export interface WardHub {
  process: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface HubPlace {
  /** Its data folder, with its certificate in it. */
  data: string;
  port: number;
  /** Where tablets reach it. */
  address: string;
  /** For a tablet on the ward's Wi-Fi, which knows the hub's name, with the site's authority installed. */
  chromiumArgs: string[];
}

/** Makes the authority and the hub's certificate with the project's own command. */
export function prepareHub(folder: string, port: number): HubPlace {
  const certificates = join(folder, 'certificates');
  const data = join(folder, 'hub');
  execFileSync(NODE, [join(ROOT, 'src/cli/lamplight.ts'), 'certificate', certificates, HUB_NAME]);
  mkdirSync(data);
  cpSync(join(certificates, `${HUB_NAME}.crt`), join(data, 'hub.crt'));
  cpSync(join(certificates, `${HUB_NAME}.key`), join(data, 'hub.key'));
  const { publicKey } = new X509Certificate(readFileSync(join(data, 'hub.crt')));
  const spki = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  return {
    data,
    port,
    address: `https://${HUB_NAME}:${port}`,
    chromiumArgs: [
      `--host-resolver-rules=MAP ${HUB_NAME} 127.0.0.1`,
      `--ignore-certificate-errors-spki-list=${spki}`,
    ],
  };
}

/** An administrator announces the hub at the desk. Resolves with what its first start is told. */
export async function announceHub(desk: Page, url: string, place: HubPlace): Promise<string[]> {
  await desk.goto(`${url}/admin`);
  await signIn(desk, 'Adam Lind', PINS.administrator);
  const card = desk.getByRole('region', { name: 'Ward hubs' });
  await card.getByLabel('Name of the hub').fill('4 West hub');
  await card.getByLabel('Address that tablets use').fill(place.address);
  await card.getByLabel('4 West').check();
  await card.getByRole('button', { name: 'Make a hub code' }).click();
  const command = (await card.getByTestId('hub-command').textContent())!;
  return command.split(' --hub ')[1]!.split(' ');
}

/** Starts `serve --hub` and resolves when it listens. */
export async function openHub(place: HubPlace, args: string[] = []): Promise<WardHub> {
  const child = spawn(
    NODE,
    [join(ROOT, 'src/cli/serve.ts'), '--hub', '--data', place.data, '--port', String(place.port), ...args],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const endWithUs = (): void => void child.kill();
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
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
    stop: (signal = 'SIGTERM') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill(signal);
      }),
  };
}
