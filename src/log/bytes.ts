import { base64, hex } from '@scure/base';

/** Bytes of ours are never views of shared memory, which WebCrypto and IndexedDB would refuse. */
export type Bytes = Uint8Array<ArrayBuffer>;

export const toHex = (bytes: Uint8Array): string => hex.encode(bytes);
export const fromHex = (text: string): Bytes => hex.decode(text) as Bytes;
export const toBase64 = (bytes: Uint8Array): string => base64.encode(bytes);
export const fromBase64 = (text: string): Bytes => base64.decode(text) as Bytes;
export const utf8 = (text: string): Bytes => new TextEncoder().encode(text) as Bytes;

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export function concatBytes(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
