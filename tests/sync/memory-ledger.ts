import { type Bytes, type Opening, toHex, type Verify } from '../../src/log/index.ts';
import { sha256 } from '../../src/seal/index.ts';
import { type Ledger, type Rejected, receiveEntries } from '../../src/sync/index.ts';

/** A replica in memory, for tests of what may come in. `writers`: whom the directory names. */
export function memoryLedger(writers: ReadonlyMap<string, Verify>) {
  const logs = new Map<string, { opening: Opening; entries: { bytes: Bytes; hash: Bytes }[] }>();
  const branches = new Map<string, Bytes>();
  const quarantine: Rejected[] = [];
  const ledger: Ledger = {
    hash: sha256,
    async log(log) {
      const held = logs.get(log);
      const last = held?.entries.at(-1);
      return held && last && { opening: held.opening, head: { seq: held.entries.length, hash: last.hash } };
    },
    hashAt: async (log, seq) => logs.get(log)?.entries[seq - 1]?.hash,
    verifier: async (writer) => writers.get(writer),
    async commit(arrivals) {
      for (const { log, opening, accepted } of arrivals) {
        const held = logs.get(log) ?? { opening, entries: [] };
        held.entries.push(...accepted.map(({ entry, hash }) => ({ bytes: entry.bytes, hash })));
        logs.set(log, held);
      }
      return true;
    },
    async keepBranch({ entries }) {
      for (const { entry, hash } of entries) branches.set(toHex(hash), entry.bytes);
    },
    holdsBranch: async (hash) => branches.has(hash),
    replaceTail: async () => false,
    quarantine: async (rejected) => void quarantine.push(...rejected),
  };
  return {
    ledger,
    quarantine,
    receive: (entries: Bytes[]) => receiveEntries(ledger, entries),
    vector: async () =>
      Object.fromEntries(
        [...logs].map(([log, { entries }]): [string, [number, string]] => [
          log,
          [entries.length, toHex(entries.at(-1)!.hash)],
        ]),
      ),
    /** Everything that counts as authentic here. */
    held: (): Bytes[] => [
      ...[...logs.values()].flatMap(({ entries }) => entries.map(({ bytes }) => bytes)),
      ...branches.values(),
    ],
  };
}
