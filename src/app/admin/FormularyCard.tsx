import { Button, FileButton } from '@mantine/core';
import { useState } from 'react';
import {
  FORMULARY_COLUMNS,
  type FormularyFile,
  formatAgo,
  formatQuantity,
  formularyText,
  readFormularyCsv,
  tallMan,
} from '../../clinical/index.ts';
import { SiteDataList } from '../../wire/site-data.ts';
import { ApiError, request } from '../api.ts';
import { usePoll } from '../use-poll.ts';

/** More problems than these are a file of another kind. */
const PROBLEMS_SHOWN = 20;

/** The hospital's formulary: a CSV file is chosen, read here line by line, looked at, and given to the tablets. */
export function FormularyCard() {
  const list = usePoll('/api/admin/site-data', SiteDataList, 60_000);
  const [file, setFile] = useState<FormularyFile>();
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState<string>();
  const [busy, setBusy] = useState(false);
  const known = list.value?.formulary;

  async function open(chosen: File | null): Promise<void> {
    if (!chosen) return;
    setProblem(undefined);
    setDone(undefined);
    setFile(readFormularyCsv(await chosen.text()));
  }

  async function publish(items: FormularyFile['items']): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    await request('POST', '/api/admin/formulary', SiteDataList, { items }).then(
      () => {
        setDone(`${items.length} drugs are on their way to the tablets.`);
        setFile(undefined);
      },
      (error: unknown) =>
        setProblem(error instanceof ApiError ? error.message : 'That did not work. Try again.'),
    );
    setBusy(false);
    list.reload();
  }

  return (
    <section className="card stack" aria-label="Formulary">
      <h2>Formulary</h2>
      <p>
        A CSV file with a heading line. Columns: {FORMULARY_COLUMNS.join(', ')}; only <em>name</em> must be
        there. Several values in a cell are parted by semicolons. Names keep their tall-man letters. Tablets
        search it, scan by its GTIN and NDC, and check doses by its limits, without a network.
      </p>
      <p>
        {known
          ? `${known.items} drugs, published ${formatAgo(known.publishedAt, new Date().toISOString())} by ${known.by}.`
          : 'No formulary yet: drugs are typed, and nothing can be scanned.'}
      </p>
      <div className="row">
        <FileButton accept="text/csv,.csv" onChange={(chosen) => void open(chosen)}>
          {(props) => <Button {...props}>Choose a formulary</Button>}
        </FileButton>
      </div>
      {problem && (
        <p role="alert" className="notice stop">
          {problem}
        </p>
      )}
      {done && (
        <p role="status" className="notice">
          {done}
        </p>
      )}
      {file && (
        <section className="stack" aria-label="What was read">
          <p role="status" className={file.problems.length > 0 ? 'notice stop' : 'notice'}>
            {file.items.length} drugs were read
            {file.problems.length > 0 ? `, and ${file.problems.length} things were not:` : '.'}
          </p>
          {file.problems.length > 0 && (
            <ul>
              {file.problems.slice(0, PROBLEMS_SHOWN).map(({ line, why }) => (
                <li key={`${line} ${why}`}>
                  Line {line}: {why}
                </li>
              ))}
              {file.problems.length > PROBLEMS_SHOWN && (
                <li>and {file.problems.length - PROBLEMS_SHOWN} more</li>
              )}
            </ul>
          )}
          <ul>
            {file.items.slice(0, 5).map((item) => (
              <li key={formularyText(item)}>
                {tallMan(formularyText(item))}
                {item.doses.length > 0 && ` – usual doses ${item.doses.map(formatQuantity).join(', ')}`}
                {` – ${item.gtins.length + item.ndcs.length} codes`}
              </li>
            ))}
          </ul>
          <div className="row">
            <Button
              loading={busy}
              disabled={file.items.length === 0}
              onClick={() => void publish(file.items)}
            >
              Publish {file.items.length} drugs to the tablets
            </Button>
            <Button variant="default" onClick={() => setFile(undefined)}>
              Put aside
            </Button>
          </div>
        </section>
      )}
    </section>
  );
}
