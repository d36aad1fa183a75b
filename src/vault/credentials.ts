import {
  type PasskeyAnswer,
  type PasskeyWrapping,
  rewrapForPasskey,
  rewrapUserKey,
  type UserKey,
  unwrapByPasskey,
  unwrapUserKey,
  type WrappedUserKey,
  wrapForPasskey,
} from '../seal/index.ts';
import {
  type Directory,
  mayHoldPinSecret,
  pinWrappingSecret,
  rosterGeneration,
  type StaffMember,
} from '../site/index.ts';
import type { Secrets } from './site-records.ts';

/** How people unlock this tablet. */
export type Credential = 'pin' | 'passphrase';

/** Six digits protect a tablet whose disk a thief cannot copy; elsewhere only a long passphrase does, but in the demo. */
export function credentialFor(directory: Directory, device: string): Credential {
  const enrolled = directory.devices.get(device);
  return enrolled && mayHoldPinSecret(directory, enrolled) ? 'pin' : 'passphrase';
}

interface Wrapping {
  wrapped: WrappedUserKey;
  secret: string;
  /** Under the newest secret, so that it need not be renewed. */
  current: boolean;
}

/** What is to be opened, and by which secret besides what the person types; `undefined`: nothing for this credential. */
function wrappingOf(
  directory: Directory,
  staff: StaffMember,
  secrets: Secrets,
  by: Credential,
): Wrapping | undefined {
  const newest = rosterGeneration(directory);
  const generation = (by === 'pin' ? staff.rosterGeneration : staff.passphrase?.rosterGeneration) ?? 1;
  const roster = secrets.roster[generation - 1];
  if (roster === undefined) return undefined;
  if (by === 'passphrase')
    return (
      staff.passphrase && { wrapped: staff.passphrase.wrapped, secret: roster, current: generation >= newest }
    );
  if (!staff.pinGuarded) return { wrapped: staff.wrapped, secret: roster, current: false };
  const pin = secrets.pin[generation - 1];
  return pin === undefined
    ? undefined
    : { wrapped: staff.wrapped, secret: pinWrappingSecret(roster, pin), current: generation >= newest };
}

/** Whether this person can unlock in this way here at all. */
export const canUnlock = (
  directory: Directory,
  staff: StaffMember,
  secrets: Secrets,
  by: Credential,
): boolean => wrappingOf(directory, staff, secrets, by) !== undefined;

/** The person's key, or `null` when what was typed is wrong. */
export async function openUserKey(
  directory: Directory,
  staff: StaffMember,
  secrets: Secrets,
  by: Credential,
  typed: string,
): Promise<UserKey | null> {
  const wrapping = wrappingOf(directory, staff, secrets, by);
  return wrapping ? unwrapUserKey(typed, wrapping.secret, wrapping.wrapped) : null;
}

/** The key wrapped under the newest secrets, after what was typed was right; `undefined`: it is, or they are not here. */
export async function wrapUnderNewest(
  directory: Directory,
  staff: StaffMember,
  secrets: Secrets,
  by: Credential,
  typed: string,
): Promise<WrappedUserKey | undefined> {
  const wrapping = wrappingOf(directory, staff, secrets, by);
  const secret = newestSecret(directory, secrets, by);
  if (!wrapping || wrapping.current || secret === undefined) return undefined;
  return rewrapUserKey(typed, { rosterSecret: wrapping.secret, wrapped: wrapping.wrapped }, secret);
}

/** When the person chose what opens the key, where they did. */
export function chosenBefore(staff: StaffMember, by: Credential): { chosenAt?: string } {
  const chosenAt = by === 'pin' ? staff.pinChosenAt : staff.passphrase?.chosenAt;
  return chosenAt === undefined ? {} : { chosenAt };
}

/**
 * The key wrapped under other words, which open it from then on; what was typed is right. `undefined`: the newest
 * secrets are not here.
 */
export async function wrapUnderWords(
  directory: Directory,
  staff: StaffMember,
  secrets: Secrets,
  typed: { by: Credential; text: string },
  chosen: string,
): Promise<WrappedUserKey | undefined> {
  const wrapping = wrappingOf(directory, staff, secrets, typed.by);
  const secret = newestSecret(directory, secrets, typed.by);
  if (!wrapping || secret === undefined) return undefined;
  const from = { rosterSecret: wrapping.secret, wrapped: wrapping.wrapped };
  return rewrapUserKey(typed.text, from, secret, chosen);
}

/** What keys are wrapped under from now on; `undefined`: it has not come here. */
function newestSecret(directory: Directory, secrets: Secrets, by: Credential): string | undefined {
  const place = rosterGeneration(directory) - 1;
  const [roster, pin] = [secrets.roster[place], secrets.pin[place]];
  if (by === 'passphrase' || roster === undefined) return roster;
  return pin === undefined ? undefined : pinWrappingSecret(roster, pin);
}

/** The person's key for a passkey, by what was typed and was right; `undefined`: the newest roster secret is not here. */
export async function wrapUnderPasskey(
  directory: Directory,
  staff: StaffMember,
  secrets: Secrets,
  typed: { by: Credential; text: string },
  answer: PasskeyAnswer,
): Promise<PasskeyWrapping | undefined> {
  const wrapping = wrappingOf(directory, staff, secrets, typed.by);
  const roster = secrets.roster[rosterGeneration(directory) - 1];
  if (!wrapping || roster === undefined) return undefined;
  return wrapForPasskey(
    typed.text,
    { rosterSecret: wrapping.secret, wrapped: wrapping.wrapped },
    answer,
    roster,
  );
}

/**
 * The person's key as a passkey opens it, on any tablet: nothing of it can be tried out. `renewed`: the same under the
 * newest roster secret, where it was wrapped under an older one. `null`: this passkey does not open it.
 */
export async function openByPasskey(
  directory: Directory,
  staff: StaffMember,
  secrets: Secrets,
  answer: PasskeyAnswer,
): Promise<{ user: UserKey; renewed?: PasskeyWrapping } | null> {
  const known = staff.passkeys.find(({ wrapping }) => wrapping.credential === answer.credential);
  const secret = known && secrets.roster[known.rosterGeneration - 1];
  if (!known || secret === undefined) return null;
  const user = await unwrapByPasskey(answer, secret, known.wrapping);
  if (!user) return null;
  const newest = rosterGeneration(directory);
  const roster = secrets.roster[newest - 1];
  if (known.rosterGeneration >= newest || roster === undefined) return { user };
  return {
    user,
    renewed: await rewrapForPasskey(answer, { rosterSecret: secret, wrapping: known.wrapping }, roster),
  };
}
