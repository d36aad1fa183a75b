import { type Bytes, readEntry, type VersionVector } from '../log/index.ts';
import { randomBytes, sha256, signWith } from '../seal/index.ts';
import { DIRECTORY_SCOPE, mayPull, ROSTER_SCOPE, readScope } from '../site/index.ts';
import {
  createQrReceiver,
  createQrSender,
  fitsPage,
  givable,
  packPage,
  QrKind,
  type QrSender,
  type QrTaken,
  type Received,
  type Store,
  unpackPage,
  writeStatement,
} from '../sync/index.ts';
import type { Tablet } from './database.ts';
import { nameOf, problemsOf, type TransferEnvironment } from './file-transfer.ts';
import { readDirectory } from './site-records.ts';
import type { QrReading, QrTransferApi, TransferReport } from './transfer-api.ts';
import { learnFromStatement } from './transfer-statement.ts';

/** More pages than this wait for the next turn: some eight minutes of pictures are enough to hold a tablet for. */
const MAX_PAGES_A_TURN = 60;
const READ_BYTES = 256 * 1024;
/** What people write is far smaller: this is a part of a picture, or of a moved record. Told without opening it. */
const LARGE_BYTES = 16 * 1024;

interface Receiving {
  transfer: number;
  before: VersionVector;
  /** Pages that came together and wait for one before them. */
  waiting: Map<number, Bytes[]>;
  /** Charted entries read, by log. */
  seen: Map<string, Set<number>>;
  problems: Received['problems'];
}

/**
 * Records by camera. The receiver shows a signed word about what it holds; the giver reads it and shows what is
 * missing; the receiver's next word is the receipt.
 */
export function createQrTransfer(environment: TransferEnvironment): QrTransferApi {
  const { db } = environment;
  let receiver = createQrReceiver();
  let receiving: Receiving | undefined;
  let sender: QrSender | undefined;

  async function readText(text: string, tablet: Tablet): Promise<QrReading> {
    const taken = receiver.take(text);
    if (taken.kind === 'nothing') return { kind: 'nothing' };
    if (taken.kind === 'progress')
      return taken.of === QrKind.entries
        ? { kind: 'receiving', fraction: taken.fraction, pages: taken.pages, pagesDone: taken.pagesDone }
        : { kind: 'nothing' };
    return taken.of === QrKind.statement ? readWord(taken.payload, tablet) : takePage(taken, tablet);
  }

  async function readWord(payload: Bytes, tablet: Tablet): Promise<QrReading> {
    // The same code is read again at the next turn: it must not be taken for one that was seen.
    receiver = createQrReceiver();
    const store = environment.store(tablet);
    const learned = await learnFromStatement(db, tablet, store, payload);
    if (!learned.ok)
      return learned.error.kind === 'not-a-statement'
        ? { kind: 'nothing' }
        : { kind: 'refused', message: learned.error.message };
    const { device, compared } = learned;
    const rows = new Map((await db.logs.toArray()).map((row) => [row.log, row]));
    const vector = await store.vector();
    const directory = await readDirectory(db);
    // The site's own directory first, which says whom to believe in the rest; then what administrators wrote in it, and
    // the staff. -1: not for that tablet.
    const rank = (log: string): number => {
      const { scope = '', writer } = rows.get(log) ?? {};
      if (!mayPull(directory, device.device, scope)) return -1;
      if (scope === DIRECTORY_SCOPE) return writer === tablet.site ? 0 : 1;
      return scope === ROSTER_SCOPE ? 2 : 3;
    };
    const logs = Object.keys(compared.after)
      .filter((log) => rank(log) >= 0)
      .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    const wanted = logs.map((log) => ({
      log,
      after: compared.after[log] ?? 0,
      through: vector[log]?.[0] ?? 0,
    }));
    const gone = await store.purged();
    const ranges = givable(wanted, gone);
    const charts = (log: string): boolean => rank(log) >= 3;
    const purged = wanted
      .filter((range) => charts(range.log) && !ranges.includes(range))
      .reduce((sum, { log, after }) => sum + (gone.get(log) ?? 0) - Math.max(1, after), 0);
    const missing = ranges
      .filter(({ log }) => charts(log))
      .reduce((sum, { after, through }) => sum + through - Math.max(1, after), 0);
    // What a server has taken over comes inside the server's own log; the rest goes along as it is.
    const beside = (await db.branches.where('acknowledgedIn').equals('').sortBy('seq')).filter(
      (row) => rank(row.log) >= 0 && !learned.names(row.hash),
    );
    const { pages, more, large } = await makePages(
      store,
      ranges,
      beside.map((row) => row.bytes),
    );
    sender =
      pages.length === 0
        ? undefined
        : createQrSender(
            QrKind.entries,
            new DataView(randomBytes(4).buffer).getUint32(0),
            pages.length,
            async (index) => pages[index]!,
            randomFraction,
          );
    const mine = new Set([...rows.values()].filter((row) => row.mine === 1).map((row) => row.log));
    const copied = compared.held
      .filter(({ log }) => mine.has(log))
      .reduce((sum, { seq }) => sum + seq - 1, 0);
    environment.arrived();
    return {
      kind: 'tablet',
      name: device.name,
      missing: missing + beside.length,
      purged,
      pages: pages.length,
      more,
      large,
      copied,
    };
  }

  async function takePage(taken: QrTaken & { kind: 'page' }, tablet: Tablet): Promise<QrReading> {
    const entries = unpackPage(taken.payload);
    const store = environment.store(tablet);
    if (receiving?.transfer !== taken.transfer)
      receiving = {
        transfer: taken.transfer,
        before: await store.vector(),
        waiting: new Map(),
        seen: new Map(),
        problems: [],
      };
    const now = receiving;
    now.waiting.set(taken.page, entries ?? []);
    for (const bytes of entries ?? []) {
      const read = readEntry(bytes);
      if (read.ok && !read.entry.opening)
        now.seen.set(read.entry.log, (now.seen.get(read.entry.log) ?? new Set()).add(read.entry.seq));
    }
    await settle(store, now, taken.pagesDone === taken.pages);
    if (taken.pagesDone < taken.pages) {
      environment.arrived();
      return {
        kind: 'receiving',
        fraction: taken.pagesDone / taken.pages,
        pages: taken.pages,
        pagesDone: taken.pagesDone,
      };
    }
    const report = await reportOf(store, tablet, now);
    receiver = createQrReceiver();
    receiving = undefined;
    environment.arrived();
    return { kind: 'received', report };
  }

  /** Takes in what can be taken; a page that hangs on one which is still missing waits for it. */
  async function settle(store: Store, now: Receiving, last: boolean): Promise<void> {
    for (let moved = true; moved; ) {
      moved = false;
      for (const [page, entries] of [...now.waiting].sort(([a], [b]) => a - b)) {
        const { problems } = await store.receive(entries);
        if (problems.some((problem) => problem.kind === 'gap') && !last) continue;
        now.problems.push(...problems);
        now.waiting.delete(page);
        moved = true;
      }
    }
  }

  async function reportOf(store: Store, tablet: Tablet, now: Receiving): Promise<TransferReport> {
    const directory = await readDirectory(db);
    const after = await store.vector();
    const report: TransferReport = {
      from: 'another tablet',
      writtenAt: new Date(environment.clock()).toISOString(),
      entries: 0,
      fresh: 0,
      tablets: [],
      ...problemsOf(now.problems),
    };
    const writers = new Set<string>();
    for (const [log, seqs] of now.seen) {
      const row = await db.logs.get(log);
      if (!row || readScope(row.scope) === undefined) continue;
      report.entries += seqs.size;
      report.fresh += Math.max(0, (after[log]?.[0] ?? 1) - Math.max(1, now.before[log]?.[0] ?? 1));
      writers.add(nameOf(row.writer, tablet, directory));
    }
    return { ...report, tablets: [...writers] };
  }

  return {
    async qrStatement() {
      const tablet = await db.read('tablet');
      if (!tablet) return notReady('This tablet is not enrolled yet.');
      const vector = await environment.store(tablet).vector();
      const beside = await db.branches.where('acknowledgedIn').equals('').toArray();
      const word = await writeStatement(
        { site: tablet.site, device: tablet.device, at: new Date(environment.clock()).toISOString() },
        vector,
        signWith(tablet.signingKey),
        beside,
      );
      return { ok: true, value: await textsOf(word) };
    },

    async qrRead(text) {
      const tablet = await db.read('tablet');
      return tablet ? readText(text, tablet) : { kind: 'nothing' };
    },

    async qrShow(count) {
      if (!sender) return notReady('The other tablet lacks nothing, or its code was not read yet.');
      const frames = [];
      for (let shown = 0; shown < count; shown++) frames.push(await sender.next());
      const last = frames.at(-1);
      return {
        ok: true,
        value: {
          texts: frames.map((frame) => frame.text),
          fraction: last?.fraction ?? 0,
          round: last?.round ?? 1,
        },
      };
    },

    async qrForget() {
      receiver = createQrReceiver();
      receiving = undefined;
      sender = undefined;
    },
  };
}

