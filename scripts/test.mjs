// `npm test`: installs what is missing, then types, lint, import rules, unit and property tests, end-to-end tests.
// Its last line is `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install } from './install.mjs';
import { build } from './start.mjs';

const NODE = 'node_modules/.bin/node';
const results = mkdtempSync(join(tmpdir(), 'lamplight-test-'));
let passed = 0;
let failed = 0;

function run(name, command, args) {
  console.log(`\n── ${name}`);
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0;
}

/** A check is one pass or one failure. */
function check(name, script, args) {
  if (run(name, NODE, [script, ...args])) passed += 1;
  else failed += 1;
}

function suite(name, config) {
  const file = join(results, `${config}.json`);
  const ok = run(name, NODE, [
    'node_modules/vitest/vitest.mjs',
    'run',
    '-c',
    config,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  passed += report?.numPassedTests ?? 0;
  const lost =
    (report?.numFailedTests ?? 0) +
    (report?.numFailedTestSuites && !report.numFailedTests ? report.numFailedTestSuites : 0);
  // A run that failed without saying where still failed.
  failed += ok ? 0 : Math.max(1, lost);
}

function needs(what, present, packageName) {
  if (present) return;
  console.log(`Installing ${what} from Debian…`);
  const quiet = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update', '-qq'], quiet);
  if (spawnSync('apt-get', ['install', '-y', '-qq', packageName], quiet).status === 0) return;
  console.error(
    `${what} could not be installed: run \`apt-get install ${packageName}\` as root, then \`npm test\` again.`,
  );
  process.exit(1);
}

install();
needs('Chromium', existsSync('/usr/bin/chromium'), 'chromium');
needs('PostgreSQL', existsSync('/usr/lib/postgresql'), 'postgresql');
needs('age', existsSync('/usr/bin/age'), 'age');
needs('pdftotext', existsSync('/usr/bin/pdftotext'), 'poppler-utils');
needs(
  'cryptography for Python',
  spawnSync('python3', ['-c', 'import cryptography']).status === 0,
  'python3-cryptography',
);
check('types', 'node_modules/typescript/bin/tsc', ['-p', '.']);
check('lint', 'node_modules/@biomejs/biome/bin/biome', ['check', '--error-on-warnings']);
check('import rules', 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', [
  '--config',
  '.dependency-cruiser.mjs',
  'src',
]);
build();
suite('unit and property tests', 'vitest.config.ts');
suite('end-to-end tests', 'vitest.e2e.config.ts');
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
