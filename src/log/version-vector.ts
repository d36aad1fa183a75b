import { z } from 'zod';

/** What a replica holds: per log the last sequence number and that entry's hash (hex). Equal heads prove equal content. */
export const VersionVector = z.record(
  z.string().regex(/^[0-9a-f]{32}$/),
  z.tuple([z.number().int().min(0), z.string().regex(/^[0-9a-f]{64}$/)]),
);
export type VersionVector = z.infer<typeof VersionVector>;

/** Half-open: positions `after` + 1 to `through` of a log. */
export interface Range {
  log: string;
  after: number;
  through: number;
}

/** What `mine` has that `theirs` lacks. */
export function lacking(mine: VersionVector, theirs: VersionVector): Range[] {
  return Object.entries(mine)
    .map(([log, [through]]) => ({ log, after: theirs[log]?.[0] ?? 0, through }))
    .filter((range) => range.through > range.after);
}

/** Logs in which both stand at the same position with different content. */
export function forkedHeads(a: VersionVector, b: VersionVector): string[] {
  return Object.entries(a)
    .filter(([log, [seq, hash]]) => b[log] !== undefined && b[log][0] === seq && b[log][1] !== hash)
    .map(([log]) => log);
}
