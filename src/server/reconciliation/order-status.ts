import type { EntryId, OrderId } from '../../clinical/index.ts';
import { type OrderStatus, type Outgoing, orderResourceType, requestStatus } from '../../interop/index.ts';
import type { OrderOf } from './infusion-turns.ts';
import type { Reviewed } from './ward-entries.ts';

/**
 * What the downtime made of an order that it had signed itself. An order that the EHR wrote is never edited by us: a Task
 * asks a person there. One of ours is in the EHR because we put it there, and as it was when it was signed: left active
 * although it was stopped, somebody would give it before anybody reads the Task.
 */

interface Change {
  order: OrderId;
  status: OrderStatus;
  reason?: string;
}

/** The order that an entry changes, and to what; a new order in the place of another stops that one. */
function changeOf({ body }: Reviewed): Change | undefined {
  switch (body?.kind) {
    case 'order-stopped':
      return { order: body.order, status: 'stopped', ...(body.reason ? { reason: body.reason } : {}) };
    case 'order-held':
      return { order: body.order, status: 'on-hold' };
    case 'order-resumed':
      return { order: body.order, status: 'active' };
    case 'order-signed':
    case 'order-received':
      return body.changes === undefined
        ? undefined
        : { order: body.changes, status: 'stopped', reason: 'Changed by a newer order' };
    default:
      return undefined;
  }
}

/** What was said of an order, the last word last: what the EHR has, and `also` what it is being told now. */
function changesOf(order: OrderId, reviewed: Iterable<Reviewed>, orderOf: OrderOf, also?: EntryId): Change[] {
  return [...reviewed]
    .flatMap((entry) => {
      const change = entry.state === 'posted' || entry.id === also ? changeOf(entry) : undefined;
      return change && orderOf(change.order) === order && entry.body ? [{ change, body: entry.body }] : [];
    })
    .sort((a, b) => Date.parse(a.body.effectiveAt) - Date.parse(b.body.effectiveAt))
    .map(({ change }) => change);
}

/** How an order of ours stands by all that the EHR was told of it. */
export const orderStatus = (
  order: OrderId,
  reviewed: Iterable<Reviewed>,
  orderOf: OrderOf,
): { status: OrderStatus; reason?: string } =>
  changesOf(order, reviewed, orderOf).at(-1) ?? { status: 'active' };

/**
 * An order of ours in the EHR as it is from now on, and as the EHR may have been told of it before, in what of it is its
 * status. `undefined`: nothing else was ever said of it.
 *
 * @param also what the EHR is being told beside it
 */
export function orderToldAnew(
  order: Reviewed,
  reviewed: ReadonlyMap<string, Reviewed>,
  orderOf: OrderOf,
  also?: EntryId,
): { now: Outgoing; before: Outgoing[] } | undefined {
  const { id, body } = order;
  if (body?.kind !== 'order-signed' && body?.kind !== 'order-received') return undefined;
  const all = changesOf(id, reviewed.values(), orderOf, also);
  const last = all.at(-1);
  if (!last) return undefined;
  const before = new Set<OrderStatus>(['active', ...all.map(({ status }) => status)]);
  before.delete(last.status);
  if (before.size === 0) return undefined;
  const resourceType = orderResourceType(body.detail);
  const as = (stands: { status: OrderStatus; reason?: string }): Outgoing => ({
    resourceType,
    id,
    ...requestStatus(resourceType, stands),
  });
  return { now: as(last), before: [...before].map((status) => as({ status })) };
}

/** The order of ours that an entry changes, where the EHR has it. */
export function orderOfOursIn(
  entry: Reviewed,
  reviewed: ReadonlyMap<string, Reviewed>,
  orderOf: OrderOf,
): Reviewed | undefined {
  const change = changeOf(entry);
  const order = change && reviewed.get(orderOf(change.order));
  return order?.state === 'posted' ? order : undefined;
}
