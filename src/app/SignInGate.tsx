import { zodResolver } from '@hookform/resolvers/zod';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import type { Role } from '../clinical/index.ts';
import { SessionInfo, SignIn } from '../wire/workbench.ts';
import { ApiError, request } from './api.ts';
import { DemoEhrSwitch } from './DemoEhrSwitch.tsx';

/** The desk's pages: nobody sees them who has not signed in, and a session that ends asks again. */
export function SignInGate({
  title,
  roles,
  children,
}: {
  title: string;
  roles: readonly Role[];
  children: (session: SessionInfo) => ReactNode;
}) {
  const [session, setSession] = useState<SessionInfo | null>();
  const resume = useCallback(() => {
    request('GET', '/api/session', SessionInfo).then(setSession, () => setSession(null));
  }, []);
  useEffect(() => {
    resume();
    // In use it goes on; left alone for half an hour it ends, and the page says so.
    const timer = setInterval(resume, 5 * 60_000);
    return () => clearInterval(timer);
  }, [resume]);
  if (session === undefined) return <p className="page">Opening…</p>;
  const allowed = session && roles.includes(session.staff.role);
  return (
    <div className="shell">
      <header className="topbar">
        <span className="brand">Lamplight</span>
        {allowed ? <h1>{title}</h1> : <span>{title}</span>}
        <span style={{ flex: 1 }} />
        {session && (
          <>
            <span>
              {session.staff.name} · {session.staff.role}
            </span>
            <Button
              onClick={() =>
                void request('DELETE', '/api/session', z.object({})).finally(() => location.reload())
              }
            >
              Sign out
            </Button>
          </>
        )}
      </header>
      <main className="page stack">
        {session && !allowed && (
          <p className="notice stop">
            This page needs {roles.join(' or ')} rights. Sign in as somebody who has them.
          </p>
        )}
        {allowed ? children(session) : <SignInForm onSignedIn={setSession} />}
        <DemoEhrSwitch />
      </main>
    </div>
  );
}

function SignInForm({ onSignedIn }: { onSignedIn: (session: SessionInfo) => void }) {
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(SignIn),
    defaultValues: { staff: '', pin: '' },
  });
  const [problem, setProblem] = useState<string>();
  const submit = handleSubmit(async (values) => {
    setProblem(undefined);
    await request('POST', '/api/session', SessionInfo, values).then(onSignedIn, (error: unknown) =>
      setProblem(error instanceof ApiError ? error.message : 'Signing in failed. Try again.'),
    );
  });
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
      {problem && (
        <p role="alert" className="notice stop">
          {problem}
        </p>
      )}
      <Button type="submit" loading={formState.isSubmitting}>
        Sign in
      </Button>
    </form>
  );
}
