import { formatDate } from './dates.ts';
import { formatNumber, formatUnit } from './display.ts';
import type { PictureReference } from './entries/attachment.ts';
import type { FormAnswer, FormCoding, FormResponseItem } from './entries/forms.ts';

/** A moment as it was written, by the clock of its own offset: `24-Nov-2026 14:05`. One in UTC says so. */
function momentInWords(moment: string): string {
  if (moment.length <= 10) return formatDate(moment);
  return `${formatDate(moment)} ${moment.slice(11, 16)}${moment.endsWith('Z') ? ' UTC' : ''}`;
}

/** A unit as people read it. */
export const unitInWords = ({ display, code }: Pick<FormCoding, 'display' | 'code'>): string =>
  display ?? formatUnit(code ?? '');

/** A number never without the unit that its form names. */
const numberInWords = (value: number, unit: FormCoding | undefined): string =>
  `${formatNumber(value)} ${unit ? unitInWords(unit) : ''}`.trim();

/** An answer as people read it. */
export function answerInWords(answer: FormAnswer): string {
  if (answer.valueBoolean !== undefined) return answer.valueBoolean ? 'Yes' : 'No';
  if (answer.valueInteger !== undefined) return numberInWords(answer.valueInteger, answer.unit);
  if (answer.valueDecimal !== undefined) return numberInWords(answer.valueDecimal, answer.unit);
  if (answer.valueDate !== undefined) return formatDate(answer.valueDate);
  if (answer.valueDateTime !== undefined) return momentInWords(answer.valueDateTime);
  if (answer.valueTime !== undefined) return answer.valueTime.slice(0, 5);
  if (answer.valueCoding) return answer.valueCoding.display ?? answer.valueCoding.code ?? '';
  if (answer.valueQuantity)
    return [formatNumber(answer.valueQuantity.value), answer.valueQuantity.unit ?? answer.valueQuantity.code]
      .filter((part) => part !== undefined)
      .join(' ');
  if (answer.valueAttachment) return answer.valueAttachment.title ?? 'Picture';
  return answer.valueString ?? answer.valueUri ?? '';
}

/** One line of a filled form: a heading, or a question with its answers. */
export interface FormLine {
  depth: number;
  text: string;
  /** Absent: a heading. */
  answer?: string;
  pictures?: PictureReference[];
}

/** The filled form from top to bottom, from the answers alone: the form itself need not be at hand. */
export function formLines(items: readonly FormResponseItem[], depth = 0): FormLine[] {
  return items.flatMap((item) => {
    const text = item.text ?? item.linkId;
    const answers = item.answer ?? [];
    const pictures = answers.flatMap(({ valueAttachment }) => valueAttachment ?? []);
    const own: FormLine = {
      depth,
      text,
      ...(answers.length > 0 ? { answer: answers.map(answerInWords).join(', ') } : {}),
      ...(pictures.length > 0 ? { pictures } : {}),
    };
    const inside = [...answers.flatMap((answer) => answer.item ?? []), ...(item.item ?? [])];
    return [own, ...formLines(inside, depth + 1)];
  });
}
