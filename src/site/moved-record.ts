import type { RecordMoved } from '../clinical/index.ts';
import {
  type Bytes,
  type Entry,
  entryId,
  fromBase64,
  type Opening,
  readEntry,
  toBase64,
  toHex,
  type Verify,
} from '../log/index.ts';
import { grantedKeys, type LogKeys, sha256 } from '../seal/index.ts';
import { mayRead } from './scope.ts';

/** One entry of a patient's record, with what somebody else needs to verify and to open it. */
export interface RecordItem {
  entry: Entry;
  /** SHA-256 of its bytes, hex: what tells one entry from another also where a log has two histories. */
  hash: string;
  /** The first entry of its log. */
  opening: Entry & { opening: Opening };
  /** Keys of its log; and of the log of an entry that it carries (`carried-entry`), where it does. */
  keys: LogKeys;
  alsoKeys?: { log: string; keys: LogKeys };
}

/** One entry of the record, and the scopes of the logs that bring it: its own, and those of packets it is in. */
export interface HeldItem {
  item: RecordItem;
  scopes: string[];
}

/** A patient's record as one replica holds it: each entry once, however many ways brought it. */
export function holdRecord(found: Iterable<{ item: RecordItem; scope: string }>): HeldItem[] {
  const held = new Map<string, HeldItem>();
  for (const { item, scope } of found) {
    const known = held.get(item.hash);
    if (known) known.scopes.push(scope);
    else held.set(item.hash, { item, scopes: [scope] });
  }
  return [...held.values()];
}

/** What nothing that is known here brings to a ward yet. */
export const lackedBy = (ward: string, held: readonly HeldItem[]): RecordItem[] =>
  held.filter(({ scopes }) => !scopes.some((scope) => mayRead([ward], scope))).map(({ item }) => item);

/**
 * What of that a tablet passes on: all of it where it moved the patient, else what it wrote itself. Every tablet of the
 * ward would send the same otherwise; the server sends after what is still missing.
 */
export const toPassOn = (lacked: readonly RecordItem[], device: string, isMover: boolean): RecordItem[] =>
  lacked.filter(({ opening }) => isMover || opening.opening.writer === device);

/** An entry holds 256 KB at most; base64 in a deflated body comes back to about what the bytes were. */
const PACKET_BYTES = 120_000;
const PACKET_ENTRIES = 1000;

export type RecordPacket = Pick<RecordMoved, 'openings' | 'keys' | 'entries'>;

/** The record in as few packets as fit, each of use by itself. */
export async function packRecord(patient: string, items: readonly RecordItem[]): Promise<RecordPacket[]> {
  const packets: RecordPacket[] = [];
  let current: RecordItem[] = [];
  let openings = new Set<string>();
  let size = 0;
  const close = async (): Promise<void> => {
    if (current.length > 0) packets.push(await toPacket(patient, current));
    current = [];
    openings = new Set();
    size = 0;
  };
  for (const item of items) {
    const opening = openings.has(item.entry.log) ? 0 : item.opening.bytes.length + 100;
    const grows = item.entry.bytes.length + opening;
    if (size + grows > PACKET_BYTES || current.length >= PACKET_ENTRIES) await close();
    current.push(item);
    openings.add(item.entry.log);
    size += grows;
  }
  await close();
  return packets;
}

async function toPacket(patient: string, items: readonly RecordItem[]): Promise<RecordPacket> {
  const openings = new Map<string, string>();
  const keys = new Map<string, LogKeys>();
  for (const { entry, opening, keys: own, alsoKeys } of items) {
    openings.set(entry.log, toBase64(opening.bytes));
    keys.set(entry.log, own);
    if (alsoKeys) keys.set(alsoKeys.log, alsoKeys.keys);
  }
  return {
    openings: [...openings.values()],
    keys: await Promise.all(
      [...keys].map(async ([log, own]) => ({ log, key: toBase64(await own.grant(patient)) })),
    ),
    entries: items.map(({ entry }) => toBase64(entry.bytes)),
  };
}

/**
 * Reads a packet without trusting it: an item is there only when it is about this patient, its log's first entry and
 * itself are signed by a writer who may write that log, and a key came with it.
 *
 * @param verifier as in `Ledger`.
 */
export async function unpackRecord(
  packet: RecordPacket,
  patient: string,
  site: string,
  verifier: (writer: string, scope: string) => Promise<Verify | undefined>,
): Promise<{ items: RecordItem[]; refused: { bytes: Bytes; reason: string }[] }> {
  const keys = new Map(packet.keys.map(({ log, key }) => [log, grantedKeys(patient, fromBase64(key))]));
  const openings = new Map<string, { opening: RecordItem['opening']; verify: Verify }>();
  for (const text of packet.openings) {
    const read = readEntry(fromBase64(text));
    if (!read.ok || read.entry.opening?.site !== site) continue;
    const verify = await verifier(read.entry.opening.writer, read.entry.opening.scope);
    if (verify && (await verify(read.entry.signature, read.entry.signed)))
      openings.set(read.entry.log, { opening: read.entry as RecordItem['opening'], verify });
  }
  const items: RecordItem[] = [];
  const refused: { bytes: Bytes; reason: string }[] = [];
  for (const text of packet.entries) {
    const bytes = fromBase64(text);
    const read = readEntry(bytes);
    const known = read.ok ? openings.get(read.entry.log) : undefined;
    const own = read.ok ? keys.get(read.entry.log) : undefined;
    if (!read.ok || read.entry.opening || read.entry.patient !== patient || !known || !own)
      refused.push({ bytes, reason: 'An entry of a moved record is not one of this patient.' });
    else if (!(await known.verify(read.entry.signature, read.entry.signed)))
      refused.push({
        bytes,
        reason: `Entry ${entryId(read.entry.log, read.entry.seq)}: its signature is not its writer's.`,
      });
    else
      items.push({
        entry: read.entry,
        hash: toHex(await sha256(bytes)),
        opening: known.opening,
        keys: own,
      });
  }
  return { items, refused };
}

/** Keys that came in a packet, by log: what an entry carries inside may be sealed with another log's key. */
export const keysInPacket =
  (packet: RecordPacket, patient: string) =>
  async (log: string): Promise<LogKeys | undefined> => {
    const found = packet.keys.find((key) => key.log === log);
    return found && grantedKeys(patient, fromBase64(found.key));
  };
