import { type Bytes, equalBytes } from './bytes.ts';
import type { Entry } from './entry.ts';
import type { Hash, Verify } from './primitives.ts';

/** Where a log stands: its last sequence number and that entry's hash. `seq` 0: nothing yet. */
export interface Head {
  seq: number;
  hash: Bytes | null;
}

type RunProblem =
  | { kind: 'gap'; seq: number; message: string }
  | { kind: 'broken-chain'; seq: number; message: string }
  | { kind: 'bad-signature'; seq: number; message: string };

export interface VerifiedRun {
  /** Entries that follow `head` without a gap and verify, with their hashes. */
  accepted: { entry: Entry; hash: Bytes }[];
  problem?: RunProblem;
}

/**
 * Checks entries of one log that should follow `head`: positions, hash chain, and signatures. The last signature
 * vouches for all before it through the chain; only when it fails are the others tried, to keep the longest
 * prefix that stands.
 */
export async function verifyRun(
  head: Head,
  entries: readonly Entry[],
  hash: Hash,
  verify: Verify,
): Promise<VerifiedRun> {
  const hashes = await Promise.all(entries.map((entry) => hash(entry.bytes)));
  const chained: VerifiedRun['accepted'] = [];
  let at = head;
  let problem: RunProblem | undefined;
  for (const [index, entry] of entries.entries()) {
    if (entry.seq !== at.seq + 1) {
      problem = {
        kind: 'gap',
        seq: entry.seq,
        message: `entry ${entry.seq} follows ${at.seq}: entries between are missing`,
      };
      break;
    }
    const follows =
      at.hash === null ? entry.prev === null : entry.prev !== null && equalBytes(entry.prev, at.hash);
    if (!follows) {
      problem = {
        kind: 'broken-chain',
        seq: entry.seq,
        message: `entry ${entry.seq} does not follow the entry before it`,
      };
      break;
    }
    const own = hashes[index]!;
    chained.push({ entry, hash: own });
    at = { seq: entry.seq, hash: own };
  }
  for (let length = chained.length; length > 0; length--) {
    const last = chained[length - 1]!.entry;
    if (await verify(last.signature, last.signed)) return { accepted: chained.slice(0, length), problem };
    problem = {
      kind: 'bad-signature',
      seq: last.seq,
      message: `the signature of entry ${last.seq} is not its writer's`,
    };
  }
  return { accepted: [], problem };
}
