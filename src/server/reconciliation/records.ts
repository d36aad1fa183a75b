import type { Kysely } from 'kysely';
import type { SnapshotPatient } from '../../clinical/index.ts';
import { entryId } from '../../log/index.ts';
import type { Directory, Roster } from '../../site/index.ts';
import type { Database } from '../database/schema.ts';
import { type PatientRecord, type Reading, readRecord } from './ward-entries.ts';

const MOST_WAIT_MS = 2_000;

export interface Records {
  /** Everybody of whom something was charted. What is handed out is shared: nobody changes it. */
  all(): Promise<{ found: PatientRecord[]; snapshots: Map<string, SnapshotPatient> }>;
  /** One patient, read anew. */
  of(patient: string): Promise<{ found: PatientRecord | undefined; snapshots: Map<string, SnapshotPatient> }>;
}

/** What the records were folded from; where nothing of it changed, they are what they were. */
interface Basis {
  directory: Directory;
  roster: Roster;
  /** How far each log was projected. */
  projected: ReadonlyMap<string, number>;
  /** Logs that are known by name: whose entry a carried one is may become known with another log. */
  logs: number;
  /** By entry: whose it is. One that was read again after a mend stands at a place that was projected before. */
  unreadable: ReadonlyMap<string, string>;
  /** By entry, in words. */
  postings: ReadonlyMap<string, string>;
  /** Whom of the EHR each patient is. */
  census: ReadonlyMap<string, string>;
}

/**
 * The records of all patients, as the desk asks for them every few seconds while tens of thousands of entries lie there:
 * folded once, and again where something of a patient has changed. One patient after another, so that tablets and desk
 * are answered in between. Several nodes each keep their own; what changed is asked of the database each time.
 */
export function createRecords(context: {
  db: Kysely<Database>;
  site: string;
  directory(): Directory;
  roster(): Roster;
  /** Everybody whom the EHR's lists ever named. */
  known(): Promise<Map<string, SnapshotPatient>>;
  /** Resolves when what has arrived can be read. */
  caughtUp(): Promise<void>;
  /** Resolves when no upload is being taken in, or soon. */
  letUploadsPass(): Promise<void>;
}): Records {
  const { db, site } = context;
  let kept = new Map<string, PatientRecord>();
  let before: Basis | undefined;
  let running: Promise<unknown> = Promise.resolve();

  async function look(): Promise<{
    basis: Basis;
    reading: Reading;
    snapshots: Map<string, SnapshotPatient>;
  }> {
    await context.caughtUp();
    const snapshots = await context.known();
    const projected = await db
      .selectFrom('projection.log')
      .where('site', '=', site)
      .select(['log', 'projected'])
      .execute();
    const postings = await db
      .selectFrom('projection.posting')
      .where('site', '=', site)
      .select(['entry', 'state', 'detail'])
      .execute();
    const writers = await db
      .selectFrom('record.log')
      .where('site', '=', site)
      .select(['log', 'writer'])
      .execute();
    const unreadable = await db
      .selectFrom('projection.entry')
      .where('site', '=', site)
      .where('kind', '=', 'unreadable')
      .select(['log', 'seq', 'patient'])
      .execute();
    const census = new Map([...snapshots].map(([id, { ehrPatient }]) => [id, ehrPatient]));
    const [directory, roster] = [context.directory(), context.roster()];
    return {
      snapshots,
      basis: {
        directory,
        roster,
        projected: new Map(projected.map((row) => [row.log, row.projected])),
        logs: writers.length,
        unreadable: new Map(unreadable.map(({ log, seq, patient }) => [entryId(log, seq), patient])),
        postings: new Map(postings.map((row) => [row.entry, `${row.state} ${row.detail}`])),
        census,
      },
      reading: {
        postings: new Map(postings.map((row) => [row.entry, row])),
        writers: new Map(writers.map((row) => [row.log, row.writer])),
        census,
        directory,
        roster,
      },
    };
  }

  /** `undefined`: everybody. */
  async function changedSince(last: Basis | undefined, now: Basis): Promise<Set<string> | undefined> {
    if (!last || last.directory !== now.directory || last.roster !== now.roster) return undefined;
    const changed = new Set<string>();
    for (const entry of differing(last.unreadable, now.unreadable))
      changed.add(last.unreadable.get(entry) ?? now.unreadable.get(entry)!);
    for (const [log, projected] of now.projected) {
      const seen = last.projected.get(log) ?? 0;
      if (projected < seen) return undefined;
      if (projected === seen) continue;
      const rows = await db
        .selectFrom('projection.entry')
        .where('site', '=', site)
        .where('log', '=', log)
        .where('seq', '>', seen)
        .select('patient')
        .distinct()
        .execute();
      for (const { patient } of rows) changed.add(patient);
    }
    const posted = differing(last.postings, now.postings);
    const carried = last.logs !== now.logs;
    for (const [patient, { reviewed, opened }] of kept) {
      if (posted.size > 0 && reviewed.some(({ id }) => posted.has(id))) changed.add(patient);
      if (carried && opened.some(({ origin }) => origin !== undefined)) changed.add(patient);
    }
    for (const patient of differing(last.census, now.census)) if (kept.has(patient)) changed.add(patient);
    return changed;
  }

  const everybody = async (): Promise<Set<string>> =>
    new Set(
      (
        await db
          .selectFrom('projection.entry')
          .where('site', '=', site)
          .select('patient')
          .distinct()
          .execute()
      ).map(({ patient }) => patient),
    );

  async function all(): ReturnType<Records['all']> {
    const { basis, reading, snapshots } = await look();
    const changed = await changedSince(before, basis);
    const next = new Map(changed ? kept : []);
    const until = performance.now() + MOST_WAIT_MS;
    for (const patient of changed ?? (await everybody())) {
      // Whoever looks at the desk waits too.
      if (performance.now() < until) await context.letUploadsPass();
      const record = await readRecord(db, site, patient, reading);
      if (record) next.set(patient, record);
      else next.delete(patient);
    }
    // Only when all of it is read: one that fails half way is read again from where it was.
    kept = next;
    before = basis;
    return { found: [...kept.values()], snapshots };
  }

  return {
    all() {
      const turn = running.then(all);
      running = turn.catch(() => undefined);
      return turn;
    },
    async of(patient) {
      const { reading, snapshots } = await look();
      return { found: await readRecord(db, site, patient, reading), snapshots };
    },
  };
}

/** Keys whose values are not the same in both. */
function differing(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): Set<string> {
  return new Set([...a.keys(), ...b.keys()].filter((key) => a.get(key) !== b.get(key)));
}
