import { Button, Checkbox, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import {
  DEFAULT_SETTINGS,
  formatDate,
  GlucoseUnit,
  SCREENS_TO_SIGN,
  TIME_CRITICAL,
  type WardSettings,
} from '../../clinical/index.ts';
import { WardSettingsList } from '../../wire/ward-settings.ts';
import { inWords, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { usePoll } from '../use-poll.ts';

const WINDOWS = [
  ['timeCriticalMinutes', 'Time-critical dose, minutes before and after'],
  ['moreThanDailyMinutes', 'More often than daily, minutes before and after'],
  ['dailyMinutes', 'Daily or rarer, minutes before and after'],
  ['statMinutes', 'STAT dose is overdue after, minutes'],
  ['onceMinutes', 'First or single dose is overdue after, minutes'],
] as const;

/** What each ward sets for itself. Administrators set windows and shifts; scores are switched on by clinicians alone. */
export function WardSettingsCard({ clinician }: { clinician: boolean }) {
  const list = usePoll('/api/admin/ward-settings', WardSettingsList, 60_000);
  const [ward, setWard] = useState('');
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState<string>();
  const wards = list.value?.wards ?? [];
  const shown = wards.find((one) => one.ward === ward) ?? wards[0];

  async function send(path: string, body: unknown, said: string): Promise<void> {
    setProblem(undefined);
    setDone(undefined);
    await request('POST', path, WardSettingsList, body).then(
      () => setDone(said),
      (error: unknown) => setProblem(inWords(error)),
    );
    list.reload();
  }

  return (
    <section className="card stack" aria-label="Ward settings">
      <h2>Ward settings</h2>
      {wards.length > 1 && (
        <NativeSelect
          label="Ward"
          maw={320}
          value={shown?.ward ?? ''}
          data={wards.map((one) => ({ value: one.ward, label: one.name }))}
          onChange={(event) => setWard(event.currentTarget.value)}
        />
      )}
      <Problem>{problem}</Problem>
      {done && (
        <p role="status" className="notice">
          {done}
        </p>
      )}
      {shown && !clinician && (
        <Windows
          key={`${shown.ward} ${JSON.stringify(shown.settings)}`}
          settings={shown.settings}
          onSave={(changed) =>
            void send(
              `/api/admin/wards/${shown.ward}/settings`,
              changed,
              `The settings of ${shown.name} are on their way to its tablets.`,
            )
          }
        />
      )}
      {shown && (
        <Scores
          settings={shown.settings}
          onSign={
            clinician
              ? (screen, on) =>
                  void send(
                    `/api/admin/wards/${shown.ward}/screens`,
                    { screen, on },
                    on ? 'Signed: tablets of the ward offer it now.' : 'Switched off again.',
                  )
              : undefined
          }
        />
      )}
    </section>
  );
}

function Windows({
  settings,
  onSave,
}: {
  settings: WardSettings;
  onSave: (changed: Pick<WardSettings, 'rules' | 'fluidShifts' | 'glucoseUnit'>) => void;
}) {
  const [rules, setRules] = useState(settings.rules);
  const [drugs, setDrugs] = useState(settings.rules.timeCriticalDrugs.join(', '));
  const [glucoseUnit, setGlucoseUnit] = useState(settings.glucoseUnit);
  const [shifts, setShifts] = useState(settings.fluidShifts.join(', '));
  const list = (text: string): string[] =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  return (
    <form
      className="stack"
      aria-label="Windows and shifts"
      onSubmit={(event) => {
        event.preventDefault();
        onSave({
          rules: { ...rules, timeCriticalDrugs: list(drugs) },
          fluidShifts: list(shifts),
          ...(glucoseUnit === undefined ? {} : { glucoseUnit }),
        });
      }}
    >
      <div className="vitals-grid">
        {WINDOWS.map(([name, label]) => (
          <NumberInput
            key={name}
            label={label}
            min={5}
            max={720}
            value={rules[name]}
            onChange={(value) => typeof value === 'number' && setRules({ ...rules, [name]: value })}
          />
        ))}
        <TextInput
          label="Shifts begin at; the first begins the day of the fluid balance"
          description={`By default ${DEFAULT_SETTINGS.fluidShifts.join(', ')}`}
          value={shifts}
          onChange={(event) => setShifts(event.currentTarget.value)}
        />
        <NativeSelect
          label="Unit of the ward’s glucose meters"
          description="Offered first; a value stays as it was measured"
          value={glucoseUnit ?? ''}
          data={[
            // Once set it is changed, not taken back.
            ...(glucoseUnit === undefined ? [{ value: '', label: 'As measured last' }] : []),
            ...GlucoseUnit.options,
          ]}
          onChange={(event) => setGlucoseUnit(GlucoseUnit.safeParse(event.currentTarget.value).data)}
        />
        <TextInput
          label="Further time-critical drugs, parted by commas"
          value={drugs}
          onChange={(event) => setDrugs(event.currentTarget.value)}
        />
      </div>
      <fieldset className="card stack">
        <legend>Time-critical here</legend>
        {Object.entries(TIME_CRITICAL).map(([group, { says }]) => (
          <Checkbox
            key={group}
            size="md"
            label={says}
            checked={rules.timeCritical.includes(group)}
            onChange={(event) =>
              setRules({
                ...rules,
                timeCritical: event.currentTarget.checked
                  ? [...rules.timeCritical, group]
                  : rules.timeCritical.filter((other) => other !== group),
              })
            }
          />
        ))}
      </fieldset>
      <div>
        <Button type="submit">Save the ward’s settings</Button>
      </div>
    </form>
  );
}

/** Each says why it is off, and who switched it on. */
function Scores({
  settings,
  onSign,
}: {
  settings: WardSettings;
  /** Absent: whoever looks is no clinician. */
  onSign: ((screen: string, on: boolean) => void) | undefined;
}) {
  return (
    <section className="stack" aria-label="Scores">
      <h3>Scores that a clinician switches on</h3>
      <p>
        Their values or terms were not checked against the publisher’s own paper. A clinician of the ward who
        has done that switches each on with their name; {onSign ? 'that is you' : 'sign in here as one'}.
      </p>
      {SCREENS_TO_SIGN.map(({ id, title, source }) => {
        const signed = settings.signedScreens.find(({ screen }) => screen === id);
        return (
          <div key={id} className="row between">
            <span>
              <strong>{title}</strong> · {source}
              <br />
              <span className="quiet">
                {signed ? `✓ On: checked by ${signed.by}, ${formatDate(signed.at.slice(0, 10))}` : '○ Off'}
              </span>
            </span>
            {onSign && (
              <Button
                variant={signed ? 'default' : 'filled'}
                aria-label={signed ? `Switch off ${title}` : `I have checked it: switch it on: ${title}`}
                onClick={() => onSign(id, !signed)}
              >
                {signed ? 'Switch off' : 'I have checked it: switch it on'}
              </Button>
            )}
          </div>
        );
      })}
    </section>
  );
}
