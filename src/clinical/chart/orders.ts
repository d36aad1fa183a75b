import { withoutUnsafeAbbreviations } from '../display.ts';
import type { BodyOf, EntryId, MedicationDetail, OrderId, WardBody } from '../entries/index.ts';
import { shareIngredient } from '../ingredients.ts';
import type { SnapshotOrder, SnapshotPatient } from '../snapshot.ts';
import { type Signature, signatures } from './signatures.ts';
import { byClock, entriesOfKind, type Standings, standingEntries, stands } from './standing.ts';
import type { Charted, ChartOrder } from './types.ts';

/** Unit of the stand-in for a dose that nobody recorded: never shown as a dose, never posted. */
const NOT_RECORDED = 'not recorded';

/** Orders of the snapshot and of the entries, with what was given on each. */
export function chartOrders(
  found: Standings,
  snapshot: SnapshotPatient | undefined,
  snapshotAsOf: string | undefined,
  now: string,
): {
  orders: ChartOrder[];
  ends: ReadonlyMap<OrderId, End>;
  /** By the id that the EHR's copy has: the order that was signed here. */
  sameAs: ReadonlyMap<OrderId, OrderId>;
} {
  const orders = new Map<OrderId, ChartOrder>();
  /** Orders that we posted come back in the census under the id of their entry: one order, not two. */
  const sameAs = new Map<OrderId, OrderId>();
  for (const order of snapshot?.orders ?? []) {
    if (isOrder(found.byId.get(order.ehrId)?.body.kind)) sameAs.set(order.id, order.ehrId);
    else orders.set(order.id, ehrOrder(order, snapshotAsOf ?? now));
  }
  const signedSince = signatures(found);
  for (const { id, body, standing } of [
    ...entriesOfKind(found, 'order-signed'),
    ...entriesOfKind(found, 'order-received'),
  ]) {
    orders.set(id, {
      id,
      source: { from: 'entry', entry: id },
      detail: body.detail,
      incomplete: [],
      holds: [],
      ...(body.kind === 'order-received'
        ? {
            received: receivedOf(
              body,
              signedSince[id]?.find(({ role }) => role === 'clinician'),
            ),
          }
        : {}),
      signedBy: body.author.name,
      signedAt: body.effectiveAt,
      overrides: body.overrides,
      state:
        standing === 'entered-in-error' ? 'entered-in-error' : standing === 'replaced' ? 'stopped' : 'active',
      ...(standing === 'replaced' ? { stoppedReason: 'Changed: see the newer order' } : {}),
      administrations: [],
    });
  }
  const orderOf = (id: OrderId): ChartOrder | undefined => orders.get(sameAs.get(id) ?? id);
  for (const order of snapshot?.orders ?? []) {
    const own = sameAs.has(order.id) ? orderOf(order.id) : undefined;
    if (!own) continue;
    own.alsoInEhr = true;
    if (order.lastGivenAt !== undefined) own.lastGivenInEhr = order.lastGivenAt;
  }
  for (const { body } of standingEntries(found, 'order-acknowledged')) {
    const order = orderOf(body.order);
    if (order) Object.assign(order, { acknowledgedBy: body.author.name, acknowledgedAt: body.effectiveAt });
  }
  const ends = new Map<OrderId, End>(firstStops(found, sameAs));
  // An order that takes the place of another ends it, whoever gave the last dose of it.
  for (const change of [
    ...standingEntries(found, 'order-signed'),
    ...standingEntries(found, 'order-received'),
  ]) {
    const { changes } = change.body;
    const old = changes === undefined ? undefined : orderOf(changes);
    if (old) ends.set(old.id, earlier(change, ends.get(old.id)));
  }
  for (const [id, end] of ends) {
    const order = orderOf(id);
    if (order && order.state !== 'entered-in-error') endOrder(order, end, found);
  }
  const turns = [...standingEntries(found, 'order-held'), ...standingEntries(found, 'order-resumed')].sort(
    (a, b) => Date.parse(a.body.effectiveAt) - Date.parse(b.body.effectiveAt) || byClock(a, b),
  );
  for (const { body } of turns) {
    const order = orderOf(body.order);
    if (order) turn(order, body);
  }
  for (const order of orders.values()) {
    const endAt = order.detail.category === 'medication' ? order.detail.endAt : undefined;
    if (
      (order.state === 'active' || order.state === 'on-hold') &&
      endAt !== undefined &&
      Date.parse(endAt) <= Date.parse(now)
    )
      order.state = 'ended';
  }
  for (const administration of entriesOfKind(found, 'medication-administration')) {
    const { body } = administration;
    (orderOf(body.order) ?? unknownOrder(orders, body)).administrations.push(administration);
  }
  for (const { body } of standingEntries(found, 'infusion-charted'))
    if (!orderOf(body.order)) unknownOrder(orders, body);
  for (const order of orders.values()) {
    const before = ordersBefore(order, found, orderOf);
    if (before.length > 0) order.takesPlaceOf = before.map(({ id }) => id);
    const given = before.flatMap(givenOn);
    if (given.length > 0) order.givenBefore = given;
  }
  // An order that was changed before anyone gave from it is history, not a line of the chart.
  const shown = [...orders.values()].filter(
    (order) => order.administrations.length > 0 || found.byId.get(order.id)?.standing !== 'replaced',
  );
  return { orders: shown, ends, sameAs };
}

