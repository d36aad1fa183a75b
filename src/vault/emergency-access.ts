import { charts } from '../clinical/index.ts';
import { toBase64, toHex, utf8 } from '../log/index.ts';
import { newUserKey, randomBytes, sealTo } from '../seal/index.ts';
import {
  type Directory,
  EMERGENCY_MS,
  EMERGENCY_SUFFIX,
  EmergencyGranted,
  pinWrappingSecret,
  ROSTER_SCOPE,
  type Roster,
  rosterGeneration,
} from '../site/index.ts';
import { NewPassphrase, NewPin } from '../wire/site-setup.ts';
import type { AdministerApi } from './administer-api.ts';
import { credentialFor } from './credentials.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import { storageFailure } from './failures.ts';
import type { Keyring } from './keyring.ts';
import type { Secrets } from './site-records.ts';
import { tellSite } from './site-writer.ts';

/**
 * Break-glass with no server in reach: the tablet of a colleague who has unlocked makes a fresh key for the newcomer,
 * opens this ward to it, and the colleague signs for that in the roster. Her ward's other tablets hear of it.
 */
export function createEmergencyAccess(environment: {
  db: VaultDatabase;
  clock: () => number;
  hospital(): Promise<{ tablet?: Tablet; directory: Directory; roster?: Roster; secrets?: Secrets }>;
  keyring(): Keyring;
  confirmPin(pin: string): ReturnType<AdministerApi['revoke']>;
  told(): void;
}): AdministerApi['emergencyAccess'] {
  return async ({ name, role, reason, secret, pin }) => {
    const { tablet, directory, secrets } = await environment.hospital();
    const keyring = environment.keyring();
    const colleague = keyring.staff;
    if (!tablet || !secrets) return refused('not-allowed', 'This tablet has no staff list yet.');
    if (!charts(colleague.role) || colleague.emergency)
      return refused('not-allowed', 'Only nurses and clinicians of the staff list vouch for somebody.');
    const by = credentialFor(directory, tablet.device);
    const chosen = (by === 'pin' ? NewPin : NewPassphrase).safeParse(secret);
    if (!chosen.success)
      return refused('invalid', `${chosen.error.issues[0]?.message ?? 'Choose another one'}.`);
    const confirmed = await environment.confirmPin(pin);
    if (!confirmed.ok) return confirmed;

    const generation = rosterGeneration(directory);
    const [rosterSecret, pinSecret] = [secrets.roster[generation - 1], secrets.pin[generation - 1]];
    if (rosterSecret === undefined) return refused('not-allowed', 'This tablet lacks the newest staff list.');
    const pinGuarded = by === 'pin' && pinSecret !== undefined;
    const key = await newUserKey(
      secret,
      pinGuarded ? pinWrappingSecret(rosterSecret, pinSecret) : rosterSecret,
    );
    const nowMs = environment.clock();
    const body = EmergencyGranted.safeParse({
      kind: 'emergency-granted',
      recordedAt: new Date(nowMs).toISOString(),
      until: new Date(nowMs + EMERGENCY_MS).toISOString(),
      staff: toHex(randomBytes(16)),
      name: `${name.trim()}${EMERGENCY_SUFFIX}`,
      role,
      wards: [keyring.ward],
      publicKey: key.publicKey,
      recipient: key.recipient,
      wrapped: key.wrapped,
      rosterGeneration: generation,
      pinGuarded,
      ...(by === 'passphrase' ? { passphrase: { wrapped: key.wrapped, rosterGeneration: generation } } : {}),
      wardIdentities: await Promise.all(
        keyring.grants.map(async ({ identity, ...grant }) => ({
          ...grant,
          file: toBase64(await sealTo([key.recipient], utf8(identity))),
        })),
      ),
      reason: reason.trim(),
      vouchedBy: colleague.staff,
    });
    if (!body.success || name.trim() === '') return refused('invalid', 'Name and reason are needed.');
    try {
      await tellSite(
        environment.db,
        tablet,
        directory,
        [{ scope: ROSTER_SCOPE, body: body.data }],
        keyring.user.signingKey,
        nowMs,
      );
    } catch (error) {
      return { ok: false, error: storageFailure(error) };
    }
    environment.told();
    return { ok: true, value: { id: body.data.staff, name: body.data.name, role } };
  };
}

const refused = <K extends string>(kind: K, message: string) => ({
  ok: false as const,
  error: { kind, message },
});
