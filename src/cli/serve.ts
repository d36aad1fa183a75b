import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createServer } from '../server/create-server.ts';
import { DEMO_STAFF, seedDemoSite } from '../server/demo-site.ts';
import { askPassphrase } from './passphrase.ts';
import { serveHub } from './serve-hub.ts';
import { signInOptions } from './sign-in-options.ts';

/** `npm start`: the server, and in the demo the EHR beside it; with `--hub` a ward hub. Ctrl-C stops everything. */

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    data: { type: 'string' },
    hub: { type: 'boolean', default: false },
    server: { type: 'string' },
    code: { type: 'string' },
    certificate: { type: 'string' },
    key: { type: 'string' },
    'no-demo': { type: 'boolean', default: false },
    'demo-patients': { type: 'string', default: join(root, 'tests/fixtures/synthea') },
    'demo-ehr-port': { type: 'string', default: '0' },
    'web-root': { type: 'string', default: join(root, 'dist') },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Starts the demo EHR and resolves with its address once it listens. */
function startDemoEhr(dataDirectory: string): Promise<{ process: ChildProcess; baseUrl: string }> {
  return new Promise((found, failed) => {
    const script = join(root, 'src/server/demo-ehr/main.ts');
    const args = [
      script,
      '--port',
      values['demo-ehr-port'],
      '--patients',
      values['demo-patients'],
      '--data',
      join(dataDirectory, 'demo-ehr'),
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    child.stdout?.on('data', (text: Buffer) => {
      const address = /demo EHR on (\S+)/.exec(text.toString())?.[1];
      if (address) found({ process: child, baseUrl: address });
    });
    child.once('exit', (code) =>
      failed(new Error(`the demo EHR ended with ${code}: is --demo-patients a folder of FHIR R4 bundles?`)),
    );
  });
}

const listed = (text: string | undefined): string[] =>
  (text ?? '').split(/[\s,]+/).filter((part) => part !== '');
const hubNames = listed(process.env.HUB_NAMES);

async function serve(): Promise<void> {
  const dataDirectory = resolve(values.data ?? join(root, values.hub ? 'hub-data' : 'data'));
  if (values.hub) {
    const { server, code, certificate, key } = values;
    const port = values.port ?? process.env.PORT;
    return serveHub({ dataDirectory, server, code, certificate, key, port }, say);
  }
  await mkdir(dataDirectory, { recursive: true });
  const demo = !values['no-demo'];
  const ehr = demo ? await startDemoEhr(dataDirectory) : undefined;
  const baseUrl = ehr?.baseUrl ?? process.env.EHR_URL;
  const server = await createServer({
    dataDirectory,
    webRoot: values['web-root'],
    hubNames,
    logLevel: process.env.LOG_LEVEL ?? 'warn',
    trustedProxies: listed(process.env.TRUSTED_PROXY),
    signIn: signInOptions(process.env),
    passphrase: askPassphrase,
    ...(process.env.DATABASE_URL ? { databaseUrl: process.env.DATABASE_URL } : {}),
    ...(baseUrl
      ? { ehr: { baseUrl, ...(process.env.EHR_TOKEN && !ehr ? { token: process.env.EHR_TOKEN } : {}) } }
      : {}),
    ...(ehr ? { demo: { control: new URL('/control', ehr.baseUrl).href, staff: DEMO_STAFF } } : {}),
  });
  // An identity that is not new and no hospital: the database was lost, and the tablets bring it back. A second hospital
  // beside the first would have everybody twice.
  const lost = server.recoveryIdentity === undefined && server.context.site.directory().site === undefined;
  if (demo && !lost) await seedDemoSite(server.context);
  if (lost)
    say(
      'The database is empty, but this server is not new: it is filled again by the first tablet that connects.',
    );
  const address = await server.app.listen({
    port: Number(values.port ?? process.env.PORT ?? '8080'),
    host: process.env.HOST ?? '127.0.0.1',
  });
  void server.context.census
    .refresh()
    .catch(() => say('The census could not be read yet; it is tried again by itself.'));

  say(`\nLamplight is listening on ${address.replace('127.0.0.1', 'localhost')}`);
  if (ehr) {
    say(`  tablet          ${address.replace('127.0.0.1', 'localhost')}/`);
    say(`  administration  ${address.replace('127.0.0.1', 'localhost')}/admin`);
    say(`  workbench       ${address.replace('127.0.0.1', 'localhost')}/workbench`);
    say(`  demo EHR        ${ehr.baseUrl}\n\nDemo staff (PIN):`);
    for (const person of DEMO_STAFF)
      say(`  ${person.name.padEnd(16)} ${person.role.padEnd(14)} ${person.pin}`);
  }
  if (server.setupCode && !demo) {
    say(`\nThere is no hospital here yet. Set it up on ${address.replace('127.0.0.1', 'localhost')}/admin`);
    say(`  setup code      ${server.setupCode}`);
  }
  if (demo && server.recoveryIdentity) {
    say(
      '\nRecovery identity, shown once. Print it, put it in a safe: it opens every record if no server survives.',
    );
    say(`  ${server.recoveryIdentity}\n`);
    await server.recoveryPrinted();
  }

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    ehr?.process.removeAllListeners('exit');
    ehr?.process.kill('SIGTERM');
    await server.close();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
  ehr?.process.removeAllListeners('exit');
  ehr?.process.once('exit', () => say('The demo EHR has stopped.'));
}

serve().catch((error: unknown) => {
  process.stderr.write(
    `Lamplight could not start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
});
