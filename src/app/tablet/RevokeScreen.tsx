import { Button } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { formatInstant } from '../../clinical/index.ts';
import type { Revocable } from '../../vault/administer-api.ts';
import { useLamp } from '../lamp.tsx';
import { ReasonDialog } from '../ReasonDialog.tsx';
import { SecretInput } from './SecretInput.tsx';
import type { ScreenProps } from './Shell.tsx';
import { WipeDialog } from './WipeDialog.tsx';

/** Lost tablets and people who left, taken out of use from any tablet, with no server in reach. */
export function RevokeScreen({ go, timeZone }: ScreenProps) {
  const { vault, subscribe } = useLamp();
  const [all, setAll] = useState<Revocable[]>();
  const [chosen, setChosen] = useState<Revocable>();
  const [done, setDone] = useState<string>();
  const [wiping, setWiping] = useState(false);
  const load = useCallback(() => void vault.revocable().then(setAll), [vault]);
  useEffect(() => {
    load();
    return subscribe((event) => {
      if (event.type === 'sync' || event.type === 'counts') load();
    });
  }, [load, subscribe]);
  return (
    <div className="stack">
      <div className="row">
        <Button variant="default" onClick={() => go({ at: 'board' })}>
          ‹ Ward board
        </Button>
        <h2>Revoke a tablet or a person</h2>
      </div>
      <p className="notice">
        This works with no network. The news goes on by server, hub, camera and file, from this tablet on:
        “Pass records on” carries it to the next one.
      </p>
      {done && (
        <p className="card good" role="status">
          ✓ {done}
        </p>
      )}
      {(['device', 'person'] as const).map((kind) => (
        <section key={kind} className="card stack">
          <h3>{kind === 'device' ? 'Tablets' : 'People'}</h3>
          <table className="facts">
            <thead>
              <tr>
                <th>Name</th>
                <th>{kind === 'device' ? 'Wards' : 'Role and wards'}</th>
                <th>State</th>
                <th>Actions</th>
              </tr>
            </thead>
            <tbody>
              {all
                ?.filter((item) => item.kind === kind)
                .map((item) => (
                  <tr key={item.id}>
                    <td>{item.name}</td>
                    <td>{[item.role, item.wards.join(', ')].filter(Boolean).join(' · ')}</td>
                    <td className={item.revoked ? 'alarm' : ''}>
                      {item.revoked
                        ? `■ Revoked ${formatInstant(item.revoked.at, timeZone)}: ${item.revoked.reason}`
                        : item.self
                          ? kind === 'device'
                            ? 'this tablet'
                            : 'you'
                          : 'in use'}
                    </td>
                    <td>
                      {item.kind === 'device' && item.self && (
                        <Button variant="default" onClick={() => setWiping(true)}>
                          Wipe this tablet…
                        </Button>
                      )}
                      {!item.revoked && !item.self && (
                        <Button
                          variant="default"
                          aria-label={`Revoke ${item.name}`}
                          onClick={() => {
                            setDone(undefined);
                            setChosen(item);
                          }}
                        >
                          Revoke
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </section>
      ))}
      {wiping && (
        <WipeDialog
          timeZone={timeZone}
          onCancel={() => setWiping(false)}
          onDone={() => {
            setWiping(false);
            setDone(
              'This tablet forgets everything once it is locked and the server has answered. Lock it now.',
            );
          }}
        />
      )}
      {chosen && (
        <RevokeDialog
          item={chosen}
          onCancel={() => setChosen(undefined)}
          onDone={() => {
            setDone(`${chosen.name} was revoked. Other tablets hear of it with their next exchange.`);
            setChosen(undefined);
            load();
          }}
        />
      )}
    </div>
  );
}

function RevokeDialog({
  item,
  onCancel,
  onDone,
}: {
  item: Revocable;
  onCancel: () => void;
  onDone: () => void;
}) {
  const { vault } = useLamp();
  const [pin, setPin] = useState('');
  const [problem, setProblem] = useState<string>();
  return (
    <ReasonDialog
      title={`Revoke ${item.name}`}
      confirm="Revoke"
      problem={problem}
      ready={pin.length >= 4}
      onCancel={onCancel}
      what={
        item.kind === 'device' ? (
          <p>
            Nobody unlocks this tablet any more. What it wrote up to now, as far as it is known here, stands;
            what comes later is kept and held back until a person vouches for it. Its wards get new keys, and
            their staff should choose new PINs. Whoever holds the tablet can still read what is on it.
          </p>
        ) : (
          <p>
            {item.name} unlocks no tablet any more. What they charted before now stands; what is signed in
            their name later is kept and held back until a person vouches for it.
          </p>
        )
      }
      onConfirm={async (reason) => {
        const result = await vault.revoke({ kind: item.kind, id: item.id, reason, pin });
        setPin('');
        if (result.ok) onDone();
        else setProblem(result.error.message);
      }}
    >
      <SecretInput whose="Your" value={pin} onChange={(event) => setPin(event.currentTarget.value)} />
    </ReasonDialog>
  );
}
