import { givenMl, type OrderId, type SnapshotPatient } from '../../clinical/index.ts';
import { type Outgoing, resourcesFor, type ToFhirContext } from '../../interop/index.ts';
import type { Reviewed } from './ward-entries.ts';

/** Which order an id means: of an order that was signed here, the EHR's copy in the census has an id of its own. */
export type OrderOf = (order: OrderId) => OrderId;

/** As the chart joins them (`chartOrders`): our order came back in the census under the id of its entry. */
export function sameOrders(
  snapshot: Pick<SnapshotPatient, 'orders'> | undefined,
  reviewed: ReadonlyMap<string, Reviewed>,
): OrderOf {
  const own = new Map(
    (snapshot?.orders ?? []).flatMap(({ id, ehrId }): [OrderId, OrderId][] => {
      const kind = reviewed.get(ehrId)?.body?.kind;
      return kind === 'order-signed' || kind === 'order-received' ? [[id, ehrId]] : [];
    }),
  );
  return (order) => own.get(order) ?? order;
}

/** The turns of the infusion that this one belongs to, in order: of those that stand. */
function turnsOf(id: string, reviewed: readonly Reviewed[], orderOf: OrderOf) {
  const own = reviewed.find((entry) => entry.id === id)?.body;
  if (own?.kind !== 'infusion-charted') return [];
  return reviewed
    .flatMap((entry) =>
      entry.body?.kind === 'infusion-charted' &&
      orderOf(entry.body.order) === orderOf(own.order) &&
      entry.standing === 'current'
        ? [{ entry, body: entry.body, at: Date.parse(entry.body.effectiveAt) }]
        : [],
    )
    .sort((a, b) => a.at - b.at);
}

/**
 * The turn that an infusion began with, when the one after this came, and of a stop how much ran in, in mL. After a stop
 * nothing runs: what is started then is no end of it.
 */
export function turnsAround(
  id: string,
  reviewed: readonly Reviewed[],
  orderOf: OrderOf,
): { firstTurn?: string; until?: string; givenMl?: number } {
  const turns = turnsOf(id, reviewed, orderOf);
  const place = turns.findIndex(({ entry }) => entry.id === id);
  const upTo = turns.slice(0, place + 1);
  const start = upTo.findLastIndex(({ body }) => body.action === 'started');
  const first = upTo[start];
  const ends = turns[place]?.body.action === 'stopped';
  const next = ends ? undefined : turns[place + 1];
  const given = ends && first ? givenMl(upTo.slice(start)) : undefined;
  return {
    ...(first ? { firstTurn: first.entry.id } : {}),
    ...(next ? { until: next.body.effectiveAt } : {}),
    ...(given === undefined ? {} : { givenMl: given }),
  };
}

/** The turn before this one where the EHR has it, which took it perhaps as in progress. */
export function turnBefore(
  id: string,
  reviewed: readonly Reviewed[],
  orderOf: OrderOf,
): Reviewed | undefined {
  const turns = turnsOf(id, reviewed, orderOf);
  const before = turns[turns.findIndex(({ entry }) => entry.id === id) - 1]?.entry;
  return before?.state === 'posted' ? before : undefined;
}

/**
 * A turn as it is now, and as the EHR may have been told of it before: with no end, or with that of a later turn, before
 * one in between came from another tablet.
 */
export function beforeAndAfter(
  turn: Reviewed,
  reviewed: readonly Reviewed[],
  context: ToFhirContext,
  orderOf: OrderOf,
): { now: Outgoing; before: Outgoing[] } | undefined {
  const told = (until: string | undefined): Outgoing | undefined => {
    const { until: _, ...begun } = context.infusion?.(turn.id) ?? {};
    const infusion = () => ({ ...begun, ...(until === undefined ? {} : { until }) });
    return turn.body
      ? resourcesFor({ id: turn.id, body: turn.body }, { ...context, infusion }).find(
          ({ resourceType }) => resourceType === 'MedicationAdministration',
        )
      : undefined;
  };
  const until = context.infusion?.(turn.id)?.until;
  const now = told(until);
  if (!now || until === undefined) return undefined;
  const later = turnsOf(turn.id, reviewed, orderOf).flatMap(({ body }) =>
    Date.parse(body.effectiveAt) > Date.parse(until) ? [body.effectiveAt] : [],
  );
  const before = [undefined, ...later].flatMap((end) => told(end) ?? []);
  return { now, before };
}
