import { ANSWERS, careInWords, DEVICES, handoffParts, MEANS } from '../clinical/care-in-words.ts';
import type { BodyOf, EntryId } from '../clinical/entries/index.ts';
import { toBase64, utf8 } from '../log/index.ts';
import {
  encounterOf,
  identifierOf,
  type Outgoing,
  partOf,
  subjectOf,
  type ToFhirContext,
} from './fhir-context.ts';

const LOCAL = 'urn:lamplight:codes';

type Care = BodyOf<
  | 'handoff-written'
  | 'handoff-read'
  | 'escalation-recorded'
  | 'escalation-seen'
  | 'result-received'
  | 'result-acknowledged'
  | 'device-charted'
  | 'pregnancy-recorded'
  | 'screen-recorded'
>;

/** Handoff, escalation, results by telephone, devices, pregnancy, screens: each as the R4 resource that says it. */
export function careResource(id: EntryId, body: Care, context: ToFhirContext): Outgoing {
  switch (body.kind) {
    case 'handoff-written':
      return handoff(id, body, context);
    case 'handoff-read':
      return communication(id, body, context, {
        category: 'handoff-read',
        text: body.synthesis ?? 'Handoff read',
        about: { reference: `DocumentReference/${body.handoff}` },
        recipient: body.author.name,
      });
    case 'escalation-recorded':
      return communication(id, body, context, {
        category: 'escalation',
        text: `${body.because}. ${ANSWERS[body.answer]}${body.comment === undefined ? '' : `. ${body.comment}`}`,
        recipient: body.told,
        medium: MEANS[body.means],
        ...(body.about === undefined ? {} : { about: entryReference(body.about, context) }),
        // R4: the recipient was not reached, so nothing was communicated.
        status: body.answer === 'no-answer' ? 'not-done' : 'completed',
      });
    case 'escalation-seen':
      return communication(id, body, context, {
        category: 'escalation-seen',
        text: careInWords(body).text,
        recipient: body.seenBy,
        about: entryReference(body.about, context),
      });
    case 'result-acknowledged':
      return communication(id, body, context, {
        category: 'result-acknowledged',
        text: careInWords(body).text || 'Result acknowledged',
        recipient: body.told ?? body.author.name,
        about: { reference: `Observation/${body.result}` },
      });
    case 'result-received':
      return {
        ...observation(id, body, context, 'laboratory', { text: body.test }),
        // The laboratory's own report follows; until then this is what somebody heard.
        status: 'preliminary',
        valueString: body.unit === undefined ? body.value : `${body.value} ${body.unit}`,
        ...(body.order === undefined ? {} : { basedOn: [context.orderReference(body.order)] }),
        ...(body.critical
          ? {
              interpretation: [
                {
                  coding: [
                    {
                      system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
                      code: 'AA',
                    },
                  ],
                  text: 'critical',
                },
              ],
            }
          : {}),
        note: [
          {
            text: `By telephone from ${body.caller}, read back and confirmed.${body.comment === undefined ? '' : ` ${body.comment}`}`,
          },
        ],
      };
    case 'device-charted':
      return body.action === 'checked' ? deviceLook(id, body, context) : deviceProcedure(id, body, context);
    case 'pregnancy-recorded':
      return {
        ...observation(id, body, context, 'exam', {
          coding: [{ system: 'http://loinc.org', code: '82810-3', display: 'Pregnancy status' }],
          text: 'Pregnancy status',
        }),
        valueCodeableConcept: {
          coding: [{ system: LOCAL, code: body.status }],
          text: careInWords(body).text,
        },
      };
    case 'screen-recorded':
      return {
        ...observation(id, body, context, 'survey', {
          coding: [{ system: LOCAL, code: body.screen.id }],
          text: body.screen.title,
        }),
        ...(body.total === undefined
          ? { valueString: body.says ?? 'not complete' }
          : {
              valueQuantity: {
                value: body.total,
                unit: '{score}',
                system: 'http://unitsofmeasure.org',
                code: '{score}',
              },
            }),
        ...(body.says === undefined ? {} : { interpretation: [{ text: body.says }] }),
        component: body.answers.map(({ id: item, text, answer }) => ({
          code: { coding: [{ system: LOCAL, code: `${body.screen.id}.${item}` }], text },
          valueString: answer,
        })),
        ...(body.comment === undefined ? {} : { note: [{ text: body.comment }] }),
      };
  }
}

