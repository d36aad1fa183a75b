import { entryId } from '../log/index.ts';
import { AUDIT_SCOPE } from '../site/index.ts';
import type { EntryCounts, EntryPlace } from './api.ts';
import { type LogRow, readRow, type VaultDatabase } from './database.ts';

/**
 * Where this tablet's entries are. A count falls only by a signed acknowledgement or an outcome that the server
 * wrote; needs no key, so the lock screen shows it too.
 */
export async function countEntries(db: VaultDatabase): Promise<EntryCounts> {
  const counts: EntryCounts = { onThisTabletOnly: 0, copied: 0, atServer: 0, inEhr: 0, needsPerson: 0 };
  const mine = new Set<string>();
  for (const row of await db.logs.filter(isCounted).toArray()) {
    mine.add(row.log);
    const last = await db.lastOf(row.log);
    // The first entry opens the log and charts nothing.
    const charted = Math.max(0, (last?.seq ?? 1) - 1);
    const acknowledged = Math.max(0, (row.acknowledgement?.seq ?? 1) - 1);
    const copied = Math.max(acknowledged, (row.copiedThrough ?? 1) - 1);
    counts.onThisTabletOnly += charted - copied;
    counts.copied += copied - acknowledged;
    counts.atServer += acknowledged;
  }
  for (const branch of await db.branches.toArray()) {
    if (!mine.has(branch.log)) continue;
    if (branch.acknowledgedIn !== '') counts.atServer += 1;
    else counts.onThisTabletOnly += 1;
  }
  for (const { entry, outcome } of await db.outcomes.toArray()) {
    if (!mine.has(entry.slice(0, 32))) continue;
    if (outcome === 'posted' || outcome === 'not-needed') counts.inEhr += 1;
    else if (outcome === 'refused') counts.needsPerson += 1;
    else continue;
    counts.atServer -= 1;
  }
  counts.needsPerson += (await db.quarantine.count()) + (await db.held.count());
  const oldest = await oldestUnsent(db);
  return oldest === undefined ? counts : { ...counts, oldestUnsentAt: oldest };
}

/** The audit trail is nobody's charting: it travels like the rest, and is not counted with it. */
const isCounted = (log: LogRow): boolean => log.mine === 1 && log.scope !== AUDIT_SCOPE;

/** The hybrid clock of the first unacknowledged entry tells when it was written. */
async function oldestUnsent(db: VaultDatabase): Promise<string | undefined> {
  const times: number[] = [];
  for (const row of await db.logs.filter(isCounted).toArray()) {
    const next = await db.entries.get([row.log, Math.max(1, row.acknowledgement?.seq ?? 1) + 1]);
    const read = readRow(next);
    if (read?.ok) times.push(read.entry.hlc[0]);
  }
  return times.length > 0 ? new Date(Math.min(...times)).toISOString() : undefined;
}

/** Places of one patient's entries. `opened`: what the chart shows, that which came in a moved record included. */
export async function placesOf(
  db: VaultDatabase,
  patient: string,
  opened: readonly { id: string }[],
): Promise<Record<string, { place: EntryPlace }>> {
  const places: Record<string, { place: EntryPlace }> = {};
  const logs = new Map((await db.logs.toArray()).map((row) => [row.log, row]));
  for (const [id, seq] of await db.entries.where('patient').equals(patient).primaryKeys()) {
    const log = logs.get(id);
    // What the server wrote is there. Of another tablet's entries we know by its word alone: a hub or a camera may
    // have brought them, and then they are here and there.
    const bySite = log !== undefined && log.writer === log.opening.site;
    const acknowledged = bySite || (log?.acknowledgement?.seq ?? 0) >= seq;
    const elsewhere = log?.mine === 0 || (log?.copiedThrough ?? 0) >= seq ? 'copied' : 'this-tablet';
    places[entryId(id, seq)] = { place: acknowledged ? 'server' : elsewhere };
  }
  // Not in a log here: the ward that the patient came from has it, and this tablet.
  for (const { id } of opened) places[id] ??= { place: 'copied' };
  const outcomes = await db.outcomes.bulkGet(Object.keys(places));
  for (const [index, id] of Object.keys(places).entries()) {
    const outcome = outcomes[index]?.outcome;
    if (outcome === 'posted' || outcome === 'not-needed') places[id] = { place: 'ehr' };
    else if (outcome === 'refused') places[id] = { place: 'needs-person' };
  }
  return places;
}
