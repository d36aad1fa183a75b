import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import {
  answerInWords,
  type FormAnswer,
  formatDate,
  formatInstant,
  inUnit,
  PictureReference,
  readInstant,
  readPartialDate,
} from '../clinical/index.ts';
import {
  bound,
  CORE,
  extensions,
  type Initial,
  type Item,
  isCalculated,
  isHidden,
  optionsOf,
  type Questionnaire,
  unitOfNumber,
  unitsOf,
} from './questionnaire.ts';

/** One answer as it stands in its field: the text that was typed, the place in the list that was chosen. */
export const FieldValue = z.object({
  text: z.string().max(20_000),
  /** Of a choice: which of the options. */
  option: z.number().int().min(0).optional(),
  /** Of a quantity: the unit's code or name. */
  unit: z.string().max(100).optional(),
  /** Of an attachment: the picture that the vault keeps. */
  picture: PictureReference.optional(),
});
export type FieldValue = z.infer<typeof FieldValue>;

export const NO_VALUE: FieldValue = { text: '' };

export const isEmpty = ({ text, option, picture }: FieldValue): boolean =>
  option === undefined && picture === undefined && text.trim() === '';

const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** The zod schema of one answer of an item: typed text in, FHIR out. `timeZone`: the site's. */
export function answerSchema(
  item: Item,
  questionnaire: Questionnaire,
  timeZone: string,
): z.ZodType<FormAnswer, unknown> {
  const text = z.object({ text: z.string().transform((typed) => typed.trim()) });
  switch (item.type) {
    case 'boolean':
      return text.transform(({ text: typed }) => ({ valueBoolean: typed === 'true' }));
    case 'integer':
      return z
        .object({ text: numberSchema(item, true) })
        .transform(({ text: valueInteger }) => ({ valueInteger, ...inItsUnit(item) }));
    case 'decimal':
      return z
        .object({ text: numberSchema(item, false) })
        .transform(({ text: valueDecimal }) => ({ valueDecimal, ...inItsUnit(item) }));
    case 'quantity':
      return quantitySchema(item);
    case 'date':
      return z.object({ text: dateSchema(item) }).transform(({ text: valueDate }) => ({ valueDate }));
    case 'dateTime':
      return z
        .object({ text: dateTimeSchema(item, timeZone) })
        .transform(({ text: valueDateTime }) => ({ valueDateTime }));
    case 'time':
      return z.object({ text: timeSchema(item) }).transform(({ text: valueTime }) => ({ valueTime }));
    case 'url':
      return z.object({ text: stringSchema(item) }).transform(({ text: valueUri }) => ({ valueUri }));
    case 'choice':
    case 'open-choice':
      return choiceSchema(item, questionnaire);
    case 'attachment':
      return z
        .object({ picture: PictureReference })
        .transform(({ picture: valueAttachment }) => ({ valueAttachment }));
    default:
      return z.object({ text: stringSchema(item) }).transform(({ text: valueString }) => ({ valueString }));
  }
}

/** The unit beside a number, where the form names it. */
export function inItsUnit(item: Item): Pick<FormAnswer, 'unit'> {
  const unit = unitOfNumber(item);
  return unit ? { unit } : {};
}

function stringSchema(item: Item) {
  const most = item.maxLength ?? 20_000;
  const least = extensions(item, `${CORE}minLength`)[0]?.valueInteger ?? 0;
  const pattern = extensions(item, `${CORE}regex`)[0]?.valueString;
  const format = extensions(item, `${CORE}entryFormat`)[0]?.valueString;
  return z
    .string()
    .trim()
    .max(most, `At most ${most} characters`)
    .min(least, `At least ${least} characters`)
    .refine((typed) => pattern === undefined || matches(pattern, typed), {
      error: format === undefined ? 'It does not have the form that is asked for' : `Write it like ${format}`,
    });
}

/** A pattern that cannot be read refuses nothing; the verdict on the form names it. */
export function matches(pattern: string, typed: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(typed);
  } catch {
    return true;
  }
}

function numberSchema(item: Item, whole: boolean) {
  const least = bound(item, 'minValue');
  const most = bound(item, 'maxValue');
  const places = extensions(item, `${CORE}maxDecimalPlaces`)[0]?.valueInteger;
  let number = z.number();
  if (whole) number = number.int('A whole number is needed');
  if (typeof least === 'number') number = number.min(least, `At least ${least}`);
  if (typeof most === 'number') number = number.max(most, `At most ${most}`);
  return z
    .string()
    .trim()
    .regex(NUMBER, 'A number is needed')
    .refine((typed) => places === undefined || (typed.split('.')[1] ?? '').length <= places, {
      error: `At most ${places} decimal places`,
    })
    .transform(Number)
    .pipe(number);
}

