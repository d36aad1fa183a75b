import type { ConflictRef, Draft, Role, WardBody, WardKind } from './entries/index.ts';
import { isSignedWithPin, mayWrite, refusalToWrite, takenBackBy } from './permissions.ts';

/** Finds what an entry says; `undefined`: it is not here, cannot be read, or is no entry (what the EHR says). */
export type FindBody = (ref: ConflictRef) => WardBody | undefined;

/** Statements of which one may take the place of another, besides those of one kind. */
const ONE_QUESTION: readonly (readonly WardKind[])[] = [
  ['bed-assigned', 'patient-moved'],
  ['allergy-recorded', 'no-known-allergies-recorded'],
];

/** What records staff take back by an entry of its own kind. */
const UNLINKED: readonly WardKind[] = ['patient-linked', 'patient-confirmed-new'];

/** Whether an entry of this kind can take the place of one of that kind, whoever writes it. */
function takesThePlaceOf(kind: WardKind, other: WardKind): boolean {
  return (
    kind === 'entered-in-error' ||
    kind === other ||
    (kind === 'patient-unlinked' && UNLINKED.includes(other)) ||
    ONE_QUESTION.some((kinds) => kinds.includes(kind) && kinds.includes(other))
  );
}

/**
 * What stands or falls by this entry: what a mark says to be an error, and what a settlement decides against. Undoing a
 * mark or a settlement is a word on what that one was about, so those count as well.
 */
function decidesOn(body: Draft | WardBody, find: FindBody): WardBody[] {
  const found = new Map<ConflictRef, WardBody>();
  const open: (Draft | WardBody)[] = [body];
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const ref of refsOf(at)) {
      // A cycle cannot be written, only forged.
      const other = found.has(ref) ? undefined : find(ref);
      if (!other) continue;
      found.set(ref, other);
      open.push(other);
    }
  return [...found.values()];
}

function refsOf(body: Draft | WardBody): readonly ConflictRef[] {
  if (body.kind === 'entered-in-error') return [body.replaces];
  if (body.kind !== 'conflict-settled') return [];
  const losers =
    body.decision === 'these-hold' ? body.entries.filter((ref) => !body.holds?.includes(ref)) : [];
  return [...losers, ...(body.overrules ?? [])];
}

/**
 * Why somebody in this role may not do to other entries what this one does, in the user's words; `undefined`: they may.
 * Whoever marks an entry as an error, or decides against it, undoes its author's word, so the role must be one that
 * writes that kind. The vault refuses by it before it writes, and every fold passes over by it what arrives.
 *
 * A correction of the same kind asks for no more than its own kind does: records staff correct at the desk what they do
 * not chart, and the server speaks for them.
 */
export function refusalToReplace(role: Role, body: Draft | WardBody, find: FindBody): string | undefined {
  const replaced = body.replaces === undefined ? undefined : find(body.replaces);
  if (replaced && !takesThePlaceOf(body.kind, replaced.kind))
    return 'An entry takes the place of one of its own kind only.';
  for (const { kind } of decidesOn(body, find))
    if (!mayWrite(role, kind)) return takenBackBy(kind) ?? refusalToWrite(role, kind);
  return undefined;
}

/** Whether this is signed with the PIN: for its own kind, or because it undoes what was signed with one. */
export const asksForPin = (body: Draft | WardBody, find: FindBody): boolean =>
  [body, ...decidesOn(body, find)].some(({ kind }) => isSignedWithPin(kind));
