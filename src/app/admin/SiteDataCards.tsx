import { Button, FileButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import {
  FORMULARY_COLUMNS,
  type FormularyItem,
  formatAgo,
  formatQuantity,
  formularyText,
  type Interaction,
  OrderSet,
  readFormularyCsv,
  readInteractionsCsv,
  tallMan,
} from '../../clinical/index.ts';
import { SiteDataList, UnreadCodes } from '../../wire/site-data.ts';
import { inWords, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { usePoll } from '../use-poll.ts';

/** More problems than these are a file of another kind. */
const PROBLEMS_SHOWN = 20;
const ITEMS_SHOWN = 5;

interface ReadFile<T> {
  items: T[];
  /** Lines (or places of a list) that were not read, and why. */
  problems: { line: number; why: string }[];
}

/** What a hospital brings along besides forms: its formulary, its order sets, the interactions that it wants asked. */
export function SiteDataCards() {
  const list = usePoll('/api/admin/site-data', SiteDataList, 60_000);
  return (
    <>
      <DataCard
        title="Formulary"
        unit="drugs"
        path="/api/admin/formulary"
        known={list.value?.formulary}
        accept="text/csv,.csv"
        read={readFormularyCsv}
        say={sayDrug}
        none="No formulary yet: drugs are typed, and nothing can be scanned."
        onPublished={list.reload}
      >
        A CSV file with a heading line. Columns: {FORMULARY_COLUMNS.join(', ')}; only <em>name</em> must be
        there. Several values in a cell are parted by semicolons. Names keep their tall-man letters. Tablets
        search it, scan by its GTIN and NDC, and check doses by its limits, without a network.
      </DataCard>
      <UnreadCodesCard />
      <DataCard
        title="Order sets"
        unit="order sets"
        path="/api/admin/order-sets"
        known={list.value?.orderSets}
        accept="application/json,.json"
        read={readOrderSets}
        say={({ title, orders }: OrderSet) => `${title} – ${orders.length} orders`}
        none="No order sets yet."
        onPublished={list.reload}
      >
        A JSON file: a list of sets, each with <em>id</em>, <em>title</em> and <em>orders</em>. A prescriber
        looks at each order, and signs those that are chosen.
      </DataCard>
      <DataCard
        title="Interactions"
        unit="interactions"
        path="/api/admin/interactions"
        known={list.value?.interactions}
        accept="text/csv,.csv"
        read={readInteractionsCsv}
        say={({ a, b, says }: Interaction) => `${tallMan(a)} with ${tallMan(b)}: ${says}`}
        none="No interactions yet: none are asked about."
        onPublished={list.reload}
      >
        A CSV file with the columns <em>a</em>, <em>b</em>, <em>says</em>: pairs of the highest severity
        alone, since few and right beats many. Lamplight brings no list of its own.
      </DataCard>
    </>
  );
}

/** For the pharmacy: what tablets scanned and no formulary knows, and what nobody could scan. */
function UnreadCodesCard() {
  const list = usePoll('/api/admin/unread-codes', UnreadCodes, 60_000);
  const codes = list.value?.codes ?? [];
  return (
    <section className="card stack" aria-label="Barcodes to look at">
      <h2>Barcodes to look at</h2>
      <p className="quiet">
        Packages of charted doses whose code is not in the formulary, or that could not be scanned. Add the
        code to the formulary’s file, or label the stock anew. No patient is named.
      </p>
      {list.value && codes.length === 0 && <p>None: every package that was scanned is in the formulary.</p>}
      {codes.length > 0 && (
        <table className="facts">
          <thead>
            <tr>
              <th>Code</th>
              <th>Ordered as</th>
              <th>Times</th>
              <th>Last</th>
            </tr>
          </thead>
          <tbody>
            {codes.map(({ code, whyNotScanned, medication, times, lastAt }) => (
              <tr key={code ?? `${whyNotScanned} ${medication}`}>
                <td>{code ?? `Not scanned: ${whyNotScanned}`}</td>
                <td>{tallMan(medication)}</td>
                <td>{times}</td>
                <td>{formatAgo(lastAt, new Date().toISOString())}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function sayDrug(item: FormularyItem): string {
  return [
    tallMan(formularyText(item)),
    ...(item.doses.length > 0 ? [`usual doses ${item.doses.map(formatQuantity).join(', ')}`] : []),
    `${item.gtins.length + item.ndcs.length} codes`,
  ].join(' – ');
}

function readOrderSets(text: string): ReadFile<OrderSet> {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return { items: [], problems: [{ line: 1, why: 'the file is no JSON' }] };
  }
  const problems: ReadFile<OrderSet>['problems'] = [];
  const items = (Array.isArray(list) ? (list as unknown[]) : [list]).flatMap((one, index) => {
    const parsed = OrderSet.safeParse(one);
    if (parsed.success) return [parsed.data];
    const [issue] = parsed.error.issues;
    problems.push({
      line: index + 1,
      why: `left out: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
    });
    return [];
  });
  return { items, problems };
}

/** A file is chosen, read here, looked at, and given to the tablets as a whole. */
function DataCard<T>({
  title,
  unit,
  path,
  known,
  accept,
  read,
  say,
  none,
  onPublished,
  children,
}: {
  title: string;
  unit: string;
  path: string;
  known: SiteDataList['formulary'];
  accept: string;
  read: (text: string) => ReadFile<T>;
  say: (item: T) => string;
  none: string;
  onPublished: () => void;
  children: ReactNode;
}) {
  const [file, setFile] = useState<ReadFile<T>>();
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function open(chosen: File | null): Promise<void> {
    if (!chosen) return;
    setProblem(undefined);
    setDone(undefined);
    setFile(read(await chosen.text()));
  }

  async function publish(items: T[]): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    await request('POST', path, SiteDataList, { items }).then(
      () => {
        setDone(`${items.length} ${unit} are on their way to the tablets.`);
        setFile(undefined);
      },
      (error: unknown) => setProblem(inWords(error)),
    );
    setBusy(false);
    onPublished();
  }

  return (
    <section className="card stack" aria-label={title}>
      <h2>{title}</h2>
      <p>{children}</p>
      <p>
        {known
          ? `${known.items} ${unit}, published ${formatAgo(known.publishedAt, new Date().toISOString())} by ${known.by}.`
          : none}
      </p>
      <div className="row">
        <FileButton accept={accept} onChange={(chosen) => void open(chosen)}>
          {(props) => <Button {...props}>Choose a file of {unit}</Button>}
        </FileButton>
      </div>
      <Problem>{problem}</Problem>
      {done && (
        <p role="status" className="notice">
          {done}
        </p>
      )}
      {file && (
        <section className="stack" aria-label={`What was read of ${unit}`}>
          <p role="status" className={file.problems.length > 0 ? 'notice stop' : 'notice'}>
            {file.items.length} {unit} were read
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
            {file.items.slice(0, ITEMS_SHOWN).map((item) => (
              <li key={say(item)}>{say(item)}</li>
            ))}
          </ul>
          <div className="row">
            <Button
              loading={busy}
              disabled={file.items.length === 0}
              onClick={() => void publish(file.items)}
            >
              Publish {file.items.length} {unit} to the tablets
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
