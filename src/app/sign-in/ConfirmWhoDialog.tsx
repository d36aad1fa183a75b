import { PasswordInput, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { SessionInfo } from '../../wire/sign-in.ts';
import { ApiError, onConfirmNeeded, request } from '../api.ts';
import { DialogForm } from '../DialogForm.tsx';

/** Asks who it is once more, before something changes who may come in; what was asked for then goes on by itself. */
export function ConfirmWhoDialog({
  codeSetUp,
  onShown,
}: {
  codeSetUp: boolean;
  onShown: (session: SessionInfo) => void;
}) {
  const [answer, setAnswer] = useState<(shown: boolean) => void>();
  const [pin, setPin] = useState('');
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    onConfirmNeeded(() => new Promise<boolean>((resolve) => setAnswer(() => resolve)));
    return () => onConfirmNeeded(undefined);
  }, []);
  const close = (shown: boolean): void => {
    answer?.(shown);
    setAnswer(undefined);
    setPin('');
    setCode('');
    setProblem(undefined);
  };
  async function confirm(): Promise<void> {
    setBusy(true);
    try {
      onShown(
        await request('POST', '/api/session/confirm', SessionInfo, {
          pin,
          ...(code === '' ? {} : { code }),
        }),
      );
      close(true);
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : 'This could not be checked. Try again.');
    } finally {
      setBusy(false);
    }
  }
  return (
    <DialogForm
      opened={answer !== undefined}
      title="Is it still you?"
      size="md"
      confirm="It is me"
      problem={problem}
      busy={busy}
      ready={pin.length >= 4 && (!codeSetUp || code !== '')}
      onSubmit={() => void confirm()}
      onCancel={() => close(false)}
    >
      <p>
        This changes who may come in. You signed in more than five minutes ago, so show it once more; nothing
        was changed yet.
      </p>
      <PasswordInput
        label="Your own PIN"
        inputMode="numeric"
        autoComplete="off"
        data-autofocus
        value={pin}
        onChange={(event) => setPin(event.currentTarget.value)}
      />
      {codeSetUp && (
        <TextInput
          label="Code of your authenticator app"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
      )}
    </DialogForm>
  );
}
