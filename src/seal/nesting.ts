import type { Bytes } from '../log/index.ts';

/** Deeper than any form of a hospital, and shallow enough for whoever walks it by recursion. */
const MOST_LEVELS = 128;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * Whether JSON (as UTF-8) nests deeper than what any reader of ours is asked to walk. Looked at before it is parsed:
 * schemas, folds and databases recurse, and a body of ten thousand levels would end them and whatever waits behind it.
 */
export function isTooDeep(json: Bytes | Uint8Array): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (OPENING.has(byte)) {
      depth += 1;
      if (depth > MOST_LEVELS) return true;
    } else if (CLOSING.has(byte)) depth -= 1;
  }
  return false;
}
