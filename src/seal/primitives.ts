import type { Bytes, Hash, Sign, Verify } from '../log/index.ts';
import { fromBase64, toBase64 } from '../log/index.ts';

/** WebCrypto, as `log` and the rest of `seal` use it. The same in browser workers and Node. */

export const sha256: Hash = async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

export const randomBytes = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

/** An Ed25519 public key, raw, base64. */
export type PublicKey = string;

/** A signing key pair. `extractable: false` for a tablet's own key, which never leaves it. */
export async function newSigningKey(
  extractable: boolean,
): Promise<{ privateKey: CryptoKey; publicKey: PublicKey }> {
  const pair = (await crypto.subtle.generateKey({ name: 'Ed25519' }, extractable, [
    'sign',
    'verify',
  ])) as CryptoKeyPair;
  return {
    privateKey: pair.privateKey,
    publicKey: toBase64(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))),
  };
}

export async function exportSigningKey(key: CryptoKey): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.exportKey('pkcs8', key));
}

export function importSigningKey(pkcs8: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, false, ['sign']);
}

export const signWith =
  (key: CryptoKey): Sign =>
  async (bytes) =>
    new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, key, bytes));

/** A verifier for one public key; a key that is not one verifies nothing. */
export function verifyWith(publicKey: PublicKey): Verify {
  let imported: Promise<CryptoKey> | undefined;
  return async (signature, bytes) => {
    imported ??= crypto.subtle.importKey('raw', fromBase64(publicKey), { name: 'Ed25519' }, false, [
      'verify',
    ]);
    return crypto.subtle.verify({ name: 'Ed25519' }, await imported, signature, bytes);
  };
}
