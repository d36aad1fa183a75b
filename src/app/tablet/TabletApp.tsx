import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Session, TabletStatus } from '../../vault/api.ts';
import { WITNESS_COOKIE } from '../../wire/workbench.ts';
import { useLamp, useStatus, WardRows } from '../lamp.tsx';
import { type Theme, useTheme } from '../use-theme.ts';
import { beforeLock, lock } from './before-lock.ts';
import { Joining } from './Joining.tsx';
import { LockScreen } from './LockScreen.tsx';
import { CredentialContext } from './SecretInput.tsx';
import { Shell } from './Shell.tsx';

const DEFAULT_IDLE_MS = 2 * 60_000;

/** The tablet: not enrolled, locked, or in somebody's hands. */
export function TabletApp() {
  const { value: status, reload } = useStatus();
  const [session, setSession] = useState<Session>();
  const ward = status?.wards.find(({ id }) => id === session?.ward.id);
  useIdleLock(session !== undefined, ward?.idleLockMs ?? DEFAULT_IDLE_MS);
  const { subscribe, vault } = useLamp();
  useEffect(() => beforeLock(() => vault.finish()), [vault]);
  // Revoked while somebody works: what is half written is kept sealed, and the screen is emptied.
  useEffect(() => subscribe((event) => void (event.type === 'revoked' && lock())), [subscribe]);
  useEffect(() => subscribe((event) => void (event.type === 'wiped' && startAnew())), [subscribe]);
  const [stopped, setStopped] = useState<readonly ('vault' | 'sync')[]>([]);
  useEffect(
    () =>
      subscribe((event) => {
        if (event.type === 'stopped') setStopped((before) => [...before, event.worker]);
      }),
    [subscribe],
  );
  const theme = useTheme();
  const covered = useCover();
  // The cover lies over the screens and does not replace them: what is half written stays.
  return (
    <>
      {covered && <div className="cover">Lamplight</div>}
      {stopped.length > 0 && <Stopped saves={!stopped.includes('vault')} />}
      <Inside status={status} session={session} theme={theme} onJoining={reload} onUnlock={setSession} />
    </>
  );
}

/** What is on the screen stays: where nothing can be saved any more it can be copied, else it can be finished. */
function Stopped({ saves }: { saves: boolean }) {
  return (
    <div role="alert" className="notice stop">
      <p>
        {saves
          ? '▲ The part of Lamplight that speaks to the server has stopped: nothing is sent or fetched now. What you chart is still saved on this tablet. Finish what you are writing, then open Lamplight again.'
          : '▲ A part of Lamplight has stopped, and nothing more can be saved or sent now. Everything that was shown as saved is safe on this tablet. Copy to paper what you are writing, then open Lamplight again.'}
      </p>
      <Button onClick={() => void lock()}>Open Lamplight again</Button>
    </div>
  );
}

/** Wiped on purpose: the cookie that would call it an accident goes too. */
function startAnew(): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not on every tablet yet.
  document.cookie = `${WITNESS_COOKIE}=; path=/; max-age=0; samesite=strict`;
  location.reload();
}

function Inside({
  status,
  session,
  theme,
  onJoining,
  onUnlock,
}: {
  status: TabletStatus | undefined;
  session: Session | undefined;
  theme: [Theme, (theme: Theme) => void];
  onJoining: () => void;
  onUnlock: (session: Session) => void;
}) {
  if (!status) return <p className="page">Opening Lamplight…</p>;
  if (status.state === 'not-enrolled') return <Joining asked={status.joining} onChange={onJoining} />;
  if (!session)
    return (
      <CredentialContext value={status.unlockWith}>
        <LockScreen status={status} onUnlock={onUnlock} />
      </CredentialContext>
    );
  return (
    <CredentialContext value={status.unlockWith}>
      <WardRows>
        <Shell status={status} session={session} theme={theme} />
      </WardRows>
    </CredentialContext>
  );
}

function useIdleLock(active: boolean, idleMs: number): void {
  useEffect(() => {
    if (!active) return;
    let lastTouch = Date.now();
    let timer = setTimeout(lock, idleMs);
    const again = (): void => {
      clearTimeout(timer);
      lastTouch = Date.now();
      timer = setTimeout(lock, idleMs);
    };
    // A sleeping tablet runs no timers: it is asked again when it wakes, before anyone can read the screen.
    const woken = (): void => {
      if (Date.now() - lastTouch >= idleMs) void lock();
    };
    document.addEventListener('visibilitychange', woken);
    const events = ['pointerdown', 'keydown', 'input'] as const;
    for (const event of events) addEventListener(event, again, { capture: true });
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', woken);
      for (const event of events) removeEventListener(event, again, { capture: true });
    };
  }, [active, idleMs]);
}

/** The task switcher keeps pictures of what it hides: there is nothing of a patient in them. */
function useCover(): boolean {
  const [hidden, setHidden] = useState(document.hidden);
  useEffect(() => {
    const change = (): void => setHidden(document.hidden);
    document.addEventListener('visibilitychange', change);
    return () => document.removeEventListener('visibilitychange', change);
  }, []);
  return hidden;
}
