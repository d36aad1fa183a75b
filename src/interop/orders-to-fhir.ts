import { limitInWords } from '../clinical/dose-checks.ts';
import type { BodyOf, EntryId, MedicationDetail, OrderDetail } from '../clinical/entries/index.ts';
import {
  concept,
  encounterOf,
  identifierOf,
  type OrderStatus,
  type Outgoing,
  overrideNotes,
  present,
  quantityOf,
  subjectOf,
  type ToFhirContext,
} from './fhir-context.ts';

/** Orders of the downtime as the EHR gets them, and what became of them. */

const SERVICE_CATEGORIES = {
  laboratory: 'Laboratory',
  imaging: 'Imaging',
  nursing: 'Nursing',
  consult: 'Consultation',
  'blood-product': 'Blood product',
  'code-status': 'Code status',
  isolation: 'Isolation',
} as const;

export const orderResourceType = ({ category }: OrderDetail) =>
  category === 'medication' ? 'MedicationRequest' : category === 'diet' ? 'NutritionOrder' : 'ServiceRequest';

/** The status of a request in FHIR R4's words, and where it has a place for it, why. */
export const requestStatus = (
  resourceType: string,
  { status, reason }: { status: OrderStatus; reason?: string },
) => ({
  status: status === 'stopped' && resourceType !== 'MedicationRequest' ? 'revoked' : status,
  ...(status === 'stopped' && resourceType === 'MedicationRequest'
    ? present('statusReason', reason && { text: reason })
    : {}),
});

/** A signed order: MedicationRequest, NutritionOrder or ServiceRequest, as it stands by what the EHR was told of it. */
export function orderResources(
  id: EntryId,
  body: BodyOf<'order-signed' | 'order-received'>,
  context: ToFhirContext,
): Outgoing {
  const { detail } = body;
  const base = {
    id,
    identifier: identifierOf(context, id),
    ...encounterOf(context),
    ...requestStatus(orderResourceType(detail), context.orderStatus?.(id) ?? { status: 'active' }),
    intent: 'order',
  };
  const notes = [
    ...(body.kind === 'order-received'
      ? [{ text: `By ${body.by} from ${body.prescriber}, read back and confirmed.` }]
      : []),
    ...overrideNotes(body.overrides),
  ];
  const requester = { display: body.kind === 'order-received' ? body.prescriber : body.author.name };
  if (detail.category === 'medication') {
    const stat = detail.schedule.type === 'once' && detail.schedule.stat;
    return {
      resourceType: 'MedicationRequest',
      ...base,
      ...(stat ? { priority: 'stat' } : {}),
      medicationCodeableConcept: concept(detail.medication),
      subject: subjectOf(context),
      authoredOn: body.effectiveAt,
      requester,
      ...present('reasonCode', detail.indication && [{ text: detail.indication }]),
      dosageInstruction: [
        {
          ...present('additionalInstruction', [
            ...(detail.instructions ? [{ text: detail.instructions }] : []),
            ...(detail.limits ?? []).map((limit) => ({ text: limitInWords(limit) })),
            ...(detail.timeCritical ? [{ text: 'Time-critical' }] : []),
          ]),
          ...timingOf(detail),
          route: { text: detail.route },
          doseAndRate: [
            {
              doseQuantity: quantityOf(detail.dose),
              ...(detail.schedule.type === 'continuous'
                ? { rateQuantity: quantityOf(detail.schedule.rate) }
                : {}),
            },
          ],
        },
      ],
      ...present('note', notes),
    };
  }
  const note = present('note', [...(detail.instructions ? [{ text: detail.instructions }] : []), ...notes]);
  if (detail.category === 'diet') {
    return {
      resourceType: 'NutritionOrder',
      ...base,
      patient: subjectOf(context),
      dateTime: body.effectiveAt,
      orderer: requester,
      oralDiet: { type: [concept(detail.request)] },
      ...note,
    };
  }
  const category = SERVICE_CATEGORIES[detail.category];
  return {
    resourceType: 'ServiceRequest',
    ...base,
    category: [{ text: category }],
    priority: detail.priority,
    code: concept(detail.request),
    subject: subjectOf(context),
    authoredOn: body.effectiveAt,
    requester,
    ...('specimen' in detail ? present('specimen', detail.specimen && [{ display: detail.specimen }]) : {}),
    ...('bodySite' in detail ? present('bodySite', detail.bodySite && [{ text: detail.bodySite }]) : {}),
    ...('frequency' in detail
      ? present('occurrenceTiming', detail.frequency && { code: { text: detail.frequency } })
      : {}),
    ...('units' in detail ? { quantityQuantity: { value: detail.units, unit: 'unit' } } : {}),
    ...('question' in detail ? present('reasonCode', detail.question && [{ text: detail.question }]) : {}),
    ...note,
  };
}

