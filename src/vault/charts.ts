import {
  type BoardRow,
  byClock,
  type Chart,
  carriedSnapshot,
  type EntryId,
  type EntryOrigin,
  FOLD_VERSION,
  foldChart,
  type HeldEntry,
  type OpenedEntry,
  partByBelief,
  readWardSettings,
  SnapshotPatient,
  toBoardRow,
  WardBody,
} from '../clinical/index.ts';
import {
  type Bytes,
  type Entry,
  entryId,
  fromBase64,
  fromHex,
  type Opening,
  toHex,
  utf8,
} from '../log/index.ts';
import { type LogKeys, openBox, openWith, patientKey, sealBox, sha256 } from '../seal/index.ts';
import {
  authorProblem,
  type Directory,
  openWardEntry,
  originOf,
  siteData,
  snapshotContext,
  trustProblem,
} from '../site/index.ts';
import type { WardCompleteness } from './api.ts';
import {
  type EntryRow,
  type HeldEntryRow,
  isHeld,
  type OutcomeRow,
  readRow,
  type StaleRow,
  type VaultDatabase,
} from './database.ts';
import type { Keyring } from './keyring.ts';
import { createOpenedPages } from './opened-pages.ts';
import type { PatientRecords } from './patient-record.ts';

/** A row lists the doses of the next day; also one of a clock that has since been set otherwise is made anew. */
const ROW_GOOD_FOR_MS = 6 * 3_600_000;

/** What the EHR said of one patient, as this tablet holds it. */
interface HeldSnapshot {
  patient?: SnapshotPatient;
  asOf: string;
  unreadable: boolean;
}

/**
 * Opens and folds one patient's entries. Bodies of entries that arrived are parsed when first opened; a body that
 * its schema rejects goes to quarantine with its reason and stays in the log.
 */
