import { z } from 'zod';
import { Hex128, Instant } from '../clinical/index.ts';
import { AUDIT_SCOPE } from './audit.ts';
import { addClosing, type Closings, noClosings, OutageClosed } from './closing.ts';
import { HubEnrolled } from './hub.ts';
import { DIRECTORY_SCOPE, mayRead, mayWrite, ROSTER_SCOPE } from './scope.ts';
import { addSiteData, DataPublished, type SiteData } from './site-data.ts';

/**
 * The directory: signed by the site, sealed for nobody. No names of people. By it a tablet, or a hub without keys,
 * knows whom to believe.
 */

const Recipient = z.string().startsWith('age1').max(200);
const Key = z.string().max(100);
/** Revocations that a new key answers, so that every replica sees which are still unanswered: ids of tablets, people. */
const Causes = z.array(z.string().max(100)).max(500);

const SiteOpened = z.object({
  kind: z.literal('site-opened'),
  recordedAt: Instant,
  name: z.string().max(200),
  timeZone: z.string().max(60),
  demo: z.boolean(),
  siteRecipient: Recipient,
  recoveryRecipient: Recipient,
  rosterRecipient: Recipient,
});

/** A ward and one generation of its identity; the private half is sealed to site and recovery. */
export const WardOpened = z.object({
  kind: z.literal('ward-opened'),
  recordedAt: Instant,
  ward: z.string().regex(/^[a-z0-9-]{1,40}$/),
  name: z.string().min(1).max(100),
  /** FHIR Location that its beds are part of. */
  ehrLocation: z.string().max(64).optional(),
  generation: z.number().int().min(1),
  recipient: Recipient,
  sealedIdentity: z.string(),
  after: Causes.optional(),
});
export type WardOpened = z.infer<typeof WardOpened>;

export const DeviceEnrolled = z.object({
  kind: z.literal('device-enrolled'),
  recordedAt: Instant,
  device: Hex128,
  name: z.string().min(1).max(100),
  signingKey: Key,
  recipient: Recipient,
  wards: z.array(z.string()).min(1).max(100),
  /** The tablet's range of downtime numbers, its own alone. */
  downtimeRange: z.string().regex(/^[A-HJ-NP-Z0-9]{2,4}$/),
  /** The roster identities, each generation on a line, as an age file for this device, base64. */
  sealedRosterIdentity: z.string(),
  /** The secrets that PINs are wrapped under besides, each generation on a line, as an age file (`mayHoldPinSecret`). */
  sealedPinSecrets: z.string().optional(),
  /** The administrator confirmed a hardware-bound disk key; without it PIN alone is for demos. */
  hardwareEncrypted: z.boolean(),
});
export type DeviceEnrolled = z.infer<typeof DeviceEnrolled>;

/**
 * A form of the hospital's own, or its newer version, which takes the place of the one with its id. Forms name no
 * patient, so they may stand where nothing is sealed, and reach every tablet with the directory.
 */
const FormPublished = z.object({
  kind: z.literal('form-published'),
  recordedAt: Instant,
  form: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
  title: z.string().min(1).max(300),
  /** FHIR R4 Questionnaire as JSON, as the hospital wrote it; absent: the form is no longer offered. */
  questionnaire: z.string().max(180_000).optional(),
  by: z.string().max(200),
});
type FormPublished = z.infer<typeof FormPublished>;
/** One key of a person or a tablet is over. `logs`: the last entry of each of its logs that is believed. */
export const DeviceRevoked = z.object({
  kind: z.literal('device-revoked'),
  recordedAt: Instant,
  device: Hex128,
  /** Positions and not times, because its clock may lie. Of a log that is not named nothing is believed. */
  logs: z.array(z.object({ log: Hex128, seq: z.number().int().min(0) })).max(2000),
  reason: z.string().min(1).max(500),
  /** The administrator; absent: the server did it by itself. */
  by: Hex128.optional(),
});
export type DeviceRevoked = z.infer<typeof DeviceRevoked>;

/** A person was taken off the staff list. What tablets wrote for them before stands, also where it is still to come. */
const StaffRevoked = z.object({
  kind: z.literal('staff-revoked'),
  recordedAt: Instant,
  staff: Hex128,
  reason: z.string().min(1).max(500),
  by: Hex128.optional(),
});

/** Whose signature counts in directory and roster besides the site's own; only the site says so. */
const AdministratorCertified = z.object({
  kind: z.literal('administrator-certified'),
  recordedAt: Instant,
  staff: Hex128,
  publicKey: Key,
});
const AdministratorWithdrawn = z.object({
  kind: z.literal('administrator-withdrawn'),
  recordedAt: Instant,
  staff: Hex128,
  publicKey: Key,
});

