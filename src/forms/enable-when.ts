import type { FormAnswer } from '../clinical/index.ts';
import type { Place, SheetPath } from './live.ts';
import type { EnableWhen } from './questionnaire.ts';
import { comparable, sameAnswer } from './values.ts';

/**
 * Whether an item is asked. FHIR R4, Questionnaire.item.enableWhen: what is not asked counts as not answered, and so
 * does what stands beneath it. `byExpression`: the answers of SDC's enableWhenExpression.
 */
export function isEnabled(
  answers: (place: Place) => FormAnswer[],
  byExpression: ReadonlyMap<SheetPath, boolean>,
): (place: Place) => boolean {
  const known = new Map<SheetPath, boolean>();

  function enabled(place: Place): boolean {
    const found = known.get(place.path);
    if (found !== undefined) return found;
    // Two questions that depend on each other: neither is asked, instead of asking for ever.
    known.set(place.path, false);
    const result = own(place) && (place.parent === undefined || enabled(place.parent));
    known.set(place.path, result);
    return result;
  }

  function own({ item, path, scopes }: Place): boolean {
    if (item.enableExpression !== undefined && byExpression.get(path) !== true) return false;
    const conditions = item.source.enableWhen ?? [];
    if (conditions.length === 0) return true;
    const holds = (condition: EnableWhen): boolean => {
      const asked = nearest(scopes, condition.question);
      return meets(asked.filter(enabled).flatMap(answers), condition);
    };
    return item.source.enableBehavior === 'any' ? conditions.some(holds) : conditions.every(holds);
  }

  return enabled;
}

/**
 * The question that is meant: in the same row of a repeated group where it stands there, else further out. Elsewhere it
 * may stand several times, and any of its answers counts.
 */
function nearest(scopes: readonly Place[][], linkId: string): Place[] {
  for (const beside of scopes) {
    const found = named(beside, linkId);
    if (found.length > 0) return found;
  }
  return [];
}

function named(places: readonly Place[], linkId: string): Place[] {
  return places.flatMap((place) => [
    ...(place.item.linkId === linkId ? [place] : []),
    ...named(place.inside, linkId),
  ]);
}

/** One condition against the answers of its question. Exported for its table of tests. */
export function meets(answers: readonly FormAnswer[], condition: EnableWhen): boolean {
  const wanted = wantedBy(condition);
  switch (condition.operator) {
    case 'exists':
      return answers.length > 0 === (condition.answerBoolean ?? true);
    case '=':
      return answers.some((answer) => sameAnswer(answer, wanted));
    case '!=':
      // R4: true if no answer is equal, so also while there is none.
      return !answers.some((answer) => sameAnswer(answer, wanted));
    default: {
      return answers.some((answer) => {
        const sides = comparable(answer, wanted);
        if (!sides) return false;
        const [value, limit] = sides;
        switch (condition.operator) {
          case '>':
            return value > limit;
          case '<':
            return value < limit;
          case '>=':
            return value >= limit;
          case '<=':
            return value <= limit;
          default:
            return false;
        }
      });
    }
  }
}

function wantedBy(condition: EnableWhen): FormAnswer {
  const { answerQuantity } = condition;
  return {
    ...(condition.answerBoolean === undefined ? {} : { valueBoolean: condition.answerBoolean }),
    ...(condition.answerInteger === undefined ? {} : { valueInteger: condition.answerInteger }),
    ...(condition.answerDecimal === undefined ? {} : { valueDecimal: condition.answerDecimal }),
    ...(condition.answerDate === undefined ? {} : { valueDate: condition.answerDate }),
    ...(condition.answerDateTime === undefined ? {} : { valueDateTime: condition.answerDateTime }),
    ...(condition.answerTime === undefined ? {} : { valueTime: condition.answerTime }),
    ...(condition.answerString === undefined ? {} : { valueString: condition.answerString }),
    ...(condition.answerCoding === undefined ? {} : { valueCoding: condition.answerCoding }),
    ...(answerQuantity?.value === undefined
      ? {}
      : { valueQuantity: { ...answerQuantity, value: answerQuantity.value } }),
  };
}
