import { Checkbox, TextInput } from '@mantine/core';
import { SECOND_PERSON_ALWAYS, SECOND_PERSON_GROUPS } from '../../../clinical/index.ts';
import { type SectionProps, toggled } from './typed-settings.ts';

/** Which doses ask for a second person, beside those that ask everywhere. */
export function SecondPersonFields({
  typed: { secondPersonGroups, secondPersonDrugs },
  onType,
  problemOf,
}: SectionProps) {
  return (
    <>
      <p>
        Everywhere, and on every ward: {SECOND_PERSON_ALWAYS.join('; ')}. These cannot be switched off. A
        double check does not suit every drug (ISMP): add what this ward can keep up.
      </p>
      <fieldset className="plain stack">
        <legend>On this ward also</legend>
        <div className="wide-grid">
          {Object.entries(SECOND_PERSON_GROUPS).map(([group, { says }]) => (
            <Checkbox
              key={group}
              size="md"
              label={says}
              checked={secondPersonGroups.includes(group)}
              onChange={({ currentTarget: { checked } }) =>
                onType({ secondPersonGroups: toggled(secondPersonGroups, group, checked) })
              }
            />
          ))}
        </div>
        <TextInput
          label="Further drugs for two people, parted by commas"
          description="By generic name"
          value={secondPersonDrugs}
          error={problemOf('secondPerson', 'drugs')}
          onChange={(event) => onType({ secondPersonDrugs: event.currentTarget.value })}
        />
      </fieldset>
    </>
  );
}
