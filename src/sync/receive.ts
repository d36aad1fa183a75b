import {
  type Bytes,
  type Entry,
  equalBytes,
  type Hash,
  type Head,
  type Opening,
  readEntry,
  toHex,
  type Verify,
  verifyRun,
} from '../log/index.ts';
import type { Place } from './messages.ts';

/** One log as a replica knows it. */
interface KnownLog {
  head: Head;
  opening: Opening;
}

export interface Arrival {
  log: string;
  opening: Opening;
  /** The head that these entries follow; `commit` must find it unchanged. */
  follows: Head;
  accepted: { entry: Entry; hash: Bytes }[];
}

/**
 * Entries of a second history of a log: authentic, and at places that are taken. The writer was cloned or restored
 * from a backup. They are kept beside the log, whole, until the site server has taken them over.
 */
export interface Branch {
  log: string;
  opening: Opening;
  entries: { entry: Entry; hash: Bytes }[];
}

export interface Rejected {
  bytes: Bytes;
  kind: 'malformed' | 'unknown-writer' | 'broken-chain' | 'bad-signature';
  message: string;
  log?: string;
  seq?: number;
}

/** A replica's storage as the arrival of entries needs it. Vault and server each implement it. */
export interface Ledger {
  /** SHA-256. Each side brings its own: WebCrypto's takes a thread's round trip per entry, which a server need not pay. */
  hash: Hash;
  log(log: string): Promise<KnownLog | undefined>;
  hashAt(log: string, seq: number): Promise<Bytes | undefined>;
  /** The key of a writer for a scope that it may write, or `undefined` when the directory does not name it. */
  verifier(writer: string, scope: string): Promise<Verify | undefined>;
  /** Writes in one transaction; `false` when a head moved meanwhile, so that nothing was written. */
  commit(arrivals: Arrival[]): Promise<boolean>;
  /** Keeps a second history, durably. The same entries twice are kept once. */
  keepBranch(branch: Branch): Promise<void>;
  /** Whether an entry with this hash (hex) is kept beside its log. */
  holdsBranch(hash: string): Promise<boolean>;
  /**
   * In one transaction: moves what stands from the arrival's first place on to the branches, and puts the arrival
   * there. `false` when the head moved meanwhile, so that nothing was changed.
   */
  replaceTail(arrival: Arrival, head: Head): Promise<boolean>;
  /** Keeps what was refused, with its reason. The same bytes twice are kept once. */
  quarantine(rejected: Rejected[]): Promise<void>;
}

export interface Received {
  accepted: number;
  /** Places of the sender's entries that are kept here now, with what stands before them in their history. */
  held: Place[];
  problems: { log: string; seq: number; kind: string; message: string }[];
}

/**
 * The one way in for entries from elsewhere, on every replica: read, check chain and signature, commit what stands,
 * keep a second history beside the first, quarantine what does not verify, and go on with the rest (FAILURES 16, 18,
 * 19). Repeating it changes nothing.
 */
export async function receiveEntries(ledger: Ledger, payloads: readonly Bytes[]): Promise<Received> {
  const rejected: Rejected[] = [];
  const byLog = new Map<string, Entry[]>();
  for (const bytes of payloads) {
    const read = readEntry(bytes);
    if (!read.ok) rejected.push({ bytes, kind: 'malformed', message: read.error.message });
    else {
      const entries = byLog.get(read.entry.log);
      if (entries) entries.push(read.entry);
      else byLog.set(read.entry.log, [read.entry]);
    }
  }
  const result: Received = { accepted: 0, held: [], problems: [] };
  // A head can move under us when another node or tab commits to the same log; then look again.
  let introduced = false;
  for (let attempt = 0; ; attempt++) {
    const sorted = await Promise.all([...byLog].map(([log, entries]) => examine(ledger, log, entries)));
    const arrivals = sorted.flatMap((examined) => (examined.arrival ? [examined.arrival] : []));
    if (arrivals.length > 0 && !(await ledger.commit(arrivals))) {
      if (attempt >= 20) throw new Error('the log is written by others without pause');
      continue;
    }
    // A writer may be made known by another log of the same transfer, which is committed now: look once more.
    const unknown = new Set(
      sorted
        .filter(({ rejected: refused }) => refused.some(({ kind }) => kind === 'unknown-writer'))
        .map(({ log }) => log),
    );
    const settled = sorted.filter(({ log }) => !unknown.has(log) || arrivals.length === 0 || introduced);
    const again = sorted.length > settled.length;
    for (const examined of settled) {
      rejected.push(...examined.rejected);
      result.problems.push(...examined.problems);
      result.accepted += examined.arrival?.accepted.length ?? 0;
      if (examined.branch) await ledger.keepBranch(examined.branch);
      result.held.push(...heldOf(examined));
    }
    if (!again) break;
    introduced = true;
    for (const { log } of settled) byLog.delete(log);
  }
  if (rejected.length > 0) await ledger.quarantine(rejected);
  for (const { log, seq, kind, message } of rejected) {
    if (log !== undefined && seq !== undefined) result.problems.push({ log, seq, kind, message });
  }
  return result;
}

