import { randomBytes as nodeRandom } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Role } from '../clinical/index.ts';
import { type Bytes, fromBase64, type Opening, toBase64, utf8 } from '../log/index.ts';
import {
  type LogKeys,
  logKeys,
  newIdentity,
  newUserKey,
  openEntry,
  openWith,
  sealTo,
  type WrappedUserKey,
} from '../seal/index.ts';
import {
  type DeviceEnrolled,
  DIRECTORY_SCOPE,
  type Directory,
  DirectoryBody,
  foldDirectory,
  foldRoster,
  ROSTER_SCOPE,
  type Roster,
  RosterBody,
  type StaffRostered,
  type WardOpened,
} from '../site/index.ts';
import type { Database } from './database/schema.ts';
import { storedEntry } from './ledger.ts';
import type { SiteIdentity } from './site-identity.ts';
import type { SiteLog } from './site-log.ts';

/** What belongs to this hospital: wards, devices, staff. Read from the site's logs; every change is an entry there. */
export interface SiteRecords {
  refresh(): Promise<void>;
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
  addStaff(person: {
    name: string;
    role: Role;
    wards: string[];
    pin: string;
    argon2?: WrappedUserKey['argon2'];
  }): Promise<StaffRostered>;
  /** Publishes a form, or with no Questionnaire takes it back. */
  publishForm(form: { id: string; title: string; questionnaire?: string; by: string }): Promise<void>;
  enrolDevice(device: {
    name: string;
    signingKey: string;
    recipient: string;
    ward: string;
  }): Promise<DeviceEnrolled>;
}

export function createSiteRecords(
  db: Kysely<Database>,
  identity: SiteIdentity,
  log: () => SiteLog,
  clock: () => number,
): SiteRecords {
  let directory: Directory = foldDirectory([]);
  let roster: Roster = new Map();
  const logKeyCache = new Map<string, Promise<LogKeys | undefined>>();
  let enrolling: Promise<unknown> = Promise.resolve();

  const now = (): string => new Date(clock()).toISOString();

  function openKey(with_: string, file: Bytes): Promise<LogKeys | undefined> {
    const name = toBase64(file);
    let keys = logKeyCache.get(name);
    if (!keys) {
      keys = openWith(with_, file).then((key) => (key ? logKeys(key) : undefined));
      logKeyCache.set(name, keys);
    }
    return keys;
  }

  async function bodies<T>(
    scope: string,
    schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  ): Promise<T[]> {
    const rows = await db
      .selectFrom('record.entry as entry')
      .innerJoin('record.log as log', (join) =>
        join.onRef('log.site', '=', 'entry.site').onRef('log.log', '=', 'entry.log'),
      )
      .where('entry.site', '=', identity.site)
      .where('log.scope', '=', scope)
      .orderBy('entry.received_at')
      .orderBy('entry.log')
      .orderBy('entry.seq')
      .select('entry.bytes')
      .execute();
    const found: T[] = [];
    let keys: LogKeys | undefined;
    for (const row of rows) {
      const entry = storedEntry(row.bytes);
      if (entry.opening) {
        keys = entry.opening.key ? await openKey(identity.rosterIdentity, entry.opening.key.file) : undefined;
        continue;
      }
      const opened = await openEntry(entry, keys);
      const parsed = opened.ok ? schema.safeParse(opened.opened.body) : undefined;
      if (parsed?.success) found.push(parsed.data);
    }
    return found;
  }

  async function tell(body: DirectoryBody): Promise<void> {
    await log().append(DIRECTORY_SCOPE, undefined, [{ patient: null, body: DirectoryBody.parse(body) }]);
    await records.refresh();
  }

  const records: SiteRecords = {
    async refresh() {
      directory = foldDirectory(await bodies(DIRECTORY_SCOPE, DirectoryBody));
      roster = foldRoster(await bodies(ROSTER_SCOPE, RosterBody));
    },
    directory: () => directory,
    roster: () => roster,

    async device(id) {
      // Another node may have enrolled it since we last looked.
      if (!directory.devices.has(id)) await records.refresh();
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

    async addStaff({ name, role, wards, pin, argon2 }) {
      const key = await newUserKey(pin, identity.rosterIdentity, argon2);
      const wardIdentities = await Promise.all(
        wards.map(async (ward) => {
          const opened = directory.wards.get(ward);
          if (!opened) throw new Error(`there is no ward ${ward}`);
          return {
            ward,
            generation: opened.generation,
            file: toBase64(await sealTo([key.recipient], await wardIdentity(opened))),
          };
        }),
      );
      const body: StaffRostered = {
        kind: 'staff-rostered',
        recordedAt: now(),
        staff: nodeRandom(16).toString('hex'),
        name,
        role,
        wards,
        publicKey: key.publicKey,
        recipient: key.recipient,
        wrapped: key.wrapped,
        wardIdentities,
      };
      await log().append(
        ROSTER_SCOPE,
        [identity.rosterRecipient, identity.recoveryRecipient],
        [{ patient: null, body: RosterBody.parse(body) }],
      );
      await records.refresh();
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

    enrolDevice(device) {
      // One after another, so that no two tablets are given the same range of downtime numbers.
      const turn = enrolling.then(async () => {
        await records.refresh();
        const body: DeviceEnrolled = {
          kind: 'device-enrolled',
          recordedAt: now(),
          device: nodeRandom(16).toString('hex'),
          name: device.name,
          signingKey: device.signingKey,
          recipient: device.recipient,
          wards: [device.ward],
          downtimeRange: downtimeRange(directory.devices.size),
          sealedRosterIdentity: toBase64(await sealTo([device.recipient], utf8(identity.rosterIdentity))),
          hardwareEncrypted: false,
        };
        await tell(body);
        return body;
      });
      enrolling = turn.catch(() => undefined);
      return turn;
    },
  };

  async function wardIdentity(ward: WardOpened): Promise<Bytes> {
    const opened = await openWith(identity.identity, fromBase64(ward.sealedIdentity));
    if (!opened) throw new Error(`the identity of ward ${ward.ward} does not open with this site identity`);
    return opened;
  }

  return records;
}

/** Letters and digits that are not misread for one another: no I, no O. */
const RANGE_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';

/** The n-th tablet's range, `A0`, `A1` … `Z9`, `AA0` …: never given twice. */
function downtimeRange(index: number): string {
  const digit = index % 10;
  const rest = Math.floor(index / 10);
  const last = RANGE_LETTERS[rest % RANGE_LETTERS.length]!;
  const first = Math.floor(rest / RANGE_LETTERS.length);
  return `${first === 0 ? '' : RANGE_LETTERS[(first - 1) % RANGE_LETTERS.length]}${last}${digit}`;
}
