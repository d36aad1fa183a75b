import { SegmentedControl, Textarea } from '@mantine/core';
import { useState } from 'react';
import {
  AdministrationOutcome,
  type Chart,
  type ChartOrder,
  type DrugCode,
  leastAgeInYears,
  type MedicationDetail,
  type OrderId,
  OUTCOMES,
  scannedDrug,
  secondPersonFor,
} from '../../../clinical/index.ts';
import { AlertList, NotChecked } from '../forms/AlertList.tsx';
import { FormFrame, firstProblem, TimeField, toLocal } from '../forms/FormFrame.tsx';
import { useEffectiveTime } from '../forms/use-effective-time.ts';
import { useKeptForm } from '../forms/use-kept.ts';
import { useScan } from '../scan/scanning.tsx';
import { useBrought } from '../use-site-data.ts';
import { DoseFacts } from './DoseFacts.tsx';
import { asOrdered, DoseFields, type DoseTyped } from './dose-fields.ts';
import { GivenFields } from './GivenFields.tsx';
import { Identify } from './Identify.tsx';
import { NotGivenFields } from './NotGivenFields.tsx';
import { readDose } from './read-dose.ts';
import { useDoseSaving } from './use-dose-saving.tsx';

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
  const form = useKeptForm(DoseFields, asOrdered(chart, order, detail, toLocal(now, timeZone)), {
    // Who and what it is, is looked at again; so is what is measured now, unless it is charted at a time of before.
    never: ['overrides', 'whyNotScanned'],
    ofTheMoment: ['at', 'measured', 'heldAsCharted', 'glucose'],
  });
  const { watch, setValue, register, handleSubmit, formState } = form;
  const fields = watch();
  const { formulary } = useBrought();
  const [code, setCode] = useState(dose.code);
  useScan((scan) => {
    if (scan.kind === 'drug') setCode(scan.code);
    return scan.kind === 'drug';
  });
  const drug = code && scannedDrug(detail.medication.text, formulary, code);
  const time = useEffectiveTime(fields.at, timeZone, now);
  const read = readDose(fields, {
    chart,
    order,
    detail,
    dueAt: dose.dueAt,
    at: time.at,
    timeZone,
    formulary,
    wristband,
    drug,
  });
  const { given, alerts, ready } = read;
  const saving = useDoseSaving({
    chart,
    order,
    detail,
    needed: given
      ? secondPersonFor(
          read.asGiven,
          leastAgeInYears(chart.identity.birthDate, now),
          chart.settings.secondPerson,
        )
      : undefined,
    dose: read.draft,
    ready,
    self,
    timeZone,
    onDone,
  });
  if (saving.step) return saving.step;

  const parts = { chart, order, detail, form, fields, read, now, timeZone };
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
          setValue('outcome', next as DoseTyped['outcome']);
          setValue('reason', next === 'refused' ? 'refused-by-patient' : '');
        }}
        data={AdministrationOutcome.options.map((option) => ({
          value: option,
          label: option === 'unknown' ? 'Not known' : OUTCOMES[option],
        }))}
      />
      {given ? <GivenFields {...parts} /> : <NotGivenFields {...parts} />}
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
        error={read.lacksWords ? 'Say the reason in words' : undefined}
        {...register('comment')}
      />
    </FormFrame>
  );
}
