import type { PasskeyAnswer, PasskeyWrapping, UserKey } from '../seal/index.ts';
import { type Directory, ROSTER_SCOPE, rosterGeneration, type StaffMember } from '../site/index.ts';
import type { Result, VaultApi } from './api.ts';
import { writeWithRoom } from './ballast.ts';
import { canUnlock, credentialFor, openByPasskey, openUserKey } from './credentials.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import type { News } from './events.ts';
import { storageFailure } from './failures.ts';
import { createPinGate } from './pin-gate.ts';
import { refused } from './refused.ts';
import { whyOver } from './revocations.ts';
import type { VaultSession } from './session.ts';
import type { Secrets } from './site-records.ts';
import { tellSite } from './site-writer.ts';
import { keepInUse } from './wipe.ts';
import { wrapAnew } from './wrap-anew.ts';

/** People that the lock screen shows first. */
const MOST_RECENT = 6;

/** How a person shows who they are: at the lock screen, and again for a signature. Tries are counted and slowed down. */
export function createSignIn(db: VaultDatabase, news: News, clock: () => number, session: VaultSession) {
  const pins = createPinGate(db, news);
  const now = (): string => new Date(clock()).toISOString();

  /** What the person types here, PIN or passphrase, counted and slowed down alike. */
  async function checkPin(
    { tablet, directory, secrets }: { tablet: Tablet; directory: Directory; secrets: Secrets },
    staff: StaffMember,
    typed: string,
  ): Promise<Result<UserKey, 'wrong-pin' | 'wait' | 'not-granted'>> {
    const by = credentialFor(directory, tablet.device);
    if (!canUnlock(directory, staff, secrets, by))
      return refused(
        'not-granted',
        'This tablet is not confirmed as hardware-encrypted, so a PIN does not open it, and you have no passphrase yet. Use another tablet, or set a passphrase with the administrator.',
      );
    return pins.guarded(staff.staff, async (waitMs, record) => {
      if (waitMs > 0)
        return {
          ok: false,
          error: {
            kind: 'wait',
            message: `Too many wrong ${by === 'pin' ? 'PINs' : 'passphrases'}. Try again in ${Math.ceil(waitMs / 1000)} seconds.`,
            retryAt: new Date(clock() + waitMs).toISOString(),
          },
        };
      const user = await openUserKey(directory, staff, secrets, by, typed);
      await writeWithRoom(() => record(user !== null));
      return user
        ? { ok: true, value: user }
        : refused(
            'wrong-pin',
            `That is not the ${by === 'pin' ? 'PIN' : 'passphrase'} of ${staff.name}. Nothing is lost; try again.`,
          );
    });
  }

  async function confirmPin(pin: string): Promise<Result<void, 'wrong-pin' | 'wait'>> {
    const { tablet, directory, roster, secrets } = await session.hospital();
    const staff = roster?.get(session.current().keyring.staff.staff);
    if (!tablet || !staff || !secrets) return refused('wrong-pin', 'You are no longer on the list of staff.');
    const checked = await checkPin({ tablet, directory, secrets }, staff, pin);
    if (checked.ok) return { ok: true, value: undefined };
    return checked.error.kind === 'not-granted'
      ? refused(
          'wrong-pin',
          'Not signed: on this tablet a passphrase signs, and you have none. What you typed is still here, and you can go on charting. Sign at a tablet that opens by PIN, or have the administrator set a passphrase for you.',
        )
      : { ok: false, error: { ...checked.error, kind: checked.error.kind } };
  }

  /** Not counted: what an authenticator computes cannot be guessed. */
  async function checkPasskey(
    { directory, secrets }: { directory: Directory; secrets: Secrets },
    staff: StaffMember,
    answer: PasskeyAnswer,
  ): Promise<Result<{ user: UserKey; renewed?: PasskeyWrapping }, 'wrong-pin'>> {
    const opened = await openByPasskey(directory, staff, secrets, answer);
    return opened
      ? { ok: true, value: opened }
      : refused(
          'wrong-pin',
          `This key does not open the tablet for ${staff.name}. Use your PIN or passphrase.`,
        );
  }

  /** After the roster was renewed: the wrapping that has just opened, under its newest secret. */
  async function renewPasskey(
    { tablet, directory }: { tablet: Tablet; directory: Directory },
    { staff, publicKey }: StaffMember,
    { user, renewed }: { user: UserKey; renewed?: PasskeyWrapping },
  ): Promise<void> {
    if (!renewed) return;
    const body = {
      kind: 'passkey-added',
      recordedAt: now(),
      staff,
      publicKey,
      wrapping: renewed,
      rosterGeneration: rosterGeneration(directory),
    };
    await tellSite(db, tablet, directory, [{ scope: ROSTER_SCOPE, body }], user.signingKey, clock());
    news.tell({ type: 'saved' });
  }

  const unlock: VaultApi['unlock'] = async ({ staff: id, ward, ...shown }) => {
    const read = await session.hospital();
    const { tablet, directory, roster, secrets } = read;
    const staff = roster?.get(id);
    if (!tablet || !secrets || !staff)
      return refused(
        'not-granted',
        'This tablet does not know you yet. Ask a colleague who is listed, or connect the tablet.',
      );
    const over = whyOver(directory, tablet.device, staff, clock());
    if (over !== undefined) return refused('not-granted', over);
    const checked =
      'pin' in shown
        ? await checkPin({ tablet, directory, secrets }, staff, shown.pin)
        : await checkPasskey({ directory, secrets }, staff, shown.passkey);
    if (!checked.ok) return checked;
    const byPasskey = 'user' in checked.value ? checked.value : undefined;
    const user = 'user' in checked.value ? checked.value.user : checked.value;
    try {
      const opened = await writeWithRoom(() => session.open(read, staff, user, ward));
      if (!opened)
        return refused(
          'not-granted',
          'You are not granted this ward. Choose another ward, or ask the administrator.',
        );
      const by = credentialFor(directory, tablet.device);
      // A full disk must not keep anybody from reading.
      await writeWithRoom(async () => {
        if (byPasskey) await renewPasskey({ tablet, directory }, staff, byPasskey);
        else if ('pin' in shown) {
          const typed = { staff, secrets, by, typed: shown.pin, user };
          if (await wrapAnew(db, tablet, directory, typed, clock())) news.tell({ type: 'saved' });
        }
        const recent = (await db.read('recent-staff')) ?? [];
        if (recent[0] !== id)
          await db.write(
            'recent-staff',
            [id, ...recent.filter((other) => other !== id)].slice(0, MOST_RECENT),
          );
        await markNewSnapshot(db, ward);
        await opened.charts.markOutdated(now());
      });
      keepInUse();
      await session.start(opened);
      // A revocation that came in while the PIN was checked found nobody to lock out yet.
      void session
        .renew()
        .then(session.fold)
        .then(() => opened.moves.passOnAll());
      const name = directory.wards.get(ward)?.name ?? ward;
      return {
        ok: true,
        value: { staff: { id: staff.staff, name: staff.name, role: staff.role }, ward: { id: ward, name } },
      };
    } catch (error) {
      return { ok: false, error: { kind: 'storage', message: storageFailure(error).message } };
    }
  };

  return { checkPin, confirmPin, unlock };
}

export type SignIn = ReturnType<typeof createSignIn>;

/** Patients of a snapshot that no summary shows yet are folded at the next opportunity. */
async function markNewSnapshot(db: VaultDatabase, ward: string): Promise<void> {
  const list = await db.snapshots.where('[ward+asOf]').between([ward, ''], [ward, '\uffff']).last();
  const known = new Set(await db.summaries.toCollection().primaryKeys());
  const unknown = (list?.patients ?? []).filter((item) => !known.has(item.patient));
  if (unknown.length === 0) return;
  await db.stale.bulkPut(unknown.map((item) => ({ patient: item.patient, mark: `snapshot ${list?.asOf}` })));
}
