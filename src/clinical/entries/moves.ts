import { z } from 'zod';
import { SnapshotPatient } from '../snapshot.ts';
import { bodyBase, Hex128, Instant } from './common.ts';

const Ward = z.string().regex(/^[a-z0-9-]{1,40}$/);

/**
 * The patient went to another ward. It is a word on the bed like any other (`replaces` names the one before), said for
 * both wards, and lists the record that goes along, so that the new ward sees "12 of 14 here".
 */
export const PatientMoved = z.object({
  kind: z.literal('patient-moved'),
  ...bodyBase,
  from: Ward,
  to: Ward,
  /** Names of the wards as they were then: the other ward's board says them. */
  fromName: z.string().max(100),
  toName: z.string().max(100),
  bed: z.string().min(1).max(40),
  /** Places of the patient's entries, by log, that the writer knew of. */
  record: z
    .array(z.object({ log: Hex128, seqs: z.array(z.number().int().min(1)).min(1).max(10_000) }))
    .max(1000),
  /** What the EHR had said, without the bed: the new ward's own census does not have this patient. */
  snapshot: z.object({ asOf: Instant, patient: SnapshotPatient }).optional(),
});

export type PatientMoved = z.infer<typeof PatientMoved>;

const Bytes64 = z.base64().max(400_000);

/**
 * Part of a moved patient's record: entries whole, as their writers signed them, with the first entries of their logs
 * and this patient's key of each log. They keep their ids; a replica that holds one already has it once.
 */
export const RecordMoved = z.object({
  kind: z.literal('record-moved'),
  ...bodyBase,
  openings: z.array(Bytes64).max(1000),
  /** 32 bytes each, base64. */
  keys: z.array(z.object({ log: Hex128, key: z.base64().length(44) })).max(1000),
  entries: z.array(Bytes64).max(2000),
});
export type RecordMoved = z.infer<typeof RecordMoved>;
