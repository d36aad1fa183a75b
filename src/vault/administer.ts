import { type Author, describeEntry, type HeldEntry } from '../clinical/index.ts';
import { toBase64, utf8 } from '../log/index.ts';
import { newIdentity, randomBytes, sealTo } from '../seal/index.ts';
import {
  activeStaff,
  addToDirectory,
  DIRECTORY_SCOPE,
  type Directory,
  DirectoryBody,
  dueRotations,
  mayHoldPinSecret,
  ROSTER_SCOPE,
  type Roster,
  RosterBody,
  rosterGeneration,
} from '../site/index.ts';
import type { AdministerApi, HeldItem, Revocable } from './administer-api.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import { storageFailure } from './failures.ts';
import { readDirectoryAnew } from './site-records.ts';
import { type SiteStatement, tellSite } from './site-writer.ts';
import { unsentEntries } from './wipe.ts';

interface Hospital {
  tablet?: Tablet;
  directory: Directory;
  roster?: Roster;
}

export interface AdministerEnvironment {
  db: VaultDatabase;
  now: () => string;
  hospital(): Promise<Hospital>;
  /** Whoever has unlocked. */
  session(): { author: Author; signingKey: CryptoKey };
  held(): Promise<{ patient: string; held: HeldEntry[] }[]>;
  /** Beds by patient, as the board has them. */
  beds(): Promise<ReadonlyMap<string, string>>;
  confirmPin(pin: string): ReturnType<AdministerApi['revoke']>;
  /** Directory or roster were written to: others are told, and keys read anew. */
  told(): void;
}

/** What an administrator does on a tablet, also when no server is in reach: the site has certified their key. */
export function createAdministration(
  environment: AdministerEnvironment,
): Omit<AdministerApi, 'emergencyAccess'> {
  const { db, now } = environment;

  /** Where each log of a device stands here: what is here is believed, what comes later is not. */
  async function headsOf(device: string): Promise<{ log: string; seq: number }[]> {
    const heads: { log: string; seq: number }[] = [];
    for (const row of await db.logs.toArray()) {
      const last = row.writer === device ? await db.lastOf(row.log) : undefined;
      if (last) heads.push({ log: row.log, seq: last.seq });
    }
    return heads;
  }

  return {
    async revocable() {
      const { tablet, directory, roster } = await environment.hospital();
      const wardNames = (wards: readonly string[]): string[] =>
        wards.map((ward) => directory.wards.get(ward)?.name ?? ward);
      const own = environment.session().author.id;
      const found: Revocable[] = [
        ...[...directory.devices.values()].map((device) => ({
          kind: 'device' as const,
          id: device.device,
          name: device.name,
          wards: wardNames(device.wards),
          self: device.device === tablet?.device,
          ...revokedOf(directory.revokedDevices.get(device.device)),
        })),
        ...[...directory.hubs.values()].map((hub) => ({
          kind: 'device' as const,
          id: hub.hub,
          name: `${hub.name} (ward hub)`,
          wards: wardNames(hub.wards),
          self: false,
          ...revokedOf(directory.revokedDevices.get(hub.hub)),
        })),
        ...[...(roster?.values() ?? [])].map((person) => ({
          kind: 'person' as const,
          id: person.staff,
          name: person.name,
          role: person.role,
          wards: wardNames(person.wards),
          self: person.staff === own,
          ...revokedOf(directory.revokedStaff.get(person.staff)),
        })),
      ];
      return found.sort((a, b) => a.name.localeCompare(b.name));
    },

    async revoke({ kind, id, reason, pin }) {
      const { author, signingKey } = environment.session();
      if (author.role !== 'administrator') return refused('Only an administrator revokes.');
      const { tablet, directory, roster } = await environment.hospital();
      if (!tablet || !roster) return refused('This tablet has no staff list yet.');
      if (directory.administrators.get(author.id) === undefined)
        return refused(
          'The hospital has not certified you as its administrator yet. Connect this tablet to the server once.',
        );
      if (kind === 'person' && id === author.id)
        return refused('Somebody else has to take you off the list.');
      if (kind === 'device' && id === tablet.device)
        return refused('A tablet does not revoke itself. Use another one, or the server.');
      const confirmed = await environment.confirmPin(pin);
      if (!confirmed.ok) return confirmed;
      const revocation = DirectoryBody.parse(
        kind === 'device'
          ? {
              kind: 'device-revoked',
              recordedAt: now(),
              device: id,
              logs: await headsOf(id),
              reason,
              by: author.id,
            }
          : { kind: 'staff-revoked', recordedAt: now(), staff: id, reason, by: author.id },
      );
      try {
        // Said first and by itself: if anything after it fails, the revocation stands, and the server renews the keys.
        await tellSite(
          db,
          tablet,
          directory,
          [{ scope: DIRECTORY_SCOPE, body: revocation }],
          signingKey,
          Date.parse(now()),
        );
        for (const statements of await renewKeys(await readDirectoryAnew(db), roster, now()))
          await tellSite(db, tablet, directory, statements, signingKey, Date.parse(now()));
      } catch (error) {
        return { ok: false, error: storageFailure(error) };
      } finally {
        environment.told();
      }
      return { ok: true, value: undefined };
    },

    async wipeOutlook() {
      const { patients, words: _, ...unsent } = await unsentEntries(db);
      const bedOf = await environment.beds();
      return { ...unsent, beds: patients.map((patient) => bedOf.get(patient) ?? 'not known').sort() };
    },

    async orderWipe({ reason, losing, pin }) {
      const { author, signingKey } = environment.session();
      const { tablet, directory } = await environment.hospital();
      if (author.role !== 'administrator' || !tablet || !directory.administrators.has(author.id))
        return refused('Only an administrator whom the hospital has certified wipes a tablet.');
      const confirmed = await environment.confirmPin(pin);
      if (!confirmed.ok) return confirmed;
      const body = DirectoryBody.parse({
        kind: 'wipe-ordered',
        recordedAt: now(),
        device: tablet.device,
        reason,
        by: author.id,
        ...(losing ? { losing } : {}),
      });
      try {
        await tellSite(
          db,
          tablet,
          directory,
          [{ scope: DIRECTORY_SCOPE, body }],
          signingKey,
          Date.parse(now()),
        );
      } catch (error) {
        return { ok: false, error: storageFailure(error) };
      }
      environment.told();
      return { ok: true, value: undefined };
    },

    async held() {
      const all = await environment.held();
      const { directory } = await environment.hospital();
      const writers = new Map((await db.logs.toArray()).map((row) => [row.log, row.writer]));
      return all.flatMap(({ patient, held }) =>
        held.map(({ entry, reason }): HeldItem => {
          const { title, text } = describeEntry(entry.body);
          return {
            entry: entry.id,
            patient,
            reason,
            says: `${title}. ${text}`,
            by: entry.body?.author.name ?? 'unknown',
            tablet: directory.devices.get(writers.get(entry.id.slice(0, 32)) ?? '')?.name ?? 'the server',
            ...(entry.body ? { at: entry.body.effectiveAt } : {}),
          };
        }),
      );
    },
  };
}

