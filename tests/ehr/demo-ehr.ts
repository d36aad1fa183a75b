import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface DemoEhr {
  baseUrl: string;
  data: string;
  setUp(up: boolean): Promise<void>;
  setFaults(faults: { dropAfterCommitEvery?: number; status?: number; garbageEvery?: number }): Promise<void>;
  /** SIGKILL: nothing is flushed. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const main = join(import.meta.dirname, '../../src/server/demo-ehr/main.ts');

/** The real demo EHR in a process of its own, on a free port of 127.0.0.1. */
export async function startDemoEhr(existing?: string): Promise<DemoEhr> {
  const data = existing ?? (await mkdtemp(join(tmpdir(), 'lamplight-ehr-')));
  const child: ChildProcess = spawn(process.execPath, [main, '--port', '0', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the demo EHR ended with ${code}`)));
  });
  const baseUrl = line.replace('demo EHR on ', '');
  const control = async (path: string, body: unknown): Promise<void> => {
    await fetch(new URL(path, baseUrl), { method: 'POST', body: JSON.stringify(body) });
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  return {
    baseUrl,
    data,
    setUp: (up) => control('/control', { up }),
    setFaults: (faults) => control('/control/faults', faults),
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM');
      await rm(data, { recursive: true, force: true });
    },
  };
}
