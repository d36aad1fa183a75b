import { CarriedEntry, type EntryOrigin, withReferences } from '../clinical/index.ts';
import { type Entry, fromBase64, type Hlc, readEntry, toHex, type Verify } from '../log/index.ts';
import { type LogKeys, type OpenFailure, openEntry, sha256 } from '../seal/index.ts';

/** What an entry of a ward's log says, not yet checked against the schema of its kind. */
export interface WardEntry {
  body: unknown;
  hlc: Hlc;
  /** SHA-256 (hex) of the entry that this one carries, when it carries one. */
  carries?: string;
  /** Of that entry: who wrote it, and where. */
  origin?: EntryOrigin;
  authoredBy(verify: Verify): Promise<boolean>;
}

/**
 * Opens an entry of a ward's log. Where the site server took over an entry of a second history, what that one says is
 * given, with its own clock and author, under the id of the entry that carries it.
 *
 * @param bySite whether the site wrote this log: nobody else takes entries over.
 * @param keysOf keys of a log by its id, `undefined` when this reader may not open it.
 */
export async function openWardEntry(
  entry: Entry,
  keys: LogKeys | undefined,
  bySite: boolean,
  keysOf: (log: string) => Promise<LogKeys | undefined>,
): Promise<{ ok: true; opened: WardEntry } | { ok: false; error: OpenFailure }> {
  const outer = await openEntry(entry, keys);
  if (!outer.ok) return outer;
  const carried = bySite ? CarriedEntry.safeParse(outer.opened.body) : undefined;
  if (!carried?.success) return { ok: true, opened: { ...outer.opened, hlc: entry.hlc } };
  const { entry: text, hash, references, writer, recordedAt } = carried.data;
  const inner = readEntry(fromBase64(text));
  if (!inner.ok || inner.entry.patient !== entry.patient || toHex(await sha256(inner.entry.bytes)) !== hash)
    return {
      ok: false,
      error: { kind: 'malformed', message: 'what it carries is not the entry that it names' },
    };
  const opened = await openEntry(inner.entry, await keysOf(inner.entry.log));
  if (!opened.ok) return opened;
  return {
    ok: true,
    opened: {
      body: withReferences(opened.opened.body, references),
      hlc: inner.entry.hlc,
      carries: hash,
      origin: {
        log: inner.entry.log,
        seq: inner.entry.seq,
        takenOverAt: recordedAt,
        ...(writer === undefined ? {} : { writer }),
      },
      authoredBy: opened.opened.authoredBy,
    },
  };
}
