import { readEntry } from '../log/index.ts';
import { readScope, type WipeOrdered } from '../site/index.ts';
import type { AuditTrail } from './audit.ts';
import { isHeld, type LogRow, type VaultDatabase } from './database.ts';
import type { News } from './events.ts';
import { readDirectory } from './site-records.ts';

/** Held, shared, by every vault that somebody has unlocked: a tablet in use is not wiped under anybody's hands. */
const IN_USE_LOCK = 'lamplight-in-use';

/** From now until this worker ends with its page. */
export function keepInUse(): void {
  void navigator.locks.request(IN_USE_LOCK, { mode: 'shared' }, () => new Promise<never>(() => undefined));
}

/** What is here and, as far as the server's own signature says, nowhere else. */
export interface Unsent {
  /** Of patients, or set aside. */
  entries: number;
  oldestAt?: string;
  patients: string[];
  /** Of directory, roster and audit trail: orders and proofs, which are never given up. */
  words: number;
}

/**
 * Counts what would be lost: of every log, whoever wrote it, what stands behind the server's word of its present life;
 * second histories without one; and what was set aside here. Other tablets' entries count too: they may have come by camera
 * from a tablet that is gone. Needs no key.
 */
export async function unsentEntries(db: VaultDatabase): Promise<Unsent> {
  const epoch = await db.read('epoch');
  const through = (row: LogRow): number =>
    row.acknowledgement && row.acknowledgement.epoch === epoch ? row.acknowledgement.seq : 0;
  const patients = new Set<string>();
  const times: number[] = [];
  let entries = 0;
  let words = 0;
  for (const row of await db.logs.toArray()) {
    // What the server wrote is there.
    if (row.writer === row.opening.site) continue;
    const rows = await db.entries
      .where('[log+seq]')
      .between([row.log, through(row) + 1], [row.log, Number.POSITIVE_INFINITY])
      .toArray();
    if (readScope(row.scope) === undefined) {
      words += rows.length;
      continue;
    }
    for (const stored of rows) {
      const { seq, patient } = stored;
      // The first entry opens the log and charts nothing; what was purged is no longer here to lose.
      if (seq === 1 || !isHeld(stored)) continue;
      entries += 1;
      if (patient !== undefined) patients.add(patient);
      const read = readEntry(stored.bytes);
      if (read.ok) times.push(read.entry.hlc[0]);
    }
  }
  entries += await db.branches.filter((branch) => branch.acknowledgedIn !== epoch).count();
  entries += await db.quarantine.count();
  return {
    entries,
    words,
    patients: [...patients],
    ...(times.length > 0 ? { oldestAt: new Date(Math.min(...times)).toISOString() } : {}),
  };
}

/** Whether the order covers what would be lost now: nothing, or no more than it names. */
const isCovered = (order: Pick<WipeOrdered, 'losing'>, { entries, words }: Unsent): boolean =>
  words === 0 && entries <= (order.losing?.entries ?? 0);

/**
 * Obeys an administrator's order to forget everything, after an exchange and while nobody has unlocked: first the proof,
 * an entry of the tablet's own audit log, then, once the server has signed for that too, the database.
 */
export function obeyWipeOrders(db: VaultDatabase, news: News, trail: AuditTrail): void {
  async function obey(): Promise<void> {
    const tablet = await db.read('tablet');
    const order = tablet && (await readDirectory(db)).wipeOrders.get(tablet.device);
    if (!order) return;
    await navigator.locks.request(IN_USE_LOCK, { ifAvailable: true }, async (free) => {
      if (!free) return;
      await trail.flush();
      const unsent = await unsentEntries(db);
      if (!isCovered(order, unsent)) return;
      if ((await db.read('wipe-proof')) !== order.recordedAt) {
        const lost =
          unsent.entries === 0
            ? 'everything of it is at the server'
            : `${unsent.entries} ${unsent.entries === 1 ? 'entry was' : 'entries were'} given up`;
        trail.note({ what: 'wiped', detail: `${lost}; ordered because: ${order.reason}`.slice(0, 500) });
        await trail.flush();
        await db.write('wipe-proof', order.recordedAt);
        news.tell({ type: 'sync-now' });
        return;
      }
      await db.delete();
      news.tell({ type: 'wiped' });
    });
  }
  news.listen((event) => {
    // A database that cannot be read now is looked at again after the next exchange.
    if (event.type === 'arrived') void obey().catch(() => undefined);
  });
}
