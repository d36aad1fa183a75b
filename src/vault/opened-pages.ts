import { FOLD_VERSION, type OpenedEntry } from '../clinical/index.ts';
import { type Bytes, utf8 } from '../log/index.ts';
import { openBox, sealBox } from '../seal/index.ts';
import type { VaultDatabase } from './database.ts';

/**
 * A patient's entries as they were once opened and parsed, sealed in one box: opening a long chart then costs one
 * decryption, not two thousand, and what the vault has authenticated is not parsed again at each reading. Derived: a
 * page that is missing, old or does not open is made anew from the entries.
 */
export function createOpenedPages(db: VaultDatabase, key: CryptoKey) {
  const context = (patient: string): Bytes => utf8(`page ${patient}`);

  return {
    async read(patient: string): Promise<OpenedEntry[]> {
      const row = await db.pages.get(patient);
      const plain = row?.foldVersion === FOLD_VERSION ? await openBox(key, row.box, context(patient)) : null;
      // Sealed by this vault from bodies that its schemas had accepted.
      return plain
        ? ((await through(new DecompressionStream('deflate-raw'), plain).json()) as OpenedEntry[])
        : [];
    },

    async seal(patient: string, entries: readonly OpenedEntry[]) {
      // A body of a newer version is opened again each time: the next version of the app will know it.
      const known = entries.filter((entry) => entry.body !== null);
      const plain = await through(
        new CompressionStream('deflate-raw'),
        utf8(JSON.stringify(known)),
      ).arrayBuffer();
      return {
        patient,
        foldVersion: FOLD_VERSION,
        box: await sealBox(key, new Uint8Array(plain), context(patient)),
      };
    },
  };
}

/** The browser's own, several times as fast as any script. Never by a Blob: large ones are kept in files, readable. */
function through(stream: CompressionStream | DecompressionStream, bytes: Bytes): Response {
  const writer = stream.writable.getWriter();
  // What goes wrong here goes wrong for whoever reads.
  void writer.write(bytes).catch(() => undefined);
  void writer.close().catch(() => undefined);
  return new Response(stream.readable);
}
