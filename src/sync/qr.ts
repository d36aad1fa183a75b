import { createDecoder, createEncoder, type LtDecoder, type LtEncoder } from 'luby-transform';
import { type Bytes, concatBytes } from '../log/index.ts';
import { decodeFrames, encodeFrame, encodeFrames, FrameType } from './frames.ts';
import { decodeQrFrame, encodeQrFrame, MAX_DEGREE, type QrFrame, type QrKind } from './qr-frames.ts';

/**
 * Records as pictures, from one screen to another tablet's camera. Pages of 32 KB, each useful alone, in blocks that
 * a fountain code combines: which frames the camera misses, repeats or sees out of order does not matter.
 */

const PAGE_BYTES = 32 * 1024;
/** A version 21 code at the lowest error correction: the fountain code makes up for what cannot be read. */
const BLOCK_BYTES = 800;
/** Up to this many bytes are one picture that stands still. */
const STILL_BYTES = 1100;
/**
 * How many blocks a combination holds, for a page of 41, each as likely. Chosen by trying: with 30 % of the frames
 * lost a page of 41 blocks takes 72 frames (the least possible is 59), with half of them lost 105.
 */
const DEGREES = [1, 2, 4, 6, 9, 13, 19];
const TRIED_WITH = 41;
/** Combinations that follow the plain blocks in each round, as a share of these. */
const EXTRA = 0.75;

/** Fits as many whole entries as go into a page; an entry that is larger is a page by itself. */
export function packPage(entries: readonly Bytes[]): Bytes {
  return encodeFrames(FrameType.entry, entries);
}

/** How many of these entries, from the first, go into one page. At least one. */
export function fitsPage(entries: readonly Bytes[]): number {
  let size = encodeFrame(FrameType.end, new Uint8Array(0)).length;
  let count = 0;
  for (const entry of entries) {
    size += entry.length + 5;
    if (count > 0 && size > PAGE_BYTES) break;
    count += 1;
  }
  return count;
}

/** The entries of a page; `null`: it is no page of entries. */
export function unpackPage(page: Bytes): Bytes[] | null {
  const { frames, complete } = decodeFrames(page);
  return complete
    ? frames.filter((frame) => frame.type === FrameType.entry).map((frame) => frame.payload)
    : null;
}

export interface QrSender {
  /** The next picture's text. `fraction`: where in the round it stands, 0 to 1. */
  next(): Promise<{ text: string; fraction: number; round: number }>;
}

/**
 * Shows page after page, and then all again: whoever began late gets the rest in the next round.
 * @param page made when its turn comes, so that a long transfer is never in memory at once.
 * @param random in [0, 1).
 */
export function createQrSender(
  kind: QrKind,
  transfer: number,
  pages: number,
  page: (index: number) => Promise<Bytes>,
  random: () => number,
): QrSender {
  let index = 0;
  let round = 1;
  let shown = 0;
  let encoder: { coder: LtEncoder; bytes: number } | undefined;
  return {
    async next() {
      if (!encoder) {
        const bytes = await page(index);
        encoder = { coder: createEncoder(bytes, blockBytes(bytes.length), false), bytes: bytes.length };
      }
      const { k } = encoder.coder;
      const frames = k === 1 ? 1 : Math.ceil(k * (1 + EXTRA));
      const block = encoder.coder.createBlock(shown < k ? [shown] : pick(k, random));
      const text = encodeQrFrame({
        kind,
        transfer,
        page: index,
        pages,
        blocks: k,
        bytes: encoder.bytes,
        checksum: block.checksum,
        indices: block.indices,
        data: block.data,
      });
      const result = { text, fraction: (index + (shown + 1) / frames) / pages, round };
      shown += 1;
      if (shown >= frames) {
        shown = 0;
        encoder = pages === 1 ? encoder : undefined;
        index = (index + 1) % pages;
        if (index === 0) round += 1;
      }
      return result;
    },
  };
}

const blockBytes = (bytes: number): number => {
  if (bytes <= STILL_BYTES) return bytes;
  // Blocks of one length: a last one that is nearly empty would cost a whole picture.
  const blocks = Math.ceil(bytes / BLOCK_BYTES);
  return Math.ceil(bytes / blocks);
};

