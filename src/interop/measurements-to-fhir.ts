import type { MeasurementKind } from '../clinical/chart/types.ts';
import type { BodyOf, EntryId, FluidRoute } from '../clinical/entries/index.ts';
import { FLUID_WORDS } from '../clinical/fluid-balance.ts';
import { GCS_WORDS, scoreGcs } from '../clinical/gcs.ts';
import { encounterOf, identifierOf, type Outgoing, subjectOf, type ToFhirContext } from './fhir-context.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const LOCAL = 'urn:lamplight:codes';

interface Measured {
  suffix: string;
  category: 'vital-signs' | 'survey' | 'laboratory' | 'exam';
  code: { system: string; code: string; display: string };
  content: Record<string, unknown>;
}

const loinc = (code: string, display: string) => ({ system: LOINC, code, display });
const local = (code: string, display: string) => ({ system: LOCAL, code, display });
const quantity = (value: number, unit: string, code = unit) => ({
  valueQuantity: { value, unit, system: UCUM, code },
});
const coded = (code: string, text: string) => ({
  valueCodeableConcept: { coding: [{ system: LOCAL, code }], text },
});

/** FHIR's own way to say that a value was not taken: never 0 (codes.md). */
const NOT_PERFORMED = {
  dataAbsentReason: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'not-performed' }],
    text: 'not measured',
  },
};

/** codes.md; where no code is confirmed, ours. */
const FLUID_CODES: Record<FluidRoute, Measured['code']> = {
  oral: loinc('9000-1', 'Fluid intake oral Measured'),
  enteral: loinc('8953-2', 'Fluid intake enteral tube'),
  iv: local('fluid-in-iv', 'Fluid intake intravenous'),
  blood: local('fluid-in-blood', 'Fluid intake blood products'),
  'irrigation-in': local('fluid-in-irrigation', 'Irrigation in'),
  urine: loinc('9187-6', 'Urine output'),
  stool: loinc('9217-1', 'Stool output'),
  vomit: local('fluid-out-vomit', 'Vomit'),
  gastric: loinc('9149-6', 'Gastric tube output'),
  drain: loinc('9203-1', 'Wound drain output'),
  'chest-drain': loinc('9129-8', 'Chest tube output'),
  'blood-loss': loinc('81661-1', 'Blood loss'),
  'irrigation-out': local('fluid-out-irrigation', 'Irrigation out'),
};

/** One Observation for each value, so that the EHR shows each in its own row. */
export function measurementResources(
  id: EntryId,
  body: BodyOf<MeasurementKind>,
  context: ToFhirContext,
): Outgoing[] {
  const note = body.kind === 'fluid-recorded' ? body.detail : body.comment;
  return valuesOf(body).map(
    ({ suffix, category, code, content }, at): Outgoing => ({
      resourceType: 'Observation',
      id: `${id}-${suffix}`,
      identifier: identifierOf(context, `${id}-${suffix}`),
      status: body.replaces === undefined ? 'final' : 'amended',
      category: [
        {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }],
        },
      ],
      code: { coding: [code], text: code.display },
      subject: subjectOf(context),
      ...encounterOf(context),
      effectiveDateTime: body.effectiveAt,
      issued: body.recordedAt,
      performer: [{ display: body.author.name }],
      ...content,
      // The comment is on the whole entry; FHIR has it on one of its values.
      ...(at === 0 && note !== undefined && note.trim() !== '' ? { note: [{ text: note }] } : {}),
    }),
  );
}

function valuesOf(body: BodyOf<MeasurementKind>): Measured[] {
  switch (body.kind) {
    case 'fluid-recorded':
      return [
        {
          suffix: 'fluid',
          category: 'vital-signs',
          code: { ...FLUID_CODES[body.route], display: FLUID_CODES[body.route].display },
          content:
            body.volumeMl === undefined
              ? { ...NOT_PERFORMED, method: { text: FLUID_WORDS[body.route] } }
              : quantity(body.volumeMl, 'mL'),
        },
      ];
    case 'glucose-measured':
      return [glucose(body)];
    case 'pain-assessed':
      return [
        {
          suffix: 'pain-rest',
          category: 'survey',
          code: loinc('72514-3', 'Pain severity - 0-10 verbal numeric rating [Score] - Reported'),
          content: {
            ...quantity(body.atRest, '{score}'),
            ...(body.site === undefined ? {} : { bodySite: { text: body.site } }),
          },
        },
        ...(body.onMovement === undefined
          ? []
          : [
              {
                suffix: 'pain-move',
                category: 'survey' as const,
                code: local('pain-on-movement', 'Pain on movement, 0 to 10'),
                content: quantity(body.onMovement, '{score}'),
              },
            ]),
      ];
    case 'gcs-assessed':
      return gcs(body);
    case 'body-measured':
      return [
        ...(body.weightKg === undefined
          ? []
          : [one('weight', loinc('29463-7', 'Body weight'), body.weightKg, 'kg', body.method)]),
        ...(body.heightCm === undefined
          ? []
          : [one('height', loinc('8302-2', 'Body height'), body.heightCm, 'cm', body.method)]),
      ];
  }
}

