import { existsSync, openAsBlob } from 'node:fs';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bytes, type Opening, readEntry, toHex } from '../../log/index.ts';
import { type LogKeys, logKeys, openWith, sha256 } from '../../seal/index.ts';
import { type ExportHeader, type ReadLine, readExport } from '../../sync/index.ts';
import { type OpenDatabase, openDatabase } from '../database/open.ts';
import { createLedger, ownBytes } from '../ledger.ts';
import { type AskPassphrase, IDENTITY_FILES, openSiteIdentity, type SiteIdentity } from '../site-identity.ts';
import { createSiteRecords, type SiteRecords } from '../site-records.ts';
import type { TransferContext } from './export-records.ts';
import type { EntryToVerify, RecordsToVerify } from './verify-records.ts';

/** What the command line reads: a transfer file, or the storage of a server that may be running. */

/** A problem that the person at the command line can mend. */
export class SourceError extends Error {}

/** Keys of any log that one of these identities opens. */
export function keysWith(identities: readonly string[]): (opening: Opening) => Promise<LogKeys | undefined> {
  const known = new Map<string, Promise<LogKeys | undefined>>();
  async function open({ key }: Opening): Promise<LogKeys | undefined> {
    for (const identity of identities) {
      const opened = key && (await openWith(identity, key.file));
      if (opened && toHex(await sha256(opened)) === toHex(key.hash)) return logKeys(opened);
    }
    return undefined;
  }
  return (opening) => {
    const name = opening.key ? toHex(opening.key.hash) : '';
    let keys = known.get(name);
    if (!keys) {
      keys = open(opening);
      known.set(name, keys);
    }
    return keys;
  };
}

/** Identities in a key file of the age command: its lines without comments. */
export async function readIdentities(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new SourceError(`The identity file ${path} cannot be read.`);
  });
  const identities = text.split(/\s+/).filter((word) => word.startsWith('AGE-SECRET-KEY-'));
  if (identities.length === 0)
    throw new SourceError(`${path} holds no age identity: a line that begins with AGE-SECRET-KEY-1.`);
  return identities;
}

export interface OpenedFile {
  header: ExportHeader;
  /** The lines from the beginning, each time it is called. */
  lines(): AsyncGenerator<ReadLine>;
}

export async function openFile(path: string, identities: readonly string[]): Promise<OpenedFile> {
  const blob = await openAsBlob(path).catch(() => {
    throw new SourceError(`${path} cannot be read.`);
  });
  let message = '';
  for (const identity of identities) {
    const opened = await readExport(identity, blob.stream());
    if (opened.ok) {
      await opened.lines.return(undefined);
      return { header: opened.header, lines: () => linesOf(identity) };
    }
    message = opened.error.message;
  }
  throw new SourceError(`${path}: ${message}`);

  async function* linesOf(identity: string): AsyncGenerator<ReadLine> {
    const opened = await readExport(identity, blob.stream());
    if (opened.ok) yield* opened.lines;
  }
}

export interface OpenedSite {
  context: TransferContext;
  opened: OpenDatabase;
  identity: SiteIdentity;
  site: SiteRecords;
  records: RecordsToVerify;
  /** Set when the database could not be read, and what follows is about the journal alone. */
  fallback?: string;
  close(): Promise<void>;
}

const COPY_TRIES = 5;

/** Whole or not at all: what is read from half a copy would be told as all there is. A part may be absent. */
async function copyPart(from: string, to: string): Promise<void> {
  for (let attempt = 1; existsSync(from); attempt++) {
    try {
      return await cp(from, to, { recursive: true });
    } catch (error) {
      // A server that runs removes files meanwhile.
      await rm(to, { recursive: true, force: true });
      if (attempt === COPY_TRIES)
        throw new SourceError(
          `${from} cannot be copied to be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}). Stop the server, or make room in ${tmpdir()}, and try again.`,
        );
    }
  }
}

/** A copy of an embedded database that may be in use, or the shared one itself. */
export async function openCopy(options: {
  data: string;
  databaseUrl?: string;
}): Promise<{ opened: OpenDatabase; close(): Promise<void> }> {
  const copy = await mkdtemp(join(tmpdir(), 'lamplight-read-'));
  const forget = (): Promise<void> => rm(copy, { recursive: true, force: true });
  try {
    if (!options.databaseUrl) {
      for (const part of ['pglite', 'journal']) await copyPart(join(options.data, part), join(copy, part));
    }
    const opened = await openDatabase({
      dataDirectory: copy,
      ...(options.databaseUrl ? { databaseUrl: options.databaseUrl } : {}),
    });
    return {
      opened,
      async close() {
        await opened.close();
        await forget();
      },
    };
  } catch (error) {
    await forget();
    throw error;
  }
}

/**
 * A server's storage, to read. Beside PGlite a copy is opened: two processes on one directory would break it, and
 * this may be asked while the server runs.
 */
export async function openSite(options: {
  data: string;
  databaseUrl?: string;
  passphrase?: AskPassphrase;
}): Promise<OpenedSite> {
  const present = await Promise.all(
    IDENTITY_FILES.map((name) => stat(join(options.data, name)).catch(() => undefined)),
  );
  if (present.every((file) => file === undefined))
    throw new SourceError(`${options.data} is no data directory of Lamplight: it has no site identity.`);
  const { identity } = await openSiteIdentity(options.data, options.passphrase);
  const { opened, close } = await openCopy(options);
  const clock = () => Date.now();
  const readOnly = (): never => {
    throw new Error('this is read only');
  };
  const site = createSiteRecords(opened.db, identity, readOnly, clock);
  const ledger = createLedger(opened, identity, readOnly, () => site);
  await site.refresh();
  const keysOf = keysWith([identity.identity, identity.rosterIdentity]);
  const torn =
    opened.embedded && opened.journaled.length > 0 && Object.keys(await ledger.vector()).length === 0;

  async function* stored(): AsyncGenerator<EntryToVerify> {
    for (const [log, [seq]] of Object.entries(await ledger.vector()).sort()) {
      for (let after = 0; after < seq; ) {
        const page = await ledger.read([{ log, after, through: seq }], 1024 * 1024);
        if (page.length === 0) break;
        for (const bytes of page) yield { bytes };
        const last = readEntry(page.at(-1)!);
        after = last.ok ? last.entry.seq : seq;
      }
    }
    const branches = await opened.db
      .selectFrom('record.branch')
      .where('site', '=', identity.site)
      .orderBy('log')
      .orderBy('seq')
      .select('bytes')
      .execute();
    for (const { bytes } of branches) yield { bytes: ownBytes(bytes) };
  }

  return {
    context: { db: opened.db, identity, site, ledger, clock },
    opened,
    identity,
    site,
    records: {
      site: identity.site,
      siteKey: identity.publicKey,
      entries: torn ? () => listed(opened.journaled) : stored,
      partial: false,
      keysOf,
    },
    ...(torn ? { fallback: 'The database could not be read, so its journal was.' } : {}),
    close,
  };
}

async function* listed(entries: readonly Bytes[]): AsyncGenerator<EntryToVerify> {
  for (const bytes of entries) yield { bytes };
}
