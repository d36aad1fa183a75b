import { Button } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { z } from 'zod';
import type { Role } from '../../clinical/index.ts';
import { SessionInfo } from '../../wire/sign-in.ts';
import { request } from '../api.ts';
import { DemoEhrSwitch } from '../DemoEhrSwitch.tsx';
import { ConfirmWhoDialog } from './ConfirmWhoDialog.tsx';
import { SignInForm } from './SignInForm.tsx';
import { SignInSettings } from './SignInSettings.tsx';

const ASK_EVERY_MS = 60_000;

/** The desk's pages: nobody sees them who has not signed in, and a session that ends asks again. */
export function SignInGate({
  title,
  page,
  roles,
  children,
}: {
  title: string;
  page: '/admin' | '/workbench';
  roles: readonly Role[];
  /** `ask`: asks the server anew what the session may, after that was changed. */
  children: (session: SessionInfo, ask: () => void) => ReactNode;
}) {
  const [session, setSession] = useState<SessionInfo | null>();
  const [settings, setSettings] = useState(false);
  const resume = useCallback(() => {
    request('GET', '/api/session', SessionInfo).then(setSession, () => setSession(null));
  }, []);
  useEffect(resume, [resume]);
  useStay(session, setSession);
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
            <Button variant="default" aria-expanded={settings} onClick={() => setSettings(!settings)}>
              Signing in
            </Button>
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
        {session?.secondFactorDue && (
          <p className="notice stop" role="alert">
            This site asks for more than a PIN. Add a passkey or set up an authenticator app; then the page
            opens.
          </p>
        )}
        {session && <ConfirmWhoDialog codeSetUp={session.codeSetUp} onShown={setSession} />}
        {session && (settings || session.secondFactorDue) && <SignInSettings onChanged={resume} />}
        {allowed && !session.secondFactorDue && children(session, resume)}
        {!allowed && <SignInForm page={page} onSignedIn={setSession} />}
        <DemoEhrSwitch />
      </main>
    </div>
  );
}

/**
 * Tells the server that somebody is there, once a minute at most and only after a touch; otherwise only asks whether the
 * session still lives. So a desk that is left alone is closed, whatever its page asks by itself.
 */
function useStay(
  session: SessionInfo | null | undefined,
  setSession: (session: SessionInfo | null) => void,
): void {
  const open = session !== null && session !== undefined;
  useEffect(() => {
    if (!open) return;
    let touched = false;
    const touch = (): void => {
      touched = true;
    };
    const timer = setInterval(() => {
      const asked = touched
        ? request('POST', '/api/session/stay', SessionInfo, {})
        : request('GET', '/api/session', SessionInfo);
      touched = false;
      // Only the server's own word ends it: a network that drops for a moment signs nobody out.
      asked.then(setSession, (error: { kind?: string }) => {
        if (error.kind === 'signed-out') setSession(null);
      });
    }, ASK_EVERY_MS);
    const events = ['pointerdown', 'keydown', 'wheel'] as const;
    for (const event of events) addEventListener(event, touch, { capture: true, passive: true });
    return () => {
      clearInterval(timer);
      for (const event of events) removeEventListener(event, touch, { capture: true });
    };
  }, [open, setSession]);
}
