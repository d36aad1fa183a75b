import { rewrapUserKey, type UserKey } from '../seal/index.ts';
import { type Directory, ROSTER_SCOPE, rosterGeneration, type StaffMember } from '../site/index.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import { tellSite } from './site-writer.ts';

/**
 * After a tablet was lost the roster has a new identity: at each person's next unlock their key is wrapped under it,
 * and every tablet hears of it. Resolves with whether that was due.
 */
export async function wrapAnew(
  db: VaultDatabase,
  tablet: Tablet,
  directory: Directory,
  unlock: { staff: StaffMember; secrets: readonly string[]; pin: string; user: UserKey },
  nowMs: number,
): Promise<boolean> {
  const { staff, secrets, pin, user } = unlock;
  const generation = rosterGeneration(directory);
  const before = staff.rosterGeneration ?? 1;
  const [old, secret] = [secrets[before - 1], secrets[generation - 1]];
  if (before >= generation || old === undefined || secret === undefined) return false;
  const body = {
    kind: 'user-key-wrapped',
    recordedAt: new Date(nowMs).toISOString(),
    staff: staff.staff,
    publicKey: staff.publicKey,
    wrapped: await rewrapUserKey(pin, { rosterSecret: old, wrapped: staff.wrapped }, secret),
    rosterGeneration: generation,
  };
  await tellSite(db, tablet, directory, [{ scope: ROSTER_SCOPE, body }], user.signingKey, nowMs);
  return true;
}