/** The orders of the same drug that this one has taken the place of, one after another. */
function ordersBefore(
  order: ChartOrder,
  found: Standings,
  orderOf: (id: OrderId) => ChartOrder | undefined,
): ChartOrder[] {
  const before = new Set<ChartOrder>();
  for (let at: ChartOrder | undefined = order; at !== undefined; ) {
    const body: WardBody | undefined = found.byId.get(at.id as EntryId)?.body;
    const changes: OrderId | undefined =
      body?.kind === 'order-signed' || body?.kind === 'order-received' ? body.changes : undefined;
    const next: ChartOrder | undefined = changes ? orderOf(changes) : undefined;
    // A ring cannot be written, only forged.
    if (!next || next === order || before.has(next) || !isSameDrug(next, order)) break;
    before.add(next);
    at = next;
  }
  return [...before];
}

const isSameDrug = ({ detail: a }: ChartOrder, { detail: b }: ChartOrder): boolean =>
  a.category === 'medication' &&
  b.category === 'medication' &&
  shareIngredient(a.medication.text, b.medication.text);

const givenOn = ({ administrations, lastGivenInEhr }: ChartOrder): NonNullable<ChartOrder['givenBefore']> => [
  ...administrations
    .filter((dose) => stands(dose) && dose.body.outcome === 'given')
    .map(({ body }) => ({
      at: body.effectiveAt,
      by: body.author.name,
      ...(body.dose ? { dose: body.dose } : {}),
    })),
  ...(lastGivenInEhr === undefined ? [] : [{ at: lastGivenInEhr, by: 'EHR' }]),
];

/** What ended an order: a stop, or the order that took its place. */
export type End = Charted<BodyOf<'order-stopped' | 'order-signed' | 'order-received'>>;

const earlier = (one: End, other: End | undefined): End =>
  other && Date.parse(other.body.effectiveAt) <= Date.parse(one.body.effectiveAt) ? other : one;

type Stop = Charted<BodyOf<'order-stopped'>>;

const isOrder = (kind: string | undefined): boolean => kind === 'order-signed' || kind === 'order-received';

function receivedOf(
  { prescriber, by }: BodyOf<'order-received'>,
  signature: Signature | undefined,
): NonNullable<ChartOrder['received']> {
  return { prescriber, by, ...(signature ? { signedBy: signature.by, signedAt: signature.at } : {}) };
}

/** By the earliest word that ends it. Of an order that was corrected the correction asks for the doses: no time is set. */
function endOrder(order: ChartOrder, { body }: End, found: Standings): void {
  const stop = body.kind === 'order-stopped';
  Object.assign(order, {
    state: 'stopped',
    stoppedReason: stop
      ? withoutUnsafeAbbreviations(body.reason)
      : `Changed by ${body.author.name}: see the newer order`,
  });
  if (found.byId.get(order.id)?.standing === 'replaced') return;
  order.stoppedAt = body.effectiveAt;
  if (!stop) order.changed = true;
}