/**
 * Takes the site server's history of a log in place of ours from where they part; ours was given away before and is
 * kept beside. `payloads` begin at or before the first place that differs. Resolves with how many places changed.
 */
export async function adoptHistory(ledger: Ledger, log: string, payloads: readonly Bytes[]): Promise<number> {
  const known = await ledger.log(log);
  if (!known) return 0;
  const theirs: Entry[] = [];
  for (const bytes of payloads) {
    const read = readEntry(bytes);
    if (!read.ok || read.entry.log !== log) return 0;
    theirs.push(read.entry);
  }
  theirs.sort((a, b) => a.seq - b.seq);
  for (const [index, entry] of theirs.entries()) {
    const held = await ledger.hashAt(log, entry.seq);
    if (held && equalBytes(held, await ledger.hash(entry.bytes))) continue;
    const follows: Head = { seq: entry.seq - 1, hash: (await ledger.hashAt(log, entry.seq - 1)) ?? null };
    const verify = await ledger.verifier(known.opening.writer, known.opening.scope);
    if (!verify || follows.hash === null) return 0;
    const { accepted } = await verifyRun(follows, theirs.slice(index), ledger.hash, verify);
    if (accepted.length === 0) return 0;
    const arrival: Arrival = { log, opening: known.opening, follows, accepted };
    return (await ledger.replaceTail(arrival, known.head)) ? accepted.length : 0;
  }
  return 0;
}

interface Examined {
  log: string;
  arrival?: Arrival;
  branch?: Branch;
  /** The last entry that was sent and is already here. */
  repeated?: Place;
  rejected: Rejected[];
  problems: Received['problems'];
}

async function examine(ledger: Ledger, log: string, entries: Entry[]): Promise<Examined> {
  const known = await ledger.log(log);
  const head: Head = known?.head ?? { seq: 0, hash: null };
  const { fresh, other, repeated } = await sortOut(ledger, log, head, entries);
  const result: Examined = { log, rejected: [], problems: [], ...(repeated ? { repeated } : {}) };
  if (fresh.length + other.length === 0) return result;

  const opening = known?.opening ?? fresh[0]?.opening;
  if (!opening) {
    const { seq } = fresh[0]!;
    result.problems.push({ log, seq, kind: 'gap', message: 'the beginning of this log is missing' });
    return result;
  }
  const verify = await ledger.verifier(opening.writer, opening.scope);
  if (!verify) {
    const message = 'its writer is not in the directory';
    result.rejected.push(...[...fresh, ...other].map((entry) => reject(entry, 'unknown-writer', message)));
    return result;
  }
  const { accepted, problem } = await verifyRun(head, fresh, ledger.hash, verify);
  if (accepted.length > 0) result.arrival = { log, opening, follows: head, accepted };
  const rest = fresh.slice(accepted.length);
  const candidates = [...other];
  if (problem?.kind === 'bad-signature')
    result.rejected.push(...rest.map((entry) => reject(entry, 'bad-signature', problem.message)));
  // What does not follow our head is a second history if its writer signed it, and rubbish otherwise.
  else if (problem?.kind === 'broken-chain' || (await followsBranch(ledger, rest[0])))
    candidates.push(...rest);
  else if (problem) result.problems.push({ log, ...problem });
  if (candidates.length > 0) await examineBranch(ledger, opening, candidates, verify, result);
  return result;
}

