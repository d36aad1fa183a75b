import { describeInfusion, NOT_GIVEN_REASONS, notGivenInWords } from '../clinical/describe-dose.ts';
import { limitInWords } from '../clinical/dose-checks.ts';
import type { BodyOf, EntryId, MedicationDetail } from '../clinical/entries/index.ts';
import { VITAL_PARAMETERS } from '../clinical/range-checks.ts';
import {
  concept,
  encounterOf,
  identifierOf,
  type Outgoing,
  overrideNotes,
  partOf,
  present,
  quantityOf,
  subjectOf,
  type ToFhirContext,
} from './fhir-context.ts';

const LOCAL = 'urn:lamplight:codes';

/** What R4 and HL7 v2 (RXA-20, table 0322) call it (medication.md, "Given, and not given"). */
function statusOf(body: Administration): { status: string; v2?: 'CP' | 'PA' | 'NA' | 'RE' } {
  switch (body.outcome) {
    case 'given':
      return body.givenInPart === undefined
        ? { status: 'completed', v2: 'CP' }
        : { status: 'stopped', v2: 'PA' };
    case 'refused':
      return { status: 'not-done', v2: 'RE' };
    case 'held':
    case 'missed':
      return { status: 'not-done', v2: 'NA' };
    case 'unknown':
      return { status: 'unknown' };
  }
}

type Administration = BodyOf<'medication-administration'>;

