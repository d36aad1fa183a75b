/** What may be left half written, and how it is spoken of. Each person has one of each for a patient, or an entry. */
const UNFINISHED = {
  note: 'note',
  'vital-signs': 'set of vital signs',
  order: 'order',
  handoff: 'handoff',
  'note-amendment': 'amendment of a note',
  'vital-signs-amendment': 'amendment of vital signs',
  form: 'form',
  'form-amendment': 'amendment of a form',
} as const;

export type DraftKind = keyof typeof UNFINISHED;

/** `entry`: the one that is amended, or which form it is. */
export const draftKey = (kind: DraftKind, patient: string, entry?: string): string =>
  entry === undefined ? `${kind}:${patient}` : `${kind}:${patient}:${entry}`;

/** Which form a draft belongs to; `undefined`: one of another version of the app. */
export function draftKind(key: string): { kind: DraftKind; name: string; entry?: string } | undefined {
  const [kind, , entry] = key.split(':');
  return kind !== undefined && Object.hasOwn(UNFINISHED, kind)
    ? {
        kind: kind as DraftKind,
        name: UNFINISHED[kind as DraftKind],
        ...(entry === undefined ? {} : { entry }),
      }
    : undefined;
}
