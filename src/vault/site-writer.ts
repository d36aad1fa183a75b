import { type Bytes, compareHlc, type Hlc, type Opening, tick, toHex } from '../log/index.ts';
import { type LogKeys, logKeys, randomBytes, sealEntry, sealTo, sha256, signWith } from '../seal/index.ts';
import { DIRECTORY_SCOPE, type Directory, ROSTER_SCOPE, rosterRecipient } from '../site/index.ts';
import {
  type EntryRow,
  entryRow,
  type LogRow,
  readRow,
  type Tablet,
  type VaultDatabase,
} from './database.ts';
import { WRITER_LOCK } from './own-log.ts';

/** What a tablet says in the directory or the roster. */
export interface SiteStatement {
  scope: typeof DIRECTORY_SCOPE | typeof ROSTER_SCOPE;
  body: unknown;
}

/**
 * Writes statements about the hospital itself into logs of this tablet, each signed by the person whose word it is:
 * so an administrator revokes with no server in reach. All or none; a new log each time, since such statements are
 * rare and a roster log is sealed to the roster identity of its day.
 */
export async function tellSite(
  db: VaultDatabase,
  tablet: Tablet,
  directory: Directory,
  statements: readonly SiteStatement[],
  author: CryptoKey,
  nowMs: number,
): Promise<void> {
  const sign = signWith(tablet.signingKey);
  await navigator.locks.request(WRITER_LOCK, async () => {
    const logs: LogRow[] = [];
    const entries: EntryRow[] = [];
    let clock = await latestClock(db, nowMs);
    for (const [scope, said] of Map.groupBy(statements, (statement) => statement.scope)) {
      const log = toHex(randomBytes(16));
      const { opening, keys } = await openingOf(tablet, directory, scope);
      let prev: Bytes | null = null;
      for (const [index, body] of [{ kind: 'log-opened' }, ...said.map((one) => one.body)].entries()) {
        clock = tick(clock, nowMs);
        const entry = await sealEntry(
          {
            log,
            seq: index + 1,
            prev,
            hlc: clock,
            patient: null,
            body,
            ...(index === 0 ? { opening } : { author: signWith(author) }),
          },
          keys,
          sign,
        );
        prev = await sha256(entry.bytes);
        entries.push(entryRow(entry, prev));
      }
      logs.push({ log, writer: tablet.device, scope, opening, mine: 1 });
    }
    await db.transaction('rw', db.logs, db.entries, async () => {
      await db.logs.bulkAdd(logs);
      await db.entries.bulkAdd(entries);
    });
  });
}

async function openingOf(
  tablet: Tablet,
  directory: Directory,
  scope: SiteStatement['scope'],
): Promise<{ opening: Opening; keys: LogKeys | undefined }> {
  const opening = { site: tablet.site, writer: tablet.device, scope };
  if (scope === DIRECTORY_SCOPE) return { opening, keys: undefined };
  const recipients = [
    rosterRecipient(directory),
    directory.site?.siteRecipient,
    directory.site?.recoveryRecipient,
  ];
  const logKey = randomBytes(32);
  const file = await sealTo(
    recipients.filter((recipient) => recipient !== undefined),
    logKey,
  );
  return { opening: { ...opening, key: { file, hash: await sha256(logKey) } }, keys: logKeys(logKey) };
}

/** After everything that directory and roster say here, so that what is said now sorts last. */
async function latestClock(db: VaultDatabase, nowMs: number): Promise<Hlc> {
  let latest: Hlc = [nowMs, 0];
  for (const { log } of await db.logs.where('scope').anyOf(DIRECTORY_SCOPE, ROSTER_SCOPE).toArray()) {
    const last = await db.lastOf(log);
    const read = readRow(last);
    if (read?.ok && compareHlc(read.entry.hlc, latest) > 0) latest = read.entry.hlc;
  }
  return latest;
}
