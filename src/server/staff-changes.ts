import type { Kysely } from 'kysely';
import type { Role } from '../clinical/index.ts';
import { toBase64, utf8 } from '../log/index.ts';
import { newIdentity, randomBytes, rewrapUserKey, sealTo, type WrappedUserKey } from '../seal/index.ts';
import {
  activeStaff,
  dueRotations,
  lackingGrants,
  mayHoldPinSecret,
  type RosterBody,
  rosterGeneration,
  type StaffMember,
} from '../site/index.ts';
import type { Database } from './database/schema.ts';
import { RefusalError } from './refusal.ts';
import type { SiteIdentity } from './site-identity.ts';
import type { SiteRecords } from './site-records.ts';

/** What an administrator changes about people and tablets. Every change is an entry of the site's logs. */
export interface StaffChanges {
  change(staff: string, to: { role: Role; wards: string[] }): Promise<void>;
  /** In person: the old PIN opens nothing from now on. Drafts under the old key stay sealed. */
  resetPin(
    staff: string,
    pin: string,
    options?: { passphrase?: string | undefined; argon2?: WrappedUserKey['argon2'] },
  ): Promise<void>;
  takeOff(staff: string, reason: string, by: string): Promise<void>;
  /** A tablet, or a ward hub. */
  revokeDevice(device: string, reason: string, by: string): Promise<void>;
  /** After the right PIN: a key that is still wrapped under an older roster identity is wrapped under the present one. */
  wrapAnew(person: StaffMember, pin: string): Promise<void>;
  /**
   * Brings about what follows from the entries and is not yet there: certificates of administrators, new keys after a
   * revocation that an administrator's tablet wrote with no server in reach, grants that somebody lacks. Safe to call
   * at any time.
   */
  settle(): Promise<void>;
}

