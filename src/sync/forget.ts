import { type Head, type Range, toHex } from '../log/index.ts';
import type { Acknowledgement } from '../seal/index.ts';
import type { Place } from './messages.ts';

/**
 * Whether a replica may drop what the entries of a log say. A log goes whole or not at all: what is written later must
 * never hang on entries that a restored server could get from nobody. So the signed point has to be the log's very last
 * entry here, and the server, in its present life, has to have signed that it keeps it.
 */
export function mayForget(log: {
  head: Head;
  /** Of the server's closing. */
  point: Place;
  /** The server wrote the log: what it wrote, it has. */
  bySite: boolean;
  acknowledgement: Acknowledgement | undefined;
  /** The server's present life, as far as is known here. */
  epoch: string | undefined;
}): boolean {
  const { head, point, acknowledgement } = log;
  if (head.hash === null || head.seq !== point.seq || toHex(head.hash) !== point.hash) return false;
  if (log.bySite) return true;
  return (
    acknowledgement !== undefined && acknowledgement.epoch === log.epoch && acknowledgement.seq >= point.seq
  );
}

/** Of these ranges those that a replica can give which has purged logs up to there: the rest others have. */
export const givable = (ranges: readonly Range[], purged: ReadonlyMap<string, number>): Range[] =>
  ranges.filter(({ log, after }) => after >= (purged.get(log) ?? 0));
