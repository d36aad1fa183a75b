import type {
  BoardRow,
  Chart,
  Draft,
  EntryId,
  PictureReference,
  PictureType,
  Role,
} from '../clinical/index.ts';
import type { PasskeyAnswer } from '../seal/index.ts';
import type { SiteDataName } from '../site/index.ts';
import type { AdministerApi } from './administer-api.ts';
import type { Credential } from './credentials.ts';
import type { MovesApi } from './moves.ts';
import type { PasskeysApi } from './passkeys-api.ts';
import type { StorageRoom } from './storage-room.ts';
import type { FileTransferApi, QrTransferApi } from './transfer-api.ts';

/**
 * What the page may ask of the vault. Implemented in the vault worker; the page holds a proxy of the same
 * shape (`openVault` in `client.ts`). Nothing here ever hands out a key.
 */

/** Where the entries of this tablet are. Counts fall only by a signed acknowledgement. */
export interface EntryCounts {
  onThisTabletOnly: number;
  /** Oldest `recordedAt` among those on this tablet only. */
  oldestUnsentAt?: string;
  copied: number;
  atServer: number;
  inEhr: number;
  needsPerson: number;
}

export type EntryPlace = 'this-tablet' | 'copied' | 'server' | 'ehr' | 'needs-person';

export interface StaffName {
  id: string;
  name: string;
  role: Role;
}

/** Somebody on the lock screen; `passkeys`: ids of keys that open this tablet for them. */
export interface ListedPerson extends StaffName {
  passkeys?: string[];
}

/** What may be shown before anyone has unlocked. */
export interface TabletStatus {
  /** `revoked`: an administrator took this tablet out of use; nobody unlocks it, its records still leave it. */
  state: 'not-enrolled' | 'ready' | 'not-ready' | 'set-aside' | 'revoked';
  /** Why it is not ready, or why the vault was set aside, in the user's words. */
  reasons: string[];
  deviceName?: string;
  /** Not enrolled, and has asked to join: what an administrator compares before she lets it in. */
  joining?: { deviceName: string; checkCode: string };
  /** `idleLockMs`: absent where the ward has not set its own. */
  wards: { id: string; name: string; idleLockMs?: number }[];
  timeZone: string;
  demo: boolean;
  /** "EHR data as of"; absent: no snapshot yet. */
  snapshotAsOf?: string;
  staff: ListedPerson[];
  /** Ids of those who unlocked it last, newest first. */
  recent: string[];
  counts: EntryCounts;
  persisted: boolean;
  storage: StorageRoom;
  /** The PIN alone protects this tablet's files: allowed in the demo, said in a banner. */
  pinOnlyWarning: boolean;
  /** A PIN opens only a tablet whose disk is confirmed as hardware-encrypted, and the demo. */
  unlockWith: Credential;
}

/** Outcome of anything that a user can cause to fail. `message` is ready to show and says what to do. */
export type Result<T, K extends string = string> =
  | { ok: true; value: T }
  | { ok: false; error: { kind: K; message: string; retryAt?: string } };

export interface Session {
  staff: StaffName;
  ward: { id: string; name: string };
}

/** How much of the ward this tablet can show. A list that is not complete must never look as if it were. */
export interface WardCompleteness {
  /** Absent: the EHR's list of this ward has never come. */
  snapshotAsOf?: string;
  /** Patients who are known here and have no row on the board yet. */
  toOpen: number;
}

export interface SavedEntry {
  id: EntryId;
  savedAt: string;
}

/** A note or form in progress, sealed to its author. `key` names the form and patient, for example `note:<patient>`. */
export interface StoredDraft {
  key: string;
  patient?: string;
  savedAt: string;
  content: unknown;
}

interface QuarantinedItem {
  id: number;
  reason: string;
  receivedAt: string;
  bytes: number;
}

/** `parts` of so many are here; how many there are is not known before one of them came. */
export type PictureHere =
  | { here: true; contentType: PictureType; bytes: Uint8Array<ArrayBuffer> }
  | { here: false; parts: number; of: number | undefined };

export interface PicturesApi {
  /** Keeps a picture sealed for whoever took it, until the entry that names it is saved or its draft is discarded. */
  keepPicture(picture: {
    bytes: Uint8Array<ArrayBuffer>;
    contentType: PictureType;
  }): Promise<Result<PictureReference, 'invalid' | 'storage' | 'full'>>;
  /** Of a draft, or of an entry about this patient. An entry that travelled alone may be here before its pictures. */
  picture(request: { patient: string; sha256: string }): Promise<PictureHere>;
}

