import { Button } from '@mantine/core';
import { useState } from 'react';
import {
  type Chart,
  type ChartOrder,
  describeDose,
  describeEntry,
  formatInstant,
  lacksSecondPerson,
  stands,
} from '../../../clinical/index.ts';
import { doseAtItsTime, type Task } from '../patient/tasks.ts';
import { SecondPersonSaid } from './SecondPersonSaid.tsx';

const AT_FIRST = 3;

/**
 * All that was ever said of an order's doses, the newest first, whatever the clocks say (FAILURES 31). What no longer
 * holds stays, struck through (FAILURES 35).
 */
export function ChartedDoses({
  chart,
  order,
  timeZone,
  start,
}: {
  chart: Chart;
  order: ChartOrder;
  timeZone: string;
  start: ((task: Task) => void) | undefined;
}) {
  const [all, setAll] = useState(false);
  const newestFirst = [...order.administrations].sort(
    (a, b) => Date.parse(b.body.effectiveAt) - Date.parse(a.body.effectiveAt),
  );
  if (newestFirst.length === 0) return null;
  const shown = all ? newestFirst : newestFirst.slice(0, AT_FIRST);
  return (
    <ul className="plain stack" aria-label="Charted doses">
      {shown.map((dose) => {
        const { title, text } = describeDose(dose.body);
        const after = chart.afterDoses.said[dose.id] ?? [];
        const vomited = after.some(({ body }) => body.kind === 'dose-vomited');
        const signed = chart.signatures[dose.id] ?? [];
        const unsigned = stands(dose) && lacksSecondPerson(dose.body, signed);
        return (
          <li key={dose.id} className="row between">
            <span style={{ flex: 1 }}>
              <span className={stands(dose) ? '' : 'struck'}>
                {formatInstant(dose.body.effectiveAt, timeZone)} · {title}: {text} · {dose.body.author.name}
              </span>
              {dose.standing === 'entered-in-error' && ' (entered in error)'}
              {dose.standing === 'replaced' && ' (corrected since)'}
              {dose.standing === 'concurrent' && <span className="alarm"> ▲ somebody says otherwise</span>}
              <SecondPersonSaid signed={signed} lacking={unsigned} timeZone={timeZone} />
              {after.map(({ id, body }) => {
                const said = describeEntry(body);
                return (
                  <span key={id} className={body.kind === 'dose-vomited' ? 'alarm' : 'quiet'}>
                    <br />
                    {body.kind === 'dose-vomited' ? '▲ ' : ''}
                    {formatInstant(body.effectiveAt, timeZone)} · {said.title}: {said.text} ·{' '}
                    {body.author.name}
                  </span>
                );
              })}
            </span>
            {start && unsigned && (
              <Button
                aria-label={`Second signature for ${text}`}
                onClick={() => start({ do: 'second', order: order.id, entry: dose })}
              >
                Second signature
              </Button>
            )}
            {start && stands(dose) && dose.body.outcome === 'given' && !vomited && (
              <Button
                variant="subtle"
                aria-label={`Vomited after ${text}`}
                onClick={() =>
                  start({
                    do: 'vomited',
                    administration: dose.id,
                    dose: doseAtItsTime(dose, timeZone),
                  })
                }
              >
                Vomited
              </Button>
            )}
          </li>
        );
      })}
      {shown.length < newestFirst.length && (
        <li>
          <Button variant="default" onClick={() => setAll(true)}>
            Show {newestFirst.length - shown.length} older
          </Button>
        </li>
      )}
    </ul>
  );
}
