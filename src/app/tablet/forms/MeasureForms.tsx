import { Checkbox, TextInput } from '@mantine/core';
import { z } from 'zod';
import {
  BodyMeasured,
  convertedGlucose,
  FLUID_WORDS,
  FluidIn,
  FluidOut,
  FluidRoute,
  fluidAsk,
  GLUCOSE_WORDS,
  GlucoseMeasured,
  GlucoseUnit,
  glucoseAsk,
  glucoseLevel,
  PainAssessed,
  painInWords,
} from '../../../clinical/index.ts';
import { MeasureFrame, type MeasureProps, Pick } from './MeasureFrame.tsx';
import { RATINGS } from './ratings.ts';
import { readNumber } from './read-number.ts';
import { useKept } from './use-kept.ts';

const Rating = PainAssessed.shape.onMovement;
const ROUTES = [...FluidIn.options, ...FluidOut.options].map((value: FluidRoute) => ({
  value,
  label: FLUID_WORDS[value],
}));

/** What went in or came out. What was not measured is said so. */
export function FluidForm(props: MeasureProps<'fluid-recorded'>) {
  const before = props.amend?.body;
  const [route, setRoute] = useKept('route', FluidRoute.optional(), before?.route);
  const [volume, setVolume] = useKept('volume', z.string(), String(before?.volumeMl ?? ''));
  const [notMeasured, setNotMeasured] = useKept('notMeasured', z.boolean(), before?.notMeasured === true);
  const [detail, setDetail] = useKept('detail', z.string(), before?.detail ?? '');
  const volumeMl = readNumber(volume);
  const sides = [
    { label: 'In', options: ROUTES.slice(0, FluidIn.options.length) },
    { label: 'Out', options: ROUTES.slice(FluidIn.options.length) },
  ];
  return (
    <MeasureFrame
      title="Fluid in or out"
      props={props}
      ask={route && !notMeasured && volumeMl !== undefined ? fluidAsk(route, volumeMl) : undefined}
      content={
        route === undefined || (!notMeasured && volumeMl === undefined)
          ? undefined
          : {
              kind: 'fluid-recorded',
              route,
              ...(notMeasured ? { notMeasured: true as const } : { volumeMl: volumeMl! }),
              ...(detail.trim() === '' ? {} : { detail: detail.trim() }),
            }
      }
    >
      {sides.map(({ label, options }) => (
        <Pick key={label} label={label} options={options} value={route} onChange={setRoute} />
      ))}
      <div className="row fields">
        <TextInput
          label="Volume (mL)"
          inputMode="numeric"
          value={notMeasured ? '' : volume}
          disabled={notMeasured}
          onChange={(event) => setVolume(event.currentTarget.value)}
          maw={200}
        />
        <Checkbox
          size="md"
          label="Not measured"
          checked={notMeasured}
          onChange={(event) => setNotMeasured(event.currentTarget.checked)}
        />
      </div>
      <TextInput
        label="What it was, or which drain"
        value={detail}
        onChange={(event) => setDetail(event.currentTarget.value)}
        maw={480}
      />
    </MeasureFrame>
  );
}

/** `unit`: the ward's, or that of the last value on this chart; whoever measures with another meter changes it. */
export function GlucoseForm({
  unit: usual,
  ...props
}: MeasureProps<'glucose-measured'> & { unit: GlucoseUnit }) {
  const before = props.amend?.body;
  const [typed, setTyped] = useKept('value', z.string(), String(before?.value ?? ''));
  const [unit, setUnit] = useKept('unit', GlucoseUnit, before?.unit ?? usual);
  const [sample, setSample] = useKept('sample', GlucoseMeasured.shape.sample, before?.sample ?? 'capillary');
  const [meal, setMeal] = useKept('meal', GlucoseMeasured.shape.meal, before?.meal);
  const [help, setHelp] = useKept('neededHelp', z.boolean(), before?.neededHelp === true);
  const value = readNumber(typed);
  const level = value === undefined ? undefined : glucoseLevel(value, unit, help);
  const words = level && GLUCOSE_WORDS[level];
  const other = value === undefined ? undefined : convertedGlucose(value, unit);
  const isLow = level?.startsWith('low') ?? false;
  return (
    <MeasureFrame
      title="Blood glucose"
      props={props}
      ask={value === undefined ? undefined : glucoseAsk(value, unit)}
      content={
        value === undefined
          ? undefined
          : {
              kind: 'glucose-measured',
              value,
              unit,
              sample,
              ...(meal === undefined ? {} : { meal }),
              ...(help ? { neededHelp: true as const } : {}),
            }
      }
    >
      <div className="row fields">
        <TextInput
          label={`Glucose (${unit})`}
          inputMode="decimal"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          maw={200}
        />
        <Pick
          label="Unit of the meter"
          options={(['mg/dL', 'mmol/L'] as const).map((name) => ({ value: name, label: name }))}
          value={unit}
          onChange={(next) => next && setUnit(next)}
        />
      </div>
      {words && other && (
        <p className={isLow ? 'notice stop' : 'notice'} role="status">
          <strong>
            {isLow ? '▲ ' : ''}
            {words.title}
          </strong>{' '}
          ({other.value} {other.unit}). {words.asks}
        </p>
      )}
      {value !== undefined && (
        <Checkbox
          size="md"
          label="It was a low, and needed another person’s help"
          checked={help}
          onChange={(event) => setHelp(event.currentTarget.checked)}
        />
      )}
      <Pick
        label="Sample"
        options={[
          { value: 'capillary', label: 'Capillary' },
          { value: 'venous', label: 'Venous' },
          { value: 'arterial', label: 'Arterial' },
        ]}
        value={sample}
        onChange={(next) => next && setSample(next)}
      />
      <Pick
        label="Meal"
        options={[
          { value: 'before', label: 'Before' },
          { value: 'after', label: 'After' },
          { value: 'fasting', label: 'Fasting' },
        ]}
        value={meal}
        onChange={setMeal}
      />
    </MeasureFrame>
  );
}

