import type { Directory, StaffMember } from '../site/index.ts';

/** Why nobody, or not this person, unlocks this tablet any more. */
export function whyOver(
  directory: Directory,
  device: string,
  person: StaffMember,
  nowMs: number,
): string | undefined {
  if (directory.revokedDevices.has(device))
    return 'This tablet was revoked by an administrator. Its records are kept and passed on; use another tablet.';
  // Its orderer may still look, to see what holds it up.
  if (directory.wipeOrders.has(device) && person.role !== 'administrator')
    return 'An administrator has ordered this tablet to be wiped. It passes its records on first; use another tablet.';
  if (directory.revokedStaff.has(person.staff))
    return 'You were taken off the list of staff. Ask the administrator if that is a mistake.';
  if (person.emergency && nowMs > Date.parse(person.emergency.until))
    return 'Your emergency access is over. Ask the administrator to put you on the list, or a colleague to vouch again.';
  return undefined;
}

/** Changes whenever other entries are believed than before. */
export const revocationMark = ({ revokedDevices, revokedStaff }: Directory): string =>
  JSON.stringify([
    [...revokedDevices].map(([device, { trusted }]) => [device, [...trusted].sort()]).sort(),
    [...revokedStaff].map(([staff, { fromMs }]) => [staff, fromMs]).sort(),
  ]);
