import { ROSTER_SCOPE, type RosterBody, rosterGeneration } from '../site/index.ts';
import { NewPassphrase, NewPin } from '../wire/site-setup.ts';
import { chosenBefore, credentialFor, wrapUnderPasskey, wrapUnderWords } from './credentials.ts';
import type { VaultDatabase } from './database.ts';
import { storageFailure } from './failures.ts';
import type { PasskeysApi } from './passkeys-api.ts';
import { refused } from './refused.ts';
import type { VaultSession } from './session.ts';
import type { SignIn } from './sign-in.ts';
import { tellSite } from './site-writer.ts';

/**
 * How one's own key opens: under another PIN, and by a passkey or security key (WebAuthn PRF). Each is a statement of the
 * roster, signed by the person, so it works with no server and on every tablet that hears of it.
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

    async changeSecret({ pin, chosen }) {
      const person = await confirmed(pin);
      if (!person.ok) return person;
      const { tablet, directory, secrets, staff } = person.value;
      if (staff.emergency)
        return refused(
          'not-allowed',
          'Emergency access ends with the shift and keeps the PIN that it began with.',
        );
      const by = credentialFor(directory, tablet.device);
      const judged = (by === 'pin' ? NewPin : NewPassphrase).safeParse(chosen);
      if (!judged.success)
        return refused(
          'invalid',
          `Nothing was changed. ${judged.error.issues[0]?.message ?? 'Choose another one'}.`,
        );
      if (chosen === pin) return refused('invalid', 'Nothing was changed. That is the one that you have.');
      const wrapped = await wrapUnderWords(directory, staff, secrets, { by, text: pin }, chosen);
      if (!wrapped)
        return refused('not-allowed', 'This tablet lacks the newest staff list. Connect it once.');
      // After the choice before, whatever this clock says: the later choice holds everywhere.
      const before = Date.parse(chosenBefore(staff, by).chosenAt ?? '1970-01-01T00:00:00.000Z');
      return tell(person.value, {
        kind: 'user-key-wrapped',
        recordedAt: new Date(clock()).toISOString(),
        staff: staff.staff,
        publicKey: staff.publicKey,
        wrapped,
        rosterGeneration: rosterGeneration(directory),
        by,
        chosenAt: new Date(Math.max(clock(), before + 1)).toISOString(),
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
