import { Checkbox, NumberInput, TextInput } from '@mantine/core';
import { TIME_CRITICAL } from '../../../clinical/index.ts';
import { type SectionProps, toggled } from './typed-settings.ts';

const WINDOWS = [
  ['timeCriticalMinutes', 'Time-critical dose, minutes before and after'],
  ['moreThanDailyMinutes', 'More often than daily, minutes before and after'],
  ['dailyMinutes', 'Daily or rarer, minutes before and after'],
  ['statMinutes', 'STAT dose is overdue after, minutes'],
  ['onceMinutes', 'First or single dose is overdue after, minutes'],
] as const;

/** When a dose counts as on time, and for which drugs it is narrow. */
export function DoseWindows({ typed: { rules, timeCriticalDrugs }, onType, problemOf }: SectionProps) {
  return (
    <>
      <div className="vitals-grid">
        {WINDOWS.map(([name, label]) => (
          <NumberInput
            key={name}
            label={label}
            min={5}
            max={720}
            value={rules[name]}
            error={problemOf('rules', name)}
            onChange={(value) => typeof value === 'number' && onType({ rules: { ...rules, [name]: value } })}
          />
        ))}
      </div>
      <fieldset className="plain stack">
        <legend>Time-critical here</legend>
        <div className="wide-grid">
          {Object.entries(TIME_CRITICAL).map(([group, { says }]) => (
            <Checkbox
              key={group}
              size="md"
              label={says}
              checked={rules.timeCritical.includes(group)}
              onChange={({ currentTarget: { checked } }) =>
                onType({ rules: { ...rules, timeCritical: toggled(rules.timeCritical, group, checked) } })
              }
            />
          ))}
        </div>
        <TextInput
          label="Further time-critical drugs, parted by commas"
          value={timeCriticalDrugs}
          error={problemOf('rules', 'timeCriticalDrugs')}
          onChange={(event) => onType({ timeCriticalDrugs: event.currentTarget.value })}
        />
      </fieldset>
    </>
  );
}