export interface VaultApi
  extends AdministerApi,
    FileTransferApi,
    QrTransferApi,
    MovesApi,
    PasskeysApi,
    PicturesApi {
  status(): Promise<TabletStatus>;
  /** Asks with a one-time code to join; an administrator decides. Needs the server. */
  askToJoin(request: {
    code: string;
    deviceName: string;
  }): Promise<Result<void, 'offline' | 'refused' | 'storage'>>;
  /** Whether it was let in since: then it has its place in the directory. Refused: it may ask anew. */
  joinOnceLetIn(): Promise<Result<'waiting' | 'enrolled', 'offline' | 'refused' | 'storage'>>;
  /** Gives up what was asked, to ask with another code. */
  forgetJoining(): Promise<void>;
  /** By PIN or passphrase, or by what an authenticator answered. */
  unlock(
    request: { staff: string; ward: string } & ({ pin: string } | { passkey: PasskeyAnswer }),
  ): Promise<Result<Session, 'wrong-pin' | 'wait' | 'not-granted' | 'storage'>>;
  /** Checks the PIN again for a signature, without a new session. */
  confirmPin(pin: string): Promise<Result<void, 'wrong-pin' | 'wait'>>;

  board(): Promise<BoardRow[]>;
  completeness(): Promise<WardCompleteness>;
  /** The newest of a long history at once; `whole`: all of it. */
  chart(patient: string, whole: boolean): Promise<Chart | undefined>;
  /**
   * Signs, seals, chains and writes one entry; resolves with `ok` only after the strict transaction has
   * completed. `pin` is asked again for orders. A failed save leaves nothing half-written.
   */
  append(request: {
    patient: string;
    draft: Draft;
    pin?: string;
    /** Key of the writer's draft that this entry finishes: forgotten by the same transaction, or after a crash it is offered again. */
    forgets?: string;
  }): Promise<Result<SavedEntry, 'invalid' | 'wrong-pin' | 'wait' | 'not-allowed' | 'storage' | 'full'>>;
  /**
   * A second person signs an entry with their own PIN: as witness or co-signer. Whoever has unlocked stays signed in,
   * and the key of the second person is gone when this resolves.
   */
  witness(request: {
    patient: string;
    entry: EntryId;
    as: 'witness' | 'co-signer';
    statement?: string;
    staff: string;
    pin: string;
  }): Promise<Result<SavedEntry, 'invalid' | 'wrong-pin' | 'wait' | 'not-allowed' | 'storage' | 'full'>>;
  /** Mints a downtime number and writes the registration; `forgets` as in `append`. */
  register(
    draft: Omit<Draft & { kind: 'patient-registered' }, 'number' | 'kind'>,
    forgets?: string,
  ): Promise<
    Result<SavedEntry & { patient: string; number: string }, 'invalid' | 'storage' | 'full' | 'not-allowed'>
  >;
  /** Places of this patient's entries, for the marks in the history. */
  places(patient: string): Promise<Record<EntryId, { place: EntryPlace; reason?: string }>>;

  /** Names of the tablets by the logs that they write: who charted what is told with where. */
  tablets(): Promise<Record<string, string>>;

  saveDraft(draft: Omit<StoredDraft, 'savedAt'>): Promise<Result<{ savedAt: string }, 'storage' | 'full'>>;
  drafts(): Promise<StoredDraft[]>;
  discardDraft(key: string): Promise<void>;

  /** The hospital’s own forms, as FHIR Questionnaires (`null`: no longer offered); those that come with the app are not among them. */
  forms(): Promise<{ id: string; questionnaire: unknown }[]>;
  /** What the hospital brought along besides, or has set for this ward, as published: whoever uses it parses it. */
  siteData(what: SiteDataName): Promise<{ recordedAt: string; by: string; data: unknown } | undefined>;

  /** Something goes to paper: noted in the audit trail, under each patient that stands on it. `what` names none. */
  printed(request: { patients: readonly string[]; what: string; pages: number }): Promise<void>;

  /** Writes what still waits in memory: the tail of the audit trail. Asked before the page goes away. */
  finish(): Promise<void>;

  quarantine(): Promise<QuarantinedItem[]>;
  now(): Promise<string>;
}

/** What the sync worker tells the page. It never has a key. */
export interface SyncState {
  /** `hub`: the server does not answer, a ward hub does. */
  reach: 'no-network' | 'server' | 'hub' | 'refused';
  /** Name of the hub that answers. */
  hub?: string;
  phase: 'idle' | 'uploading' | 'downloading' | 'waiting';
  /** Entries done and in all, for the progress bar. */
  done: number;
  total: number;
  lastContactAt?: string;
  nextTryAt?: string;
  /** Tablet clock minus server clock, milliseconds. */
  clockSkewMs?: number;
  problem?: string;
}

export interface SyncApi {
  state(): Promise<SyncState>;
  syncNow(): Promise<void>;
}

/** Told to the page by either worker: something that screens show has changed. */
export type VaultEvent =
  | { type: 'changed'; patients: string[] }
  | { type: 'counts'; counts: EntryCounts }
  | { type: 'snapshot'; asOf: string }
  /** Directory or staff list have changed: what the hospital brought along may be another. */
  | { type: 'site-changed' }
  /** This tablet, or whoever has unlocked it, was revoked: lock now. */
  | { type: 'revoked' }
  /** An administrator's order was obeyed: there is nothing here any more. */
  | { type: 'wiped' }
  | { type: 'sync'; state: SyncState }
  /**
   * A worker of this page has failed, until the page is loaded again: without the vault nothing is read or saved; without
   * the other nothing is sent or fetched, and all is saved as before.
   */
  | { type: 'stopped'; worker: 'vault' | 'sync' }
  | { type: 'storage-lost'; message: string };
