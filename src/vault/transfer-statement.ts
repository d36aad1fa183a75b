import type { Bytes } from '../log/index.ts';
import { verifyWith } from '../seal/index.ts';
import type { DeviceEnrolled } from '../site/index.ts';
import { type Compared, compareStatement, names, readStatement, type Store } from '../sync/index.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import { readDirectory } from './site-records.ts';

export type Learned =
  | {
      ok: true;
      device: DeviceEnrolled;
      compared: Compared;
      /** Whether it names this very entry, by its hash. */
      names: (hash: string) => boolean;
    }
  | { ok: false; error: { kind: 'not-a-statement' | 'other-site' | 'unknown-tablet'; message: string } };

/**
 * Takes another tablet's word about what it keeps, when its signature is that of a tablet in the directory: entries
 * of ours that stand there count as copied from now on.
 */
export async function learnFromStatement(
  db: VaultDatabase,
  tablet: Tablet,
  store: Store,
  source: Bytes,
): Promise<Learned> {
  const read = readStatement(source);
  if (!read) return refused('not-a-statement', 'This is not the code of a tablet.');
  const { statement } = read;
  if (statement.site !== tablet.site)
    return refused('other-site', 'That tablet belongs to another hospital or to a drill.');
  const device = (await readDirectory(db)).devices.get(statement.device);
  // Our own word is no copy.
  if (!device || device.device === tablet.device || !(await read.isSignedBy(verifyWith(device.signingKey))))
    return refused(
      'unknown-tablet',
      'This tablet does not know that one yet. Exchange a file, or connect one of them to the server.',
    );
  const compared = await compareStatement(statement, await store.vector(), store.hashAt);
  await store.copied(compared.held);
  return { ok: true, device, compared, names: names(statement) };
}

const refused = <K extends string>(kind: K, message: string) => ({
  ok: false as const,
  error: { kind, message },
});
