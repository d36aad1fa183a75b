import { createHmac, randomBytes as nodeRandom } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Role } from '../clinical/index.ts';
import { type Bytes, fromBase64, type Opening, toBase64, utf8 } from '../log/index.ts';
import {
  type LogKeys,
  logKeys,
  newIdentity,
  newUserKey,
  openWith,
  rewrapUserKey,
  sealTo,
  type WrappedUserKey,
} from '../seal/index.ts';
import {
  type DeviceEnrolled,
  DIRECTORY_SCOPE,
  type Directory,
  DirectoryBody,
  directoryOf,
  emptyDirectory,
  pinWrappingSecret,
  publish,
  ROSTER_SCOPE,
  type Roster,
  RosterBody,
  rosterGeneration,
  rosterOf,
  rosterRecipient,
  type SiteDataName,
  type SiteEntry,
  type StaffRostered,
  type WardOpened,
} from '../site/index.ts';
import type { Database } from './database/schema.ts';
import { createDeviceEnrolment, type JoiningDevice, nextTabletNumber } from './device-enrolment.ts';
import { storedEntry } from './ledger.ts';
import type { SiteIdentity } from './site-identity.ts';
import type { SiteLog } from './site-log.ts';

/** What belongs to this hospital: wards, devices, staff. Read from the site's logs; every change is an entry there. */
export interface SiteRecords {
  refresh(): Promise<void>;
  /** The same where directory or roster have grown since: another node may have written. */
  refreshIfGrown(): Promise<void>;
  directory(): Directory;
  roster(): Roster;
  device(id: string): Promise<DeviceEnrolled | undefined>;
  /** Recipients of a ward's log keys: the ward, the site, the recovery identity. */
  recipients(ward: string): string[];
  /** Keys of any ward log, opened with the site identity. */
  keysOf(opening: Opening): Promise<LogKeys | undefined>;
  /** The same by the log's id, for a log that is here. */
  keysOfLog(log: string): Promise<LogKeys | undefined>;
  openSite(site: { name: string; timeZone: string; demo: boolean }): Promise<void>;
  openWard(ward: { id: string; name: string; ehrLocation?: string }): Promise<void>;
  /** Writes into the directory, or the roster, in the site's name. */
  tell(body: DirectoryBody): Promise<void>;
  tellRoster(bodies: RosterBody[]): Promise<void>;
  /** Every generation of these wards' identities, for one person. */
  grantsFor(recipient: string, wards: readonly string[]): Promise<StaffRostered['wardIdentities']>;
  wardIdentity(ward: WardOpened): Promise<Bytes>;
  /** What people's keys are wrapped under besides their PIN; absent generation: the first. */
  rosterSecret(generation: number | undefined): string | undefined;
  /** The same with the PIN secret, where the person's key is wrapped under that too. */
  pinSecret(person: Pick<StaffRostered, 'rosterGeneration' | 'pinGuarded'>): string | undefined;
  /** A new key for a person, not yet written anywhere. */
  keyFor(
    staff: string,
    person: { name: string; role: Role; wards: string[] },
    pin: string,
    argon2?: WrappedUserKey['argon2'],
    passphrase?: string,
  ): Promise<StaffRostered>;
  addStaff(person: {
    name: string;
    role: Role;
    wards: string[];
    pin: string;
    passphrase?: string | undefined;
    argon2?: WrappedUserKey['argon2'];
  }): Promise<StaffRostered>;
  /** Publishes a form, or with no Questionnaire takes it back. */
  publishForm(form: { id: string; title: string; questionnaire?: string; by: string }): Promise<void>;
  /** `false`: it is longer than tablets take. */
  publishData(value: unknown, about: { what: SiteDataName; ward?: string; by: string }): Promise<boolean>;
  /** `device`: the id that it asked to join with; one that is in the directory already stays as it is there. */
  enrolDevice(device: JoiningDevice): Promise<DeviceEnrolled>;
}

