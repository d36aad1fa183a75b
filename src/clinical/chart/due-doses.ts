import { dueTimes, nearestTime } from '../doses.ts';
import type { BodyOf, MedicationDetail, OrderId } from '../entries/index.ts';
import { administrationWindow, DEFAULT_RULES, type MedicationRules } from '../medication-rules.ts';
import { START_TIME } from './orders.ts';
import { stands } from './standing.ts';
import type { Charted, ChartOrder, DueDose } from './types.ts';

const HOUR_MS = 3_600_000;
/** How far ahead doses are shown: a shift, and time for the fold to be made anew. */
const AHEAD_HOURS = 24;
/** How far back of the present, and on from where the order begins, uncharted doses are listed one by one. */
const LISTED_HOURS = 14 * 24;

type Administration = Charted<BodyOf<'medication-administration'>>;

/** What the clocks say: `now` of this tablet, `known` the latest that anything here was recorded at. */
export interface Moment {
  now: string;
  known: string;
}

/**
 * Doses due, each with what was charted for it, in the order of their due times and no other: a dose that nobody
 * charted stays overdue with its own time (NHS Common User Interface, Drug Administration). No clock hides a dose
 * (FAILURES 31): what is charted is listed whatever the time, and where this tablet's clock is behind what is recorded
 * here, doses are shown for both times.
 */
export function dueDoses(
  orders: readonly ChartOrder[],
  snapshotAsOf: string | undefined,
  moment: Moment,
  rules: MedicationRules = DEFAULT_RULES,
): DueDose[] {
  const plans = new Map(
    orders.flatMap((order): [OrderId, Plan][] => {
      const { detail } = order;
      if (detail.category !== 'medication') return [];
      const charted = byDueTime(order.administrations.filter(stands));
      const answered = answeredAtOtherHours(detail, charted);
      const planned = plannedTimes(order, detail, snapshotAsOf, moment).filter((due) => !answered.has(due));
      return [[order.id, { order, detail, charted, times: new Set([...planned, ...charted.keys()]) }]];
    }),
  );
  return [...plans.values()]
    .flatMap((plan) => dosesOf(plan, plans, snapshotAsOf, moment, rules))
    .sort((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt));
}

/** An order with the instants that it asks for, or that were charted on it. */
interface Plan {
  order: ChartOrder;
  detail: MedicationDetail;
  charted: ReadonlyMap<number, Administration[]>;
  times: ReadonlySet<number>;
}

/**
 * Doses that were charted at hours that the order no longer has: the EHR's list came with other hours of the ward, or
 * another tablet still holds the list before. Each is the dose of the present hours that is nearest to it, which is not
 * asked for a second time: that lies within half the way to the next, as near as `too-soon` asks about. One that was not
 * given is no dose that comes later: that one is asked for. It stays listed under the time at which it was due when it was
 * charted.
 */
function answeredAtOtherHours(
  { schedule, startAt }: MedicationDetail,
  charted: ReadonlyMap<number, Administration[]>,
): Set<number> {
  if (schedule.type !== 'times') return new Set();
  return new Set(
    [...charted].flatMap(([due, said]) => {
      const nearest = nearestTime(schedule, startAt, due);
      if (nearest === undefined || nearest === due) return [];
      return nearest < due || said.some(isMaybeGiven) ? [nearest] : [];
    }),
  );
}

function dosesOf(
  { order, detail, charted, times }: Plan,
  plans: ReadonlyMap<OrderId, Plan>,
  snapshotAsOf: string | undefined,
  moment: Moment,
  rules: MedicationRules,
): DueDose[] {
  const now = Date.parse(moment.now);
  const before = (order.takesPlaceOf ?? []).flatMap((id) => plans.get(id) ?? []);
  const after = [...plans.values()].filter((plan) => plan.order.takesPlaceOf?.includes(order.id));
  return [...times].flatMap((due): DueDose[] => {
    const dueAt = new Date(due).toISOString();
    const window = administrationWindow(detail, dueAt, rules);
    const said = charted.get(due) ?? [];
    if (
      said.length === 0 &&
      (isForTheEhrToKnow(order, detail, due, Date.parse(window.late), snapshotAsOf) ||
        before.some((plan) => mayBeGiven(plan, due)) ||
        after.some((plan) => asksWithin(plan, window)))
    )
      return [];
    // Not-given never hides given (FAILURES 35).
    const shown = said.find(({ body }) => body.outcome === 'given') ?? said.at(-1);
    const open =
      order.state === 'stopped'
        ? 'not-charted'
        : now < Date.parse(window.early)
          ? 'coming'
          : now <= Date.parse(window.late)
            ? 'due'
            : 'overdue';
    return [
      {
        order: order.id,
        dueAt,
        window,
        state: shown ? shown.body.outcome : open,
        ...(shown
          ? { administration: shown.id }
          : isMaybeGivenBefore(order, detail, due, snapshotAsOf)
            ? { maybeGivenBefore: true as const }
            : {}),
      },
    ];
  });
}

