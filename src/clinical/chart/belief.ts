import type { OpenedEntry } from '../entries/index.ts';

export interface HeldEntry {
  entry: OpenedEntry;
  /** Why, in words. */
  reason: string;
}

/**
 * Parts what is believed from what waits for a person. `problemOf` says what is against an entry; somebody whose own
 * word is not in doubt may vouch for it, and whoever marks that vouching as an error takes it back. Nothing is
 * dropped: what is held back is shown to people, and kept.
 */
export function partByBelief(
  entries: readonly OpenedEntry[],
  problemOf: (entry: OpenedEntry) => string | undefined,
): { believed: OpenedEntry[]; held: HeldEntry[] } {
  const problems = new Map<string, string>();
  for (const entry of entries) {
    // A part of a picture says nothing by itself: whoever names it by its hash is believed or not.
    if (entry.body?.kind === 'attachment') continue;
    const problem = problemOf(entry);
    if (problem !== undefined) problems.set(entry.id, problem);
  }
  if (problems.size === 0) return { believed: [...entries], held: [] };
  const plain = entries.filter((entry) => !problems.has(entry.id));
  const errors = new Set(
    plain.flatMap(({ body }) => (body?.kind === 'entered-in-error' ? [body.replaces] : [])),
  );
  const vouched = new Set(
    plain.flatMap(({ id, body }) => (body?.kind === 'entry-vouched' && !errors.has(id) ? body.entries : [])),
  );
  return {
    believed: entries.filter((entry) => !problems.has(entry.id) || vouched.has(entry.id)),
    held: entries.flatMap((entry) => {
      const reason = problems.get(entry.id);
      return reason === undefined || vouched.has(entry.id) ? [] : [{ entry, reason }];
    }),
  };
}
