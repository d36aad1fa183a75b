import { Button, Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { z } from 'zod';
import { SignInState } from '../../wire/sign-in.ts';
import type { StaffList } from '../../wire/site-setup.ts';
import { inWords, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { usePoll } from '../use-poll.ts';

const Nothing = z.object({});

/** How people sign in at the desk: whether a PIN is enough, and what the hospital's own provider calls them. */
export function SignInCard({
  staff,
  onPolicy,
}: {
  staff: StaffList['staff'];
  /** What is asked of everybody was changed, also of whoever changed it. */
  onPolicy: () => void;
}) {
  const state = usePoll('/api/admin/sign-in', SignInState, 30_000);
  const [problem, setProblem] = useState<string>();
  const send = (path: string, body: unknown): Promise<void> =>
    request('POST', path, Nothing, body).then(
      () => {
        setProblem(undefined);
        state.reload();
      },
      (error: unknown) => setProblem(inWords(error)),
    );
  if (!state.value) return null;
  const { secondFactor, fixed, claim, people } = state.value;
  return (
    <section className="card stack" aria-label="Signing in at the desk">
      <h2>Signing in at the desk</h2>
      <Checkbox
        label="A PIN alone is not enough: everybody needs a passkey or an authenticator app"
        description={
          fixed
            ? 'Set where the server was started (SECOND_FACTOR).'
            : 'Whoever has none sets it up at the next sign-in. Tablets are not concerned.'
        }
        checked={secondFactor === 'required'}
        disabled={fixed}
        onChange={(event) =>
          void send('/api/admin/sign-in', {
            secondFactor: event.currentTarget.checked ? 'required' : 'optional',
          }).then(onPolicy)
        }
      />
      <Problem>{problem}</Problem>
      <table className="facts">
        <thead>
          <tr>
            <th>Name</th>
            <th>Second factor</th>
            {claim !== null && <th>Hospital account ({claim})</th>}
            <th>Actions</th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => {
            const name = staff.find(({ id }) => id === person.id)?.name ?? person.id;
            const factors = [
              ...(person.oneTimeCode ? ['authenticator app'] : []),
              ...(person.passkeys > 0 ? [`${person.passkeys} passkey${person.passkeys > 1 ? 's' : ''}`] : []),
            ];
            return (
              <tr key={person.id}>
                <td>{name}</td>
                <td>{factors.join(', ') || 'none'}</td>
                {claim !== null && (
                  <td>
                    <OutsideNameField
                      key={person.outside}
                      name={name}
                      value={person.outside ?? ''}
                      onSave={(value) =>
                        void send(`/api/admin/staff/${person.id}/outside-name`, { name: value })
                      }
                    />
                  </td>
                )}
                <td>
                  {factors.length > 0 && (
                    <Button
                      variant="default"
                      aria-label={`Remove (lost): second factors of ${name}`}
                      onClick={() => void send(`/api/admin/staff/${person.id}/second-factor/remove`, {})}
                    >
                      Remove (lost)
                    </Button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function OutsideNameField({
  name,
  value,
  onSave,
}: {
  name: string;
  value: string;
  onSave: (value: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  return (
    <div className="row">
      <TextInput
        aria-label={`Hospital account of ${name}`}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {typed.trim() !== value && (
        <Button
          variant="default"
          aria-label={`Save hospital account of ${name}`}
          onClick={() => onSave(typed.trim())}
        >
          Save
        </Button>
      )}
    </div>
  );
}
