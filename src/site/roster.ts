import { z } from 'zod';
import { Hex128, Instant, mayWrite, Role, type WardBody } from '../clinical/index.ts';
import type { Verify } from '../log/index.ts';
import { PasskeyWrapping, verifyWith, WrappedUserKey } from '../seal/index.ts';

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
  /** The roster identity that the key is wrapped under besides the PIN; absent: the first. */
  rosterGeneration: z.number().int().min(1).optional(),
  /** The PIN secret was wrapped in besides; absent in what older versions wrote. */
  pinGuarded: z.boolean().optional(),
  /** When the person chose the PIN themselves, for this very key; absent: it is the one that the key was made with. */
  pinChosenAt: Instant.optional(),
  /** The same key under a long passphrase, for tablets where the PIN alone opens nothing. */
  passphrase: z
    .object({
      wrapped: WrappedUserKey,
      rosterGeneration: z.number().int().min(1),
      chosenAt: Instant.optional(),
    })
    .optional(),
  /** Ward identities, every generation in use, each as an age file for this person (base64). */
  wardIdentities: z
    .array(
      z.object({
        ward: z.string(),
        generation: z.number().int(),
        /** Which identity of that generation; absent in what older versions wrote. */
        wardRecipient: z.string().max(200).optional(),
        file: z.string(),
      }),
    )
    .max(500),
});
export type StaffRostered = z.infer<typeof StaffRostered>;

/**
 * Break-glass (45 CFR 164.312(a)(2)(ii)): somebody whom no list names works on this ward now, because a colleague who had
 * unlocked vouched for it. Signed by that colleague; over after `until`, and shown to administrators for review.
 */
export const EmergencyGranted = StaffRostered.extend({
  kind: z.literal('emergency-granted'),
  reason: z.string().min(1).max(500),
  vouchedBy: Hex128,
  until: Instant,
});
export type EmergencyGranted = z.infer<typeof EmergencyGranted>;

/** How long an emergency identity works: one long shift. */
export const EMERGENCY_MS = 13 * 60 * 60_000;

/** Stands behind the name, so that every entry, in the EHR too, says how its author had come in. */
export const EMERGENCY_SUFFIX = ' (emergency access)';

/** A ward's identity for people: after a rotation, or for one who was granted the ward. */
const WardKeysGranted = z.object({
  kind: z.literal('ward-keys-granted'),
  recordedAt: Instant,
  ward: z.string().max(64),
  generation: z.number().int().min(1),
  /** Which of the identities of that generation. */
  wardRecipient: z.string().startsWith('age1').max(200),
  grants: z.array(z.object({ staff: Hex128, recipient: z.string().max(200), file: z.string() })).max(2000),
});

/**
 * A person's key, wrapped under the roster identity of a newer generation at an unlock, or under another PIN that the
 * person chose; signed by that key.
 */
const UserKeyWrapped = z.object({
  kind: z.literal('user-key-wrapped'),
  recordedAt: Instant,
  staff: Hex128,
  publicKey: z.string().max(100),
  wrapped: WrappedUserKey,
  rosterGeneration: z.number().int().min(1),
  /** What it is opened by. */
  by: z.enum(['pin', 'passphrase']).default('pin'),
  /** When the PIN or passphrase that opens it was chosen. A tablet that has not heard of a newer one wraps the older anew. */
  chosenAt: Instant.optional(),
});

/** A person's key, wrapped for a passkey or security key of theirs, or wrapped for it anew; signed by that key. */
const PasskeyAdded = z.object({
  kind: z.literal('passkey-added'),
  recordedAt: Instant,
  staff: Hex128,
  publicKey: z.string().max(100),
  wrapping: PasskeyWrapping,
  rosterGeneration: z.number().int().min(1),
});

/** It opens nothing any more on tablets that hear of it. */
const PasskeyRemoved = z.object({
  kind: z.literal('passkey-removed'),
  recordedAt: Instant,
  staff: Hex128,
  publicKey: z.string().max(100),
  credential: z.string().max(1400),
});

export const RosterBody = z.discriminatedUnion('kind', [
  StaffRostered,
  EmergencyGranted,
  WardKeysGranted,
  UserKeyWrapped,
  PasskeyAdded,
  PasskeyRemoved,
]);
export type RosterBody = z.infer<typeof RosterBody>;

/** A person on the staff list: what it says now, and what it ever said, since older entries stand by that. */
export interface StaffMember extends StaffRostered {
  /** Came in by break-glass. */
  emergency?: { reason: string; vouchedBy: string; until: string };
  /** Every role that the person was ever given. */
  roles: readonly Role[];
  /** Every public key that the person ever signed with, the present one last: a new PIN is a new key. */
  publicKeys: readonly string[];
  /** The present key, as passkeys and security keys open it. */
  passkeys: readonly { wrapping: PasskeyWrapping; rosterGeneration: number; addedAt: string }[];
  /** When the present key was made. */
  keySince: string;
  /** Wards that were taken away, with the id that a new generation of the ward's identity names as its cause. */
  lost: readonly { ward: string; cause: string }[];
}