export function createCharts(
  db: VaultDatabase,
  keyring: Keyring,
  records: Pick<PatientRecords, 'packets'>,
  observe: (hlc: readonly [number, number]) => void,
  directory: Directory,
  whereabouts: Map<string, string | undefined>,
) {
  const pages = createOpenedPages(db, keyring.summaries);
  const settings = readWardSettings(siteData(directory.data, 'ward-settings', keyring.ward)?.read());
  const openings = new Map<string, Opening | undefined>();
  /** Opened entries of the patients in use: a chart that is open is not opened again for each save. */
  const opened = new Map<string, Map<string, OpenedEntry>>();

  async function openingOf(log: string): Promise<Opening | undefined> {
    if (!openings.has(log)) openings.set(log, (await db.logs.get(log))?.opening);
    return openings.get(log);
  }

  async function openRow(row: EntryRow): Promise<OpenedEntry | undefined> {
    const read = readRow(row);
    const opening = await openingOf(row.log);
    if (!isHeld(row) || !read?.ok || !opening || row.patient === undefined) return undefined;
    const keys = await keyring.keysOf(opening);
    // Another ward's log: carried here, readable there.
    if (!keys) return undefined;
    const id = entryId(row.log, row.seq);
    return openAs(id, row, { entry: read.entry, opening, keys });
  }

  async function keysOfLog(log: string): Promise<LogKeys | undefined> {
    const inner = await openingOf(log);
    return inner && keyring.keysOf(inner);
  }

  async function openAs(
    id: EntryId,
    row: Pick<HeldEntryRow, 'hash' | 'bytes' | 'patient'>,
    { entry, opening, keys }: { entry: Entry; opening: Opening; keys: LogKeys },
    keysInside = keysOfLog,
    originInPacket?: EntryOrigin,
  ): Promise<OpenedEntry | undefined> {
    const { patient } = row;
    if (patient === undefined) return undefined;
    const result = await openWardEntry(entry, keys, opening.writer === opening.site, keysInside);
    if (!result.ok) return setAside(row, result.error.kind, `Entry ${id}: ${result.error.message}.`);
    const { hlc } = result.opened;
    const origin = result.opened.origin ?? originInPacket;
    const place = { id, patient, hlc, ...(origin ? { origin } : {}) };
    observe(hlc);
    const parsed = WardBody.safeParse(result.opened.body);
    // The server speaks for itself and for what records staff decide there; everyone else signs.
    const signs = opening.writer !== opening.site || result.opened.carries !== undefined;
    if (parsed.success && signs) {
      // Somebody whom this tablet's staff list does not have yet is believed as far as the tablet that wrote it.
      const author = keyring.staffMember(parsed.data.author.id);
      const problem = author && (await authorProblem(author, parsed.data, result.opened.authoredBy));
      if (problem) return setAside(row, problem.kind, `Entry ${id}: ${problem.message}.`);
    }
    // What is in a packet is kept beside it, each entry under its own id.
    if (parsed.success && parsed.data.kind === 'record-moved')
      return { ...place, body: { ...parsed.data, openings: [], keys: [], entries: [] } };
    if (parsed.success) return { ...place, body: parsed.data };
    const kind = (result.opened.body as { kind?: unknown } | null)?.kind;
    if (WardBody.options.some((option) => option.shape.kind.value === kind)) {
      await setAside(row, 'schema', `Entry ${id} (${String(kind)}) has fields that are not allowed.`);
    }
    return { ...place, body: null };
  }

  /** Adds what packets brought along, under its own ids. An entry that stands in a log here is believed from there. */
  async function addMoved(patient: string, known: Map<string, OpenedEntry>, inLogs: ReadonlySet<string>) {
    const ids = [...known.values()].flatMap(({ id, body }) => (body?.kind === 'record-moved' ? [id] : []));
    const rows = await db.entries.bulkGet(
      ids.map((id): [string, number] => [id.slice(0, 32), Number(id.slice(33))]),
    );
    const taken = new Set(inLogs);
    for (const packet of await records.packets(rows.filter((row) => row !== undefined))) {
      for (const { bytes, reason } of packet.refused)
        await setAside({ hash: await sha256(bytes), bytes }, 'moved-record', reason);
      for (const { entry, hash, opening, keys } of packet.items) {
        const id = entryId(entry.log, entry.seq);
        if (taken.has(id)) continue;
        taken.add(id);
        const row = { hash: fromHex(hash), bytes: entry.bytes, patient };
        const inside = async (log: string) => (await packet.keysOf(log)) ?? keysOfLog(log);
        const origin: EntryOrigin = {
          writer: opening.opening.writer,
          log: entry.log,
          seq: entry.seq,
          broughtBy: { writer: packet.writer, log: packet.id.slice(0, 32), seq: Number(packet.id.slice(33)) },
        };
        const opened = await openAs(id, row, { entry, opening: opening.opening, keys }, inside, origin);
        if (opened) known.set(id, opened);
      }
    }
  }

  async function setAside(
    row: Pick<HeldEntryRow, 'hash' | 'bytes'>,
    kind: string,
    reason: string,
  ): Promise<undefined> {
    const hash = toHex(row.hash);
    if ((await db.quarantine.where('hash').equals(hash).count()) === 0) {
      await db.quarantine.add({ hash, kind, reason, receivedAt: new Date().toISOString(), bytes: row.bytes });
    }
    return undefined;
  }

  async function entriesOf(patient: string): Promise<OpenedEntry[]> {
    const known =
      opened.get(patient) ?? new Map((await pages.read(patient)).map((entry) => [entry.id, entry]));
    const places = await db.entries.where('patient').equals(patient).primaryKeys();
    const missing = places.filter(([log, seq]) => !known.has(entryId(log, seq)));
    const rows = missing.length > 0 ? await db.entries.bulkGet(missing) : [];
    const fresh = await Promise.all(rows.map((row) => row && openRow(row)));
    for (const entry of fresh) if (entry) known.set(entry.id, entry);
    if (fresh.some((entry) => entry?.body?.kind === 'record-moved'))
      await addMoved(patient, known, new Set(places.map(([log, seq]) => entryId(log, seq))));
    await releaseFromQuarantine(rows.filter((_, index) => fresh[index]?.body));
    opened.delete(patient);
    opened.set(patient, known);
    // The ten charts last used stay open; more would hold the ward in memory.
    for (const oldest of [...opened.keys()].slice(0, Math.max(0, opened.size - 10))) opened.delete(oldest);
    return [...known.values()];
  }

  /** What was set aside before a newer staff list came, and is right by that list. */
  async function releaseFromQuarantine(rows: readonly (EntryRow | undefined)[]): Promise<void> {
    if (rows.length === 0 || (await db.quarantine.count()) === 0) return;
    const hashes = rows.flatMap((row) => (row ? [toHex(row.hash)] : []));
    await db.quarantine.where('hash').anyOf(hashes).delete();
  }

  const snapshotKeys = new Map<string, Promise<Bytes | null>>();

  async function snapshotOf(patient: string): Promise<HeldSnapshot | undefined> {
    const lists = await db.snapshots
      .where('[ward+asOf]')
      .between([keyring.ward, ''], [keyring.ward, '\uffff'])
      .reverse()
      .toArray();
    for (const list of lists) {
      const item = list.patients.find((candidate) => candidate.patient === patient);
      if (!item) continue;
      const blob = await db.blobs.get(item.blob);
      if (!blob) continue;
      let key = snapshotKeys.get(list.keyFile);
      if (!key) {
        key = openWith(keyring.wardIdentities, fromBase64(list.keyFile));
        snapshotKeys.set(list.keyFile, key);
      }
      const secret = await key;
      const plain =
        secret &&
        (await openBox(
          await patientKey(secret, patient),
          blob.bytes,
          snapshotContext(keyring.ward, patient),
        ));
      const parsed = plain
        ? SnapshotPatient.safeParse(JSON.parse(new TextDecoder().decode(plain)))
        : undefined;
      if (parsed?.success) return { patient: parsed.data, asOf: list.asOf, unreadable: false };
      return { asOf: list.asOf, unreadable: true };
    }
    return lists[0] ? { asOf: lists[0].asOf, unreadable: false } : undefined;
  }

  /** What is believed of a patient's entries, and what waits until a person vouches for it. */
  async function judge(patient: string): Promise<{ believed: OpenedEntry[]; held: HeldEntry[] }> {
    const entries = await entriesOf(patient);
    const nobodyInDoubt =
      directory.revokedDevices.size + directory.revokedStaff.size === 0 &&
      ![...keyring.roster.values()].some((person) => person.emergency);
    if (nobodyInDoubt) return { believed: entries, held: [] };
    const logs = new Set(entries.map(({ id, origin }) => origin?.log ?? id.slice(0, 32)));
    await Promise.all([...logs].map(openingOf));
    return partByBelief(entries, (entry) =>
      trustProblem(
        directory,
        { ...originOf(entry, (log) => openings.get(log)?.writer), hlc: entry.hlc },
        entry.body?.author,
        keyring.roster,
      ),
    );
  }

  async function chart(patient: string, now: string): Promise<Chart | undefined> {
    const [{ believed }, snapshot] = await Promise.all([judge(patient), snapshotOf(patient)]);
    return foldChart({
      patient,
      entries: believed,
      ...(snapshot?.patient ? { snapshot: snapshot.patient, snapshotAsOf: snapshot.asOf } : {}),
      snapshotUnreadable: snapshot?.unreadable ?? false,
      ward: keyring.ward,
      settings,
      now,
    });
  }

  async function summarise({ patient, mark }: StaleRow, now: string): Promise<void> {
    const folded = await chart(patient, now);
    const entries = await entriesOf(patient);
    const { believed, held } = await judge(patient);
    const outcomes = outcomesIn(believed);
    const page = await pages.seal(patient, entries);
    const row = folded && toBoardRow(folded);
    if (row) noteWhere(row);
    const box =
      row && (await sealBox(keyring.summaries, utf8(JSON.stringify(row)), utf8(`summary ${patient}`)));
    await db.transaction('rw', db.summaries, db.pages, db.stale, db.outcomes, db.held, async () => {
      await db.held.where('patient').equals(patient).delete();
      await db.held.bulkPut(held.map(({ entry, reason }) => ({ entry: entry.id, patient, reason })));
      await db.pages.put(page);
      await db.outcomes.bulkPut(outcomes);
      if (box) await db.summaries.put({ patient, foldVersion: FOLD_VERSION, foldedAt: Date.parse(now), box });
      // A save while this was folded left a newer mark: that one is folded next.
      if ((await db.stale.get(patient))?.mark === mark) await db.stale.delete(patient);
    });
  }

  function noteWhere({ patient, elsewhere }: BoardRow): void {
    const [place, other] = elsewhere?.places ?? [];
    whereabouts.set(patient, place && !other ? place.ward : undefined);
  }

  return {
    chart,
    opened: entriesOf,

    /** The one other ward where the patient is; `undefined`: here, or people say different things. */
    whereIs: (patient: string): string | undefined => whereabouts.get(patient),
    /** Known from the save on, before the fold. */
    went: (patient: string, ward: string): void => void whereabouts.set(patient, ward),

    /** What the EHR had said of the patient, to go along to another ward: its bed is not the next ward's. */
    async ehrOf(patient: string): Promise<{ asOf: string; patient: SnapshotPatient } | undefined> {
      const own = await snapshotOf(patient);
      const carried = carriedSnapshot(await entriesOf(patient));
      const newest =
        own?.patient && !(carried && carried.asOf > own.asOf)
          ? { asOf: own.asOf, patient: own.patient }
          : carried && { asOf: carried.asOf, patient: carried.patient };
      if (!newest) return undefined;
      const { bed: _, ...patientWithoutBed } = newest.patient;
      return { asOf: newest.asOf, patient: patientWithoutBed };
    },

    /** What waits until a person vouches for it, as of the last fold. */
    async held(): Promise<{ patient: string; held: HeldEntry[] }[]> {
      const patients = new Set((await db.held.toArray()).map((row) => row.patient));
      return Promise.all(
        [...patients].map(async (patient) => ({ patient, held: (await judge(patient)).held })),
      );
    },

    /** Whom to believe has changed: every patient is folded again. */
    async markAll(mark: string): Promise<void> {
      const patients = new Set<string>(await db.summaries.toCollection().primaryKeys());
      for (const row of await db.held.toArray()) patients.add(row.patient);
      await db.stale.bulkPut([...patients].map((patient) => ({ patient, mark })));
    },

    /** A log took another history: what is in memory may be of the one before. */
    forget(): void {
      opened.clear();
    },

    /** Folds every patient whose entries are newer than the summary, a few at a time; each time, who has been folded. */
    async *foldStale(now: string, together: number): AsyncGenerator<string[]> {
      const rows = await db.stale.toArray();
      const shown = new Set(await db.summaries.toCollection().primaryKeys());
      // Whom the board does not show at all comes first.
      rows.sort((a, b) => Number(shown.has(a.patient)) - Number(shown.has(b.patient)));
      for (let from = 0; from < rows.length; from += together) {
        const some = rows.slice(from, from + together);
        for (const row of some) await summarise(row, now);
        yield some.map((row) => row.patient);
      }
    },

    async completeness(): Promise<WardCompleteness> {
      const list = await db.snapshots
        .where('[ward+asOf]')
        .between([keyring.ward, ''], [keyring.ward, '\uffff'])
        .last();
      const shown = new Set(
        await db.summaries.filter((row) => row.foldVersion === FOLD_VERSION).primaryKeys(),
      );
      const waiting = (await db.stale.toCollection().primaryKeys()).filter((patient) => !shown.has(patient));
      return { toOpen: waiting.length, ...(list ? { snapshotAsOf: list.asOf } : {}) };
    },

    /** Rows of the ward board, from the sealed summaries alone: no entry is opened. */
    async board(): Promise<BoardRow[]> {
      const rows = await db.summaries.toArray();
      const boards = await Promise.all(
        rows.map(async (row) => {
          const plain =
            row.foldVersion === FOLD_VERSION
              ? await openBox(keyring.summaries, row.box, utf8(`summary ${row.patient}`))
              : null;
          return plain && (JSON.parse(new TextDecoder().decode(plain)) as BoardRow);
        }),
      );
      const found = boards.filter((row) => row !== null);
      // A fold may have found something newer while these rows were read.
      for (const row of found) if (!whereabouts.has(row.patient)) noteWhere(row);
      return found;
    },

    /** Marks what the fold would now see otherwise: its rules have changed, or the doses that it listed run out. */
    async markOutdated(now: string): Promise<void> {
      const at = Date.parse(now);
      const outdated = await db.summaries
        .filter(
          (row) => row.foldVersion !== FOLD_VERSION || Math.abs(at - (row.foldedAt ?? 0)) > ROW_GOOD_FOR_MS,
        )
        .primaryKeys();
      await db.stale.bulkPut(outdated.map((patient) => ({ patient, mark: `fold ${FOLD_VERSION}` })));
    },
  };
}

