import { type Bytes, entryId, type Head, type Range, toHex, type VersionVector } from '../log/index.ts';
import { type Acknowledgement, isAcknowledgement, sha256, verifyWith } from '../seal/index.ts';
import { DIRECTORY_SCOPE, type Directory } from '../site/index.ts';
import { type Arrival, type Ledger, type Rejected, receiveEntries, type Store } from '../sync/index.ts';
import type { EntryRow, Tablet, VaultDatabase } from './database.ts';
import { readDirectory, verifierFor } from './site-records.ts';

/** A pull never makes a nurse wait: no transaction of arriving rows is larger (DESIGN.md, The vault's promises). */
const ROWS_A_TRANSACTION = 200;

/** The tablet's storage as sync sees it. Needs no key but the public ones; used by the sync worker, locked or not. */
export function createVaultStore(db: VaultDatabase, tablet: Tablet): Store & Ledger {
  let directory: Directory | undefined;

  async function head(log: string): Promise<Head> {
    const last = await db.lastOf(log);
    return last ? { seq: last.seq, hash: last.hash } : { seq: 0, hash: null };
  }

  const store: Store & Ledger = {
    hash: sha256,

    async vector() {
      const vector: VersionVector = {};
      for (const log of await db.logs.toCollection().primaryKeys()) {
        const { seq, hash } = await head(log);
        if (hash) vector[log] = [seq, toHex(hash)];
      }
      return vector;
    },

    async read({ log, after, through }: Range, maxBytes: number): Promise<Bytes[]> {
      const found: Bytes[] = [];
      let size = 0;
      await db.entries
        .where('[log+seq]')
        .between([log, after + 1], [log, through], true, true)
        .until(() => size > maxBytes)
        .each((row) => {
          size += row.bytes.length;
          if (size <= maxBytes || found.length === 0) found.push(row.bytes);
        });
      return found;
    },

    receive: (entries) => receiveEntries(store, entries),

    async acknowledged(acknowledgements: Acknowledgement[]) {
      const verify = verifyWith(tablet.siteKey);
      for (const acknowledgement of acknowledgements) {
        const row = await db.logs.get(acknowledgement.log);
        if (
          !row ||
          (row.acknowledgement?.epoch === acknowledgement.epoch &&
            row.acknowledgement.seq >= acknowledgement.seq)
        )
          continue;
        const ours = await db.entries.get([acknowledgement.log, acknowledgement.seq]);
        // Only the server's signed word about our very bytes removes "on this tablet only" (FAILURES 15, 17, 29).
        if (
          !ours ||
          toHex(ours.hash) !== acknowledgement.hash ||
          !(await isAcknowledgement(acknowledgement, verify))
        )
          continue;
        await db.logs.update(acknowledgement.log, { acknowledgement });
      }
    },

    async forked(logs) {
      for (const log of logs) await db.logs.update(log, { forked: true });
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
    const rows: EntryRow[] = part.map(({ entry, hash }) => ({
      log: entry.log,
      seq: entry.seq,
      ...(entry.patient === null ? {} : { patient: entry.patient }),
      hash,
      bytes: entry.bytes,
    }));
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
