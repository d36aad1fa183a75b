import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readEntry, toHex } from '../../log/index.ts';
import { sha256 } from '../../seal/index.ts';
import { toExportLine, withBody } from '../../sync/index.ts';
import { openHubAcknowledgements } from '../hub/acknowledgements.ts';
import { createHubDirectory } from '../hub/hub-directory.ts';
import type { HubIdentity } from '../hub/hub-identity.ts';
import { createLedger } from '../ledger.ts';
import { exportRecords, type WrittenRecords, writeRecords } from './export-records.ts';
import { keysWith, type OpenedSite, openCopy, openFile, SourceError } from './record-source.ts';
import { type EntryToVerify, type Verified, verifyRecords } from './verify-records.ts';

/** What the `lamplight` command does, without its arguments: `src/cli/lamplight.ts` reads those. */

/** Verifies a transfer file. `siteKey` from elsewhere is worth more than the one that the file itself states. */
export async function verifyFile(
  path: string,
  identities: readonly string[],
  siteKey: string | undefined,
): Promise<Verified> {
  const { header, lines } = await openFile(path, identities);
  const faults: string[] = [];
  async function* entries(): AsyncGenerator<EntryToVerify> {
    faults.length = 0;
    for await (const line of lines()) {
      if (line.kind === 'entry') yield { bytes: line.bytes, body: line.line.body };
      else faults.push(line.kind === 'cut' ? line.message : `The file: ${line.reason}.`);
    }
  }
  const result = await verifyRecords({
    site: header.site,
    siteKey: siteKey ?? header.siteKey,
    entries,
    partial: header.partial,
    ...(header.purged ? { purged: header.purged } : {}),
    keysOf: keysWith(identities),
  });
  result.breaks.push(...faults);
  if (siteKey === undefined)
    result.notes.push(
      `Checked against the site key that the file states, ${header.siteKey}. Compare it with the hospital's, or give --site-key.`,
    );
  return result;
}

/** Verifies a server's storage: every log, and beside PGlite that the journal and the database agree. */
export async function verifySite({ opened, context, records, fallback }: OpenedSite): Promise<Verified> {
  const result = await verifyRecords(records);
  if (fallback) result.notes.push(fallback);
  for (const bytes of opened.journaled) {
    if (result.hashes.has(toHex(await sha256(bytes)))) continue;
    const read = readEntry(bytes);
    result.breaks.push(
      `The journal holds ${read.ok ? `entry ${read.entry.seq} of log ${read.entry.log.slice(0, 8)}` : 'something'} that the database does not hold as a verified entry.`,
    );
  }
  const quarantined = await context.db
    .selectFrom('record.quarantine')
    .where('site', '=', context.identity.site)
    .select((build) => build.fn.countAll<string>().as('count'))
    .executeTakeFirst();
  if (Number(quarantined?.count ?? 0) > 0)
    result.notes.push(`${quarantined?.count} items are in quarantine and wait for a person.`);
  return result;
}

/** What `verify` says, and its exit code. */
export function describeVerified({ entries, purged, devices, breaks, notes, opened }: Verified): {
  text: string;
  exitCode: 0 | 1;
} {
  const count = `${entries} ${entries === 1 ? 'entry' : 'entries'} of ${devices.size} ${devices.size === 1 ? 'device' : 'devices'}${purged > 0 ? `, ${purged} purged up to a signed point` : ''}`;
  const lines = [
    breaks.length === 0
      ? `${count}, all verify`
      : `${count} verify, ${breaks.length} ${breaks.length === 1 ? 'break' : 'breaks'}:`,
    ...breaks.map((line) => `  ✗ ${line}`),
    ...[...devices].map(([name, of]) => `  ${name}: ${of}`),
    opened === entries
      ? '  Seals and authors were checked as well.'
      : `  Seals and authors of ${opened} were checked as well; the others are not sealed, or for other keys.`,
    ...notes.map((line) => `  · ${line}`),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: breaks.length === 0 ? 0 : 1 };
}

/** Opens the boxes of a file: readable JSON lines, the header first. `false`: the file was cut or has bad lines. */
export async function openBoxes(
  path: string,
  identities: readonly string[],
  write: (line: string) => Promise<void>,
): Promise<{ whole: boolean; faults: string[] }> {
  const { header, lines } = await openFile(path, identities);
  const keysOf = keysWith(identities);
  const openings = new Map<string, Parameters<typeof keysOf>[0]>();
  for await (const line of lines()) {
    const read = line.kind === 'entry' ? readEntry(line.bytes) : undefined;
    if (read?.ok && read.entry.opening) openings.set(read.entry.log, read.entry.opening);
  }
  const keysOfLog = async (log: string) => {
    const opening = openings.get(log);
    return opening && keysOf(opening);
  };
  await write(JSON.stringify({ ...header, bodies: true }));
  const faults: string[] = [];
  for await (const line of lines()) {
    const read = line.kind === 'entry' ? readEntry(line.bytes) : undefined;
    if (line.kind !== 'entry') faults.push(line.kind === 'cut' ? line.message : line.reason);
    if (line.kind !== 'entry' || !read?.ok) continue;
    const opening = openings.get(read.entry.log);
    const plain = toExportLine(read.entry, line.line);
    const keys = await keysOfLog(read.entry.log);
    const { entry, ...readable } =
      keys || (opening && !opening.key)
        ? await withBody(plain, read.entry, keys, keysOfLog)
        : { ...plain, unreadable: 'sealed for other keys' };
    await write(JSON.stringify({ ...readable, entry }));
  }
  return { whole: faults.length === 0, faults };
}

/** Writes a server's record to a file; resolves with how many entries. */
export async function exportSite(
  { context }: OpenedSite,
  path: string,
  ward: string | undefined,
): Promise<number> {
  return save(
    await exportRecords(context, { ...(ward === undefined ? {} : { ward }), acknowledge: false }),
    path,
  );
}

/** Writes what a hub keeps to a file, sealed as it is: a hub has no keys. Resolves with how many entries. */
export async function exportHub(
  identity: HubIdentity,
  source: { data: string; databaseUrl?: string },
  path: string,
  ward: string | undefined,
): Promise<number> {
  const { opened, close } = await openCopy(source);
  try {
    const { db } = opened;
    const directory = createHubDirectory(db, identity.site);
    await directory.refresh();
    const acknowledgements = await openHubAcknowledgements(db, identity.site, identity.siteKey);
    const { site } = directory.directory();
    if (!site) throw new SourceError('This hub has not heard of its hospital yet: it holds no records.');
    const publicKeys = { site: identity.site, publicKey: identity.siteKey };
    const records = await writeRecords(
      {
        db,
        site: identity.site,
        siteKey: identity.siteKey,
        directory: directory.directory(),
        ledger: createLedger(opened, publicKeys, acknowledgements.about, () => directory),
        from: { kind: 'hub', id: identity.hub, name: identity.name },
        keepers: [site.recoveryRecipient, site.siteRecipient],
        clock: () => Date.now(),
        acknowledgements: acknowledgements.about,
      },
      ward,
      {},
    );
    return await save(records, path);
  } finally {
    await close();
  }
}

async function save({ file, header }: WrittenRecords, path: string): Promise<number> {
  await pipeline(Readable.from(file), createWriteStream(path, { mode: 0o600, flags: 'wx' }));
  return header.entries;
}
