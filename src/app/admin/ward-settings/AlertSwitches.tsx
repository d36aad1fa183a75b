import { Checkbox } from '@mantine/core';
import { ALERT_SWITCHES } from '../../../clinical/index.ts';
import { type SectionProps, toggled } from './typed-settings.ts';

/** Which alerts the ward's forms ask: few and right beats many. */
export function AlertSwitches({ typed: { alertsOff }, onType }: Omit<SectionProps, 'problemOf'>) {
  return (
    <>
      <p>
        What is not ticked is asked by no form on this ward, and each form says that it was not checked.
        Always asked, because it is no advice: a dose that was given already or too soon, an order that was
        stopped or changed elsewhere, a drug that the EHR forbids, a measured value outside the order’s own
        limits, and what was scanned.
      </p>
      <fieldset className="plain">
        <legend>Checked on this ward</legend>
        <div className="wide-grid">
          {Object.entries(ALERT_SWITCHES).map(([name, { says }]) => (
            <Checkbox
              key={name}
              size="md"
              label={says}
              checked={!alertsOff.includes(name)}
              onChange={({ currentTarget: { checked } }) =>
                onType({ alertsOff: toggled(alertsOff, name, !checked) })
              }
            />
          ))}
        </div>
      </fieldset>
    </>
  );
}
