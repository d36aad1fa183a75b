import { z } from 'zod';
import { Hex128, Instant, mayWrite, Role, type WardBody } from '../clinical/index.ts';
import type { Verify } from '../log/index.ts';
import { verifyWith, WrappedUserKey } from '../seal/index.ts';

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

/** A person on the staff list: what it says now, and what it ever said, since older entries stand by that. */
export interface StaffMember extends StaffRostered {
  /** Every role that the person was ever given. */
  roles: readonly Role[];
  /** Every public key that the person ever signed with, the present one last: a new PIN is a new key. */
  publicKeys: readonly string[];
}

/** Staff by id. */
export type Roster = Map<string, StaffMember>;

export function foldRoster(bodies: Iterable<RosterBody>): Roster {
  const roster: Roster = new Map();
  for (const body of bodies) {
    const known = roster.get(body.staff);
    roster.set(body.staff, {
      ...body,
      roles: [...new Set([...(known?.roles ?? []), body.role])],
      publicKeys: [...new Set([...(known?.publicKeys ?? []), body.publicKey])],
    });
  }
  return roster;
}

/**
 * Whether an entry's author could write it: the staff list gave the person that role at some time, the role may write
 * that kind, and one of the person's keys signed it. Returns what is wrong, in words.
 */
export async function authorProblem(
  person: StaffMember,
  body: WardBody,
  authoredBy: (verify: Verify) => Promise<boolean>,
): Promise<{ kind: 'author' | 'not-allowed'; message: string } | undefined> {
  const { role, name } = body.author;
  if (!person.roles.includes(role) || !mayWrite(role, body.kind))
    return { kind: 'not-allowed', message: `${name} may not write this as ${role}` };
  for (const key of person.publicKeys.toReversed()) if (await authoredBy(verifyWith(key))) return undefined;
  return { kind: 'author', message: "its author's signature does not verify" };
}
