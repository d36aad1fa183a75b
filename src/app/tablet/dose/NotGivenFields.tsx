import { whyTimeCritical } from '../../../clinical/index.ts';
import type { DoseFieldsProps } from './GivenFields.tsx';
import { LimitFields, ParameterChoice } from './MeasuredFields.tsx';
import { Reasons } from './Reasons.tsx';

/** Of a dose that was not given: why not; held for a parameter, for which one. */
export function NotGivenFields({
  chart,
  detail,
  form: { setValue },
  fields,
  read: { isHeldFor, heldFor, parameters },
  now,
}: DoseFieldsProps) {
  if (fields.outcome === 'unknown')
    return (
      <p className="notice">
        Nobody knows whether this dose was given. It is charted as such; the dose itself stays open to whoever
        finds out.
      </p>
    );
  return (
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
  );
}
