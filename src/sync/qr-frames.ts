import type { Bytes } from '../log/index.ts';
import { fromBase45, toBase45 } from './base45.ts';

/** What a transfer by camera carries. */
export const QrKind = { statement: 1, entries: 2 } as const;
export type QrKind = (typeof QrKind)[keyof typeof QrKind];

/** One picture: a block of one page of one transfer, combined (XOR) of the blocks that `indices` name. */
export interface QrFrame {
  kind: QrKind;
  /** Random, so that frames of two transfers never mix. */
  transfer: number;
  page: number;
  pages: number;
  /** Blocks of this page, and its length in bytes. */
  blocks: number;
  bytes: number;
  checksum: number;
  indices: number[];
  data: Uint8Array;
}

const MARK = 0x4c;
const VERSION = 1;
const FIXED_BYTES = 20;
const MAX_PAGES = 2000;
const MAX_BLOCKS = 400;
/** A page is 32 KB, and more only for a single entry that is larger. */
const MAX_PAGE_BYTES = 300 * 1024;
/** Combined of more blocks than this is a frame that nobody of ours makes. */
export const MAX_DEGREE = 64;

export function encodeQrFrame(frame: QrFrame): string {
  const mask = new Uint8Array(Math.ceil(frame.blocks / 8));
  for (const index of frame.indices) mask[index >> 3]! |= 1 << (index & 7);
  const bytes = new Uint8Array(FIXED_BYTES + mask.length + frame.data.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, MARK);
  view.setUint8(1, (VERSION << 4) | frame.kind);
  view.setUint32(2, frame.transfer);
  view.setUint16(6, frame.page);
  view.setUint16(8, frame.pages);
  view.setUint16(10, frame.blocks);
  view.setUint32(12, frame.bytes);
  view.setUint32(16, frame.checksum);
  bytes.set(mask, FIXED_BYTES);
  bytes.set(frame.data, FIXED_BYTES + mask.length);
  return toBase45(bytes);
}

/** `null`: not a frame of ours, or not one that fits together. */
export function decodeQrFrame(text: string): QrFrame | null {
  // The largest QR code holds 4,296 such characters.
  const bytes = text.length <= 4296 ? fromBase45(text) : null;
  if (!bytes || bytes.length <= FIXED_BYTES) return null;
  const view = new DataView(bytes.buffer);
  const kind = view.getUint8(1) & 15;
  if (view.getUint8(0) !== MARK || view.getUint8(1) >> 4 !== VERSION) return null;
  if (kind !== QrKind.statement && kind !== QrKind.entries) return null;
  const frame = {
    kind,
    transfer: view.getUint32(2),
    page: view.getUint16(6),
    pages: view.getUint16(8),
    blocks: view.getUint16(10),
    bytes: view.getUint32(12),
    checksum: view.getUint32(16),
  };
  const maskEnd = FIXED_BYTES + Math.ceil(frame.blocks / 8);
  const indices = indicesIn(bytes.subarray(FIXED_BYTES, maskEnd));
  const data: Bytes = bytes.slice(maskEnd);
  const fits =
    frame.pages >= 1 &&
    frame.pages <= MAX_PAGES &&
    frame.page < frame.pages &&
    frame.blocks >= 1 &&
    frame.blocks <= MAX_BLOCKS &&
    frame.bytes >= 1 &&
    frame.bytes <= MAX_PAGE_BYTES &&
    Math.ceil(frame.bytes / Math.max(1, data.length)) === frame.blocks &&
    indices.length >= 1 &&
    indices.length <= MAX_DEGREE &&
    indices.at(-1)! < frame.blocks;
  return fits ? { ...frame, indices, data } : null;
}

function indicesIn(mask: Uint8Array): number[] {
  const indices: number[] = [];
  for (const [at, byte] of mask.entries())
    for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) indices.push(at * 8 + bit);
  return indices;
}
