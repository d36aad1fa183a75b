import { administrationWindow, dueTimes } from '../doses.ts';
import type { BodyOf, MedicationDetail } from '../entries/index.ts';
import { START_TIME } from './orders.ts';
import { stands } from './standing.ts';
import type { Charted, ChartOrder, DueDose } from './types.ts';

const HOUR_MS = 3_600_000;
/** How far back an uncharted dose is still asked for, and how far ahead doses are shown. */
const BACK_HOURS = 24;
const AHEAD_HOURS = 12;

type Administration = Charted<BodyOf<'medication-administration'>>;

/** Doses due around now, each with what was charted for it. */
export function dueDoses(
  orders: readonly ChartOrder[],
  snapshotAsOf: string | undefined,
  now: string,
): DueDose[] {
  const doses = orders.flatMap((order) =>
    order.detail.category === 'medication'
      ? dosesOf(
          order,
          order.detail,
          byDueTime(order.administrations.filter(stands)),
          snapshotAsOf,
          Date.parse(now),
        )
      : [],
  );
  return doses.sort((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt));
}

function dosesOf(
  order: ChartOrder,
  detail: MedicationDetail,
  charted: ReadonlyMap<number, Administration[]>,
  snapshotAsOf: string | undefined,
  now: number,
): DueDose[] {
  const from = now - BACK_HOURS * HOUR_MS;
  const to = now + AHEAD_HOURS * HOUR_MS;
  // What was due before the snapshot was taken is the EHR's to know, not overdue here.
  const asOf = order.source.from === 'ehr' && snapshotAsOf !== undefined ? Date.parse(snapshotAsOf) : from;
  const planned = plannedTimes(order, detail, Math.max(from, asOf), to);
  const chartedNear = [...charted.keys()].filter((due) => due >= from && due < to);
  return [...new Set([...planned, ...chartedNear])].map((due): DueDose => {
    const dueAt = new Date(due).toISOString();
    const window = administrationWindow(detail.schedule, dueAt);
    const said = charted.get(due) ?? [];
    // Not-given never hides given (FAILURES 35).
    const shown = said.find(({ body }) => body.outcome === 'given') ?? said.at(-1);
    const open =
      now < Date.parse(window.early) ? 'coming' : now <= Date.parse(window.late) ? 'due' : 'overdue';
    return {
      order: order.id,
      dueAt,
      window,
      state: shown ? shown.body.outcome : open,
      ...(shown ? { administration: shown.id } : {}),
    };
  });
}

/** An order that has ended still asks for the doses before its end: time alone never makes a dose "not given". */
function plannedTimes(order: ChartOrder, detail: MedicationDetail, from: number, to: number): number[] {
  if (
    order.state === 'stopped' ||
    order.state === 'entered-in-error' ||
    order.incomplete.includes(START_TIME)
  )
    return [];
  return dueTimes(
    detail.schedule,
    detail.startAt,
    detail.endAt,
    new Date(from).toISOString(),
    new Date(to).toISOString(),
  ).map(Date.parse);
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
