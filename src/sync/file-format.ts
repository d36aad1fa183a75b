import { z } from 'zod';
import { EntryId, Hex128 } from '../clinical/index.ts';
import { type Entry, entryId, fromBase64, readEntry, toBase64 } from '../log/index.ts';
import { Acknowledgement, type LogKeys, openEntry } from '../seal/index.ts';
import { Place } from './messages.ts';

/**
 * The lines of a transfer file (docs/export-format.md): a header, then one line per entry. Whoever imports believes
 * the sealed entry alone; everything else on a line is there for people.
 */

const EXPORT_FORMAT = 'lamplight-export';
const EXPORT_VERSION = 1;

export const ExportHeader = z.object({
  format: z.literal(EXPORT_FORMAT),
  version: z.literal(EXPORT_VERSION),
  site: Hex128,
  siteName: z.string().max(200).optional(),
  /** The site's Ed25519 key, raw, base64: by it the directory in the file verifies. */
  siteKey: z.string().max(100),
  exportedAt: z.iso.datetime(),
  from: z.object({ kind: z.enum(['tablet', 'server', 'hub']), id: Hex128, name: z.string().max(200) }),
  /** Whether lines carry opened bodies as well. */
  bodies: z.boolean(),
  /** Only what another replica lacks: logs continue from entries that are not in the file. */
  partial: z.boolean(),
  /** How many lines follow: fewer means that the file was cut. */
  entries: z.number().int().min(0),
  /** The tablet's signed word about what it holds, base64: who reads it knows what is copied there. */
  statement: z.string().max(2_000_000).optional(),
  /** The site server's signed acknowledgements, which any carrier may pass on. */
  acknowledgements: z.array(Acknowledgement).max(20_000).optional(),
  /** Logs of which the writer purged what stands up to there: the last entry that a closing in the directory covers. */
  purged: z.array(Place).max(20_000).optional(),
});
export type ExportHeader = z.infer<typeof ExportHeader>;

export const ExportLine = z.object({
  id: EntryId,
  log: Hex128,
  seq: z.number().int().min(1),
  /** The entry's bytes, verbatim, base64. */
  entry: z.base64().max(360_000),
  scope: z.string().max(80),
  /** Which tablet wrote it, in words. */
  writer: z.string().max(200),
  /** What that tablet's hybrid clock said. */
  clock: z.iso.datetime(),
  patient: Hex128.optional(),
  /** In words, from the body: who says it, when it happened, of what kind it is. */
  who: z.string().optional(),
  when: z.string().optional(),
  what: z.string().optional(),
  body: z.unknown().optional(),
  /** What an entry of a second history says, which this one took over. */
  carried: z.unknown().optional(),
  /** Why there is no body although bodies were opened. */
  unreadable: z.string().optional(),
});
export type ExportLine = z.infer<typeof ExportLine>;

/** Where an entry comes from, in words. */
export interface EntryOrigin {
  scope: string;
  writer: string;
}

/** A line without its body. */
export function toExportLine(entry: Entry, { scope, writer }: EntryOrigin): ExportLine {
  return {
    id: entryId(entry.log, entry.seq),
    log: entry.log,
    seq: entry.seq,
    scope,
    writer,
    clock: new Date(entry.hlc[0]).toISOString(),
    ...(entry.patient === null ? {} : { patient: entry.patient }),
    entry: toBase64(entry.bytes),
  };
}

const Readable = z.object({
  kind: z.string().optional(),
  author: z.object({ name: z.string(), role: z.string() }).optional(),
  effectiveAt: z.string().optional(),
  recordedAt: z.string().optional(),
});

/** Who, when and of what kind, as a body says it. */
function inWords(body: unknown): Pick<ExportLine, 'who' | 'when' | 'what'> {
  const read = Readable.safeParse(body);
  if (!read.success) return {};
  const { kind, author, effectiveAt, recordedAt } = read.data;
  const when = effectiveAt ?? recordedAt;
  return {
    ...(kind === undefined ? {} : { what: kind }),
    ...(author === undefined ? {} : { who: `${author.name} (${author.role})` }),
    ...(when === undefined ? {} : { when }),
  };
}

const Carrying = z.object({ kind: z.literal('carried-entry'), entry: z.base64() });

/**
 * The line with its body, and who, when and what in words. An entry that the server took over from a second history
 * says what the one inside says. `keys` absent: an entry that is not sealed.
 */
export async function withBody(
  line: ExportLine,
  entry: Entry,
  keys: LogKeys | undefined,
  keysOf: (log: string) => Promise<LogKeys | undefined>,
): Promise<ExportLine> {
  const outer = await openEntry(entry, keys);
  if (!outer.ok) return { ...line, unreadable: outer.error.message };
  const { body } = outer.opened;
  const carrying = Carrying.safeParse(body);
  const inner = carrying.success ? readEntry(fromBase64(carrying.data.entry)) : undefined;
  const opened = inner?.ok ? await openEntry(inner.entry, await keysOf(inner.entry.log)) : undefined;
  if (!opened?.ok) return { ...line, ...inWords(body), body };
  return { ...line, ...inWords(opened.opened.body), body, carried: opened.opened.body };
}
