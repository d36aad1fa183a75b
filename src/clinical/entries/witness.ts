import { z } from 'zod';
import { bodyBase, EntryId } from './common.ts';

/**
 * A second person's signature on an entry, with their own PIN: a witness (controlled drugs, waste, blood) or a
 * co-signer. It stands beside the entry and changes nothing in it.
 */
export const EntryWitnessed = z.object({
  kind: z.literal('entry-witnessed'),
  ...bodyBase,
  entry: EntryId,
  as: z.enum(['witness', 'co-signer']),
  /** What exactly was seen, when it is more than the entry says. */
  statement: z.string().min(1).max(500).optional(),
});
