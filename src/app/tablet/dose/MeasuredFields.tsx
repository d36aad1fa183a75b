import { SegmentedControl, Select, TextInput } from '@mantine/core';
import {
  type Chart,
  type ChartOrder,
  checkVital,
  formatAgo,
  formatInstant,
  formatQuantity,
  Glucose,
  glucoseInWords,
  LimitedParameter,
  lastGlucose,
  lastMeasured,
  type Measured,
  type MedicationDetail,
  SITES,
  stands,
  VITAL_PARAMETERS,
} from '../../../clinical/index.ts';
import { readNumber } from '../forms/read-number.ts';

/** Vital signs that the order sets limits for. */
export const limitedBy = ({ limits = [] }: MedicationDetail): Measured['parameter'][] =>
  limits.map(({ parameter }) => parameter);

/** What a dose may be held for that is no vital sign: said in the comment. */
export const ANOTHER = 'another';

/** Which parameter a dose is held for. */
export function ParameterChoice({
  chosen,
  onChoose,
}: {
  chosen: string;
  onChoose: (parameter: string) => void;
}) {
  return (
    <SegmentedControl
      className="wraps"
      aria-label="Which parameter"
      size="lg"
      value={chosen}
      onChange={onChoose}
      data={[
        ...LimitedParameter.options.map((parameter) => ({
          value: parameter,
          label: VITAL_PARAMETERS.find(({ name }) => name === parameter)!.label,
        })),
        { value: ANOTHER, label: 'Another' },
      ]}
    />
  );
}

/** Vital signs that the dose goes by, measured now. Typed values by parameter; empty: the last one holds. */
export function LimitFields({
  chart,
  parameters,
  now,
  typed,
  onType,
}: {
  chart: Chart;
  parameters: readonly Measured['parameter'][];
  now: string;
  typed: Record<string, string>;
  onType: (typed: Record<string, string>) => void;
}) {
  return parameters.map((parameter) => {
    const { label, unit } = VITAL_PARAMETERS.find(({ name }) => name === parameter)!;
    const last = lastMeasured(chart, parameter, now);
    return (
      <TextInput
        key={parameter}
        label={`${label} now, ${unit}`}
        description={last ? `Last ${last.value}, ${formatAgo(last.at, now)}` : 'None known here'}
        inputMode="decimal"
        maw={240}
        value={typed[parameter] ?? ''}
        error={measuredProblem(parameter, typed[parameter])}
        onChange={(event) => onType({ ...typed, [parameter]: event.currentTarget.value })}
      />
    );
  });
}

function measuredProblem(parameter: Measured['parameter'], typed: string | undefined): string | undefined {
  if (typed === undefined || typed.trim() === '') return undefined;
  const value = readNumber(typed);
  if (value === undefined) return 'Write it as a number';
  const verdict = checkVital(parameter, value);
  return verdict.verdict === 'refuse' ? verdict.message : undefined;
}

/** `undefined`: something typed is no value that can be. */
export function readMeasured(
  parameters: readonly Measured['parameter'][],
  typed: Record<string, string>,
): Measured[] | undefined {
  const measured: Measured[] = [];
  for (const parameter of parameters) {
    if (measuredProblem(parameter, typed[parameter]) !== undefined) return undefined;
    const value = readNumber(typed[parameter]);
    if (value !== undefined) measured.push({ parameter, value });
  }
  return measured;
}

export const readGlucose = (typed: string, unit: string): Glucose | undefined => {
  const parsed = Glucose.safeParse({ value: readNumber(typed), unit });
  return parsed.success ? parsed.data : undefined;
};

/** The glucose for this dose, with the last four and what was given by them. */
export function GlucoseField({
  chart,
  order,
  now,
  typed,
  unit,
  timeZone,
  onType,
  onUnit,
}: {
  chart: Chart;
  order: ChartOrder;
  now: string;
  typed: string;
  unit: string;
  timeZone: string;
  onType: (typed: string) => void;
  onUnit: (unit: string) => void;
}) {
  const before = order.administrations
    .filter((dose) => stands(dose) && dose.body.glucose !== undefined)
    .sort((a, b) => Date.parse(b.body.effectiveAt) - Date.parse(a.body.effectiveAt))
    .slice(0, 4);
  const last = lastGlucose(chart, now);
  return (
    <div className="stack">
      <div className="row fields">
        <TextInput
          label="Glucose now"
          description={
            last
              ? `Last ${glucoseInWords(last.glucose, chart.settings.glucoseUnit)}, ${formatAgo(last.at, now)}`
              : 'By the meter'
          }
          inputMode="decimal"
          maw={200}
          value={typed}
          error={
            typed.trim() !== '' && readGlucose(typed, unit) === undefined
              ? `Not possible in ${unit}: is it the other unit?`
              : undefined
          }
          onChange={(event) => onType(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label="Unit of glucose"
          size="md"
          value={unit}
          onChange={onUnit}
          data={['mg/dL', 'mmol/L']}
        />
      </div>
      {before.map(({ id, body }) => (
        <span key={id} className="quiet">
          {formatInstant(body.effectiveAt, timeZone)}:{' '}
          {body.glucose && glucoseInWords(body.glucose, chart.settings.glucoseUnit)}
          {body.dose ? ` – given ${formatQuantity(body.dose)}` : ''}
        </span>
      ))}
    </div>
  );
}

/** Where it is injected or put, with the last place, so that sites are changed in turn. */
export function SiteField({
  order,
  value,
  onChange,
}: {
  order: ChartOrder;
  value: string;
  onChange: (site: string) => void;
}) {
  const last = order.administrations
    .filter((dose) => stands(dose) && dose.body.site !== undefined)
    .sort((a, b) => Date.parse(b.body.effectiveAt) - Date.parse(a.body.effectiveAt))[0];
  return (
    <Select
      label="Site"
      description={last ? `Last: ${last.body.site}` : 'Where on the body'}
      placeholder="Choose"
      maw={260}
      value={value || null}
      data={[...SITES]}
      onChange={(site) => onChange(site ?? '')}
    />
  );
}
