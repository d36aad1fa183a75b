import { decode, encode } from 'cborg';
import { z } from 'zod';
import { type Bytes, fromHex, type Sign, toHex, type Verify, type VersionVector } from '../log/index.ts';
import type { Place } from './messages.ts';

/**
 * A tablet's signed word about what it keeps: the question that opens a transfer ("send me what I lack") and the
 * receipt that ends it. It says nothing about any patient. Ids and hashes are shortened to eight bytes, so that the
 * word of a ward fits into one QR code.
 */
export interface Statement {
  site: string;
  device: string;
  /** ISO instant, by the tablet's clock. */
  at: string;
  holds: { log: string; seq: number; hash: string }[];
}

/** So many entries of second histories are named at most; a peer sends again what is not. */
const MOST_BESIDE = 2_000;

const SHORT = 8;
const DOMAIN = 'lamplight holds';

const bytes = (length: number) =>
  z.custom<Bytes>(
    (value) => value instanceof Uint8Array && value.length === length,
    'bytes of another length',
  );

const Signed = z.tuple([
  z.literal(DOMAIN),
  bytes(16),
  bytes(16),
  z.number().int().min(0).max(8_640_000_000_000_000),
  z.array(z.tuple([bytes(SHORT), z.number().int().min(1).max(0x7fff_ffff), bytes(SHORT)])).max(20_000),
]);
const Outer = z.tuple([z.custom<Bytes>((value) => value instanceof Uint8Array, 'not bytes'), bytes(64)]);

const short = (hexText: string): Bytes => fromHex(hexText.slice(0, 2 * SHORT));

/**
 * Signed by the device: CBOR `[signed, signature]`, like an entry.
 * @param beside entries of second histories that are kept beside their logs. They come first: of several places of one
 * log the last is its head.
 */
export async function writeStatement(
  { site, device, at }: Omit<Statement, 'holds'>,
  vector: VersionVector,
  sign: Sign,
  beside: readonly Place[] = [],
): Promise<Bytes> {
  const heads = Object.entries(vector).map(([log, [seq, hash]]) => ({ log, seq, hash }));
  const holds = [...beside.slice(0, MOST_BESIDE), ...heads].map(({ log, seq, hash }) => [
    short(log),
    seq,
    short(hash),
  ]);
  const signed = encode([DOMAIN, fromHex(site), fromHex(device), Date.parse(at), holds]) as Bytes;
  return encode([signed, await sign(signed)]) as Bytes;
}

/** Reads without trusting; `verify` must still be asked. `null`: not a statement. */
export function readStatement(
  source: Bytes,
): { statement: Statement; isSignedBy(verify: Verify): Promise<boolean> } | null {
  try {
    const strict = { strict: true, allowIndefinite: false, allowUndefined: false };
    const [signed, signature] = Outer.parse(decode(source, strict));
    const [, site, device, at, holds] = Signed.parse(decode(signed, strict));
    return {
      statement: {
        site: toHex(site),
        device: toHex(device),
        at: new Date(at).toISOString(),
        holds: holds.map(([log, seq, hash]) => ({ log: toHex(log), seq, hash: toHex(hash) })),
      },
      isSignedBy: (verify) => verify(signature, signed),
    };
  } catch {
    // Whatever a camera or a file brought: it is not a statement of ours.
    return null;
  }
}

/** Whether the statement names this very entry (hash in hex). A log's head says nothing here of what stands before it. */
export function names({ holds }: Statement): (hash: string) => boolean {
  const hashes = new Set(holds.map((place) => place.hash));
  return (hash) => hashes.has(hash.slice(0, 2 * SHORT));
}

/** How a replica's own entries stand to a statement. */
export interface Compared {
  /** Places of ours that the other keeps, with full ids and hashes. */
  held: { log: string; seq: number; hash: string }[];
  /** From where to send each log that the other lacks something of. */
  after: Record<string, number>;
}

/**
 * Compares what a peer says that it holds with ours. A log in which it holds something else than we do is sent from
 * its beginning: the receiver keeps both histories.
 */
export async function compareStatement(
  { holds }: Statement,
  mine: VersionVector,
  hashAt: (log: string, seq: number) => Promise<Bytes | undefined>,
): Promise<Compared> {
  const theirs = new Map(holds.map((place) => [place.log, place]));
  const compared: Compared = { held: [], after: {} };
  for (const [log, [seq]] of Object.entries(mine)) {
    const place = theirs.get(log.slice(0, 2 * SHORT));
    if (!place) {
      compared.after[log] = 0;
      continue;
    }
    const at = Math.min(seq, place.seq);
    const hash = await hashAt(log, at);
    // Of a longer history than ours the statement tells only its own end, which is not ours to compare.
    const same = place.seq > seq || (hash !== undefined && toHex(hash).startsWith(place.hash));
    if (hash && same && place.seq <= seq) compared.held.push({ log, seq: at, hash: toHex(hash) });
    if (!same) compared.after[log] = 0;
    else if (place.seq < seq) compared.after[log] = place.seq;
  }
  return compared;
}
