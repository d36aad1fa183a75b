import { createHash } from 'node:crypto';
import { type Bytes, concatBytes, equalBytes, type Sign, utf8, type Verify } from '../../src/log/index.ts';

/**
 * Cheap stand-ins for what `log` is handed: SHA-256 is real, a signature is a keyed hash. A simulation makes a
 * million of them, and needs only that nobody without the key makes one that verifies.
 */
export const hashNow = (bytes: Bytes): Bytes => new Uint8Array(createHash('sha256').update(bytes).digest());
export const hash = async (bytes: Bytes): Promise<Bytes> => hashNow(bytes);

const mac = (key: string, bytes: Bytes): Bytes => {
  const half = hashNow(concatBytes([utf8(key), bytes]));
  return concatBytes([half, half]);
};
export const signWithKey =
  (key: string): Sign =>
  async (bytes) =>
    mac(key, bytes);
export const verifyWithKey =
  (key: string): Verify =>
  async (signature, bytes) =>
    equalBytes(signature, mac(key, bytes));
