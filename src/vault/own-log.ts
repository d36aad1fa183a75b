import type { EntryId, WardBody } from '../clinical/index.ts';
import { type Bytes, type Entry, entryId, type Hlc, isAhead, observe, tick, toHex } from '../log/index.ts';
import { type LogKeys, logKeys, randomBytes, sealEntry, sealTo, sha256, signWith } from '../seal/index.ts';
import { type Directory, readersOf, type WardOpened } from '../site/index.ts';
import { appendStrictly, type DraftId } from './append-strictly.ts';
import {
  type EntryRow,
  entryRow,
  type LogRow,
  readRow,
  type Tablet,
  type VaultDatabase,
} from './database.ts';
import type { Keyring } from './keyring.ts';

interface Head {
  log: string;
  seq: number;
  hash: Bytes;
  hlc: Hlc;
  keys: LogKeys;
}

/** An entry, and what stands directly before it: its pictures. `forgets`: the draft that it finishes. */
interface ToWrite {
  patient: string;
  before: readonly WardBody[];
  body: WardBody;
  forgets?: DraftId | undefined;
}

/** One name for all tabs of a tablet: together they are one writer. */
export const WRITER_LOCK = 'lamplight-writer';

/** A tab that does not hold the lock yet can still be faster now and then, but not for long. */
const MOST_ATTEMPTS = 10;

/**
 * This tablet's logs, one for each scope that it writes: seal first, then append. A transaction ends while WebCrypto is
 * awaited, so the entry is sealed before, and `add` at the next place fails when another tab was faster. That is what
 * keeps one history; the lock, which costs a save half a millisecond, is asked for only when it happens.
 */
