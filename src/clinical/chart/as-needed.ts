import type { Quantity } from '../entries/index.ts';
import { stands } from './standing.ts';
import type { ChartOrder } from './types.ts';

const HOUR_MS = 3_600_000;

/** Where an order as needed stands: what was given in the last 24 hours, and from when the next dose may be given. */
export interface AsNeeded {
  doses: number;
  /** Sum of what was given here, where all of it has one unit. */
  amount?: Quantity;
  /** The EHR's last dose falls in these 24 hours: counted, and its amount is not known. */
  includesEhr: boolean;
  /** The 24 hours reach back before the snapshot, and of that time only the EHR's last dose is known, if any. */
  unknownBefore?: string;
  mostPerDay?: number;
  /** By the least interval, and by the most in 24 hours; absent: at once. */
  nextAt?: string;
}

/** `undefined`: the order is not as needed. */
export function asNeeded(
  order: ChartOrder,
  snapshotAsOf: string | undefined,
  now: string,
): AsNeeded | undefined {
  if (order.detail.category !== 'medication' || order.detail.schedule.type !== 'as-needed') return undefined;
  const { leastIntervalHours, mostPerDay } = order.detail.schedule;
  const dayAgo = Date.parse(now) - 24 * HOUR_MS;
  const before = (order.givenBefore ?? []).filter(({ by }) => by !== 'EHR');
  const charted = [
    ...order.administrations
      .filter((dose) => stands(dose) && dose.body.outcome === 'given')
      .map(({ body }) => ({ at: Date.parse(body.effectiveAt), dose: body.dose })),
    // A changed order begins no new day: what was given on the one before it counts.
    ...before.map(({ at, dose }) => ({ at: Date.parse(at), dose })),
  ];
  const inEhr = [
    order.lastGivenInEhr,
    ...(order.givenBefore ?? []).flatMap(({ at, by }) => (by === 'EHR' ? at : [])),
  ].flatMap((at) => (at === undefined ? [] : Date.parse(at)));
  const ehr = inEhr.length === 0 ? undefined : Math.max(...inEhr);
  const includesEhr = ehr !== undefined && ehr > dayAgo;
  const inDay = charted.filter(({ at }) => at > dayAgo);
  const units = new Set(inDay.map(({ dose }) => dose?.unit));
  const [unit] = units;
  const times = [...inDay.map(({ at }) => at), ...(includesEhr ? [ehr] : [])].sort((a, b) => a - b);
  const last = Math.max(...charted.map(({ at }) => at), ehr ?? Number.NEGATIVE_INFINITY);
  const next = Math.max(
    leastIntervalHours === undefined || !Number.isFinite(last)
      ? Number.NEGATIVE_INFINITY
      : last + leastIntervalHours * HOUR_MS,
    // When the oldest of the last `mostPerDay` doses is a day old.
    mostPerDay === undefined || times.length < mostPerDay
      ? Number.NEGATIVE_INFINITY
      : times[times.length - mostPerDay]! + 24 * HOUR_MS,
  );
  return {
    doses: times.length,
    ...(units.size === 1 && unit !== undefined
      ? { amount: { value: sum(inDay.map(({ dose }) => dose?.value ?? 0)), unit } }
      : {}),
    includesEhr,
    ...(order.source.from === 'ehr' && snapshotAsOf !== undefined && Date.parse(snapshotAsOf) > dayAgo
      ? { unknownBefore: snapshotAsOf }
      : {}),
    ...(mostPerDay === undefined ? {} : { mostPerDay }),
    ...(next > Date.parse(now) ? { nextAt: new Date(next).toISOString() } : {}),
  };
}

/** 0.1 + 0.2 is 0.3 at a bedside. */
const sum = (values: readonly number[]): number =>
  Number(values.reduce((total, value) => total + value, 0).toPrecision(12));
