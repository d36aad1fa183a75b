import type { BodyOf, EntryId, Schedule } from '../clinical/entries/index.ts';
import {
  concept,
  encounterOf,
  identifierOf,
  type Outgoing,
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
            dose: doseQuantity(body.dose),
            ...(body.route === undefined ? {} : { route: { text: body.route } }),
          },
        }
      : {}),
    ...(notes(body).length > 0 ? { note: notes(body) } : {}),
  };
}

function notes(body: BodyOf<'medication-administration'>): { text: string }[] {
  const overrides = body.overrides.map((override) => ({
    text: `Alert: ${override.message} Given all the same: ${override.reason}`,
  }));
  return [...(body.comment === undefined ? [] : [{ text: body.comment }]), ...overrides];
}

const doseQuantity = (dose: { value: number; unit: string }) => ({
  value: dose.value,
  unit: dose.unit,
  system: 'http://unitsofmeasure.org',
  code: dose.unit,
});

export function orderResources(id: EntryId, body: BodyOf<'order-signed'>, context: ToFhirContext): Outgoing {
  const { detail } = body;
  const base = {
    id,
    identifier: identifierOf(context, id),
    ...encounterOf(context),
    authoredOn: body.effectiveAt,
    requester: { display: body.author.name },
  };
  if (detail.category === 'medication') {
    return {
      resourceType: 'MedicationRequest',
      ...base,
      status: 'active',
      intent: 'order',
      medicationCodeableConcept: concept(detail.medication),
      subject: subjectOf(context),
      ...(detail.indication === undefined ? {} : { reasonCode: [{ text: detail.indication }] }),
      dosageInstruction: [
        {
          ...timingOf(detail.schedule),
          route: { text: detail.route },
          doseAndRate: [{ doseQuantity: doseQuantity(detail.dose) }],
          ...(detail.instructions === undefined ? {} : { patientInstruction: detail.instructions }),
        },
      ],
    };
  }
  const note = detail.instructions === undefined ? {} : { note: [{ text: detail.instructions }] };
  if (detail.category === 'diet') {
    const { authoredOn, requester, ...rest } = base;
    return {
      resourceType: 'NutritionOrder',
      ...rest,
      status: 'active',
      intent: 'order',
      patient: subjectOf(context),
      dateTime: authoredOn,
      orderer: requester,
      oralDiet: { type: [concept(detail.request)] },
      ...note,
    };
  }
  const category = { laboratory: 'Laboratory', imaging: 'Imaging', nursing: 'Nursing' }[detail.category];
  return {
    resourceType: 'ServiceRequest',
    ...base,
    status: 'active',
    intent: 'order',
    category: [{ text: category }],
    priority: detail.priority,
    code: concept(detail.request),
    subject: subjectOf(context),
    ...('bodySite' in detail && detail.bodySite !== undefined
      ? { bodySite: [{ text: detail.bodySite }] }
      : {}),
    ...('frequency' in detail && detail.frequency !== undefined
      ? { occurrenceTiming: { code: { text: detail.frequency } } }
      : {}),
    ...note,
  };
}

function timingOf(schedule: Schedule): Record<string, unknown> {
  switch (schedule.type) {
    case 'times':
      return {
        timing: {
          repeat: {
            frequency: 1,
            period: schedule.everyDays,
            periodUnit: 'd',
            timeOfDay: schedule.times.map((time) => `${time}:00`),
          },
        },
      };
    case 'every':
      return { timing: { repeat: { frequency: 1, period: schedule.hours, periodUnit: 'h' } } };
    case 'once':
      return { timing: { repeat: { count: 1 } } };
    case 'as-needed':
      return {
        ...(schedule.for === undefined
          ? { asNeededBoolean: true }
          : { asNeededCodeableConcept: { text: schedule.for } }),
        ...(schedule.mostPerDay === undefined
          ? {}
          : {
              maxDosePerPeriod: {
                numerator: { value: schedule.mostPerDay },
                denominator: { value: 24, unit: 'h', system: 'http://unitsofmeasure.org', code: 'h' },
              },
            }),
      };
    case 'as-written':
      return { text: schedule.text };
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
