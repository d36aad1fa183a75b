import { Button } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { formatInstant } from '../../clinical/index.ts';
import type { Result, VaultApi } from '../../vault/api.ts';
import { useLamp } from '../lamp.tsx';
import { Problem } from '../Problem.tsx';
import { ChangeSecret } from './ChangeSecret.tsx';
import { canUsePasskeys, makePasskey } from './passkey.ts';
import { SecretInput } from './SecretInput.tsx';
import type { ScreenProps } from './Shell.tsx';

/** One's own passkeys and security keys for unlocking: a touch instead of a PIN. */
export function KeyScreen({ session, timeZone, go }: ScreenProps) {
  const { vault } = useLamp();
  const [keys, setKeys] = useState<Awaited<ReturnType<VaultApi['passkeys']>>>();
  const [pin, setPin] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState<string>();
  const load = useCallback(() => void vault.passkeys().then(setKeys), [vault]);
  useEffect(load, [load]);

  async function run(work: () => Promise<Result<void> | undefined>, said: string): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    setDone(undefined);
    const result = await work();
    setBusy(false);
    setPin('');
    if (result?.ok) setDone(said);
    else
      setProblem(
        result?.error.message ??
          'The key did not answer, or it cannot keep a secret (WebAuthn PRF). Nothing was changed; your PIN works as before.',
      );
    load();
  }

  return (
    <section className="stack" aria-label="Your keys">
      <ChangeSecret name={session.staff.name} />
      <h2>Unlock with a key</h2>
      <p className="notice">
        A passkey or security key of {session.staff.name} opens every tablet of your wards that has heard of
        it, also without a network. Your PIN goes on working, and is asked for signatures.
      </p>
      {!canUsePasskeys() && <p className="notice stop">This browser knows no passkeys.</p>}
      <ul className="plain stack">
        {keys?.map((key, index) => (
          <li key={key.credential} className="row between">
            <span>
              Key {index + 1}, added {formatInstant(key.addedAt, timeZone)}
            </span>
            <Button
              variant="default"
              aria-label={`Remove key ${index + 1}`}
              disabled={pin === '' || busy}
              onClick={() =>
                void run(
                  () => vault.removePasskey({ credential: key.credential, pin }),
                  'The key opens no tablet any more that hears of it.',
                )
              }
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      {keys?.length === 0 && <p>You have no key yet.</p>}
      <SecretInput
        whose="Your"
        description="To add a key or to remove one"
        maw={360}
        value={pin}
        onChange={(event) => setPin(event.currentTarget.value)}
      />
      <Problem>{problem}</Problem>
      {done && (
        <p role="status" className="card good">
          ✓ {done}
        </p>
      )}
      <div className="footer-actions">
        <Button variant="default" onClick={() => go({ at: 'board' })}>
          ‹ Ward board
        </Button>
        <Button
          size="lg"
          loading={busy}
          disabled={pin === '' || !canUsePasskeys()}
          onClick={() =>
            void run(async () => {
              const answer = await makePasskey(
                session.staff,
                (keys ?? []).map((key) => key.credential),
              );
              return answer && vault.addPasskey({ answer, pin });
            }, 'The key opens this tablet now, and the others with their next exchange.')
          }
        >
          Add a key
        </Button>
      </div>
    </section>
  );
}
