import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type Kysely, sql, type Transaction } from 'kysely';
import { type Bytes, type Range, readEntry, toHex, type VersionVector } from '../log/index.ts';
import {
  type Acknowledgement,
  sha256,
  acknowledge as signAcknowledgement,
  verifyWith,
} from '../seal/index.ts';
import { DIRECTORY_SCOPE, mayOpenLog } from '../site/index.ts';
import { type Arrival, type Ledger, type Place, type Received, receiveEntries } from '../sync/index.ts';
import type { OpenDatabase } from './database/open.ts';
import type { Database } from './database/schema.ts';
import type { SiteIdentity } from './site-identity.ts';
import type { SiteRecords } from './site-records.ts';

/** Pages of one upload follow each other within this time where the network is good. */
const BETWEEN_PAGES_MS = 20;
const MOST_WAIT_MS = 250;

/** PGlite is one connection in the event loop: larger reads would stall everyone else. */
const ROWS_A_READ = 200;
/** A page of an upload is one statement: some 30 ms on PGlite, and each further statement costs several more. */
const ROWS_A_STATEMENT = 1_000;

/** Bytes as both databases give them back, without a shared buffer behind them. */
export const ownBytes = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);

export interface ServerLedger extends Ledger {
  /** Takes in entries from anywhere; commits (journal first where needed) before it resolves. */
  receive(entries: Bytes[]): Promise<Received>;
  /** Resolves when no upload is being taken in, or after a quarter of a second: what can wait lets them pass. */
  letUploadsPass(): Promise<void>;
  /** Reads the journal into the database after a crash. Resolves with how many entries were missing. */
  recover(journaled: Bytes[]): Promise<number>;
  vector(): Promise<VersionVector>;
  read(ranges: Range[], maxBytes: number): Promise<Bytes[]>;
  acknowledge(places: Place[]): Promise<Acknowledgement[]>;
  /** Told after each commit, with the scopes of what came. */
  onCommit(listener: (scopes: Set<string>) => void): void;
}

/** Says of places that they are kept at the site server: the server by its own signature, a hub by what it was told. */
export type Acknowledge = (places: Place[]) => Promise<Acknowledgement[]>;

/** The site server's own word. */
export const inTheNameOfTheSite =
  (identity: Pick<SiteIdentity, 'sign'>, epoch: () => string): Acknowledge =>
  (places) =>
    Promise.all(places.map((place) => signAcknowledgement({ ...place, epoch: epoch() }, identity.sign)));

