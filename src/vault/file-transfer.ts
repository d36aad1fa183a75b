import { fromBase64, toBase64, toHex, type VersionVector } from '../log/index.ts';
import { signWith } from '../seal/index.ts';
import { DIRECTORY_SCOPE, type Directory, mayRead, ROSTER_SCOPE } from '../site/index.ts';
import {
  armour,
  countLines,
  type ExportHeader,
  type ExportSource,
  exportLines,
  importFile,
  planExport,
  type Received,
  type Store,
  writeExport,
  writeStatement,
} from '../sync/index.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import type { Keyring } from './keyring.ts';
import { readDirectory } from './site-records.ts';
import type { ExportReceipt, FileTransferApi, TransferReport } from './transfer-api.ts';
import { learnFromStatement } from './transfer-statement.ts';

/** What transfers need of the vault around them. */
export interface TransferEnvironment {
  db: VaultDatabase;
  clock: () => number;
  /** `undefined` while locked. */
  keyring: () => Keyring | undefined;
  /** A store whose news of second histories reaches this worker too. */
  store: (tablet: Tablet) => Store;
  /** Something came in, or our entries are known to be elsewhere: fold, count, tell the screens, pass it on. */
  arrived: () => void;
}

const NOT_READY = {
  ok: false as const,
  error: {
    kind: 'not-ready' as const,
    message: 'This tablet is not enrolled, or does not know its hospital yet. Connect it to the server once.',
  },
};

