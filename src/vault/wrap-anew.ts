import type { UserKey } from '../seal/index.ts';
import { type Directory, ROSTER_SCOPE, rosterGeneration, type StaffMember } from '../site/index.ts';
import { type Credential, chosenBefore, wrapUnderNewest } from './credentials.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import type { Secrets } from './site-records.ts';
import { tellSite } from './site-writer.ts';

/**
 * After a tablet was lost the roster has a new identity: at each person's next unlock their key is wrapped under it,
 * and every tablet hears of it. Resolves with whether that was due.
 */
export async function wrapAnew(
  db: VaultDatabase,
  tablet: Tablet,
  directory: Directory,
  unlock: { staff: StaffMember; secrets: Secrets; by: Credential; typed: string; user: UserKey },
  nowMs: number,
): Promise<boolean> {
  const { staff, secrets, by, typed, user } = unlock;
  const wrapped = await wrapUnderNewest(directory, staff, secrets, by, typed);
  if (!wrapped) return false;
  const body = {
    kind: 'user-key-wrapped',
    recordedAt: new Date(nowMs).toISOString(),
    staff: staff.staff,
    publicKey: staff.publicKey,
    wrapped,
    rosterGeneration: rosterGeneration(directory),
    by,
    ...chosenBefore(staff, by),
  };
  await tellSite(db, tablet, directory, [{ scope: ROSTER_SCOPE, body }], user.signingKey, nowMs);
  return true;
}
