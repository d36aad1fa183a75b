import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DIRECTORY_SCOPE } from '../../site/index.ts';
import { importFile } from '../../sync/index.ts';
import type { FileImported } from '../../wire/transfer.ts';
import { RefusalError } from '../refusal.ts';
import type { TransferContext } from './export-records.ts';

const MAX_FILE_BYTES = 2 * 1024 ** 3;

/** Reads an uploaded age file into the ledger. It is kept, sealed as it is, in a temporary file while it is read. */
export async function importRecords(context: TransferContext, upload: Readable): Promise<FileImported> {
  const folder = await mkdtemp(join(tmpdir(), 'lamplight-import-'));
  const path = join(folder, 'file.age');
  try {
    await pipeline(upload, bounded(), createWriteStream(path, { mode: 0o600 }));
    return await importSaved(context, await openAsBlob(path));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function importSaved({ identity, ledger, site }: TransferContext, file: Blob): Promise<FileImported> {
  const result = await importFile(
    {
      site: identity.site,
      receive: (entries) => ledger.receive(entries),
      quarantine: (rejected) => ledger.quarantine(rejected),
      vector: () => ledger.vector(),
      isDirectory: (scope) => scope === DIRECTORY_SCOPE,
      directoryTaken: () => site.refresh(),
    },
    () => file.stream(),
    identity.identity,
  );
  if (!result.ok) throw new RefusalError(422, result.error.kind, result.error.message);
  await site.refresh();
  const { header, writers, problems, badLines, entries, fresh, cut } = result.value;
  return {
    from: header.from.name,
    writtenAt: header.exportedAt,
    entries,
    fresh,
    tablets: writers.map((writer) =>
      writer === identity.site
        ? 'the server'
        : (site.directory().devices.get(writer)?.name ?? 'an unknown tablet'),
    ),
    refused: problems.length + badLines,
    problems: [
      ...new Set([
        ...problems.map((problem) => problem.message),
        ...(badLines > 0 ? [`${badLines} lines of the file are not entries`] : []),
      ]),
    ].slice(0, 5),
    ...(cut === undefined ? {} : { cut }),
  };
}

function bounded(): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > MAX_FILE_BYTES)
        done(new RefusalError(413, 'too-large', 'The file is larger than any that Lamplight writes.'));
      else done(null, chunk);
    },
  });
}
