import { administrationWindow, dueTimes } from '../doses.ts';
import type { OrderDetail, OrderId } from '../entries/index.ts';
import type { SnapshotPatient } from '../snapshot.ts';
import { entriesOfKind, standingEntries, type Standings } from './standing.ts';
import type { ChartConflict, ChartOrder, DueDose } from './types.ts';

const HOUR_MS = 3_600_000;
/** How far back an uncharted dose is still asked for, and how far ahead doses are shown. */
const BACK_HOURS = 24;
const AHEAD_HOURS = 12;

/** Orders of the snapshot and of the entries, with what was given on each. */
export function chartOrders(found: Standings, snapshot: SnapshotPatient | undefined, snapshotAsOf: string | undefined, now: string): { orders: ChartOrder[]; conflicts: ChartConflict[] } {
  const orders = new Map<OrderId, ChartOrder>();
  for (const order of snapshot?.orders ?? []) {
    const { id, ehrId: _ehrId, lastGivenAt, dose, route, startAt, ...rest } = order;
    const incomplete = [dose ? '' : 'dose', route ? '' : 'route'].filter((text) => text !== '');
    orders.set(id, {
      id,
      source: { from: 'ehr', asOf: snapshotAsOf ?? now },
      detail: {
        category: 'medication',
        ...rest,
        // An order that lacks them is shown as incomplete; the stand-ins below are never displayed nor posted.
        dose: dose ?? { value: 0, unit: 'not recorded' },
        route: route ?? 'not recorded',
        startAt: startAt ?? snapshotAsOf ?? now,
      },
      incomplete,
      state: 'active',
      ...(lastGivenAt === undefined ? {} : { lastGivenInEhr: lastGivenAt }),
      administrations: [],
    });
  }
  for (const { id, body, standing } of entriesOfKind(found, 'order-signed')) {
    if (standing === 'replaced') continue;
    orders.set(id, {
      id,
      source: { from: 'entry', entry: id },
      detail: body.detail,
      incomplete: [],
      signedBy: body.author.name,
      signedAt: body.effectiveAt,
      state: standing === 'entered-in-error' ? 'entered-in-error' : 'active',
      administrations: [],
    });
  }
  for (const { body } of standingEntries(found, 'order-acknowledged')) {
    const order = orders.get(body.order);
    if (order) Object.assign(order, { acknowledgedBy: body.author.name, acknowledgedAt: body.effectiveAt });
  }
  const stops = new Map(standingEntries(found, 'order-stopped').map(({ id, body }) => [body.order, { id, body }]));
  for (const [id, { body }] of stops) {
    const order = orders.get(id);
    if (order) Object.assign(order, { state: order.state === 'entered-in-error' ? order.state : 'stopped', stoppedReason: body.reason });
  }
  for (const order of orders.values()) {
    if (order.state === 'active' && 'endAt' in order.detail && order.detail.endAt !== undefined && order.detail.endAt <= now) order.state = 'ended';
  }
  const conflicts: ChartConflict[] = [];
  for (const administration of entriesOfKind(found, 'medication-administration')) {
    const order = orders.get(administration.body.order) ?? unknownOrder(orders, administration.body);
    order.administrations.push(administration);
    const stop = stops.get(administration.body.order);
    const stands = administration.standing === 'current' || administration.standing === 'concurrent';
    if (stop && stands && administration.body.outcome === 'given' && administration.body.effectiveAt > stop.body.effectiveAt) {
      conflicts.push({ kind: 'dose-after-stop', entries: [stop.id, administration.id], message: `${administration.body.medication.text}: a dose was given after the order was stopped.` });
    }
  }
  return { orders: [...orders.values()], conflicts };
}

/** A dose whose order is not here is never hidden: it stands under an order that says so. */
function unknownOrder(orders: Map<OrderId, ChartOrder>, body: { order: OrderId; medication: { text: string }; dose?: { value: number; unit: string }; route?: string; effectiveAt: string }): ChartOrder {
  const detail: OrderDetail = {
    category: 'medication',
    medication: body.medication,
    dose: body.dose ?? { value: 0, unit: 'not recorded' },
    route: body.route ?? 'not recorded',
    schedule: { type: 'as-written', text: 'The order is not on this tablet' },
    startAt: body.effectiveAt,
  };
  const order: ChartOrder = { id: body.order, source: { from: 'entry', entry: body.order }, detail, incomplete: ['order'], state: 'ended', administrations: [] };
  orders.set(body.order, order);
  return order;
}

/** Doses due around now, each with what was charted for it; two "given" for one dose are a conflict. */
export function dueDoses(orders: readonly ChartOrder[], snapshotAsOf: string | undefined, now: string): { doses: DueDose[]; conflicts: ChartConflict[] } {
  const nowMs = Date.parse(now);
  const from = new Date(nowMs - BACK_HOURS * HOUR_MS).toISOString();
  const to = new Date(nowMs + AHEAD_HOURS * HOUR_MS).toISOString();
  const doses: DueDose[] = [];
  const conflicts: ChartConflict[] = [];
  for (const order of orders) {
    const { detail } = order;
    if (detail.category !== 'medication') continue;
    // What was due before the snapshot was taken is the EHR's to know, not overdue here.
    const since = order.source.from === 'ehr' && snapshotAsOf !== undefined && snapshotAsOf > from ? snapshotAsOf : from;
    const planned = order.state === 'active' ? dueTimes(detail.schedule, detail.startAt, detail.endAt, since, to) : [];
    const standing = order.administrations.filter(({ standing }) => standing === 'current' || standing === 'concurrent');
    const charted = standing.flatMap(({ body }) => (body.dueAt !== undefined && body.dueAt >= from && body.dueAt < to ? [body.dueAt] : []));
    for (const dueAt of [...new Set([...planned, ...charted])].sort()) {
      const window = administrationWindow(detail.schedule, dueAt);
      const said = standing.filter(({ body }) => body.dueAt === dueAt);
      const given = said.filter(({ body }) => body.outcome === 'given');
      // Not-given never hides given (FAILURES 35).
      const [shown] = given.length > 0 ? given : said.slice(-1);
      if (given.length > 1) {
        conflicts.push({ kind: 'same-dose-twice', entries: given.map(({ id }) => id), message: `${detail.medication.text}: the dose of ${dueAt} is charted as given ${given.length} times.` });
      }
      const open = now < window.early ? 'coming' : now <= window.late ? 'due' : 'overdue';
      doses.push({ order: order.id, dueAt, window, state: shown ? shown.body.outcome : open, ...(shown ? { administration: shown.id } : {}) });
    }
  }
  return { doses: doses.sort((a, b) => (a.dueAt < b.dueAt ? -1 : a.dueAt > b.dueAt ? 1 : 0)), conflicts };
}
