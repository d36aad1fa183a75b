import { z } from 'zod';
import { bodyBase, EntryId } from './common.ts';

/**
 * A person vouches for entries that are held back, because they were written on a tablet after it was revoked or signed
 * by somebody who had left the staff list. From now on they count like any other.
 */
export const EntryVouched = z.object({
  kind: z.literal('entry-vouched'),
  ...bodyBase,
  entries: z.array(EntryId).min(1).max(500),
  reason: z.string().min(1).max(2000),
});