/** Held, or resumed: the later word counts; a hold said twice is one. */
function turn(order: ChartOrder, body: BodyOf<'order-held' | 'order-resumed'>): void {
  const open = order.holds.at(-1);
  const isHeld = open !== undefined && open.to === undefined;
  if (body.kind === 'order-held' && !isHeld)
    order.holds.push({
      from: body.effectiveAt,
      by: body.author.name,
      reason: withoutUnsafeAbbreviations(body.reason),
    });
  if (body.kind === 'order-resumed' && isHeld) open.to = body.effectiveAt;
  if (order.state === 'active' || order.state === 'on-hold')
    order.state = order.holds.some(({ to }) => to === undefined) ? 'on-hold' : 'active';
}

/** The earliest standing stop of each order. */
function firstStops(found: Standings, sameAs: ReadonlyMap<OrderId, OrderId>): Map<OrderId, Stop> {
  const stops = new Map<OrderId, Stop>();
  for (const stop of standingEntries(found, 'order-stopped')) {
    const order = sameAs.get(stop.body.order) ?? stop.body.order;
    const earlier = stops.get(order);
    if (!earlier || Date.parse(stop.body.effectiveAt) < Date.parse(earlier.body.effectiveAt))
      stops.set(order, stop);
  }
  return stops;
}

function ehrOrder(order: SnapshotOrder, asOf: string): ChartOrder {
  const { id, ehrId: _ehrId, lastGivenAt, dose, route, startAt, ...rest } = order;
  const { schedule } = rest;
  // Doses every n hours, or every other day, are counted from the start: without it they cannot be known. To count
  // from anything else would name other doses on each tablet.
  const needsStart =
    schedule.type === 'every' ||
    schedule.type === 'once' ||
    (schedule.type === 'times' && schedule.everyDays > 1);
  return {
    id,
    source: { from: 'ehr', asOf },
    detail: {
      category: 'medication',
      ...rest,
      dose: dose ?? { value: 0, unit: NOT_RECORDED },
      route: route ?? NOT_RECORDED,
      startAt: startAt ?? '1970-01-01T00:00:00.000Z',
    },
    incomplete: [dose ? [] : 'dose', route ? [] : 'route', startAt || !needsStart ? [] : START_TIME].flat(),
    state: 'active',
    holds: [],
    ...(lastGivenAt === undefined ? {} : { lastGivenInEhr: lastGivenAt }),
    administrations: [],
  };
}

/** Typed here they are shown without unsafe abbreviations; the EHR's own words are never changed. */
export const instructionsInWords = ({
  source,
  detail: { instructions },
}: Pick<ChartOrder, 'source' | 'detail'>): string | undefined =>
  instructions === undefined || source.from === 'ehr'
    ? instructions
    : withoutUnsafeAbbreviations(instructions);

/** In `ChartOrder.incomplete`: without it no due doses are computed. */
export const START_TIME = 'start time';

/** No due dose is there to be charted: as needed, in the EHR's words alone, or nobody knows from when it counts. */
export const isDueAtNoTime = ({ detail, incomplete }: ChartOrder): boolean =>
  detail.category === 'medication' &&
  (detail.schedule.type === 'as-needed' ||
    detail.schedule.type === 'as-written' ||
    incomplete.includes(START_TIME));

/** A dose, or an infusion, whose order is not here is never hidden: it stands under an order that says so. */
function unknownOrder(
  orders: Map<OrderId, ChartOrder>,
  body: BodyOf<'medication-administration' | 'infusion-charted'>,
): ChartOrder {
  const { dose, route } = body.kind === 'medication-administration' ? body : {};
  const detail: MedicationDetail = {
    category: 'medication',
    medication: body.medication,
    dose: dose ?? { value: 0, unit: NOT_RECORDED },
    route: route ?? NOT_RECORDED,
    schedule: { type: 'as-written', text: 'The order is not on this tablet' },
    startAt: body.effectiveAt,
  };
  const order: ChartOrder = {
    id: body.order,
    source: { from: 'entry', entry: body.order },
    detail,
    incomplete: ['order', ...(dose ? [] : ['dose']), ...(route ? [] : ['route'])],
    state: 'ended',
    holds: [],
    administrations: [],
  };
  orders.set(body.order, order);
  return order;
}
