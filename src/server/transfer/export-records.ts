import { toHex, type VersionVector } from '../../log/index.ts';
import { DIRECTORY_SCOPE, mayRead, ROSTER_SCOPE } from '../../site/index.ts';
import {
  countLines,
  type ExportHeader,
  type ExportSource,
  exportLines,
  planExport,
  writeExport,
} from '../../sync/index.ts';
import type { ServerContext } from '../context.ts';
import { ownBytes, storedEntry } from '../ledger.ts';

export type TransferContext = Pick<ServerContext, 'db' | 'identity' | 'site' | 'ledger' | 'clock'>;

export interface ExportWish {
  /** This ward's record alone, sealed for its tablets too; absent: the whole site, for site and safe. */
  ward?: string;
  /** What a replica with this vector lacks. */
  since?: VersionVector;
  /** Signs what the file may say "at the server" of; absent where nobody listens. */
  acknowledge: boolean;
}

/** The server's record as one age file, with readable bodies. */
export async function exportRecords(
  { db, identity, site, ledger, clock }: TransferContext,
  { ward, since = {}, acknowledge }: ExportWish,
): Promise<{ file: ReadableStream<Uint8Array>; name: string; header: ExportHeader }> {
  const directory = site.directory();
  const rows = (
    await db.selectFrom('record.log').where('site', '=', identity.site).selectAll().execute()
  ).filter(
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
    .where('site', '=', identity.site)
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
        writer:
          row?.writer === identity.site ? 'server' : (directory.devices.get(row?.writer ?? '')?.name ?? ''),
      };
    },
    reader: async (log) => {
      if (byLog.get(log)?.scope === ROSTER_SCOPE) return undefined;
      const first = await db
        .selectFrom('record.entry')
        .where('site', '=', identity.site)
        .where('log', '=', log)
        .where('seq', '=', 1)
        .select('bytes')
        .executeTakeFirst();
      const opening = first && storedEntry(first.bytes).opening;
      if (!opening) return undefined;
      if (!opening.key) return {};
      const keys = await site.keysOf(opening);
      return keys && { keys };
    },
  };
  const at = new Date(clock()).toISOString();
  const header: ExportHeader = {
    format: 'lamplight-export',
    version: 1,
    site: identity.site,
    ...(directory.site ? { siteName: directory.site.name } : {}),
    siteKey: identity.publicKey,
    exportedAt: at,
    from: { kind: 'server', id: identity.site, name: directory.site?.name ?? 'server' },
    bodies: true,
    partial: Object.keys(since).length > 0,
    entries: countLines(ranges, beside),
    ...(acknowledge
      ? {
          acknowledgements: await ledger.acknowledge(
            rows.map(({ log, seq, hash }) => ({ log, seq, hash: toHex(hash) })),
          ),
        }
      : {}),
  };
  const recipients = [
    identity.recoveryRecipient,
    identity.recipient,
    ...(ward === undefined ? [] : [directory.wards.get(ward)?.recipient]),
  ].filter((recipient) => recipient !== undefined);
  return {
    file: await writeExport(recipients, header, exportLines(source, ranges, beside)),
    name: `lamplight ${ward ?? 'site'} ${at.slice(0, 16).replace(':', '')}.age`,
    header,
  };
}