/** The storage of sealed entries. Stateless: several nodes may run it over one PostgreSQL. Needs public keys alone. */
export function createLedger(
  opened: OpenDatabase,
  identity: Pick<SiteIdentity, 'site' | 'publicKey'>,
  acknowledge: Acknowledge,
  site: () => Pick<SiteRecords, 'device' | 'directory' | 'refresh'>,
): ServerLedger {
  const { db, journal } = opened;
  const listeners: ((scopes: Set<string>) => void)[] = [];
  let recovering = false;
  let arriving = 0;
  let arrivedMs = Number.NEGATIVE_INFINITY;

  const ledger: ServerLedger = {
    hash: async (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),

    async log(log) {
      const row = await db
        .selectFrom('record.log')
        .where('site', '=', identity.site)
        .where('log', '=', log)
        .selectAll()
        .executeTakeFirst();
      if (!row) return undefined;
      return {
        head: { seq: row.seq, hash: ownBytes(row.hash) },
        opening: { site: row.site, writer: row.writer, scope: row.scope },
      };
    },

    async hashAt(log, seq) {
      const row = await db
        .selectFrom('record.entry')
        .where('site', '=', identity.site)
        .where('log', '=', log)
        .where('seq', '=', seq)
        .select('hash')
        .executeTakeFirst();
      return row && ownBytes(row.hash);
    },

    async verifier(writer, scope) {
      if (writer === identity.site) return verifyWith(identity.publicKey);
      const device = await site().device(writer);
      return device && mayOpenLog(site().directory(), writer, scope)
        ? verifyWith(device.signingKey)
        : undefined;
    },

    async commit(arrivals) {
      // The disk and the database work side by side; nothing is committed before the journal has it.
      const journaled =
        journal && !recovering
          ? journal.append(arrivals.flatMap((arrival) => arrival.accepted.map(({ entry }) => entry.bytes)))
          : Promise.resolve();
      // It is awaited in its turn; a transaction that fails first must not leave it unheard.
      journaled.catch(() => undefined);
      const written = await db
        .transaction()
        .execute(async (tx) => {
          for (const arrival of arrivals) {
            if (!(await insertArrival(tx, arrival))) throw new HeadMoved();
          }
          await journaled;
          return true;
        })
        .catch((error: unknown) => {
          if (error instanceof HeadMoved) return false;
          throw error;
        });
      if (written)
        for (const listener of listeners) listener(new Set(arrivals.map((arrival) => arrival.opening.scope)));
      return written;
    },

    async quarantine(rejected) {
      for (const { bytes, kind, message, log, seq } of rejected) {
        await db
          .insertInto('record.quarantine')
          .values({
            site: identity.site,
            hash: toHex(await sha256(bytes)),
            log: log ?? null,
            seq: seq ?? null,
            kind,
            reason: message,
            bytes,
          })
          .onConflict((conflict) => conflict.columns(['site', 'hash']).doNothing())
          .execute();
      }
    },

    async keepBranch({ log, entries }) {
      if (journal && !recovering) await journal.append(entries.map(({ entry }) => entry.bytes));
      await db
        .insertInto('record.branch')
        .values(
          entries.map(({ entry, hash }) => ({
            site: identity.site,
            hash: toHex(hash),
            log,
            seq: entry.seq,
            bytes: entry.bytes,
          })),
        )
        .onConflict((conflict) => conflict.columns(['site', 'hash']).doNothing())
        .execute();
    },

    async holdsBranch(hash) {
      const row = await db
        .selectFrom('record.branch')
        .where('site', '=', identity.site)
        .where('hash', '=', hash)
        .select('seq')
        .executeTakeFirst();
      return row !== undefined;
    },

    async replaceTail() {
      // What was first here is the log; a server takes nobody else's history in its place.
      return false;
    },

    async receive(entries) {
      arriving += 1;
      try {
        return await receiveEntries(ledger, entries);
      } finally {
        arriving -= 1;
        arrivedMs = performance.now();
      }
    },

    async letUploadsPass() {
      const until = performance.now() + MOST_WAIT_MS;
      while ((arriving > 0 || performance.now() - arrivedMs < BETWEEN_PAGES_MS) && performance.now() < until)
        await setTimeout(BETWEEN_PAGES_MS);
    },

    async recover(journaled) {
      recovering = true;
      try {
        // Without the directory no tablet's signature verifies, so its logs come first.
        // What the disk spoiled goes to quarantine with its reason, and keeps nothing else from coming back.
        const read = journaled.map((bytes) => ({ bytes, result: readEntry(bytes) }));
        const spoiled = read.filter(({ result }) => !result.ok).map(({ bytes }) => bytes);
        if (spoiled.length > 0) await receiveEntries(ledger, spoiled);
        const entries = read.flatMap(({ result }) => (result.ok ? [result.entry] : []));
        const directoryLogs = new Set(
          entries.filter((entry) => entry.opening?.scope === DIRECTORY_SCOPE).map((entry) => entry.log),
        );
        const [first, rest] = [true, false].map((inDirectory) =>
          entries.filter((entry) => directoryLogs.has(entry.log) === inDirectory).map((entry) => entry.bytes),
        );
        let recovered = 0;
        for (const part of [first!, rest!]) {
          for (let from = 0; from < part.length; from += 500)
            recovered += (await receiveEntries(ledger, part.slice(from, from + 500))).accepted;
          await site().refresh();
        }
        return recovered;
      } finally {
        recovering = false;
      }
    },

    async vector() {
      const rows = await db
        .selectFrom('record.log')
        .where('site', '=', identity.site)
        .select(['log', 'seq', 'hash'])
        .execute();
      return Object.fromEntries(rows.map((row) => [row.log, [row.seq, toHex(row.hash)]]));
    },

    async read(ranges, maxBytes) {
      const found: Bytes[] = [];
      let size = 0;
      for (const range of ranges) {
        for (let after = range.after; after < range.through && size < maxBytes; ) {
          const rows = await db
            .selectFrom('record.entry')
            .where('site', '=', identity.site)
            .where('log', '=', range.log)
            .where('seq', '>', after)
            .where('seq', '<=', range.through)
            .orderBy('seq')
            .limit(ROWS_A_READ)
            .select(['seq', 'bytes'])
            .execute();
          if (rows.length === 0) break;
          for (const row of rows) {
            if (size >= maxBytes) break;
            size += row.bytes.length;
            found.push(ownBytes(row.bytes));
            after = row.seq;
          }
        }
      }
      return found;
    },

    acknowledge,

    onCommit(listener) {
      listeners.push(listener);
    },
  };

  /** Locks the head row; inserts what follows it. `false`: another node was faster. */
  async function insertArrival(tx: Transaction<Database>, arrival: Arrival): Promise<boolean> {
    const last = arrival.accepted.at(-1)!;
    const head = { site: identity.site, log: arrival.log };
    if (arrival.follows.seq === 0) {
      const inserted = await tx
        .insertInto('record.log')
        .values({
          ...head,
          writer: arrival.opening.writer,
          scope: arrival.opening.scope,
          seq: last.entry.seq,
          hash: last.hash,
          forked: false,
        })
        .onConflict((conflict) => conflict.columns(['site', 'log']).doNothing())
        .executeTakeFirst();
      if (inserted.numInsertedOrUpdatedRows === 0n) return false;
    } else {
      const row = await tx
        .selectFrom('record.log')
        .where('site', '=', head.site)
        .where('log', '=', head.log)
        .select(['seq', 'hash'])
        .forUpdate()
        .executeTakeFirst();
      if (
        !row ||
        row.seq !== arrival.follows.seq ||
        arrival.follows.hash === null ||
        toHex(row.hash) !== toHex(arrival.follows.hash)
      )
        return false;
      await tx
        .updateTable('record.log')
        .set({ seq: last.entry.seq, hash: last.hash })
        .where('site', '=', head.site)
        .where('log', '=', head.log)
        .execute();
    }
    for (let from = 0; from < arrival.accepted.length; from += ROWS_A_STATEMENT) {
      await insertEntries(tx, head, arrival.accepted.slice(from, from + ROWS_A_STATEMENT));
    }
    return true;
  }

  return ledger;
}

class HeadMoved extends Error {}

/** Node's own encoder: ten times as fast as one in JavaScript, and every entry of every upload passes here. */
const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** Rows as one JSON parameter: half the time of arrays of `bytea` on PGlite, and the same on PostgreSQL. */
async function insertEntries(
  tx: Kysely<Database>,
  { site, log }: { site: string; log: string },
  rows: Arrival['accepted'],
): Promise<void> {
  const json = JSON.stringify(
    rows.map(({ entry, hash }) => ({
      seq: entry.seq,
      patient: entry.patient,
      hash: base64(hash),
      bytes: base64(entry.bytes),
    })),
  );
  await sql`
    insert into record.entry (site, log, seq, patient, hash, bytes)
    select ${site}, ${log}, seq, patient, decode(hash, 'base64'), decode(bytes, 'base64')
    from json_to_recordset(${json}::json) as rows(seq integer, patient text, hash text, bytes text)`.execute(
    tx,
  );
}

/** Parses stored bytes, which were verified when they came in. */
export function storedEntry(bytes: Uint8Array) {
  const read = readEntry(ownBytes(bytes));
  if (!read.ok) throw new Error('a stored entry cannot be read: the database is damaged');
  return read.entry;
}
