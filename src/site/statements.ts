import { charts, type EntryOrigin, type OpenedEntry } from '../clinical/index.ts';
import { compareHlc, type Entry, type Hlc, type Opening, type Verify } from '../log/index.ts';
import { type LogKeys, openEntry, verifyWith } from '../seal/index.ts';
import { addToDirectory, type Directory, DirectoryBody, emptyDirectory } from './directory.ts';
import {
  addToRoster,
  EMERGENCY_MS,
  EMERGENCY_SUFFIX,
  type EmergencyGranted,
  type Roster,
  RosterBody,
} from './roster.ts';

/** An entry of a directory or roster log as a replica holds it, verified when it came. */
export interface SiteEntry {
  entry: Entry;
  opening: Opening;
  /** Absent in the directory, which is sealed for nobody. */
  keys?: LogKeys | undefined;
}

interface Statement<B> {
  body: B;
  hlc: Hlc;
  log: string;
  seq: number;
  /** The device that wrote it; `undefined`: the site. */
  device: string | undefined;
  authoredBy: (verify: Verify) => Promise<boolean>;
}

/** What an administrator may say in the directory. Wards and tablets are opened by the site alone. */
const ADMINISTRATORS_SAY: readonly DirectoryBody['kind'][] = [
  'device-revoked',
  'staff-revoked',
  'ward-opened',
  'roster-opened',
  'wipe-ordered',
];

/** What a person says about how their own key opens. */
const OF_ONES_OWN_KEY: readonly RosterBody['kind'][] = [
  'user-key-wrapped',
  'passkey-added',
  'passkey-removed',
];

/**
 * The directory as its entries say: the site's statements, and those that an administrator signed whom the site had
 * certified, from whatever tablet they come. The same entries give the same directory on every replica, in whatever
 * order they came.
 */
export async function directoryOf(entries: Iterable<SiteEntry>): Promise<Directory> {
  const directory = emptyDirectory();
  const statements = await statementsIn(entries, DirectoryBody);
  for (const { body, device } of statements) if (device === undefined) addToDirectory(directory, body);
  for (const statement of statements) {
    if (statement.device === undefined || !ADMINISTRATORS_SAY.includes(statement.body.kind)) continue;
    if (await isByAdministrator(directory, statement)) addToDirectory(directory, statement.body);
  }
  return directory;
}

/** The staff list as its entries say; a person may renew the wrapping of their own key. */
export async function rosterOf(entries: Iterable<SiteEntry>, directory: Directory): Promise<Roster> {
  const roster: Roster = new Map();
  for (const statement of await statementsIn(entries, RosterBody)) {
    const { body } = statement;
    if (
      statement.device === undefined ||
      (body.kind === 'ward-keys-granted' && (await isByAdministrator(directory, statement))) ||
      (OF_ONES_OWN_KEY.includes(body.kind) &&
        'staff' in body &&
        (await isByPerson(directory, roster, statement, body.staff))) ||
      (body.kind === 'emergency-granted' && (await isVouchedFor(directory, roster, statement, body)))
    )
      addToRoster(roster, body);
  }
  return roster;
}

/** In the order of the hybrid clock: the latest statement holds, wherever it was written. */
async function statementsIn<B>(
  entries: Iterable<SiteEntry>,
  schema: { safeParse(value: unknown): { success: true; data: B } | { success: false } },
): Promise<Statement<B>[]> {
  const found: Statement<B>[] = [];
  for (const { entry, opening, keys } of entries) {
    if (entry.opening || (opening.key && !keys)) continue;
    const opened = await openEntry(entry, keys);
    // A kind that this version does not know is kept and carried; it only has no meaning here yet.
    const parsed = opened.ok ? schema.safeParse(opened.opened.body) : undefined;
    if (!opened.ok || !parsed?.success) continue;
    found.push({
      body: parsed.data,
      hlc: entry.hlc,
      log: entry.log,
      seq: entry.seq,
      device: opening.writer === opening.site ? undefined : opening.writer,
      authoredBy: opened.opened.authoredBy,
    });
  }
  return found.sort(
    (a, b) => compareHlc(a.hlc, b.hlc) || (a.log < b.log ? -1 : a.log > b.log ? 1 : a.seq - b.seq),
  );
}

