import { entryId, toHex } from '../log/index.ts';
import {
  type ClosedPoint,
  closedPoint,
  isEnded,
  LOGS_A_CLOSING,
  listsToKeep,
  Purged,
  readersOf,
} from '../site/index.ts';
import { mayForget } from '../sync/index.ts';
import type { AuditTrail } from './audit.ts';
import { isHeld, type LogRow, type Tablet, type VaultDatabase } from './database.ts';
import type { News } from './events.ts';
import { readDirectory } from './site-records.ts';
import { chartedPatients } from './snapshots.ts';

/** One purge at a time on a tablet, whatever tabs do. */
const LOCK = 'lamplight-purge';
/** No save waits longer for it than for a pull. */
const ROWS_A_TRANSACTION = 200;

/** A log that may go, and the point that says so. */
interface Covered {
  row: LogRow;
  point: ClosedPoint;
}

/**
 * Forgets what is settled, by itself, locked or not: when the server has closed the outage of a ward, and has signed that
 * it keeps every entry of a log, and the EHR's own list of the ward has come, then of that log only places and hashes
 * stay. They keep the version vector true and old entries from being taken for a second history. The proof is an entry
 * of the tablet's audit log. Opens nothing, so it needs no key.
 */
function createPurge(db: VaultDatabase, trail: Pick<AuditTrail, 'append'>, clock: () => number) {
  /** The logs that closings name: the own among them are ended, and those that are covered are resolved. */
  async function covered(tablet: Tablet): Promise<Covered[]> {
    const directory = await readDirectory(db);
    if (directory.closings.furthest.size === 0) return [];
    const wards = directory.devices.get(tablet.device)?.wards ?? [];
    const epoch = await db.read('epoch');
    const found: Covered[] = [];
    for (const row of await db.logs.toArray()) {
      if (!isEnded(directory.closings, row.log)) continue;
      // Also when something stands behind the point: the next closing then finds the log as it is.
      if (row.mine === 1 && !row.ended) await db.logs.update(row.log, { ended: true });
      const point = closedPoint(directory.closings, wards, row);
      if (!point || (row.purgedThrough ?? 0) >= point.seq || !(await hasCensusSince(wards, row, point)))
        continue;
      const last = await db.lastOf(row.log);
      const head = last ? { seq: last.seq, hash: last.hash } : { seq: 0, hash: null };
      const bySite = row.writer === row.opening.site;
      if (mayForget({ head, point, bySite, acknowledgement: row.acknowledgement, epoch }))
        found.push({ row, point });
    }
    return found;
  }

  /** Who is on the ward is from then on told by the EHR alone, so its list has to be here first. */
  async function hasCensusSince(
    wards: readonly string[],
    { scope }: LogRow,
    { snapshotAsOf }: ClosedPoint,
  ): Promise<boolean> {
    for (const ward of readersOf(scope).filter((reader) => wards.includes(reader))) {
      const newest = await db.snapshots.where('[ward+asOf]').between([ward, ''], [ward, '\uffff']).last();
      if (!newest || newest.asOf < snapshotAsOf) return false;
    }
    return true;
  }

  /** Decides in one transaction with the look at the head: whatever another tab appends comes before, or fails. */
  function begin({ row: { log }, point }: Covered): Promise<boolean> {
    return db.transaction('rw', db.logs, db.entries, async () => {
      const last = await db.lastOf(log);
      if (last?.seq !== point.seq || toHex(last.hash) !== point.hash) return false;
      await db.logs.update(log, { purgedThrough: point.seq, ended: true });
      return true;
    });
  }

  /** Logs that are marked and of which the audit log does not say yet that nothing is left. */
  const unproven = (): Promise<LogRow[]> =>
    db.logs
      .filter(({ purgedThrough = 0, purgeProvedThrough = 0 }) => purgedThrough > purgeProvedThrough)
      .toArray();

  /** Goes on where a crash interrupted it: of a log that is marked, whatever still has bytes. */
  async function drop({ log, purgedThrough = 0 }: LogRow): Promise<boolean> {
    let dropped = false;
    // The opening stays: it says whose log it is, and is the key to nothing that is left.
    for (let from = 2; from <= purgedThrough; from += ROWS_A_TRANSACTION) {
      await db.transaction('rw', [db.entries, db.stale, db.pages, db.summaries, db.held], async () => {
        const rows = await db.entries
          .where('[log+seq]')
          .between([log, from], [log, Math.min(purgedThrough, from + ROWS_A_TRANSACTION - 1)], true, true)
          .toArray();
        const held = rows.filter(isHeld);
        if (held.length === 0) return;
        dropped = true;
        const patients = [...new Set(held.flatMap(({ patient }) => patient ?? []))];
        await db.entries.bulkPut(held.map(({ seq, hash }) => ({ log, seq, hash })));
        await db.held.bulkDelete(held.map(({ seq }) => entryId(log, seq)));
        // Made from the entries: made anew from what is left, and from the EHR's list.
        await db.pages.bulkDelete(patients);
        await db.summaries.bulkDelete(patients);
        await db.stale.bulkPut(patients.map((patient) => ({ patient, mark: `purged ${log}` })));
      });
    }
    return dropped;
  }

  /** Lists of before the closing, and sealed patients that no list names any more. */
  async function dropOldSnapshots(): Promise<void> {
    const { closings } = await readDirectory(db);
    const charted = await chartedPatients(db);
    await db.transaction('rw', db.snapshots, db.blobs, async () => {
      const lists = await db.snapshots.toArray();
      // What was charted since the closing still needs the last list that named its patient.
      const needed = new Set(
        [...Map.groupBy(lists, ({ ward }) => ward).values()].flatMap((own) =>
          listsToKeep(own, (patient) => charted.has(patient), 1),
        ),
      );
      for (const list of lists) {
        const { ward, asOf } = list;
        const closed = [...closings.furthest.values()].flatMap(
          (byWard) => byWard.get(ward)?.snapshotAsOf ?? [],
        );
        if (!needed.has(list) && closed.some((at) => asOf < at)) await db.snapshots.delete([ward, asOf]);
      }
      const named = new Set(
        (await db.snapshots.toArray()).flatMap((list) => list.patients.map(({ blob }) => blob)),
      );
      await db.blobs.filter(({ hash }) => !named.has(hash)).delete();
    });
  }

  /** The proof, once everything of a log is gone. A crash before the mark writes it twice, which proves the same. */
  async function prove(): Promise<boolean> {
    const { closings } = await readDirectory(db);
    const rows = await unproven();
    for (let from = 0; from < rows.length; from += LOGS_A_CLOSING) {
      const some = rows.slice(from, from + LOGS_A_CLOSING);
      const logs = await Promise.all(
        some.map(async ({ log, purgedThrough = 0, purgeProvedThrough = 1 }) => {
          const head = await db.entries.get([log, purgedThrough]);
          const points = [...(closings.furthest.get(log)?.values() ?? [])].filter(
            ({ seq }) => seq >= purgedThrough,
          );
          return {
            log,
            seq: purgedThrough,
            hash: toHex(head!.hash),
            entries: purgedThrough - purgeProvedThrough,
            closedAt: points[0]!.closedAt,
          };
        }),
      );
      const recordedAt = new Date(clock()).toISOString();
      if (!(await trail.append(Purged.parse({ kind: 'purged', recordedAt, logs })))) return false;
      await db.transaction('rw', db.logs, async () => {
        for (const { log, seq } of logs) await db.logs.update(log, { purgeProvedThrough: seq });
      });
    }
    return rows.length > 0;
  }

  return {
    /** Resolves with whether anything was forgotten. Repeating it does what is left, or nothing. */
    run: (): Promise<boolean> =>
      navigator.locks.request(LOCK, async () => {
        const tablet = await db.read('tablet');
        if (!tablet) return false;
        for (const log of await covered(tablet)) await begin(log);
        let dropped = false;
        for (const row of await unproven()) dropped = (await drop(row)) || dropped;
        if (dropped) await dropOldSnapshots();
        return (await prove()) || dropped;
      }),
  };
}

/** Looks after each exchange whether something may be forgotten. */
export function purgeWhatIsClosed(
  db: VaultDatabase,
  news: News,
  trail: AuditTrail,
  clock: () => number,
): void {
  const purge = createPurge(db, trail, clock);
  news.listen((event) => {
    if (event.type !== 'arrived') return;
    void purge.run().then(
      (purged) => {
        if (!purged) return;
        news.tell({ type: 'purged' });
        // The proof is on its way at once.
        news.tell({ type: 'sync-now' });
      },
      // What could not be read or written now is done after the next exchange; until then it is only kept longer.
      () => undefined,
    );
  });
}
