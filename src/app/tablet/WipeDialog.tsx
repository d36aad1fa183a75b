import { Checkbox } from '@mantine/core';
import { useEffect, useState } from 'react';
import { formatInstant } from '../../clinical/index.ts';
import type { VaultApi } from '../../vault/api.ts';
import { useLamp } from '../lamp.tsx';
import { ReasonDialog } from '../ReasonDialog.tsx';
import { SecretInput } from './SecretInput.tsx';

type Outlook = Awaited<ReturnType<VaultApi['wipeOutlook']>>;

/** An administrator has this tablet forget everything, and says so of what would be lost with it. */
export function WipeDialog({
  timeZone,
  onCancel,
  onDone,
}: {
  timeZone: string;
  onCancel: () => void;
  onDone: () => void;
}) {
  const { vault, subscribe } = useLamp();
  const [outlook, setOutlook] = useState<Outlook>();
  const [given, setGiven] = useState<Outlook>();
  const [pin, setPin] = useState('');
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const look = (): void => void vault.wipeOutlook().then(setOutlook);
    look();
    return subscribe((event) => void (event.type === 'counts' && look()));
  }, [vault, subscribe]);
  if (!outlook) return null;
  // What was given up was what stood here then: with more, or less, it is asked again.
  const isGiven = given !== undefined && given.entries === outlook.entries;
  return (
    <ReasonDialog
      title="Wipe this tablet"
      confirm="Wipe this tablet"
      problem={problem}
      ready={pin.length >= 4 && (outlook.entries === 0 || isGiven)}
      onCancel={onCancel}
      what={
        <>
          <p>
            It forgets everything when it is locked and the server has answered: it needs the server to be in
            reach, so that the proof of it is kept. Unfinished drafts are lost.
          </p>
          {outlook.entries === 0 ? (
            <p>✓ The server has signed for everything that is on this tablet.</p>
          ) : (
            <p className="notice stop">
              ▲ {outlook.entries} {outlook.entries === 1 ? 'entry is' : 'entries are'} on this tablet and, as
              far as it knows, not at the server
              {outlook.oldestAt === undefined
                ? ''
                : `, the oldest of ${formatInstant(outlook.oldestAt, timeZone)}`}
              {outlook.beds.length > 0 ? `, of the patients in bed ${outlook.beds.join(', ')}` : ''}. Connect
              it, or pass them on by camera or file, before you give them up.
            </p>
          )}
        </>
      }
      onConfirm={async (reason) => {
        const result = await vault.orderWipe({ reason, pin, ...(isGiven ? { losing: given } : {}) });
        setPin('');
        if (result.ok) onDone();
        else setProblem(result.error.message);
      }}
    >
      {outlook.entries > 0 && (
        <Checkbox
          label={`What is here alone (${outlook.entries}) may be lost for ever`}
          checked={isGiven}
          onChange={(event) => setGiven(event.currentTarget.checked ? outlook : undefined)}
        />
      )}
      <SecretInput whose="Your" value={pin} onChange={(event) => setPin(event.currentTarget.value)} />
    </ReasonDialog>
  );
}