/** A new generation of the roster identity: after a tablet was revoked, it opens no staff list that is written later. */
const RosterOpened = z.object({
  kind: z.literal('roster-opened'),
  recordedAt: Instant,
  generation: z.number().int().min(2),
  recipient: Recipient,
  /** The private half, for site and recovery, base64. */
  sealedIdentity: z.string(),
  /** And for each tablet that goes on, base64. */
  devices: z.array(z.object({ device: Hex128, file: z.string(), pinFile: z.string().optional() })).max(2000),
  /** The PIN secret of this generation, for site and recovery, base64; `pinFile` above is for tablets that may hold it. */
  sealedPinSecret: z.string().optional(),
  after: Causes,
});
type RosterOpened = z.infer<typeof RosterOpened>;

/**
 * A tablet is to forget everything. It obeys when nobody works on it and the server has signed for all that it holds,
 * but for what `losing` names: what an administrator saw there and gave up.
 */
export const WipeOrdered = z.object({
  kind: z.literal('wipe-ordered'),
  recordedAt: Instant,
  device: Hex128,
  reason: z.string().min(1).max(500),
  by: Hex128,
  losing: z
    .object({
      entries: z.number().int().min(1),
      oldestAt: Instant.optional(),
      beds: z.array(z.string().max(40)).max(500),
    })
    .optional(),
});
export type WipeOrdered = z.infer<typeof WipeOrdered>;

/** After how long without a touch a ward's tablets lock. */
const IdleLockSet = z.object({
  kind: z.literal('idle-lock-set'),
  recordedAt: Instant,
  ward: z.string().max(64),
  seconds: z.number().int().min(15).max(1800),
});

export const DirectoryBody = z.discriminatedUnion('kind', [
  SiteOpened,
  WardOpened,
  DeviceEnrolled,
  HubEnrolled,
  FormPublished,
  DataPublished,
  DeviceRevoked,
  StaffRevoked,
  AdministratorCertified,
  AdministratorWithdrawn,
  RosterOpened,
  IdleLockSet,
  WipeOrdered,
  OutageClosed,
]);
export type DirectoryBody = z.infer<typeof DirectoryBody>;

/** What the directory says now. */
export interface Directory {
  site?: z.infer<typeof SiteOpened>;
  /** The newest generation of each ward. */
  wards: Map<string, WardOpened>;
  /** Every generation of each ward, oldest first: what was sealed for one stays readable. */
  generations: Map<string, WardOpened[]>;
  devices: Map<string, DeviceEnrolled>;
  hubs: Map<string, HubEnrolled>;
  /** The newest word on each form, also that it is no longer offered. */
  forms: Map<string, FormPublished>;
  /** Formulary, order sets, settings of wards: the newest whole publication of each. */
  data: SiteData;
  /** By device: the last believed place of each log that any revocation names. */
  revokedDevices: Map<string, { trusted: Map<string, number>; reason: string; recordedAt: string }>;
  /** By person, with the time from which on nothing of theirs is believed. */
  revokedStaff: Map<string, { fromMs: number; reason: string; recordedAt: string }>;
  /** Keys that speak for the site, by person. */
  administrators: Map<string, string>;
  /** Generations of the roster identity after the first, oldest first. */
  rosters: RosterOpened[];
  /** By ward, where it was set. */
  idleLockSeconds: Map<string, number>;
  /** By device: the newest order. */
  wipeOrders: Map<string, WipeOrdered>;
  /** Up to where outages were closed. */
  closings: Closings;
}

export const emptyDirectory = (): Directory => ({
  wards: new Map(),
  generations: new Map(),
  devices: new Map(),
  hubs: new Map(),
  revokedDevices: new Map(),
  revokedStaff: new Map(),
  administrators: new Map(),
  rosters: [],
  idleLockSeconds: new Map(),
  wipeOrders: new Map(),
  closings: noClosings(),
  forms: new Map(),
  data: new Map(),
});

