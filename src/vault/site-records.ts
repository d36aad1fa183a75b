import { fromBase64, toHex, type Verify } from '../log/index.ts';
import { type LogKeys, logKeys, openWith, verifyWith } from '../seal/index.ts';
import {
  DIRECTORY_SCOPE,
  type Directory,
  directoryOf,
  mayOpenLog,
  ROSTER_SCOPE,
  type Roster,
  rosterOf,
  type SiteEntry,
} from '../site/index.ts';
import { readRow, type Tablet, type VaultDatabase } from './database.ts';

/**
 * Changes whenever anything new stands in logs of these scopes, or another history of one; needs no key and opens no
 * entry.
 */
export async function headsOf(db: VaultDatabase, ...scopes: string[]): Promise<string> {
  const logs = await db.logs.where('scope').anyOf(scopes).toArray();
  const heads = await Promise.all(
    logs.map(async ({ log }) => {
      const last = await db.lastOf(log);
      return last ? `${log} ${last.seq} ${toHex(last.hash)}` : log;
    }),
  );
  return heads.sort().join(', ');
}

/** What each vault's was when it was last read: a dozen screens ask for it, and it changes a few times a day. */
const directories = new WeakMap<VaultDatabase, { heads: string; directory: Directory }>();

/** The directory that this tablet holds. What is handed out is shared: nobody adds to it. */
export async function readDirectory(db: VaultDatabase): Promise<Directory> {
  // Before the entries: what comes in between is read again the next time.
  const heads = await headsOf(db, DIRECTORY_SCOPE);
  const last = directories.get(db);
  if (last?.heads === heads) return last.directory;
  const directory = await readDirectoryAnew(db);
  directories.set(db, { heads, directory });
  return directory;
}

/** To add to, as when an administrator says several things in a row. Its entries' writers were verified when they arrived. */
export const readDirectoryAnew = async (db: VaultDatabase): Promise<Directory> =>
  directoryOf(await entriesOf(db, DIRECTORY_SCOPE, async () => undefined));

/** Of generation n at place n - 1. */
export interface Secrets {
  roster: readonly (string | undefined)[];
  /** Only on a tablet that may hold them (`mayHoldPinSecret`). */
  pin: readonly (string | undefined)[];
}

/** The staff list and, by generation, the secrets under which people's keys are wrapped besides their PIN. */
export interface OpenedRoster {
  roster: Roster;
  secrets: Secrets;
}

const rosters = new WeakMap<Directory, { heads: string; device: string; opened: OpenedRoster }>();

/** The roster, opened with the identities that the directory sealed to this tablet; works while locked. */
export async function readRoster(
  db: VaultDatabase,
  tablet: Tablet,
  directory: Directory,
): Promise<OpenedRoster | undefined> {
  const heads = await headsOf(db, ROSTER_SCOPE);
  const last = rosters.get(directory);
  if (last?.heads === heads && last.device === tablet.device) return last.opened;
  const opened = await openRoster(db, tablet, directory);
  if (opened) rosters.set(directory, { heads, device: tablet.device, opened });
  return opened;
}

async function openRoster(
  db: VaultDatabase,
  tablet: Tablet,
  directory: Directory,
): Promise<OpenedRoster | undefined> {
  const device = directory.devices.get(tablet.device);
  const first = device && (await openWith(tablet.identity, fromBase64(device.sealedRosterIdentity)));
  if (!first) return undefined;
  const secrets: (string | undefined)[] = linesOf(first);
  const pin: (string | undefined)[] = device.sealedPinSecrets
    ? linesOf(await openWith(tablet.identity, fromBase64(device.sealedPinSecrets)))
    : [];
  for (const opened of directory.rosters) {
    const own = opened.devices.find((item) => item.device === tablet.device);
    const secret = own && (await openWith(tablet.identity, fromBase64(own.file)));
    if (secret) secrets[opened.generation - 1] = new TextDecoder().decode(secret);
    const pinSecret = own?.pinFile && (await openWith(tablet.identity, fromBase64(own.pinFile)));
    if (pinSecret) pin[opened.generation - 1] = new TextDecoder().decode(pinSecret);
  }
  // Two administrators may have opened one generation at once: all of them open logs.
  const identities = [...new Set(secrets.filter((secret) => secret !== undefined))];
  const keysOf = async (file: Uint8Array<ArrayBuffer>): Promise<LogKeys | undefined> => {
    const key = await openWith(identities, file);
    return key ? logKeys(key) : undefined;
  };
  return {
    roster: await rosterOf(await entriesOf(db, ROSTER_SCOPE, keysOf), directory),
    secrets: { roster: secrets, pin },
  };
}

/** One secret a line; an empty line is a generation that has none. */
const linesOf = (text: Uint8Array | null): (string | undefined)[] =>
  text
    ? new TextDecoder()
        .decode(text)
        .split('\n')
        .map((line) => line || undefined)
    : [];

async function entriesOf(
  db: VaultDatabase,
  scope: string,
  keysOf: (file: Uint8Array<ArrayBuffer>) => Promise<LogKeys | undefined>,
): Promise<SiteEntry[]> {
  const found: SiteEntry[] = [];
  for (const row of await db.logs.where('scope').equals(scope).toArray()) {
    const keys = row.opening.key ? await keysOf(row.opening.key.file) : undefined;
    if (row.opening.key && !keys) continue;
    const rows = await db.entries
      .where('[log+seq]')
      .between([row.log, 0], [row.log, Number.POSITIVE_INFINITY])
      .toArray();
    for (const stored of rows) {
      const read = readRow(stored);
      if (read?.ok) found.push({ entry: read.entry, opening: row.opening, keys });
    }
  }
  return found;
}

/**
 * Whose signature counts for a log: the site everywhere, a tablet where it was granted. A revoked tablet's entries are
 * authentic all the same: they are kept, and held back from the charts until a person vouches.
 */
export function verifierFor(
  tablet: Pick<Tablet, 'site' | 'siteKey'>,
  directory: Directory,
  writer: string,
  scope: string,
): Verify | undefined {
  if (writer === tablet.site) return verifyWith(tablet.siteKey);
  const device = directory.devices.get(writer);
  return device && mayOpenLog(directory, writer, scope) ? verifyWith(device.signingKey) : undefined;
}
