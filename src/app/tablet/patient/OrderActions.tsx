import { Button } from '@mantine/core';
import { type ChartOrder, formatInstant } from '../../../clinical/index.ts';
import type { Task } from './tasks.ts';

/** What a prescriber may do with an order: sign what was said, hold, resume, stop. */
export function OrderActions({
  order,
  name,
  start,
}: {
  order: ChartOrder;
  name: string;
  start: (task: Task) => void;
}) {
  const goesOn = order.state === 'active' || order.state === 'on-hold';
  const change = order.state === 'on-hold' ? 'resume' : 'hold';
  const label = order.state === 'on-hold' ? 'Resume order' : 'Hold order';
  return (
    <>
      {order.received && order.received.signedBy === undefined && order.state !== 'entered-in-error' && (
        <Button
          aria-label={`Sign order: ${name}`}
          onClick={() => start({ do: 'change-order', order, change: 'co-sign' })}
        >
          Sign
        </Button>
      )}
      {goesOn && (
        <>
          <Button
            variant="default"
            aria-label={`Change order: ${name}`}
            onClick={() => start({ do: 'order', changes: order })}
          >
            Change order
          </Button>
          <Button
            variant="default"
            aria-label={`${label}: ${name}`}
            onClick={() => start({ do: 'change-order', order, change })}
          >
            {label}
          </Button>
          <Button
            variant="default"
            aria-label={`Stop order: ${name}`}
            onClick={() => start({ do: 'stop-order', order })}
          >
            Stop order
          </Button>
        </>
      )}
    </>
  );
}

/** Where an order stands besides active: held since when, by voice from whom and whether it is signed. */
export function OrderState({ order, timeZone }: { order: ChartOrder; timeZone: string }) {
  const hold = order.state === 'on-hold' ? order.holds.at(-1) : undefined;
  const { received } = order;
  return (
    <>
      {hold && (
        <span className="alarm">
          ■ on hold since {formatInstant(hold.from, timeZone)} by {hold.by}: {hold.reason}
        </span>
      )}
      {received && (
        <span className={received.signedBy === undefined ? 'alarm' : 'quiet'}>
          {received.signedBy === undefined ? '▲ to be signed by ' : ''}
          {received.prescriber}, by {received.by}, read back
          {received.signedBy === undefined
            ? ''
            : ` · signed by ${received.signedBy} ${received.signedAt ? formatInstant(received.signedAt, timeZone) : ''}`}
        </span>
      )}
    </>
  );
}