/** Never a number alone: where the form names no unit, whoever answers does. What nobody can type into stays as it is. */
function quantitySchema(item: Item): z.ZodType<FormAnswer, unknown> {
  const units = unitsOf(item);
  const isTyped = !item.readOnly && !isHidden(item) && !isCalculated(item);
  return z
    .object({ text: numberSchema(item, false), unit: z.string().trim().max(100).optional() })
    .transform(({ text: value, unit }, context): FormAnswer => {
      const chosen = unit ?? (units.length === 1 ? unitName(units[0]!) : undefined);
      if ((units.length > 0 || isTyped) && (chosen === undefined || chosen === ''))
        context.addIssue({ code: 'custom', message: 'A unit is needed', path: ['text'] });
      const coding = units.find((one) => unitName(one) === chosen);
      if (!coding) return { valueQuantity: { value, ...(chosen ? { unit: chosen } : {}) } };
      return {
        valueQuantity: {
          value,
          unit: coding.display ?? coding.code ?? '',
          ...(coding.system === undefined ? {} : { system: coding.system }),
          ...(coding.code === undefined || coding.system === undefined ? {} : { code: coding.code }),
        },
      };
    });
}

export const unitName = (unit: { code?: string | undefined; display?: string | undefined }): string =>
  unit.code ?? unit.display ?? '';

const within = <T extends string>(
  item: Item,
  schema: z.ZodType<T, string>,
  show: (value: string) => string,
) => {
  const least = bound(item, 'minValue');
  const most = bound(item, 'maxValue');
  return schema
    .refine((value) => typeof least !== 'string' || value >= least, {
      error: `Not before ${show(String(least))}`,
    })
    .refine((value) => typeof most !== 'string' || value <= most, {
      error: `Not after ${show(String(most))}`,
    });
};

const readAs = (read: (typed: string) => string | undefined, message: string): z.ZodType<string, string> =>
  z.string().transform((typed, context) => {
    const value = read(typed);
    if (value === undefined) context.addIssue({ code: 'custom', message });
    return value ?? '';
  });

const dateSchema = (item: Item) =>
  within(item, readAs(readPartialDate, 'Write it like 24-Nov-2026'), formatDate);

const dateTimeSchema = (item: Item, timeZone: string) =>
  within(
    item,
    readAs((typed) => {
      const instant = readInstant(typed, timeZone);
      return instant === undefined ? readPartialDate(typed) : withOffset(instant, timeZone);
    }, 'Write it like 24-Nov-2026 14:05'),
    (value) => (value.length > 10 ? formatInstant(value, timeZone) : formatDate(value)),
  );

/** The moment with the site's offset, so that whoever reads it without the site at hand reads the ward's clock. */
const withOffset = (instant: string, timeZone: string): string =>
  Temporal.Instant.from(instant)
    .toZonedDateTimeISO(timeZone)
    .toString({ timeZoneName: 'never', smallestUnit: 'second' });

const timeSchema = (item: Item) =>
  within(
    item,
    readAs((typed) => {
      const parts = /^\s*(\d{1,2}):(\d{2})\s*$/.exec(typed);
      if (!parts || Number(parts[1]) > 23 || Number(parts[2]) > 59) return undefined;
      return `${parts[1]!.padStart(2, '0')}:${parts[2]}:00`;
    }, 'Write it like 14:05'),
    (value) => value.slice(0, 5),
  );

function choiceSchema(item: Item, questionnaire: Questionnaire): z.ZodType<FormAnswer, unknown> {
  const options = optionsOf(item, questionnaire) ?? [];
  return FieldValue.transform(({ text, option }, context): FormAnswer => {
    const chosen = option === undefined ? undefined : options[option];
    if (chosen) return toAnswer(chosen);
    if (item.type === 'open-choice' && text.trim() !== '') return { valueString: text.trim() };
    context.addIssue({ code: 'custom', message: 'Choose from the list', path: ['text'] });
    return {};
  });
}

/** An option or initial value as an answer: the values that answers have, and nothing else. */
export function toAnswer(initial: Initial): FormAnswer {
  const { valueQuantity } = initial;
  return {
    ...(initial.valueBoolean === undefined ? {} : { valueBoolean: initial.valueBoolean }),
    ...(initial.valueInteger === undefined ? {} : { valueInteger: initial.valueInteger }),
    ...(initial.valueDecimal === undefined ? {} : { valueDecimal: initial.valueDecimal }),
    ...(initial.valueDate === undefined ? {} : { valueDate: initial.valueDate }),
    ...(initial.valueDateTime === undefined ? {} : { valueDateTime: initial.valueDateTime }),
    ...(initial.valueTime === undefined ? {} : { valueTime: initial.valueTime }),
    ...(initial.valueString === undefined ? {} : { valueString: initial.valueString }),
    ...(initial.valueUri === undefined ? {} : { valueUri: initial.valueUri }),
    ...(initial.valueCoding === undefined ? {} : { valueCoding: initial.valueCoding }),
    ...(valueQuantity?.value === undefined
      ? {}
      : { valueQuantity: { ...valueQuantity, value: valueQuantity.value } }),
  };
}

