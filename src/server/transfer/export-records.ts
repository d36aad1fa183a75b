import type { Kysely } from 'kysely';
import { type Opening, toHex, type VersionVector } from '../../log/index.ts';
import type { Acknowledgement, LogKeys } from '../../seal/index.ts';
import { DIRECTORY_SCOPE, type Directory, mayRead, ROSTER_SCOPE } from '../../site/index.ts';
import {
  countLines,
  type ExportHeader,
  type ExportSource,
  exportLines,
  planExport,
  writeExport,
} from '../../sync/index.ts';
import type { ServerContext } from '../context.ts';
import type { Database } from '../database/schema.ts';
import { ownBytes, type ServerLedger, storedEntry } from '../ledger.ts';

export type TransferContext = Pick<ServerContext, 'db' | 'identity' | 'site' | 'ledger' | 'clock'>;

export interface ExportWish {
  /** This ward's record alone, sealed for its tablets too; absent: the whole site, for site and safe. */
  ward?: string;
  /** What a replica with this vector lacks. */
  since?: VersionVector;
  /** Signs what the file may say "at the server" of; absent where nobody listens. */
  acknowledge: boolean;
}

/** Whoever holds records in a server's storage: the site server, or a hub. */
export interface RecordsHolder {
  db: Kysely<Database>;
  site: string;
  siteKey: string;
  directory: Directory;
  ledger: Pick<ServerLedger, 'read'>;
  from: ExportHeader['from'];
  /** Who opens every file of this hospital: the server and the safe. */
  keepers: string[];
  clock: () => number;
  /** Absent: it has no keys, and the file goes without bodies. */
  keysOf?: (opening: Opening) => Promise<LogKeys | undefined>;
  /** What the site server has signed of these logs, as far as it is known. */
  acknowledgements?: (logs: { log: string; seq: number; hash: string }[]) => Promise<Acknowledgement[]>;
}

export interface WrittenRecords {
  file: ReadableStream<Uint8Array>;
  name: string;
  header: ExportHeader;
}

/** The server's record as one age file, with readable bodies. */
export function exportRecords(
  { db, identity, site, ledger, clock }: TransferContext,
  { ward, since = {}, acknowledge }: ExportWish,
): Promise<WrittenRecords> {
  const directory = site.directory();
  return writeRecords(
    {
      db,
      site: identity.site,
      siteKey: identity.publicKey,
      directory,
      ledger,
      from: { kind: 'server', id: identity.site, name: directory.site?.name ?? 'server' },
      keepers: [identity.recoveryRecipient, identity.recipient],
      clock,
      keysOf: site.keysOf,
      ...(acknowledge ? { acknowledgements: ledger.acknowledge } : {}),
    },
    ward,
    since,
  );
}

/** The records of one holder as one age file: for site and safe, and for a ward where it is that ward's alone. */
export async function writeRecords(
  holder: RecordsHolder,
  ward: string | undefined,
  since: VersionVector,
): Promise<WrittenRecords> {
  const { db, site, directory, ledger, keysOf } = holder;
  const rows = (await db.selectFrom('record.log').where('site', '=', site).selectAll().execute()).filter(
    ({ scope }) =>
      ward === undefined || scope === DIRECTORY_SCOPE || scope === ROSTER_SCOPE || mayRead([ward], scope),
  );
  const byLog = new Map(rows.map((row) => [row.log, row]));
  const ranges = planExport(
    rows.map(({ log, scope, seq }) => ({
      log,
      through: seq,
      rank: scope === DIRECTORY_SCOPE ? 0 : scope === ROSTER_SCOPE ? 1 : 2,
    })),
    since,
  );
  const branches = await db
    .selectFrom('record.branch')
    .where('site', '=', site)
    .orderBy('log')
    .orderBy('seq')
    .select(['log', 'bytes'])
    .execute();
  const beside = branches.filter(({ log }) => byLog.has(log)).map(({ bytes }) => ownBytes(bytes));
  const source: ExportSource = {
    read: (range, maxBytes) => ledger.read([range], maxBytes),
    origin: async (log) => {
      const row = byLog.get(log);
      return {
        scope: row?.scope ?? '',
        writer: row?.writer === site ? 'server' : (directory.devices.get(row?.writer ?? '')?.name ?? ''),
      };
    },
    reader: async (log) => {
      if (!keysOf || byLog.get(log)?.scope === ROSTER_SCOPE) return undefined;
      const first = await db
        .selectFrom('record.entry')
        .where('site', '=', site)
        .where('log', '=', log)
        .where('seq', '=', 1)
        .select('bytes')
        .executeTakeFirst();
      const opening = first && storedEntry(first.bytes).opening;
      if (!opening) return undefined;
      if (!opening.key) return {};
      const keys = await keysOf(opening);
      return keys && { keys };
    },
  };
  const at = new Date(holder.clock()).toISOString();
  const heads = rows.map(({ log, seq, hash }) => ({ log, seq, hash: toHex(hash) }));
  const header: ExportHeader = {
    format: 'lamplight-export',
    version: 1,
    site,
    ...(directory.site ? { siteName: directory.site.name } : {}),
    siteKey: holder.siteKey,
    exportedAt: at,
    from: holder.from,
    bodies: keysOf !== undefined,
    partial: Object.keys(since).length > 0,
    entries: countLines(ranges, beside),
    ...(holder.acknowledgements ? { acknowledgements: await holder.acknowledgements(heads) } : {}),
  };
  const recipients = [
    ...holder.keepers,
    ...(ward === undefined ? [] : [directory.wards.get(ward)?.recipient]),
  ].filter((recipient) => recipient !== undefined);
  return {
    file: await writeExport(recipients, header, exportLines(source, ranges, beside)),
    name: `lamplight ${ward ?? 'site'} ${at.slice(0, 16).replace(':', '')}.age`,
    header,
  };
}
