import { type Bytes, entryId, type Head, type Range, toHex, type VersionVector } from '../log/index.ts';
import { type Acknowledgement, isAcknowledgement, isLaterEpoch, sha256, verifyWith } from '../seal/index.ts';
import { DIRECTORY_SCOPE, type Directory } from '../site/index.ts';
import { type Arrival, type Rejected, receiveEntries, type Store } from '../sync/index.ts';
import { type BranchRow, entryRow, isHeld, type Tablet, type VaultDatabase } from './database.ts';
import { readDirectory, verifierFor } from './site-records.ts';

/** A pull never makes a nurse wait: no transaction of arriving rows is larger (DESIGN.md, The vault's promises). */
const ROWS_A_TRANSACTION = 200;
/** At most so many entries of any size are in memory for one page of an upload. */
const ROWS_A_READ = 400;

/** The tablet's storage as sync sees it. Needs no key but the public ones; used by the sync worker, locked or not. */
export function createVaultStore(db: VaultDatabase, tablet: Tablet, onForked: () => void = () => {}): Store {
  let directory: Directory | undefined;

  async function head(log: string): Promise<Head> {
    const last = await db.lastOf(log);
    return last ? { seq: last.seq, hash: last.hash } : { seq: 0, hash: null };
  }

  /**
   * The latest life of the server that it signed for here. What it said in an earlier one may be of entries that it lost
   * when it was restored, so such a word, held back by somebody and shown again, is not believed.
   */
  async function latestEpoch(): Promise<string | undefined> {
    const rows = [...(await db.logs.toArray()), ...(await db.branches.toArray())];
    return rows
      .flatMap((row) => row.acknowledgement?.epoch ?? [])
      .sort()
      .at(-1);
  }

  const store: Store = {
    hash: sha256,

    async vector() {
      const vector: VersionVector = {};
      for (const log of await db.logs.toCollection().primaryKeys()) {
        const { seq, hash } = await head(log);
        if (hash) vector[log] = [seq, toHex(hash)];
      }
      return vector;
    },

    async purged() {
      const rows = await db.logs.filter((row) => row.purgedThrough !== undefined).toArray();
      return new Map(rows.map((row) => [row.log, row.purgedThrough ?? 0]));
    },

    async read({ log, after, through }: Range, maxBytes: number): Promise<Bytes[]> {
      const found: Bytes[] = [];
      let size = 0;
      // Whole pieces at a time: a cursor would make the browser come back for every row.
      for (let from = after; from < through && size < maxBytes; from += ROWS_A_READ) {
        const rows = await db.entries
          .where('[log+seq]')
          .between([log, from + 1], [log, Math.min(through, from + ROWS_A_READ)], true, true)
          .toArray();
        for (const row of rows) {
          if (!isHeld(row)) return found;
          size += row.bytes.length;
          if (size <= maxBytes || found.length === 0) found.push(row.bytes);
        }
      }
      return found;
    },

    receive: (entries) => receiveEntries(store, entries),

    async acknowledged(acknowledgements: Acknowledgement[]) {
      const verify = verifyWith(tablet.siteKey);
      const latest = await latestEpoch();
      for (const acknowledgement of acknowledgements) {
        const { log, seq, hash, epoch } = acknowledgement;
        if (latest !== undefined && isLaterEpoch(latest, epoch)) continue;
        const branch = await db.branches.get(hash);
        const before = (await db.logs.get(log))?.acknowledgement;
        const known =
          before && (isLaterEpoch(before.epoch, epoch) || (before.epoch === epoch && before.seq >= seq));
        // Only the server's signed word about our very bytes removes "on this tablet only" (FAILURES 15, 17, 29).
        const ours = await db.entries.get([log, seq]);
        const stands = !known && ours !== undefined && toHex(ours.hash) === hash;
        if ((!stands && !branch) || !(await isAcknowledgement(acknowledgement, verify))) continue;
        await db.transaction('rw', db.logs, db.entries, db.branches, async () => {
          if (branch) await db.branches.update(hash, { acknowledgedIn: epoch, acknowledgement });
          // Between the look and the word, the log may have taken another history.
          const now = stands ? await db.entries.get([log, seq]) : undefined;
          if (now && toHex(now.hash) === hash) await db.logs.update(log, { acknowledgement });
        });
      }
    },

    async acknowledgements() {
      const rows = [...(await db.logs.toArray()), ...(await db.branches.toArray())];
      return rows.flatMap((row) => row.acknowledgement ?? []);
    },

    async copied(held) {
      for (const { log, seq, hash } of held) {
        const row = await db.logs.get(log);
        const ours = row && (row.copiedThrough ?? 0) < seq ? await db.entries.get([log, seq]) : undefined;
        if (ours && toHex(ours.hash) === hash) await db.logs.update(log, { copiedThrough: seq });
      }
    },

    async forked(logs) {
      // Writers look at this mark in the transaction that appends, so none goes on in a log with two histories.
      for (const log of logs) await db.logs.update(log, { forked: true });
      onForked();
    },

    async unacknowledgedBranches(epoch) {
      const rows = await db.branches.where('acknowledgedIn').notEqual(epoch).toArray();
      return rows.sort((a, b) => a.seq - b.seq).map((row) => row.bytes);
    },

    async holdsBranch(hash) {
      return (await db.branches.get(hash)) !== undefined;
    },

    async keepBranch({ log, entries }) {
      const rows = entries.map(({ entry, hash }) => branchRow(log, entry.seq, hash, entry.bytes));
      await db.transaction('rw', db.branches, db.logs, async () => {
        const known = new Set(
          (await db.branches.bulkGet(rows.map((row) => row.hash))).map((row) => row?.hash),
        );
        await db.branches.bulkAdd(rows.filter((row) => !known.has(row.hash)));
        await db.logs.update(log, { forked: true });
      });
      onForked();
    },

    async replaceTail(arrival, expected) {
      const from = arrival.follows.seq + 1;
      const replaced = await db.transaction(
        'rw',
        [db.logs, db.entries, db.stale, db.pages, db.branches],
        async () => {
          if ((await head(arrival.log)).seq !== expected.seq) return false;
          const tail = db.entries.where('[log+seq]').between([arrival.log, from], [arrival.log, Infinity]);
          const ours = await tail.toArray();
          const acknowledged = (await db.logs.get(arrival.log))?.acknowledgement;
          await db.branches.bulkPut(
            // What was purged was settled in an earlier life of the server: there is nothing of it to keep.
            ours.filter(isHeld).map((row) => ({
              ...branchRow(row.log, row.seq, row.hash, row.bytes),
              acknowledgedIn: acknowledged && row.seq <= acknowledged.seq ? acknowledged.epoch : '',
              ...(acknowledged?.seq === row.seq ? { acknowledgement: acknowledged } : {}),
            })),
          );
          await tail.delete();
          const rows = arrival.accepted.map(({ entry, hash }) => entryRow(entry, hash));
          await db.entries.bulkAdd(rows);
          await db.logs
            .where('log')
            .equals(arrival.log)
            .modify((row) => {
              row.forked = true;
              // It was about our history, which stands beside the log now.
              row.acknowledgement = undefined;
              if (row.purgedThrough !== undefined)
                row.purgedThrough = Math.min(row.purgedThrough, arrival.follows.seq);
            });
          // Opened pages hold what stood at these places before.
          const patients = new Set([...ours, ...rows].flatMap((row) => row.patient ?? []));
          await db.pages.bulkDelete([...patients]);
          await db.stale.bulkPut(
            [...patients].map((patient) => ({ patient, mark: `history ${arrival.log}` })),
          );
          return true;
        },
      );
      if (replaced) onForked();
      return replaced;
    },

    async log(log) {
      const row = await db.logs.get(log);
      return row && { head: await head(log), opening: row.opening };
    },

    async hashAt(log, seq) {
      return (await db.entries.get([log, seq]))?.hash;
    },

    async verifier(writer, scope) {
      directory ??= await readDirectory(db);
      return verifierFor(tablet, directory, writer, scope);
    },

    async commit(arrivals: Arrival[]) {
      for (const arrival of arrivals) {
        for (let from = 0; from < arrival.accepted.length; from += ROWS_A_TRANSACTION) {
          const part = arrival.accepted.slice(from, from + ROWS_A_TRANSACTION);
          const follows = from === 0 ? arrival.follows.seq : arrival.accepted[from - 1]!.entry.seq;
          if (!(await commitPart(arrival, part, follows))) return false;
        }
        if (arrival.opening.scope === DIRECTORY_SCOPE) directory = undefined;
      }
      return true;
    },

    async quarantine(rejected: Rejected[]) {
      for (const { bytes, kind, message } of rejected) {
        const hash = toHex(await sha256(bytes));
        if ((await db.quarantine.where('hash').equals(hash).count()) > 0) continue;
        await db.quarantine.add({ hash, kind, reason: message, receivedAt: new Date().toISOString(), bytes });
      }
    },
  };

  async function commitPart(arrival: Arrival, part: Arrival['accepted'], follows: number): Promise<boolean> {
    const rows = part.map(({ entry, hash }) => entryRow(entry, hash));
    const patients = [...new Set(rows.flatMap((row) => (row.patient ? [row.patient] : [])))];
    return db.transaction('rw', db.logs, db.entries, db.stale, async () => {
      if ((await head(arrival.log)).seq !== follows) return false;
      const { writer, scope } = arrival.opening;
      if (!(await db.logs.get(arrival.log))) {
        await db.logs.add({
          log: arrival.log,
          writer,
          scope,
          opening: arrival.opening,
          mine: writer === tablet.device ? 1 : 0,
        });
      }
      await db.entries.bulkAdd(rows);
      const { log, seq } = rows.at(-1)!;
      await db.stale.bulkPut(patients.map((patient) => ({ patient, mark: entryId(log, seq) })));
      return true;
    });
  }

  return store;
}

const branchRow = (log: string, seq: number, hash: Bytes, bytes: Bytes): BranchRow => ({
  hash: toHex(hash),
  log,
  seq,
  acknowledgedIn: '',
  bytes,
});
