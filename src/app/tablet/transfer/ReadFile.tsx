import { useState } from 'react';
import type { TransferReport } from '../../../vault/transfer-api.ts';
import { ChooseFile } from '../../ChooseFile.tsx';
import { useLamp } from '../../lamp.tsx';
import { Problem } from '../../Problem.tsx';
import { Receipt } from './Receipt.tsx';

/** Takes in a file of another tablet or of the server. */
export function ReadFile({ timeZone }: { timeZone: string }) {
  const { vault } = useLamp();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [report, setReport] = useState<TransferReport>();

  async function read(file: File): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    setReport(undefined);
    const result = await vault.importFile(file).catch(() => undefined);
    setBusy(false);
    if (result?.ok) setReport(result.value);
    else setProblem(result?.error.message ?? 'The tablet did not answer. Nothing is lost; try again.');
  }

  return (
    <section className="card stack" aria-label="Read a file">
      <h3>Read a file</h3>
      <p>A Lamplight file ends in .age or .txt. What is already here is not taken twice.</p>
      <ChooseFile
        label="Choose the file"
        size="lg"
        accept=".age,.txt"
        loading={busy}
        onFile={(file) => void read(file)}
      />
      <Problem>{problem}</Problem>
      {report && <Receipt report={report} timeZone={timeZone} />}
    </section>
  );
}
