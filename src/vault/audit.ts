import { type Bytes, type Hlc, type Opening, observe, tick, toHex } from '../log/index.ts';
import {
  type LogKeys,
  logKeys,
  openWith,
  randomBytes,
  sealEntry,
  sealTo,
  sha256,
  signWith,
} from '../seal/index.ts';
import { AUDIT_SCOPE, type AuditEvent, AuditEvents, type Directory, type Purged } from '../site/index.ts';
import { writeWithRoom } from './ballast.ts';
import { entryRow, readRow, type Tablet, type VaultDatabase } from './database.ts';
import { readDirectory } from './site-records.ts';

/** Events wait so long for others, and for the nurse's own saves to be through. */
const AFTER_MS = 1_000;
/** The same chart, opened again by the same person within this time, is one look. */
const SAME_LOOK_MS = 10 * 60_000;
/** A lock of its own: a save never waits for the trail. */
const LOCK = 'lamplight-audit';

interface Head {
  log: string;
  seq: number;
  hash: Bytes;
  hlc: Hlc;
  keys: LogKeys;
}

/**
 * The tablet's audit log: one for the whole tablet, chained and signed like every other, sealed to site and safe, and
 * to the tablet itself, which has to go on in it after a reload. Events are noted in memory and written together; who
 * unlocks or looks at a chart waits until that is on the disk (`flush`), whoever charts does not.
 */
export function createAuditTrail(db: VaultDatabase, clock: () => number) {
  let waiting: AuditEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> = Promise.resolve();
  const looks = new Map<string, number>();
  /** Opened once: the tablet's own key is slow to open with. */
  const opened = new Map<string, LogKeys>();

  async function findHead(tablet: Tablet): Promise<Head | undefined> {
    for (const row of await db.logs.where('scope').equals(AUDIT_SCOPE).toArray()) {
      if (row.mine !== 1 || row.forked || !row.opening.key) continue;
      const last = await db.lastOf(row.log);
      const keys = await keysOf(tablet, row.log, row.opening.key.file);
      const read = readRow(last);
      if (last && keys && read?.ok)
        return { log: row.log, seq: last.seq, hash: last.hash, hlc: read.entry.hlc, keys };
    }
    return undefined;
  }

  async function keysOf(tablet: Tablet, log: string, file: Bytes): Promise<LogKeys | undefined> {
    const known = opened.get(log);
    if (known) return known;
    const key = await openWith(tablet.identity, file);
    if (key) opened.set(log, logKeys(key));
    return opened.get(log);
  }

  async function openLog(tablet: Tablet, directory: Directory): Promise<Head | undefined> {
    const recipients = [
      directory.site?.siteRecipient,
      directory.site?.recoveryRecipient,
      directory.devices.get(tablet.device)?.recipient,
    ].filter((recipient) => recipient !== undefined);
    // Before the directory is here there is nobody to seal it to.
    if (recipients.length < 3) return undefined;
    const logKey = randomBytes(32);
    const log = toHex(randomBytes(16));
    const key = { file: await sealTo(recipients, logKey), hash: await sha256(logKey) };
    const opening: Opening = { site: tablet.site, writer: tablet.device, scope: AUDIT_SCOPE, key };
    const keys = logKeys(logKey);
    const hlc = tick([0, 0], clock());
    const entry = await sealEntry(
      { log, seq: 1, prev: null, hlc, patient: null, opening, body: { kind: 'log-opened' } },
      keys,
      signWith(tablet.signingKey),
    );
    const row = entryRow(entry, await sha256(entry.bytes));
    await db.transaction('rw', db.logs, db.entries, async () => {
      await db.logs.add({ log, writer: tablet.device, scope: AUDIT_SCOPE, opening, mine: 1 });
      await db.entries.add(row);
    });
    return { log, seq: 1, hash: row.hash, hlc, keys };
  }

  /** One entry behind the last; `false`: there is nobody yet to seal it to. */
  async function append(body: AuditEvents | Purged): Promise<boolean> {
    const tablet = await db.read('tablet');
    if (!tablet) return false;
    return navigator.locks.request(LOCK, async () => {
      const head = (await findHead(tablet)) ?? (await openLog(tablet, await readDirectory(db)));
      if (!head) return false;
      const entry = await sealEntry(
        {
          log: head.log,
          seq: head.seq + 1,
          prev: head.hash,
          hlc: tick(observe([0, 0], head.hlc, clock()), clock()),
          patient: null,
          body,
        },
        head.keys,
        signWith(tablet.signingKey),
      );
      const row = entryRow(entry, await sha256(entry.bytes));
      await writeWithRoom(() => db.entries.add(row));
      return true;
    });
  }

  async function write(): Promise<void> {
    if (waiting.length === 0) return;
    const events = waiting.slice(0, 500);
    const recordedAt = new Date(clock()).toISOString();
    // Only what is on the disk is forgotten; what could not be written is tried again with the next event.
    if (await append(AuditEvents.parse({ kind: 'audit-events', recordedAt, events })))
      waiting = waiting.slice(events.length);
  }

  /** Writes now what waits; never throws, since whatever somebody is doing goes on. */
  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    running = running.then(write).catch(() => undefined);
    return running;
  }

  return {
    flush,
    append,

    note(event: Omit<AuditEvent, 'at'>): void {
      if (event.what === 'chart-opened') {
        const look = `${event.staff?.id} ${event.patient}`;
        if (clock() - (looks.get(look) ?? Number.NEGATIVE_INFINITY) < SAME_LOOK_MS) return;
        looks.set(look, clock());
      }
      waiting.push({ at: new Date(clock()).toISOString(), ...event });
      timer ??= setTimeout(() => void flush(), AFTER_MS);
    },
  };
}

export type AuditTrail = ReturnType<typeof createAuditTrail>;
