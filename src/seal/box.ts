import { type Bytes, concatBytes, fromHex, utf8 } from '../log/index.ts';
import { randomBytes } from './primitives.ts';

const NONCE_BYTES = 12;

/** AES-256-GCM: 12 random bytes of nonce, then the ciphertext with its tag. */
export async function sealBox(key: CryptoKey, plain: Bytes, context: Bytes): Promise<Bytes> {
  const nonce = randomBytes(NONCE_BYTES);
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: context },
    key,
    plain,
  );
  return concatBytes([nonce, new Uint8Array(sealed)]);
}

/** The plain bytes, or `null` when key, context or box are not those that it was sealed with. */
export async function openBox(key: CryptoKey, box: Bytes, context: Bytes): Promise<Bytes | null> {
  if (box.length < NONCE_BYTES + 16) return null;
  try {
    const iv = box.subarray(0, NONCE_BYTES);
    return new Uint8Array(
      await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv, additionalData: context },
        key,
        box.subarray(NONCE_BYTES),
      ),
    );
  } catch {
    return null;
  }
}

const hkdf = (info: Bytes) => ({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info });

/** Raw key material → AES-256-GCM key for one purpose. */
async function derive(material: Bytes, info: Bytes): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', material, 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(hkdf(info), base, { name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
}

/** Log key → patient key; entries about no patient have a key of their own. */
export function patientKey(logKey: Bytes, patient: string | null): Promise<CryptoKey> {
  return derive(logKey, patientInfo(patient));
}

const patientInfo = (patient: string | null): Bytes =>
  concatBytes([utf8('lamplight patient '), patient === null ? new Uint8Array(0) : fromHex(patient)]);

/** The bytes of `patientKey`. */
export async function patientKeyBytes(logKey: Bytes, patient: string): Promise<Bytes> {
  const base = await crypto.subtle.importKey('raw', logKey, 'HKDF', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits(hkdf(patientInfo(patient)), base, 256));
}

/** A key for one named use of a secret: `vault summaries`, `drafts`, `snapshot`. */
export function purposeKey(secret: Bytes, purpose: string): Promise<CryptoKey> {
  return derive(secret, utf8(`lamplight ${purpose}`));
}
