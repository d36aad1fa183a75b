import {
  type BodyOf,
  type EntryId,
  type EntryOrigin,
  type OpenedEntry,
  WardBody,
} from '../clinical/index.ts';
import { type Entry, entryId, fromHex, type Opening, toHex } from '../log/index.ts';
import { type LogKeys, sha256 } from '../seal/index.ts';
import { authorProblem, openWardEntry } from '../site/index.ts';
import { type EntryRow, type HeldEntryRow, isHeld, readRow, type VaultDatabase } from './database.ts';
import type { Keyring } from './keyring.ts';
import type { createOpenedPages } from './opened-pages.ts';
import type { OpenedPacket, PatientRecords } from './patient-record.ts';

type PicturePart = BodyOf<'attachment'>;

/**
 * Opens a patient's entries. Bodies of entries that arrived are parsed when first opened; a body that its schema rejects
 * goes to quarantine with its reason and stays in the log. What is large, packets and pictures, stays in the log too, and
 * is read when somebody asks for it.
 */
export function createOpenedEntries(
  db: VaultDatabase,
  keyring: Keyring,
  records: Pick<PatientRecords, 'packets'>,
  observe: (hlc: readonly [number, number]) => void,
  pages: ReturnType<typeof createOpenedPages>,
) {
  const openings = new Map<string, Opening | undefined>();
  /** Opened entries of the patients in use: a chart that is open is not opened again for each save. */
  const opened = new Map<string, Map<string, OpenedEntry>>();

  async function openingOf(log: string): Promise<Opening | undefined> {
    if (!openings.has(log)) openings.set(log, (await db.logs.get(log))?.opening);
    return openings.get(log);
  }

  async function openRow(row: EntryRow): Promise<OpenedEntry | undefined> {
    const read = readRow(row);
    const opening = await openingOf(row.log);
    if (!isHeld(row) || !read?.ok || !opening || row.patient === undefined) return undefined;
    const keys = await keyring.keysOf(opening);
    // Another ward's log: carried here, readable there.
    if (!keys) return undefined;
    const id = entryId(row.log, row.seq);
    return openAs(id, row, { entry: read.entry, opening, keys });
  }

  async function keysOfLog(log: string): Promise<LogKeys | undefined> {
    const inner = await openingOf(log);
    return inner && keyring.keysOf(inner);
  }

  async function openAs(
    id: EntryId,
    row: Pick<HeldEntryRow, 'hash' | 'bytes' | 'patient'>,
    { entry, opening, keys }: { entry: Entry; opening: Opening; keys: LogKeys },
    keysInside = keysOfLog,
    originInPacket?: EntryOrigin,
  ): Promise<OpenedEntry | undefined> {
    const { patient } = row;
    if (patient === undefined) return undefined;
    const result = await openWardEntry(entry, keys, opening.writer === opening.site, keysInside);
    if (!result.ok) return setAside(row, result.error.kind, `Entry ${id}: ${result.error.message}.`);
    const { hlc } = result.opened;
    const origin = result.opened.origin ?? originInPacket;
    const place = { id, patient, hlc, ...(origin ? { origin } : {}) };
    observe(hlc);
    const parsed = WardBody.safeParse(result.opened.body);
    // The server speaks for itself and for what records staff decide there; everyone else signs.
    const signs = opening.writer !== opening.site || result.opened.carries !== undefined;
    if (parsed.success && signs) {
      // Somebody whom this tablet's staff list does not have yet is believed as far as the tablet that wrote it.
      const author = keyring.staffMember(parsed.data.author.id);
      const problem = author && (await authorProblem(author, parsed.data, result.opened.authoredBy));
      if (problem) return setAside(row, problem.kind, `Entry ${id}: ${problem.message}.`);
    }
    if (parsed.success) return { ...place, body: parsed.data };
    const kind = (result.opened.body as { kind?: unknown } | null)?.kind;
    if (WardBody.options.some((option) => option.shape.kind.value === kind)) {
      await setAside(row, 'schema', `Entry ${id} (${String(kind)}) has fields that are not allowed.`);
    }
    return { ...place, body: null };
  }

  async function packetsAmong(known: Iterable<OpenedEntry>) {
    const ids = [...known].flatMap(({ id, body }) => (body?.kind === 'record-moved' ? [id] : []));
    return records.packets((await db.entries.bulkGet(ids.map(placeOf))).filter((row) => row !== undefined));
  }

  /** Adds what packets brought along, under its own ids. An entry that stands in a log here is believed from there. */
  async function addMoved(patient: string, known: Map<string, OpenedEntry>, inLogs: ReadonlySet<string>) {
    const taken = new Set(inLogs);
    for (const packet of await packetsAmong(known.values())) {
      for (const { bytes, reason } of packet.refused)
        await setAside({ hash: await sha256(bytes), bytes }, 'moved-record', reason);
      for (const { entry, hash, opening, keys } of packet.items) {
        const id = entryId(entry.log, entry.seq);
        if (taken.has(id)) continue;
        taken.add(id);
        const opened = await openItem(packet, { entry, hash, opening, keys }, patient);
        if (opened) known.set(id, withoutBytes(opened));
      }
    }
  }

  function openItem(
    packet: OpenedPacket,
    { entry, hash, opening, keys }: OpenedPacket['items'][number],
    patient: string,
  ): Promise<OpenedEntry | undefined> {
    const row = { hash: fromHex(hash), bytes: entry.bytes, patient };
    const inside = async (log: string) => (await packet.keysOf(log)) ?? keysOfLog(log);
    const [log, seq] = placeOf(packet.id);
    const origin: EntryOrigin = {
      writer: opening.opening.writer,
      log: entry.log,
      seq: entry.seq,
      broughtBy: { writer: packet.writer, log, seq },
    };
    return openAs(
      entryId(entry.log, entry.seq),
      row,
      { entry, opening: opening.opening, keys },
      inside,
      origin,
    );
  }

  async function setAside(
    row: Pick<HeldEntryRow, 'hash' | 'bytes'>,
    kind: string,
    reason: string,
  ): Promise<undefined> {
    const hash = toHex(row.hash);
    if ((await db.quarantine.where('hash').equals(hash).count()) === 0) {
      await db.quarantine.add({ hash, kind, reason, receivedAt: new Date().toISOString(), bytes: row.bytes });
    }
    return undefined;
  }

  async function entriesOf(patient: string): Promise<OpenedEntry[]> {
    const [known, places] = await Promise.all([
      opened.get(patient) ??
        pages.read(patient).then((page) => new Map(page.map((entry) => [entry.id, entry]))),
      db.entries.where('patient').equals(patient).primaryKeys(),
    ]);
    const missing = places.filter(([log, seq]) => !known.has(entryId(log, seq)));
    const rows = missing.length > 0 ? await db.entries.bulkGet(missing) : [];
    const fresh = await Promise.all(rows.map((row) => row && openRow(row)));
    for (const entry of fresh) if (entry) known.set(entry.id, withoutBytes(entry));
    if (fresh.some((entry) => entry?.body?.kind === 'record-moved'))
      await addMoved(patient, known, new Set(places.map(([log, seq]) => entryId(log, seq))));
    await releaseFromQuarantine(rows.filter((_, index) => fresh[index]?.body));
    opened.delete(patient);
    opened.set(patient, known);
    // The ten charts last used stay open; more would hold the ward in memory.
    for (const oldest of [...opened.keys()].slice(0, Math.max(0, opened.size - 10))) opened.delete(oldest);
    return [...known.values()];
  }

  /** What was set aside before a newer staff list came, and is right by that list. */
  async function releaseFromQuarantine(rows: readonly (EntryRow | undefined)[]): Promise<void> {
    if (rows.length === 0 || (await db.quarantine.count()) === 0) return;
    const hashes = rows.flatMap((row) => (row ? [toHex(row.hash)] : []));
    await db.quarantine.where('hash').anyOf(hashes).delete();
  }

  return {
    entriesOf,

    /** The writer of a log that is here. */
    async writersOf(logs: Iterable<string>): Promise<Map<string, string>> {
      const writers = new Map<string, string>();
      for (const log of logs) {
        const opening = await openingOf(log);
        if (opening) writers.set(log, opening.writer);
      }
      return writers;
    },

    /** The parts of a picture that are here, with their bytes. */
    async partsOfPicture(patient: string, sha256: string): Promise<PicturePart[]> {
      const known = await entriesOf(patient);
      const wanted = known.flatMap(({ id, body }) =>
        body?.kind === 'attachment' && body.sha256 === sha256 ? [id] : [],
      );
      const rows = await db.entries.bulkGet(wanted.map(placeOf));
      const found = await Promise.all(rows.map((row) => row && openRow(row)));
      if (found.some((entry) => !entry)) {
        // They came along in the record of a patient who was moved here.
        for (const packet of await packetsAmong(known))
          for (const item of packet.items)
            if (wanted.includes(entryId(item.entry.log, item.entry.seq)))
              found.push(await openItem(packet, item, patient));
      }
      return found.flatMap((entry) => (entry?.body?.kind === 'attachment' ? [entry.body] : []));
    },

    /** A log took another history: what is in memory may be of the one before. */
    forget(): void {
      opened.clear();
    },
  };
}

const placeOf = (id: EntryId): [string, number] => [id.slice(0, 32), Number(id.slice(33))];

/** What is in a packet is kept beside it, each entry under its own id; a picture is read when it is shown. */
function withoutBytes(entry: OpenedEntry): OpenedEntry {
  const { body } = entry;
  if (body?.kind === 'record-moved')
    return { ...entry, body: { ...body, openings: [], keys: [], entries: [] } };
  return body?.kind === 'attachment' ? { ...entry, body: { ...body, data: '' } } : entry;
}
