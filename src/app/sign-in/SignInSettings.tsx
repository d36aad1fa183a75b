import { Button, TextInput } from '@mantine/core';
import { startRegistration } from '@simplewebauthn/browser';
import { toDataURL } from 'qrcode';
import { useEffect, useState } from 'react';
import { z } from 'zod';
import { Factors, NewCode, PasskeyAsked, RecoveryCodes } from '../../wire/sign-in.ts';
import { ApiError, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { usePoll } from '../use-poll.ts';
import { WhereSignedIn } from './WhereSignedIn.tsx';

const Nothing = z.object({});

/** One's own passkeys and authenticator app. */
export function SignInSettings({ onChanged }: { onChanged: () => void }) {
  const factors = usePoll('/api/session/factors', Factors, 60_000);
  const [problem, setProblem] = useState<string>();
  const [recovery, setRecovery] = useState<string[]>();
  const [newCode, setNewCode] = useState<NewCode>();
  const [name, setName] = useState('');
  const changed = (): void => {
    setProblem(undefined);
    factors.reload();
    // The recovery codes are shown once: what they stand on must not go away under them.
    if (recovery === undefined) onChanged();
  };
  const failed = (error: unknown): void =>
    setProblem(
      error instanceof ApiError
        ? error.message
        : 'Nothing was changed: the browser made no passkey. Try again.',
    );

  async function addPasskey(): Promise<void> {
    try {
      const { asked, options } = await request('POST', '/api/session/passkeys/ask', PasskeyAsked, {});
      // SimpleWebAuthn checks what it is handed; on the wire only the frame of it was.
      const answer = await startRegistration({
        optionsJSON: options as unknown as Parameters<typeof startRegistration>[0]['optionsJSON'],
      });
      await request('POST', '/api/session/passkeys', Nothing, {
        asked,
        name: name.trim() || 'Passkey',
        answer,
      });
      setName('');
      changed();
    } catch (error) {
      failed(error);
    }
  }

  if (!factors.value) return <p>{factors.problem ?? 'Opening…'}</p>;
  const { oneTimeCode, passkeys, recoveryCodesLeft } = factors.value;
  return (
    <section className="card stack" aria-label="Signing in">
      <h2>Signing in</h2>
      <Problem>{problem}</Problem>
      <WhereSignedIn onFailed={failed} />
      <h3>Passkeys and security keys</h3>
      {passkeys.length === 0 && <p>None yet. A passkey signs you in without name, PIN or code.</p>}
      <ul className="plain stack">
        {passkeys.map((passkey) => (
          <li key={passkey.id} className="row between">
            <span>{passkey.name}</span>
            <Button
              variant="default"
              aria-label={`Remove passkey ${passkey.name}`}
              onClick={() =>
                void request('POST', '/api/session/passkeys/remove', Nothing, { id: passkey.id }).then(
                  changed,
                  failed,
                )
              }
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      <div className="row fields">
        <TextInput
          label="Name of the new passkey"
          placeholder="Desk key, telephone …"
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button onClick={() => void addPasskey()}>Add a passkey</Button>
      </div>
      <h3>Authenticator app</h3>
      {oneTimeCode ? (
        <div className="row between">
          <span>Set up: your PIN needs a code beside it. {recoveryCodesLeft} recovery codes are left.</span>
          <Button
            variant="default"
            onClick={() =>
              void request('POST', '/api/session/code/remove', Nothing, {}).then(changed, failed)
            }
          >
            Remove the app
          </Button>
        </div>
      ) : newCode ? (
        <NewCodeForm
          code={newCode}
          onFailed={failed}
          onDone={(codes) => {
            setProblem(undefined);
            setNewCode(undefined);
            setRecovery(codes);
            factors.reload();
          }}
        />
      ) : (
        <div>
          <Button
            variant="default"
            onClick={() =>
              void request('POST', '/api/session/code/begin', NewCode, {}).then(setNewCode, failed)
            }
          >
            Set up an authenticator app
          </Button>
        </div>
      )}
      {recovery && (
        <section className="notice stack" aria-label="Recovery codes">
          <p>
            Recovery codes, for the day when the telephone is lost. Each works once. They are shown only now:
            write them down.
          </p>
          <ul className="codes">
            {recovery.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ul>
          <div>
            <Button
              onClick={() => {
                setRecovery(undefined);
                onChanged();
              }}
            >
              I have written them down
            </Button>
          </div>
        </section>
      )}
    </section>
  );
}

function NewCodeForm({
  code,
  onDone,
  onFailed,
}: {
  code: NewCode;
  onDone: (recovery: string[]) => void;
  onFailed: (error: unknown) => void;
}) {
  const [picture, setPicture] = useState<string>();
  const [typed, setTyped] = useState('');
  useEffect(() => void toDataURL(code.uri, { margin: 1, width: 200 }).then(setPicture), [code]);
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        request('POST', '/api/session/code/confirm', RecoveryCodes, { code: typed }).then(
          ({ codes }) => onDone(codes),
          onFailed,
        );
      }}
    >
      {picture && (
        <img src={picture} alt="Secret for the authenticator app as a QR code" width={200} height={200} />
      )}
      <div className="stack">
        <p>
          Scan this with the app, or type <code data-testid="totp-secret">{code.secret}</code>
        </p>
        <TextInput
          label="The code that it shows now"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" disabled={typed.trim().length < 6}>
          Confirm
        </Button>
      </div>
    </form>
  );
}
