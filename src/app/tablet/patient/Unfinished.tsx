import { Button } from '@mantine/core';
import { type Chart, type ChartOrder, formatInstant, tallMan } from '../../../clinical/index.ts';
import type { StoredDraft } from '../../../vault/api.ts';
import { draftInWords } from '../forms/draft-in-words.ts';
import { draftKind } from '../forms/drafts.ts';
import { type Task, taskOf } from './tasks.ts';

/** What its author left half written about this patient: hers alone, until she finishes or discards it. */
export function Unfinished({
  draft,
  chart,
  timeZone,
  onContinue,
  onWhole,
  onDiscard,
}: {
  draft: StoredDraft;
  chart: Chart;
  timeZone: string;
  onContinue: (task: Task) => void;
  /** It is about something older than what the chart opened with, or about nothing that asks for it any more. */
  onWhole: () => void;
  onDiscard: () => void;
}) {
  const unfinished = draftKind(draft.key);
  if (!unfinished) return null;
  const task = taskOf(draft.key, chart, timeZone);
  const about = task && aboutWhat(task, chart, timeZone);
  const name = about === undefined ? unfinished.name : `${unfinished.name}, ${about}`;
  const isGone = !task && chart.earlier === undefined;
  return (
    <div className="notice stack">
      <div className="row between">
        <span>
          You have an unfinished {unfinished.name} about this patient{about === undefined ? '' : `: ${about}`}
          .
          {isGone &&
            ' What it was about has left this chart meanwhile, or somebody has settled it: it cannot be continued. Discard it when you need it no more.'}
        </span>
        <span className="row">
          <Button variant="default" onClick={onDiscard} aria-label={`Discard unfinished ${name}`}>
            Discard
          </Button>
          {!isGone && (
            <Button
              onClick={() => (task ? onContinue(task) : onWhole())}
              aria-label={`Continue unfinished ${name}`}
            >
              Continue unfinished {unfinished.name}
            </Button>
          )}
        </span>
      </div>
      {isGone && <p className="quiet">You wrote: {draftInWords(draft.content, timeZone)}</p>}
    </div>
  );
}

/** Which of several, where one patient may have more than one of a kind. */
function aboutWhat(task: Task, chart: Chart, timeZone: string): string | undefined {
  const named = (order: ChartOrder | undefined): string | undefined =>
    order &&
    (order.detail.category === 'medication'
      ? tallMan(order.detail.medication.text)
      : order.detail.request.text);
  switch (task.do) {
    case 'give':
    case 'infusion': {
      const drug = named(chart.orders.find(({ id }) => id === task.order));
      return task.do === 'give' && task.dueAt !== undefined
        ? `${drug} due ${formatInstant(task.dueAt, timeZone)}`
        : drug;
    }
    case 'reassess':
    case 'vomited':
      return task.dose;
    case 'order':
      return named(task.changes);
    case 'stop-order':
    case 'change-order':
      return named(task.order);
    case 'escalate':
    case 'seen':
      return task.escalation?.because;
    case 'acknowledge':
      return task.result.received.body.test;
    default:
      return undefined;
  }
}
