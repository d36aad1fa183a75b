import { Button } from '@mantine/core';
import { useState } from 'react';
import { type Chart, serviceLine } from '../../../clinical/index.ts';
import { useLamp } from '../../lamp.tsx';
import { Problem } from '../../Problem.tsx';
import { useForms } from '../use-forms.ts';
import { notesPaper, transferPaper, vitalsPaper } from './chart-papers.tsx';
import { blankFormPaper } from './form-paper.tsx';
import { handoffPaper } from './handoff-paper.tsx';
import { labelsPaper, requisitionPaper, wristbandPaper } from './label-papers.tsx';
import { marPaper } from './mar-paper.tsx';
import { PrintPreview } from './PrintPreview.tsx';
import type { Paper } from './paper.ts';

/** Everything of one patient that goes on paper: one tap each, and the printer's dialog opens. */
export function PrintChoices({
  chart,
  by,
  timeZone,
  onDone,
}: {
  chart: Chart;
  by: string;
  timeZone: string;
  onDone: () => void;
}) {
  const { vault } = useLamp();
  const [paper, setPaper] = useState<Paper>();
  const [problem, setProblem] = useState<string>();
  /** Read anew and whole: the screen shows the newest of a long history, and what was just saved a moment later. */
  const print = async (make: (whole: Chart) => Paper): Promise<void> => {
    setProblem(undefined);
    try {
      const whole = await vault.chart(chart.identity.id, true);
      if (!whole) throw new Error('the chart is not here');
      setPaper(make(whole));
    } catch {
      setProblem(
        'The paper could not be made: the chart could not be read just now. What is charted is safe. Try again, or lock this tablet and unlock it.',
      );
    }
  };
  const requests = chart.orders.filter(
    ({ detail, state }) =>
      state === 'active' && ['laboratory', 'imaging', 'blood-product', 'consult'].includes(detail.category),
  );
  const choices: [string, (whole: Chart) => Paper][] = [
    ['Medication record', (whole) => marPaper(whole, timeZone)],
    ['NEWS2 chart and vital signs', (whole) => vitalsPaper(whole, timeZone)],
    ['Notes and forms', (whole) => notesPaper(whole, timeZone)],
    ['Handoff sheet', (whole) => handoffPaper(whole, timeZone)],
    ['Transfer packet', (whole) => transferPaper(whole, timeZone)],
    ['Wristband', wristbandPaper],
    ['Patient labels', labelsPaper],
  ];
  return (
    <section className="stack" aria-label="Print">
      <h2>Print</h2>
      <Problem>{problem}</Problem>
      <div className="form-list">
        {choices.map(([title, make]) => (
          <Button key={title} variant="default" onClick={() => void print(make)}>
            {title}
          </Button>
        ))}
      </div>
      {requests.length > 0 && (
        <>
          <h3>Requisitions, with specimen labels</h3>
          <div className="form-list">
            {requests.map((order) => (
              <Button
                key={order.id}
                variant="default"
                onClick={() => void print((whole) => requisitionPaper(whole, order, timeZone))}
              >
                {order.detail.category === 'medication' ? '' : serviceLine(order.detail)}
              </Button>
            ))}
          </div>
        </>
      )}
      <BlankForms timeZone={timeZone} chart={chart} onChoose={setPaper} />
      <div className="footer-actions">
        <Button variant="default" onClick={onDone}>
          Back
        </Button>
      </div>
      {paper && (
        <PrintPreview paper={paper} by={by} timeZone={timeZone} onClose={() => setPaper(undefined)} />
      )}
    </section>
  );
}

/** Blank forms are found behind one more tap: there are many. */
function BlankForms({
  timeZone,
  chart,
  onChoose,
}: {
  timeZone: string;
  chart: Chart;
  onChoose: (paper: Paper) => void;
}) {
  const forms = useForms(timeZone);
  return (
    <details>
      <summary>Blank forms</summary>
      <div className="form-list">
        {forms?.map((form) => (
          <Button
            key={form.id}
            variant="default"
            onClick={() => onChoose(blankFormPaper(form, chart))}
            aria-label={`Blank form: ${form.title}`}
          >
            {form.title}
          </Button>
        ))}
      </div>
    </details>
  );
}
