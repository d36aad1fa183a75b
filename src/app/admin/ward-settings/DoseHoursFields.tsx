import { TextInput } from '@mantine/core';
import { DEFAULT_DOSE_HOURS, type DoseHours, type FrequencyCode } from '../../../clinical/index.ts';
import { Problem } from '../../Problem.tsx';
import type { SectionProps } from './typed-settings.ts';

/** In words: "QD" is on the Joint Commission's list of what no display shows. */
const CODES: readonly (readonly [FrequencyCode, string])[] = [
  ['QD', 'Once a day'],
  ['BID', 'Twice a day'],
  ['TID', 'Three times a day'],
  ['QID', 'Four times a day'],
  ['AM', 'Every morning'],
  ['PM', 'Every afternoon'],
  ['BED', 'At bedtime'],
];
const MEALS: readonly (readonly [keyof DoseHours['meals'], string])[] = [
  ['breakfast', 'Breakfast'],
  ['lunch', 'Lunch'],
  ['dinner', 'Dinner'],
];

/** What "twice a day" and "before breakfast" mean on the ward. */
export function DoseHoursFields({ typed: { hours, meals }, onType, problemOf }: SectionProps) {
  return (
    <>
      <p>
        Orders of the EHR that say how often, and not at which hours, are given at these. They take new hours
        with the next list from the EHR. An order that is signed here keeps the hours with which it was
        signed, and doses that were charted stay charted.
      </p>
      <div className="wide-grid">
        {CODES.map(([code, label]) => (
          <TextInput
            key={code}
            label={label}
            description={`By default ${DEFAULT_DOSE_HOURS.codes[code].join(', ')}`}
            value={hours[code]}
            error={problemOf('doseHours', 'codes', code)}
            onChange={(event) => onType({ hours: { ...hours, [code]: event.currentTarget.value } })}
          />
        ))}
      </div>
      <fieldset className="plain stack">
        <legend>Meals: “before” and “after” are half an hour from these</legend>
        <div className="wide-grid">
          {MEALS.map(([meal, label]) => (
            <TextInput
              key={meal}
              label={label}
              description={`By default ${DEFAULT_DOSE_HOURS.meals[meal]}`}
              value={meals[meal]}
              error={problemOf('doseHours', 'meals', meal)}
              onChange={(event) => onType({ meals: { ...meals, [meal]: event.currentTarget.value.trim() } })}
            />
          ))}
        </div>
        <Problem>{problemOf('doseHours', 'meals')}</Problem>
      </fieldset>
    </>
  );
}
