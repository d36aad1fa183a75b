import './transfer.css';
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ScreenProps } from '../Shell.tsx';
import { GiveByCamera } from './GiveByCamera.tsx';
import { ReadFile } from './ReadFile.tsx';
import { SaveFile } from './SaveFile.tsx';
import { TakeByCamera } from './TakeByCamera.tsx';

const WAYS = [
  { id: 'give', label: 'Give to a tablet', text: 'This screen shows pictures, the other camera reads them.' },
  { id: 'take', label: 'Take from a tablet', text: 'This camera reads what the other screen shows.' },
  { id: 'save', label: 'Save to a file', text: 'For a stick, the server or another tablet.' },
  { id: 'read', label: 'Read a file', text: 'From a stick, the server or another tablet.' },
] as const;
type Way = (typeof WAYS)[number]['id'];

/** Records that travel without a network: by camera and by file. */
export function TransferScreen({ timeZone, go }: Pick<ScreenProps, 'timeZone' | 'go'>) {
  const [way, setWay] = useState<Way>();
  const back = (): void => setWay(undefined);
  return (
    <section className="stack" style={{ maxWidth: 1020 }}>
      <div className="row between">
        <h2>Pass records on</h2>
        <Button variant="default" onClick={way ? back : () => go({ at: 'board' })}>
          {way ? 'Another way' : 'Back to the ward'}
        </Button>
      </div>
      {way === undefined && (
        <>
          <p>
            Without a network, records go from screen to camera, or in a file. They stay sealed on the way,
            are checked when they arrive, and nothing is taken twice.
          </p>
          <div className="ways">
            {WAYS.map(({ id, label, text }) => (
              <button key={id} type="button" className="board-row way" onClick={() => setWay(id)}>
                <strong>{label}</strong>
                <span className="quiet">{text}</span>
              </button>
            ))}
          </div>
        </>
      )}
      {way === 'give' && <GiveByCamera onDone={back} />}
      {way === 'take' && <TakeByCamera timeZone={timeZone} onDone={back} />}
      {way === 'save' && <SaveFile />}
      {way === 'read' && <ReadFile timeZone={timeZone} />}
    </section>
  );
}
