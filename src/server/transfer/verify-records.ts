import {
  type Bytes,
  type Entry,
  type Head,
  type Opening,
  readEntry,
  toHex,
  type Verify,
  verifyRun,
} from '../../log/index.ts';
import { type LogKeys, openEntry, sha256, verifyWith } from '../../seal/index.ts';
import {
  DIRECTORY_SCOPE,
  directoryOf,
  emptyDirectory,
  isClosedPlace,
  mayOpenLog,
  ROSTER_SCOPE,
  type Roster,
  rosterOf,
  type SiteEntry,
} from '../../site/index.ts';
import type { Place } from '../../sync/index.ts';
import { createBodyCheck } from './verify-bodies.ts';

const PASSES = ['site directory', 'directory', 'roster', 'wards'] as const;
type Pass = (typeof PASSES)[number];

function passOf({ scope, writer }: Opening, site: string): Pass {
  if (scope === DIRECTORY_SCOPE) return writer === site ? 'site directory' : 'directory';
  return scope === ROSTER_SCOPE ? 'roster' : 'wards';
}

/** So many entries share one signature check; after a break their signatures are tried one by one. */
const RUN = 100;

/** An entry to verify, and the readable text that came with it, when any did. */
export interface EntryToVerify {
  bytes: Bytes;
  body?: unknown;
}

export interface RecordsToVerify {
  site: string;
  siteKey: string;
  /** Read twice: the directory comes first, wherever it stands. */
  entries(): AsyncIterable<EntryToVerify>;
  /** Only part of the record: logs continue from entries that are not here. */
  partial: boolean;
  /** Logs of which the writer of the file says that it purged them up to there. */
  purged?: readonly Place[];
  /** Opens logs of wards and the roster; without it seals and authors are not checked. */
  keysOf?: (opening: Opening) => Promise<LogKeys | undefined>;
}

export interface Verified {
  entries: number;
  /** Entries that are not here, and that the site has signed for as settled. */
  purged: number;
  /** Writers by name, with how many entries of theirs verify. */
  devices: Map<string, number>;
  /** What does not verify, each named. */
  breaks: string[];
  /** What a person should know and that breaks nothing. */
  notes: string[];
  /** Entries whose seal and author were checked as well. */
  opened: number;
  /** Hashes (hex) of all entries that verify. */
  hashes: Set<string>;
}

interface LogState {
  log: string;
  name: string;
  opening: Opening;
  verify: Verify | undefined;
  head: Head;
  pending: EntryToVerify[];
  pendingEntries: Entry[];
  keys: LogKeys | undefined;
}

/**
 * Checks records as a receiver would, and further: chain and signature of every log, writers against the directory,
 * and, with keys, every seal, schema and author. Goes on behind each break, so that all are named.
 */
