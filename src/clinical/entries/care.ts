import { z } from 'zod';
import { bodyBase, EntryId } from './common.ts';

export const DeviceKind = z.enum([
  'peripheral-cannula',
  'midline',
  'picc',
  'central-line',
  'port',
  'arterial-line',
  'dialysis-catheter',
  'urinary-catheter',
  'nasogastric-tube',
  'gastrostomy-tube',
  'wound-drain',
  'chest-drain',
  'tracheostomy',
  'endotracheal-tube',
  'other',
]);
export type DeviceKind = z.infer<typeof DeviceKind>;

/** A line, tube or drain: put in, found in place, looked at, taken out. */
export const DeviceCharted = z
  .object({
    kind: z.literal('device-charted'),
    ...bodyBase,
    action: z.enum(['inserted', 'found', 'checked', 'removed']),
    device: DeviceKind,
    /** The entry that put it in, or found it; absent where this is that entry. */
    first: EntryId.optional(),
    site: z.string().min(1).max(100).optional(),
    size: z.string().min(1).max(60).optional(),
    /** What was seen: "clean, dry, no pain". */
    finding: z.string().min(1).max(500).optional(),
    reason: z.string().min(1).max(2000).optional(),
  })
  .refine(({ action, first }) => (action === 'checked' || action === 'removed') === (first !== undefined), {
    error: 'say which device',
    path: ['first'],
  });

/** LOINC 82810-3. NEWS2 is for nobody who is pregnant, nor within 42 days after birth. */
export const PregnancyRecorded = z.object({
  kind: z.literal('pregnancy-recorded'),
  ...bodyBase,
  status: z.enum(['pregnant', 'within-42-days-after-birth', 'not-pregnant', 'not-known']),
  /** Completed weeks. */
  weeks: z.number().int().min(0).max(45).optional(),
});

/**
 * A screen or score of `clinical/screens`, or the total of a licensed tool whose items are not ours to show. What was
 * asked stands in the entry in words, so that it is read without the table.
 */
export const ScreenRecorded = z.object({
  kind: z.literal('screen-recorded'),
  ...bodyBase,
  screen: z.object({
    id: z.string().regex(/^[a-z0-9-]{1,60}$/),
    title: z.string().min(1).max(200),
    version: z.string().max(40).optional(),
  }),
  answers: z
    .array(
      z.object({
        id: z.string().max(60),
        text: z.string().max(300),
        answer: z.string().max(300),
        score: z.number().int().min(0).max(40).optional(),
      }),
    )
    .max(60),
  /** Absent: an item is missing, or the screen has no score. */
  total: z.number().int().min(0).max(400).optional(),
  /** "At risk", "possible delirium". */
  says: z.string().max(300).optional(),
  /** Somebody is to be told of it; a higher level asks again. `words`: why, as the table had it. */
  asks: z.object({ level: z.number().int().min(1).max(9), words: z.string().min(1).max(300) }).optional(),
  comment: z.string().max(2000).optional(),
});
