import { z } from 'zod';

/**
 * Hybrid logical clock (Kulkarni and others, 2014): wall milliseconds and a counter. It orders the display so that
 * an effect never sorts before its cause; it never decides what is true.
 */
export const Hlc = z.tuple([
  z.number().int().min(0).max(8_640_000_000_000_000),
  z.number().int().min(0).max(0xffff_ffff),
]);
export type Hlc = readonly [wallMs: number, counter: number];

/** A clock further ahead of ours than this is stored but does not move ours (DESIGN.md, Time). */
export const MAX_AHEAD_MS = 60 * 60 * 1000;

/** The clock of the next entry of this replica. */
export function tick(last: Hlc, nowMs: number): Hlc {
  return nowMs > last[0] ? [nowMs, 0] : [last[0], last[1] + 1];
}

/** Our clock after seeing `seen` from another replica; a clock more than an hour ahead does not move it. */
export function observe(last: Hlc, seen: Hlc, nowMs: number): Hlc {
  return isAhead(seen, nowMs) || compareHlc(seen, last) <= 0 ? last : seen;
}

/** Whether a clock is further ahead of `nowMs` than clocks drift: somebody's was set wrong. */
export const isAhead = (hlc: Hlc, nowMs: number): boolean => hlc[0] > nowMs + MAX_AHEAD_MS;

export function compareHlc(a: Hlc, b: Hlc): number {
  return a[0] - b[0] || a[1] - b[1];
}
