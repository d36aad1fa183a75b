import type { BodyOf, EntryId, VitalValues } from '../clinical/entries/index.ts';
import { news2Applies, scoreNews2 } from '../clinical/news2.ts';
import { lackedBy, notDoneInWords } from '../clinical/not-done.ts';
import { encounterOf, identifierOf, type Outgoing, subjectOf, type ToFhirContext } from './fhir-context.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const LOCAL = 'urn:lamplight:codes';

interface Measured {
  value: keyof VitalValues;
  suffix: string;
  codes: { code: string; display: string }[];
  unit: string;
  ucum: string;
}

/** codes.md: LOINC and UCUM. The FHIR vital-signs profile fixes 2708-6 for saturation, so both codes go. */
const SINGLE: readonly Measured[] = [
  {
    value: 'respirationRate',
    suffix: 'rr',
    codes: [{ code: '9279-1', display: 'Respiratory rate' }],
    unit: '/min',
    ucum: '/min',
  },
  {
    value: 'oxygenSaturation',
    suffix: 'spo2',
    codes: [
      { code: '2708-6', display: 'Oxygen saturation in Arterial blood' },
      { code: '59408-5', display: 'Oxygen saturation in Arterial blood by Pulse oximetry' },
    ],
    unit: '%',
    ucum: '%',
  },
  {
    value: 'oxygenFlow',
    suffix: 'o2flow',
    codes: [{ code: '3151-8', display: 'Inhaled oxygen flow rate' }],
    unit: 'L/min',
    ucum: 'L/min',
  },
  {
    value: 'pulse',
    suffix: 'hr',
    codes: [{ code: '8867-4', display: 'Heart rate' }],
    unit: '/min',
    ucum: '/min',
  },
  {
    value: 'temperature',
    suffix: 'temp',
    codes: [{ code: '8310-5', display: 'Body temperature' }],
    unit: 'Cel',
    ucum: 'Cel',
  },
];

/** One Observation per value, so that the EHR shows each in its own flowsheet row; the score under a local code. */
export function vitalResources(id: EntryId, body: BodyOf<'vital-signs'>, context: ToFhirContext): Outgoing[] {
  const { values } = body;
  const observation = (suffix: string, category: string, content: Record<string, unknown>): Outgoing => ({
    resourceType: 'Observation',
    id: `${id}-${suffix}`,
    identifier: identifierOf(context, `${id}-${suffix}`),
    status: body.replaces === undefined ? 'final' : 'amended',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }] },
    ],
    subject: subjectOf(context),
    ...encounterOf(context),
    effectiveDateTime: body.effectiveAt,
    issued: body.recordedAt,
    performer: [{ display: body.author.name }],
    ...content,
  });
  const quantity = (value: number, unit: string, ucum: string) => ({ value, unit, system: UCUM, code: ucum });
  const coded = (codes: Measured['codes']) => ({
    coding: codes.map((code) => ({ system: LOINC, ...code })),
    text: codes[0]!.display,
  });

  const ACVPU = { coding: [{ system: LOCAL, code: 'acvpu' }], text: 'Level of consciousness (ACVPU)' };
  const PRESSURE = coded([{ code: '85354-9', display: 'Blood pressure panel with all children optional' }]);
  const codeOf = (suffix: string) =>
    suffix === 'acvpu'
      ? ACVPU
      : suffix === 'bp'
        ? PRESSURE
        : coded(SINGLE.find((item) => item.suffix === suffix)!.codes);

  const resources = SINGLE.flatMap(({ value: name, suffix, codes, unit, ucum }) => {
    const value = values[name];
    return typeof value === 'number'
      ? [
          observation(suffix, 'vital-signs', {
            code: coded(codes),
            valueQuantity: quantity(value, unit, ucum),
          }),
        ]
      : [];
  });
  if (values.systolic !== undefined || values.diastolic !== undefined) {
    const component = (code: string, display: string, value: number | undefined) =>
      value === undefined
        ? []
        : [{ code: coded([{ code, display }]), valueQuantity: quantity(value, 'mmHg', 'mm[Hg]') }];
    resources.push(
      observation('bp', 'vital-signs', {
        code: PRESSURE,
        component: [
          ...component('8480-6', 'Systolic blood pressure', values.systolic),
          ...component('8462-4', 'Diastolic blood pressure', values.diastolic),
        ],
      }),
    );
  }
  if (values.consciousness !== undefined) {
    resources.push(
      observation('acvpu', 'exam', {
        code: ACVPU,
        valueCodeableConcept: {
          coding: [{ system: LOCAL, code: values.consciousness }],
          text: values.consciousness,
        },
      }),
    );
  }
  if (values.oxygenDevice !== undefined) {
    resources.push(
      observation('o2device', 'exam', {
        code: { coding: [{ system: LOCAL, code: 'oxygen-device' }], text: 'Oxygen device (RCP chart code)' },
        valueCodeableConcept: {
          coding: [{ system: LOCAL, code: values.oxygenDevice }],
          text: values.oxygenDevice,
        },
      }),
    );
  }
  const measured = resources.length;
  if (body.notDone !== undefined) {
    const dataAbsentReason = {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason',
          code: body.notDone.because === 'refused' ? 'asked-declined' : 'not-performed',
        },
      ],
      text: notDoneInWords(body.notDone),
    };
    for (const { suffix } of lackedBy(body))
      resources.push(
        observation(suffix, suffix === 'acvpu' ? 'exam' : 'vital-signs', {
          code: codeOf(suffix),
          dataAbsentReason,
        }),
      );
  }
  const { total } = scoreNews2(values);
  const applies =
    news2Applies(context.birthDate, body.effectiveAt) && !context.isPregnant?.(body.effectiveAt);
  if (total !== null && applies) {
    resources.push(
      observation('news2', 'survey', {
        code: {
          coding: [{ system: LOCAL, code: 'news2' }],
          text: `National Early Warning Score 2, saturation scale ${values.saturationScale}`,
        },
        valueQuantity: quantity(total, '{score}', '{score}'),
        derivedFrom: resources
          .slice(0, measured)
          .map((resource) => ({ reference: `Observation/${resource.id}` })),
      }),
    );
  }
  // The comment is on the whole set; FHIR has it on one of its values.
  const [first] = resources;
  if (first && body.comment?.trim()) first.note = [{ text: body.comment }];
  return resources;
}
