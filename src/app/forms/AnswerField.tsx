import { Button, Chip, Input, MultiSelect, Select, Textarea, TextInput } from '@mantine/core';
import { useId } from 'react';
import { type UseFormReturn, useController } from 'react-hook-form';
import { answerInWords, formatDate, formatInstant, formatTime, unitInWords } from '../../clinical/index.ts';
import {
  type FieldValue,
  type Form,
  type FormItem,
  isEmpty,
  NO_VALUE,
  unitName,
  unitsOf,
} from '../../forms/index.ts';
import { PictureField } from '../pictures/PictureField.tsx';
import type { SheetFields } from './QuestionnaireFields.tsx';

interface FieldProps {
  item: FormItem;
  path: string;
  sheet: UseFormReturn<SheetFields>;
  form: Form;
  label: string;
  problem: string | undefined;
}

/** More than this many answers to choose from are a list to search, not a row to tap. */
const MOST_CHIPS = 8;

/** The field of one question, by its type. A question that repeats has several fields, or several choices. */
export function AnswerField(props: FieldProps) {
  const { item, path, sheet } = props;
  const { field } = useController({ control: sheet.control, name: `${path}.values` as 'nodes.0.values' });
  const values = field.value.length > 0 ? field.value : [NO_VALUE];
  const change = (next: FieldValue[]): void => {
    field.onChange(next.length > 0 ? next : [NO_VALUE]);
    if (props.problem !== undefined) void sheet.trigger();
  };
  if (item.type === 'boolean')
    return <YesNo {...props} value={values[0]!} onChange={(value) => change([value])} />;
  if (item.type === 'choice' || item.type === 'open-choice')
    return <Choice {...props} values={values} onChange={change} />;
  if (item.type === 'attachment') return <PictureField {...props} values={values} onChange={change} />;
  return (
    <>
      {values.map((value, at) => (
        <Typed
          // The place is the identity: values have none, and none is moved.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          key={at}
          {...props}
          label={at === 0 ? props.label : `${props.label} (${at + 1})`}
          problem={at === 0 ? props.problem : undefined}
          value={value}
          onChange={(next) => change(values.with(at, next))}
        />
      ))}
      {item.repeats && !item.readOnly && values.length < item.maxOccurs && !isEmpty(values.at(-1)!) && (
        <div>
          <Button variant="default" onClick={() => change([...values, NO_VALUE])}>
            Another answer: {props.label}
          </Button>
        </div>
      )}
    </>
  );
}

type OneValue = FieldProps & { value: FieldValue; onChange: (value: FieldValue) => void };

/** A row of answers to tap; a second tap takes the answer back. */
function Tiles({
  label,
  problem,
  readOnly,
  tiles,
}: {
  label: string;
  problem: string | undefined;
  readOnly: boolean;
  tiles: { label: string; on: boolean; tap: () => void }[];
}) {
  const id = useId();
  return (
    <fieldset className="tiles" aria-labelledby={id}>
      <Input.Label id={id} component="div" size="md">
        {label}
      </Input.Label>
      <div className="row">
        {tiles.map((tile) => (
          <Chip key={tile.label} size="lg" checked={tile.on} onChange={tile.tap} disabled={readOnly}>
            {tile.label}
          </Chip>
        ))}
      </div>
      {problem && <Input.Error role="alert">{problem}</Input.Error>}
    </fieldset>
  );
}

function YesNo({ item, label, problem, value, onChange }: OneValue) {
  const tile = (name: string, text: string) => ({
    label: name,
    on: value.text === text,
    tap: () => onChange(value.text === text ? NO_VALUE : { text }),
  });
  return (
    <Tiles
      label={label}
      problem={problem}
      readOnly={item.readOnly}
      tiles={[tile('Yes', 'true'), tile('No', 'false')]}
    />
  );
}

