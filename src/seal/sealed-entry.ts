import { decode, encode } from 'cborg';
import { deflateSync, Inflate, inflateSync } from 'fflate';
import {
  type Bytes,
  boxContext,
  concatBytes,
  type Entry,
  FORMAT_VERSION,
  fromHex,
  type Header,
  type Hlc,
  type Opening,
  type Sign,
  utf8,
  type Verify,
  writeEntry,
} from '../log/index.ts';
import { openBox, patientKey, patientKeyBytes, sealBox } from './box.ts';
import { isTooDeep } from './nesting.ts';

/** A body, opened, may be this large at most: a hostile box must not fill the memory. */
const MAX_BODY_BYTES = 1024 * 1024;

/** The next free place in a log, and what is written there. */
export interface EntryToSeal {
  log: string;
  seq: number;
  prev: Bytes | null;
  hlc: Hlc;
  patient: string | null;
  blobs?: Bytes[];
  opening?: Opening;
  /** JSON-safe; parsed with its schema by the caller. */
  body: unknown;
  /** The person's signature; absent where only the device or the site speaks. */
  author?: Sign;
}

/** Keys of one log, its patient keys derived once. */
export interface LogKeys {
  patient(patient: string | null): Promise<CryptoKey>;
  /** The same key as bytes, to be handed to the ward where the patient went. */
  grant(patient: string): Promise<Bytes>;
}

export function logKeys(logKey: Bytes): LogKeys {
  const derived = new Map<string | null, Promise<CryptoKey>>();
  return {
    patient(patient) {
      let key = derived.get(patient);
      if (!key) {
        key = patientKey(logKey, patient);
        derived.set(patient, key);
      }
      return key;
    },
    grant: (patient) => patientKeyBytes(logKey, patient),
  };
}

/** Signs as author, deflates, seals (`keys` absent: the directory, readable by all) and signs as writer. */
export async function sealEntry(
  content: EntryToSeal,
  keys: LogKeys | undefined,
  writer: Sign,
): Promise<Entry> {
  const header: Header = {
    v: FORMAT_VERSION,
    log: content.log,
    seq: content.seq,
    prev: content.prev,
    hlc: content.hlc,
    patient: content.patient,
    blobs: content.blobs ?? [],
    opening: content.opening ?? null,
  };
  const json = utf8(JSON.stringify(content.body));
  const authored = content.author ? await content.author(authorContext(header, json)) : null;
  const plain = deflateSync(encode([json, authored]) as Bytes) as Bytes;
  const box = keys ? await sealBox(await keys.patient(header.patient), plain, boxContext(header)) : plain;
  return writeEntry(header, box, writer);
}

export type OpenFailure = { kind: 'sealed' | 'malformed'; message: string };

export interface OpenedBody {
  /** Parsed JSON, not yet checked against a schema. */
  body: unknown;
  /** Checks the author's signature with the key that the roster has for the author. */
  authoredBy(verify: Verify): Promise<boolean>;
}

/** Opens the box of an entry whose chain and writer are verified. */
export async function openEntry(
  entry: Entry,
  keys: LogKeys | undefined,
): Promise<{ ok: true; opened: OpenedBody } | { ok: false; error: OpenFailure }> {
  const plain = keys
    ? await openBox(await keys.patient(entry.patient), entry.box, boxContext(entry))
    : entry.box;
  if (!plain) return { ok: false, error: { kind: 'sealed', message: 'the seal does not verify' } };
  try {
    const content = decode(inflateBounded(plain), {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowBigInt: false,
    });
    if (
      !Array.isArray(content) ||
      !(content[0] instanceof Uint8Array) ||
      !(content[1] === null || content[1] instanceof Uint8Array)
    ) {
      return { ok: false, error: { kind: 'malformed', message: 'the content is not a body' } };
    }
    const json = content[0] as Bytes;
    if (isTooDeep(json))
      return { ok: false, error: { kind: 'malformed', message: 'the content nests too deep to be a body' } };
    const signature = content[1] as Bytes | null;
    return {
      ok: true,
      opened: {
        body: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)),
        authoredBy: async (verify) => signature !== null && verify(signature, authorContext(entry, json)),
      },
    };
  } catch {
    return { ok: false, error: { kind: 'malformed', message: 'the content is not a body' } };
  }
}

/** The author vouches for the body at this place, about this patient, at this clock. */
function authorContext(header: Pick<Header, 'log' | 'seq' | 'patient' | 'hlc'>, json: Bytes): Bytes {
  return encode([
    'lamplight author',
    fromHex(header.log),
    header.seq,
    header.patient === null ? null : fromHex(header.patient),
    [...header.hlc],
    json,
  ]) as Bytes;
}

/** Nearly every body fits in here when opened. Allocated once: a stream of its own for each body cost more than opening it. */
const scratch = new Uint8Array(64 * 1024);
/** A box that is larger than this is not opened into the scratch, so that a hostile one is cut off by its size. */
const SMALL_BOX_BYTES = 8 * 1024;

function inflateBounded(deflated: Bytes): Bytes {
  if (deflated.length <= SMALL_BOX_BYTES) {
    const opened = inflateSync(deflated, { out: scratch });
    // A full scratch may have been cut off.
    if (opened.length < scratch.length) return opened.slice() as Bytes;
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  const inflate = new Inflate((part) => {
    size += part.length;
    if (size > MAX_BODY_BYTES) throw new Error('body too large');
    parts.push(part);
  });
  inflate.push(deflated, true);
  return concatBytes(parts);
}
