import type { WardBody } from '../src/clinical/index.ts';
import { type Bytes, type Entry, toHex } from '../src/log/index.ts';
import {
  logKeys,
  newIdentity,
  newSigningKey,
  randomBytes,
  sealEntry,
  sealTo,
  sha256,
  signWith,
  verifyWith,
} from '../src/seal/index.ts';

/** A body as a nurse would chart it; tests change what they are about. */
export function aNote(text: string, change: Record<string, unknown> = {}): WardBody {
  const at = '2026-11-24T14:05:00.000Z';
  return {
    kind: 'note',
    noteType: 'nursing',
    author: { id: 'b'.repeat(32), name: 'Nora Quinn', role: 'nurse' },
    effectiveAt: at,
    recordedAt: at,
    text,
    ...change,
  } as WardBody;
}

/** A sealed log of `length` entries by one writer, with the keys to read and to continue it. */
export async function aLog(
  length: number,
  options: {
    scope?: string;
    writer?: string;
    site?: string;
    recipients?: string[];
    key?: CryptoKey;
    publicKey?: string;
  } = {},
) {
  const signing = options.key
    ? { privateKey: options.key, publicKey: options.publicKey! }
    : await newSigningKey(true);
  const recipient = options.recipients ?? [(await newIdentity()).recipient];
  const logKey = randomBytes(32);
  const keys = logKeys(logKey);
  const log = toHex(randomBytes(16));
  const writer = options.writer ?? 'c'.repeat(32);
  const patient = toHex(randomBytes(16));
  const opening = {
    site: options.site ?? 'd'.repeat(32),
    writer,
    scope: options.scope ?? 'ward:4-west',
    key: { file: await sealTo(recipient, logKey), hash: await sha256(logKey) },
  };
  const entries: Entry[] = [];
  let prev: Bytes | null = null;
  for (let seq = 1; seq <= length; seq++) {
    const place = { log, seq, prev, hlc: [1000 + seq, 0] as const };
    const entry: Entry =
      seq === 1
        ? await sealEntry(
            { ...place, patient: null, opening, body: { kind: 'log-opened' } },
            keys,
            signWith(signing.privateKey),
          )
        : await sealEntry(
            { ...place, patient, body: aNote(`note ${seq}`) },
            keys,
            signWith(signing.privateKey),
          );
    entries.push(entry);
    prev = await sha256(entry.bytes);
  }
  return { log, patient, writer, entries, keys, signing, verify: verifyWith(signing.publicKey) };
}
