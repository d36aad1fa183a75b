import { z } from 'zod';
import { bodyBase, EntryId, NoteText } from './common.ts';

/** Of I-PASS, "illness severity": stable, to be watched closely, or unstable. */
export const IllnessSeverity = z.enum(['stable', 'watcher', 'unstable']);
export type IllnessSeverity = z.infer<typeof IllnessSeverity>;

/**
 * One patient handed to the next nurse: SBAR, or I-PASS without its last part, the synthesis, which the receiver says
 * (`handoff-read`).
 */
export const HandoffWritten = z
  .object({
    kind: z.literal('handoff-written'),
    ...bodyBase,
    sbar: z
      .object({ situation: NoteText, background: NoteText, assessment: NoteText, recommendation: NoteText })
      .optional(),
    ipass: z
      .object({
        illnessSeverity: IllnessSeverity,
        patientSummary: NoteText,
        actionList: NoteText,
        situationAwareness: NoteText,
      })
      .optional(),
  })
  .refine(({ sbar, ipass }) => (sbar === undefined) !== (ipass === undefined), {
    error: 'write it as SBAR or as I-PASS',
    path: ['sbar'],
  });

/** The next nurse has read it: the receipt, with what she makes of it in her own words where she says so. */
export const HandoffRead = z.object({
  kind: z.literal('handoff-read'),
  ...bodyBase,
  handoff: EntryId,
  synthesis: z.string().min(1).max(2000).optional(),
});

/** Who looks after the patient now: "my patients". Said by the nurse, for herself. */
export const PatientTaken = z.object({
  kind: z.literal('patient-taken'),
  ...bodyBase,
  action: z.enum(['taken', 'given-back']),
});
