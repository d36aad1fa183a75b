import { firstStatement, type OrderDetail, type SnapshotPatient } from '../../clinical/index.ts';
import { orderResourceType, type ToFhirContext } from '../../interop/index.ts';
import { sameOrders, turnsAround } from './infusion-turns.ts';
import { orderStatus } from './order-status.ts';
import type { PatientRecord, Reviewed } from './ward-entries.ts';

/** System of Lamplight's business identifiers in the EHR. */
const IDENTIFIER_SYSTEM = 'urn:lamplight:entry';

/** What an entry's resources say of things beside it: whom they are about, what the EHR holds, who approved it. */
export function contextFor(
  entry: Reviewed,
  record: PatientRecord,
  census: Map<string, SnapshotPatient>,
  reviewed: Map<string, Reviewed>,
  deviceName: string,
): ToFhirContext {
  const snapshot = census.get(entry.patient);
  const ehrPatient =
    snapshot?.ehrPatient ??
    (record.link && 'ehrPatient' in record.link ? record.link.ehrPatient : `ll-${entry.patient}`);
  const orders = new Map(
    [...census.values()].flatMap((patient) => patient.orders.map((order) => [order.id, order])),
  );
  const registered = record.reviewed.find(
    (other) => other.body?.kind === 'patient-registered' && other.standing === 'current',
  )?.body;
  const birthDate =
    snapshot?.birthDate ?? (registered?.kind === 'patient-registered' ? registered.birthDate : undefined);
  const decision = entry.decision!;
  const orderOf = sameOrders(snapshot, reviewed);
  return {
    ehrPatient,
    ...(snapshot?.ehrEncounter === undefined ? {} : { ehrEncounter: snapshot.ehrEncounter }),
    ...(birthDate === undefined ? {} : { birthDate }),
    identifierSystem: IDENTIFIER_SYSTEM,
    deviceName,
    reviewer: { name: decision.author.name, signedInBy: decision.signedInBy, at: decision.effectiveAt },
    orderReference(order) {
      const inEhr = orders.get(order);
      if (inEhr) return { reference: `MedicationRequest/${inEhr.ehrId}` };
      const found = reviewed.get(order);
      const ours = found?.body;
      if (ours?.kind !== 'order-signed' && ours?.kind !== 'order-received')
        return { display: `Downtime order ${order}` };
      // An EHR that checks references takes none to what it does not hold.
      if (found?.state !== 'posted') return { display: orderInWords(ours.detail) };
      return { reference: `${orderResourceType(ours.detail)}/${order}` };
    },
    inEhr(id) {
      const first = firstStatement(reviewed, id);
      return [...reviewed.values()].find(
        (other) => other.state === 'posted' && firstStatement(reviewed, other.id) === first,
      )?.id;
    },
    isPregnant: (at) => {
      const said = record.reviewed
        .flatMap(({ body, standing }) =>
          body?.kind === 'pregnancy-recorded' && standing === 'current' && body.effectiveAt <= at
            ? [body]
            : [],
        )
        .sort((a, b) => (a.effectiveAt < b.effectiveAt ? -1 : 1))
        .at(-1);
      return said?.status === 'pregnant' || said?.status === 'within-42-days-after-birth';
    },
    infusion: (turn) => turnsAround(turn, record.reviewed, orderOf),
    orderStatus: (order) => orderStatus(order, record.reviewed, orderOf),
    secondSignatures: (id) => (record.signatures[id] ?? []).map(({ by, at }) => ({ name: by, at })),
    heldAs: (id) => (reviewed.get(id)?.resources ?? []).filter(({ type }) => type !== 'Provenance'),
  };
}

const orderInWords = (detail: OrderDetail): string =>
  `Downtime order, not in the EHR: ${detail.category === 'medication' ? detail.medication.text : detail.request.text}`.slice(
    0,
    200,
  );
