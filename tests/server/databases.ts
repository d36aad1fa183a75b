import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface TestDatabase {
  name: string;
  /** `undefined`: the embedded PGlite. */
  url: string | undefined;
  stop(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

function postgresBinaries(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const version = readdirSync(root).sort((a, b) => Number(b) - Number(a))[0];
  return version && join(root, version, 'bin');
}

/** A real PostgreSQL of its own on a free port in a temporary folder. It refuses to run as root, so it runs as `postgres`. */
export async function startPostgres(): Promise<TestDatabase> {
  const binaries = postgresBinaries();
  if (!binaries) throw new Error('PostgreSQL is missing: apt-get install postgresql');
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-postgres-'));
  const asRoot = userInfo().uid === 0;
  const owner = asRoot
    ? {
        uid: Number(execFileSync('id', ['-u', 'postgres'])),
        gid: Number(execFileSync('id', ['-g', 'postgres'])),
      }
    : {};
  if ('uid' in owner && owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid!);
  const data = join(folder, 'data');
  execFileSync(
    join(binaries, 'initdb'),
    ['-D', data, '-A', 'trust', '-U', 'lamplight', '-E', 'UTF8', '--no-sync'],
    { ...owner, stdio: 'ignore', cwd: folder },
  );
  const port = await freePort();
  const child = spawn(
    join(binaries, 'postgres'),
    ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1'],
    { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await new Promise<void>((resolve, reject) => {
    child.stderr.on(
      'data',
      (text: Buffer) => text.toString().includes('ready to accept connections') && resolve(),
    );
    child.once('exit', () => reject(new Error('PostgreSQL did not start')));
  });
  return {
    name: 'PostgreSQL',
    url: `postgres://lamplight@127.0.0.1:${port}/postgres`,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        child.kill('SIGINT');
      }),
  };
}

export const embedded: TestDatabase = { name: 'PGlite', url: undefined, stop: async () => undefined };
