import Dexie, { type EntityTable, type Table } from 'dexie';
import { type Bytes, type Entry, type Opening, readEntry } from '../log/index.ts';
import type { Acknowledgement } from '../seal/index.ts';
import type { SnapshotList } from '../site/index.ts';

/** Everything here is sealed or says nothing about a person: pseudonyms, counts, public keys. No plaintext, ever. */

export interface LogRow {
  log: string;
  writer: string;
  scope: string;
  opening: Opening;
  /** 1: this tablet writes it. */
  mine: 0 | 1;
  acknowledgement?: Acknowledgement;
  /** Up to here a hub or another tablet keeps it. */
  copiedThrough?: number;
  /** The ward identity that its key was sealed to, of our own logs. */
  wardRecipient?: string;
  /** Another entry stands at a place of ours: nothing more is written here. */
  forked?: true;
  /** A closing names it: nothing more is written here. */
  ended?: true;
  /** Up to here nothing is left of its entries but place and hash, or is about to be; its opening stays. */
  purgedThrough?: number;
  /** Up to here the audit log says so. */
  purgeProvedThrough?: number;
}

export interface EntryRow {
  log: string;
  seq: number;
  /** Absent for entries about no patient, so that the index leaves them out. */
  patient?: string;
  hash: Bytes;
  /** Absent: purged. */
  bytes?: Bytes;
}

/** A row with what was charted. */
export type HeldEntryRow = EntryRow & { bytes: Bytes };

export const isHeld = (row: EntryRow): row is HeldEntryRow => row.bytes !== undefined;

/** Reads what stands in a row; `undefined`: it is not here, or purged. */
export const readRow = (row: EntryRow | undefined): ReturnType<typeof readEntry> | undefined =>
  row && isHeld(row) ? readEntry(row.bytes) : undefined;

export function entryRow(entry: Entry, hash: Bytes): HeldEntryRow {
  const row: HeldEntryRow = { log: entry.log, seq: entry.seq, hash, bytes: entry.bytes };
  if (entry.patient !== null) row.patient = entry.patient;
  return row;
}

/** Derived from a patient's entries and sealed under the vault key: a row of the ward board, or a page of entries. */
export interface SummaryRow {
  patient: string;
  foldVersion: number;
  /** By this tablet's clock, milliseconds: a row lists doses for a day, and is made anew before they run out. */
  foldedAt?: number;
  box: Bytes;
}

/** A patient whose summary is older than the entries. `mark` names what made it so: a fold clears only the mark that it saw. */
export interface StaleRow {
  patient: string;
  mark: string;
}

export interface DraftRow {
  /** Author, so that hers alone are opened. */
  staff: string;
  key: string;
  savedAt: string;
  box: Bytes;
}

/** Derived by the fold: an entry that counts only when a person vouches for it. */
export interface HeldRow {
  entry: string;
  patient: string;
  reason: string;
}

export interface QuarantineRow {
  id: number;
  hash: string;
  reason: string;
  kind: string;
  receivedAt: string;
  bytes: Bytes;
}

/** An entry of a second history of its log, kept beside it; the site server's word that it keeps it too, with its epoch. */
export interface BranchRow {
  hash: string;
  log: string;
  seq: number;
  acknowledgedIn: string;
  acknowledgement?: Acknowledgement;
  bytes: Bytes;
}

/** What the server said became of an entry. */
export interface OutcomeRow {
  entry: string;
  outcome: 'posted' | 'refused' | 'rejected' | 'not-needed';
  /** The entry that says so. */
  saidBy: string;
}

/** The tablet's place in the directory. Private keys are non-extractable. */
export interface Tablet {
  device: string;
  name: string;
  site: string;
  siteKey: string;
  signingKey: CryptoKey;
  identity: CryptoKey;
}

/** A tablet that has asked to join: what it will be once it is let in. */
interface JoiningTablet extends Tablet {
  /** What an administrator compares with her own screen. */
  checkCode: string;
}

export interface MetaTypes {
  tablet: Tablet;
  joining: JoiningTablet;
  /** The vault key as an age file for the ward identities. */
  'vault-key': { file: Bytes };
  'pin-failures': Record<string, number>;
  'downtime-serial': number;
  /** Letters of this copy of the tablet, and for how many second histories they were drawn. */
  'downtime-branch': { histories: number; letters: string };
  /** When the reserve was last laid, as far as there was room: milliseconds. */
  'ballast-tried-at': number;
  epoch: string;
  /** Who unlocked last, newest first; ids say nothing without the roster. */
  'recent-staff': string[];
  /** Which revocations the charts were last folded with. */
  'folded-with': string;
  /** The order to wipe this tablet that its audit log says it obeys. */
  'wipe-proof': string;
}

export class VaultDatabase extends Dexie {
  declare logs: EntityTable<LogRow, 'log'>;
  declare entries: Table<EntryRow, [string, number]>;
  declare summaries: EntityTable<SummaryRow, 'patient'>;
  /** Derived: a patient's entries, opened and parsed once, sealed in one box. */
  declare pages: EntityTable<SummaryRow, 'patient'>;
  /** Patients whose summary is older than their entries; written with the entry, cleared by the fold. */
  declare stale: EntityTable<StaleRow, 'patient'>;
  declare drafts: Table<DraftRow, [string, string]>;
  declare quarantine: EntityTable<QuarantineRow, 'id'>;
  declare branches: EntityTable<BranchRow, 'hash'>;
  declare held: EntityTable<HeldRow, 'entry'>;
  declare outcomes: EntityTable<OutcomeRow, 'entry'>;
  declare snapshots: Table<SnapshotList & { current: 0 | 1 }, [string, string]>;
  declare blobs: EntityTable<{ hash: string; bytes: Bytes }, 'hash'>;
  declare meta: Table<{ key: string; value: unknown }, string>;

  constructor(name = 'lamplight') {
    // Chrome's default has been relaxed since version 121: "saved" would only mean "in the OS buffer" (FAILURES 1).
    super(name, { chromeTransactionDurability: 'strict' });
    this.version(1).stores({
      logs: 'log, scope',
      entries: '[log+seq], patient',
      summaries: 'patient',
      pages: 'patient',
      stale: 'patient',
      drafts: '[staff+key]',
      quarantine: '++id, &hash',
      outcomes: 'entry',
      snapshots: '[ward+asOf]',
      blobs: 'hash',
      meta: 'key',
    });
    this.version(2).stores({ branches: 'hash, log, acknowledgedIn' });
    this.version(3).stores({ held: 'entry, patient' });
  }

  async read<K extends keyof MetaTypes>(key: K): Promise<MetaTypes[K] | undefined> {
    return (await this.meta.get(key))?.value as MetaTypes[K] | undefined;
  }

  async write<K extends keyof MetaTypes>(key: K, value: MetaTypes[K]): Promise<void> {
    await this.meta.put({ key, value });
  }

  async forget(key: keyof MetaTypes): Promise<void> {
    await this.meta.delete(key);
  }

  /** The last entry of a log. */
  lastOf(log: string): Promise<EntryRow | undefined> {
    return this.entries.where('[log+seq]').between([log, 0], [log, Number.POSITIVE_INFINITY]).last();
  }
}