/** Takes one statement in. In whatever order statements come, the same directory results; two of one generation are both kept. */
export function addToDirectory(directory: Directory, body: DirectoryBody): void {
  switch (body.kind) {
    case 'site-opened':
      directory.site = body;
      break;
    case 'ward-opened': {
      const known = directory.generations.get(body.ward) ?? [];
      const all = [...known.filter((other) => other.recipient !== body.recipient), body].sort(byGeneration);
      directory.generations.set(body.ward, all);
      directory.wards.set(body.ward, all.at(-1)!);
      break;
    }
    case 'device-enrolled':
      directory.devices.set(body.device, body);
      break;
    case 'hub-enrolled':
      directory.hubs.set(body.hub, body);
      break;
    case 'device-revoked': {
      const known = directory.revokedDevices.get(body.device);
      const trusted = new Map(known?.trusted);
      // Two administrators who know different parts: of each log the least that either believes.
      for (const { log, seq } of body.logs) trusted.set(log, Math.min(seq, trusted.get(log) ?? seq));
      const first = known && known.recordedAt <= body.recordedAt ? known : body;
      directory.revokedDevices.set(body.device, {
        trusted,
        reason: first.reason,
        recordedAt: first.recordedAt,
      });
      break;
    }
    case 'staff-revoked': {
      const fromMs = Date.parse(body.recordedAt);
      const known = directory.revokedStaff.get(body.staff);
      if (!known || fromMs < known.fromMs)
        directory.revokedStaff.set(body.staff, { fromMs, reason: body.reason, recordedAt: body.recordedAt });
      break;
    }
    case 'administrator-certified':
      directory.administrators.set(body.staff, body.publicKey);
      break;
    case 'administrator-withdrawn':
      if (directory.administrators.get(body.staff) === body.publicKey)
        directory.administrators.delete(body.staff);
      break;
    case 'form-published': {
      // Logs come in no order; the clock of whoever published is one, and of two at one instant either, but the same.
      const rank = ({ recordedAt, questionnaire }: FormPublished): string =>
        `${recordedAt} ${questionnaire ?? ''}`;
      const known = directory.forms.get(body.form);
      if (!known || rank(known) < rank(body)) directory.forms.set(body.form, body);
      break;
    }
    case 'data-published':
      addSiteData(directory.data, body);
      break;
    case 'idle-lock-set':
      directory.idleLockSeconds.set(body.ward, body.seconds);
      break;
    case 'wipe-ordered': {
      const known = directory.wipeOrders.get(body.device);
      if (!known || known.recordedAt < body.recordedAt) directory.wipeOrders.set(body.device, body);
      break;
    }
    case 'outage-closed':
      addClosing(directory.closings, body);
      break;
    case 'roster-opened':
      directory.rosters = [
        ...directory.rosters.filter((other) => other.recipient !== body.recipient),
        body,
      ].sort(byGeneration);
      break;
  }
}

/** Two administrators may open one generation at once: the recipients decide alike everywhere which one is used. */
const byGeneration = (
  a: { generation: number; recipient: string },
  b: { generation: number; recipient: string },
): number => a.generation - b.generation || (a.recipient < b.recipient ? -1 : 1);

/** When and why a tablet, or a hub, was taken off the list; `null`: it was not. */
export function revocationOf(directory: Directory, device: string): { at: string; reason: string } | null {
  const revoked = directory.revokedDevices.get(device);
  return revoked ? { at: revoked.recordedAt, reason: revoked.reason } : null;
}

/** Wards whose records a device, or a hub, may pull: none once it is revoked. */
export function grantedWards(directory: Directory, device: string): readonly string[] {
  if (directory.revokedDevices.has(device)) return [];
  return directory.devices.get(device)?.wards ?? directory.hubs.get(device)?.wards ?? [];
}

/**
 * Whether a device, or a hub, may pull logs of this scope: the directory, the sealed staff list, and what is about
 * patients of its wards. A revoked one still learns from the directory that it is revoked.
 */
export function mayPull(directory: Directory, device: string, scope: string): boolean {
  if (scope === DIRECTORY_SCOPE) return true;
  if (directory.revokedDevices.has(device)) return false;
  return scope === ROSTER_SCOPE || mayRead(grantedWards(directory, device), scope);
}

/**
 * Whether a device may be the writer of a log: its audit trail, in the wards that it was granted, and in directory and roster, where
 * what it carries counts only by an administrator's or the person's own signature. Revoked or not: whether an entry
 * is authentic and whether it is believed are two questions, and what is authentic is always kept.
 */
export function mayOpenLog(directory: Directory, device: string, scope: string): boolean {
  const known = directory.devices.get(device);
  return (
    known !== undefined &&
    (scope === DIRECTORY_SCOPE ||
      scope === ROSTER_SCOPE ||
      scope === AUDIT_SCOPE ||
      mayWrite(known.wards, scope))
  );
}

/** The roster's recipient now. */
export const rosterRecipient = (directory: Directory): string | undefined =>
  directory.rosters.at(-1)?.recipient ?? directory.site?.rosterRecipient;

/** 1, and one more for each rotation. */
export const rosterGeneration = (directory: Directory): number => directory.rosters.at(-1)?.generation ?? 1;

/**
 * A PIN has six digits, and whoever holds what it is wrapped under tries all of them in a night. So a secret of the
 * site is wrapped in besides, and only tablets whose disk is encrypted with a key in its hardware hold it, where a
 * thief's copy of the files opens nothing. The demo has no such tablets and nobody's record.
 */
export const mayHoldPinSecret = (directory: Directory, device: { hardwareEncrypted: boolean }): boolean =>
  device.hardwareEncrypted || (directory.site?.demo ?? false);

/** What a person's key is wrapped under besides the PIN. */
export const pinWrappingSecret = (rosterSecret: string, pinSecret: string): string =>
  `${rosterSecret}\n${pinSecret}`;
