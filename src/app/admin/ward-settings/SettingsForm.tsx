import { Button, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { DEFAULT_SETTINGS, GlucoseUnit, type WardSettings } from '../../../clinical/index.ts';
import type { NewWardSettings } from '../../../wire/ward-settings.ts';
import { Problem } from '../../Problem.tsx';
import { AlertSwitches } from './AlertSwitches.tsx';
import { DoseHoursFields } from './DoseHoursFields.tsx';
import { DoseWindows } from './DoseWindows.tsx';
import { SecondPersonFields } from './SecondPersonFields.tsx';
import { Section } from './Section.tsx';
import { asTyped, listed, readTyped, type SectionProps, type TypedSettings } from './typed-settings.ts';

/** All that an administrator sets for one ward, subject by subject, saved together. */
export function SettingsForm({
  settings,
  onSave,
}: {
  settings: WardSettings;
  onSave: (changed: NewWardSettings) => void;
}) {
  const [typed, setTyped] = useState(() => asTyped(settings));
  const [refused, setRefused] = useState(false);
  const read = readTyped(typed);
  const issues = read.error?.issues ?? [];
  const within = (path: readonly PropertyKey[], start: readonly string[]): boolean =>
    start.every((step, place) => path[place] === step);
  const section: SectionProps = {
    typed,
    onType: (changed) => setTyped({ ...typed, ...changed }),
    problemOf: (...path) => {
      // Of a list, whatever place in it; of a group of fields, only what is wrong with them together.
      const found = issues.find(
        (issue) =>
          within(issue.path, path) && issue.path.slice(path.length).every((step) => typeof step === 'number'),
      );
      return found && `${found.message.slice(0, 1).toUpperCase()}${found.message.slice(1)}`;
    },
  };
  const isWrong = (...parts: string[]): boolean =>
    parts.some((part) => issues.some(({ path }) => path[0] === part));
  const { rules } = typed;
  // Of what is typed, since one field that is wrong leaves nothing to read of the others.
  const hoursIn = ({ hours, meals }: TypedSettings): string => JSON.stringify([hours, meals]);
  const ownHours = hoursIn(typed) !== hoursIn(asTyped(DEFAULT_SETTINGS));
  return (
    <form
      className="stack"
      aria-label="Settings of the ward"
      onSubmit={(event) => {
        event.preventDefault();
        setRefused(!read.success);
        if (read.success) onSave(read.data);
      }}
    >
      <Section
        title="Shifts, glucose, orders by voice"
        set={`day begins at ${listed(typed.shifts)[0] ?? ''}`}
        wrong={isWrong('fluidShifts', 'glucoseUnit', 'signVoiceOrdersWithinHours')}
        open
      >
        <div className="wide-grid">
          <TextInput
            label="Shifts begin at"
            description={`By default ${DEFAULT_SETTINGS.fluidShifts.join(', ')}; the first begins the day of the fluid balance`}
            value={typed.shifts}
            error={section.problemOf('fluidShifts')}
            onChange={(event) => section.onType({ shifts: event.currentTarget.value })}
          />
          <NativeSelect
            size="md"
            label="Unit of the ward’s glucose meters"
            description="Offered first where a glucose is typed; a value stays as it was measured"
            value={typed.glucoseUnit ?? ''}
            data={[
              // Once set it is changed, not taken back.
              ...(typed.glucoseUnit === undefined ? [{ value: '', label: 'As measured last' }] : []),
              ...GlucoseUnit.options,
            ]}
            onChange={(event) =>
              section.onType({ glucoseUnit: GlucoseUnit.safeParse(event.currentTarget.value).data })
            }
          />
          <NumberInput
            label="Orders by voice: hours to sign"
            description={`By default ${DEFAULT_SETTINGS.signVoiceOrdersWithinHours}; what nobody has signed by then stands on the board`}
            min={1}
            max={720}
            value={typed.signWithinHours}
            error={section.problemOf('signVoiceOrdersWithinHours')}
            onChange={(value) => section.onType({ signWithinHours: typeof value === 'number' ? value : '' })}
          />
        </div>
      </Section>
      <Section
        title="When a dose is on time"
        set={`${rules.timeCriticalMinutes}, ${rules.moreThanDailyMinutes} and ${rules.dailyMinutes} minutes`}
        wrong={isWrong('rules')}
      >
        <DoseWindows {...section} />
      </Section>
      <Section
        title="Hours of doses, and meals"
        set={ownHours ? 'hours of this ward' : 'as by default'}
        wrong={isWrong('doseHours')}
      >
        <DoseHoursFields {...section} />
      </Section>
      <Section
        title="Alerts"
        set={typed.alertsOff.length === 0 ? 'all on' : `○ ${typed.alertsOff.length} off`}
        wrong={isWrong('alertsOff')}
      >
        <AlertSwitches typed={typed} onType={section.onType} />
      </Section>
      <Section
        title="Two people"
        set={[
          'the short list',
          ...counted(typed.secondPersonGroups.length, 'group', 'groups'),
          ...counted(listed(typed.secondPersonDrugs).length, 'drug', 'drugs'),
        ].join(' + ')}
        wrong={isWrong('secondPerson')}
      >
        <SecondPersonFields {...section} />
      </Section>
      <Problem>
        {refused && !read.success ? 'Nothing is saved yet: put right what is marked, then save.' : undefined}
      </Problem>
      <div>
        <Button type="submit">Save the ward’s settings</Button>
      </div>
    </form>
  );
}

const counted = (count: number, one: string, many: string): string[] =>
  count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
