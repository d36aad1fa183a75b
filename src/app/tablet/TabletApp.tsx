import { useEffect, useState } from 'react';
import type { Session } from '../../vault/api.ts';
import { useStatus } from '../lamp.tsx';
import { EnrolScreen } from './EnrolScreen.tsx';
import { LockScreen } from './LockScreen.tsx';
import { Shell } from './Shell.tsx';

const IDLE_MS = 2 * 60_000;

/** To lock is to reload the page: the one way to empty a JavaScript heap, and what the screen showed. */
export const lock = (): void => location.reload();

/** The tablet: not enrolled, locked, or in somebody's hands. */
export function TabletApp() {
  const { value: status, reload } = useStatus();
  const [session, setSession] = useState<Session>();
  useIdleLock(session !== undefined);
  const covered = useCover();
  if (covered) return <div className="cover">Lamplight</div>;
  if (!status) return <p className="page">Opening Lamplight…</p>;
  if (status.state === 'not-enrolled') return <EnrolScreen onEnrolled={reload} />;
  if (!session) return <LockScreen status={status} onUnlock={setSession} />;
  return <Shell status={status} session={session} />;
}

function useIdleLock(active: boolean): void {
  useEffect(() => {
    if (!active) return;
    let timer = setTimeout(lock, IDLE_MS);
    const again = (): void => {
      clearTimeout(timer);
      timer = setTimeout(lock, IDLE_MS);
    };
    const events = ['pointerdown', 'keydown', 'input'] as const;
    for (const event of events) addEventListener(event, again, { capture: true });
    return () => {
      clearTimeout(timer);
      for (const event of events) removeEventListener(event, again, { capture: true });
    };
  }, [active]);
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
