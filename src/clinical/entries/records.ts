import { z } from 'zod';
import { bodyBase, EntryId, Hex128, Hex256 } from './common.ts';

/** Records staff say that this downtime patient is that EHR patient. The downtime patient is linked, never renamed. */
export const PatientLinked = z.object({
  kind: z.literal('patient-linked'),
  ...bodyBase,
  /** Logical id of the Patient in the EHR. */
  ehrPatient: z.string().min(1).max(64),
  /** Match weight at the time of the decision, with its reasons, as evidence. */
  evidence: z.array(z.string().max(300)).max(40),
});

/** Nobody in the EHR is this patient: posting may create one. */
export const PatientConfirmedNew = z.object({ kind: z.literal('patient-confirmed-new'), ...bodyBase });

/** Undoes a link or a "new patient" decision; names it in `replaces`. */
export const PatientUnlinked = z.object({
  kind: z.literal('patient-unlinked'),
  ...bodyBase,
  replaces: EntryId,
});

/** A person decided whether an entry goes to the EHR. A correction is a new entry that replaces the old one. */
export const ReviewDecided = z
  .object({
    kind: z.literal('review-decided'),
    ...bodyBase,
    entry: EntryId,
    decision: z.enum(['approved', 'rejected']),
    /** How the person had signed in, since the server signs for them. */
    signedInBy: z.string().max(100),
  })
  .refine((d) => d.decision === 'approved' || d.reason !== undefined, {
    error: 'say why it is rejected',
    path: ['reason'],
  });

/** What became of a posting. Written once it is known; *unknown* is a state of the posting, not an outcome. */
export const PostingOutcome = z.object({
  kind: z.literal('posting-outcome'),
  ...bodyBase,
  entry: EntryId,
  /** `not-needed`: approved, and nothing of this kind belongs in the EHR (a bed move). */
  outcome: z.enum(['posted', 'refused', 'not-needed']),
  resources: z
    .array(
      z.object({
        type: z.string().max(60),
        id: z.string().max(64),
        versionId: z.string().max(64).optional(),
      }),
    )
    .max(20),
  detail: z.string().max(2000).optional(),
});

/**
 * An entry of a second history (its tablet was cloned or restored from a backup), taken over whole by the site server
 * under an id of its own, since the id that it was written with names another entry in the EHR and everywhere.
 */
export const CarriedEntry = z.object({
  kind: z.literal('carried-entry'),
  ...bodyBase,
  /** The id that it was written with. */
  writtenAs: EntryId,
  /** The device that wrote it; absent in what older servers took over. */
  writer: Hex128.optional(),
  /** SHA-256 of its bytes: the same entry is taken over once. */
  hash: Hex256,
  /** Its bytes, base64: with its writer's and its author's signatures, sealed as it was. */
  entry: z.base64().max(400_000),
  /** Entries of the same history that it names: the id written in it, and the id under which that was taken over. */
  references: z.record(EntryId, EntryId),
});

/** What a carried entry says, with the ids of its own history put right. */
export function withReferences(body: unknown, references: Readonly<Record<EntryId, EntryId>>): unknown {
  if (typeof body === 'string') return references[body] ?? body;
  if (Array.isArray(body)) return body.map((item) => withReferences(item, references));
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, withReferences(value, references)]),
  );
}
