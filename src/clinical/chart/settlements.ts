import type { BodyOf, ConflictKind, ConflictRef, EntryId, WardBody } from '../entries/index.ts';

/** A conflict's identity, the same on every replica that holds its sides: kind and sides, sorted. */
export const conflictKey = (kind: ConflictKind, sides: readonly ConflictRef[]): string =>
  `${kind} ${[...sides].sort().join(' ')}`;

interface Settlement {
  id: EntryId;
  body: BodyOf<'conflict-settled'>;
  key: string;
  /** Others settled the same differently, on another tablet: none of them counts until a person settles it again. */
  disputed: boolean;
}

export interface Settlements {
  /** Every settlement that still says something. */
  standing: Settlement[];
  /** Keys of the conflicts that are settled. */
  settled: ReadonlySet<string>;
  /** Whom each settlement says to be superseded by it, in the chart of one patient. */
  superseded: ReadonlyMap<ConflictRef, { id: EntryId; body: WardBody }[]>;
}

/** Of these kinds, the sides are statements that can stand or not; the others are about beds and people. */
const ABOUT_STATEMENTS: readonly ConflictKind[] = ['two-beds', 'allergy-status', 'concurrent-amendment'];

/**
 * What people decided about conflicts, from the entries alone. Two settlements that contradict each other, directly or
 * around a ring (A over B on one tablet, B over A and C on another), cancel out: the conflict shows again, and the next
 * settlement names and overrules them. A settlement whose winners were all marked as errors lapses, so that what lost
 * against an error stands again.
 */
export function settlementsOf(
  said: readonly { id: EntryId; body: WardBody }[],
  isError: (id: EntryId) => boolean,
): Settlements {
  const all = said.flatMap(({ id, body }) =>
    body.kind === 'conflict-settled' && !isError(id) ? [{ id, body }] : [],
  );
  const superseded = new Map<ConflictRef, { id: EntryId; body: WardBody }[]>();
  if (all.length === 0) return { standing: [], settled: new Set(), superseded };
  const overruledBy = new Map<EntryId, { id: EntryId; body: WardBody }[]>();
  for (const settlement of all)
    for (const id of settlement.body.overrules ?? [])
      if (id !== settlement.id) push(overruledBy, id, settlement);
  const standing = all
    .filter(({ id, body }) => !overruledBy.has(id) && !body.holds?.every(isError))
    .map(({ id, body }) => ({ id, body, key: conflictKey(body.conflict, body.entries), disputed: false }));

  const decisions = Map.groupBy(standing, ({ key }) => key);
  const betterThan = new Map<ConflictRef, ConflictRef[]>();
  for (const { body } of standing)
    for (const loser of losersOf(body))
      for (const winner of body.holds ?? []) push(betterThan, loser, winner);
  for (const settlement of standing) {
    const different = new Set(decisions.get(settlement.key)!.map(({ body }) => decisionOf(body))).size > 1;
    settlement.disputed = different || (settlement.body.holds ?? []).some((ref) => isInRing(ref, betterThan));
  }
  for (const { id, body, disputed } of standing) {
    if (disputed || !ABOUT_STATEMENTS.includes(body.conflict)) continue;
    for (const loser of losersOf(body)) push(superseded, loser, { id, body });
  }
  for (const [id, others] of overruledBy) for (const other of others) push(superseded, id, other);
  const settled = new Set(standing.flatMap(({ key, disputed }) => (disputed ? [] : [key])));
  return { standing, settled, superseded };
}

/** The sides that a settlement decided against. */
const losersOf = ({ decision, entries, holds }: BodyOf<'conflict-settled'>): ConflictRef[] =>
  decision === 'these-hold' ? entries.filter((ref) => !holds?.includes(ref)) : [];

const decisionOf = ({ decision, holds }: BodyOf<'conflict-settled'>): string =>
  `${decision} ${[...(holds ?? [])].sort().join(' ')}`;

function isInRing(start: ConflictRef, betterThan: ReadonlyMap<ConflictRef, readonly ConflictRef[]>): boolean {
  const seen = new Set<ConflictRef>();
  const open = [...(betterThan.get(start) ?? [])];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === start) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...(betterThan.get(at) ?? []));
  }
  return false;
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
