import { zodResolver } from '@hookform/resolvers/zod';
import { Button, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import {
  administrationAlerts,
  administrationWindow,
  type Chart,
  formatInstant,
  formatTime,
  formatUnit,
  lastGiven,
  medicationLine,
  NotGivenReason,
  type OrderId,
  type Schedule,
} from '../../../clinical/index.ts';
import { AlertList, isUnanswered, overridesOf } from './AlertList.tsx';
import { FormFrame, firstProblem, TimeField, toLocal } from './FormFrame.tsx';
import { readNumber } from './read-number.ts';
import { useEffectiveTime } from './use-effective-time.ts';
import { useSave } from './use-save.ts';

const REASONS: Record<NotGivenReason, string> = {
  'refused-by-patient': 'Refused by patient',
  'nil-by-mouth': 'Nil by mouth',
  'off-the-ward': 'Patient off the ward',
  'drug-not-available': 'Drug not available',
  'held-for-parameter': 'Held for a parameter',
  'held-by-prescriber': 'Held by prescriber',
  'no-access': 'No access (IV lost)',
  'nausea-or-vomiting': 'Nausea or vomiting',
  asleep: 'Asleep',
  allergy: 'Allergy',
  'already-given': 'Already given',
  'clinical-judgement': 'Clinical judgement',
  other: 'Other',
};

const DoseFields = z.object({
  outcome: z.enum(['given', 'held', 'refused']),
  reason: z.union([NotGivenReason, z.literal('')]),
  dose: z.string().max(40, 'The dose is too long'),
  unit: z.string().max(40, 'The unit is too long'),
  route: z.string().max(60, 'The route has at most 60 characters'),
  at: z.string(),
  comment: z.string().max(2000, 'The comment has at most 2,000 characters'),
  overrides: z.record(z.string(), z.string().max(500, 'A reason has at most 500 characters')),
});
type Fields = z.infer<typeof DoseFields>;

/** One dose: what is ordered, what speaks against it, given or not. */
export function GiveDoseForm({
  chart,
  dose,
  timeZone,
  now,
  onDone,
  onCancel,
}: {
  chart: Chart;
  dose: { order: OrderId; dueAt?: string | undefined };
  timeZone: string;
  now: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}) {
  const order = chart.orders.find((candidate) => candidate.id === dose.order);
  const detail = order?.detail.category === 'medication' ? order.detail : undefined;
  const doseMissing = order?.incomplete.includes('dose') ?? false;
  const routeMissing = order?.incomplete.includes('route') ?? false;
  const { watch, setValue, register, handleSubmit, formState } = useForm<Fields>({
    resolver: zodResolver(DoseFields),
    defaultValues: {
      outcome: 'given',
      reason: '',
      dose: detail && !doseMissing ? String(detail.dose.value) : '',
      unit: detail && !doseMissing ? detail.dose.unit : '',
      route: detail && !routeMissing ? detail.route : '',
      at: toLocal(now, timeZone),
      comment: '',
      overrides: {},
    },
  });
  const saving = useSave(timeZone);
  const fields = watch();
  const time = useEffectiveTime(fields.at, timeZone, now);
  if (!order || !detail)
    return <p role="alert">This order is not on the chart any more. Go back and look again.</p>;

  const { at } = time;
  const given = fields.outcome === 'given';
  const alerts = (
    at === undefined
      ? []
      : administrationAlerts(chart, {
          order: order.id,
          at,
          ...(dose.dueAt === undefined ? {} : { dueAt: dose.dueAt }),
        })
  )
    // What speaks against giving it is no reason against holding it; that it is charted already always matters.
    .filter((alert) => given || alert.code === 'already-charted');
  const value = readNumber(fields.dose);
  const badDose = value === undefined || value <= 0;
  // An order that does not say its unit or route has no default for them: whoever gives the dose says what it was.
  const unit = fields.unit.trim();
  const route = fields.route.trim();
  const ready =
    at !== undefined &&
    !isUnanswered(alerts, fields.overrides) &&
    (given ? !badDose && unit !== '' : fields.reason !== '');
  const last = lastGiven(order);

  const submit = handleSubmit(async () => {
    const message = await saving.save(chart.identity.id, {
      kind: 'medication-administration',
      effectiveAt: at ?? '',
      order: order.id,
      ...(dose.dueAt === undefined ? {} : { dueAt: dose.dueAt }),
      medication: detail.medication,
      outcome: fields.outcome,
      ...(given
        ? { dose: { value: value ?? Number.NaN, unit }, ...(route === '' ? {} : { route }) }
        : fields.reason === ''
          ? {}
          : { notGivenReason: fields.reason }),
      ...(fields.comment.trim() === '' ? {} : { comment: fields.comment.trim() }),
      overrides: overridesOf(alerts, fields.overrides),
    });
    if (message) onDone(message);
  });

  return (
    <FormFrame
      title="Give a dose"
      submit="Save dose"
      busy={saving.busy}
      problem={saving.problem ?? firstProblem(formState.errors)}
      disabled={!ready}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <div className="card stack">
        <strong>
          {medicationLine({
            ...detail,
            ...(doseMissing ? { dose: undefined } : {}),
            ...(routeMissing ? { route: undefined } : {}),
          })}
        </strong>
        <span>
          {dose.dueAt
            ? `${windowInWords(detail.schedule, dose.dueAt, now, timeZone)}`
            : 'Not at a fixed time'}
        </span>
        <span className="quiet">
          {last
            ? `Last given ${formatInstant(last.at, timeZone)}, ${last.by === 'EHR' ? 'says the EHR' : `charted by ${last.by}`}`
            : 'Last dose unknown: check with patient and paper'}
        </span>
      </div>
      <SegmentedControl
        aria-label="Given or not"
        size="lg"
        value={fields.outcome}
        onChange={(next) => {
          setValue('outcome', next as Fields['outcome']);
          setValue('reason', next === 'refused' ? 'refused-by-patient' : '');
        }}
        data={[
          { value: 'given', label: 'Given' },
          { value: 'held', label: 'Held' },
          { value: 'refused', label: 'Refused' },
        ]}
      />
      {given ? (
        <div className="row" style={{ alignItems: 'flex-start' }}>
          <TextInput
            label="Dose given"
            description={doseMissing ? 'The order does not say how much' : formatUnit(unit)}
            inputMode="decimal"
            maw={240}
            error={badDose ? 'Say how much was given, as a number' : undefined}
            {...register('dose')}
          />
          {doseMissing && (
            <TextInput
              label="Unit"
              description="The order does not say it"
              maw={200}
              error={unit === '' ? 'Say the unit, for example mg' : undefined}
              {...register('unit')}
            />
          )}
          {routeMissing && (
            <TextInput
              label="Route"
              description="The order does not say it"
              maw={240}
              {...register('route')}
            />
          )}
        </div>
      ) : (
        <fieldset className="card">
          <legend>Why not?</legend>
          <div className="choices">
            {NotGivenReason.options.map((option) => (
              <Button
                key={option}
                variant={fields.reason === option ? 'filled' : 'default'}
                aria-pressed={fields.reason === option}
                onClick={() => setValue('reason', option)}
              >
                {REASONS[option]}
              </Button>
            ))}
          </div>
        </fieldset>
      )}
      <AlertList
        alerts={alerts}
        reasons={fields.overrides}
        label={given ? 'Reason to give it all the same' : 'Reason to chart it again'}
        onChange={(next) => setValue('overrides', next)}
      />
      <TimeField
        timeZone={timeZone}
        label={given ? 'Time given' : 'Time'}
        time={time}
        onChange={(next) => setValue('at', next)}
      />
      <Textarea label="Comment" autosize minRows={1} {...register('comment')} />
    </FormFrame>
  );
}

/** Due when, and whether that is early, on time or overdue, in words. */
function windowInWords(schedule: Schedule, dueAt: string, now: string, timeZone: string): string {
  const { early, late } = administrationWindow(schedule, dueAt);
  const state = now < early ? '○ not due yet' : now > late ? '■ overdue' : '● due now';
  return `Due ${formatInstant(dueAt, timeZone)} · ${state} · on time from ${formatTime(early, timeZone)} to ${formatTime(late, timeZone)}`;
}
