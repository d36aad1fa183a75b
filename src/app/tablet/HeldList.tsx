import { Button } from '@mantine/core';
import { useCallback, useState } from 'react';
import { formatInstant } from '../../clinical/index.ts';
import type { HeldItem } from '../../vault/administer-api.ts';
import { useHeld } from '../lamp.tsx';
import { ReasonDialog } from '../ReasonDialog.tsx';
import { useSave } from './forms/use-save.ts';

/** What counts on no chart before somebody says that it is right. Never dropped, never silent. */
export function HeldList({
  names,
  timeZone,
  vouches,
}: {
  /** By patient; who is missing is known by what is held back alone. */
  names: ReadonlyMap<string, string>;
  timeZone: string;
  /** Whether this person may vouch. */
  vouches: boolean;
}) {
  const held = useHeld();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<HeldItem>();
  const { save, problem } = useSave(timeZone);
  const vouch = useCallback(
    async (item: HeldItem, reason: string) => {
      const saved = await save(item.patient, {
        kind: 'entry-vouched',
        effectiveAt: new Date().toISOString(),
        entries: [item.entry],
        reason,
      });
      if (saved !== undefined) setChosen(undefined);
    },
    [save],
  );
  if (held.length === 0) return null;
  return (
    <section className="notice stop stack" aria-label="Held back">
      <div className="row between">
        <strong>
          ▲ {held.length === 1 ? 'One entry is' : `${held.length} entries are`} held back: on no chart until a
          person vouches
        </strong>
        <Button variant="default" onClick={() => setOpen(!open)} aria-expanded={open}>
          {open ? 'Hide' : 'Show'}
        </Button>
      </div>
      {open && (
        <ul className="sides">
          {held.map((item) => (
            <li key={item.entry}>
              <strong>{names.get(item.patient) ?? 'A patient who is not on the board'}</strong>: {item.says}
              <div>
                {item.by}
                {item.at === undefined ? '' : `, ${formatInstant(item.at, timeZone)}`}, on {item.tablet}:{' '}
                {item.reason}
              </div>
              {vouches && (
                <Button
                  variant="default"
                  mt={6}
                  aria-label={`Vouch for it: ${item.says}`}
                  onClick={() => setChosen(item)}
                >
                  Vouch for it
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {chosen && (
        <ReasonDialog
          title="Vouch for this entry"
          confirm="It is right"
          problem={problem}
          what={
            <>
              <p>{chosen.says}</p>
              <p>
                It was {chosen.reason}. Say how you know that it is right: you were there, you saw the
                patient, you asked {chosen.by}.
              </p>
            </>
          }
          onCancel={() => setChosen(undefined)}
          onConfirm={(reason) => vouch(chosen, reason)}
        />
      )}
    </section>
  );
}
