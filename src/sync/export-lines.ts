import { type Bytes, type Range, readEntry } from '../log/index.ts';
import type { LogKeys } from '../seal/index.ts';
import { type EntryOrigin, type ExportLine, toExportLine, withBody } from './file-format.ts';

const PAGE_BYTES = 512 * 1024;

/** A replica that a file is written from. */
export interface ExportSource {
  /** Entries of the range in order, at least one, then as many as fit. */
  read(range: Range, maxBytes: number): Promise<Bytes[]>;
  origin(log: string): Promise<EntryOrigin>;
  /** How bodies of a log are opened; `undefined`: they stay sealed in the file. */
  reader(log: string): Promise<BodyReader | undefined>;
}

/** `keys` absent: the log is not sealed. */
interface BodyReader {
  keys?: LogKeys;
}

/** The lines of the given ranges, then of entries that stand beside the logs (second histories). */
export async function* exportLines(
  source: ExportSource,
  ranges: readonly Range[],
  beside: readonly Bytes[],
): AsyncGenerator<ExportLine> {
  const line = lineWriter(source);
  for (const range of ranges) {
    for (let after = range.after; after < range.through; ) {
      const page = await source.read({ ...range, after }, PAGE_BYTES);
      // The header has said how many lines follow: a hole in our own storage must not look like a whole file.
      if (page.length === 0) throw new Error('the log has a hole');
      // Opened side by side: one after another, each would wait for a thread of its own.
      yield* await Promise.all(page.map(line));
      after += page.length;
    }
  }
  for (const bytes of beside) yield await line(bytes);
}

/** How many lines these will be. */
export const countLines = (ranges: readonly Range[], beside: readonly Bytes[]): number =>
  ranges.reduce((sum, range) => sum + range.through - range.after, beside.length);

function lineWriter(source: ExportSource): (bytes: Bytes) => Promise<ExportLine> {
  const origins = new Map<string, Promise<EntryOrigin>>();
  const readers = new Map<string, Promise<BodyReader | undefined>>();
  const remembered = <T>(map: Map<string, Promise<T>>, log: string, find: (log: string) => Promise<T>) => {
    let found = map.get(log);
    if (!found) {
      found = find(log);
      map.set(log, found);
    }
    return found;
  };
  const readerOf = (log: string) => remembered(readers, log, (id) => source.reader(id));
  return async (bytes) => {
    const read = readEntry(bytes);
    if (!read.ok) throw new Error('a stored entry cannot be read');
    const { entry } = read;
    const line = toExportLine(entry, await remembered(origins, entry.log, (id) => source.origin(id)));
    const reader = await readerOf(entry.log);
    if (!reader) return line;
    return withBody(line, entry, reader.keys, async (log) => (await readerOf(log))?.keys);
  };
}
