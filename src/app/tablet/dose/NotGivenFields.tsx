import { Button } from '@mantine/core';
import { dayAndTime, formatNumber, VITAL_PARAMETERS, whyTimeCritical } from '../../../clinical/index.ts';
import type { DoseFieldsProps } from './GivenFields.tsx';
import { LimitFields, ParameterChoice } from './MeasuredFields.tsx';
import { Reasons } from './Reasons.tsx';

/** Of a dose that was not given: why not; held for a parameter, for which one. */
export function NotGivenFields({
  chart,
  detail,
  form: { setValue },
  fields,
  read: { isHeldFor, heldFor, parameters, charted },
  now,
  timeZone,
}: DoseFieldsProps) {
  if (fields.outcome === 'unknown')
    return (
      <p className="notice">
        Nobody knows whether this dose was given. It is charted as such; the dose itself stays open to whoever
        finds out.
      </p>
    );
  const unit = VITAL_PARAMETERS.find(({ name }) => name === heldFor)?.unit;
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
          <ParameterChoice
            chosen={heldFor}
            onChoose={(next) => {
              setValue('heldFor', next);
              setValue('heldAsCharted', false);
            }}
          />
          {charted && (fields.measured[heldFor] ?? '').trim() === '' && (
            <div>
              <Button
                variant={fields.heldAsCharted ? 'filled' : 'default'}
                aria-pressed={fields.heldAsCharted}
                onClick={() => setValue('heldAsCharted', !fields.heldAsCharted)}
              >
                Use {formatNumber(charted.value)} {unit}, charted {dayAndTime(charted.at, now, timeZone)}
              </Button>
            </div>
          )}
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
