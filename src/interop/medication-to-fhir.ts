import type { BodyOf, EntryId, MedicationDetail } from '../clinical/entries/index.ts';
import {
  concept,
  encounterOf,
  identifierOf,
  type Outgoing,
  overrideNotes,
  present,
  quantityOf,
  subjectOf,
  type ToFhirContext,
} from './fhir-context.ts';

const LOCAL = 'urn:lamplight:codes';

/** A dose given, or not given with its coded reason (medication.md, "Given, and not given"). */
export function administrationResource(
  id: EntryId,
  body: BodyOf<'medication-administration'>,
  context: ToFhirContext,
): Outgoing {
  const given = body.outcome === 'given';
  return {
    resourceType: 'MedicationAdministration',
    id,
    identifier: identifierOf(context, id),
    status: given ? 'completed' : 'not-done',
    ...(body.notGivenReason === undefined
      ? {}
      : {
          statusReason: [
            {
              coding: [{ system: LOCAL, code: body.notGivenReason }],
              text: `${body.outcome}: ${body.notGivenReason.replaceAll('-', ' ')}`,
            },
          ],
        }),
    medicationCodeableConcept: concept(body.medication),
    subject: subjectOf(context),
    ...(context.ehrEncounter === undefined
      ? {}
      : { context: { reference: `Encounter/${context.ehrEncounter}` } }),
    effectiveDateTime: body.effectiveAt,
    performer: [
      {
        function: {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/med-admin-perform-function', code: 'performer' },
          ],
        },
        actor: { display: body.author.name },
      },
    ],
    request: context.orderReference(body.order),
    ...(given && body.dose
      ? {
          dosage: {
            dose: quantityOf(body.dose),
            ...present('route', body.route && { text: body.route }),
          },
        }
      : {}),
    ...present('note', notes(body)),
  };
}

function notes(body: BodyOf<'medication-administration'>): { text: string }[] {
  return [
    ...(body.dueAt === undefined ? [] : [{ text: `Dose due at ${body.dueAt}.` }]),
    ...(body.comment?.trim() ? [{ text: body.comment }] : []),
    ...overrideNotes(body.overrides),
  ];
}

/** A signed order: MedicationRequest, NutritionOrder or ServiceRequest, active in the EHR from then on. */
export function orderResources(id: EntryId, body: BodyOf<'order-signed'>, context: ToFhirContext): Outgoing {
  const { detail } = body;
  const base = {
    id,
    identifier: identifierOf(context, id),
    ...encounterOf(context),
    status: 'active',
    intent: 'order',
  };
  const notes = overrideNotes(body.overrides);
  const requester = { display: body.author.name };
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
          ...present('additionalInstruction', detail.instructions && [{ text: detail.instructions }]),
          ...timingOf(detail),
          route: { text: detail.route },
          doseAndRate: [{ doseQuantity: quantityOf(detail.dose) }],
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
  const category = { laboratory: 'Laboratory', imaging: 'Imaging', nursing: 'Nursing' }[detail.category];
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
    case 'as-written':
      return { text: schedule.text, timing: { repeat: bounds } };
  }
}

/** An order that the EHR owns is never edited by us: a Task asks a person there to stop it. */
export function stopTask(id: EntryId, body: BodyOf<'order-stopped'>, context: ToFhirContext): Outgoing {
  return {
    resourceType: 'Task',
    id,
    identifier: identifierOf(context, id),
    status: 'requested',
    intent: 'order',
    code: { text: 'Stop this order: it was stopped during the downtime' },
    description: body.reason,
    focus: context.orderReference(body.order),
    for: subjectOf(context),
    ...encounterOf(context),
    authoredOn: body.effectiveAt,
    requester: { display: body.author.name },
  };
}
