import { z } from 'zod';
import { Hex128, Instant } from '../clinical/index.ts';
import { readersOf } from './scope.ts';

/** So many logs are named in one statement; a closing of more is several statements. */
export const LOGS_A_CLOSING = 1_000;

const HashText = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * The outage of a ward is over, and of each named log everything up to `seq` is settled: in the EHR, not for it, or
 * rejected by a named person. Signed by the site alone. Tablets of the ward may forget what these entries say once they
 * hold the EHR's own list of the ward, at least as new as `snapshotAsOf`; nothing more is written into these logs.
 */
export const OutageClosed = z.object({
  kind: z.literal('outage-closed'),
  recordedAt: Instant,
  ward: z.string().max(64),
  by: Hex128,
  snapshotAsOf: Instant,
  points: z
    .array(z.object({ log: Hex128, seq: z.number().int().min(1), hash: HashText }))
    .min(1)
    .max(LOGS_A_CLOSING),
});
export type OutageClosed = z.infer<typeof OutageClosed>;

/** The last entry of a log that a closing covers. */
export interface ClosedPoint {
  log: string;
  seq: number;
  hash: string;
  closedAt: string;
  snapshotAsOf: string;
}

/** What closings say. */
export interface Closings {
  /** By log, then by the ward whose closing says it: the furthest point. */
  furthest: Map<string, Map<string, ClosedPoint>>;
  /** Every place that was ever a closing's last of its log. */
  places: Set<string>;
}

export const noClosings = (): Closings => ({ furthest: new Map(), places: new Set() });

type Place = Pick<ClosedPoint, 'log' | 'seq' | 'hash'>;
const placeName = ({ log, seq, hash }: Place): string => `${log} ${seq} ${hash}`;

export function addClosing(
  closings: Closings,
  { ward, recordedAt, snapshotAsOf, points }: OutageClosed,
): void {
  for (const { log, seq, hash } of points) {
    closings.places.add(placeName({ log, seq, hash }));
    const byWard = closings.furthest.get(log) ?? new Map<string, ClosedPoint>();
    closings.furthest.set(log, byWard);
    if ((byWard.get(ward)?.seq ?? 0) < seq)
      byWard.set(ward, { log, seq, hash, closedAt: recordedAt, snapshotAsOf });
  }
}

/** Whether a closing of any ward names the log: nobody goes on writing in it. */
export const isEnded = (closings: Closings, log: string): boolean => closings.furthest.has(log);

/** Whether the site signed that everything of the log up to this very entry is settled. */
export const isClosedPlace = (closings: Closings, place: Place): boolean =>
  closings.places.has(placeName(place));

/**
 * Up to where a device of these wards may forget a log. One between two wards is needed by both, so a device of both
 * waits for both, and one of the first is not told by the second.
 */
export function closedPoint(
  closings: Closings,
  wards: readonly string[],
  { log, scope }: { log: string; scope: string },
): ClosedPoint | undefined {
  const points = readersOf(scope)
    .filter((ward) => wards.includes(ward))
    .map((ward) => closings.furthest.get(log)?.get(ward));
  if (points.some((point) => point === undefined)) return undefined;
  return points.reduce(
    (least, point) => (least && point && point.seq < least.seq ? point : least),
    points[0],
  );
}

/** A tablet's word that it forgot what entries say: which, by their logs' last place, and how many. */
export const Purged = z.object({
  kind: z.literal('purged'),
  recordedAt: Instant,
  logs: z
    .array(
      z.object({
        log: Hex128,
        seq: z.number().int().min(1),
        hash: HashText,
        /** Entries of the log that were forgotten now. */
        entries: z.number().int().min(0),
        /** The closing that said so. */
        closedAt: Instant,
      }),
    )
    .min(1)
    .max(LOGS_A_CLOSING),
});
export type Purged = z.infer<typeof Purged>;