/** A second history may be longer than the first, and come in several pages. */
const followsBranch = async (ledger: Ledger, entry: Entry | undefined): Promise<boolean> =>
  entry?.prev != null && ledger.holdsBranch(toHex(entry.prev));

/** `fresh`: places behind our head, in order. `other`: something else than we hold at that place. */
async function sortOut(ledger: Ledger, log: string, head: Head, entries: Entry[]) {
  const fresh: Entry[] = [];
  const other: Entry[] = [];
  let repeated: Place | undefined;
  for (const entry of [...entries].sort((a, b) => a.seq - b.seq)) {
    const previous = fresh.at(-1);
    if (previous?.seq === entry.seq) {
      if (equalBytes(previous.bytes, entry.bytes)) continue;
      // Two histories in one transfer (a journal read again): the one that goes on from ours is the log.
      const before = fresh.at(-2);
      const follows = before ? await ledger.hash(before.bytes) : head.hash;
      const goesOn = follows !== null && entry.prev !== null && equalBytes(entry.prev, follows);
      if (goesOn && !(previous.prev && equalBytes(previous.prev, follows))) fresh[fresh.length - 1] = entry;
      other.push(fresh.at(-1) === entry ? previous : entry);
    } else if (entry.seq > head.seq) {
      fresh.push(entry);
    } else {
      const held = await ledger.hashAt(log, entry.seq);
      if (held && equalBytes(held, await ledger.hash(entry.bytes)))
        repeated = { log, seq: entry.seq, hash: toHex(held) };
      else other.push(entry);
    }
  }
  return { fresh, other, repeated };
}

/**
 * A branch is kept when it begins at an entry that is here, so that nothing of it is missing, follows its chain, and
 * is signed by the log's writer: then two different histories were signed with one key.
 */
async function examineBranch(
  ledger: Ledger,
  opening: Opening,
  candidates: Entry[],
  verify: Verify,
  result: Examined,
): Promise<void> {
  const { log } = result;
  // By place, so that what an entry follows is looked at before it.
  let rest = candidates.sort((a, b) => a.seq - b.seq);
  const kept: Branch['entries'] = [];
  while (rest.length > 0) {
    const [first] = rest;
    const { prev, seq } = first!;
    const before = prev && toHex(prev);
    const connected =
      before !== null &&
      (equalBytes((await ledger.hashAt(log, seq - 1)) ?? new Uint8Array(0), prev!) ||
        kept.some(({ hash }) => toHex(hash) === before) ||
        (result.arrival?.accepted.some(({ hash }) => toHex(hash) === before) ?? false) ||
        (await ledger.holdsBranch(before)));
    const { accepted } = await verifyRun({ seq: seq - 1, hash: prev }, rest, ledger.hash, verify);
    if (accepted.length === 0) {
      result.rejected.push(
        reject(first!, 'bad-signature', `the signature of entry ${seq} is not its writer’s`),
      );
      rest = rest.slice(1);
    } else {
      if (connected) kept.push(...accepted);
      else
        result.problems.push({
          log,
          seq,
          kind: 'gap',
          message: `entry ${seq} of a second history: those before it are missing`,
        });
      rest = rest.slice(accepted.length);
    }
  }
  if (kept.length === 0) return;
  result.branch = { log, opening, entries: kept };
  result.problems.push({
    log,
    seq: kept[0]!.entry.seq,
    kind: 'fork',
    message: 'this log has two histories: the tablet was cloned or restored. Both are kept',
  });
}

function heldOf({ log, arrival, branch, repeated }: Examined): Place[] {
  const last = arrival?.accepted.at(-1);
  const place = ({ entry, hash }: Branch['entries'][number]): Place => ({
    log,
    seq: entry.seq,
    hash: toHex(hash),
  });
  return [...(last ? [place(last)] : repeated ? [repeated] : []), ...(branch?.entries.map(place) ?? [])];
}

const reject = (entry: Entry, kind: Rejected['kind'], message: string): Rejected => ({
  bytes: entry.bytes,
  kind,
  message,
  log: entry.log,
  seq: entry.seq,
});