/** A dose given, or not given with its coded reason (medication.md, "Given, and not given"). */
export function administrationResource(id: EntryId, body: Administration, context: ToFhirContext): Outgoing {
  const given = body.outcome === 'given';
  const { status, v2 } = statusOf(body);
  const reason = body.notGivenReason ?? body.givenInPart;
  return {
    resourceType: 'MedicationAdministration',
    id,
    identifier: identifierOf(context, id),
    status,
    ...(reason === undefined
      ? {}
      : {
          statusReason: [
            {
              coding: [
                { system: LOCAL, code: reason },
                ...(v2 === undefined
                  ? []
                  : [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0322', code: v2 }]),
              ],
              text: `${body.givenInPart ? 'given in part' : body.outcome}: ${notGivenInWords(body)}`,
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
      performerOf(body.author.name),
      ...(context.secondSignatures?.(id) ?? []).map(({ name }) =>
        performerOf(name, body.second?.as === 'second-check' ? 'verifier' : 'witness'),
      ),
    ],
    request: context.orderReference(body.order),
    ...(given && body.dose
      ? {
          dosage: {
            dose: quantityOf(body.dose),
            ...present('site', body.site && { text: body.site }),
            ...present('route', body.route && { text: body.route }),
          },
        }
      : {}),
    ...present('note', notes(body)),
  };
}

/**
 * Each change of an infusion's rate is a MedicationAdministration of its own, with that rate and its time, as FHIR R4
 * says of `dosage.rate[x]`; part of the first. It is in progress until the next turn.
 */
export function infusionResource(
  id: EntryId,
  body: BodyOf<'infusion-charted'>,
  context: ToFhirContext,
): Outgoing {
  const { firstTurn, until, givenMl } = context.infusion?.(id) ?? {};
  // The pump's total counts before any sum.
  const givenInAll = body.pumpMl ?? givenMl;
  const early = body.action === 'stopped' ? body.endedEarly : undefined;
  const ended = body.action === 'stopped' || until !== undefined;
  return {
    resourceType: 'MedicationAdministration',
    id,
    identifier: identifierOf(context, id),
    ...partOf('MedicationAdministration', firstTurn === id ? undefined : firstTurn, context),
    // While it was paused nothing ran, also when it went on later.
    status: early ? 'stopped' : body.action === 'paused' ? 'on-hold' : ended ? 'completed' : 'in-progress',
    ...(early
      ? {
          statusReason: [
            {
              coding: [
                { system: LOCAL, code: early },
                { system: 'http://terminology.hl7.org/CodeSystem/v2-0322', code: 'PA' },
              ],
              text: `ended early: ${NOT_GIVEN_REASONS[early].toLowerCase()}`,
            },
          ],
        }
      : {}),
    medicationCodeableConcept: concept(body.medication),
    subject: subjectOf(context),
    ...(context.ehrEncounter === undefined
      ? {}
      : { context: { reference: `Encounter/${context.ehrEncounter}` } }),
    ...(until === undefined
      ? { effectiveDateTime: body.effectiveAt }
      : { effectivePeriod: { start: body.effectiveAt, end: until } }),
    performer: [
      performerOf(body.author.name),
      ...(context.secondSignatures?.(id) ?? []).map(({ name }) =>
        performerOf(name, body.second?.as === 'second-check' ? 'verifier' : 'witness'),
      ),
    ],
    request: context.orderReference(body.order),
    ...(early && givenInAll !== undefined
      ? { dosage: { dose: quantityOf({ value: givenInAll, unit: 'mL' }) } }
      : {}),
    ...(body.rateMlPerHour === undefined
      ? {}
      : { dosage: { rateQuantity: quantityOf({ value: body.rateMlPerHour, unit: 'mL/h' }) } }),
    note: [{ text: Object.values(describeInfusion(body)).join(': ') }],
  };
}

const performerOf = (display: string, code: 'performer' | 'verifier' | 'witness' = 'performer') => ({
  function: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/med-admin-perform-function', code }],
  },
  actor: { display },
});

function notes(body: Administration): { text: string }[] {
  return [
    ...(body.dueAt === undefined ? [] : [{ text: `Dose due at ${body.dueAt}.` }]),
    ...(body.measured ?? []).map(({ parameter, value }) => {
      const { label, unit } = VITAL_PARAMETERS.find(({ name }) => name === parameter)!;
      return { text: `Before the dose: ${label} ${value} ${unit}.` };
    }),
    ...(body.scannedCode === undefined && body.lot === undefined && body.expiry === undefined
      ? []
      : [
          {
            text: `Package: ${body.scannedCode === undefined ? '' : `code ${body.scannedCode}, `}lot ${body.lot ?? 'not known'}, ${body.serial === undefined ? '' : `serial ${body.serial}, `}use by ${body.expiry ?? 'not known'}.`,
          },
        ]),
    ...(body.identified === undefined
      ? []
      : [
          {
            text: `Patient ${body.identified.patient}, drug ${body.identified.drug}${body.identified.whyNotScanned === undefined ? '' : ` (not scanned: ${body.identified.whyNotScanned})`}.`,
          },
        ]),
    ...(body.second?.count
      ? [
          {
            text: `Count in ${body.second.count.unit}: ${body.second.count.before} before, ${body.second.count.given} given, ${body.second.count.wasted} wasted, ${body.second.count.after} after.`,
          },
        ]
      : []),
    ...(body.second?.missing === undefined
      ? []
      : [{ text: `Without a second person: ${body.second.missing}.` }]),
    ...(body.comment?.trim() ? [{ text: body.comment }] : []),
    ...overrideNotes(body.overrides),
  ];
}

const SERVICE_CATEGORIES = {
  laboratory: 'Laboratory',
  imaging: 'Imaging',
  nursing: 'Nursing',
  consult: 'Consultation',
  'blood-product': 'Blood product',
  'code-status': 'Code status',
  isolation: 'Isolation',
} as const;

/** A signed order: MedicationRequest, NutritionOrder or ServiceRequest, active in the EHR from then on. */
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
    status: 'active',
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
    status: 'requested',
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
    status: 'requested',
    intent: 'order',
    code: { text: 'Stop: changed by a newer order' },
    focus: context.orderReference(body.changes),
    for: subjectOf(context),
    ...encounterOf(context),
    authoredOn: body.effectiveAt,
    requester: { display: body.author.name },
  };
}