/** Staff by id. */
export type Roster = Map<string, StaffMember>;

/** Takes one statement in; in the order of the clock, since the latest about a person holds. */
export function addToRoster(roster: Roster, body: RosterBody): void {
  switch (body.kind) {
    case 'staff-rostered': {
      const known = roster.get(body.staff);
      const gone = known?.wards.filter((ward) => !body.wards.includes(ward)) ?? [];
      // Whoever changes a role may not have heard yet that the person has another PIN since.
      const sameKey = known?.publicKey === body.publicKey ? known : undefined;
      roster.set(body.staff, {
        ...body,
        ...(sameKey ? newestWrappings(sameKey, body) : {}),
        roles: [...new Set([...(known?.roles ?? []), body.role])],
        publicKeys: [...new Set([...(known?.publicKeys ?? []), body.publicKey])],
        // What opened an older key opens none that came after it.
        passkeys: known?.publicKey === body.publicKey ? known.passkeys : [],
        keySince: known?.publicKey === body.publicKey ? known.keySince : body.recordedAt,
        lost: [
          ...(known?.lost ?? []),
          ...gone.map((ward) => ({ ward, cause: `${body.staff} ${body.recordedAt}` })),
        ],
      });
      break;
    }
    case 'emergency-granted': {
      // Nobody who is on the list already becomes somebody else by it.
      if (roster.has(body.staff)) break;
      const { reason, vouchedBy, until, kind: _, ...person } = body;
      roster.set(body.staff, {
        ...person,
        kind: 'staff-rostered',
        roles: [body.role],
        publicKeys: [body.publicKey],
        passkeys: [],
        keySince: body.recordedAt,
        lost: [],
        emergency: { reason, vouchedBy, until },
      });
      break;
    }
    case 'ward-keys-granted':
      for (const { staff, recipient, file } of body.grants) {
        const person = roster.get(staff);
        // Sealed to a key that the person no longer has: a new PIN brought a new one, with grants of its own.
        if (!person || person.recipient !== recipient) continue;
        const grant = {
          ward: body.ward,
          generation: body.generation,
          wardRecipient: body.wardRecipient,
          file,
        };
        roster.set(staff, { ...person, wardIdentities: [...person.wardIdentities, grant] });
      }
      break;
    case 'user-key-wrapped': {
      const person = roster.get(body.staff);
      if (person?.publicKey !== body.publicKey) break;
      const { wrapped, rosterGeneration, chosenAt } = body;
      const chosen = chosenAt === undefined ? {} : { chosenAt };
      if (body.by === 'passphrase') {
        const before = person.passphrase;
        if (!before || isNewer(body, before))
          roster.set(body.staff, { ...person, passphrase: { wrapped, rosterGeneration, ...chosen } });
      } else if (isNewer(body, { ...person, chosenAt: person.pinChosenAt }))
        roster.set(body.staff, {
          ...person,
          wrapped,
          rosterGeneration,
          pinGuarded: true,
          ...(chosenAt === undefined ? {} : { pinChosenAt: chosenAt }),
        });
      break;
    }
    case 'passkey-added':
    case 'passkey-removed': {
      const person = roster.get(body.staff);
      if (person?.publicKey !== body.publicKey) break;
      const credential = body.kind === 'passkey-added' ? body.wrapping.credential : body.credential;
      const known = person.passkeys.find((passkey) => passkey.wrapping.credential === credential);
      const others = person.passkeys.filter((passkey) => passkey !== known);
      const { kind, recordedAt } = body;
      roster.set(body.staff, {
        ...person,
        passkeys:
          kind === 'passkey-removed'
            ? others
            : [
                ...others,
                {
                  wrapping: body.wrapping,
                  rosterGeneration: body.rosterGeneration,
                  addedAt: known?.addedAt ?? recordedAt,
                },
              ],
      });
      break;
    }
  }
}

interface Wrapping {
  rosterGeneration?: number | undefined;
  chosenAt?: string | undefined;
}

/** What was chosen later holds, under whatever generation; of one choice the newer generation, or the later word. */
function isNewer(word: Wrapping, before: Wrapping): boolean {
  const [chosen, earlier] = [word.chosenAt ?? '', before.chosenAt ?? ''];
  if (chosen !== earlier) return chosen > earlier;
  return (word.rosterGeneration ?? 1) >= (before.rosterGeneration ?? 1);
}

/** Of one key, as known and as a statement repeats it: each wrapping as it was chosen last. */
function newestWrappings(known: StaffMember, body: StaffRostered): Partial<StaffRostered> {
  const { wrapped, rosterGeneration, pinGuarded, pinChosenAt, passphrase } = known;
  return {
    ...((pinChosenAt ?? '') > (body.pinChosenAt ?? '')
      ? {
          wrapped,
          pinChosenAt,
          ...(rosterGeneration === undefined ? {} : { rosterGeneration }),
          ...(pinGuarded === undefined ? {} : { pinGuarded }),
        }
      : {}),
    ...(passphrase && (passphrase.chosenAt ?? '') > (body.passphrase?.chosenAt ?? '') ? { passphrase } : {}),
  };
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
