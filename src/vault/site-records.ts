import { fromBase64, readEntry, type Verify } from '../log/index.ts';
import { type LogKeys, logKeys, openEntry, openWith, verifyWith } from '../seal/index.ts';
import {
  DIRECTORY_SCOPE,
  type Directory,
  DirectoryBody,
  foldDirectory,
  foldRoster,
  mayWrite,
  ROSTER_SCOPE,
  type Roster,
  RosterBody,
} from '../site/index.ts';
import type { Tablet, VaultDatabase } from './database.ts';

/** Reads the directory that this tablet holds. Its entries were verified against the site's key when they arrived. */
export async function readDirectory(db: VaultDatabase): Promise<Directory> {
  return foldDirectory(await bodies(db, DIRECTORY_SCOPE, async () => undefined, DirectoryBody));
}

/** The roster, opened with the identity that the directory sealed to this tablet; works while locked. */
export async function readRoster(
  db: VaultDatabase,
  tablet: Tablet,
  directory: Directory,
): Promise<{ roster: Roster; secret: string } | undefined> {
  const device = directory.devices.get(tablet.device);
  if (!device) return undefined;
  const secret = await openWith(tablet.identity, fromBase64(device.sealedRosterIdentity));
  if (!secret) return undefined;
  const identity = new TextDecoder().decode(secret);
  const keysOf = async (file: Uint8Array<ArrayBuffer>): Promise<LogKeys | undefined> => {
    const key = await openWith(identity, file);
    return key ? logKeys(key) : undefined;
  };
  return { roster: foldRoster(await bodies(db, ROSTER_SCOPE, keysOf, RosterBody)), secret: identity };
}

async function bodies<T>(
  db: VaultDatabase,
  scope: string,
  keysOf: (file: Uint8Array<ArrayBuffer>) => Promise<LogKeys | undefined>,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
): Promise<T[]> {
  const found: T[] = [];
  for (const row of await db.logs.where('scope').equals(scope).toArray()) {
    const keys = row.opening.key ? await keysOf(row.opening.key.file) : undefined;
    if (row.opening.key && !keys) continue;
    for (const { bytes } of await db.entries
      .where('[log+seq]')
      .between([row.log, 0], [row.log, Number.POSITIVE_INFINITY])
      .toArray()) {
      const read = readEntry(bytes);
      if (!read.ok || read.entry.opening) continue;
      const opened = await openEntry(read.entry, keys);
      if (!opened.ok) continue;
      // A kind that this version does not know is kept and carried; it only has no meaning here yet.
      const parsed = schema.safeParse(opened.opened.body);
      if (parsed.success) found.push(parsed.data);
    }
  }
  return found;
}

/** Whose signature counts for a log: the site everywhere, a tablet in the wards that it was granted. */
export function verifierFor(
  tablet: Pick<Tablet, 'site' | 'siteKey'>,
  directory: Directory,
  writer: string,
  scope: string,
): Verify | undefined {
  if (writer === tablet.site) return verifyWith(tablet.siteKey);
  const device = directory.devices.get(writer);
  return device && mayWrite(device.wards, scope) ? verifyWith(device.signingKey) : undefined;
}
