import { once } from 'node:events';
import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { certifyHub, describeCertified } from '../server/hub/certificate.ts';
import { HubStartError, readHubIdentity } from '../server/hub/hub-identity.ts';
import { changePassphrase, IdentityError } from '../server/site-identity.ts';
import {
  describeVerified,
  exportHub,
  exportSite,
  openBoxes,
  verifyFile,
  verifySite,
} from '../server/transfer/commands.ts';
import { openSite, readIdentities, SourceError } from '../server/transfer/record-source.ts';
import { askPassphrase, readPassphraseFile, typePassphrase } from './passphrase.ts';

/** `npm run lamplight -- COMMAND`: verify, open and export records where no server needs to run. */

const USAGE = `lamplight verify FILE --identity KEYFILE [--site-key KEY]
    checks a transfer file: chain, signatures, seals, authors
lamplight verify DATA            (with DATABASE_URL: of that PostgreSQL)
    checks a server's storage; the server may run meanwhile
lamplight open FILE --identity KEYFILE
    opens the boxes of a transfer file: readable JSON lines on the standard output
lamplight export DATA OUT.age [--ward WARD]
    writes a server's record to a file for the recovery and site identities (and the ward's);
    of a hub's data folder the same, sealed as the hub has it: \`lamplight open\` opens the boxes
lamplight certificate DIR NAME [--names SUFFIX,…]
    makes a ward hub's certificate for NAME (hub-4-west.internal) in DIR, and the authority where DIR has none
lamplight passphrase DATA [--new-passphrase-file FILE]
    seals the site identity by a passphrase, or changes it; not while the server runs

A sealed site identity is opened by the passphrase in the file that LAMPLIGHT_PASSPHRASE_FILE names, or typed.
KEYFILE holds an age identity, as the age command takes it: the recovery identity from the safe, or a ward's.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    identity: { type: 'string', multiple: true, default: [] },
    'site-key': { type: 'string' },
    ward: { type: 'string' },
    names: { type: 'string' },
    'new-passphrase-file': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const databaseUrl = process.env.DATABASE_URL;

async function identities(): Promise<string[]> {
  if (values.identity.length === 0)
    throw new SourceError('Give --identity KEYFILE: without a key nobody reads a transfer file.');
  return (await Promise.all(values.identity.map(readIdentities))).flat();
}

async function withSite<T>(data: string, use: (site: Awaited<ReturnType<typeof openSite>>) => Promise<T>) {
  const site = await openSite({
    data,
    passphrase: askPassphrase,
    ...(databaseUrl ? { databaseUrl } : {}),
  });
  try {
    return await use(site);
  } finally {
    await site.close();
  }
}

async function newPassphrase(): Promise<string> {
  const path = values['new-passphrase-file'];
  const typed =
    path === undefined ? await typePassphrase('New passphrase: ') : await readPassphraseFile(path);
  if (typed === undefined)
    throw new IdentityError('Give --new-passphrase-file FILE, or type it on a terminal.');
  if (path === undefined && (await typePassphrase('The same again: ')) !== typed)
    throw new IdentityError('The two are not alike. Nothing was changed.');
  return typed;
}

async function say(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

async function run(): Promise<number> {
  const [command, subject, target] = positionals;
  if (values.help || command === undefined || subject === undefined) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  switch (command) {
    case 'verify': {
      const isDirectory = statSync(subject, { throwIfNoEntry: false })?.isDirectory() ?? false;
      const verified = isDirectory
        ? await withSite(subject, verifySite)
        : await verifyFile(subject, await identities(), values['site-key']);
      const { text, exitCode } = describeVerified(verified);
      await say(text);
      return exitCode;
    }
    case 'open': {
      const { whole, faults } = await openBoxes(subject, await identities(), (line) => say(`${line}\n`));
      for (const fault of faults) process.stderr.write(`${fault}\n`);
      return whole ? 0 : 1;
    }
    case 'export': {
      if (target === undefined) throw new SourceError('Say where to: lamplight export DATA OUT.age');
      const hub = await readHubIdentity(subject);
      const source = { data: subject, ...(databaseUrl ? { databaseUrl } : {}) };
      const count = hub
        ? await exportHub(hub, source, target, values.ward)
        : await withSite(subject, (site) => exportSite(site, target, values.ward));
      await say(`${count} entries written to ${target}\n`);
      return 0;
    }
    case 'certificate': {
      if (target === undefined)
        throw new SourceError('Say for which name: lamplight certificate DIR hub-4-west.internal');
      const more = (values.names ?? '').split(',').filter((name) => name !== '');
      await say(describeCertified(await certifyHub(subject, target, more)));
      return 0;
    }
    case 'passphrase': {
      await changePassphrase(subject, askPassphrase, await newPassphrase());
      await say('The site identity is sealed. Keep the passphrase where the server is not.\n');
      return 0;
    }
    default:
      process.stderr.write(USAGE);
      return 2;
  }
}

run().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const known =
      error instanceof SourceError ||
      error instanceof HubStartError ||
      error instanceof IdentityError ||
      (error as NodeJS.ErrnoException).code === 'EEXIST';
    // Anything else could quote a record: its kind alone is said.
    process.stderr.write(
      known ? `${(error as Error).message}\n` : `lamplight failed: ${(error as Error).name ?? 'unknown'}\n`,
    );
    process.exitCode = 2;
  },
);