/** A word that fits into one picture is one; a longer one is shown in turn, each block and then some combinations. */
async function textsOf(word: Bytes): Promise<string[]> {
  const id = new DataView((await sha256(word)).buffer).getUint32(0);
  const sender = createQrSender(QrKind.statement, id, 1, async () => word, randomFraction);
  const texts: string[] = [];
  for (;;) {
    const { text, round } = await sender.next();
    if (round > 1) return texts;
    texts.push(text);
  }
}

async function makePages(
  store: Store,
  ranges: readonly { log: string; after: number; through: number }[],
  /** Of second histories: after the logs that they begin in. */
  beside: readonly Bytes[],
): Promise<{ pages: Bytes[]; more: boolean; large: number }> {
  const pages: Bytes[] = [];
  let waiting: Bytes[] = [];
  let more = false;
  let large = 0;
  const cut = (whole: boolean): void => {
    while (waiting.length > 0 && pages.length < MAX_PAGES_A_TURN) {
      const fits = fitsPage(waiting);
      // A page that is not full may still be filled by what comes.
      if (fits === waiting.length && !whole) return;
      large += waiting.slice(0, fits).filter((bytes) => bytes.length > LARGE_BYTES).length;
      pages.push(packPage(waiting.slice(0, fits)));
      waiting = waiting.slice(fits);
    }
  };
  for (const range of ranges) {
    for (let { after } = range; after < range.through; ) {
      if (pages.length >= MAX_PAGES_A_TURN) {
        more = true;
        break;
      }
      const read = await store.read({ ...range, after }, READ_BYTES);
      if (read.length === 0) break;
      waiting.push(...read);
      after += read.length;
      cut(false);
    }
  }
  waiting.push(...beside);
  cut(true);
  return { pages, more: more || waiting.length > 0, large };
}

/** In [0, 1), of 32 random bits: which blocks are combined must not be guessable from outside, nor need it be. */
const randomFraction = (): number => new DataView(randomBytes(4).buffer).getUint32(0) / 2 ** 32;

const notReady = (message: string) => ({
  ok: false as const,
  error: { kind: 'not-ready' as const, message },
});
