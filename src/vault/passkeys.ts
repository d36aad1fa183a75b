import { ROSTER_SCOPE, type RosterBody, rosterGeneration } from '../site/index.ts';
import { credentialFor, wrapUnderPasskey } from './credentials.ts';
import type { VaultDatabase } from './database.ts';
import { storageFailure } from './failures.ts';
import type { PasskeysApi } from './passkeys-api.ts';
import { refused } from './refused.ts';
import type { VaultSession } from './session.ts';
import type { SignIn } from './sign-in.ts';
import { tellSite } from './site-writer.ts';

/**
 * A second way to one's own key: wrapped for a passkey or security key (WebAuthn PRF). It is a statement of the roster,
 * signed by the person, like the wrapping under the PIN, so it works with no server and on every tablet that hears of it.
 */
export function createPasskeys(
  db: VaultDatabase,
  clock: () => number,
  session: Pick<VaultSession, 'hospital' | 'current'>,
  signIn: Pick<SignIn, 'checkPin'>,
  told: () => void,
): PasskeysApi {
  /** Who has unlocked, with PIN or passphrase shown again. */
  async function confirmed(pin: string) {
    const { tablet, directory, roster, secrets } = await session.hospital();
    const { staff: own, user } = session.current().keyring;
    const staff = roster?.get(own.staff);
    if (!tablet || !secrets || !staff)
      return refused('not-allowed', 'This tablet has no staff list yet. Connect it to the server.');
    const checked = await signIn.checkPin({ tablet, directory, secrets }, staff, pin);
    if (checked.ok) return { ok: true as const, value: { tablet, directory, secrets, staff, user } };
    const { kind, message } = checked.error;
    return kind === 'not-granted'
      ? refused('not-allowed', message)
      : { ok: false as const, error: { ...checked.error, kind } };
  }

  async function tell(
    { tablet, directory, user }: Extract<Awaited<ReturnType<typeof confirmed>>, { ok: true }>['value'],
    body: RosterBody,
  ) {
    try {
      await tellSite(db, tablet, directory, [{ scope: ROSTER_SCOPE, body }], user.signingKey, clock());
    } catch (error) {
      return { ok: false as const, error: storageFailure(error) };
    }
    told();
    return { ok: true as const, value: undefined };
  }

  return {
    async passkeys() {
      const { roster } = await session.hospital();
      const staff = roster?.get(session.current().keyring.staff.staff);
      return (staff?.passkeys ?? []).map(({ wrapping, addedAt }) => ({
        credential: wrapping.credential,
        addedAt,
      }));
    },

    async addPasskey({ answer, pin }) {
      const person = await confirmed(pin);
      if (!person.ok) return person;
      const { tablet, directory, secrets, staff } = person.value;
      const typed = { by: credentialFor(directory, tablet.device), text: pin };
      const wrapping = await wrapUnderPasskey(directory, staff, secrets, typed, answer);
      if (!wrapping)
        return refused('not-allowed', 'This tablet lacks the newest staff list. Connect it once.');
      return tell(person.value, {
        kind: 'passkey-added',
        recordedAt: new Date(clock()).toISOString(),
        staff: staff.staff,
        publicKey: staff.publicKey,
        wrapping,
        rosterGeneration: rosterGeneration(directory),
      });
    },

    async removePasskey({ credential, pin }) {
      const person = await confirmed(pin);
      if (!person.ok) return person;
      const { staff, publicKey } = person.value.staff;
      return tell(person.value, {
        kind: 'passkey-removed',
        recordedAt: new Date(clock()).toISOString(),
        staff,
        publicKey,
        credential,
      });
    },
  };
}
