import {
  type BoardRow,
  byClock,
  type Chart,
  carriedSnapshot,
  type EntryId,
  FOLD_VERSION,
  foldChart,
  type HeldEntry,
  type OpenedEntry,
  partByBelief,
  picturesIn,
  SnapshotPatient,
  toBoardRow,
} from '../clinical/index.ts';
import { type Bytes, fromBase64, utf8 } from '../log/index.ts';
import { openBox, openWith, patientKey, sealBox } from '../seal/index.ts';
import {
  type Directory,
  originOf,
  type SnapshotList,
  snapshotContext,
  trustProblem,
  wardSettings,
  wordsOn,
} from '../site/index.ts';
import type { WardCompleteness } from './api.ts';
import type { OutcomeRow, StaleRow, VaultDatabase } from './database.ts';
import type { Keyring } from './keyring.ts';
import { createOpenedEntries } from './opened-entries.ts';
import { createOpenedPages } from './opened-pages.ts';
import type { PatientRecords } from './patient-record.ts';

/** A row lists the doses of the next day; also one of a clock that has since been set otherwise is made anew. */
const ROW_GOOD_FOR_MS = 6 * 3_600_000;

/** What the EHR said of one patient, as this tablet holds it. */
interface HeldSnapshot {
  patient?: SnapshotPatient;
  asOf: string;
  unreadable: boolean;
  /** The ward's newest list does not name the patient any more. */
  left: boolean;
}

/** Folds one patient's entries into the chart, and the ward's into the rows of its board. */
export function createCharts(
  db: VaultDatabase,
  keyring: Keyring,
  records: Pick<PatientRecords, 'packets'>,
  observe: (hlc: readonly [number, number]) => void,
  directory: Directory,
  whereabouts: Map<string, string | undefined>,
) {
  const pages = createOpenedPages(db, keyring.summaries);
  const settings = wardSettings(directory.data, keyring.ward);
  const opened = createOpenedEntries(db, keyring, records, observe, pages);
  const { entriesOf } = opened;

  const snapshotKeys = new Map<string, Promise<Bytes | null>>();

  const wardLists = (): Promise<SnapshotList[]> =>
    db.snapshots.where('[ward+asOf]').between([keyring.ward, ''], [keyring.ward, '\uffff']).toArray();

  async function snapshotOf(patient: string): Promise<HeldSnapshot | undefined> {
    const isCharted = (await db.entries.where('patient').equals(patient).count()) > 0;
    for (const { list, blob: hash, left } of wordsOn(await wardLists(), patient, isCharted)) {
      const blob = await db.blobs.get(hash);
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
      if (parsed?.success) return { patient: parsed.data, asOf: list.asOf, unreadable: false, left };
      return { asOf: list.asOf, unreadable: true, left };
    }
    return undefined;
  }

  /** What is believed of a patient's entries, and what waits until a person vouches for it. */
  async function judge(patient: string): Promise<{ believed: OpenedEntry[]; held: HeldEntry[] }> {
    const entries = await entriesOf(patient);
    const nobodyInDoubt =
      directory.revokedDevices.size + directory.revokedStaff.size === 0 &&
      ![...keyring.roster.values()].some((person) => person.emergency);
    if (nobodyInDoubt) return { believed: entries, held: [] };
    const logs = new Set(entries.map(({ id, origin }) => origin?.log ?? id.slice(0, 32)));
    const writers = await opened.writersOf(logs);
    return partByBelief(entries, (entry) =>
      trustProblem(
        directory,
        { ...originOf(entry, (log) => writers.get(log)), hlc: entry.hlc },
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
      leftTheList: snapshot?.left ?? false,
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
    // Named by the EHR, and nothing of it opens here: the row of before stays, since the patient does.
    const isNamed = wordsOn(await wardLists(), patient, false).length > 0;
    if (row) noteWhere(row);
    else whereabouts.delete(patient);
    const box =
      row && (await sealBox(keyring.summaries, utf8(JSON.stringify(row)), utf8(`summary ${patient}`)));
    await db.transaction('rw', db.summaries, db.pages, db.stale, db.outcomes, db.held, async () => {
      await db.held.where('patient').equals(patient).delete();
      await db.held.bulkPut(held.map(({ entry, reason }) => ({ entry: entry.id, patient, reason })));
      if (entries.length > 0) await db.pages.put(page);
      else await db.pages.delete(patient);
      await db.outcomes.bulkPut(outcomes);
      if (box) await db.summaries.put({ patient, foldVersion: FOLD_VERSION, foldedAt: Date.parse(now), box });
      // Discharged, and nothing charted: the row of before would show somebody in a bed that is another's.
      else if (!isNamed) await db.summaries.delete(patient);
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

    forget: opened.forget,
    /** With the bytes that opened entries leave aside. */
    partsOfPicture: opened.partsOfPicture,

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
      const list = (await wardLists()).at(-1);
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
      // An empty write waits for the disk too.
      if (outdated.length > 0)
        await db.stale.bulkPut(outdated.map((patient) => ({ patient, mark: `fold ${FOLD_VERSION}` })));
    },
  };
}

/** What the server's entries say became of others. */
function outcomesIn(entries: OpenedEntry[]): OutcomeRow[] {
  // In order of the clock: refused first and posted later is posted.
  const told = [...entries].sort(byClock).flatMap(({ id, body }): OutcomeRow[] => {
    if (body?.kind === 'posting-outcome') return [{ entry: body.entry, outcome: body.outcome, saidBy: id }];
    if (body?.kind === 'review-decided' && body.decision === 'rejected')
      return [{ entry: body.entry, outcome: 'rejected', saidBy: id }];
    return [];
  });
  // A picture is where the entry is that shows it: one that went into the EHR took its pictures along.
  const parts = Map.groupBy(
    entries.flatMap(({ id, body }) => (body?.kind === 'attachment' ? [{ id, sha256: body.sha256 }] : [])),
    ({ sha256 }) => sha256,
  );
  const bodies = new Map(entries.map(({ id, body }) => [id, body]));
  const ofPictures = (row: OutcomeRow): OutcomeRow[] =>
    row.outcome === 'refused'
      ? []
      : picturesIn(bodies.get(row.entry) ?? null).flatMap(({ sha256 }) =>
          (parts.get(sha256) ?? []).map(({ id }) => ({ ...row, entry: id })),
        );
  return told.flatMap((row) => [row, ...ofPictures(row)]);
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