const one = (
  suffix: string,
  code: Measured['code'],
  value: number,
  unit: string,
  method: string,
): Measured => ({
  suffix,
  category: 'vital-signs',
  code,
  content: { ...quantity(value, unit), method: { text: method } },
});

function glucose({ value, unit, sample, meal, neededHelp }: BodyOf<'glucose-measured'>): Measured {
  // 14743-9 was not seen with its name in a source, and blood drawn from a vein is no capillary sample: ours then.
  const code =
    sample === 'capillary' && unit === 'mg/dL'
      ? loinc('41653-7', 'Glucose [Mass/volume] in Capillary blood by Glucometer')
      : sample !== 'capillary' && unit === 'mg/dL'
        ? loinc('2339-0', 'Glucose [Mass/volume] in Blood')
        : sample !== 'capillary'
          ? loinc('15074-8', 'Glucose [Moles/volume] in Blood')
          : local('glucose-capillary', 'Glucose in capillary blood by glucometer');
  return {
    suffix: 'glucose',
    category: 'laboratory',
    code,
    content: {
      ...quantity(value, unit),
      method: { text: [sample, ...(meal === undefined ? [] : [`${meal} meal`])].join(', ') },
      ...(neededHelp ? { interpretation: [{ text: "Low, and needed another person's help" }] } : {}),
    },
  };
}

function gcs(body: BodyOf<'gcs-assessed'>): Measured[] {
  const { total, gcsP } = scoreGcs(body);
  const part = (suffix: 'eyes' | 'verbal' | 'motor', code: string, display: string): Measured => ({
    suffix: `gcs-${suffix}`,
    category: 'exam',
    code: loinc(code, display),
    content:
      body[suffix] === 'NT'
        ? {
            dataAbsentReason: {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason',
                  code: 'not-applicable',
                },
              ],
              text: `not testable: ${body.notTestableBecause ?? ''}`,
            },
          }
        : {
            ...quantity(body[suffix], '{score}'),
            note: [{ text: (GCS_WORDS[suffix] as Record<number, string>)[body[suffix]] ?? '' }],
          },
  });
  const pupils = body.pupils
    ? (['left', 'right'] as const).flatMap((side): Measured[] => {
        const { sizeMm, reaction } = body.pupils![side];
        const right = side === 'right';
        return [
          ...(sizeMm === undefined
            ? []
            : [
                {
                  suffix: `pupil-${side}`,
                  category: 'exam' as const,
                  code: loinc(right ? '8643-9' : '8641-3', `Pupil diameter ${side}`),
                  content: quantity(sizeMm, 'mm'),
                },
              ]),
          {
            suffix: `react-${side}`,
            category: 'exam',
            code: loinc(right ? '79815-7' : '79899-1', `Pupil response ${side}`),
            content: coded(reaction, reaction.replaceAll('-', ' ')),
          },
        ];
      })
    : [];
  return [
    part('eyes', '9267-6', 'Glasgow coma score eye opening'),
    part('verbal', '9270-0', 'Glasgow coma score verbal'),
    part('motor', '9268-4', 'Glasgow coma score motor'),
    ...(total === null
      ? []
      : [
          {
            suffix: 'gcs',
            category: 'survey' as const,
            code: loinc('9269-2', 'Glasgow coma score total'),
            content: quantity(total, '{score}'),
          },
        ]),
    ...(gcsP === null
      ? []
      : [
          {
            suffix: 'gcs-p',
            category: 'survey' as const,
            code: local('gcs-p', 'GCS-Pupils score'),
            content: quantity(gcsP, '{score}'),
          },
        ]),
    ...pupils,
  ];
}
