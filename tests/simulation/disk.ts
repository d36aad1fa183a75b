import { type Bytes, type Entry, type Opening, readEntry, toHex } from '../../src/log/index.ts';
import type { Acknowledgement } from '../../src/seal/index.ts';
import { addToDirectory, DeviceRevoked, type Directory, emptyDirectory } from '../../src/site/directory.ts';
import { decodeFrames, encodeFrame, FrameType } from '../../src/sync/index.ts';

/** What a replica has on its disk. A plain value, so that a backup is a copy. */
export interface Stored {
  logs: Map<string, StoredLog>;
  entries: Map<string, StoredEntry[]>;
  branches: Map<string, StoredBranch>;
  quarantine: Map<string, { kind: string; bytes: Bytes }>;
  epoch: string;
}

interface StoredLog {
  opening: Opening;
  forked: boolean;
  copiedThrough: number;
  /** A closing names it: its writer goes on elsewhere. */
  ended?: boolean;
  purgedThrough?: number;
  acknowledgement?: Acknowledgement;
}

interface StoredBranch {
  log: string;
  seq: number;
  acknowledgedIn: string;
  acknowledgement?: Acknowledgement;
  bytes: Bytes;
}

export interface StoredEntry {
  /** Of a purged row the replica itself sees nothing: the entry is there for the invariants alone. */
  entry: Entry;
  hash: string;
  purged?: true;
}

export const emptyDisk = (epoch: string): Stored => ({
  logs: new Map(),
  entries: new Map(),
  branches: new Map(),
  quarantine: new Map(),
  epoch,
});

export const copyOf = (disk: Stored): Stored => ({
  logs: new Map([...disk.logs].map(([log, row]) => [log, { ...row }])),
  entries: new Map([...disk.entries].map(([log, rows]) => [log, [...rows]])),
  branches: new Map([...disk.branches].map(([hash, row]) => [hash, { ...row }])),
  quarantine: new Map(disk.quarantine),
  epoch: disk.epoch,
});

/** The server's file beside its database, as bytes: what was appended survives, the last append may be torn. */
export class JournalFile {
  bytes: Uint8Array[] = [];
  #pending: Uint8Array | undefined;

  begin(entries: readonly Bytes[]): void {
    this.#pending = Buffer.concat(entries.map((entry) => encodeFrame(FrameType.entry, entry)));
  }

  finish(): void {
    if (this.#pending) this.bytes.push(this.#pending);
    this.#pending = undefined;
  }

  /** A crash in the middle: the first `share` of what was being written is there. */
  tear(share: number): void {
    if (this.#pending) this.bytes.push(this.#pending.slice(0, Math.floor(this.#pending.length * share)));
    this.#pending = undefined;
  }

  /** Reads it as the server does on start: a torn last frame is cut off. */
  recover(): Bytes[] {
    const { frames } = decodeFrames(new Uint8Array(Buffer.concat(this.bytes)));
    const entries = frames.map((frame) => frame.payload);
    this.bytes = entries.map((entry) => encodeFrame(FrameType.entry, entry));
    return entries;
  }
}

/** Every entry that a disk holds, by hash, also those that are carried inside others. */
export function everythingOn(disk: Stored): Map<string, Bytes> {
  const found = new Map<string, Bytes>();
  for (const rows of disk.entries.values())
    for (const { entry, hash, purged } of rows) if (!purged) found.set(hash, entry.bytes);
  for (const [hash, { bytes }] of disk.branches) found.set(hash, bytes);
  return found;
}

/** Entries that stand in the logs, purged or not, those that the server took over from branches among them. */
export function standingOn(disk: Stored, hashOf: (bytes: Bytes) => Bytes): Map<string, Entry> {
  const found = new Map<string, Entry>();
  for (const rows of disk.entries.values()) {
    for (const { entry, hash } of rows) {
      found.set(hash, entry);
      const { carried } = contentOf(entry);
      if (carried === undefined) continue;
      const bytes = new Uint8Array(Buffer.from(carried, 'base64'));
      const read = readEntry(bytes);
      if (read.ok) found.set(toHex(hashOf(bytes)), read.entry);
    }
  }
  return found;
}

/** What the directory logs on a disk say of revocations, taken in as every replica takes it in. */
export function directoryOn(disk: Stored): { directory: Directory; revocations: number[] } {
  const directory = emptyDirectory();
  const revocations: number[] = [];
  for (const [log, { opening }] of disk.logs) {
    if (opening.scope !== 'directory') continue;
    for (const { entry } of disk.entries.get(log) ?? []) {
      const content = contentOf(entry);
      const said = DeviceRevoked.safeParse(content);
      if (!said.success || content.revocation === undefined) continue;
      addToDirectory(directory, said.data);
      revocations.push(content.revocation);
    }
  }
  return { directory, revocations };
}

/** The simulation does not seal: what an entry says stands in its box. */
export function contentOf(entry: Entry): {
  kind?: string;
  device?: string;
  key?: string;
  hash?: string;
  carried?: string;
  references?: Record<string, string>;
  points?: { log: string; seq: number; hash: string }[];
  /** Which of the world's revocations it is. */
  revocation?: number;
  writer?: string;
  recordedAt?: string;
} {
  return JSON.parse(new TextDecoder().decode(entry.box)) as ReturnType<typeof contentOf>;
}
