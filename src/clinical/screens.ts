import { stands } from './chart/standing.ts';
import type { Chart } from './chart/types.ts';
import type { BodyOf, VitalValues } from './entries/index.ts';
import { type Person, SCREENS, type ScreenTable } from './screen-tables.ts';

/** What a clinician signs: one name for each score, whatever tables it has. */
export const SCREENS_TO_SIGN: readonly Pick<ScreenTable, 'id' | 'title' | 'source'>[] = SCREENS.filter(
  ({ needs, family, id }) =>
    needs === 'signed' && (family === undefined || SCREENS.find((one) => one.family === family)?.id === id),
).map(({ id, family, title, source }) =>
  family === undefined ? { id, title, source } : { id: family, title: title.split(',')[0] ?? title, source },
);

/** Screens that a nurse may use for this person on this ward. */
export const screensFor = (person: Person, signed: readonly { screen: string }[]): readonly ScreenTable[] =>
  SCREENS.filter(
    (table) =>
      table.for(person) &&
      (table.needs === 'nothing' || signed.some(({ screen }) => screen === (table.family ?? table.id))),
  );

type Answers = Readonly<Record<string, number>>;

/** What was answered, as the entry keeps it: in words, with its sum where nothing is missing. */
export function screenResult(
  table: ScreenTable,
  answers: Answers,
): Pick<BodyOf<'screen-recorded'>, 'screen' | 'answers' | 'total' | 'says' | 'asks'> {
  const answered = table.items.flatMap((item) => {
    const option = item.options[answers[item.id] ?? -1];
    return option
      ? [
          {
            id: item.id,
            text: item.text,
            answer: option.label,
            ...(table.scored ? { score: option.score } : {}),
            value: option.score,
          },
        ]
      : [];
  });
  const whole = answered.length === table.items.length;
  const total = answered.reduce((sum, { value }) => sum + value, 0);
  // A risk that is there is there, whatever was not asked.
  const says = whole || (!table.scored && total > 0) ? table.says(total) : '';
  // Answers only add to the sum, so what is reached is reached, whatever was not asked.
  const level = (table.asks ?? []).findLastIndex(([from]) => total >= from);
  const [, words] = table.asks?.[level] ?? [];
  return {
    screen: { id: table.id, title: table.title },
    answers: answered.map(({ value: _, ...kept }) => kept),
    ...(whole && table.scored ? { total } : {}),
    ...(says === '' ? {} : { says }),
    ...(words === undefined ? {} : { asks: { level: level + 1, words } }),
  };
}

/** Vital signs answer a screen that long: a screen is of now, and no publisher names a time (ours, as for a glucose). */
const VITALS_GOOD_FOR_MS = 60 * 60_000;

/** The newest vital signs that may answer a screen now; none of a clock that runs ahead. */
export const freshVitals = (
  { vitals }: Pick<Chart, 'vitals'>,
  now: string,
): Chart['vitals'][number] | undefined =>
  vitals.find((set) => {
    const ageMs = Date.parse(now) - Date.parse(set.body.effectiveAt);
    return stands(set) && ageMs >= -60_000 && ageMs <= VITALS_GOOD_FOR_MS;
  });

/** What these vital signs answer already, by place of the option; the nurse sees it and may change it. */
export function answersFromVitals(table: ScreenTable, values: VitalValues | undefined): Answers {
  if (!values) return {};
  const { respirationRate, systolic, diastolic, pulse, oxygenSaturation, oxygenDevice, consciousness } =
    values;
  const said = (id: string, is: boolean | undefined): Answers =>
    is === undefined ? {} : { [id]: is ? 1 : 0 };
  const outside = (value: number | undefined, low: number, high: number): boolean | undefined =>
    value === undefined ? undefined : value < low || value > high;
  const mental = consciousness === undefined ? undefined : consciousness !== 'alert';
  if (table.id === 'qsofa')
    return {
      ...said('respiration', respirationRate === undefined ? undefined : respirationRate >= 22),
      ...said('systolic', systolic === undefined ? undefined : systolic <= 100),
      ...said('mental', mental),
    };
  if (table.id === 'maternity')
    return {
      ...said('systolic', outside(systolic, 90, 160)),
      ...said('diastolic', diastolic === undefined ? undefined : diastolic > 100),
      ...said('pulse', outside(pulse, 50, 120)),
      ...said('respiration', outside(respirationRate, 10, 30)),
      ...said(
        'saturation',
        oxygenSaturation === undefined || oxygenDevice !== 'A' ? undefined : oxygenSaturation < 95,
      ),
      ...said('mental', mental),
    };
  return {};
}
