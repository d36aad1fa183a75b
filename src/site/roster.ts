import { z } from 'zod';
import { Hex128, Instant, Role } from '../clinical/index.ts';
import { WrappedUserKey } from '../seal/index.ts';

/** The roster: who works here. Sealed under the roster identity, which enrolled tablets and the server share. */

export const StaffRostered = z.object({
  kind: z.literal('staff-rostered'),
  recordedAt: Instant,
  staff: Hex128,
  name: z.string().min(1).max(200),
  role: Role,
  wards: z.array(z.string()).max(100),
  publicKey: z.string().max(100),
  recipient: z.string().startsWith('age1').max(200),
  wrapped: WrappedUserKey,
  /** Ward identities, every generation in use, each as an age file for this person (base64). */
  wardIdentities: z
    .array(z.object({ ward: z.string(), generation: z.number().int(), file: z.string() }))
    .max(500),
});
export type StaffRostered = z.infer<typeof StaffRostered>;

export const RosterBody = z.discriminatedUnion('kind', [StaffRostered]);
export type RosterBody = z.infer<typeof RosterBody>;

/** Staff by id; the latest statement about a person holds, since only the site writes the roster. */
export type Roster = Map<string, StaffRostered>;

export function foldRoster(bodies: Iterable<RosterBody>): Roster {
  return new Map([...bodies].map((body) => [body.staff, body]));
}
