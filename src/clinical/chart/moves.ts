import type { BodyOf, EntryId, OpenedEntry } from '../entries/index.ts';
import type { SnapshotPatient } from '../snapshot.ts';
import { entriesOfKind, type Standings, standingEntries, stands } from './standing.ts';
import type { Arrival, Charted, Elsewhere } from './types.ts';

type Bed = BodyOf<'bed-assigned'> | BodyOf<'patient-moved'>;

/** A word on where the patient lies, with the ward where that bed is; `undefined`: the ward that the patient began on. */
export type BedWord = Charted<Bed> & { ward: { id: string; name: string } | undefined };

export const logOf = (id: string): string => id.slice(0, 32);
export const isLater = (id: string, than: string): boolean => Number(id.slice(33)) > Number(than.slice(33));

/**
 * Standing words on the bed, one of each log: within a log the later one was written by somebody who could see the
 * earlier one, and replaces it also where it does not say so. A bed on the old ward, said to have been taken before the
 * patient left it, does not contradict the move: both are true.
 */
export function bedWords(found: Standings): BedWord[] {
  const byLog = new Map<string, BedWord>();
  const said = [...standingEntries(found, 'bed-assigned'), ...standingEntries(found, 'patient-moved')];
  for (const entry of said as Charted<Bed>[]) {
    const log = logOf(entry.id);
    const other = byLog.get(log);
    if (!other || isLater(entry.id, other.id)) byLog.set(log, { ...entry, ward: wardOf(entry, found) });
  }
  const left = entriesOfKind(found, 'patient-moved')
    .filter(({ standing }) => standing !== 'entered-in-error')
    .map(({ body }) => Date.parse(body.effectiveAt));
  const lastLeft = Math.max(Number.NEGATIVE_INFINITY, ...left);
  return [...byLog.values()].filter(
    ({ ward, body }) => ward !== undefined || Date.parse(body.effectiveAt) > lastLeft,
  );
}

/** The ward of a bed: that of the move which it goes back to. */
function wardOf(entry: Charted, found: Standings): BedWord['ward'] {
  const seen = new Set<EntryId>();
  for (let at: Charted | undefined = entry; at && !seen.has(at.id); ) {
    seen.add(at.id);
    if (at.body.kind === 'patient-moved') return { id: at.body.to, name: at.body.toName };
    const before: EntryId | undefined = at.passedOver === undefined ? at.body.replaces : undefined;
    at = before === undefined ? undefined : found.byId.get(before);
  }
  return undefined;
}

/** Where the patient is, as seen from `ward`, when that is not there. */
export function elsewhere(words: readonly BedWord[], ward: string | undefined): Elsewhere | undefined {
  if (ward === undefined || words.length === 0) return undefined;
  const places = words.flatMap(({ ward: there, body }) =>
    there && there.id !== ward
      ? [
          {
            ward: there.id,
            wardName: there.name,
            bed: body.bed,
            by: body.author.name,
            at: body.effectiveAt,
          },
        ]
      : [],
  );
  return places.length === words.length
    ? { places: places.sort((a, b) => (a.ward < b.ward ? -1 : 1)) }
    : undefined;
}

/**
 * How the patient came to `ward`, and how much of the record that goes along is here. Without `ward` (on the server):
 * `undefined`.
 */
export function arrival(found: Standings, ward: string | undefined): Arrival | undefined {
  const moves = entriesOfKind(found, 'patient-moved');
  const last = moves.filter(
    (move) => move.body.to === ward && (stands(move) || move.standing === 'replaced'),
  );
  const latest = last.at(-1);
  if (!latest) return undefined;
  const listed = new Set(
    moves.flatMap(({ body }) => body.record.flatMap(({ log, seqs }) => seqs.map((seq) => `${log}-${seq}`))),
  );
  const here = [...found.all, ...found.unknown].filter(({ id }) => listed.has(id)).length;
  const { fromName, author, effectiveAt } = latest.body;
  return { fromName, by: author.name, at: effectiveAt, listed: listed.size, here };
}

/** What the EHR had said on the ward that the patient came from: the newest that any move brought along. */
export function carriedSnapshot(
  entries: readonly OpenedEntry[],
): { patient: SnapshotPatient; asOf: string } | undefined {
  return entries
    .flatMap(({ id, body }) =>
      body?.kind === 'patient-moved' && body.snapshot ? [{ ...body.snapshot, id }] : [],
    )
    .sort((a, b) => Date.parse(a.asOf) - Date.parse(b.asOf) || (a.id < b.id ? -1 : 1))
    .at(-1);
}
