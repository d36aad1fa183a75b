import { CarriedEntry, RecordMoved } from '../clinical/index.ts';
import {
  type Bytes,
  entryId,
  fromBase64,
  type Opening,
  readEntry,
  toHex,
  type Verify,
} from '../log/index.ts';
import { openEntry } from '../seal/index.ts';
import { type HeldItem, holdRecord, keysInPacket, type RecordItem, unpackRecord } from '../site/index.ts';
import { type EntryRow, readRow, type VaultDatabase } from './database.ts';
import type { Keyring } from './keyring.ts';

/** A packet of a moved record, with what verified in it. */
export interface OpenedPacket {
  /** The packet's own id. */
  id: string;
  writer: string;
  bySite: boolean;
  items: RecordItem[];
  keysOf: ReturnType<typeof keysInPacket>;
  refused: { bytes: Bytes; reason: string }[];
}

/**
 * One patient's entries as bytes: those that stand in logs here, and those that came along in packets when the patient
 * was moved here.
 */
export function createPatientRecords(
  db: VaultDatabase,
  keyring: Pick<Keyring, 'keysOf'>,
  verifier: (writer: string, scope: string) => Promise<Verify | undefined>,
) {
  async function openingOf(log: string): Promise<RecordItem['opening'] | undefined> {
    const first = await db.entries.get([log, 1]);
    const read = readRow(first);
    return read?.ok && read.entry.opening ? { ...read.entry, opening: read.entry.opening } : undefined;
  }

  async function openPacket(row: EntryRow): Promise<OpenedPacket | undefined> {
    const opening = (await openingOf(row.log))?.opening;
    const body = opening && (await bodyOf(row, opening));
    const packet = RecordMoved.safeParse(body);
    if (!opening || !packet.success || row.patient === undefined) return undefined;
    return {
      id: entryId(row.log, row.seq),
      writer: opening.writer,
      bySite: opening.writer === opening.site,
      keysOf: keysInPacket(packet.data, row.patient),
      ...(await unpackRecord(packet.data, row.patient, opening.site, verifier)),
    };
  }

  async function bodyOf(row: EntryRow, opening: Opening): Promise<unknown> {
    const read = readRow(row);
    const keys = await keyring.keysOf(opening);
    const opened = read?.ok && keys ? await openEntry(read.entry, keys) : undefined;
    return opened?.ok ? opened.opened.body : undefined;
  }

  /** What an entry that the site took over carries inside is sealed with the key of the log that it was written in. */
  async function carriedKeys(body: unknown): Promise<RecordItem['alsoKeys']> {
    const carried = CarriedEntry.safeParse(body);
    const inner = carried.success ? readEntry(fromBase64(carried.data.entry)) : undefined;
    if (!inner?.ok) return undefined;
    const opening = (await db.logs.get(inner.entry.log))?.opening;
    const keys = opening && (await keyring.keysOf(opening));
    return keys && { log: inner.entry.log, keys };
  }

  return {
    /** These rows as packets, the site's first, so that every tablet believes the same one where two differ. */
    async packets(rows: readonly EntryRow[]): Promise<OpenedPacket[]> {
      const opened = await Promise.all(rows.map(openPacket));
      return opened
        .filter((packet) => packet !== undefined)
        .sort((a, b) => Number(b.bySite) - Number(a.bySite) || (a.id < b.id ? -1 : 1));
    },

    /** Every entry of the patient that is here and opens. */
    async itemsOf(patient: string): Promise<HeldItem[]> {
      const found: { item: RecordItem; scope: string }[] = [];
      const openings = new Map<string, Promise<RecordItem['opening'] | undefined>>();
      for (const row of await db.entries.where('patient').equals(patient).toArray()) {
        if (!openings.has(row.log)) openings.set(row.log, openingOf(row.log));
        const opening = await openings.get(row.log);
        const read = readRow(row);
        const keys = opening && (await keyring.keysOf(opening.opening));
        if (!opening || !read?.ok || !keys) continue;
        const opened = await openEntry(read.entry, keys);
        if (!opened.ok) continue;
        const { body } = opened.opened;
        const packet = RecordMoved.safeParse(body);
        if (packet.success) {
          const inner = await unpackRecord(packet.data, patient, opening.opening.site, verifier);
          const { scope } = opening.opening;
          found.push(...inner.items.map((item) => ({ item, scope })));
          continue;
        }
        const alsoKeys = await carriedKeys(body);
        found.push({
          item: {
            entry: read.entry,
            hash: toHex(row.hash),
            opening,
            keys,
            ...(alsoKeys ? { alsoKeys } : {}),
          },
          scope: opening.opening.scope,
        });
      }
      return holdRecord(found);
    },
  };
}

export type PatientRecords = ReturnType<typeof createPatientRecords>;