export function createOwnLog(
  db: VaultDatabase,
  tablet: Tablet,
  directory: Directory,
  keyring: Pick<Keyring, 'keysOf' | 'holds'>,
) {
  const sign = signWith(tablet.signingKey);
  const heads = new Map<string, Head>();
  let clock: Hlc = [0, 0];
  /** The save before: those of one tab are written one after the other. */
  let turn: Promise<void> = Promise.resolve();

  /** A log of ours to go on in: with one history, and not ahead of a clock that was set back since. */
  async function findHead(scope: string, nowMs: number): Promise<Head | undefined> {
    const rows = await db.logs.where('scope').equals(scope).toArray();
    const recipients = wardRecipients(directory, scope, keyring);
    for (const row of rows.filter(
      (candidate) =>
        candidate.mine === 1 && !candidate.forked && !candidate.ended && wasOpenedFor(candidate, recipients),
    )) {
      const last = await db.lastOf(row.log);
      const keys = await keyring.keysOf(row.opening);
      const read = readRow(last);
      if (!last || !keys || !read?.ok || isAhead(read.entry.hlc, nowMs)) continue;
      return { log: row.log, seq: last.seq, hash: last.hash, hlc: read.entry.hlc, keys };
    }
    return undefined;
  }

  async function openLog(scope: string, nowMs: number): Promise<Head> {
    const wards = wardRecipients(directory, scope, keyring);
    const recipients = [
      ...wards.map((generation) => generation?.recipient),
      directory.site?.siteRecipient,
      directory.site?.recoveryRecipient,
    ];
    if (!recipients.every((recipient) => recipient !== undefined))
      throw new Error('the directory has no keys for this ward');
    const logKey = randomBytes(32);
    const log = toHex(randomBytes(16));
    const key = { file: await sealTo(recipients as string[], logKey), hash: await sha256(logKey) };
    const opening = { site: tablet.site, writer: tablet.device, scope, key };
    const keys = logKeys(logKey);
    clock = tick(clock, nowMs);
    const entry = await sealEntry(
      { log, seq: 1, prev: null, hlc: clock, patient: null, opening, body: { kind: 'log-opened' } },
      keys,
      sign,
    );
    const row = entryRow(entry, await sha256(entry.bytes));
    await db.transaction('rw', db.logs, db.entries, async () => {
      await db.logs.add({
        log,
        writer: tablet.device,
        scope,
        opening,
        mine: 1,
        wardRecipient: nameOf(wards),
      });
      await db.entries.add(row);
    });
    return { log, seq: 1, hash: row.hash, hlc: clock, keys };
  }

  async function currentHead(scope: string, nowMs: number): Promise<Head> {
    const cached = heads.get(scope);
    // A clock that was years off and is right again: its times stay in the log that it wrote.
    if (cached && !isAhead(cached.hlc, nowMs)) return cached;
    const head = (await findHead(scope, nowMs)) ?? (await openLog(scope, nowMs));
    heads.set(scope, head);
    return head;
  }

  /** The entries that follow `head`, one behind the other, as rows, and the head after them. */
  async function seal(head: Head, { patient, before, body }: ToWrite, author: CryptoKey, nowMs: number) {
    if (isAhead(clock, nowMs)) clock = [0, 0];
    clock = observe(clock, head.hlc, nowMs);
    const sealBehind = async ({ log, seq, hash: prev, keys }: Head, content: WardBody) => {
      clock = tick(clock, nowMs);
      const entry = await sealEntry(
        { log, seq: seq + 1, prev, hlc: clock, patient, body: content, author: signWith(author) },
        keys,
        sign,
      );
      const row = entryRow(entry, await sha256(entry.bytes));
      return { entry, row, next: { log, keys, seq: entry.seq, hash: row.hash, hlc: entry.hlc } };
    };
    const rows: EntryRow[] = [];
    let behind = head;
    for (const content of before) {
      const { row, next } = await sealBehind(behind, content);
      rows.push(row);
      behind = next;
    }
    const last = await sealBehind(behind, body);
    return { head, next: last.next, entry: last.entry, rows: [...rows, last.row] };
  }

  /** `undefined`: another tab wrote this place first, or the log was found to have two histories. */
  async function put(
    scope: string,
    { patient, forgets }: ToWrite,
    { next, rows, entry }: Awaited<ReturnType<typeof seal>>,
  ) {
    try {
      await appendStrictly(db, rows, patient, forgets);
    } catch (error) {
      heads.delete(scope);
      if (error instanceof Error && error.name === 'ConstraintError') return undefined;
      throw error;
    }
    heads.set(scope, next);
    return { id: entryId(entry.log, entry.seq), entry };
  }

  return {
    /** Keeps our clock after what it has seen from others. */
    observe(hlc: Hlc, nowMs: number) {
      clock = observe(clock, hlc, nowMs);
    },

    /** A fork was found, or another tab may have written: look at the log again before the next entry. */
    forget() {
      heads.clear();
    },

    /**
     * Resolves when the strict transaction has completed, with the entry and all that comes before it. Throws what storage
     * throws; then nothing was written.
     */
    append(
      scope: string,
      content: ToWrite,
      author: CryptoKey,
      nowMs: number,
    ): Promise<{ id: EntryId; entry: Entry }> {
      const sealBehind = (head: Head) => seal(head, content, author, nowMs);
      const cached = heads.get(scope);
      // Sealed while those before it are written. They move the head; then it is sealed again.
      const early = cached && sealBehind(cached);
      const written = turn.then(async () => {
        const head = heads.get(scope);
        const sealed = await early;
        if (head && !isAhead(head.hlc, nowMs)) {
          const place = await put(scope, content, sealed?.head === head ? sealed : await sealBehind(head));
          if (place) return place;
        }
        // No log to go on in yet, or another tab took the place: one tab at a time from here.
        return navigator.locks.request(WRITER_LOCK, async () => {
          for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            const place = await put(scope, content, await sealBehind(await currentHead(scope, nowMs)));
            if (place) return place;
          }
          throw new DOMException('other tabs of this tablet take every place', 'ConstraintError');
        });
      });
      turn = written.then(
        () => undefined,
        () => undefined,
      );
      return written;
    },
  };
}

/**
 * The generation to write for of each ward that reads the scope: of one's own ward the newest whose identity this
 * person holds, so that what is written can be read here again (grants of a new generation travel before it, so this
 * is the newest one but for a moment); of another ward the newest.
 */
const wardRecipients = (
  directory: Directory,
  scope: string,
  keyring: Pick<Keyring, 'holds'>,
): (WardOpened | undefined)[] =>
  readersOf(scope).map(
    (ward) =>
      (directory.generations.get(ward) ?? [])
        .filter(({ recipient, generation }) => keyring.holds(recipient, generation))
        .at(-1) ?? directory.wards.get(ward),
  );

const nameOf = (wards: readonly (WardOpened | undefined)[]): string =>
  wards.map((ward) => ward?.recipient).join(' ');

/** A log whose key an older identity of a ward opens is not gone on with. Logs of before there were several name none. */
const wasOpenedFor = (row: LogRow, wards: readonly (WardOpened | undefined)[]): boolean =>
  row.wardRecipient === undefined
    ? wards.every((ward) => ward?.generation === 1)
    : row.wardRecipient === nameOf(wards);
