import { SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { z } from 'zod';
import {
  AdministrationOutcome,
  administrationAlerts,
  type BodyOf,
  type Chart,
  type ChartOrder,
  type Draft,
  type DrugCode,
  formatQuantity,
  formatUnit,
  freshGlucose,
  hasSite,
  insulinAlerts,
  isInsulin,
  LimitedParameter,
  leastAgeInYears,
  type MedicationDetail,
  NotGivenReason,
  type OrderId,
  OUTCOMES,
  scanAlerts,
  scannedDrug,
  secondPersonFor,
  usualGlucoseUnit,
  whyTimeCritical,
} from '../../../clinical/index.ts';
import { AlertList, isUnanswered, NotChecked, overridesOf } from '../forms/AlertList.tsx';
import { FormFrame, firstProblem, TimeField, toLocal } from '../forms/FormFrame.tsx';
import { readNumber } from '../forms/read-number.ts';
import { useEffectiveTime } from '../forms/use-effective-time.ts';
import { useKeptForm } from '../forms/use-kept.ts';
import { useScan } from '../scan/scanning.tsx';
import { useBrought } from '../use-site-data.ts';
import { DoseFacts } from './DoseFacts.tsx';
import { Identify } from './Identify.tsx';
import {
  ANOTHER,
  GlucoseField,
  LimitFields,
  limitedBy,
  ParameterChoice,
  readGlucose,
  readMeasured,
  SiteField,
} from './MeasuredFields.tsx';
import { Reasons } from './Reasons.tsx';
import { useDoseSaving } from './use-dose-saving.tsx';

const Reason = z.union([NotGivenReason, z.literal('')]);

const DoseFields = z.object({
  outcome: AdministrationOutcome,
  reason: Reason,
  /** Why less than was ordered. */
  inPart: Reason,
  dose: z.string().max(40, 'The dose is too long'),
  unit: z.string().max(40, 'The unit is too long'),
  route: z.string().max(60, 'The route has at most 60 characters'),
  site: z.string().max(60),
  glucose: z.string().max(10),
  glucoseUnit: z.string(),
  measured: z.record(z.string(), z.string().max(10)),
  /** Which parameter it is held for; '': the first that the order sets limits for. */
  heldFor: z.string().max(40),
  whyNotScanned: z.string().max(200),
  at: z.string(),
  comment: z.string().max(2000, 'The comment has at most 2,000 characters'),
  overrides: z.record(z.string(), z.string().max(500, 'A reason has at most 500 characters')),
});
type Fields = z.infer<typeof DoseFields>;

interface DoseProps {
  chart: Chart;
  dose: { order: OrderId; dueAt?: string | undefined; code?: DrugCode | undefined };
  /** It was scanned, and is this patient's. */
  wristband?: boolean;
  timeZone: string;
  now: string;
  /** Who is signed in: never the second person. */
  self: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}

/** One dose: what is ordered, what speaks against it, given or not. */
export function GiveDoseForm(props: DoseProps) {
  const order = props.chart.orders.find((candidate) => candidate.id === props.dose.order);
  if (order?.detail.category !== 'medication')
    return <p role="alert">This order is not on the chart any more. Go back and look again.</p>;
  return <DoseForm {...props} order={order} detail={order.detail} />;
}

function DoseForm({
  chart,
  dose,
  timeZone,
  now,
  self,
  order,
  detail,
  wristband = false,
  onDone,
  onCancel,
}: DoseProps & { order: ChartOrder; detail: MedicationDetail }) {
  const doseMissing = order.incomplete.includes('dose');
  const routeMissing = order.incomplete.includes('route');
  const { watch, setValue, register, handleSubmit, formState } = useKeptForm(
    DoseFields,
    {
      outcome: 'given',
      reason: '',
      inPart: '',
      dose: doseMissing ? '' : String(detail.dose.value),
      unit: doseMissing ? '' : detail.dose.unit,
      route: routeMissing ? '' : detail.route,
      site: '',
      glucose: '',
      glucoseUnit: usualGlucoseUnit(chart),
      measured: {},
      heldFor: '',
      whyNotScanned: '',
      at: toLocal(now, timeZone),
      comment: '',
      overrides: {},
    },
    {
      // Who and what it is, is looked at again; so is what is measured now, unless it is charted at a time of before.
      never: ['overrides', 'whyNotScanned'],
      ofTheMoment: ['at', 'measured', 'glucose'],
    },
  );
  const fields = watch();
  const { formulary } = useBrought();
  const [code, setCode] = useState(dose.code);
  useScan((scan) => {
    if (scan.kind === 'drug') setCode(scan.code);
    return scan.kind === 'drug';
  });
  const drug = code && scannedDrug(detail.medication.text, formulary, code);
  const whole = wristband && drug !== undefined && drug.match !== 'unknown';
  const time = useEffectiveTime(fields.at, timeZone, now);
  const { at } = time;
  const given = fields.outcome === 'given';
  const value = readNumber(fields.dose);
  const badDose = value === undefined || value <= 0;
  // An order that does not say its unit or route has no default for them: whoever gives the dose says what it was.
  const unit = fields.unit.trim();
  const route = fields.route.trim();
  // What guards a dose goes by the route that it takes, where the order does not say one.
  const asGiven = route === '' ? detail : { ...detail, route };
  const amount = badDose || unit === '' ? undefined : { value, unit };
  const less = !doseMissing && amount?.unit === detail.dose.unit && amount.value < detail.dose.value;
  const limited = limitedBy(detail);
  const isHeldFor = !given && fields.reason === 'held-for-parameter';
  const heldFor = isHeldFor ? fields.heldFor || (limited[0] ?? '') : '';
  const heldForOne = LimitedParameter.safeParse(heldFor).data;
  const parameters = isHeldFor ? (heldForOne ? [heldForOne] : []) : limited;
  const measured = readMeasured(parameters, fields.measured);
  const insulin = isInsulin(detail);
  const typedGlucose = readGlucose(fields.glucose, fields.glucoseUnit);
  // Charted within the hour it need not be measured again.
  const before = fields.glucose.trim() === '' && at !== undefined ? freshGlucose(chart, at) : undefined;
  const glucose = typedGlucose ?? before?.glucose;
  const alerts = (
    at === undefined
      ? []
      : [
          ...(insulin ? insulinAlerts(chart, typedGlucose, at) : []),
          ...(drug && given ? scanAlerts(detail.medication.text, drug, at, timeZone) : []),
          ...administrationAlerts(
            chart,
            {
              order: order.id,
              at,
              ...(dose.dueAt === undefined ? {} : { dueAt: dose.dueAt }),
              ...(amount ? { dose: amount } : {}),
              measured: measured ?? [],
            },
            { formulary },
          ),
        ]
  )
    // What speaks against giving it is no reason against holding it; that it is charted already always matters.
    .filter((alert) => given || alert.code === 'already-charted');
  const inWords = fields.comment.trim();
  const needsWords =
    heldFor === ANOTHER ||
    [fields.reason, fields.inPart].some((reason) => reason === 'other' || reason === 'clinical-judgement');
  const ready =
    at !== undefined &&
    measured !== undefined &&
    !isUnanswered(alerts, fields.overrides) &&
    (!needsWords || inWords !== '') &&
    (given
      ? amount !== undefined &&
        (!less || fields.inPart !== '') &&
        (!insulin || glucose !== undefined) &&
        (whole || fields.whyNotScanned !== '')
      : fields.outcome === 'unknown' ||
        (fields.reason !== '' && (!isHeldFor || heldFor === ANOTHER || measured.length > 0)));

  const toSave: Draft<BodyOf<'medication-administration'>> = {
    kind: 'medication-administration',
    effectiveAt: at ?? '',
    order: order.id,
    ...(dose.dueAt === undefined ? {} : { dueAt: dose.dueAt }),
    medication: detail.medication,
    outcome: fields.outcome,
    ...(given && amount
      ? {
          dose: amount,
          ...(route === '' ? {} : { route }),
          ...(less && fields.inPart !== '' ? { givenInPart: fields.inPart } : {}),
          ...(fields.site === '' ? {} : { site: fields.site }),
          identified: {
            patient: wristband ? ('scanned' as const) : ('read' as const),
            drug: drug && drug.match !== 'unknown' ? ('scanned' as const) : ('read' as const),
            ...(whole ? {} : { whyNotScanned: fields.whyNotScanned }),
          },
          ...(code ? packageOf(code) : {}),
        }
      : fields.reason === ''
        ? {}
        : { notGivenReason: fields.reason }),
    ...(insulin && glucose ? { glucose } : {}),
    // Named with its own time: it grows no younger by being used, and the EHR has it already.
    ...(insulin && !typedGlucose && before ? { glucoseMeasuredAt: before.at } : {}),
    ...(measured && measured.length > 0 ? { measured } : {}),
    ...(inWords === '' ? {} : { comment: inWords }),
    overrides: overridesOf(alerts, fields.overrides),
  };
  const saving = useDoseSaving({
    chart,
    order,
    detail,
    needed: given
      ? secondPersonFor(asGiven, leastAgeInYears(chart.identity.birthDate, now), chart.settings.secondPerson)
      : undefined,
    dose: toSave,
    self,
    timeZone,
    onDone,
  });
  if (saving.step) return saving.step;

  return (
    <FormFrame
      title="Give a dose"
      submit={saving.next ?? 'Save dose'}
      busy={saving.busy}
      problem={saving.problem ?? firstProblem(formState.errors)}
      disabled={!ready}
      onSubmit={handleSubmit(saving.submit)}
      onCancel={onCancel}
    >
      <DoseFacts
        chart={chart}
        order={order}
        detail={detail}
        dueAt={dose.dueAt}
        now={now}
        timeZone={timeZone}
      />
      <SegmentedControl
        className="wraps"
        aria-label="Given or not"
        size="lg"
        value={fields.outcome}
        onChange={(next) => {
          setValue('outcome', next as Fields['outcome']);
          setValue('reason', next === 'refused' ? 'refused-by-patient' : '');
        }}
        data={AdministrationOutcome.options.map((option) => ({
          value: option,
          label: option === 'unknown' ? 'Not known' : OUTCOMES[option],
        }))}
      />
      {given ? (
        <>
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
            {hasSite(asGiven) && (
              <SiteField order={order} value={fields.site} onChange={(site) => setValue('site', site)} />
            )}
            <LimitFields
              chart={chart}
              parameters={parameters}
              now={now}
              typed={fields.measured}
              onType={(typed) => setValue('measured', typed)}
            />
          </div>
          {insulin && (
            <GlucoseField
              chart={chart}
              order={order}
              now={now}
              typed={fields.glucose}
              unit={fields.glucoseUnit}
              timeZone={timeZone}
              onType={(typed) => setValue('glucose', typed)}
              onUnit={(next) => setValue('glucoseUnit', next)}
            />
          )}
          {less && (
            <Reasons
              legend={`Given in part: the order says ${formatQuantity(detail.dose)}. Why less?`}
              chosen={fields.inPart}
              onChoose={(reason) => setValue('inPart', reason)}
            />
          )}
        </>
      ) : fields.outcome === 'unknown' ? (
        <p className="notice">
          Nobody knows whether this dose was given. It is charted as such; the dose itself stays open to
          whoever finds out.
        </p>
      ) : (
        <>
          <Reasons
            legend="Why not?"
            chosen={fields.reason}
            without={whyTimeCritical(detail, chart.medicationRules) === undefined ? [] : ['asleep']}
            onChoose={(reason) => setValue('reason', reason)}
          />
          {isHeldFor && (
            <div className="stack">
              <ParameterChoice chosen={heldFor} onChoose={(next) => setValue('heldFor', next)} />
              <LimitFields
                chart={chart}
                parameters={parameters}
                now={now}
                typed={fields.measured}
                onType={(typed) => setValue('measured', typed)}
              />
            </div>
          )}
        </>
      )}
      <AlertList
        alerts={alerts}
        reasons={fields.overrides}
        label={given ? 'Reason to give it all the same' : 'Reason to chart it again'}
        onChange={(next) => setValue('overrides', next)}
      />
      {given && <NotChecked chart={chart} asked="dose" />}
      {given && (
        <Identify
          identity={chart.identity}
          wristband={wristband}
          drug={drug}
          chosen={fields.whyNotScanned}
          onChoose={(why) => setValue('whyNotScanned', why)}
        />
      )}
      <TimeField
        timeZone={timeZone}
        label={given ? 'Time given' : 'Time'}
        time={time}
        onChange={(next) => setValue('at', next)}
      />
      <Textarea
        label="Comment"
        autosize
        minRows={1}
        error={needsWords && inWords === '' ? 'Say the reason in words' : undefined}
        {...register('comment')}
      />
    </FormFrame>
  );
}

/** Of the package, as far as its code says. */
const packageOf = ({ gtin, ndc, lot, serial, expiry }: DrugCode) => ({
  ...(gtin === undefined && ndc === undefined ? {} : { scannedCode: gtin ?? ndc }),
  ...(lot === undefined ? {} : { lot }),
  ...(serial === undefined ? {} : { serial }),
  ...(expiry === undefined ? {} : { expiry }),
});
