import type { Bytes } from '../log/index.ts';

/**
 * Base45 (RFC 9285): bytes in the 45 characters that a QR code stores at 5.5 bits each, so that text costs no more
 * room than bytes, and every reader hands it back unchanged.
 */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

export function toBase45(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const pair = at + 1 < bytes.length;
    const value = pair ? bytes[at]! * 256 + bytes[at + 1]! : bytes[at]!;
    text += ALPHABET[value % 45]! + ALPHABET[Math.floor(value / 45) % 45]!;
    if (pair) text += ALPHABET[Math.floor(value / 2025)]!;
  }
  return text;
}

/** `null`: not Base45. */
export function fromBase45(text: string): Bytes | null {
  if (text.length % 3 === 1) return null;
  const bytes = new Uint8Array(Math.floor(text.length / 3) * 2 + (text.length % 3 === 2 ? 1 : 0));
  let out = 0;
  for (let at = 0; at < text.length; at += 3) {
    const values = [...text.slice(at, at + 3)].map((character) => VALUES.get(character));
    const [low, middle, high = 0] = values;
    if (low === undefined || middle === undefined || values.includes(undefined)) return null;
    const value = low + middle * 45 + high * 2025;
    if (values.length === 3) {
      if (value > 0xffff) return null;
      bytes[out++] = value >> 8;
      bytes[out++] = value & 0xff;
    } else {
      if (value > 0xff) return null;
      bytes[out++] = value;
    }
  }
  return bytes;
}