export function createStaffChanges(
  db: Kysely<Database>,
  identity: SiteIdentity,
  site: SiteRecords,
  clock: () => number,
): StaffChanges {
  const now = (): string => new Date(clock()).toISOString();
  let running: Promise<void> = Promise.resolve();

  function person(staff: string): StaffMember {
    const found = site.roster().get(staff);
    if (!found || site.directory().revokedStaff.has(staff))
      throw new RefusalError(404, 'no-person', 'This person is not on the list of staff.');
    return found;
  }

  /** Somebody must be able to open the door again. */
  function keepAnAdministrator(staff: string): void {
    const others = activeStaff(site.directory(), site.roster()).filter(
      (other) => other.role === 'administrator' && other.staff !== staff,
    );
    if (others.length === 0)
      throw new RefusalError(
        409,
        'last-administrator',
        'This is the only administrator. Add another one first.',
      );
  }

  async function certify(): Promise<void> {
    const { administrators } = site.directory();
    const present = new Map(
      activeStaff(site.directory(), site.roster())
        .filter(({ role }) => role === 'administrator')
        .map(({ staff, publicKey }) => [staff, publicKey]),
    );
    // Whom the staff list does not name yet is no reason: a server that is being filled again hears of them later.
    for (const [staff, publicKey] of [...administrators])
      if (site.roster().has(staff) && present.get(staff) !== publicKey)
        await site.tell({ kind: 'administrator-withdrawn', recordedAt: now(), staff, publicKey });
    for (const [staff, publicKey] of present)
      if (administrators.get(staff) !== publicKey)
        await site.tell({ kind: 'administrator-certified', recordedAt: now(), staff, publicKey });
  }

  async function renewRoster(causes: string[]): Promise<void> {
    const directory = site.directory();
    const { identity: secret, recipient } = await newIdentity();
    const pinSecret = toBase64(randomBytes(32));
    const devices = [...directory.devices.values()].filter(
      ({ device }) => !directory.revokedDevices.has(device),
    );
    await site.tell({
      kind: 'roster-opened',
      recordedAt: now(),
      generation: rosterGeneration(directory) + 1,
      recipient,
      sealedIdentity: toBase64(await sealTo([identity.recipient, identity.recoveryRecipient], utf8(secret))),
      devices: await Promise.all(
        devices.map(async (device) => ({
          device: device.device,
          file: toBase64(await sealTo([device.recipient], utf8(secret))),
          ...(mayHoldPinSecret(directory, device)
            ? { pinFile: toBase64(await sealTo([device.recipient], utf8(pinSecret))) }
            : {}),
        })),
      ),
      sealedPinSecret: toBase64(
        await sealTo([identity.recipient, identity.recoveryRecipient], utf8(pinSecret)),
      ),
      after: causes.slice(0, 500),
    });
  }

  async function renewWards(): Promise<void> {
    for (const { ward, causes } of dueRotations(site.directory(), site.roster()).wards) {
      const { identity: secret, recipient } = await newIdentity();
      const generation = ward.generation + 1;
      const staff = activeStaff(site.directory(), site.roster()).filter(({ wards }) =>
        wards.includes(ward.ward),
      );
      // Handed out before anybody is asked to write for it.
      await site.tellRoster([
        {
          kind: 'ward-keys-granted',
          recordedAt: now(),
          ward: ward.ward,
          generation,
          wardRecipient: recipient,
          grants: await Promise.all(
            staff.map(async (member) => ({
              staff: member.staff,
              recipient: member.recipient,
              file: toBase64(await sealTo([member.recipient], utf8(secret))),
            })),
          ),
        },
      ]);
      await site.tell({
        ...ward,
        recordedAt: now(),
        generation,
        recipient,
        sealedIdentity: toBase64(
          await sealTo([identity.recipient, identity.recoveryRecipient], utf8(secret)),
        ),
        after: causes,
      });
    }
  }

  async function grantWhatIsLacking(): Promise<void> {
    const lacking = lackingGrants(site.directory(), site.roster());
    if (lacking.length === 0) return;
    const statements: RosterBody[] = [];
    for (const { opened, staff } of lacking) {
      const secret = await site.wardIdentity(opened);
      statements.push({
        kind: 'ward-keys-granted',
        recordedAt: now(),
        ward: opened.ward,
        generation: opened.generation,
        wardRecipient: opened.recipient,
        grants: await Promise.all(
          staff.map(async (member) => ({
            staff: member.staff,
            recipient: member.recipient,
            file: toBase64(await sealTo([member.recipient], secret)),
          })),
        ),
      });
    }
    await site.tellRoster(statements);
  }

  const changes: StaffChanges = {
    async change(staff, { role, wards }) {
      const before = person(staff);
      if (before.role === 'administrator' && role !== 'administrator') keepAnAdministrator(staff);
      const { name, publicKey, recipient, wrapped, passphrase, pinGuarded, pinChosenAt } = before;
      const generation = before.rosterGeneration;
      await site.tellRoster([
        {
          kind: 'staff-rostered',
          recordedAt: now(),
          staff,
          name,
          role,
          wards,
          publicKey,
          recipient,
          wrapped,
          ...(generation === undefined ? {} : { rosterGeneration: generation }),
          ...(pinGuarded === undefined ? {} : { pinGuarded }),
          ...(pinChosenAt === undefined ? {} : { pinChosenAt }),
          ...(passphrase === undefined ? {} : { passphrase }),
          wardIdentities: await site.grantsFor(recipient, wards),
        },
      ]);
      await changes.settle();
    },

    async resetPin(staff, pin, { argon2, passphrase } = {}) {
      const { name, role, wards } = person(staff);
      await site.tellRoster([await site.keyFor(staff, { name, role, wards }, pin, argon2, passphrase)]);
      await changes.settle();
    },

    async takeOff(staff, reason, by) {
      if (person(staff).role === 'administrator') keepAnAdministrator(staff);
      await site.tell({ kind: 'staff-revoked', recordedAt: now(), staff, reason, by });
      await changes.settle();
    },

    async revokeDevice(device, reason, by) {
      const { devices, hubs } = site.directory();
      if (!devices.has(device) && !hubs.has(device))
        throw new RefusalError(404, 'no-device', 'There is no such tablet or hub.');
      const logs = await db
        .selectFrom('record.log')
        .where('site', '=', identity.site)
        .where('writer', '=', device)
        .select(['log', 'seq'])
        .execute();
      await site.tell({ kind: 'device-revoked', recordedAt: now(), device, logs, reason, by });
      await changes.settle();
    },

    async wrapAnew(member, pin) {
      const generation = rosterGeneration(site.directory());
      const before = site.pinSecret(member);
      const secret = site.pinSecret({ rosterGeneration: generation, pinGuarded: true });
      const current = (member.rosterGeneration ?? 1) >= generation && member.pinGuarded;
      if (current || before === undefined || secret === undefined) return;
      await site.tellRoster([
        {
          kind: 'user-key-wrapped',
          recordedAt: now(),
          staff: member.staff,
          publicKey: member.publicKey,
          wrapped: await rewrapUserKey(pin, { rosterSecret: before, wrapped: member.wrapped }, secret),
          rosterGeneration: generation,
          by: 'pin',
          ...(member.pinChosenAt === undefined ? {} : { chosenAt: member.pinChosenAt }),
        },
      ]);
    },

    settle() {
      const turn = running.then(async () => {
        await site.refresh();
        if (!site.directory().site) return;
        const { roster } = dueRotations(site.directory(), site.roster());
        if (roster.length > 0) await renewRoster(roster);
        await renewWards();
        await grantWhatIsLacking();
        await certify();
      });
      running = turn.catch(() => undefined);
      return turn;
    },
  };
  return changes;
}
