import { describe, expect, it } from 'vitest';
import {
  type Bytes,
  concatBytes,
  type Entry,
  readEntry,
  toHex,
  utf8,
  writeEntry,
} from '../../src/log/index.ts';
import { decodeFrames, encodeFrames, FrameType, type Ledger, receiveEntries } from '../../src/sync/index.ts';
import { hash, hashNow, signWithKey, verifyWithKey } from '../simulation/crypto.ts';
import { randomFrom } from '../simulation/scheduler.ts';

/** Enough for the share of 100,000 inputs that entries and frames have here. */
const INPUTS = 70_000;
const LOG = 'a'.repeat(32);
const random = randomFrom(20_261_124);
const pick = (below: number): number => Math.floor(random() * below);

async function aSignedLog(length: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let seq = 1; seq <= length; seq++)
    entries.push(
      await writeEntry(
        {
          v: 1,
          log: LOG,
          seq,
          prev: entries.length === 0 ? null : hashNow(entries.at(-1)!.bytes),
          hlc: [seq, 0],
          patient: seq === 1 ? null : 'b'.repeat(32),
          blobs: [],
          opening: seq === 1 ? { site: 'c'.repeat(32), writer: 'd'.repeat(32), scope: 'ward:x' } : null,
        },
        utf8(`box ${seq}`),
        signWithKey('writer'),
      ),
    );
  return entries;
}

/** A ledger in memory that already holds half of the log. */
function holding(entries: Entry[]): Ledger & { quarantined: number; kept: Set<string> } {
  const held = new Map(entries.map((entry) => [entry.seq, hashNow(entry.bytes)]));
  const kept = new Set<string>();
  return {
    quarantined: 0,
    kept,
    hash,
    log: async (log) =>
      log === LOG
        ? { head: { seq: held.size, hash: held.get(held.size)! }, opening: entries[0]!.opening! }
        : undefined,
    hashAt: async (log, seq) => (log === LOG ? held.get(seq) : undefined),
    verifier: async () => verifyWithKey('writer'),
    async commit(arrivals) {
      for (const { accepted } of arrivals) for (const { hash: own } of accepted) kept.add(toHex(own));
      return true;
    },
    async keepBranch({ entries: branch }) {
      for (const { hash: own } of branch) kept.add(toHex(own));
    },
    holdsBranch: async () => false,
    replaceTail: async () => false,
    async quarantine(rejected) {
      this.quarantined += rejected.length;
    },
  };
}

function damaged(bytes: Bytes, other: Bytes): Bytes {
  const changed = new Uint8Array(bytes);
  switch (pick(5)) {
    case 0:
      changed[pick(changed.length)]! ^= 1 + pick(255);
      return changed;
    case 1:
      return changed.slice(0, pick(changed.length));
    case 2:
      return concatBytes([changed.slice(0, pick(changed.length)), other.slice(pick(other.length))]);
    case 3:
      return concatBytes([changed, new Uint8Array(1 + pick(20))]);
    default:
      return new Uint8Array(Array.from({ length: pick(300) }, () => pick(256)));
  }
}

describe(`${INPUTS} damaged entries and frames`, () => {
  it('never crash the reader, and none is ever accepted (FAILURES 16, 45)', async () => {
    const entries = await aSignedLog(12);
    const written = new Set(entries.map((entry) => toHex(hashNow(entry.bytes))));
    const ledger = holding(entries.slice(0, 6));
    for (let n = 0; n < INPUTS; n++) {
      const source = entries[pick(entries.length)]!.bytes;
      const bytes = damaged(source, entries[pick(entries.length)]!.bytes);
      if (n % 3 === 0) {
        const stream = damaged(encodeFrames(FrameType.entry, [source, bytes]), source);
        const { frames } = decodeFrames(stream);
        await receiveEntries(
          ledger,
          frames.map((frame) => frame.payload),
        );
      } else {
        const read = readEntry(bytes);
        if (read.ok) await receiveEntries(ledger, [bytes]);
      }
    }
    for (const own of ledger.kept) expect(written.has(own)).toBe(true);
    // The test would be empty if nothing had reached the ledger.
    expect(ledger.quarantined).toBeGreaterThan(1000);
  });
});
