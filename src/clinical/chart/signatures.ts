import type { BodyOf, EntryId } from '../entries/index.ts';
import { type Standings, standingEntries } from './standing.ts';

/** A second person's word on an entry. */
export interface Signature {
  id: EntryId;
  as: 'witness' | 'co-signer';
  by: string;
  role: string;
  at: string;
  statement?: string;
}

/** A second person was to see it, nobody has signed, and nobody said why nobody could. */
export const lacksSecondPerson = (
  { second }: Pick<BodyOf<'medication-administration' | 'infusion-charted'>, 'second'>,
  signed: readonly Signature[],
): boolean => second !== undefined && second.missing === undefined && signed.length === 0;

/** By entry: who signed it as the second person. */
export function signatures(found: Standings): Record<EntryId, Signature[]> {
  const byEntry: Record<EntryId, Signature[]> = {};
  for (const { id, body } of standingEntries(found, 'entry-witnessed')) {
    // Nobody is the second person to themselves, whatever a tablet let pass.
    if (found.byId.get(body.entry)?.body.author.id === body.author.id) continue;
    byEntry[body.entry] = [
      ...(byEntry[body.entry] ?? []),
      {
        id,
        as: body.as,
        by: body.author.name,
        role: body.author.role,
        at: body.effectiveAt,
        ...(body.statement === undefined ? {} : { statement: body.statement }),
      },
    ];
  }
  return byEntry;
}