/** What an escalation is about may be one of several resources of an entry: named by the entry's identifier. */
const entryReference = (entry: EntryId, context: ToFhirContext) => ({
  identifier: identifierOf(context, entry)[0],
});

function observation(
  id: EntryId,
  body: Pick<Care, 'replaces' | 'effectiveAt' | 'recordedAt' | 'author'>,
  context: ToFhirContext,
  category: string,
  code: unknown,
): Outgoing {
  return {
    resourceType: 'Observation',
    id,
    identifier: identifierOf(context, id),
    status: body.replaces === undefined ? 'final' : 'amended',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }] },
    ],
    code,
    subject: subjectOf(context),
    ...encounterOf(context),
    effectiveDateTime: body.effectiveAt,
    issued: body.recordedAt,
    performer: [{ display: body.author.name }],
  };
}

function communication(
  id: EntryId,
  body: Care,
  context: ToFhirContext,
  said: {
    category: string;
    text: string;
    recipient: string;
    about?: unknown;
    medium?: string;
    status?: 'completed' | 'not-done';
  },
): Outgoing {
  return {
    resourceType: 'Communication',
    id,
    identifier: identifierOf(context, id),
    status: said.status ?? 'completed',
    category: [{ coding: [{ system: LOCAL, code: said.category }], text: careInWords(body).title }],
    ...(said.medium === undefined ? {} : { medium: [{ text: said.medium }] }),
    subject: subjectOf(context),
    ...encounterOf(context),
    ...(said.about === undefined ? {} : { about: [said.about] }),
    sent: body.effectiveAt,
    recipient: [{ display: said.recipient }],
    sender: { display: body.author.name },
    payload: [{ contentString: said.text }],
  };
}

function handoff(id: EntryId, body: BodyOf<'handoff-written'>, context: ToFhirContext): Outgoing {
  const text = handoffParts(body)
    .map(([label, part]) => `${label}\n${part}`)
    .join('\n\n');
  return {
    resourceType: 'DocumentReference',
    id,
    identifier: identifierOf(context, id),
    status: 'current',
    docStatus: body.replaces === undefined ? 'final' : 'amended',
    type: {
      coding: [{ system: 'http://loinc.org', code: '28651-8', display: 'Nurse Transfer note' }],
      text: careInWords(body).title,
    },
    subject: subjectOf(context),
    date: body.recordedAt,
    author: [{ display: body.author.name }],
    content: [
      {
        attachment: {
          contentType: 'text/plain; charset=utf-8',
          data: toBase64(utf8(text)),
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

function deviceProcedure(id: EntryId, body: BodyOf<'device-charted'>, context: ToFhirContext): Outgoing {
  const { title, text } = careInWords(body);
  return {
    resourceType: 'Procedure',
    id,
    identifier: identifierOf(context, id),
    ...partOf('Procedure', body.first, context),
    status: 'completed',
    code: {
      coding: [{ system: LOCAL, code: `${body.device}.${body.action}` }],
      text: title,
    },
    subject: subjectOf(context),
    ...encounterOf(context),
    performedDateTime: body.effectiveAt,
    performer: [{ actor: { display: body.author.name } }],
    ...(body.site === undefined ? {} : { bodySite: [{ text: body.site }] }),
    ...(text === '' ? {} : { note: [{ text }] }),
  };
}

function deviceLook(id: EntryId, body: BodyOf<'device-charted'>, context: ToFhirContext): Outgoing {
  return {
    ...observation(id, body, context, 'exam', {
      coding: [{ system: LOCAL, code: `${body.device}.checked` }],
      text: `${DEVICES[body.device]} checked`,
    }),
    valueString: careInWords(body).text || 'checked',
    ...partOf('Procedure', body.first, context),
  };
}
