import type { BodyOf, EntryId, FormResponseItem, PictureReference } from '../clinical/entries/index.ts';
import { unitInWords } from '../clinical/form-in-words.ts';
import { encounterOf, identifierOf, type Outgoing, subjectOf, type ToFhirContext } from './fhir-context.ts';

/** A filled form goes to the EHR as itself. R4 has one identifier here, not a list. */
export function formResource(id: EntryId, body: BodyOf<'form-answered'>, context: ToFhirContext): Outgoing {
  const { url, version } = body.form;
  return {
    resourceType: 'QuestionnaireResponse',
    id,
    identifier: identifierOf(context, id)[0],
    // A canonical of a form without a url cannot be made up; its title stands in the questions' words.
    ...(url === undefined ? {} : { questionnaire: version === undefined ? url : `${url}|${version}` }),
    status:
      body.status === 'in-progress' ? 'in-progress' : body.replaces === undefined ? 'completed' : 'amended',
    subject: subjectOf(context),
    ...encounterOf(context),
    authored: body.effectiveAt,
    author: { display: body.author.name },
    item: body.items.map((item) => itemWithPictures(item, body.effectiveAt, context)),
  };
}

/**
 * Answers as FHIR has them already, but for pictures, since an Attachment carries its bytes, and for the unit of a number:
 * R4 answers an integer or a decimal without one, so it stands with the question, as on the screen.
 */
function itemWithPictures(
  { answer, item, ...rest }: FormResponseItem,
  creation: string,
  context: ToFhirContext,
): unknown {
  const inside = (items: readonly FormResponseItem[] | undefined) =>
    items ? { item: items.map((one) => itemWithPictures(one, creation, context)) } : {};
  const unit = answer?.find((one) => one.unit)?.unit;
  return {
    ...rest,
    ...(unit ? { text: `${rest.text ?? rest.linkId} (${unitInWords(unit)})` } : {}),
    ...(answer
      ? {
          answer: answer.map(({ valueAttachment, unit: _, item: below, ...value }) => ({
            ...value,
            ...(valueAttachment ? { valueAttachment: attachmentOf(valueAttachment, creation, context) } : {}),
            ...inside(below),
          })),
        }
      : {}),
    ...inside(item),
  };
}

function attachmentOf(picture: PictureReference, creation: string, context: ToFhirContext) {
  const found = context.picture?.(picture.sha256);
  return {
    contentType: picture.contentType,
    size: picture.size,
    ...(picture.title === undefined ? {} : { title: picture.title }),
    creation,
    ...(found ?? {}),
  };
}
