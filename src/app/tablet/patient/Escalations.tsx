import { Button } from '@mantine/core';
import { ANSWERS, type Chart, dayAndTime, formatAgo, MEANS } from '../../../clinical/index.ts';
import type { Task } from './tasks.ts';

/** What asks for somebody, and how far it has come: in sight on the patient's page until the patient was seen. */
export function Escalations({
  chart,
  now,
  timeZone,
  start,
}: {
  chart: Chart;
  now: string;
  timeZone: string;
  start: ((task: Task) => void) | undefined;
}) {
  return chart.care.escalations
    .filter(({ state }) => state !== 'seen')
    .map((escalation) => {
      const { about, because, since, state, steps } = escalation;
      const last = steps.at(-1)?.body;
      return (
        <section
          key={about}
          className={state === 'told' ? 'notice row between' : 'notice stop row between'}
          aria-label="Escalation"
        >
          <span>
            <strong>
              {state === 'told' ? '○' : '▲'} {because}
            </strong>{' '}
            ({formatAgo(since, now)}).{' '}
            {last
              ? `${last.told} ${MEANS[last.means]} ${dayAndTime(last.effectiveAt, now, timeZone)}: ${ANSWERS[last.answer]}. ${state === 'no-answer' ? 'Tell the next in line.' : 'Not seen yet.'}`
              : 'Nobody was told yet.'}
          </span>
          {start && (
            <span className="row">
              <Button
                {...(state === 'told' ? { variant: 'default' } : {})}
                onClick={() => start({ do: 'escalate', escalation })}
              >
                {state === 'told' ? 'Tell again' : 'Who was told?'}
              </Button>
              {state === 'told' && <Button onClick={() => start({ do: 'seen', escalation })}>Seen</Button>}
            </span>
          )}
        </section>
      );
    });
}
