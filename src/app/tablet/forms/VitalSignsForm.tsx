import { zodResolver } from '@hookform/resolvers/zod';
import { Checkbox, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core';
import { Fragment, useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import {
  type BodyOf,
  type Chart,
  type Charted,
  Consciousness,
  checkVital,
  dayAndTime,
  explainNews2,
  hasValues,
  isMeasured,
  NEWS2_ACKNOWLEDGEMENT,
  type News2,
  news2Label,
  news2Response,
  OXYGEN_DEVICES,
  OxygenDevice,
  scoreNews2,
  stands,
  VITAL_PARAMETERS,
  type VitalNumber,
  type VitalValues,
} from '../../../clinical/index.ts';
import { draftKey } from './drafts.ts';
import { FormFrame, firstProblem, TimeField, toLocal } from './FormFrame.tsx';
import { readNumber } from './read-number.ts';
import { useDraft } from './use-draft.ts';
import { useEffectiveTime } from './use-effective-time.ts';
import { useSave } from './use-save.ts';

const CONSCIOUSNESS: { value: Consciousness | ''; label: string }[] = [
  // A wrong tap is taken back: what was not looked at is not charted.
  { value: '', label: 'Not taken' },
  { value: 'alert', label: 'Alert' },
  { value: 'confusion', label: 'Confusion (new)' },
  { value: 'voice', label: 'Voice' },
  { value: 'pain', label: 'Pain' },
  { value: 'unresponsive', label: 'Unresponsive' },
];

/** The form as it is typed, and as it is kept in a draft. */
const VitalFields = z.object({
  numbers: z.partialRecord(z.enum(VITAL_PARAMETERS.map(({ name }) => name) as [VitalNumber]), z.string()),
  device: z.union([OxygenDevice, z.literal('')]),
  scale: z.enum(['1', '2']),
  consciousness: z.union([Consciousness, z.literal('')]),
  takenAt: z.string(),
  comment: z.string(),
  reason: z.string(),
  notDone: z.enum(['', 'refused', 'not-possible']),
  whyNotDone: z.string().max(300, 'Why not has at most 300 characters'),
});
type Fields = z.infer<typeof VitalFields>;

/** Empty is "not taken"; what is typed and is no number becomes NaN, which every check refuses. */
const parseNumber = (text: string | undefined): number | undefined =>
  (text ?? '').trim() === '' ? undefined : (readNumber(text) ?? Number.NaN);

/** What the fields say, as values; a field that is no number is left out and shown as an error beside it. */
function valuesOf(fields: Fields): VitalValues {
  const numbers = Object.fromEntries(
    VITAL_PARAMETERS.flatMap(({ name }) => {
      const value = parseNumber(fields.numbers[name]);
      return value === undefined || Number.isNaN(value) ? [] : [[name, value]];
    }),
  );
  return {
    ...numbers,
    saturationScale: fields.scale === '2' ? 2 : 1,
    ...(fields.device === '' ? {} : { oxygenDevice: fields.device }),
    ...(fields.consciousness === '' ? {} : { consciousness: fields.consciousness }),
  };
}

/** One set of observations, in the order of measuring, scored as it is entered. */
export function VitalSignsForm({
  chart,
  timeZone,
  now,
  amend,
  draft,
  onDone,
  onCancel,
}: {
  chart: Chart;
  timeZone: string;
  now: string;
  amend?: Charted<BodyOf<'vital-signs'>> | undefined;
  draft?: unknown;
  /** With the score of a whole set, so that what it asks for is seen and not only that it was saved. */
  onDone: (message: string, score?: News2) => void;
  onCancel: () => void;
}) {
  const before = amend?.body.values;
  const standing = chart.vitals.filter((set) => stands(set) && isMeasured(set));
  // Which scale a clinician has prescribed is what the sets before were scored on: the next one goes on with it.
  const usualScale = (standing.find(({ body }) => body.values.oxygenSaturation !== undefined) ?? standing[0])
    ?.body.values.saturationScale;
  // A draft of an older version lacks what was added since.
  const kept = VitalFields.safeParse({ notDone: '', whyNotDone: '', ...(draft as object | undefined) });
  const { register, watch, setValue, handleSubmit, formState } = useForm<Fields>({
    resolver: zodResolver(VitalFields),
    defaultValues: kept.success
      ? kept.data
      : {
          numbers: Object.fromEntries(
            VITAL_PARAMETERS.flatMap(({ name }) =>
              before?.[name] === undefined ? [] : [[name, String(before[name])]],
            ),
          ),
          device: before?.oxygenDevice ?? '',
          scale: (before?.saturationScale ?? usualScale) === 2 ? '2' : '1',
          consciousness: before?.consciousness ?? '',
          takenAt: toLocal(amend?.body.effectiveAt ?? now, timeZone),
          comment: amend?.body.comment ?? '',
          reason: '',
          notDone: amend?.body.notDone?.because ?? '',
          whyNotDone: amend?.body.notDone?.words ?? '',
        },
  });
  const [confirmed, setConfirmed] = useState<ReadonlySet<string>>(new Set());
  const patient = chart.identity.id;
  const key = amend ? draftKey('vital-signs-amendment', patient, amend.id) : draftKey('vital-signs', patient);
  const saving = useSave(timeZone, key);
  const fields = watch();
  const values = valuesOf(fields);
  const [last] = standing;
  const checks = VITAL_PARAMETERS.map((parameter) => {
    const value = parseNumber(fields.numbers[parameter.name]);
    return {
      parameter,
      check: value === undefined ? undefined : checkVital(parameter.name, value),
      key: `${parameter.name} ${value}`,
    };
  });
  const refused = checks.some(({ check }) => check?.verdict === 'refuse');
  const unconfirmed = checks.some(({ check, key }) => check?.verdict === 'ask' && !confirmed.has(key));
  const nothing = !hasValues(values);
  const whyNotDone = fields.whyNotDone.trim();
  const typed =
    Object.values(fields.numbers).some((text) => text.trim() !== '') ||
    // Tapped is chosen as much as typed.
    !nothing ||
    fields.comment.trim() !== '' ||
    fields.notDone !== '';
  const time = useEffectiveTime(fields.takenAt, timeZone, now, amend?.body.effectiveAt);
  const draftKept = useDraft(key, patient, typed || amend ? fields : undefined);
  const applies = chart.care.news2Applies;
  const score = scoreNews2(values);

  const submit = handleSubmit(async () => {
    const effectiveAt = time.at ?? '';
    const message = await saving.save(chart.identity.id, {
      kind: 'vital-signs',
      effectiveAt,
      values,
      ...(fields.notDone === ''
        ? {}
        : {
            notDone: {
              because: fields.notDone,
              ...(fields.notDone === 'refused' || whyNotDone === '' ? {} : { words: whyNotDone }),
            },
          }),
      ...(fields.comment.trim() === '' ? {} : { comment: fields.comment.trim() }),
      ...(amend ? { replaces: amend.id, reason: fields.reason.trim() } : {}),
    });
    if (!message) return;
    await draftKept.discard();
    onDone(message, applies && score.total !== null ? score : undefined);
  });

  return (
    <FormFrame
      title={amend ? 'Amend vital signs' : 'Record vital signs'}
      submit="Save vital signs"
      busy={saving.busy}
      problem={saving.problem ?? draftKept.problem ?? firstProblem(formState.errors)}
      disabled={
        time.at === undefined ||
        (nothing && fields.notDone === '') ||
        (fields.notDone === 'not-possible' && whyNotDone === '') ||
        refused ||
        unconfirmed ||
        (amend !== undefined && fields.reason.trim() === '')
      }
      onSubmit={submit}
      onCancel={() => void draftKept.flush().then(onCancel)}
      aside={
        applies &&
        !nothing && (
          // The full score stands below with its explanation and is announced there; this repeats it for the eye.
          <span aria-hidden="true">
            NEWS2 <span className={`score ${score.risk}`}>{score.total ?? `≥${score.partial}`}</span>
          </span>
        )
      }
    >
      <div className="vitals-grid">
        {checks.map(({ parameter, check, key }) => (
          <Fragment key={parameter.name}>
            <div>
              <TextInput
                label={parameter.label}
                description={`${parameter.unit}${last?.body.values[parameter.name] === undefined ? '' : ` · last ${last.body.values[parameter.name]} at ${dayAndTime(last.body.effectiveAt, now, timeZone)}`}`}
                inputMode="decimal"
                styles={{ input: { fontSize: '1.6rem', fontWeight: 700, height: 56 } }}
                error={check?.verdict === 'refuse' ? check.message : undefined}
                {...register(`numbers.${parameter.name}`)}
              />
              {check?.verdict === 'ask' && (
                <div className="notice" role="alert">
                  {check.message}
                  <Checkbox
                    mt={6}
                    size="md"
                    label="This value is right"
                    checked={confirmed.has(key)}
                    onChange={(event) =>
                      setConfirmed(
                        new Set(
                          event.currentTarget.checked
                            ? [...confirmed, key]
                            : [...confirmed].filter((other) => other !== key),
                        ),
                      )
                    }
                  />
                </div>
              )}
            </div>
            {/* Asked where the eye is: what the patient breathes belongs to the saturation. */}
            {parameter.name === 'oxygenSaturation' && (
              <Select
                label="Air or oxygen"
                placeholder="Choose"
                data={OxygenDevice.options.map((value) => ({ value, label: OXYGEN_DEVICES[value] }))}
                value={fields.device || null}
                onChange={(value) => setValue('device', (value ?? '') as Fields['device'])}
              />
            )}
          </Fragment>
        ))}
      </div>
      <div>
        <p id="consciousness-label">Consciousness</p>
        <SegmentedControl
          className="wraps"
          aria-labelledby="consciousness-label"
          size="md"
          value={fields.consciousness}
          onChange={(value) => setValue('consciousness', value as Fields['consciousness'])}
          data={CONSCIOUSNESS}
        />
      </div>
      <div>
        <p id="scale-label">Saturation scale (scale 2 only when a clinician has prescribed 88–92 %)</p>
        <SegmentedControl
          aria-labelledby="scale-label"
          size="md"
          value={fields.scale}
          onChange={(value) => setValue('scale', value as Fields['scale'])}
          data={[
            { value: '1', label: 'Scale 1' },
            { value: '2', label: 'Scale 2' },
          ]}
        />
        {!amend && usualScale !== undefined && String(usualScale) !== fields.scale && (
          <p className="notice" role="alert">
            The sets before were scored on scale {usualScale}. Change it only if a clinician has prescribed
            that.
          </p>
        )}
      </div>
      <div>
        <p id="not-done-label">What is missing of this set</p>
        <SegmentedControl
          className="wraps"
          aria-labelledby="not-done-label"
          size="md"
          value={fields.notDone}
          onChange={(value) => setValue('notDone', value as Fields['notDone'])}
          data={[
            { value: '', label: 'Left out' },
            { value: 'refused', label: 'Patient refused' },
            { value: 'not-possible', label: 'Could not be taken' },
          ]}
        />
      </div>
      {fields.notDone === 'not-possible' && <TextInput label="Why not?" {...register('whyNotDone')} />}
      <TimeField
        timeZone={timeZone}
        label="Time taken"
        time={time}
        onChange={(value) => setValue('takenAt', value)}
      />
      {amend && <TextInput label="Why is it amended?" {...register('reason')} />}
      <Textarea label="Comment" autosize minRows={1} {...register('comment')} />
      {applies && nothing && fields.notDone !== '' ? (
        <p className="notice">Nothing was measured: what was due stays due, and there is no score.</p>
      ) : applies ? (
        <News2Live values={values} />
      ) : (
        <p className="notice">
          NEWS2 is not for people under 16, nor in pregnancy and 42 days after: no score is shown.
        </p>
      )}
    </FormFrame>
  );
}

function News2Live({ values }: { values: VitalValues }) {
  const score = scoreNews2(values);
  const response = news2Response(score);
  return (
    <section className="card stack" aria-label="NEWS2" aria-live="polite">
      <div className="row">
        <span className={`score ${score.risk}`}>{score.total ?? `at least ${score.partial}`}</span>
        <strong>NEWS2 · {response.title}</strong>
      </div>
      {score.total === null ? (
        <span>Missing: {score.missing.map(news2Label).join(', ')}</span>
      ) : (
        <span>{response.response}</span>
      )}
      <details>
        <summary>How it is scored</summary>
        <table className="facts">
          <tbody>
            {explainNews2(values).map((row) => (
              <tr key={row.parameter}>
                <th scope="row">{row.label}</th>
                <td>{row.value}</td>
                <td>{row.score ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <small>{NEWS2_ACKNOWLEDGEMENT}</small>
      </details>
    </section>
  );
}
