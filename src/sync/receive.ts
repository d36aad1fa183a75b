import {
  type Bytes,
  type Entry,
  equalBytes,
  type Hash,
  type Head,
  type Opening,
  readEntry,
  type Verify,
  verifyRun,
} from '../log/index.ts';

/** One log as a replica knows it. */
export interface KnownLog {
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

export interface Rejected {
  bytes: Bytes;
  kind: 'malformed' | 'unknown-writer' | 'fork' | 'broken-chain' | 'bad-signature';
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
  /** Keeps what was refused, with its reason. The same bytes twice are kept once. */
  quarantine(rejected: Rejected[]): Promise<void>;
}

export interface Received {
  accepted: number;
  /** Heads of the logs that were named, after the commit. */
  heads: Map<string, Head>;
  problems: { log: string; seq: number; kind: string; message: string }[];
}

/**
 * The one way in for entries from elsewhere, on every replica: read, check chain and signature, commit what stands,
 * quarantine what does not, and go on with the rest (FAILURES 16, 18, 19). Repeating it changes nothing.
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
  const result: Received = { accepted: 0, heads: new Map(), problems: [] };
  // A head can move under us when another node or tab commits to the same log; then look again.
  for (let attempt = 0; ; attempt++) {
    const sorted = await Promise.all([...byLog].map(([log, entries]) => examine(ledger, log, entries)));
    const arrivals = sorted.flatMap((examined) => (examined.arrival ? [examined.arrival] : []));
    if (arrivals.length > 0 && !(await ledger.commit(arrivals))) {
      if (attempt >= 20) throw new Error('the log is written by others without pause');
      continue;
    }
    for (const examined of sorted) {
      rejected.push(...examined.rejected);
      if (examined.gap) result.problems.push(examined.gap);
      result.heads.set(examined.log, examined.head);
      result.accepted += examined.arrival?.accepted.length ?? 0;
    }
    break;
  }
  if (rejected.length > 0) await ledger.quarantine(rejected);
  for (const { log, seq, kind, message } of rejected) {
    if (log !== undefined && seq !== undefined) result.problems.push({ log, seq, kind, message });
  }
  return result;
}

interface Examined {
  log: string;
  arrival?: Arrival;
  head: Head;
  rejected: Rejected[];
  gap?: Received['problems'][number];
}

async function examine(ledger: Ledger, log: string, entries: Entry[]): Promise<Examined> {
  const known = await ledger.log(log);
  const head: Head = known?.head ?? { seq: 0, hash: null };
  const sorted = [...entries].sort((a, b) => a.seq - b.seq);
  const rejected: Rejected[] = [];
  const fresh: Entry[] = [];
  for (const entry of sorted) {
    const previous = fresh.at(-1);
    if (previous && previous.seq === entry.seq) {
      if (!equalBytes(previous.bytes, entry.bytes)) rejected.push(fork(entry));
    } else if (entry.seq > head.seq) {
      fresh.push(entry);
    } else {
      const held = await ledger.hashAt(log, entry.seq);
      if (!held || !equalBytes(held, await ledger.hash(entry.bytes))) rejected.push(fork(entry));
    }
  }
  if (fresh.length === 0) return { log, head, rejected };

  const opening = known?.opening ?? fresh[0]!.opening;
  if (!opening) {
    const [first] = fresh;
    return {
      log,
      head,
      rejected,
      gap: { log, seq: first!.seq, kind: 'gap', message: 'the beginning of this log is missing' },
    };
  }
  const verify = await ledger.verifier(opening.writer, opening.scope);
  if (!verify) {
    const message = 'its writer is not in the directory for this ward';
    return {
      log,
      head,
      rejected: [...rejected, ...fresh.map((entry) => reject(entry, 'unknown-writer', message))],
    };
  }
  const { accepted, problem } = await verifyRun(head, fresh, ledger.hash, verify);
  const last = accepted.at(-1);
  const after: Head = last ? { seq: last.entry.seq, hash: last.hash } : head;
  const examined: Examined = { log, head: after, rejected };
  if (accepted.length > 0) examined.arrival = { log, opening, follows: head, accepted };
  if (problem?.kind === 'gap') examined.gap = { log, ...problem };
  else if (problem) {
    rejected.push(
      ...fresh
        .slice(accepted.length)
        .map((entry) => reject(entry, problem.kind as Rejected['kind'], problem.message)),
    );
  }
  return examined;
}

const reject = (entry: Entry, kind: Rejected['kind'], message: string): Rejected => ({
  bytes: entry.bytes,
  kind,
  message,
  log: entry.log,
  seq: entry.seq,
});

const fork = (entry: Entry): Rejected =>
  reject(
    entry,
    'fork',
    `another entry ${entry.seq} of this log is already here: the tablet may have been cloned or restored`,
  );
