/** What may be left half written, and how it is spoken of. Each person has one of each for a patient. */
const UNFINISHED = { note: 'note', 'vital-signs': 'set of vital signs', order: 'order' } as const;

export type DraftKind = keyof typeof UNFINISHED;

export const draftKey = (kind: DraftKind, patient: string): string => `${kind}:${patient}`;

/** Which form a draft belongs to; `undefined`: one of another version of the app. */
export function draftKind(key: string): { kind: DraftKind; name: string } | undefined {
  const kind = key.split(':')[0];
  return kind !== undefined && kind in UNFINISHED
    ? { kind: kind as DraftKind, name: UNFINISHED[kind as DraftKind] }
    : undefined;
}
