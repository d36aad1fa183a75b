// `npm run bench`: builds what is to be measured, then measures it.
import { spawnSync } from 'node:child_process';
import { build } from './start.mjs';

build();
process.exit(spawnSync('node_modules/.bin/node', ['tests/bench/main.ts'], { stdio: 'inherit' }).status ?? 1);
