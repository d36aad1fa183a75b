import { foldChart, type SnapshotPatient } from '../../clinical/index.ts';
import type { WardOpened } from '../../site/index.ts';
import type { Worklist } from '../../wire/workbench.ts';
import type { PatientRecord } from './ward-entries.ts';

type WorklistWard = Worklist['wards'][number];

/** A ward's part of the worklist: counts by state, and its patients, those with most to review first. Pure. */
export function worklistOfWard(
  ward: Pick<WardOpened, 'ward' | 'name'>,
  records: readonly PatientRecord[],
  snapshots: ReadonlyMap<string, SnapshotPatient>,
  now: string,
): WorklistWard {
  const count = counter(records);
  return {
    id: ward.ward,
    name: ward.name,
    counts: {
      toReview: count('to-review'),
      approved: count('approved', 'waiting-for-match'),
      posting: count('posting'),
      unknown: count('unknown'),
      posted: count('posted'),
      refused: count('refused'),
      rejected: count('rejected'),
    },
    patients: records
      .map((record) => worklistRow(record, snapshots.get(record.patient), now))
      .sort((a, b) => b.toReview - a.toReview || a.name.family.localeCompare(b.name.family)),
  };
}

/** One patient's line: who it is as far as anybody knows, and what is left to do. */
export function worklistRow(
  record: PatientRecord,
  snapshot: SnapshotPatient | undefined,
  now: string,
): WorklistWard['patients'][number] {
  const identity = foldChart({
    patient: record.patient,
    entries: record.opened,
    ...(snapshot ? { snapshot, snapshotAsOf: now } : {}),
    now,
  })?.identity;
  const count = counter([record]);
  return {
    id: record.patient,
    name: identity?.name ?? { family: 'Not known', given: '' },
    ...(identity?.birthDate === undefined ? {} : { birthDate: identity.birthDate }),
    sex: identity?.sex ?? 'unknown',
    numbers: identity?.numbers ?? [],
    ...(identity?.bed === undefined ? {} : { bed: identity.bed }),
    identity: snapshot
      ? 'ehr'
      : !record.link
        ? 'downtime-unmatched'
        : 'ehrPatient' in record.link
          ? 'downtime-linked'
          : 'downtime-new',
    toReview: count('to-review'),
    unposted: count('approved', 'posting', 'unknown', 'waiting-for-match'),
    problems: count('refused', 'unknown', 'held'),
  };
}

function counter(records: readonly PatientRecord[]): (...states: string[]) => number {
  const states = records.flatMap((record) => record.reviewed.map((entry) => entry.state as string));
  return (...wanted) => states.filter((state) => wanted.includes(state)).length;
}
