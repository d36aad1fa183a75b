import { Button } from '@mantine/core';
import { useEffect, useEffectEvent, useState } from 'react';
import type { TabletStatus } from '../../vault/api.ts';
import { useLamp } from '../lamp.tsx';
import { Problem } from '../Problem.tsx';

const ASK_EVERY_MS = 2_000;

/** The tablet has asked to join. Both screens show the same check code, or somebody else is asking. */
export function WaitToJoin({
  asked,
  onLetIn,
  onEnd,
}: {
  asked: NonNullable<TabletStatus['joining']>;
  onLetIn: () => void;
  /** Refused, with the reason; or given up here. */
  onEnd: (why?: string) => void;
}) {
  const { vault } = useLamp();
  const [problem, setProblem] = useState<string>();
  /** Whether to ask again. */
  const ask = useEffectEvent(async (): Promise<boolean> => {
    const answer = await vault.joinOnceLetIn();
    if (answer.ok && answer.value === 'enrolled') onLetIn();
    else if (!answer.ok && answer.error.kind === 'refused') onEnd(answer.error.message);
    else {
      setProblem(answer.ok ? undefined : answer.error.message);
      return true;
    }
    return false;
  });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const again = async (): Promise<void> => {
      if ((await ask()) && !gone) timer = setTimeout(() => void again(), ASK_EVERY_MS);
    };
    void again();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, []);
  return (
    <main className="page stack" style={{ maxWidth: 720 }}>
      <h1>Lamplight</h1>
      <section className="card stack">
        <h2>“{asked.deviceName}” has asked to join</h2>
        <p>
          An administrator lets it in under Administration. There the same check code must stand beside this
          tablet’s name:
        </p>
        <p className="big" data-testid="check-code">
          {asked.checkCode}
        </p>
        <p>If another stands there, do not let it in: another device is asking. Make a new code.</p>
        <p role="status">Waiting for the administrator…</p>
        <Problem>{problem}</Problem>
        <div className="row between">
          <a className="link" href="/admin">
            Administration
          </a>
          <Button variant="default" onClick={() => void vault.forgetJoining().then(() => onEnd())}>
            Ask with another code
          </Button>
        </div>
      </section>
    </main>
  );
}
