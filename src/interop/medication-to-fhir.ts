import { describeInfusion, NOT_GIVEN_REASONS, notGivenInWords } from '../clinical/describe-dose.ts';
import type { BodyOf, EntryId } from '../clinical/entries/index.ts';
import { VITAL_PARAMETERS } from '../clinical/range-checks.ts';
import {
  concept,
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
    ...(body.measured ?? []).map(({ parameter, value, measuredAt }) => {
      const { label, unit } = VITAL_PARAMETERS.find(({ name }) => name === parameter)!;
      return {
        text: `Before the dose: ${label} ${value} ${unit}${measuredAt === undefined ? '' : `, measured at ${measuredAt}`}.`,
      };
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
