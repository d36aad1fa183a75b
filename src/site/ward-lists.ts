import type { SnapshotList } from './snapshot-list.ts';

type Named = Pick<SnapshotList, 'asOf' | 'patients'>;

/** Whether anything of a patient is charted here and not yet settled. */
export type IsCharted = (patient: string) => boolean;

const names = (list: Named, patient: string): boolean =>
  list.patients.some((item) => item.patient === patient);

/**
 * Which lists of a ward (in any order) a tablet goes on keeping: the newest, the one before it (or as many as `newest`
 * says), and of each patient of whom something is charted the last list that named them.
 */
export function listsToKeep<L extends Named>(lists: readonly L[], isCharted: IsCharted, newest = 2): L[] {
  const newestFirst = [...lists].sort((a, b) => (a.asOf < b.asOf ? 1 : -1));
  const kept: L[] = [];
  for (const list of newestFirst) {
    const cited = ({ patient }: { patient: string }): boolean =>
      isCharted(patient) && !kept.some((newer) => names(newer, patient));
    if (kept.length < newest || list.patients.some(cited)) kept.push(list);
  }
  return kept;
}

/** Whom the board shows otherwise once `list` is the newest: who is new, of whom the EHR says something else, who left. */
export function changedBy(list: Named, before: Named | undefined): string[] {
  const blobs = new Map(before?.patients.map((item) => [item.patient, item.blob]));
  const now = new Set(list.patients.map(({ patient }) => patient));
  return [
    ...list.patients.filter((item) => blobs.get(item.patient) !== item.blob).map(({ patient }) => patient),
    ...[...blobs.keys()].filter((patient) => !now.has(patient)),
  ];
}

/**
 * Where the EHR's word on one patient is to be looked for, the latest first. `left`: the newest list does not name the
 * patient. Such a one is of the ward only while something is charted: a discharged patient is nobody's row and takes
 * nobody's bed.
 */
export function wordsOn<L extends Named>(
  lists: readonly L[],
  patient: string,
  isCharted: boolean,
): { list: L; blob: string; left: boolean }[] {
  const newestFirst = [...lists].sort((a, b) => (a.asOf < b.asOf ? 1 : -1));
  const left = newestFirst[0] !== undefined && !names(newestFirst[0], patient);
  if (left && !isCharted) return [];
  return newestFirst.flatMap((list) =>
    list.patients.filter((item) => item.patient === patient).map(({ blob }) => ({ list, blob, left })),
  );
}
