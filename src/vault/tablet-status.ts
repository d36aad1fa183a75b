import { activeStaff, type Directory, type Roster } from '../site/index.ts';
import type { TabletStatus } from './api.ts';
import { reservePieces } from './ballast.ts';
import { countEntries } from './counts.ts';
import { credentialFor } from './credentials.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import { storageRoom } from './storage-room.ts';

/** Older than this, the snapshot makes a tablet not ready before an outage. */
const STALE_SNAPSHOT_MS = 60 * 60_000;

/** What the lock screen shows; opens no patient's data. */
export async function tabletStatus(
  db: VaultDatabase,
  tablet: Tablet | undefined,
  directory: Directory,
  roster: Roster | undefined,
): Promise<TabletStatus> {
  const persisted = await navigator.storage.persisted();
  const storage = storageRoom(await navigator.storage.estimate(), await reservePieces(db));
  const status: TabletStatus = {
    state: 'not-enrolled',
    reasons: [],
    wards: [],
    timeZone: directory.site?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    demo: directory.site?.demo ?? false,
    staff: [],
    recent: (await db.read('recent-staff')) ?? [],
    counts: await countEntries(db),
    persisted,
    storage,
    pinOnlyWarning: false,
    unlockWith: 'pin',
  };
  if (!tablet) {
    const joining = await db.read('joining');
    return joining
      ? { ...status, joining: { deviceName: joining.name, checkCode: joining.checkCode } }
      : status;
  }

  const device = directory.devices.get(tablet.device);
  const revoked = directory.revokedDevices.get(tablet.device);
  const wards = (device?.wards ?? []).map((id) => ({
    id,
    name: directory.wards.get(id)?.name ?? id,
    ...idleLockOf(directory, id),
  }));
  const lists = await db.snapshots.toArray();
  const asOf = lists
    .map((list) => list.asOf)
    .sort()
    .at(-1);
  const reasons: string[] = [];
  if (directory.wipeOrders.has(tablet.device))
    reasons.push(
      'An administrator has ordered this tablet to be wiped. It forgets everything once the server has all of it; leave it on and in reach of the server.',
    );
  if (!device || !roster)
    reasons.push('The list of staff has not arrived yet. Connect this tablet to the server.');
  if (asOf === undefined)
    reasons.push('No EHR data has arrived yet. Charting works; patients must be registered by hand.');
  else if (Date.now() - Date.parse(asOf) > STALE_SNAPSHOT_MS)
    reasons.push('The EHR data is more than an hour old.');
  if (!persisted)
    reasons.push(
      'The browser has not promised to keep this storage. Install Lamplight as an app on this tablet.',
    );
  if (storage !== 'enough')
    reasons.push(
      'There is little room left on this tablet. Save its records to a file, then free space in its settings.',
    );
  return {
    ...status,
    state: revoked ? 'revoked' : reasons.length === 0 ? 'ready' : 'not-ready',
    reasons: revoked ? [] : reasons,
    deviceName: tablet.name,
    wards,
    ...(asOf === undefined ? {} : { snapshotAsOf: asOf }),
    staff: (revoked || !roster ? [] : activeStaff(directory, roster))
      .filter((person) => person.wards.some((ward) => device?.wards.includes(ward)))
      .map((person) => ({
        id: person.staff,
        name: person.name,
        role: person.role,
        ...(person.passkeys.length > 0
          ? { passkeys: person.passkeys.map(({ wrapping }) => wrapping.credential) }
          : {}),
      }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    pinOnlyWarning: status.demo && device?.hardwareEncrypted === false,
    unlockWith: device ? credentialFor(directory, tablet.device) : 'pin',
  };
}

function idleLockOf(directory: Directory, ward: string): { idleLockMs?: number } {
  const seconds = directory.idleLockSeconds.get(ward);
  return seconds === undefined ? {} : { idleLockMs: seconds * 1000 };
}

/**
 * What is shown when the database does not open. It is never made anew: its bytes stay where they are, for whoever can
 * read them (FAILURES 10).
 */
export function setAsideStatus(): TabletStatus {
  return {
    state: 'set-aside',
    reasons: [],
    wards: [],
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    demo: false,
    staff: [],
    recent: [],
    counts: { onThisTabletOnly: 0, copied: 0, atServer: 0, inEhr: 0, needsPerson: 0 },
    persisted: false,
    storage: 'enough',
    pinOnlyWarning: false,
    unlockWith: 'pin',
  };
}