function Choice({
  item,
  label,
  problem,
  values,
  onChange,
}: FieldProps & { values: FieldValue[]; onChange: (values: FieldValue[]) => void }) {
  const chosen = values.flatMap(({ option }) => option ?? []);
  const free = values.find((value) => value.option === undefined && !isEmpty(value));
  const options = item.options.map((option, place) => ({
    value: String(place),
    label: answerInWords(option),
  }));
  const tell = (places: readonly number[], text: string): void =>
    onChange([...places.map((option) => ({ text: '', option })), ...(text.trim() === '' ? [] : [{ text }])]);
  const tap = (place: number): void =>
    chosen.includes(place)
      ? tell(
          chosen.filter((other) => other !== place),
          free?.text ?? '',
        )
      : tell(
          item.repeats ? [...chosen, place].sort((a, b) => a - b) : [place],
          item.repeats ? (free?.text ?? '') : '',
        );
  return (
    <div className="stack">
      {options.length > 0 && options.length <= MOST_CHIPS && (
        <Tiles
          label={label}
          problem={problem}
          readOnly={item.readOnly}
          tiles={options.map((option, place) => ({
            label: option.label,
            on: chosen.includes(place),
            tap: () => tap(place),
          }))}
        />
      )}
      {options.length > MOST_CHIPS &&
        (item.repeats ? (
          <MultiSelect
            label={label}
            error={problem}
            data={options}
            value={chosen.map(String)}
            onChange={(next) => tell(next.map(Number), free?.text ?? '')}
            searchable
            disabled={item.readOnly}
          />
        ) : (
          <Select
            label={label}
            error={problem}
            data={options}
            value={chosen[0] === undefined ? null : String(chosen[0])}
            onChange={(next) => tell(next === null ? [] : [Number(next)], '')}
            searchable
            clearable
            disabled={item.readOnly}
          />
        ))}
      {item.type === 'open-choice' && (
        <TextInput
          label={options.length > 0 ? `${label} – something else` : label}
          value={free?.text ?? ''}
          onChange={(event) => tell(item.repeats ? chosen : [], event.currentTarget.value)}
          readOnly={item.readOnly}
          {...(options.length > 0 ? {} : { error: problem })}
        />
      )}
    </div>
  );
}

const HINTS: Record<string, string> = {
  date: '24-Nov-2026',
  dateTime: '24-Nov-2026 14:05',
  time: '14:05',
};

function Typed({ item, form, label, problem, value, onChange }: OneValue) {
  const typed = (text: string): void => onChange({ ...value, text });
  const hint = HINTS[item.type];
  if (item.type === 'text')
    return (
      <Textarea
        label={label}
        error={problem}
        autosize
        minRows={2}
        value={value.text}
        readOnly={item.readOnly}
        onChange={(event) => typed(event.currentTarget.value)}
      />
    );
  const units = unitsOf(item.source);
  const isNumber = ['integer', 'decimal', 'quantity'].includes(item.type);
  const unit = units.length === 1 || !['quantity'].includes(item.type) ? units[0] : undefined;
  return (
    <div className="row fields">
      <TextInput
        label={unit ? `${label} (${unitInWords(unit)})` : label}
        error={problem}
        value={value.text}
        readOnly={item.readOnly}
        {...(hint === undefined ? {} : { placeholder: hint })}
        {...(isNumber ? { inputMode: 'decimal' as const, maw: 240 } : { style: { flex: 1 }, maw: 480 })}
        onChange={(event) => typed(event.currentTarget.value)}
        {...(hint === undefined || item.readOnly
          ? {}
          : {
              rightSectionWidth: 84,
              rightSection: (
                <Button
                  variant="subtle"
                  size="compact-md"
                  aria-label={`${item.type === 'date' ? 'Today' : 'Now'}: ${label}`}
                  onClick={() => typed(nowFor(item.type, form.timeZone))}
                >
                  {item.type === 'date' ? 'Today' : 'Now'}
                </Button>
              ),
            })}
      />
      {item.type === 'quantity' && units.length !== 1 && (
        <UnitField units={units} label={label} value={value} onChange={onChange} readOnly={item.readOnly} />
      )}
    </div>
  );
}

function UnitField({
  units,
  label,
  value,
  onChange,
  readOnly,
}: {
  units: ReturnType<typeof unitsOf>;
  label: string;
  value: FieldValue;
  onChange: (value: FieldValue) => void;
  readOnly: boolean;
}) {
  if (units.length === 0)
    return (
      <TextInput
        label={`Unit of ${label}`}
        value={value.unit ?? ''}
        readOnly={readOnly}
        onChange={(event) => onChange({ ...value, unit: event.currentTarget.value })}
        maw={160}
      />
    );
  return (
    <Select
      label={`Unit of ${label}`}
      data={units.map((unit) => ({ value: unitName(unit), label: unitInWords(unit) }))}
      value={value.unit ?? null}
      disabled={readOnly}
      onChange={(unit) => onChange({ text: value.text, ...(unit === null ? {} : { unit }) })}
      maw={200}
    />
  );
}

export function nowFor(type: string, timeZone: string): string {
  const now = new Date().toISOString();
  if (type === 'time') return formatTime(now, timeZone);
  const moment = formatInstant(now, timeZone);
  return type === 'date' ? moment.slice(0, formatDate('2026-11-24').length) : moment;
}
