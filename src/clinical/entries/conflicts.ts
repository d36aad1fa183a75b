import { z } from 'zod';
import { bodyBase, EntryId, Hex128 } from './common.ts';

/**
 * What merging can show and only a person can settle (DESIGN.md: "What remain are *clinical* conflicts, and those belong
 * to people"). The last three need more than one patient's chart, and are seen on the ward board.
 */
export const ConflictKind = z.enum([
  /** Given twice for one due dose, or as needed within the order's least interval. */
  'same-dose-twice',
  'dose-after-stop',
  'two-beds',
  'allergy-status',
  /** Any other statement that was corrected in two ways. */
  'concurrent-amendment',
  'two-in-one-bed',
  'registered-twice',
]);
export type ConflictKind = z.infer<typeof ConflictKind>;

/** One side of a conflict: an entry, or for what the EHR says of a patient, the patient. */
export const ConflictRef = z.union([EntryId, Hex128]);
export type ConflictRef = z.infer<typeof ConflictRef>;

/**
 * A person settled a conflict. Its identity is its kind and its sides, so that a third side makes it another one, which
 * asks again. One that concerns several patients is written once under each.
 */
export const ConflictSettled = z
  .object({
    kind: z.literal('conflict-settled'),
    ...bodyBase,
    conflict: ConflictKind,
    /** The sides, sorted. */
    entries: z.array(ConflictRef).min(2).max(60),
    /** `these-hold`: those in `holds`; the others stay on the chart, struck through. */
    decision: z.enum(['all-hold', 'these-hold', 'same-person', 'different-people']),
    holds: z.array(ConflictRef).min(1).max(60).optional(),
    /** Settlements of the same conflict that contradicted each other and no longer count. */
    overrules: z.array(EntryId).max(60).optional(),
    /** Whom it concerns, when more than one. */
    patients: z.array(Hex128).min(2).max(60).optional(),
    /** The bed that two patients were said to be in. */
    bed: z.string().max(40).optional(),
  })
  .refine(
    ({ decision, holds, entries }) =>
      decision !== 'these-hold' ||
      (holds !== undefined && holds.length < entries.length && holds.every((ref) => entries.includes(ref))),
    { error: 'say which of them holds', path: ['holds'] },
  );