/** The answer as its field shows it; the other way round than `answerSchema`. `undefined`: this item cannot show it. */
export function toFieldValue(
  answer: FormAnswer,
  item: Item,
  questionnaire: Questionnaire,
  timeZone: string,
): FieldValue | undefined {
  switch (item.type) {
    case 'boolean':
      return answer.valueBoolean === undefined ? undefined : { text: String(answer.valueBoolean) };
    case 'integer':
    case 'decimal': {
      const value = answer.valueInteger ?? answer.valueDecimal;
      return value === undefined ? undefined : { text: plain(value) };
    }
    case 'quantity': {
      const quantity = answer.valueQuantity;
      if (!quantity) return undefined;
      const unit = unitsOf(item).find(
        (one) => one.code === quantity.code || one.display === quantity.unit || one.code === quantity.unit,
      );
      const name = unit ? unitName(unit) : quantity.unit;
      return { text: plain(quantity.value), ...(name === undefined ? {} : { unit: name }) };
    }
    case 'choice':
    case 'open-choice': {
      const option = (optionsOf(item, questionnaire) ?? []).findIndex((one) =>
        sameAnswer(toAnswer(one), answer),
      );
      if (option >= 0) return { text: '', option };
      return item.type === 'open-choice' && answer.valueString !== undefined
        ? { text: answer.valueString }
        : undefined;
    }
    case 'attachment':
      return answer.valueAttachment && { text: '', picture: answer.valueAttachment };
    case 'dateTime': {
      const moment = answer.valueDateTime;
      if (moment === undefined) return undefined;
      return { text: moment.length > 10 ? formatInstant(moment, timeZone) : formatDate(moment) };
    }
    default: {
      const text = answerInWords(answer);
      return text === '' ? undefined : { text };
    }
  }
}

/** 1e-7 is no number that a field reads. */
const plain = (value: number): string =>
  /e/.test(String(value)) ? value.toFixed(20).replace(/0+$/, '') : String(value);

/** Equal as enableWhen and options have it: a coding by code, and by system where both name one. */
export function sameAnswer(a: FormAnswer, b: FormAnswer): boolean {
  if (a.valueCoding && b.valueCoding) {
    const [left, right] = [a.valueCoding, b.valueCoding];
    if (left.code === undefined || right.code === undefined)
      return left.code === right.code && left.display === right.display;
    return (
      left.code === right.code &&
      (left.system === undefined || right.system === undefined || left.system === right.system)
    );
  }
  const sides = comparable(a, b);
  return sides !== undefined && sides[0] === sides[1];
}

/** Two values that can be told to be more or less than one another; `undefined`: of two kinds, or in units of two kinds. */
export function comparable(
  a: FormAnswer,
  b: FormAnswer,
): [number, number] | [string, string] | [boolean, boolean] | undefined {
  const [left, right] = [inUnitOf(a, b), single(b)];
  if (typeof left === 'number' && typeof right === 'number') return [left, right];
  if (typeof left === 'string' && typeof right === 'string') return [left, right];
  if (typeof left === 'boolean' && typeof right === 'boolean') return [left, right];
  return undefined;
}

/** 102 degrees Fahrenheit are more than 38 degrees Celsius, and 99 are not. Where either names no unit, it is the other's. */
function inUnitOf(a: FormAnswer, b: FormAnswer): ReturnType<typeof single> {
  const unit = a.valueQuantity?.code ?? a.valueQuantity?.unit;
  const wanted = b.valueQuantity?.code ?? b.valueQuantity?.unit;
  return a.valueQuantity && unit !== undefined && wanted !== undefined
    ? inUnit({ value: a.valueQuantity.value, unit }, wanted)
    : single(a);
}

function single(answer: FormAnswer): number | string | boolean | undefined {
  return (
    answer.valueBoolean ??
    answer.valueInteger ??
    answer.valueDecimal ??
    answer.valueQuantity?.value ??
    (answer.valueDateTime !== undefined && answer.valueDateTime.length > 10
      ? Date.parse(answer.valueDateTime)
      : (answer.valueDateTime ?? answer.valueDate)) ??
    answer.valueTime ??
    answer.valueString ??
    answer.valueUri
  );
}
