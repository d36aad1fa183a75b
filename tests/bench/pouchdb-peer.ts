import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PEER = join(import.meta.dirname, 'peer');

/** Milliseconds that the peer takes for the same bodies, in a process of its own. Installs it when it is missing. */
export function pouchUpload(folder: string, bodies: readonly unknown[]): number {
  if (!existsSync(join(PEER, 'node_modules')))
    execFileSync('npm', ['ci', '--loglevel=error'], { cwd: PEER, stdio: 'ignore' });
  const data = join(folder, 'pouchdb');
  mkdirSync(data);
  const file = join(folder, 'bodies.json');
  writeFileSync(file, JSON.stringify(bodies));
  return Number(
    execFileSync(process.execPath, [join(PEER, 'upload.cjs'), file, data])
      .toString()
      .trim()
      .split('\n')
      .at(-1),
  );
}