export async function verifyRecords(records: RecordsToVerify): Promise<Verified> {
  const result: Verified = {
    entries: 0,
    purged: 0,
    devices: new Map(),
    breaks: [],
    notes: [],
    opened: 0,
    hashes: new Set(),
  };
  const siteVerify = verifyWith(records.siteKey);
  const states = new Map<string, LogState>();
  const directoryEntries: SiteEntry[] = [];
  const rosterEntries: SiteEntry[] = [];
  const orphans = new Set<string>();
  const openings = new Map<string, Opening>();
  let directory = emptyDirectory();
  let roster: Roster = new Map();
  const bodies = createBodyCheck({
    site: records.site,
    keysOfLog: async (log) => {
      const opening = openings.get(log);
      return opening && records.keysOf?.(opening);
    },
    verifier,
    roster: () => roster,
  });

  // The site's directory names the tablets on which administrators wrote the rest of it; the roster comes before the
  // wards, since authors are checked against it.
  for (const pass of PASSES) {
    for await (const item of records.entries()) await take(item, pass);
    for (const state of states.values()) if (state.verify) await flush(state);
    if (pass === 'site directory' || pass === 'directory') directory = await directoryOf(directoryEntries);
    if (pass === 'roster') roster = await rosterOf(rosterEntries, directory);
  }
  for (const place of records.purged ?? []) countPurged(place);
  countBrought();
  return result;

  async function take(item: EntryToVerify, pass: Pass): Promise<void> {
    const first = pass === 'site directory';
    const read = readEntry(item.bytes);
    if (!read.ok) {
      if (first) result.breaks.push(`An entry cannot be read: ${read.error.message}.`);
      return;
    }
    const { entry } = read;
    if (first && entry.opening) openings.set(entry.log, entry.opening);
    const opening = entry.opening ?? openings.get(entry.log);
    if (!opening) {
      // Its beginning may still come; what never finds it is named once, at the end.
      if (pass === 'wards' && !orphans.has(entry.log)) {
        orphans.add(entry.log);
        result.breaks.push(
          `Log ${entry.log.slice(0, 8)}: its first entry is missing, so entry ${entry.seq} and those after it cannot be verified.`,
        );
      }
      return;
    }
    if (passOf(opening, records.site) !== pass) return;
    const state = states.get(entry.log) ?? (entry.opening && (await open(entry, entry.opening)));
    if (state) await place(state, item, entry);
  }

  function verifier(writer: string, scope: string): Verify | undefined {
    if (writer === records.site) return siteVerify;
    const device = directory.devices.get(writer);
    return device && mayOpenLog(directory, writer, scope) ? verifyWith(device.signingKey) : undefined;
  }

  function nameOf(writer: string): string {
    if (writer === records.site) return 'the server';
    return directory.devices.get(writer)?.name ?? `unknown tablet ${writer.slice(0, 8)}`;
  }

  async function open(entry: Entry, opening: Opening): Promise<LogState> {
    const state: LogState = {
      log: entry.log,
      name: nameOf(opening.writer),
      opening,
      verify: opening.site === records.site ? verifier(opening.writer, opening.scope) : undefined,
      head: { seq: 0, hash: null },
      pending: [],
      pendingEntries: [],
      keys: opening.key ? await records.keysOf?.(opening) : undefined,
    };
    states.set(entry.log, state);
    if (!state.verify)
      result.breaks.push(
        `${where(state, 1)}: ${opening.site === records.site ? 'the directory does not name its writer for this ward' : 'it belongs to another site'}.`,
      );
    return state;
  }

  async function place(state: LogState, item: EntryToVerify, entry: Entry): Promise<void> {
    if (!state.verify) return;
    const next = state.head.seq + state.pending.length + 1;
    if (entry.seq === next) {
      state.pending.push(item);
      state.pendingEntries.push(entry);
      if (state.pending.length >= RUN) await flush(state);
      return;
    }
    await flush(state);
    if (entry.seq > next) {
      const before = { log: state.log, seq: entry.seq - 1, hash: entry.prev ? toHex(entry.prev) : '' };
      if (isClosedPlace(directory.closings, before)) result.purged += entry.seq - next;
      else if (records.partial && state.head.seq === 1)
        result.notes.push(`${where(state, entry.seq)}: entries before it are not in this file.`);
      else
        result.breaks.push(
          `${where(state, next)}: ${entry.seq - next === 1 ? 'it is' : `it and those up to ${entry.seq - 1} are`} missing.`,
        );
      state.head = { seq: entry.seq - 1, hash: entry.prev };
      state.pending.push(item);
      state.pendingEntries.push(entry);
      return;
    }
    await besideLog(state, item, entry);
  }

  /** What was purged to the end of a log, as the file says, is purged when a closing covers just that. */
  function countPurged(place: Place): void {
    const state = states.get(place.log);
    if (!state || !isClosedPlace(directory.closings, place))
      result.breaks.push(
        `Log ${place.log.slice(0, 8)}: ${place.seq} entries are said to be purged, and the site has not signed for that.`,
      );
    else if (state.head.seq < place.seq) result.purged += place.seq - state.head.seq;
  }

  /** An entry at a place that is taken: the same again, or a second history. */
  async function besideLog(state: LogState, item: EntryToVerify, entry: Entry): Promise<void> {
    if (result.hashes.has(toHex(await sha256(entry.bytes)))) return;
    if (!(await state.verify!(entry.signature, entry.signed))) {
      result.breaks.push(
        `${where(state, entry.seq)}: a second entry at this place that its writer did not sign.`,
      );
      return;
    }
    const known = entry.prev !== null && result.hashes.has(toHex(entry.prev));
    if (!known && entry.seq > 1)
      result.breaks.push(`${where(state, entry.seq)}: in its second history the entry before is missing.`);
    const note = `Log ${state.log.slice(0, 8)} of ${state.name} has two histories: the tablet was cloned or restored. Both are kept.`;
    if (!result.notes.includes(note)) result.notes.push(note);
    await accept(state, item, entry);
  }

  async function flush(state: LogState): Promise<void> {
    while (state.pending.length > 0) {
      const run = await verifyRun(state.head, state.pendingEntries, sha256, state.verify!);
      for (const [index, { entry, hash }] of run.accepted.entries()) {
        await accept(state, state.pending[index]!, entry);
        state.head = { seq: entry.seq, hash };
      }
      const bad = state.pendingEntries[run.accepted.length];
      if (bad) {
        const { problem } = run;
        if (problem?.kind === 'broken-chain') {
          result.breaks.push(`${where(state, bad.seq)}: it does not follow the entry before it.`);
          // Its own signature is looked at next, as if the chain began here.
          state.head = { seq: bad.seq - 1, hash: bad.prev };
          state.pending.splice(0, run.accepted.length);
          state.pendingEntries.splice(0, run.accepted.length);
          continue;
        }
        result.breaks.push(`${where(state, bad.seq)}: its signature is not its writer's.`);
        state.head = { seq: bad.seq, hash: await sha256(bad.bytes) };
      }
      state.pending.splice(0, run.accepted.length + 1);
      state.pendingEntries.splice(0, run.accepted.length + 1);
    }
  }

  async function accept(state: LogState, item: EntryToVerify, entry: Entry): Promise<void> {
    result.entries += 1;
    result.devices.set(state.name, (result.devices.get(state.name) ?? 0) + 1);
    result.hashes.add(toHex(await sha256(entry.bytes)));
    const { scope } = state.opening;
    if (scope === DIRECTORY_SCOPE) {
      directoryEntries.push({ entry, opening: state.opening });
      return;
    }
    if (!records.keysOf) return;
    if (!state.keys) {
      const note = `Log ${state.log.slice(0, 8)} of ${state.name}: sealed for others, so its seals were not checked.`;
      if (!result.notes.includes(note)) result.notes.push(note);
      return;
    }
    const wrong =
      scope === ROSTER_SCOPE ? await rosterProblem(state, entry) : await bodyProblem(state, item, entry);
    if (wrong === undefined) result.opened += 1;
    else result.breaks.push(`${where(state, entry.seq)}: ${wrong}.`);
  }

  async function rosterProblem(state: LogState, entry: Entry): Promise<string | undefined> {
    const opened = await openEntry(entry, state.keys);
    if (!opened.ok) return opened.error.message;
    rosterEntries.push({ entry, opening: state.opening, keys: state.keys });
    return undefined;
  }

  async function bodyProblem(
    state: LogState,
    item: EntryToVerify,
    entry: Entry,
  ): Promise<string | undefined> {
    const plain = await openEntry(entry, state.keys);
    if (!plain.ok) return plain.error.message;
    // A file's readable text is there for people; it must say what was sealed.
    if (item.body !== undefined && JSON.stringify(item.body) !== JSON.stringify(plain.opened.body))
      return 'what stands readable beside it is not what was sealed';
    for (const problem of await bodies.packetProblems(entry, plain.opened.body))
      result.breaks.push(`${where(state, entry.seq)}: in the moved record that it brings: ${problem}`);
    return bodies.problem(entry, state.keys, state.opening.writer);
  }

  /** Entries that came in moved records, and whose own log is not here as well. */
  function countBrought(): void {
    const alone = [...bodies.brought].filter(([hash]) => !result.hashes.has(hash));
    for (const [hash, writer] of alone) {
      const name = nameOf(writer);
      result.entries += 1;
      result.opened += 1;
      result.devices.set(name, (result.devices.get(name) ?? 0) + 1);
      result.hashes.add(hash);
    }
    if (alone.length > 0)
      result.notes.push(
        `${alone.length} ${alone.length === 1 ? 'entry is' : 'entries are'} here only as part of a moved patient’s record.`,
      );
  }

  function where(state: Pick<LogState, 'name' | 'log'>, seq: number): string {
    return `${state.name}, log ${state.log.slice(0, 8)}, entry ${seq}`;
  }
}
