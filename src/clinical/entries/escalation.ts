import { z } from 'zod';
import { bodyBase, EntryId, OrderId } from './common.ts';

export const EscalationMeans = z.enum(['in-person', 'telephone', 'pager', 'message', 'emergency-call']);
export type EscalationMeans = z.infer<typeof EscalationMeans>;

/** Who was told of a score, a finding or a critical result, and what they said. Nobody answered: the next in line. */
export const EscalationRecorded = z.object({
  kind: z.literal('escalation-recorded'),
  ...bodyBase,
  /** The vital signs, screen, coma scale or result that asks for it, or a worry's first step; absent: a new worry. */
  about: EntryId.optional(),
  /** "NEWS2 7, high risk": stands by itself, also where that entry is not at hand. */
  because: z.string().min(1).max(500),
  told: z.string().min(1).max(200),
  means: EscalationMeans,
  answer: z.enum(['coming', 'advice', 'no-answer']),
  /** What they said, or when they will come. */
  comment: z.string().max(2000).optional(),
});

/** The patient was seen because of it; `effectiveAt` is when. */
export const EscalationSeen = z.object({
  kind: z.literal('escalation-seen'),
  ...bodyBase,
  /** What was escalated: the entry that asked, or the escalation of a worry. */
  about: EntryId,
  seenBy: z.string().min(1).max(200),
  comment: z.string().max(2000).optional(),
});

/** A result that was phoned in: written down and read back (forms.md, "Telephone result"). */
export const ResultReceived = z.object({
  kind: z.literal('result-received'),
  ...bodyBase,
  order: OrderId.optional(),
  test: z.string().min(1).max(300),
  /** As it was said: "6.8", "positive", "> 100". */
  value: z.string().min(1).max(300),
  unit: z.string().min(1).max(40).optional(),
  /** Who gave it, from where. */
  caller: z.string().min(1).max(200),
  readBack: z.literal(true, { error: 'read it back and have it confirmed' }),
  critical: z.boolean(),
  comment: z.string().max(2000).optional(),
});

/** Somebody who decides by it knows the result: a clinician, or whom a nurse told. A critical one asks until then. */
export const ResultAcknowledged = z.object({
  kind: z.literal('result-acknowledged'),
  ...bodyBase,
  result: EntryId,
  /** Whom the author told; absent: the author is who decides. */
  told: z.string().min(1).max(200).optional(),
});
