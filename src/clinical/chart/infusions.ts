import { describeInfusion } from '../describe-dose.ts';
import { tallMan } from '../display.ts';
import type { BodyOf, OrderId } from '../entries/index.ts';
import { logOf } from './moves.ts';
import { byClock, entriesOfKind, type Standings, stands } from './standing.ts';
import type { Charted, Conflict } from './types.ts';

const HOUR_MS = 3_600_000;
/** Two tablets that chart one turn within this time mean the same one, or one of them did not see the other. */
const SAME_TURN_MS = 15 * 60_000;

type Turn = Charted<BodyOf<'infusion-charted'>>;

/** A continuous infusion as it stands. Volumes in mL, calculated from the rates unless the pump's total is known. */
export interface Infusion {
  order: OrderId;
  medication: string;
  state: 'running' | 'paused' | 'stopped';
  rateMlPerHour?: number;
  doseRate?: string;
  /** Of the rate that holds now. */
  since: string;
  by: string;
  startedAt: string;
  /** Since it was started, or since the outage began. */
  inMl: number;
  runningBefore: boolean;
  /** Of the bag that hangs. Below zero: it should be empty. */
  leftMl?: number;
  emptyAt?: string;
  /** All that was charted of it, oldest first, whatever still stands. */
  turns: Turn[];
}

/** The infusions of a patient, each from its newest start on. */
export function chartInfusions(
  found: Standings,
  sameAs: ReadonlyMap<OrderId, OrderId>,
  now: string,
): Infusion[] {
  const byOrder = new Map<OrderId, Turn[]>();
  for (const turn of entriesOfKind(found, 'infusion-charted')) {
    // What was charted on the EHR's copy of an order runs on that order.
    const order = sameAs.get(turn.body.order) ?? turn.body.order;
    byOrder.set(order, [...(byOrder.get(order) ?? []), turn]);
  }
  return [...byOrder].flatMap(([order, turns]) => infusionOf(order, turns, now) ?? []);
}

/** In the order of what the authors say; the clock decides between turns of one minute. */
const inOrder = (a: Turn, b: Turn): number =>
  Date.parse(a.body.effectiveAt) - Date.parse(b.body.effectiveAt) || byClock(a, b);

/** Turns from a start on: whether it ran before anything was charted here. */
export const ranBefore = ([start]: readonly Pick<Turn, 'body'>[]): boolean =>
  start !== undefined && (start.body.runningBefore ?? start.body.action !== 'started');

function infusionOf(order: OrderId, turns: readonly Turn[], now: string): Infusion | undefined {
  const standing = turns.filter(stands).sort(inOrder);
  const first = standing.findLastIndex(({ body }) => body.action === 'started');
  const from = standing.slice(Math.max(0, first));
  const start = from[0];
  const last = from.at(-1);
  if (!start || !last) return undefined;
  const flow = flowOf(from);
  const since = from.findLast(({ body }) => body.action !== 'bag-changed') ?? start;
  // A clock that was set back must not take away what has run.
  run(flow, Math.max(flow.at, Date.parse(now)));
  const state =
    since.body.action === 'stopped' ? 'stopped' : since.body.action === 'paused' ? 'paused' : 'running';
  const doseRate = from.findLast(({ body }) => body.doseRate !== undefined)?.body.doseRate;
  return {
    order,
    medication: start.body.medication.text,
    state,
    ...(state === 'running' && flow.rate > 0 ? { rateMlPerHour: flow.rate } : {}),
    ...(doseRate === undefined ? {} : { doseRate }),
    since: since.body.effectiveAt,
    by: since.body.author.name,
    startedAt: start.body.effectiveAt,
    inMl: round(flow.inMl),
    runningBefore: ranBefore(from),
    ...(flow.leftMl === undefined || state === 'stopped' ? {} : { leftMl: round(flow.leftMl) }),
    ...(flow.leftMl !== undefined && flow.rate > 0
      ? { emptyAt: new Date(flow.at + (flow.leftMl / flow.rate) * HOUR_MS).toISOString() }
      : {}),
    turns: [...turns].sort(inOrder),
  };
}

interface Flow {
  inMl: number;
  rate: number;
  leftMl: number | undefined;
  at: number;
}

/** How it flows after the last of these turns, which go on from a start. */
function flowOf(from: readonly Pick<Turn, 'body'>[]): Flow {
  const at = from[0] ? Date.parse(from[0].body.effectiveAt) : 0;
  const flow: Flow = { inMl: 0, rate: 0, leftMl: undefined, at };
  /** What the pump had counted before: not known until its first word. */
  let before = ranBefore(from) ? undefined : 0;
  for (const { body } of from) {
    run(flow, Date.parse(body.effectiveAt));
    if (body.pumpMl !== undefined) {
      before ??= body.pumpMl - flow.inMl;
      const inMl = body.pumpMl - before;
      // What the calculation missed has also left the bag.
      if (flow.leftMl !== undefined) flow.leftMl -= inMl - flow.inMl;
      flow.inMl = inMl;
    }
    if (body.bagMl !== undefined) flow.leftMl = body.bagMl;
    if (body.action === 'paused' || body.action === 'stopped') flow.rate = 0;
    else if (body.rateMlPerHour !== undefined) flow.rate = body.rateMlPerHour;
  }
  return flow;
}

/**
 * What ran in by the last of these turns, mL, where they begin with a start; `undefined`: it ran before anything was
 * charted here, and how much was in by then nobody here knows.
 */
export const givenMl = (from: readonly Pick<Turn, 'body'>[]): number | undefined =>
  from.length === 0 || ranBefore(from) ? undefined : round(flowOf(from).inMl);

function run(flow: Flow, until: number): void {
  const ml = (flow.rate * (until - flow.at)) / HOUR_MS;
  flow.inMl += ml;
  if (flow.leftMl !== undefined) flow.leftMl -= ml;
  flow.at = until;
}

const round = (ml: number): number => Math.round(ml * 10) / 10;

/**
 * One turn charted on two tablets: the same bag, or two. As any dose charted twice it is a person's to settle, unless
 * whoever wrote the later one could see the earlier.
 */
export function infusionTurnsTwice(
  infusions: readonly Infusion[],
  conflict: (kind: 'same-dose-twice', sides: Turn[], message: string) => Conflict,
): Conflict[] {
  return infusions.flatMap(({ turns }) => {
    const standing = turns.filter(({ standing }) => standing === 'current');
    return standing.flatMap((turn, index) =>
      standing
        .slice(index + 1)
        .filter(
          (other) =>
            (turn.body.action === 'started' || turn.body.action === 'bag-changed') &&
            other.body.action === turn.body.action &&
            logOf(other.id) !== logOf(turn.id) &&
            Date.parse(other.body.effectiveAt) - Date.parse(turn.body.effectiveAt) < SAME_TURN_MS,
        )
        .map((other) =>
          conflict(
            'same-dose-twice',
            [turn, other],
            `${tallMan(turn.body.medication.text)}: ${describeInfusion(turn.body).title.toLowerCase()} was charted on two tablets within 15 minutes.`,
          ),
        ),
    );
  });
}