/** The schedule as FHIR R4 Dosage says it, with the order's own start and end: `scheduleOf` reads the same back. */
function timingOf({ schedule, startAt, endAt, dose }: MedicationDetail): Record<string, unknown> {
  const bounds = { boundsPeriod: { start: startAt, ...present('end', endAt) } };
  switch (schedule.type) {
    case 'times':
      return {
        timing: {
          repeat: {
            ...bounds,
            frequency: 1,
            period: schedule.everyDays,
            periodUnit: 'd',
            timeOfDay: schedule.times.map((time) => `${time}:00`),
          },
        },
      };
    case 'every':
      return { timing: { repeat: { ...bounds, frequency: 1, period: schedule.hours, periodUnit: 'h' } } };
    case 'once':
      return { timing: { event: [startAt], repeat: { count: 1 } } };
    case 'as-needed': {
      const interval = schedule.leastIntervalHours;
      const repeat = { ...bounds, ...(interval ? { frequency: 1, period: interval, periodUnit: 'h' } : {}) };
      return {
        timing: { repeat },
        ...(schedule.for === undefined
          ? { asNeededBoolean: true }
          : { asNeededCodeableConcept: { text: schedule.for } }),
        ...(schedule.mostPerDay === undefined
          ? {}
          : {
              // FHIR's maximum is an amount of drug, not a number of doses.
              maxDosePerPeriod: {
                numerator: quantityOf({
                  ...dose,
                  value: Number((dose.value * schedule.mostPerDay).toPrecision(12)),
                }),
                denominator: { value: 24, unit: 'h', system: 'http://unitsofmeasure.org', code: 'h' },
              },
            }),
      };
    }
    case 'continuous':
      return { timing: { repeat: bounds } };
    case 'as-written':
      return { text: schedule.text, timing: { repeat: bounds } };
  }
}

const CHANGES = {
  'order-stopped': 'Stop this order: it was stopped during the downtime',
  'order-held': 'Hold this order: it was held during the downtime',
  'order-resumed': 'Resume this order: it was resumed during the downtime',
} as const;

/** Where the order was one of ours and says so itself, there is nothing left for anybody to do. */
const taskStatus = ({ isOrderTold }: ToFhirContext) => (isOrderTold ? 'completed' : 'requested');

/** An order that the EHR owns is never edited by us: a Task asks a person there to stop, hold or resume it. */
export function orderChangeTask(
  id: EntryId,
  body: BodyOf<'order-stopped' | 'order-held' | 'order-resumed'>,
  context: ToFhirContext,
): Outgoing {
  return {
    resourceType: 'Task',
    id,
    identifier: identifierOf(context, id),
    status: taskStatus(context),
    intent: 'order',
    code: { text: CHANGES[body.kind] },
    ...present('description', body.reason),
    ...(body.kind === 'order-resumed' ? present('note', overrideNotes(body.overrides ?? [])) : {}),
    focus: context.orderReference(body.order),
    for: subjectOf(context),
    ...encounterOf(context),
    authoredOn: body.effectiveAt,
    requester: { display: body.author.name },
  };
}

/** The order that a newer one takes the place of: the EHR is asked to stop it. */
export function changedOrderTask(
  id: string,
  body: BodyOf<'order-signed' | 'order-received'> & { changes: string },
  context: ToFhirContext,
): Outgoing {
  return {
    resourceType: 'Task',
    id,
    identifier: identifierOf(context, id),
    status: taskStatus(context),
    intent: 'order',
    code: { text: 'Stop: changed by a newer order' },
    focus: context.orderReference(body.changes),
    for: subjectOf(context),
    ...encounterOf(context),
    authoredOn: body.effectiveAt,
    requester: { display: body.author.name },
  };
}
