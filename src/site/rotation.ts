import type { Directory, WardOpened } from './directory.ts';
import type { Roster, StaffMember } from './roster.ts';

/** A new key that revocations ask for and that no entry has brought yet. */
export interface Rotations {
  wards: { ward: WardOpened; causes: string[] }[];
  /** Revoked tablets that the roster's present key was made before; empty: it is current. */
  roster: string[];
}

/**
 * Which keys must be renewed. It follows from the entries alone, so that whoever sees a revocation first (the server,
 * an administrator's tablet) renews them, and nobody does it twice on purpose; done twice, both keys stay readable.
 */
export function dueRotations(directory: Directory, roster: Roster): Rotations {
  const wards = [...directory.wards.values()].flatMap((ward) => {
    const answered = new Set(
      (directory.generations.get(ward.ward) ?? []).flatMap((generation) => generation.after ?? []),
    );
    const causes = [...causesFor(directory, roster, ward.ward)].filter((cause) => !answered.has(cause));
    return causes.length > 0 ? [{ ward, causes: causes.slice(0, 500) }] : [];
  });
  const answered = new Set(directory.rosters.flatMap((opened) => opened.after));
  // A hub that was taken off the list never held a key.
  const held = [...directory.revokedDevices.keys()].filter((device) => !directory.hubs.has(device));
  return { wards, roster: held.filter((device) => !answered.has(device)) };
}

function causesFor(directory: Directory, roster: Roster, ward: string): Set<string> {
  const causes = new Set<string>();
  for (const device of directory.revokedDevices.keys())
    if (directory.devices.get(device)?.wards.includes(ward)) causes.add(device);
  for (const person of roster.values()) {
    if (directory.revokedStaff.has(person.staff) && person.wards.includes(ward)) causes.add(person.staff);
    for (const lost of person.lost) if (lost.ward === ward) causes.add(lost.cause);
  }
  return causes;
}

/** People who work here now. */
export const activeStaff = (directory: Directory, roster: Roster): StaffMember[] =>
  [...roster.values()].filter((person) => !directory.revokedStaff.has(person.staff));

/** People who may open a ward and lack one of its identities. */
export function lackingGrants(
  directory: Directory,
  roster: Roster,
): { opened: WardOpened; staff: StaffMember[] }[] {
  return [...directory.generations.values()].flat().flatMap((opened) => {
    const staff = activeStaff(directory, roster).filter(
      (person) =>
        person.wards.includes(opened.ward) &&
        !person.wardIdentities.some(
          (grant) =>
            grant.ward === opened.ward &&
            grant.generation === opened.generation &&
            (grant.wardRecipient === undefined || grant.wardRecipient === opened.recipient),
        ),
    );
    return staff.length > 0 ? [{ opened, staff }] : [];
  });
}

/**
 * Whether a tablet that had the person's wrapped key was revoked after the PIN was set: whoever holds that tablet may
 * try PINs for as long as they like, so this one is to be chosen anew, which makes a new key.
 */
export function isNewPinDue(directory: Directory, person: StaffMember): boolean {
  return [...directory.revokedDevices].some(
    ([device, { recordedAt }]) =>
      recordedAt >= person.keySince &&
      directory.devices.get(device)?.wards.some((ward) => person.wards.includes(ward)),
  );
}
