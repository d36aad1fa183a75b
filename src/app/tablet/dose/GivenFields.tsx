import { TextInput } from '@mantine/core';
import type { UseFormReturn } from 'react-hook-form';
import {
  type Chart,
  type ChartOrder,
  formatQuantity,
  formatUnit,
  hasSite,
  type MedicationDetail,
} from '../../../clinical/index.ts';
import type { DoseTyped } from './dose-fields.ts';
import { GlucoseField, LimitFields, SiteField } from './MeasuredFields.tsx';
import { Reasons } from './Reasons.tsx';
import type { ReadDose } from './read-dose.ts';

export interface DoseFieldsProps {
  chart: Chart;
  order: ChartOrder;
  detail: MedicationDetail;
  form: Pick<UseFormReturn<DoseTyped>, 'register' | 'setValue'>;
  fields: DoseTyped;
  read: ReadDose;
  now: string;
  timeZone: string;
}

/** Of a dose that was given: how much, by which route, where, and what was measured for it. */
export function GivenFields({
  chart,
  order,
  detail,
  form: { register, setValue },
  fields,
  read: { badDose, unit, asGiven, less, parameters, insulin },
  now,
  timeZone,
}: DoseFieldsProps) {
  const doseMissing = order.incomplete.includes('dose');
  return (
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
        {order.incomplete.includes('route') && (
          <TextInput label="Route" description="The order does not say it" maw={240} {...register('route')} />
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
  );
}
