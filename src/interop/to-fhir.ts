import type { BodyOf, EntryId, WardBody, WardKind } from '../clinical/entries/index.ts';
import { toBase64, utf8 } from '../log/index.ts';
import { afterDoseResources, glucoseResource } from './after-dose-to-fhir.ts';
import { careResource } from './care-to-fhir.ts';
import {
  concept,
  encounterOf,
  identifierOf,
  type Outgoing,
  present,
  subjectOf,
  type ToFhirContext,
} from './fhir-context.ts';
import { formResource } from './form-to-fhir.ts';
import { measurementResources } from './measurements-to-fhir.ts';
import { administrationResource, infusionResource } from './medication-to-fhir.ts';
import { changedOrderTask, orderChangeTask, orderResources } from './orders-to-fhir.ts';
import { vitalResources } from './vitals-to-fhir.ts';

const FOR_THE_EHR: ReadonlySet<WardKind> = new Set<WardKind>([
  'patient-registered',
  'allergy-recorded',
  'no-known-allergies-recorded',
  'vital-signs',
  'medication-administration',
  'note',
  'form-answered',
  'fluid-recorded',
  'glucose-measured',
  'pain-assessed',
  'gcs-assessed',
  'body-measured',
  'order-signed',
  'order-acknowledged',
  'order-stopped',
  'dose-vomited',
  'dose-reassessed',
  'patch-removed',
  'infusion-charted',
  'order-held',
  'order-resumed',
  'order-received',
  'handoff-written',
  'handoff-read',
  'escalation-recorded',
  'escalation-seen',
  'result-received',
  'result-acknowledged',
  'device-charted',
  'pregnancy-recorded',
  'screen-recorded',
  'entry-witnessed',
]);

/** A bed move, say, is charted for the ward and belongs in no EHR resource of ours. */
export const isForTheEhr = (kind: WardKind): boolean => FOR_THE_EHR.has(kind);

/**
 * The FHIR R4 resources of one entry, in the order in which they are written, each under an id derived from the
 * entry's, and last the Provenance that says who wrote it, on what, and who approved it.
 */
export function resourcesFor(entry: { id: EntryId; body: WardBody }, context: ToFhirContext): Outgoing[] {
  const resources = contentOf(entry.id, entry.body, context);
  const targets = targetsOf(entry.body, resources, context);
  return targets.length === 0 ? [] : [...resources, provenance(entry, targets, context)];
}

/** What the Provenance is about: what the entry makes, or what stands there already and was signed or noted. */
function targetsOf(body: WardBody, resources: readonly Outgoing[], context: ToFhirContext): object[] {
  if (body.kind === 'order-acknowledged') return [context.orderReference(body.order)];
  if (body.kind === 'entry-witnessed')
    return (context.heldAs?.(body.entry) ?? []).map(({ type, id }) => ({ reference: `${type}/${id}` }));
  return resources.map(({ resourceType, id }) => ({ reference: `${resourceType}/${id}` }));
}

function contentOf(id: EntryId, body: WardBody, context: ToFhirContext): Outgoing[] {
  switch (body.kind) {
    case 'patient-registered':
      return [patientResource(body, context)];
    case 'allergy-recorded':
      return [allergyResource(id, body, context)];
    case 'no-known-allergies-recorded':
      return [noKnownAllergies(id, body, context)];
    case 'vital-signs':
      return vitalResources(id, body, context);
    case 'medication-administration':
      return [
        administrationResource(id, body, context),
        // One that was charted before goes in as the entry that it is.
        ...(body.glucose && body.glucoseMeasuredAt === undefined
          ? [glucoseResource(id, { ...body, glucose: body.glucose }, context)]
          : []),
      ];
    case 'infusion-charted':
      return [infusionResource(id, body, context)];
    case 'dose-vomited':
    case 'dose-reassessed':
    case 'patch-removed':
      return afterDoseResources(id, body, context);
    case 'note':
      return [noteResource(id, body, context)];
    case 'fluid-recorded':
    case 'glucose-measured':
    case 'pain-assessed':
    case 'gcs-assessed':
    case 'body-measured':
      return measurementResources(id, body, context);
    case 'handoff-written':
    case 'handoff-read':
    case 'escalation-recorded':
    case 'escalation-seen':
    case 'result-received':
    case 'result-acknowledged':
    case 'device-charted':
    case 'pregnancy-recorded':
    case 'screen-recorded':
      return [careResource(id, body, context)];
    case 'form-answered':
      return [formResource(id, body, context)];
    case 'order-signed':
    case 'order-received':
      return [
        orderResources(id, body, context),
        ...(body.changes === undefined
          ? []
          : [changedOrderTask(`${id}-change`, { ...body, changes: body.changes }, context)]),
      ];
    case 'order-stopped':
    case 'order-held':
    case 'order-resumed':
      return [orderChangeTask(id, body, context)];
    default:
      return [];
  }
}