export function createSiteRecords(
  db: Kysely<Database>,
  identity: SiteIdentity,
  log: () => SiteLog,
  clock: () => number,
): SiteRecords {
  let directory: Directory = emptyDirectory();
  let rosterIdentities: string[] = [identity.rosterIdentity];
  let pinSecrets: (string | undefined)[] = [firstPinSecret(identity)];
  let roster: Roster = new Map();
  const logKeyCache = new Map<string, Promise<LogKeys | undefined>>();

  const now = (): string => new Date(clock()).toISOString();

  function openKey(with_: string | readonly string[], file: Bytes): Promise<LogKeys | undefined> {
    const name = toBase64(file);
    let keys = logKeyCache.get(name);
    if (!keys) {
      keys = openWith(with_, file).then((key) => (key ? logKeys(key) : undefined));
      logKeyCache.set(name, keys);
    }
    return keys;
  }

  /** Entries of a scope, of whoever wrote them: the site, or an administrator's tablet. */
  async function entriesOf(scope: string): Promise<SiteEntry[]> {
    const rows = await db
      .selectFrom('record.entry as entry')
      .innerJoin('record.log as log', (join) =>
        join.onRef('log.site', '=', 'entry.site').onRef('log.log', '=', 'entry.log'),
      )
      .where('entry.site', '=', identity.site)
      .where('log.scope', '=', scope)
      .orderBy('entry.log')
      .orderBy('entry.seq')
      .select('entry.bytes')
      .execute();
    const identities = [identity.identity, ...rosterIdentities];
    const found: SiteEntry[] = [];
    let opening: Opening | undefined;
    let keys: LogKeys | undefined;
    for (const row of rows) {
      const entry = storedEntry(row.bytes);
      if (entry.opening) {
        opening = entry.opening;
        keys = opening.key ? await openKey(identities, opening.key.file) : undefined;
      }
      if (opening) found.push({ entry, opening, keys });
    }
    return found;
  }

  /** Of generation n at place n - 1; the first is the site's from its beginning. */
  async function openRosterIdentities(): Promise<string[]> {
    const found = [identity.rosterIdentity];
    for (const opened of directory.rosters) {
      const secret = await openWith(identity.identity, fromBase64(opened.sealedIdentity));
      if (secret) found[opened.generation - 1] = new TextDecoder().decode(secret);
    }
    return found;
  }

  async function openPinSecrets(): Promise<(string | undefined)[]> {
    const found: (string | undefined)[] = [firstPinSecret(identity)];
    for (const { generation, sealedPinSecret } of directory.rosters) {
      const secret =
        sealedPinSecret === undefined ? null : await openWith(identity.identity, fromBase64(sealedPinSecret));
      if (secret) found[generation - 1] = new TextDecoder().decode(secret);
    }
    return found;
  }

  async function tell(body: DirectoryBody): Promise<void> {
    await log().append(DIRECTORY_SCOPE, undefined, [{ patient: null, body: DirectoryBody.parse(body) }]);
    await records.refresh();
  }

  let readAt: string | undefined;
  /** How far directory and roster go. */
  async function stampNow(): Promise<string> {
    const rows = await db
      .selectFrom('record.log')
      .where('site', '=', identity.site)
      .where('scope', 'in', [DIRECTORY_SCOPE, ROSTER_SCOPE])
      .orderBy('log')
      .select(['log', 'seq'])
      .execute();
    return rows.map(({ log, seq }) => `${log} ${seq}`).join();
  }

  const records: SiteRecords = {
    async refresh() {
      const stamp = await stampNow();
      directory = await directoryOf(await entriesOf(DIRECTORY_SCOPE));
      rosterIdentities = await openRosterIdentities();
      pinSecrets = await openPinSecrets();
      roster = await rosterOf(await entriesOf(ROSTER_SCOPE), directory);
      readAt = stamp;
    },
    async refreshIfGrown() {
      if ((await stampNow()) !== readAt) await records.refresh();
    },
    directory: () => directory,
    roster: () => roster,

    async device(id) {
      // Another node may have enrolled it since we last looked.
      if (!directory.devices.has(id)) await records.refreshIfGrown();
      return directory.devices.get(id);
    },

    recipients(ward) {
      const found = directory.wards.get(ward);
      if (!found) throw new Error(`there is no ward ${ward}`);
      return [found.recipient, identity.recipient, identity.recoveryRecipient];
    },

    async keysOf(opening) {
      return opening.key ? openKey(identity.identity, opening.key.file) : undefined;
    },

    async keysOfLog(log) {
      const first = await db
        .selectFrom('record.entry')
        .where('site', '=', identity.site)
        .where('log', '=', log)
        .where('seq', '=', 1)
        .select('bytes')
        .executeTakeFirst();
      const opening = first && storedEntry(first.bytes).opening;
      return opening ? records.keysOf(opening) : undefined;
    },

    async openSite({ name, timeZone, demo }) {
      if (directory.site) return;
      await tell({
        kind: 'site-opened',
        recordedAt: now(),
        name,
        timeZone,
        demo,
        siteRecipient: identity.recipient,
        recoveryRecipient: identity.recoveryRecipient,
        rosterRecipient: identity.rosterRecipient,
      });
    },

    async openWard({ id, name, ehrLocation }) {
      if (directory.wards.has(id)) return;
      const ward = await newIdentity();
      await tell({
        kind: 'ward-opened',
        recordedAt: now(),
        ward: id,
        name,
        ...(ehrLocation === undefined ? {} : { ehrLocation }),
        generation: 1,
        recipient: ward.recipient,
        sealedIdentity: toBase64(
          await sealTo([identity.recipient, identity.recoveryRecipient], utf8(ward.identity)),
        ),
      });
    },

    tell,
    tellRoster,
    grantsFor,
    wardIdentity,
    rosterSecret: (generation) => rosterIdentities[(generation ?? 1) - 1],
    pinSecret: ({ rosterGeneration: generation = 1, pinGuarded }) => {
      const roster = rosterIdentities[generation - 1];
      const pin = pinSecrets[generation - 1];
      if (!pinGuarded) return roster;
      return roster === undefined || pin === undefined ? undefined : pinWrappingSecret(roster, pin);
    },

    async addStaff({ name, role, wards, pin, argon2, passphrase }) {
      const body = await keyFor(
        nodeRandom(16).toString('hex'),
        { name, role, wards },
        pin,
        argon2,
        passphrase,
      );
      await tellRoster([body]);
      return body;
    },

    async publishForm({ id, title, questionnaire, by }) {
      await tell({
        kind: 'form-published',
        recordedAt: now(),
        form: id,
        title,
        ...(questionnaire === undefined ? {} : { questionnaire }),
        by,
      });
    },
    async publishData(value, about) {
      const bodies = publish(value, { ...about, recordedAt: now() });
      for (const body of bodies ?? []) await tell(body);
      return bodies !== undefined;
    },
    keyFor,

    enrolDevice: createDeviceEnrolment({
      now,
      refresh: () => records.refresh(),
      directory: () => directory,
      secrets: () => ({ rosterIdentities, pinSecrets }),
      tell,
      nextNumber: (known) => nextTabletNumber(db, identity.site, known),
    }),
  };

  async function tellRoster(statements: RosterBody[]): Promise<void> {
    const recipient = rosterRecipient(directory) ?? identity.rosterRecipient;
    await log().append(
      ROSTER_SCOPE,
      [recipient, identity.recipient, identity.recoveryRecipient],
      statements.map((body) => ({ patient: null, body: RosterBody.parse(body) })),
    );
    await records.refresh();
  }

  /** A new key for a person, wrapped under PIN and the roster's present secret, with every generation of their wards. */
  async function keyFor(
    staff: string,
    person: { name: string; role: Role; wards: string[] },
    pin: string,
    argon2?: WrappedUserKey['argon2'],
    passphrase?: string,
  ): Promise<StaffRostered> {
    const generation = rosterGeneration(directory);
    const pinSecret = pinSecrets[generation - 1];
    const secret = rosterIdentities[generation - 1]!;
    const pinned = pinSecret === undefined ? secret : pinWrappingSecret(secret, pinSecret);
    const key = await newUserKey(pin, pinned, argon2);
    const byWords =
      passphrase === undefined
        ? undefined
        : await rewrapUserKey(pin, { rosterSecret: pinned, wrapped: key.wrapped }, secret, passphrase);
    return {
      kind: 'staff-rostered',
      recordedAt: now(),
      staff,
      ...person,
      publicKey: key.publicKey,
      recipient: key.recipient,
      wrapped: key.wrapped,
      rosterGeneration: generation,
      pinGuarded: pinSecret !== undefined,
      ...(byWords ? { passphrase: { wrapped: byWords, rosterGeneration: generation } } : {}),
      wardIdentities: await grantsFor(key.recipient, person.wards),
    };
  }

  async function grantsFor(
    recipient: string,
    wards: readonly string[],
  ): Promise<StaffRostered['wardIdentities']> {
    const generations = wards.flatMap((ward) => {
      const known = directory.generations.get(ward);
      if (!known) throw new Error(`there is no ward ${ward}`);
      return known;
    });
    return Promise.all(
      generations.map(async (opened) => ({
        ward: opened.ward,
        generation: opened.generation,
        wardRecipient: opened.recipient,
        file: toBase64(await sealTo([recipient], await wardIdentity(opened))),
      })),
    );
  }

  async function wardIdentity(ward: WardOpened): Promise<Bytes> {
    const opened = await openWith(identity.identity, fromBase64(ward.sealedIdentity));
    if (!opened) throw new Error(`the identity of ward ${ward.ward} does not open with this site identity`);
    return opened;
  }

  return records;
}

/** Of the roster's first generation: it follows from the site's secret, so an older site has one without a migration. */
const firstPinSecret = (identity: SiteIdentity): string =>
  createHmac('sha256', identity.secret).update('lamplight pin secret').digest('base64');