const isMaybeGiven = ({ body: { outcome } }: Administration): boolean =>
  outcome === 'given' || outcome === 'unknown';

/** Given early on the order before, or not known: the newer order does not ask for the same dose again. */
const mayBeGiven = ({ charted }: Plan, due: number): boolean => (charted.get(due) ?? []).some(isMaybeGiven);

/** The order was changed while the dose could still be given on time, and the newer one asks for it: never both. */
const asksWithin = ({ times }: Plan, { early, late }: DueDose['window']): boolean =>
  [...times].some((time) => time >= Date.parse(early) && time <= Date.parse(late));

/** Since when the EHR has known the order, and doses due before were for it to chart. */
const knownToEhrAt = (order: ChartOrder, snapshotAsOf: string | undefined): number | undefined =>
  snapshotAsOf !== undefined && (order.source.from === 'ehr' || order.alsoInEhr)
    ? Date.parse(snapshotAsOf)
    : undefined;

/** Due before the snapshot was taken, and the only dose of its order: whether it was given by then nobody here knows. */
const isMaybeGivenBefore = (
  order: ChartOrder,
  { schedule }: MedicationDetail,
  due: number,
  snapshotAsOf: string | undefined,
): boolean => {
  const asOf = knownToEhrAt(order, snapshotAsOf);
  return schedule.type === 'once' && asOf !== undefined && due < asOf && order.lastGivenInEhr === undefined;
};

/**
 * What was due before the snapshot was taken is the EHR's to know, not overdue here. A dose whose window was still open
 * then, and that the EHR does not know as given, is nobody's yet: it is asked for here. So is one that is given once:
 * no later dose of its order would bring it to anybody's mind.
 */
function isForTheEhrToKnow(
  order: ChartOrder,
  detail: MedicationDetail,
  due: number,
  late: number,
  snapshotAsOf: string | undefined,
): boolean {
  const asOf = knownToEhrAt(order, snapshotAsOf);
  if (asOf === undefined || due >= asOf) return false;
  if (detail.schedule.type === 'once') return order.lastGivenInEhr !== undefined;
  const early = due - (late - due);
  const last = order.lastGivenInEhr === undefined ? undefined : Date.parse(order.lastGivenInEhr);
  return late < asOf || (last !== undefined && last >= early);
}

/**
 * An order that has ended, was stopped or changed still asks for the doses before that: time alone never makes a dose
 * "not given".
 */
function plannedTimes(
  order: ChartOrder,
  detail: MedicationDetail,
  snapshotAsOf: string | undefined,
  moment: Moment,
): number[] {
  if (
    (order.state === 'stopped' && order.stoppedAt === undefined) ||
    order.state === 'entered-in-error' ||
    order.incomplete.includes(START_TIME)
  )
    return [];
  const asOf = knownToEhrAt(order, snapshotAsOf);
  // Half a day before the snapshot: wider than any window that may still have been open.
  const begin = Math.max(
    Date.parse(detail.startAt),
    asOf === undefined || detail.schedule.type === 'once' ? Number.NEGATIVE_INFINITY : asOf - 12 * HOUR_MS,
  );
  const [now, known] = [Date.parse(moment.now), Date.parse(moment.known)];
  const ahead = AHEAD_HOURS * HOUR_MS;
  const listed = LISTED_HOURS * HOUR_MS;
  const ranges: [from: number, to: number][] = [
    [Math.max(begin, now - listed), now + ahead],
    // Where the order begins: still there when a clock runs years ahead.
    [begin, Math.min(begin + listed, Math.max(now, known) + ahead)],
    // Around the latest that is known: still there when this clock was set back.
    ...(known > now ? [[Math.max(begin, known - listed), known + ahead] as [number, number]] : []),
  ];
  const held = order.holds.map(({ from, to }) => [
    Date.parse(from),
    to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to),
  ]);
  const endAt = [detail.endAt, order.stoppedAt]
    .flatMap((end) => end ?? [])
    .sort((a, b) => Date.parse(a) - Date.parse(b))[0];
  const planned = ranges.flatMap(([from, to]) =>
    from < to
      ? dueTimes(
          detail.schedule,
          detail.startAt,
          endAt,
          new Date(from).toISOString(),
          new Date(to).toISOString(),
        ).map(Date.parse)
      : [],
  );
  return planned.filter((due) => !held.some(([from, to]) => due >= from! && due < to!));
}

/** By instant, not by text: "09:00:00Z" and "09:00:00.000Z" are one dose. */
export function byDueTime(administrations: readonly Administration[]): Map<number, Administration[]> {
  const byTime = new Map<number, Administration[]>();
  for (const administration of administrations) {
    if (administration.body.dueAt === undefined) continue;
    const due = Date.parse(administration.body.dueAt);
    const same = byTime.get(due);
    if (same) same.push(administration);
    else byTime.set(due, [administration]);
  }
  return byTime;
}