/** Records in a file, out and in. */
export function createFileTransfer(environment: TransferEnvironment): FileTransferApi {
  const { db } = environment;

  async function write(
    tablet: Tablet,
    directory: Directory,
    since: 'server' | VersionVector | undefined,
    forWard: string | undefined,
    sealed: boolean,
    asText: boolean,
  ): Promise<ExportReceipt> {
    const store = environment.store(tablet);
    const keyring = sealed ? undefined : environment.keyring();
    const vector = await store.vector();
    const rows = new Map((await db.logs.toArray()).map((row) => [row.log, row]));
    const acknowledgements = await store.acknowledgements();
    const theirs: VersionVector =
      since === 'server'
        ? Object.fromEntries(acknowledgements.map(({ log, seq, hash }) => [log, [seq, hash]]))
        : (since ?? {});
    const isFor = (scope: string): boolean =>
      forWard === undefined ||
      scope === DIRECTORY_SCOPE ||
      scope === ROSTER_SCOPE ||
      mayRead([forWard], scope);
    const rank = (scope: string | undefined): number =>
      scope === DIRECTORY_SCOPE ? 0 : scope === ROSTER_SCOPE ? 1 : 2;
    const ranges = planExport(
      Object.entries(vector)
        .filter(([log]) => isFor(rows.get(log)?.scope ?? ''))
        .map(([log, [through]]) => ({
          log,
          through,
          rank: rank(rows.get(log)?.scope),
          purgedThrough: rows.get(log)?.purgedThrough,
        })),
      theirs,
    );
    const purged = [];
    for (const { log, scope, purgedThrough = 0 } of rows.values()) {
      const last =
        isFor(scope) && purgedThrough > (theirs[log]?.[0] ?? 0)
          ? await store.hashAt(log, purgedThrough)
          : undefined;
      if (last) purged.push({ log, seq: purgedThrough, hash: toHex(last) });
    }
    const beside = (await db.branches.toArray())
      .filter((row) => isFor(rows.get(row.log)?.scope ?? ''))
      .map((row) => row.bytes);
    const writerName = (log: string): string => nameOf(rows.get(log)?.writer ?? '', tablet, directory);
    const source: ExportSource = {
      read: store.read,
      origin: async (log) => ({ scope: rows.get(log)?.scope ?? '', writer: writerName(log) }),
      reader: async (log) => {
        const opening = rows.get(log)?.opening;
        if (!keyring || !opening || opening.scope === ROSTER_SCOPE) return undefined;
        if (!opening.key) return {};
        const keys = await keyring.keysOf(opening);
        return keys && { keys };
      },
    };
    const at = new Date(environment.clock()).toISOString();
    const header: ExportHeader = {
      format: 'lamplight-export',
      version: 1,
      site: tablet.site,
      ...(directory.site ? { siteName: directory.site.name } : {}),
      siteKey: tablet.siteKey,
      exportedAt: at,
      from: { kind: 'tablet', id: tablet.device, name: tablet.name },
      bodies: keyring !== undefined,
      partial: Object.keys(theirs).length > 0 || forWard !== undefined,
      entries: countLines(ranges, beside),
      statement: toBase64(
        await writeStatement(
          { site: tablet.site, device: tablet.device, at },
          vector,
          signWith(tablet.signingKey),
        ),
      ),
      acknowledgements,
      ...(purged.length > 0 ? { purged } : {}),
    };
    // Bodies are of one ward: sealed for nobody else than it, the site and the safe, and not for keys that a thief may
    // have. Without bodies nothing is readable but what each ward's own key opens, so the tablet's wards may all carry
    // it, and older keys open it too: by it a tablet hears that there are newer ones.
    const wards =
      forWard !== undefined
        ? [forWard]
        : keyring
          ? [keyring.ward]
          : (directory.devices.get(tablet.device)?.wards ?? []);
    const recipients = [
      directory.site?.recoveryRecipient,
      directory.site?.siteRecipient,
      ...wards.flatMap((ward) =>
        keyring
          ? directory.wards.get(ward)?.recipient
          : (directory.generations.get(ward) ?? []).map(({ recipient }) => recipient),
      ),
    ].filter((recipient) => recipient !== undefined);
    const written = await writeExport(recipients, header, exportLines(source, ranges, beside));
    const type = asText ? 'text/plain' : 'application/octet-stream';
    const file = await new Response(asText ? armour(written) : written, {
      headers: { 'content-type': type },
    }).blob();
    // The audit trail goes along, and is nobody's charting.
    const charted = ranges.filter((range) => rows.get(range.log)?.scope.startsWith('ward:'));
    return {
      file,
      name: `lamplight ${fileNamePart(tablet.name)} ${at.slice(0, 16).replace(':', '')}.${asText ? 'txt' : 'age'}`,
      entries:
        charted.reduce((sum, range) => sum + range.through - Math.max(1, range.after), 0) + beside.length,
      tablets: [...new Set(charted.map((range) => writerName(range.log)))],
      readable: keyring !== undefined,
    };
  }

  async function read(tablet: Tablet, keyring: Keyring, file: Blob) {
    const store = environment.store(tablet);
    const result = await importFile(
      {
        site: tablet.site,
        receive: store.receive,
        quarantine: store.quarantine,
        vector: store.vector,
        isDirectory: (scope) => scope === DIRECTORY_SCOPE,
        // The store reads the directory again by itself after one was committed.
        directoryTaken: async () => undefined,
      },
      () => file.stream(),
      keyring.wardIdentities,
    );
    if (!result.ok) return result;
    const { header, writers, problems, badLines, ...counts } = result.value;
    await store.acknowledged(header.acknowledgements ?? []);
    if (header.statement !== undefined)
      await learnFromStatement(db, tablet, store, statementBytes(header.statement));
    const directory = await readDirectory(db);
    const report: TransferReport = {
      from: header.from.name,
      writtenAt: header.exportedAt,
      entries: counts.entries,
      fresh: counts.fresh,
      tablets: writers.map((writer) => nameOf(writer, tablet, directory)),
      ...problemsOf(problems, badLines),
      ...(counts.cut === undefined ? {} : { cut: counts.cut }),
    };
    environment.arrived();
    return { ok: true as const, value: report };
  }

  return {
    async exportFile({ since, forWard, sealed, armoured }) {
      const tablet = await db.read('tablet');
      if (!tablet) return NOT_READY;
      const directory = await readDirectory(db);
      if (!directory.site) return NOT_READY;
      try {
        return {
          ok: true,
          value: await write(tablet, directory, since, forWard, sealed ?? false, armoured ?? false),
        };
      } catch {
        return {
          ok: false,
          error: {
            kind: 'storage',
            message:
              'The file could not be written: this tablet could not read its own storage. Nothing is lost. Try again, and if it fails again, call the administrator.',
          },
        };
      }
    },

    async importFile(file) {
      const tablet = await db.read('tablet');
      const keyring = environment.keyring();
      if (!tablet || !keyring)
        return {
          ok: false,
          error: { kind: 'locked', message: 'Unlock the tablet first, then read the file.' },
        };
      try {
        return await read(tablet, keyring, file);
      } catch {
        environment.arrived();
        return {
          ok: false,
          error: {
            kind: 'storage',
            message:
              'This tablet could not read the file to its end, or could not save what is in it. What was saved before is safe. Check the stick and the free space, then read the file again: nothing is taken twice.',
          },
        };
      }
    },
  };
}

/** Whose log it is, as people call it. */
export const nameOf = (writer: string, tablet: Tablet, directory: Directory): string =>
  writer === tablet.site ? 'the server' : (directory.devices.get(writer)?.name ?? 'an unknown tablet');

const fileNamePart = (name: string): string => name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 40);

function statementBytes(text: string) {
  try {
    return fromBase64(text);
  } catch {
    return new Uint8Array(0);
  }
}

/** A second history is no entry that was refused: both are kept, and a person hears of it. */
export function problemsOf(
  problems: Received['problems'],
  badLines = 0,
): Pick<TransferReport, 'refused' | 'problems' | 'secondHistory'> {
  const refused = problems.filter((problem) => problem.kind !== 'fork');
  const messages = refused.map((problem) => problem.message);
  if (badLines > 0) messages.push(`${badLines} lines of the file are not entries`);
  return {
    refused: refused.length + badLines,
    problems: [...new Set(messages)].slice(0, 5),
    ...(refused.length < problems.length ? { secondHistory: true as const } : {}),
  };
}
