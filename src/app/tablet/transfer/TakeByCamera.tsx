import { Button } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import type { TransferReport } from '../../../vault/transfer-api.ts';
import { useLamp } from '../../lamp.tsx';
import { CameraReader } from '../scan/CameraReader.tsx';
import { QrSlides } from './QrSlides.tsx';
import { Receipt } from './Receipt.tsx';
import { Ring } from './Ring.tsx';
import { useAwake } from './use-awake.ts';
import { plural } from './words.ts';

/** Shows what this tablet holds, reads what it lacks, and shows its new word as the receipt. */
export function TakeByCamera({ timeZone, onDone }: { timeZone: string; onDone: () => void }) {
  const { vault } = useLamp();
  const [step, setStep] = useState<'word' | 'read' | 'done'>('word');
  const [progress, setProgress] = useState({ fraction: 0, pages: 0, pagesDone: 0 });
  const [report, setReport] = useState<TransferReport>();
  useAwake(true);
  useEffect(() => () => void vault.qrForget(), [vault]);

  const onText = useCallback(
    async (text: string) => {
      const reading = await vault.qrRead(text);
      if (reading.kind === 'receiving') setProgress(reading);
      if (reading.kind !== 'received') return;
      setReport(reading.report);
      setStep('done');
    },
    [vault],
  );

  return (
    <section className="card stack" aria-label="Take from a tablet">
      <h3>Take from a tablet</h3>
      {step === 'word' && (
        <div className="show">
          <Word label="Code of this tablet" />
          <div className="stack">
            <p>
              On the other tablet choose “Give to a tablet”, and show it this code. It says what is here
              already, and nothing about a patient.
            </p>
            <Button size="lg" onClick={() => setStep('read')}>
              It has read it: start the camera
            </Button>
          </div>
        </div>
      )}
      {step === 'read' && (
        <CameraReader onText={onText}>
          <p>Point this camera at the moving code until the ring is full. Missed pictures come again.</p>
          <div className="row">
            <Ring fraction={progress.fraction} label="Received" />
            <span className="quiet" role="status">
              {progress.pages === 0
                ? 'Nothing yet: the whole code must be seen.'
                : `${progress.pagesDone} of ${plural(progress.pages, 'page', 'pages')}`}
            </span>
          </div>
        </CameraReader>
      )}
      {step === 'done' && report && (
        <div className="show">
          <Word label="Receipt for the other tablet" />
          <div className="stack">
            <Receipt report={report} timeZone={timeZone} />
            <p>
              <strong>Show this code to the other tablet</strong>, so that it knows that its entries are here
              too.
            </p>
            <Button size="lg" onClick={onDone}>
              It has read it: done
            </Button>
            <Button size="lg" variant="default" onClick={() => setStep('read')}>
              It shows more
            </Button>
          </div>
        </div>
      )}
    </section>
  );
}

function Word({ label }: { label: string }) {
  const { vault } = useLamp();
  const [texts, setTexts] = useState<string[]>([]);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    void vault.qrStatement().then((result) => {
      if (result.ok) setTexts(result.value);
      else setProblem(result.error.message);
    });
  }, [vault]);
  if (problem)
    return (
      <p role="alert" className="notice stop">
        {problem}
      </p>
    );
  return <QrSlides texts={texts} label={label} />;
}
