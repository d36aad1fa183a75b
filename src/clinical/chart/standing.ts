import type { EntryId, OpenedEntry, WardBody } from '../entries/index.ts';
import type { ChartConflict, Charted, Standing } from './types.ts';

/** Sorts by hybrid clock, then by id, so that every replica shows the same order. */
export function byClock(a: { hlc: OpenedEntry['hlc']; id: string }, b: { hlc: OpenedEntry['hlc']; id: string }): number {
  return a.hlc[0] - b.hlc[0] || a.hlc[1] - b.hlc[1] || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

export interface Standings {
  /** Every known entry, oldest first by the hybrid clock. */
  all: Charted[];
  unknown: { id: EntryId; hlc: OpenedEntry['hlc']; body: null }[];
  byId: Map<EntryId, Charted>;
  conflicts: ChartConflict[];
}

/**
 * What later entries made of each one. Only `replaces` counts, never the clock: an entry that another one names is
 * replaced (or entered in error), and two that name the same one are concurrent until a person settles it. The
 * result does not depend on the order in which entries came, nor on repeats.
 */
export function standings(entries: readonly OpenedEntry[]): Standings {
  const unique = [...new Map(entries.map((entry) => [entry.id, entry])).values()].sort(byClock);
  const replacers = new Map<EntryId, { id: EntryId; body: WardBody }[]>();
  for (const { id, body } of unique) {
    if (body?.replaces === undefined) continue;
    replacers.set(body.replaces, [...(replacers.get(body.replaces) ?? []), { id, body }]);
  }
  const all: Charted[] = [];
  const unknown: Standings['unknown'] = [];
  for (const entry of unique) {
    if (entry.body === null) {
      unknown.push({ id: entry.id, hlc: entry.hlc, body: null });
      continue;
    }
    const replacedBy = replacers.get(entry.id) ?? [];
    all.push({
      id: entry.id,
      hlc: entry.hlc,
      body: entry.body,
      standing: standingOf(replacedBy, isRival(entry.id, entry.body, replacers)),
      replacedBy: replacedBy.map((replacer) => replacer.id),
    });
  }
  const conflicts = [...replacers.values()]
    .filter((rivals) => rivals.length > 1 && rivals.some((rival) => rival.body.kind !== 'entered-in-error'))
    .filter((rivals) => rivals.filter((rival) => !replacers.has(rival.id)).length > 1)
    .map((rivals): ChartConflict => ({
      kind: 'concurrent-amendment',
      entries: rivals.map((rival) => rival.id),
      message: 'The same entry was corrected twice, on different tablets. Both are shown; decide which holds.',
    }));
  return { all, unknown, byId: new Map(all.map((charted) => [charted.id, charted])), conflicts };
}

function standingOf(replacedBy: { body: WardBody }[], rival: boolean): Standing {
  if (replacedBy.some(({ body }) => body.kind === 'entered-in-error')) return 'entered-in-error';
  if (replacedBy.length > 0) return 'replaced';
  return rival ? 'concurrent' : 'current';
}

/** Another entry that still stands replaces the same one. */
function isRival(id: EntryId, body: WardBody, replacers: ReadonlyMap<EntryId, { id: EntryId }[]>): boolean {
  if (body.replaces === undefined) return false;
  return (replacers.get(body.replaces) ?? []).some((other) => other.id !== id && !replacers.has(other.id));
}

/** Entries of one kind that still say something: current, or concurrent with another. */
export function standingEntries<K extends WardBody['kind']>(found: Standings, kind: K): Charted<Extract<WardBody, { kind: K }>>[] {
  return entriesOfKind(found, kind).filter((charted) => charted.standing === 'current' || charted.standing === 'concurrent');
}

export function entriesOfKind<K extends WardBody['kind']>(found: Standings, kind: K): Charted<Extract<WardBody, { kind: K }>>[] {
  return found.all.filter((charted): charted is Charted<Extract<WardBody, { kind: K }>> => charted.body.kind === kind);
}