/** 0 none, 10 the worst imaginable. */
export function PainForm(props: MeasureProps<'pain-assessed'>) {
  const before = props.amend?.body;
  const [atRest, setAtRest] = useKept('atRest', Rating, before?.atRest);
  const [onMovement, setOnMovement] = useKept('onMovement', Rating, before?.onMovement);
  const [site, setSite] = useKept('site', z.string(), before?.site ?? '');
  const said = (rating: number | undefined): string =>
    rating === undefined ? '' : `: ${rating} ${painInWords(rating)}`;
  return (
    <MeasureFrame
      title="Pain, 0 to 10"
      props={props}
      content={
        atRest === undefined
          ? undefined
          : {
              kind: 'pain-assessed',
              atRest,
              ...(onMovement === undefined ? {} : { onMovement }),
              ...(site.trim() === '' ? {} : { site: site.trim() }),
            }
      }
    >
      <p className="quiet">0 is none, 10 is the worst imaginable. The patient says the number.</p>
      <Pick label={`At rest${said(atRest)}`} options={RATINGS} value={atRest} onChange={setAtRest} />
      <Pick
        label={`On movement${said(onMovement)}`}
        options={RATINGS}
        value={onMovement}
        onChange={setOnMovement}
      />
      <TextInput
        label="Where"
        value={site}
        onChange={(event) => setSite(event.currentTarget.value)}
        maw={480}
      />
    </MeasureFrame>
  );
}

/** `last`: the newest weight of this chart, to ask again when another differs by more than a tenth (codes.md). */
export function BodyForm({ last, ...props }: MeasureProps<'body-measured'> & { last: number | undefined }) {
  const before = props.amend?.body;
  const [weight, setWeight] = useKept('weight', z.string(), String(before?.weightKg ?? ''));
  const [height, setHeight] = useKept('height', z.string(), String(before?.heightCm ?? ''));
  const [method, setMethod] = useKept('method', BodyMeasured.shape.method.optional(), before?.method);
  const [weightKg, heightCm] = [readNumber(weight), readNumber(height)];
  const differs = last !== undefined && weightKg !== undefined && Math.abs(weightKg - last) > last / 10;
  const unread =
    (weight.trim() !== '' && weightKg === undefined) || (height.trim() !== '' && heightCm === undefined);
  return (
    <MeasureFrame
      title="Weight and height"
      props={props}
      problem={unread ? 'Write numbers, like 72.5' : undefined}
      ask={differs ? `${weightKg} kg is more than a tenth away from ${last} kg. Is it right?` : undefined}
      content={
        method === undefined || unread || (weightKg === undefined && heightCm === undefined)
          ? undefined
          : {
              kind: 'body-measured',
              method,
              ...(weightKg === undefined ? {} : { weightKg }),
              ...(heightCm === undefined ? {} : { heightCm }),
            }
      }
    >
      <div className="row fields">
        <TextInput
          label="Weight (kg)"
          inputMode="decimal"
          value={weight}
          onChange={(event) => setWeight(event.currentTarget.value)}
          maw={200}
        />
        <TextInput
          label="Height (cm)"
          inputMode="decimal"
          value={height}
          onChange={(event) => setHeight(event.currentTarget.value)}
          maw={200}
        />
      </div>
      <Pick
        label="How it is known"
        options={[
          { value: 'measured', label: 'Measured' },
          { value: 'stated', label: 'Patient says so' },
          { value: 'estimated', label: 'Estimated' },
        ]}
        value={method}
        onChange={setMethod}
      />
    </MeasureFrame>
  );
}
