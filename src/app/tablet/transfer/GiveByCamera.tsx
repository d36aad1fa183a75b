import { Button } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { QrReading } from '../../../vault/transfer-api.ts';
import { useLamp } from '../../lamp.tsx';
import { Problem } from '../../Problem.tsx';
import { CameraReader } from '../scan/CameraReader.tsx';
import { QrPicture } from './QrPicture.tsx';
import { PICTURES_A_SECOND } from './QrSlides.tsx';
import { Ring } from './Ring.tsx';
import { useAwake } from './use-awake.ts';
import { plural } from './words.ts';

type Peer = QrReading & { kind: 'tablet' };

/** Reads what the other tablet holds, shows it what it lacks, and reads its receipt. */
export function GiveByCamera({ onDone }: { onDone: () => void }) {
  const { vault } = useLamp();
  const [step, setStep] = useState<'read' | 'show' | 'done'>('read');
  const [peer, setPeer] = useState<Peer>();
  const [problem, setProblem] = useState<string>();
  useAwake(step !== 'done');
  useEffect(() => () => void vault.qrForget(), [vault]);

  const onText = useCallback(
    async (text: string) => {
      const reading = await vault.qrRead(text);
      if (reading.kind === 'refused') setProblem(reading.message);
      if (reading.kind !== 'tablet') return;
      setProblem(undefined);
      setPeer(reading);
      setStep(reading.pages === 0 ? 'done' : 'show');
    },
    [vault],
  );

  return (
    <section className="card stack" aria-label="Give to a tablet">
      <h3>Give to a tablet</h3>
      {step === 'read' && (
        <CameraReader onText={onText}>
          <p>
            {peer
              ? `Point the camera at the code that ${peer.name} shows now.`
              : 'On the other tablet choose “Take from a tablet”, and point this camera at the code that it shows.'}
          </p>
        </CameraReader>
      )}
      {step === 'show' && peer && (
        <Show pages={peer.pages} name={peer.name}>
          <p role="status">
            {peer.missing > 0
              ? `${peer.name} lacks ${plural(peer.missing, 'entry', 'entries')}.`
              : `${peer.name} lacks news about the hospital.`}
          </p>
          {peer.purged > 0 && (
            <p>
              {plural(peer.purged, 'older entry is', 'older entries are')} not here any more: that outage is
              closed, and they are in the EHR or rejected. The server has them all.
            </p>
          )}
          {peer.large > 0 && (
            <p>
              Photos, drawings or moved records are among them (
              {plural(peer.large, 'large part', 'large parts')}), so it takes {minutesFor(peer.pages)}.
            </p>
          )}
          <p>
            {peer.more && 'This is the first part. '}
            Hold this screen before its camera until it says that all is there.
          </p>
          <Button size="lg" onClick={() => setStep('read')}>
            It has all: read its code
          </Button>
        </Show>
      )}
      {step === 'done' && peer && (
        <>
          <p role="status" aria-label="Receipt" className="good">
            ✓ Copied to {peer.name}. It holds everything of this tablet that it may hold:{' '}
            {plural(peer.copied, 'entry', 'entries')} charted here.
          </p>
          <Button size="lg" onClick={onDone}>
            Done
          </Button>
        </>
      )}
      <Problem>{problem}</Problem>
    </section>
  );
}

/** Seventy pictures a page, ten a second. */
const SECONDS_A_PAGE = 8;

const minutesFor = (pages: number): string => {
  const minutes = Math.ceil((pages * SECONDS_A_PAGE) / 60);
  return `about ${plural(minutes, 'minute', 'minutes')}`;
};

/** Pictures fetched from the vault as they are needed, so that none is made for nothing. */
function Show({ pages, name, children }: { pages: number; name: string; children: ReactNode }) {
  const { vault } = useLamp();
  const [text, setText] = useState<string>();
  const [state, setState] = useState({ fraction: 0, round: 1 });
  const waiting = useRef<string[]>([]);
  useEffect(() => {
    let fetching = false;
    let ended = false;
    const fetchMore = async (): Promise<void> => {
      if (fetching || ended || waiting.current.length > PICTURES_A_SECOND) return;
      fetching = true;
      const result = await vault.qrShow(PICTURES_A_SECOND).finally(() => {
        fetching = false;
      });
      if (ended || !result.ok) return;
      waiting.current.push(...result.value.texts);
      setState({ fraction: result.value.fraction, round: result.value.round });
    };
    const timer = setInterval(() => {
      const next = waiting.current.shift();
      if (next !== undefined) setText(next);
      void fetchMore();
    }, 1000 / PICTURES_A_SECOND);
    return () => {
      ended = true;
      clearInterval(timer);
    };
  }, [vault]);
  return (
    <div className="show">
      {text === undefined ? <span /> : <QrPicture text={text} label={`Moving code for ${name}`} />}
      <div className="stack">
        {children}
        <div className="row">
          <Ring fraction={state.fraction} label="Shown in this round" />
          <span className="quiet">
            {plural(pages, 'page', 'pages')}, round {state.round}
          </span>
        </div>
      </div>
    </div>
  );
}
