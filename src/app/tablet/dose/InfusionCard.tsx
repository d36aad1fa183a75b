import { Button } from '@mantine/core';
import {
  type Chart,
  type ChartOrder,
  dayAndTime,
  describeInfusion,
  formatAgo,
  formatInstant,
  formatNumber,
  type Infusion,
  type InfusionAction,
  lacksSecondPerson,
  stands,
  tallMan,
} from '../../../clinical/index.ts';
import type { Task } from '../patient/tasks.ts';
import { SecondPersonSaid } from './SecondPersonSaid.tsx';

/** What can be charted next, from what is known now. */
function nextActions(infusion: Infusion | undefined): { action: InfusionAction; label: string }[] {
  switch (infusion?.state) {
    case 'running':
      return [
        { action: 'rate-changed', label: 'Change rate' },
        { action: 'bag-changed', label: 'New bag' },
        { action: 'paused', label: 'Pause' },
        { action: 'stopped', label: 'Stop infusion' },
      ];
    case 'paused':
      return [
        { action: 'resumed', label: 'Resume' },
        { action: 'stopped', label: 'Stop infusion' },
      ];
    default:
      return [{ action: 'started', label: 'Start infusion' }];
  }
}

const STATES: Record<Infusion['state'], string> = {
  running: '● running',
  paused: '○ paused',
  stopped: '■ stopped',
};

/** A continuous infusion: rate, volume in and left, since when, by whom, next bag. */
export function InfusionCard({
  order,
  infusion,
  signatures,
  now,
  timeZone,
  start,
}: {
  order: ChartOrder;
  infusion: Infusion | undefined;
  signatures: Chart['signatures'];
  now: string;
  timeZone: string;
  start: ((task: Task) => void) | undefined;
}) {
  const name = order.detail.category === 'medication' ? tallMan(order.detail.medication.text) : '';
  const unsigned = (infusion?.turns ?? []).some(
    (turn) => stands(turn) && lacksSecondPerson(turn.body, signatures[turn.id] ?? []),
  );
  const actions = nextActions(infusion).filter(
    // Of an order that was stopped nothing is begun, but what runs is still charted until it hangs no more.
    ({ action }) => order.state === 'active' || (action !== 'started' && action !== 'resumed'),
  );
  return (
    <>
      {infusion ? (
        <>
          <span>
            <strong className={infusion.state === 'running' ? 'big-number' : ''}>
              {infusion.rateMlPerHour === undefined
                ? STATES[infusion.state]
                : `${formatNumber(infusion.rateMlPerHour)} mL/hour`}
            </strong>{' '}
            {infusion.rateMlPerHour === undefined ? '' : STATES[infusion.state]}
            {infusion.doseRate === undefined ? '' : ` (${infusion.doseRate})`} since{' '}
            {dayAndTime(infusion.since, now, timeZone)}, by {infusion.by}
          </span>
          <span>
            In: <strong>{formatNumber(infusion.inMl)} mL</strong>{' '}
            {infusion.runningBefore ? 'since it is charted here (running before)' : ''}
            {infusion.leftMl === undefined ? ' · left in the bag: not recorded' : ''}
            {infusion.leftMl !== undefined && infusion.leftMl > 0
              ? ` · left in the bag: ${formatNumber(infusion.leftMl)} mL`
              : ''}
            {infusion.leftMl !== undefined && infusion.leftMl <= 0 ? (
              <span className="alarm"> ■ the bag should be empty: look at it</span>
            ) : (
              infusion.emptyAt !== undefined &&
              ` · next bag ${dayAndTime(infusion.emptyAt, now, timeZone)} (${formatAgo(infusion.emptyAt, now)})`
            )}
          </span>
        </>
      ) : (
        <span>Not running here</span>
      )}
      {order.state !== 'active' && infusion?.state === 'running' && (
        <p className="notice stop" role="alert">
          ▲ The order is over, and the infusion is charted as running.
        </p>
      )}
      <div className="row">
        {start &&
          actions.map(({ action, label }) => (
            <Button
              key={action}
              variant={action === 'stopped' || action === 'paused' ? 'default' : 'filled'}
              aria-label={`${label}: ${name}`}
              onClick={() => start({ do: 'infusion', order: order.id, action })}
            >
              {label}
            </Button>
          ))}
      </div>
      {infusion && (
        <details open={unsigned}>
          <summary>All that was charted of it ({infusion.turns.length})</summary>
          <ul className="plain stack">
            {infusion.turns.toReversed().map((turn) => {
              const { title, text } = describeInfusion(turn.body);
              const signed = signatures[turn.id] ?? [];
              const lacking = stands(turn) && lacksSecondPerson(turn.body, signed);
              return (
                <li key={turn.id} className="row between">
                  <span style={{ flex: 1 }}>
                    <span className={stands(turn) ? '' : 'struck'}>
                      {formatInstant(turn.body.effectiveAt, timeZone)} · {title}: {text} ·{' '}
                      {turn.body.author.name}
                    </span>
                    <SecondPersonSaid signed={signed} lacking={lacking} timeZone={timeZone} />
                  </span>
                  {start && lacking && (
                    <Button
                      aria-label={`Second signature for ${title}: ${text}`}
                      onClick={() => start({ do: 'second', order: order.id, entry: turn })}
                    >
                      Second signature
                    </Button>
                  )}
                </li>
              );
            })}
          </ul>
        </details>
      )}
    </>
  );
}
