import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { AGE_FILE_TYPE, FileImported } from '../wire/transfer.ts';
import { PublicInfo } from '../wire/workbench.ts';
import { ApiError, request } from './api.ts';
import { ChooseFile } from './ChooseFile.tsx';
import { Problem } from './Problem.tsx';
import { Receipt } from './tablet/transfer/Receipt.tsx';
import { usePoll } from './use-poll.ts';

/** Records by file at the desk: what came on a stick, and a copy for the safe or for a ward's tablets. */
export function RecordsByFile() {
  const { value: site } = usePoll('/api/public', PublicInfo, 600_000);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [report, setReport] = useState<FileImported>();
  const [ward, setWard] = useState<string | null>('');

  async function read(file: File): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    setReport(undefined);
    const sealed = new Blob([file], { type: AGE_FILE_TYPE });
    await request('POST', '/api/transfer/import', FileImported, sealed).then(setReport, (error: unknown) =>
      setProblem(
        error instanceof ApiError ? error.message : 'That did not work. Try again; nothing is lost.',
      ),
    );
    setBusy(false);
  }

  return (
    <section className="card stack" aria-label="Records by file">
      <h2>Records by file</h2>
      <p>
        A tablet that cannot reach the server saves its records to a file under “Pass records on”. Read it
        here; a file that was read before changes nothing.
      </p>
      <div className="row">
        <ChooseFile
          label="Read a file into the server"
          accept=".age,.txt"
          loading={busy}
          onFile={(file) => void read(file)}
        />
      </div>
      <Problem>{problem}</Problem>
      {report && <Receipt report={report} timeZone={site?.timeZone ?? 'UTC'} />}
      <div className="row" style={{ alignItems: 'end' }}>
        <Select
          label="What to save"
          value={ward}
          onChange={setWard}
          allowDeselect={false}
          data={[
            { value: '', label: 'The whole site, for the safe' },
            ...(site?.wards ?? []).map((item) => ({
              value: item.id,
              label: `${item.name}, for its tablets too`,
            })),
          ]}
          w={380}
          maw="100%"
        />
        <Button
          variant="default"
          component="a"
          download
          href={`/api/transfer/export${ward ? `?ward=${encodeURIComponent(ward)}` : ''}`}
        >
          Save to a file
        </Button>
      </div>
    </section>
  );
}