/**
 * New ward identities, and a new roster identity where a tablet was revoked. Each identity is handed out before
 * anybody is asked to use it, so the statements come in turns.
 */
async function renewKeys(directory: Directory, roster: Roster, at: string): Promise<SiteStatement[][]> {
  const { site } = directory;
  if (!site) return [];
  const due = dueRotations(directory, roster);
  const keepers = [site.siteRecipient, site.recoveryRecipient];
  const rosterOpened: SiteStatement[] = [];
  if (due.roster.length > 0) {
    const { identity, recipient } = await newIdentity();
    const pinSecret = toBase64(randomBytes(32));
    const devices = [...directory.devices.values()].filter(
      (device) => !directory.revokedDevices.has(device.device),
    );
    const body = DirectoryBody.parse({
      kind: 'roster-opened',
      recordedAt: at,
      generation: rosterGeneration(directory) + 1,
      recipient,
      sealedIdentity: toBase64(await sealTo(keepers, utf8(identity))),
      devices: await Promise.all(
        devices.map(async (device) => ({
          device: device.device,
          file: toBase64(await sealTo([device.recipient], utf8(identity))),
          ...(mayHoldPinSecret(directory, device)
            ? { pinFile: toBase64(await sealTo([device.recipient], utf8(pinSecret))) }
            : {}),
        })),
      ),
      sealedPinSecret: toBase64(await sealTo(keepers, utf8(pinSecret))),
      after: due.roster,
    });
    addToDirectory(directory, body);
    rosterOpened.push({ scope: DIRECTORY_SCOPE, body });
  }
  const granted: SiteStatement[] = [];
  const opened: SiteStatement[] = [];
  for (const { ward, causes } of due.wards) {
    const { identity, recipient } = await newIdentity();
    const body = DirectoryBody.parse({
      ...ward,
      recordedAt: at,
      generation: ward.generation + 1,
      recipient,
      sealedIdentity: toBase64(await sealTo(keepers, utf8(identity))),
      after: causes,
    });
    opened.push({ scope: DIRECTORY_SCOPE, body });
    const staff = activeStaff(directory, roster).filter((person) => person.wards.includes(ward.ward));
    granted.push({
      scope: ROSTER_SCOPE,
      body: RosterBody.parse({
        kind: 'ward-keys-granted',
        recordedAt: at,
        ward: ward.ward,
        generation: ward.generation + 1,
        wardRecipient: recipient,
        grants: await Promise.all(
          staff.map(async (person) => ({
            staff: person.staff,
            recipient: person.recipient,
            file: toBase64(await sealTo([person.recipient], utf8(identity))),
          })),
        ),
      }),
    });
  }
  return [rosterOpened, granted, opened].filter((turn) => turn.length > 0);
}

const revokedOf = (
  revoked: { reason: string; recordedAt: string } | undefined,
): Pick<Revocable, 'revoked'> | Record<never, never> =>
  revoked ? { revoked: { at: revoked.recordedAt, reason: revoked.reason } } : {};

const refused = (message: string) => ({
  ok: false as const,
  error: { kind: 'not-allowed' as const, message },
});
