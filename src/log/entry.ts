import { decode, encode } from 'cborg';
import { z } from 'zod';
import { type Bytes, fromHex, toHex } from './bytes.ts';
import { Hlc } from './hybrid-logical-clock.ts';
import type { Sign } from './primitives.ts';

/**
 * An entry is its bytes: CBOR `[signed, signature]`, where `signed` is the CBOR of header and box exactly as the
 * writer made it. Nothing is ever re-serialised to be verified, so a carrier without keys can check a chain.
 */

export const FORMAT_VERSION = 1;
/** No single entry is larger; attachments travel as blobs. */
const MAX_ENTRY_BYTES = 256 * 1024;

const bytes = (length?: number) =>
  z.custom<Bytes>(
    (value) => value instanceof Uint8Array && (length === undefined || value.length === length),
    'bytes of another length',
  );

/** The first entry of a log says whose log it is and carries its key, sealed; any carrier may read it. */
export const Opening = z.strictObject({
  site: z.string().regex(/^[0-9a-f]{32}$/),
  writer: z.string().regex(/^[0-9a-f]{32}$/),
  scope: z.string().min(1).max(80),
  /** The log's key as an age file and its SHA-256; absent in the directory, which is signed but not sealed. */
  key: z.strictObject({ file: bytes(), hash: bytes(32) }).optional(),
});
export type Opening = z.infer<typeof Opening>;

const SignedPart = z.tuple([
  z.number().int().min(1),
  bytes(16),
  z.number().int().min(1).max(0x7fff_ffff),
  bytes(32).nullable(),
  Hlc,
  bytes(16).nullable(),
  z.array(bytes(32)).max(64),
  Opening.nullable(),
  bytes(),
]);

/** What an entry is on the outside: the signed part and its signature. */
const Outer = z.tuple([bytes(), bytes(64)]);

export interface Header {
  v: number;
  /** 128 random bits, hex. */
  log: string;
  /** From 1, no gaps. */
  seq: number;
  /** SHA-256 of the previous entry's bytes; `null` in the first. */
  prev: Bytes | null;
  hlc: Hlc;
  /** Hex; absent for entries about no patient. */
  patient: string | null;
  /** SHA-256 of each sealed attachment. */
  blobs: Bytes[];
  opening: Opening | null;
}

export interface Entry extends Header {
  box: Bytes;
  signature: Bytes;
  /** What the signature is over. */
  signed: Bytes;
  /** The whole entry, verbatim. */
  bytes: Bytes;
}

/** Name of an entry everywhere, the EHR included. */
export const entryId = (log: string, seq: number): string => `${log}-${seq}`;

const headerFields = (header: Header): unknown[] => [
  header.v,
  fromHex(header.log),
  header.seq,
  header.prev,
  [...header.hlc],
  header.patient === null ? null : fromHex(header.patient),
  header.blobs,
  header.opening,
];

/** What the box is bound to: all of the header, so that a box moved to another place does not open. */
export const boxContext = (header: Header): Bytes => encode(headerFields(header)) as Bytes;

/** Serialises and signs; the result's `bytes` are the entry from now on. */
export async function writeEntry(header: Header, box: Bytes, sign: Sign): Promise<Entry> {
  const signed = encode([...headerFields(header), box]) as Bytes;
  const signature = await sign(signed);
  return { ...header, box, signature, signed, bytes: encode([signed, signature]) as Bytes };
}

const strict = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
};

export type ReadFailure = { kind: 'malformed'; message: string };

/** Reads an entry's bytes without trusting them: structure only; chain and signature are `verifyRun`'s. */
export function readEntry(source: Bytes): { ok: true; entry: Entry } | { ok: false; error: ReadFailure } {
  if (source.length > MAX_ENTRY_BYTES) return malformed(`larger than ${MAX_ENTRY_BYTES} bytes`);
  try {
    const outer = Outer.safeParse(decode(source, strict));
    if (!outer.success) return malformed('not an entry');
    const [signed, signature] = outer.data;
    const inner = SignedPart.safeParse(decode(signed, strict));
    if (!inner.success) return malformed('its header is not of this format');
    const [v, log, seq, prev, hlc, patient, blobs, opening, box] = inner.data;
    if ((seq === 1) !== (opening !== null) || (seq === 1) !== (prev === null))
      return malformed('only a first entry opens a log');
    return {
      ok: true,
      entry: {
        v,
        log: toHex(log),
        seq,
        prev,
        hlc,
        patient: patient === null ? null : toHex(patient),
        blobs,
        opening,
        box,
        signature,
        signed,
        bytes: source,
      },
    };
  } catch {
    // cborg throws on anything that is not strict CBOR; what it says quotes the input, so it is not repeated.
    return malformed('not an entry');
  }
}

const malformed = (message: string) => ({
  ok: false as const,
  error: { kind: 'malformed' as const, message },
});
