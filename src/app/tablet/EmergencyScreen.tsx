import { Button, PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { useContext, useState } from 'react';
import { useLamp } from '../lamp.tsx';
import { Problem } from '../Problem.tsx';
import { CREDENTIALS, CredentialContext, SecretInput } from './SecretInput.tsx';
import type { ScreenProps } from './Shell.tsx';

/** Break-glass: somebody from elsewhere has to chart here now, and a colleague vouches. */
export function EmergencyScreen({ session, go }: ScreenProps) {
  const { vault } = useLamp();
  const credential = useContext(CredentialContext);
  const [name, setName] = useState('');
  const [role, setRole] = useState<'nurse' | 'clinician'>('nurse');
  const [reason, setReason] = useState('');
  const [secret, setSecret] = useState('');
  const [pin, setPin] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState<string>();
  const theirs = CREDENTIALS[credential].name;

  async function vouch(): Promise<void> {
    setBusy(true);
    const result = await vault.emergencyAccess({ name, role, reason, secret, pin });
    setBusy(false);
    setPin('');
    setProblem(result.ok ? undefined : result.error.message);
    if (result.ok) setDone(result.value.name);
  }

  if (done !== undefined)
    return (
      <div className="stack">
        <p className="card good" role="status">
          ✓ {done} can unlock the tablets of {session.ward.name} for one shift. Tap Switch, and let them
          choose their name.
        </p>
        <div>
          <Button onClick={() => go({ at: 'board' })}>‹ Ward board</Button>
        </div>
      </div>
    );
  return (
    <form
      className="stack"
      aria-label="Emergency access"
      noValidate
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void vouch();
      }}
    >
      <h2>Emergency access</h2>
      <p className="notice">
        For somebody whom no staff list names and who has to work here now. Every entry of theirs says so, it
        ends after one shift, and the administrator reviews it together with your name. Works with no network.
      </p>
      <div className="row fields">
        <TextInput
          label="Name, as on the badge"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label="Works as"
          value={role}
          onChange={(value) => setRole(value === 'clinician' ? 'clinician' : 'nurse')}
          data={[
            { value: 'nurse', label: 'Nurse' },
            { value: 'clinician', label: 'Clinician' },
          ]}
        />
      </div>
      <TextInput label="Why?" value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <PasswordInput
        label={`New ${credential === 'pin' ? theirs : theirs.toLowerCase()}, typed by the newcomer`}
        inputMode={credential === 'pin' ? 'numeric' : 'text'}
        autoComplete="off"
        maw={360}
        value={secret}
        onChange={(event) => setSecret(event.currentTarget.value)}
      />
      <SecretInput
        whose="Your"
        description={`${session.staff.name}: you vouch for this person`}
        maw={360}
        value={pin}
        onChange={(event) => setPin(event.currentTarget.value)}
      />
      <Problem>{problem}</Problem>
      <div className="footer-actions">
        <Button variant="default" onClick={() => go({ at: 'board' })}>
          Cancel
        </Button>
        <Button
          type="submit"
          size="lg"
          loading={busy}
          disabled={name.trim() === '' || reason.trim() === '' || secret === '' || pin === ''}
        >
          Vouch and let in
        </Button>
      </div>
    </form>
  );
}
