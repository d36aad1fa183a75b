import type { MeasurementKind } from './chart/types.ts';
import { formatNumber } from './display.ts';
import type { BodyOf, Pupil } from './entries/index.ts';
import { FLUID_WORDS, isFluidIn } from './fluid-balance.ts';
import { gcsInWords, painInWords } from './gcs.ts';
import { GLUCOSE_WORDS, glucoseLevel } from './glucose.ts';

const withComment = (text: string, comment: string | undefined): string =>
  comment === undefined || comment === '' ? text : `${text}. ${comment}`;

const REACTIONS = {
  brisk: 'brisk',
  sluggish: 'sluggish',
  none: 'no reaction',
  'not-testable': 'cannot be tested',
} as const;

const pupil = (side: string, { sizeMm, reaction }: Pupil): string =>
  `${side} pupil ${sizeMm === undefined ? 'size not taken' : `${sizeMm} mm`}, ${REACTIONS[reaction]}`;

/** What was measured, in one line. */
export function measurementInWords(body: BodyOf<MeasurementKind>): { title: string; text: string } {
  switch (body.kind) {
    case 'fluid-recorded':
      return {
        title: isFluidIn(body.route) ? 'Fluid in' : 'Fluid out',
        text: withComment(
          `${FLUID_WORDS[body.route]} ${body.volumeMl === undefined ? 'not measured' : `${formatNumber(body.volumeMl)} mL`}`,
          body.detail,
        ),
      };
    case 'glucose-measured': {
      const { title } = GLUCOSE_WORDS[glucoseLevel(body.value, body.unit, body.neededHelp)];
      const meal =
        body.meal === undefined ? '' : body.meal === 'fasting' ? ', fasting' : `, ${body.meal} a meal`;
      return {
        title: 'Blood glucose',
        text: withComment(
          `${formatNumber(body.value)} ${body.unit} (${title.toLowerCase()}), ${body.sample}${meal}`,
          body.comment,
        ),
      };
    }
    case 'pain-assessed':
      return {
        title: 'Pain',
        text: withComment(
          [
            `at rest ${body.atRest} of 10 (${painInWords(body.atRest)})`,
            ...(body.onMovement === undefined
              ? []
              : [`on movement ${body.onMovement} of 10 (${painInWords(body.onMovement)})`]),
            ...(body.site === undefined ? [] : [body.site]),
          ].join(', '),
          body.comment,
        ),
      };
    case 'gcs-assessed':
      return {
        title: 'Consciousness and pupils',
        text: withComment(
          [
            gcsInWords(body),
            ...(body.notTestableBecause === undefined ? [] : [`not testable: ${body.notTestableBecause}`]),
            ...(body.pupils ? [pupil('left', body.pupils.left), pupil('right', body.pupils.right)] : []),
          ].join('; '),
          body.comment,
        ),
      };
    case 'body-measured':
      return {
        title: 'Weight and height',
        text: withComment(
          `${[
            ...(body.weightKg === undefined ? [] : [`${formatNumber(body.weightKg)} kg`]),
            ...(body.heightCm === undefined ? [] : [`${formatNumber(body.heightCm)} cm`]),
          ].join(', ')} (${body.method})`,
          body.comment,
        ),
      };
  }
}
