import { type Bytes, readEntry, type VersionVector } from '../log/index.ts';
import type { AgeIdentities } from '../seal/index.ts';
import { type FileFailure, readExport } from './file.ts';
import type { ExportHeader } from './file-format.ts';
import type { Received, Rejected } from './receive.ts';

const BATCH_ENTRIES = 500;
const BATCH_BYTES = 1024 * 1024;
/** A crafted file must not fill the quarantine with its rubbish. */
const MAX_BAD_LINES = 1000;

/** The replica that a file is read into. */
export interface ImportTarget {
  site: string;
  /** The one way in (`receiveEntries`). */
  receive(entries: Bytes[]): Promise<Received>;
  quarantine(rejected: Rejected[]): Promise<void>;
  vector(): Promise<VersionVector>;
  /** Scopes whose logs say whom to believe: they are taken first. */
  isDirectory(scope: string): boolean;
  /** Told when those are in. */
  directoryTaken(): Promise<void>;
}

export interface ImportReport {
  header: ExportHeader;
  /** Charted entries that were read, and how many were not here before. A log's first entry charts nothing. */
  entries: number;
  fresh: number;
  /** Writers of those entries, by id. */
  writers: string[];
  problems: Received['problems'];
  badLines: number;
  /** Set when the file was cut or damaged on the way: what came before is in. */
  cut?: string;
}

export type ImportFailure = FileFailure | { kind: 'other-site'; message: string };

/**
 * Reads a file into a replica, through the same checks as every other way in. It is read twice: directory logs first,
 * wherever they stand. Doing it again changes nothing.
 */
export async function importFile(
  target: ImportTarget,
  open: () => ReadableStream<Uint8Array>,
  identities: AgeIdentities,
): Promise<{ ok: true; value: ImportReport } | { ok: false; error: ImportFailure }> {
  const first = await readExport(identities, open());
  if (!first.ok) return first;
  const { header } = first;
  if (header.site !== target.site)
    return {
      ok: false,
      error: {
        kind: 'other-site',
        message: 'This file belongs to another hospital or a drill. Nothing was read.',
      },
    };
  const before = await target.vector();
  const report: ImportReport = { header, entries: 0, fresh: 0, writers: [], problems: [], badLines: 0 };

  const directoryLogs = new Set<string>();
  const directory = createBatches(target, report);
  for await (const line of first.lines) {
    if (line.kind === 'cut') report.cut = line.message;
    if (line.kind !== 'entry') continue;
    const read = readEntry(line.bytes);
    if (!read.ok) continue;
    const { opening, log } = read.entry;
    if (opening && target.isDirectory(opening.scope)) directoryLogs.add(log);
    if (directoryLogs.has(log)) await directory.add(line.bytes);
  }
  await directory.flush();
  await target.directoryTaken();

  const second = await readExport(identities, open());
  if (!second.ok) return second;
  const openings = new Map<string, { writer: string; scope: string }>();
  const charted = new Map<string, Set<number>>();
  const rest = createBatches(target, report);
  for await (const line of second.lines) {
    if (line.kind === 'bad') {
      report.badLines += 1;
      if (report.badLines <= MAX_BAD_LINES && line.bytes.length > 0)
        await target.quarantine([{ bytes: line.bytes, kind: 'malformed', message: line.reason }]);
    }
    if (line.kind !== 'entry') continue;
    const read = readEntry(line.bytes);
    if (read.ok) {
      const { opening, log, seq } = read.entry;
      if (directoryLogs.has(log)) continue;
      if (opening) openings.set(log, opening);
      else if (/^(ward|move):/.test(openings.get(log)?.scope ?? ''))
        charted.set(log, (charted.get(log) ?? new Set()).add(seq));
    }
    await rest.add(line.bytes);
  }
  await rest.flush();

  const after = await target.vector();
  for (const [log, seqs] of charted) {
    report.entries += seqs.size;
    report.fresh += Math.max(0, (after[log]?.[0] ?? 1) - Math.max(1, before[log]?.[0] ?? 1));
  }
  report.writers = [...new Set([...charted.keys()].flatMap((log) => openings.get(log)?.writer ?? []))];
  return { ok: true, value: report };
}

function createBatches(target: ImportTarget, report: ImportReport) {
  let batch: Bytes[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const { problems } = await target.receive(batch);
    report.problems.push(...problems);
    batch = [];
    size = 0;
  };
  return {
    flush,
    async add(bytes: Bytes): Promise<void> {
      batch.push(bytes);
      size += bytes.length;
      if (batch.length >= BATCH_ENTRIES || size >= BATCH_BYTES) await flush();
    },
  };
}
