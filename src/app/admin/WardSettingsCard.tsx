import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { WardSettingsList } from '../../wire/ward-settings.ts';
import { inWords, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { usePoll } from '../use-poll.ts';
import { Scores } from './ward-settings/Scores.tsx';
import { SettingsForm } from './ward-settings/SettingsForm.tsx';

/** What each ward sets for itself. Administrators set all but scores; those are switched on by clinicians alone. */
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
    const wrong = await request('POST', path, WardSettingsList, body).then(() => undefined, inWords);
    // Said once the page shows it: the form is made anew with it, and what is typed before that would be lost.
    await list.reload();
    if (wrong === undefined) setDone(said);
    else setProblem(wrong);
  }

  return (
    <section className="card stack" aria-label="Ward settings">
      <h2>Ward settings</h2>
      {wards.length > 1 && (
        <NativeSelect
          size="md"
          label="Ward"
          maw={320}
          value={shown?.ward ?? ''}
          data={wards.map((one) => ({ value: one.ward, label: one.name }))}
          onChange={(event) => {
            setWard(event.currentTarget.value);
            setProblem(undefined);
            setDone(undefined);
          }}
        />
      )}
      {shown && !clinician && (
        <SettingsForm
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
      {/* Between the two that lead to it, where whoever pressed a button looks. */}
      <Problem>{problem}</Problem>
      {done && (
        <p role="status" className="notice">
          {done}
        </p>
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
