import { Button } from '@mantine/core';
import { useContext, useState } from 'react';
import { useLamp } from '../lamp.tsx';
import { Problem } from '../Problem.tsx';
import { CREDENTIALS, CredentialContext, SecretInput } from './SecretInput.tsx';

/** Another PIN, or passphrase where this tablet asks for one, chosen by its owner; with no server too. */
export function ChangeSecret({ name }: { name: string }) {
  const { vault } = useLamp();
  const { name: Secret } = CREDENTIALS[useContext(CredentialContext)];
  const secret = Secret === 'PIN' ? 'PIN' : Secret.toLowerCase();
  const [typed, setTyped] = useState({ pin: '', chosen: '', again: '' });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState(false);
  const differs = typed.again !== '' && typed.again !== typed.chosen;
  const field = (key: keyof typeof typed) => ({
    maw: 360,
    value: typed[key],
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      setTyped({ ...typed, [key]: event.currentTarget.value }),
  });

  async function change(): Promise<void> {
    setBusy(true);
    setDone(false);
    const result = await vault.changeSecret({ pin: typed.pin, chosen: typed.chosen });
    setBusy(false);
    setProblem(result.ok ? undefined : result.error.message);
    setDone(result.ok);
    if (result.ok) setTyped({ pin: '', chosen: '', again: '' });
  }

  return (
    <form
      className="card stack"
      noValidate
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void change();
      }}
    >
      <h2>Change your {secret}</h2>
      <p>
        The new one works here at once, and at other tablets and the desk when they hear of it; until then the
        old one does. What {name} charted stays as it is.
      </p>
      <SecretInput label={`Old ${secret}`} {...field('pin')} />
      <SecretInput label={`New ${secret}`} {...field('chosen')} />
      <SecretInput
        label={`New ${secret} again`}
        error={differs && `This is not the new ${secret} that you typed above`}
        {...field('again')}
      />
      <Problem>{problem}</Problem>
      {done && (
        <p role="status" className="card good">
          ✓ Your new {secret} works here now.
        </p>
      )}
      <div className="row">
        <Button
          type="submit"
          size="lg"
          loading={busy}
          disabled={typed.pin === '' || typed.chosen === '' || typed.again !== typed.chosen}
        >
          Change {secret}
        </Button>
      </div>
    </form>
  );
}
