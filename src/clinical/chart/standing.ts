import type { EntryId, OpenedEntry, WardBody } from '../entries/index.ts';
import { refusalToReplace } from '../replacing.ts';
import { conflictKey, type Settlements, settlementsOf } from './settlements.ts';
import type { Charted, Standing } from './types.ts';

/** Sorts by hybrid clock, then by id, so that every replica shows the same order. */
export function byClock(
  a: { hlc: OpenedEntry['hlc']; id: string },
  b: { hlc: OpenedEntry['hlc']; id: string },
): number {
  return a.hlc[0] - b.hlc[0] || a.hlc[1] - b.hlc[1] || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** By when it happened, as people say; together, in the order of the clock. */
export const byTime = (a: Charted<WardBody>, b: Charted<WardBody>): number =>
  Date.parse(a.body.effectiveAt) - Date.parse(b.body.effectiveAt) || byClock(a, b);

export interface Standings {
  /** Every known entry, oldest first by the hybrid clock. */
  all: Charted[];
  unknown: { id: EntryId; hlc: OpenedEntry['hlc']; body: null }[];
  byId: Map<EntryId, Charted>;
  byKind: Map<WardBody['kind'], Charted[]>;
  /** Statements whose corrections branched. */
  disputes: Dispute[];
  settlements: Settlements;
}

/** One statement that says several things now, or that one person corrected and another marked as an error. */
export type Dispute = Pick<Family, 'claims' | 'contradictions'>;

/** Entries about one statement: the first one, its corrections, and theirs. */
interface Family {
  /** Corrections that nothing replaces: what the statement says now. More than one is for a person to settle. */
  claims: EntryId[];
  /** Marks "entered in error" on an entry that was also corrected. */
  contradictions: EntryId[];
  /** All claims only undo something: to undo it twice is no dispute. */
  onlyUndone: boolean;
}

/**
 * What later entries made of each one. Only `replaces` counts, never the clock. A statement whose corrections branch
 * (two tablets corrected the same entry, or one corrected what the other marked as an error) is concurrent, also when
 * a branch is corrected further, until a person settles it or marks all but one as errors. A mark that is itself marked
 * as an error counts no more. What somebody says of an entry that is not theirs to undo is passed over, and says so. The
 * result depends neither on the order in which entries came nor on repeats.
 */
export function standings(entries: readonly OpenedEntry[]): Standings {
  const unique = [...new Map(entries.map((entry) => [entry.id, entry])).values()].sort(byClock);
  const said = unique.filter((entry): entry is OpenedEntry & { body: WardBody } => entry.body !== null);
  const passedOver = whatIsPassedOver(said);
  const heeded = said.flatMap((entry) => heededOf(entry, passedOver.has(entry.id)));
  const bodies = new Map(heeded.map(({ id, body }) => [id, body]));
  const { replacers, settlements } = effectiveReplacers(heeded, bodies);
  const disputes = [...familiesOf(heeded, bodies, replacers)].filter(
    ({ claims, contradictions, onlyUndone }) =>
      !onlyUndone && (claims.length > 1 || (claims.length === 1 && contradictions.length > 0)),
  );
  const disputed = new Set(
    disputes
      .map(({ claims, contradictions }) => [...claims, ...contradictions])
      // Two allergies in the place of one statement may both be true.
      .filter((rivals) => !settlements.settled.has(conflictKey('allergy-status', rivals)))
      .flat(),
  );

  const all = said.map(({ id, hlc, body }): Charted => {
    const replacedBy = replacers.get(id) ?? [];
    const why = passedOver.get(id);
    return {
      id,
      hlc,
      body,
      standing: standingOf(replacedBy, disputed.has(id)),
      replacedBy: replacedBy.map((replacer) => replacer.id),
      ...(why === undefined ? {} : { passedOver: why }),
    };
  });
  return {
    all,
    unknown: unique.flatMap((entry) =>
      entry.body === null ? [{ id: entry.id, hlc: entry.hlc, body: null }] : [],
    ),
    byId: new Map(all.map((charted) => [charted.id, charted])),
    byKind: Map.groupBy(all, ({ body }) => body.kind),
    disputes,
    settlements,
  };
}

type Replacer = { id: EntryId; body: WardBody };
type Replacers = ReadonlyMap<EntryId, Replacer[]>;

/** Entries that would undo what is not their author's to undo, or take the place of something else: each with why not. */
function whatIsPassedOver(said: readonly Replacer[]): Map<EntryId, string> {
  const bodies = new Map<string, WardBody>(said.map(({ id, body }) => [id, body]));
  const refusals = new Map<EntryId, string>();
  for (const { id, body } of said) {
    if (body.replaces === undefined && body.kind !== 'conflict-settled') continue;
    const refusal = refusalToReplace(body.author.role, body, (ref) => bodies.get(ref));
    if (refusal !== undefined) refusals.set(id, refusal);
  }
  return refusals;
}

/** What is heeded of an entry: of a mark or a settlement that is passed over nothing, of a statement the statement. */
function heededOf({ id, body }: Replacer, isPassedOver: boolean): Replacer[] {
  if (!isPassedOver) return [{ id, body }];
  if (body.kind === 'entered-in-error' || body.kind === 'conflict-settled') return [];
  const { replaces: _, ...statement } = body;
  return [{ id, body: statement as WardBody }];
}

/**
 * Who replaces each entry, without marks "entered in error" that were an error themselves, and with the settlements
 * that decided against it.
 */
function effectiveReplacers(
  said: readonly Replacer[],
  bodies: ReadonlyMap<EntryId, WardBody>,
): { replacers: Replacers; settlements: Settlements } {
  const named = new Map<EntryId, Replacer[]>();
  for (const { id, body } of said) {
    if (body.replaces === undefined || body.replaces === id) continue;
    const others = named.get(body.replaces);
    if (others) others.push({ id, body });
    else named.set(body.replaces, [{ id, body }]);
  }
  const marks = new Set<EntryId>();
  for (const own of named.values()) for (const { id, body } of own) if (isMark(body)) marks.add(id);
  const isVoid = (id: EntryId, lost: ReadonlySet<EntryId>, above: readonly EntryId[] = []): boolean =>
    lost.has(id) ||
    (named.get(id) ?? []).some(
      (mark) => isMark(mark.body) && !above.includes(mark.id) && !isVoid(mark.id, lost, [...above, id]),
    );
  const counts = (mark: Replacer, lost: ReadonlySet<EntryId>): boolean =>
    !isMark(mark.body) || !isVoid(mark.id, lost);

  const none: ReadonlySet<EntryId> = new Set();
  const settlements = settlementsOf(said, (id) =>
    (named.get(id) ?? []).some((mark) => isMark(mark.body) && counts(mark, none)),
  );
  const lost = new Set([...settlements.superseded.keys()].filter((ref) => marks.has(ref)));
  const replacers = new Map<EntryId, Replacer[]>();
  for (const [id, own] of named) {
    const counted = own.filter((mark) => counts(mark, lost));
    if (counted.length > 0) replacers.set(id, counted);
  }
  for (const [id, by] of settlements.superseded) {
    if (bodies.has(id)) replacers.set(id, [...(replacers.get(id) ?? []), ...by]);
  }
  return { replacers, settlements };
}

const isMark = (body: WardBody): boolean => body.kind === 'entered-in-error';

function familiesOf(
  said: readonly Replacer[],
  bodies: ReadonlyMap<EntryId, WardBody>,
  replacers: Replacers,
): Iterable<Family> {
  const families = new Map<EntryId, Family>();
  for (const { id, body } of said) {
    if ((replacers.get(id) ?? []).length > 0) continue;
    const first = firstOf(id, bodies);
    const family = families.get(first) ?? { claims: [], contradictions: [], onlyUndone: true };
    families.set(first, family);
    if (body.kind !== 'entered-in-error') {
      family.claims.push(id);
      family.onlyUndone &&= body.kind === 'patient-unlinked';
    } else if (isContradiction(body.replaces, bodies, replacers)) {
      family.contradictions.push(id);
    }
  }
  return families.values();
}

function isContradiction(
  marked: EntryId,
  bodies: ReadonlyMap<EntryId, WardBody>,
  replacers: Replacers,
): boolean {
  return (
    bodies.get(marked)?.kind !== 'entered-in-error' &&
    // Who settled against it said nothing else about it.
    (replacers.get(marked) ?? []).some(
      ({ body }) => body.kind !== 'entered-in-error' && body.kind !== 'conflict-settled',
    )
  );
}

/** The entry that the chain of `replaces` begins with; it need not have arrived. */
function firstOf(id: EntryId, bodies: ReadonlyMap<EntryId, WardBody>): EntryId {
  const seen = new Set<EntryId>();
  let at = id;
  for (let next = bodies.get(at)?.replaces; next !== undefined; next = bodies.get(at)?.replaces) {
    // A cycle cannot be written, since an entry's id is not known before it; forged ones must not hang the fold.
    if (seen.has(next)) return [...seen].sort()[0]!;
    seen.add(next);
    at = next;
  }
  return at;
}

function standingOf(replacedBy: readonly Replacer[], disputed: boolean): Standing {
  if (replacedBy.some(({ body }) => body.kind === 'entered-in-error')) return 'entered-in-error';
  if (replacedBy.length > 0) return 'replaced';
  return disputed ? 'concurrent' : 'current';
}

/** It still says something: current, or concurrent with another. */
export const stands = ({ standing }: { standing: Standing }): boolean =>
  standing === 'current' || standing === 'concurrent';

/** Entries of one kind that still say something. */
export function standingEntries<K extends WardBody['kind']>(
  found: Standings,
  kind: K,
): Charted<Extract<WardBody, { kind: K }>>[] {
  return entriesOfKind(found, kind).filter(stands);
}

export function entriesOfKind<K extends WardBody['kind']>(
  found: Standings,
  kind: K,
): Charted<Extract<WardBody, { kind: K }>>[] {
  return (found.byKind.get(kind) ?? []).filter(
    (charted): charted is Charted<Extract<WardBody, { kind: K }>> => charted.body.kind === kind,
  );
}

/** What was corrected is still the same dose, or device: what was said of its first statement is said of it. */
export function firstStatement(
  byId: { get(id: EntryId): { body: { replaces?: EntryId | undefined } | null } | undefined },
  id: EntryId,
): EntryId {
  const seen = new Set<EntryId>();
  let at = id;
  for (
    let before = byId.get(at)?.body?.replaces;
    before !== undefined && !seen.has(at);
    before = byId.get(at)?.body?.replaces
  ) {
    seen.add(at);
    at = before;
  }
  return at;
}