function patientResource(body: BodyOf<'patient-registered'>, context: ToFhirContext): Outgoing {
  return {
    resourceType: 'Patient',
    id: context.ehrPatient,
    identifier: [
      {
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MRT' }] },
        system: context.identifierSystem,
        value: body.number.value,
      },
    ],
    active: true,
    name: [
      {
        ...(body.nameUnknown ? { use: 'temp' } : { use: 'official' }),
        ...present('family', body.name.family),
        ...present('given', body.name.given && [body.name.given]),
        ...(body.name.family || body.name.given ? {} : { text: 'Name not known' }),
      },
    ],
    gender: body.sex,
    ...(body.birthDate === undefined ? {} : { birthDate: body.birthDate }),
  };
}

function allergyResource(id: EntryId, body: BodyOf<'allergy-recorded'>, context: ToFhirContext): Outgoing {
  return {
    resourceType: 'AllergyIntolerance',
    id,
    identifier: identifierOf(context, id),
    clinicalStatus: {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' },
      ],
    },
    verificationStatus: {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification',
          code: 'unconfirmed',
        },
      ],
    },
    category: [body.category],
    criticality: body.criticality,
    code: concept(body.substance),
    patient: subjectOf(context),
    ...encounterOf(context),
    recordedDate: body.effectiveAt,
    recorder: { display: body.author.name },
    ...present('reaction', body.reaction && [{ manifestation: [{ text: body.reaction }] }]),
  };
}

/** "Asked, and none": FHIR's own way without a SNOMED code is an empty allergy list with its reason. */
function noKnownAllergies(
  id: EntryId,
  body: BodyOf<'no-known-allergies-recorded'>,
  context: ToFhirContext,
): Outgoing {
  return {
    resourceType: 'List',
    id,
    identifier: identifierOf(context, id),
    status: 'current',
    mode: 'snapshot',
    code: {
      coding: [
        { system: 'http://loinc.org', code: '48765-2', display: 'Allergies and adverse reactions Document' },
      ],
    },
    subject: subjectOf(context),
    ...encounterOf(context),
    date: body.effectiveAt,
    source: { display: body.author.name },
    emptyReason: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/list-empty-reason', code: 'nilknown' }],
    },
  };
}

const NOTE_TYPES = {
  nursing: { code: '34746-8', display: 'Nurse Note' },
  progress: { code: '11506-3', display: 'Provider-unspecified Progress note' },
  sbar: { code: '34746-8', display: 'Nurse Note' },
} as const;

/** The note as people read it: the text, or the four parts of an SBAR under their names. */
function noteText(body: BodyOf<'note'>): string {
  if (!body.sbar) return body.text ?? '';
  const { situation, background, assessment, recommendation } = body.sbar;
  return `Situation\n${situation}\n\nBackground\n${background}\n\nAssessment\n${assessment}\n\nRecommendation\n${recommendation}`;
}

function noteResource(id: EntryId, body: BodyOf<'note'>, context: ToFhirContext): Outgoing {
  return {
    resourceType: 'DocumentReference',
    id,
    identifier: identifierOf(context, id),
    status: 'current',
    docStatus: body.replaces === undefined ? 'final' : 'amended',
    type: {
      coding: [{ system: 'http://loinc.org', ...NOTE_TYPES[body.noteType] }],
      text: body.noteType === 'sbar' ? 'SBAR note' : `${body.noteType} note`,
    },
    subject: subjectOf(context),
    date: body.recordedAt,
    author: [{ display: body.author.name }],
    content: [
      {
        attachment: {
          contentType: 'text/plain; charset=utf-8',
          data: toBase64(utf8(noteText(body))),
          creation: body.effectiveAt,
        },
      },
    ],
    context: {
      ...(context.ehrEncounter === undefined
        ? {}
        : { encounter: [{ reference: `Encounter/${context.ehrEncounter}` }] }),
      period: { start: body.effectiveAt },
    },
  };
}

/** What the author did to what the Provenance is about (codes.md, "Order acts"). */
function participationOf(body: WardBody): 'author' | 'verifier' | 'legal' {
  if (body.kind === 'order-acknowledged') return 'verifier';
  if (body.kind === 'entry-witnessed') return body.as === 'co-signer' ? 'legal' : 'verifier';
  return 'author';
}

function provenance(
  entry: { id: EntryId; body: WardBody },
  target: object[],
  context: ToFhirContext,
): Outgoing {
  const signed = entry.body.kind === 'entry-witnessed' ? entry.body : undefined;
  const reason = signed?.statement ?? entry.body.reason;
  const participant = (code: string, display: string) => ({
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code }] },
    who: { display },
  });
  return {
    resourceType: 'Provenance',
    id: entry.id,
    target,
    occurredDateTime: entry.body.effectiveAt,
    recorded: entry.body.recordedAt,
    ...(reason === undefined ? {} : { reason: [{ text: reason }] }),
    agent: [
      participant(participationOf(entry.body), entry.body.author.name),
      participant('assembler', context.deviceName),
      // A signature goes where its entry went: nobody is asked about it, and it may be younger than the approval.
      ...(signed
        ? []
        : [
            participant(
              'attester',
              `${context.reviewer.name} (signed in by ${context.reviewer.signedInBy}, ${context.reviewer.at})`,
            ),
          ]),
    ],
    entity: [{ role: 'source', what: { identifier: { system: context.identifierSystem, value: entry.id } } }],
  };
}
