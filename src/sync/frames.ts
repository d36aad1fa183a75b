import { type Bytes, concatBytes } from '../log/index.ts';

/**
 * Binary frames: one byte of type, four of length (big endian), then the payload. A stream without its `end` frame
 * was cut: what came before is used, the rest is asked for again.
 */
export const FrameType = { entry: 1, blob: 2, end: 255 } as const;

export interface Frame {
  type: number;
  payload: Bytes;
}

const HEADER_BYTES = 5;
/** No frame is larger: the largest is a sealed attachment of 256 KB, or an entry. */
const MAX_FRAME_BYTES = 512 * 1024;

export function encodeFrame(type: number, payload: Uint8Array): Bytes {
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  frame[0] = type;
  new DataView(frame.buffer).setUint32(1, payload.length);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

export function encodeFrames(type: number, payloads: readonly Uint8Array[]): Bytes {
  return concatBytes([
    ...payloads.map((payload) => encodeFrame(type, payload)),
    encodeFrame(FrameType.end, new Uint8Array(0)),
  ]);
}

export type FrameFailure = { kind: 'truncated' | 'malformed'; message: string };

/** Reads whole frames out of `source`. Frames before a fault are kept, with the fault beside them. */
export function decodeFrames(source: Bytes): { frames: Frame[]; complete: boolean; error?: FrameFailure } {
  const frames: Frame[] = [];
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  let at = 0;
  while (at < source.length) {
    if (source.length - at < HEADER_BYTES) return { frames, complete: false, error: truncated };
    const type = view.getUint8(at);
    const length = view.getUint32(at + 1);
    if (type !== FrameType.entry && type !== FrameType.blob && type !== FrameType.end) {
      return {
        frames,
        complete: false,
        error: { kind: 'malformed', message: `frame type ${type} is not known` },
      };
    }
    if (length > MAX_FRAME_BYTES)
      return { frames, complete: false, error: { kind: 'malformed', message: 'a frame is too large' } };
    if (source.length - at - HEADER_BYTES < length) return { frames, complete: false, error: truncated };
    if (type === FrameType.end) {
      const rest = source.length - at - HEADER_BYTES - length;
      return rest === 0
        ? { frames, complete: true }
        : { frames, complete: false, error: { kind: 'malformed', message: 'bytes after the end' } };
    }
    frames.push({ type, payload: source.slice(at + HEADER_BYTES, at + HEADER_BYTES + length) });
    at += HEADER_BYTES + length;
  }
  return { frames, complete: false, error: truncated };
}

const truncated: FrameFailure = { kind: 'truncated', message: 'the transfer was cut' };
