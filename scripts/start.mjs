// `npm start`: install when needed, build when needed, run. Uses only what Node 20 has until the install is done.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install } from './install.mjs';

const NODE = 'node_modules/.bin/node';
const stamp = 'dist/.built-from';

function sources(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? sources(path) : [path];
  });
}

export function build() {
  const hash = createHash('sha256');
  for (const path of [
    ...sources('src'),
    ...sources('public'),
    'index.html',
    'vite.config.ts',
    'package-lock.json',
  ])
    hash.update(path).update(readFileSync(path));
  const digest = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  console.log('Building the app…');
  const result = spawnSync(NODE, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], {
    stdio: 'inherit',
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
  writeFileSync(stamp, digest);
}

if (process.argv[1]?.endsWith('start.mjs')) {
  install();
  // A hub serves no pages.
  if (!process.argv.includes('--hub')) build();
  const child = spawn(NODE, ['src/cli/serve.ts', ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the whole group; the server says goodbye and its exit code is ours.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 0));
}
