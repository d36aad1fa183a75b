import { zodResolver } from '@hookform/resolvers/zod';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { startAuthentication } from '@simplewebauthn/browser';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { OPENID_PROBLEMS, OpenIdAddress, PasskeyAsked, SessionInfo, SignIn } from '../../wire/sign-in.ts';
import { PublicInfo } from '../../wire/workbench.ts';
import { ApiError, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { usePoll } from '../use-poll.ts';

/** Name and PIN, the code of an authenticator app where one is set up, a passkey, or the hospital's own sign-in. */
export function SignInForm({
  page,
  onSignedIn,
}: {
  page: '/admin' | '/workbench';
  onSignedIn: (session: SessionInfo) => void;
}) {
  const { register, handleSubmit, formState, setFocus, setValue } = useForm({
    resolver: zodResolver(SignIn),
    defaultValues: { staff: '', pin: '', code: undefined as string | undefined },
  });
  const site = usePoll('/api/public', PublicInfo, 600_000);
  const [codeNeeded, setCodeNeeded] = useState(false);
  const [problem, setProblem] = useState(() => problemInAddress());
  const [busy, setBusy] = useState(false);
  const failed = (error: unknown): void => {
    setProblem(error instanceof ApiError ? error.message : 'Signing in failed. Try again.');
  };

  const submit = handleSubmit(async (values) => {
    setProblem(undefined);
    await request('POST', '/api/session', SessionInfo, values).then(onSignedIn, (error: unknown) => {
      failed(error);
      if (!(error instanceof ApiError) || error.kind !== 'code-needed') return setValue('code', undefined);
      setCodeNeeded(true);
      // The field is there with the next picture.
      requestAnimationFrame(() => setFocus('code'));
    });
  });

  async function byPasskey(): Promise<void> {
    setProblem(undefined);
    setBusy(true);
    try {
      const { asked, options } = await request('POST', '/api/session/passkey/ask', PasskeyAsked, {});
      const answer = await startAuthentication({ optionsJSON: options });
      onSignedIn(await request('POST', '/api/session/passkey', SessionInfo, { asked, answer }));
    } catch (error) {
      failed(
        error instanceof ApiError
          ? error
          : new ApiError('cancelled', 'No passkey was used. Try again, or sign in with your PIN.'),
      );
    }
    setBusy(false);
  }

  async function byProvider(): Promise<void> {
    setProblem(undefined);
    setBusy(true);
    await request('POST', '/api/session/openid', OpenIdAddress, { returnTo: page }).then(
      ({ url }) => location.assign(url),
      failed,
    );
    setBusy(false);
  }

  return (
    <form className="card stack" style={{ maxWidth: 460 }} onSubmit={submit} noValidate>
      <h1>Sign in</h1>
      <TextInput
        label="Name"
        error={formState.errors.staff && 'Your name, as on the staff list'}
        {...register('staff')}
      />
      <PasswordInput
        label="PIN"
        inputMode="numeric"
        error={formState.errors.pin && 'Your PIN'}
        {...register('pin')}
      />
      {codeNeeded && (
        <TextInput
          label="Code of your authenticator app"
          description="Or one of your recovery codes; each works once"
          autoComplete="one-time-code"
          {...register('code', { setValueAs: (typed: string | undefined) => typed || undefined })}
        />
      )}
      <Problem>{problem}</Problem>
      <Button type="submit" loading={formState.isSubmitting}>
        Sign in
      </Button>
      <div className="row">
        {'credentials' in navigator && (
          <Button variant="default" loading={busy} onClick={() => void byPasskey()}>
            Use a passkey
          </Button>
        )}
        {site.value?.openId && (
          <Button variant="default" loading={busy} onClick={() => void byProvider()}>
            Hospital account
          </Button>
        )}
      </div>
    </form>
  );
}

/** Why the hospital's own sign-in led nowhere; taken out of the address, so that a reload does not say it again. */
function problemInAddress(): string | undefined {
  const kind = /^#sign-in=([a-z-]+)$/.exec(location.hash)?.[1];
  if (kind === undefined) return undefined;
  history.replaceState(null, '', location.pathname);
  return OPENID_PROBLEMS[kind];
}
