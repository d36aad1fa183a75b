import { EFFECTS, REPEATS } from '../clinical/describe-dose.ts';
import type { BodyOf, EntryId, Glucose } from '../clinical/entries/index.ts';
import {
  encounterOf,
  identifierOf,
  type Outgoing,
  partOf,
  subjectOf,
  type ToFhirContext,
} from './fhir-context.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const LOCAL = 'urn:lamplight:codes';

type AfterDose = BodyOf<'dose-vomited' | 'dose-reassessed' | 'patch-removed'>;

/** What was seen after a dose, as Observations that are part of it: the dose itself stays completed. */
export function afterDoseResources(id: EntryId, body: AfterDose, context: ToFhirContext): Outgoing[] {
  const part = (suffix: string, content: Record<string, unknown>): Outgoing =>
    partOfDose(`${id}-${suffix}`, body.administration, body, context, content);
  switch (body.kind) {
    case 'dose-vomited':
      return [
        part('vomited', {
          code: local('vomited-after-dose', 'Vomited after the dose'),
          valueCodeableConcept: local(body.repeat, REPEATS[body.repeat]),
        }),
      ];
    case 'patch-removed':
      return [
        part('patch-off', {
          code: local('patch-removed', 'Patch taken off'),
          valueBoolean: true,
          ...noteOf(body.comment),
        }),
      ];
    case 'dose-reassessed':
      return [
        part('effect', {
          code: local('effect-of-dose', 'Effect of the dose'),
          ...(body.effect === 'not-assessed'
            ? { dataAbsentReason: absent('not-performed') }
            : { valueCodeableConcept: local(body.effect, EFFECTS[body.effect]) }),
          ...noteOf(body.comment),
        }),
        ...(body.painScore === undefined
          ? []
          : [
              part('pain', {
                code: {
                  coding: [
                    {
                      system: LOINC,
                      code: '72514-3',
                      display: 'Pain severity - 0-10 verbal numeric rating [Score] - Reported',
                    },
                  ],
                },
                valueQuantity: { value: body.painScore, unit: '{score}', system: UCUM, code: '{score}' },
              }),
            ]),
      ];
  }
}

const GLUCOSE_CODES: Record<Glucose['unit'], string> = { 'mg/dL': '41653-7', 'mmol/L': '14743-9' };

/** The glucose that an insulin dose was decided by: part of that dose. */
export function glucoseResource(
  id: EntryId,
  body: BodyOf<'medication-administration'> & { glucose: Glucose },
  context: ToFhirContext,
): Outgoing {
  const { value, unit } = body.glucose;
  return partOfDose(`${id}-glucose`, id, body, context, {
    category: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' },
        ],
      },
    ],
    code: {
      coding: [{ system: LOINC, code: GLUCOSE_CODES[unit] }],
      text: 'Glucose in capillary blood by glucometer',
    },
    valueQuantity: { value, unit, system: UCUM, code: unit },
  });
}

function partOfDose(
  id: string,
  administration: EntryId,
  body: { effectiveAt: string; recordedAt: string; author: { name: string } },
  context: ToFhirContext,
  content: Record<string, unknown>,
): Outgoing {
  return {
    resourceType: 'Observation',
    id,
    identifier: identifierOf(context, id),
    ...partOf('MedicationAdministration', administration, context),
    status: 'final',
    subject: subjectOf(context),
    ...encounterOf(context),
    effectiveDateTime: body.effectiveAt,
    issued: body.recordedAt,
    performer: [{ display: body.author.name }],
    ...content,
  };
}

const local = (code: string, text: string) => ({ coding: [{ system: LOCAL, code }], text });
const absent = (code: string) => ({
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code }],
});
const noteOf = (comment: string | undefined) => (comment === undefined ? {} : { note: [{ text: comment }] });
