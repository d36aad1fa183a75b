import { Checkbox, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { z } from 'zod';
import {
  type Chart,
  type ChartOrder,
  formatNumber,
  formatQuantity,
  INFUSION_ACTIONS,
  type InfusionAction,
  InfusionCharted,
  infusionAlerts,
  instructionsInWords,
  leastAgeInYears,
  type MedicationDetail,
  NotGivenReason,
  type OrderId,
  secondPersonFor,
} from '../../../clinical/index.ts';
import { AlertList, isUnanswered, NotChecked, overridesOf } from '../forms/AlertList.tsx';
import { FormFrame, firstProblem, TimeField, toLocal } from '../forms/FormFrame.tsx';
import { readNumber } from '../forms/read-number.ts';
import { useEffectiveTime } from '../forms/use-effective-time.ts';
import { useKeptForm } from '../forms/use-kept.ts';
import { useBrought } from '../use-site-data.ts';
import { orderLine } from './DoseFacts.tsx';
import { Reasons } from './Reasons.tsx';
import { useDoseSaving } from './use-dose-saving.tsx';

const Fields = z.object({
  rate: z.string().max(20),
  doseRate: z.string().max(60, 'At most 60 characters'),
  bag: z.string().max(20),
  pump: z.string().max(20),
  wasted: z.string().max(20),
  ended: z.enum(['as-ordered', 'early']),
  why: z.union([NotGivenReason, z.literal('')]),
  before: z.boolean(),
  comment: z.string().max(2000, 'The comment has at most 2,000 characters'),
  at: z.string(),
  overrides: z.record(z.string(), z.string().max(500, 'A reason has at most 500 characters')),
});

interface InfusionProps {
  chart: Chart;
  task: { order: OrderId; action: InfusionAction };
  /** Who is signed in: never the second person. */
  self: string;
  timeZone: string;
  now: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}

/** One turn of a continuous infusion. */
export function InfusionForm(props: InfusionProps) {
  const order = props.chart.orders.find(({ id }) => id === props.task.order);
  if (order?.detail.category !== 'medication')
    return <p role="alert">This order is not on the chart any more. Go back and look again.</p>;
  return <TurnForm {...props} order={order} detail={order.detail} />;
}

function TurnForm({
  chart,
  task: { action },
  self,
  timeZone,
  now,
  order,
  detail,
  onDone,
  onCancel,
}: InfusionProps & { order: ChartOrder; detail: MedicationDetail }) {
  const running = chart.infusions.find((infusion) => infusion.order === order.id);
  const { schedule } = detail;
  const ordered =
    schedule.type === 'continuous' && schedule.rate.unit === 'mL/h' ? schedule.rate.value : undefined;
  const before = running?.turns.findLast(({ body }) => body.rateMlPerHour !== undefined)?.body.rateMlPerHour;
  const starts = action === 'started';
  const hasRate = starts || action === 'rate-changed' || action === 'resumed';
  const { watch, setValue, register, handleSubmit, formState } = useKeptForm(
    Fields,
    {
      rate: starts ? String(ordered ?? '') : action === 'resumed' ? String(before ?? '') : '',
      doseRate:
        starts && schedule.type === 'continuous' && ordered === undefined
          ? formatQuantity(schedule.rate)
          : '',
      bag: '',
      pump: '',
      wasted: '',
      ended: 'as-ordered',
      why: '',
      before: false,
      comment: '',
      at: toLocal(now, timeZone),
      overrides: {},
    },
    // What the pump showed belongs to the time at which it was read, and a rate to what ran before it.
    { never: ['overrides'], ofTheMoment: ['at', 'pump', 'wasted', 'rate', 'doseRate'] },
  );
  const fields = watch();
  const time = useEffectiveTime(fields.at, timeZone, now);
  const rate = readNumber(fields.rate);
  const typed = (text: string): boolean => text.trim() !== '';
  const { formulary } = useBrought();
  const alerts =
    time.at === undefined
      ? []
      : infusionAlerts(
          chart,
          { order: order.id, action, at: time.at, ...(hasRate ? { rateMlPerHour: rate } : {}) },
          { formulary },
        );
  const asked = secondPersonFor(
    detail,
    leastAgeInYears(chart.identity.birthDate, now),
    chart.settings.secondPerson,
  );
  const stops = action === 'stopped';
  // What is left of a controlled drug is thrown away before somebody who sees it (medication.md, "Two people").
  const countsWaste = stops && asked?.as === 'witness';
  const wasted = countsWaste ? readNumber(fields.wasted) : undefined;
  const early = stops && fields.ended === 'early';
  const draft = {
    kind: 'infusion-charted' as const,
    effectiveAt: time.at ?? '',
    order: order.id,
    medication: detail.medication,
    action,
    ...(hasRate && rate !== undefined ? { rateMlPerHour: rate } : {}),
    ...(hasRate && typed(fields.doseRate) ? { doseRate: fields.doseRate.trim() } : {}),
    ...(typed(fields.bag) ? { bagMl: readNumber(fields.bag) ?? Number.NaN } : {}),
    ...(typed(fields.pump) ? { pumpMl: readNumber(fields.pump) ?? Number.NaN } : {}),
    ...(wasted === undefined ? {} : { wastedMl: wasted }),
    ...(early && fields.why !== '' ? { endedEarly: fields.why } : {}),
    ...(starts && fields.before ? { runningBefore: true as const } : {}),
    ...(typed(fields.comment) ? { comment: fields.comment.trim() } : {}),
    overrides: overridesOf(alerts, fields.overrides),
  };
  const shape = InfusionCharted.shape;
  const bad = (value: string, schema: z.ZodType): boolean =>
    typed(value) && !schema.safeParse(readNumber(value)).success;
  const badRate = hasRate && (rate === undefined || bad(fields.rate, shape.rateMlPerHour));
  const badBag =
    action === 'bag-changed'
      ? !typed(fields.bag) || bad(fields.bag, shape.bagMl)
      : bad(fields.bag, shape.bagMl);
  const badPump = bad(fields.pump, shape.pumpMl);
  const badWaste = countsWaste && (wasted === undefined || bad(fields.wasted, shape.wastedMl));
  const needsWords = early && (fields.why === 'other' || fields.why === 'clinical-judgement');
  const ready =
    time.at !== undefined &&
    !badRate &&
    !badBag &&
    !badPump &&
    !badWaste &&
    (!early || fields.why !== '') &&
    (!needsWords || typed(fields.comment)) &&
    !isUnanswered(alerts, fields.overrides);
  // A rate, or a bag, is as much a preparation as a dose: opioids, heparin, insulin and the rest of the list ask for two.
  const needed =
    (starts && !fields.before) ||
    action === 'rate-changed' ||
    action === 'bag-changed' ||
    // Paused and resumed at another rate is a change of rate.
    (action === 'resumed' && rate !== before) ||
    (wasted !== undefined && wasted > 0)
      ? asked
      : undefined;
  const saving = useDoseSaving({
    chart,
    order,
    detail,
    needed,
    dose: draft,
    ready,
    self,
    timeZone,
    onDone,
  });
  if (saving.step) return saving.step;

  return (
    <FormFrame
      title={INFUSION_ACTIONS[action]}
      submit={saving.next ?? 'Save'}
      busy={saving.busy}
      problem={saving.problem ?? firstProblem(formState.errors)}
      disabled={!ready}
      onSubmit={handleSubmit(saving.submit)}
      onCancel={onCancel}
    >
      <div className="card stack">
        <strong>{orderLine(order, detail)}</strong>
        {detail.instructions !== undefined && <span>{instructionsInWords(order)}</span>}
        {running && running.state !== 'stopped' && (
          <span>
            {running.rateMlPerHour === undefined
              ? 'Paused'
              : `Now ${formatNumber(running.rateMlPerHour)} mL/hour`}
            , {formatNumber(running.inMl)} mL in
            {running.leftMl === undefined ? '' : `, ${formatNumber(running.leftMl)} mL left`}
          </span>
        )}
      </div>
      <div className="row" style={{ alignItems: 'flex-start' }}>
        {hasRate && (
          <>
            <TextInput
              label="Rate"
              description="mL/hour"
              inputMode="decimal"
              maw={180}
              error={badRate ? 'Say the rate as a number' : undefined}
              {...register('rate')}
            />
            <TextInput
              label="Dose rate, if ordered so"
              description="For example 5 mcg/kg/min"
              maw={240}
              {...register('doseRate')}
            />
          </>
        )}
        {(starts || action === 'bag-changed') && (
          <TextInput
            label={starts ? 'In the bag' : 'In the new bag'}
            description="mL"
            inputMode="decimal"
            maw={180}
            error={badBag ? 'Say how many mL' : undefined}
            {...register('bag')}
          />
        )}
        {!starts && (
          <TextInput
            label="Given in all, says the pump"
            description="mL, if it shows it"
            inputMode="decimal"
            maw={240}
            error={badPump ? 'Write it as a number' : undefined}
            {...register('pump')}
          />
        )}
        {countsWaste && (
          <TextInput
            label="Wasted from the bag"
            description={`mL; 0 where nothing is left${running?.leftMl === undefined ? '' : `. About ${formatNumber(running.leftMl)} mL left`}`}
            inputMode="decimal"
            maw={240}
            error={badWaste && typed(fields.wasted) ? 'Write it as a number' : undefined}
            {...register('wasted')}
          />
        )}
      </div>
      {stops && (
        <div>
          <p id="ended-label">How did it end?</p>
          <SegmentedControl
            aria-labelledby="ended-label"
            size="md"
            value={fields.ended}
            onChange={(next) => setValue('ended', next as z.infer<typeof Fields>['ended'])}
            data={[
              { value: 'as-ordered', label: 'As ordered' },
              { value: 'early', label: 'Early' },
            ]}
          />
        </div>
      )}
      {early && (
        <Reasons
          legend="Why did it end early?"
          chosen={fields.why}
          onChoose={(why) => setValue('why', why)}
        />
      )}
      {starts && (
        <Checkbox
          size="md"
          label="It was running when the outage began"
          checked={fields.before}
          onChange={(event) => setValue('before', event.currentTarget.checked)}
        />
      )}
      <AlertList
        alerts={alerts}
        reasons={fields.overrides}
        label="Reason to give it all the same"
        onChange={(next) => setValue('overrides', next)}
      />
      {hasRate && <NotChecked chart={chart} asked="dose" />}
      <TimeField timeZone={timeZone} label="Time" time={time} onChange={(next) => setValue('at', next)} />
      <Textarea
        label="Comment"
        autosize
        minRows={1}
        error={needsWords && !typed(fields.comment) ? 'Say the reason in words' : undefined}
        {...register('comment')}
      />
    </FormFrame>
  );
}