function pick(blocks: number, random: () => number): number[] {
  const degree = Math.round((DEGREES[Math.floor(random() * DEGREES.length)]! * blocks) / TRIED_WITH);
  const wanted = Math.max(1, Math.min(degree, blocks, MAX_DEGREE));
  const chosen = new Set<number>();
  while (chosen.size < wanted) chosen.add(Math.floor(random() * blocks));
  return [...chosen].sort((a, b) => a - b);
}

export type QrTaken =
  /** Not ours, damaged, or of no use any more. */
  | { kind: 'nothing' }
  | { kind: 'progress'; of: QrKind; transfer: number; pages: number; pagesDone: number; fraction: number }
  | {
      kind: 'page';
      of: QrKind;
      transfer: number;
      page: number;
      pages: number;
      pagesDone: number;
      payload: Bytes;
    };

export interface QrReceiver {
  /** Takes what a camera read, in any order and any number of times; never throws. */
  take(text: string): QrTaken;
}

interface Gathering {
  kind: QrKind;
  transfer: number;
  pages: number;
  done: Set<number>;
  open: Map<number, PageDecoder>;
}

interface PageDecoder {
  decoder: LtDecoder;
  like: QrFrame;
  frames: number;
}

/** Puts pages together. One transfer at a time: frames of another one begin anew. */
export function createQrReceiver(): QrReceiver {
  let gathering: Gathering | undefined;

  return {
    take(text) {
      const frame = decodeQrFrame(text);
      if (!frame) return { kind: 'nothing' };
      if (
        !gathering ||
        gathering.transfer !== frame.transfer ||
        gathering.kind !== frame.kind ||
        gathering.pages !== frame.pages
      )
        gathering = {
          kind: frame.kind,
          transfer: frame.transfer,
          pages: frame.pages,
          done: new Set(),
          open: new Map(),
        };
      if (gathering.done.has(frame.page)) return { kind: 'nothing' };
      const payload = add(gathering.open, frame);
      if (payload) {
        gathering.done.add(frame.page);
        gathering.open.delete(frame.page);
        const { kind, transfer, pages, done } = gathering;
        return { kind: 'page', of: kind, transfer, page: frame.page, pages, pagesDone: done.size, payload };
      }
      return progress(gathering);
    },
  };
}

function progress({ kind, transfer, pages, done, open }: Gathering): QrTaken {
  const partly = [...open.values()].reduce(
    (sum, { decoder, like }) => sum + decoder.decodedCount / like.blocks,
    0,
  );
  return {
    kind: 'progress',
    of: kind,
    transfer,
    pages,
    pagesDone: done.size,
    fraction: (done.size + partly) / pages,
  };
}

/** The whole page once enough of it is there. */
function add(open: Map<number, PageDecoder>, frame: QrFrame): Bytes | undefined {
  let page = open.get(frame.page);
  // A page that does not come together was begun with a misread or foreign frame: begin it again.
  if (page && page.frames > 20 * page.like.blocks + 50) page = undefined;
  if (!page) {
    page = { decoder: createDecoder(), like: frame, frames: 0 };
    open.set(frame.page, page);
  }
  page.frames += 1;
  const { like, decoder } = page;
  if (
    frame.blocks !== like.blocks ||
    frame.bytes !== like.bytes ||
    frame.checksum !== like.checksum ||
    frame.data.length !== like.data.length
  )
    return undefined;
  try {
    const complete = decoder.addBlock({
      k: frame.blocks,
      bytes: frame.bytes,
      checksum: frame.checksum,
      indices: frame.indices,
      data: frame.data,
    });
    if (!complete) return undefined;
    const parts = decoder.decodedData.filter((part) => part !== undefined);
    const whole = concatBytes(parts).slice(0, frame.bytes);
    // Asked of an encoder, which knows the checksum of plain bytes: the decoder's own way would inflate them first.
    if (createEncoder(whole, like.data.length, false).checksum === frame.checksum) return whole;
  } catch {
    // Frames that do not belong together; what was gathered is of no use.
  }
  open.delete(frame.page);
  return undefined;
}
