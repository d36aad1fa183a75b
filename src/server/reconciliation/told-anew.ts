import { type Outgoing, sameContent, type ToFhirContext } from '../../interop/index.ts';
import type { FhirGateway } from '../ehr/gateway.ts';
import { type Renewal, renewResource } from '../ehr/renew-resource.ts';
import { beforeAndAfter, type OrderOf, turnBefore } from './infusion-turns.ts';
import { orderOfOursIn, orderToldAnew } from './order-status.ts';
import type { PatientRecord, Reviewed } from './ward-entries.ts';

/**
 * What is told of again after the EHR took it: an infusion's turn, of its end; an order of ours, that it was stopped, held
 * or resumed; the Task that asked for it, that it is done. Always after the entry that says so is in the EHR itself:
 * whoever rejects it between two tries then hears what it has done there.
 */

/** What an entry's resources are; `isOrderTold`: once the order that it changes says so itself. */
export type AsOf = (isOrderTold: boolean) => Outgoing[];

const TOLD_ANEW: readonly string[] = [
  'infusion-charted',
  'order-signed',
  'order-received',
  'order-stopped',
  'order-held',
  'order-resumed',
];

/** As an earlier try sent it; or, resource by resource, as the EHR was told since, where nobody could say so any more. */
export async function asHeldOrSent(
  gateway: FhirGateway,
  entry: Reviewed,
  sent: Outgoing[],
  asOf: AsOf,
): Promise<Outgoing[]> {
  if (!TOLD_ANEW.includes(entry.body?.kind ?? '')) return sent;
  const told = [...asOf(true), ...asOf(false)];
  const held: Outgoing[] = [];
  for (const was of sent) {
    const since = told.filter(
      (now) =>
        now.resourceType === was.resourceType &&
        now.id === was.id &&
        // Nothing is ever added to a Provenance.
        now.resourceType !== 'Provenance' &&
        !sameContent(now, was),
    );
    const read = since.length > 0 ? await gateway.read(was.resourceType, was.id) : undefined;
    held.push(
      (read?.kind === 'ok' ? since.find((now) => sameContent(now, read.resource)) : undefined) ?? was,
    );
  }
  return held;
}

/** Tells the EHR what follows from an entry that it has taken. `left`: in words, what it still says. */
export async function tellAnew(
  gateway: FhirGateway,
  entry: Reviewed,
  beside: {
    record: PatientRecord;
    reviewed: ReadonlyMap<string, Reviewed>;
    orderOf: OrderOf;
    contextOf: (turn: Reviewed) => Promise<ToFhirContext>;
    asOf: AsOf;
  },
): Promise<Renewal> {
  const { record, reviewed, orderOf, contextOf, asOf } = beside;
  // One that was in progress there while no other had followed.
  for (const turn of [turnBefore(entry.id, record.reviewed, orderOf), entry]) {
    if (turn?.body?.kind !== 'infusion-charted') continue;
    const told = beforeAndAfter(turn, record.reviewed, await contextOf(turn), orderOf);
    const ended = told && (await renewResource(gateway, told));
    if (ended && ended.kind !== 'renewed')
      return inWords(ended, 'The infusion’s turn before is still in progress in the EHR');
  }
  // It went in as it was signed, though the word of its end was there before it.
  const own = orderToldAnew(entry, reviewed, orderOf);
  const ownTold = own && (await renewResource(gateway, own));
  if (ownTold && ownTold.kind !== 'renewed')
    return inWords(ownTold, 'The EHR does not say of this order what became of it');
  const changed = orderOfOursIn(entry, reviewed, orderOf);
  const other = changed && orderToldAnew(changed, reviewed, orderOf, entry.id);
  if (!other) return { kind: 'renewed' };
  const otherTold = await renewResource(gateway, other);
  if (otherTold.kind !== 'renewed')
    return inWords(otherTold, 'The EHR’s order does not say that it was stopped, held or resumed');
  const before = asOf(false);
  for (const now of asOf(true).filter(({ resourceType }) => resourceType === 'Task')) {
    const done = await renewResource(gateway, { now, before: before.filter(({ id }) => id === now.id) });
    // One that somebody there has taken up is theirs.
    if (done.kind === 'unknown') return done;
  }
  return { kind: 'renewed' };
}

const inWords = (renewal: Renewal, what: string): Renewal =>
  renewal.kind === 'left' ? { ...renewal, message: `${what}: ${renewal.message}.` } : renewal;