/** What the server's entries say became of others. */
function outcomesIn(entries: OpenedEntry[]): OutcomeRow[] {
  // In order of the clock: refused first and posted later is posted.
  return [...entries].sort(byClock).flatMap(({ id, body }): OutcomeRow[] => {
    if (body?.kind === 'posting-outcome') return [{ entry: body.entry, outcome: body.outcome, saidBy: id }];
    if (body?.kind === 'review-decided' && body.decision === 'rejected')
      return [{ entry: body.entry, outcome: 'rejected', saidBy: id }];
    return [];
  });
}

/** Why an entry is not in the EHR, in words. Sealed like all that was said of it, so it is read from the entries alone. */
export function reasonsIn(entries: OpenedEntry[]): Map<EntryId, string> {
  const reasons = new Map<EntryId, string>();
  for (const { body } of [...entries].sort(byClock)) {
    if (body?.kind === 'posting-outcome' && body.outcome === 'refused')
      reasons.set(
        body.entry,
        `The EHR refused it: ${body.detail ?? 'no reason given'}. Records staff settle it.`,
      );
    else if (body?.kind === 'review-decided' && body.decision === 'rejected')
      reasons.set(body.entry, `Not put into the EHR by ${body.author.name}: ${body.reason}`);
    // Decided or posted after all.
    else if (body?.kind === 'posting-outcome' || body?.kind === 'review-decided') reasons.delete(body.entry);
  }
  return reasons;
}

export type Charts = ReturnType<typeof createCharts>;