async function isByAdministrator(
  directory: Directory,
  { device, log, seq, hlc, authoredBy }: Statement<unknown>,
): Promise<boolean> {
  if (device === undefined || untrustedPlace(directory, { writer: device, log, seq })) return false;
  for (const [staff, key] of directory.administrators) {
    const revoked = directory.revokedStaff.get(staff);
    if (revoked && hlc[0] > revoked.fromMs) continue;
    if (await authoredBy(verifyWith(key))) return true;
  }
  return false;
}

/** By somebody who charts here and did not come in by break-glass, for a ward of theirs, marked, and not for ever. */
async function isVouchedFor(
  directory: Directory,
  roster: Roster,
  statement: Statement<unknown>,
  granted: EmergencyGranted,
): Promise<boolean> {
  const colleague = roster.get(granted.vouchedBy);
  const left = directory.revokedStaff.get(granted.vouchedBy);
  return (
    colleague !== undefined &&
    colleague.emergency === undefined &&
    charts(colleague.role) &&
    charts(granted.role) &&
    !(left && statement.hlc[0] > left.fromMs) &&
    granted.name.endsWith(EMERGENCY_SUFFIX) &&
    granted.wards.every((ward) => colleague.wards.includes(ward)) &&
    Date.parse(granted.until) <= Date.parse(granted.recordedAt) + EMERGENCY_MS &&
    isByPerson(directory, roster, statement, granted.vouchedBy)
  );
}

async function isByPerson(
  directory: Directory,
  roster: Roster,
  { device, log, seq, authoredBy }: Statement<unknown>,
  staff: string,
): Promise<boolean> {
  const person = roster.get(staff);
  if (!person || device === undefined || untrustedPlace(directory, { writer: device, log, seq }))
    return false;
  return authoredBy(verifyWith(person.publicKey));
}

/**
 * Behind the last place that the revocation of its tablet believes. A place in a second history says nothing: whoever
 * holds the tablet can begin one at any place. What the server had taken over before the revocation stands.
 */
function untrustedPlace(
  directory: Pick<Directory, 'revokedDevices'>,
  { writer, log, seq, takenOverAt }: EntryOrigin,
): boolean {
  const revoked = writer === undefined ? undefined : directory.revokedDevices.get(writer);
  if (revoked === undefined) return false;
  if (takenOverAt !== undefined) return Date.parse(takenOverAt) > Date.parse(revoked.recordedAt);
  return seq > (revoked.trusted.get(log) ?? 0);
}

/** Where an entry was written: as it says itself, or by its id. */
export function originOf(
  { id, origin }: OpenedEntry,
  writerOf: (log: string) => string | undefined,
): EntryOrigin {
  const place = origin ?? { log: id.slice(0, 32), seq: Number(id.slice(33)) };
  const writer = place.writer ?? writerOf(place.log);
  return writer === undefined ? place : { ...place, writer };
}

/** Why an entry of a ward is not believed before a person vouches for it, in words; `undefined`: it is. */
export function trustProblem(
  directory: Directory,
  origin: EntryOrigin & { hlc: Hlc },
  author: { id: string; name: string } | undefined,
  roster?: Roster,
): string | undefined {
  const device = (id: string | undefined): string => directory.devices.get(id ?? '')?.name ?? 'a tablet';
  if (untrustedPlace(directory, origin))
    return `written on “${device(origin.writer)}” after that tablet was revoked`;
  if (origin.broughtBy && untrustedPlace(directory, origin.broughtBy))
    return `brought by “${device(origin.broughtBy.writer)}” after that tablet was revoked`;
  const left = author && directory.revokedStaff.get(author.id);
  if (left && origin.hlc[0] > left.fromMs) return `signed by ${author.name}, who had left the staff list`;
  const emergency = author && roster?.get(author.id)?.emergency;
  if (emergency && origin.hlc[0] > Date.parse(emergency.until))
    return `signed by ${author.name} after that access had ended`;
  return undefined;
}
