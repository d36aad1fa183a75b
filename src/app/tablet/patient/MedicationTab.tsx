import { Button } from '@mantine/core';
import {
  type Chart,
  type ChartOrder,
  type DueDose,
  formatInstant,
  formatTime,
  lastGiven,
  medicationLine,
  tallMan,
} from '../../../clinical/index.ts';
import type { Task } from './PatientScreen.tsx';

const STATE_WORDS: Record<DueDose['state'], string> = {
  coming: '○ coming',
  due: '● due',
  overdue: '■ overdue',
  given: '✓ given',
  held: '– held',
  refused: '✗ refused',
};

/** Every medication order with its doses, from the last day to the next twelve hours. */
export function MedicationTab({
  chart,
  timeZone,
  start,
  clinician,
}: {
  chart: Chart;
  timeZone: string;
  /** Absent: this person reads, and charts nothing. */
  start: ((task: Task) => void) | undefined;
  clinician: boolean;
}) {
  const orders = chart.orders
    .filter((order) => order.detail.category === 'medication')
    .sort((a, b) => Number(a.state !== 'active') - Number(b.state !== 'active'));
  if (orders.length === 0) return <p>No medication orders are known here.</p>;
  return (
    <div className="stack">
      {orders.map((order) => (
        <MedicationOrder
          key={order.id}
          order={order}
          doses={chart.dueDoses.filter((dose) => dose.order === order.id)}
          timeZone={timeZone}
          start={start}
          clinician={clinician}
        />
      ))}
    </div>
  );
}

function MedicationOrder({
  order,
  doses,
  timeZone,
  start,
  clinician,
}: {
  order: ChartOrder;
  doses: DueDose[];
  timeZone: string;
  /** Absent: this person reads, and charts nothing. */
  start: ((task: Task) => void) | undefined;
  clinician: boolean;
}) {
  if (order.detail.category !== 'medication') return null;
  const name = tallMan(order.detail.medication.text);
  const active = order.state === 'active';
  const last = lastGiven(order);
  return (
    <section className="card stack" aria-label={name}>
      <div className="row between">
        <span className={active ? '' : 'struck'}>
          <strong>
            {medicationLine({
              ...order.detail,
              ...(order.incomplete.includes('dose') ? { dose: undefined } : {}),
              ...(order.incomplete.includes('route') ? { route: undefined } : {}),
            })}
          </strong>
        </span>
        <span className="quiet">
          {order.source.from === 'ehr'
            ? `EHR ${formatInstant(order.source.asOf, timeZone)}`
            : `${order.signedBy ?? 'unknown'}, this downtime`}
        </span>
      </div>
      {!active && (
        <span className="alarm">
          ■ {order.state.replaceAll('-', ' ')}
          {order.stoppedReason ? `: ${order.stoppedReason}` : ''}
        </span>
      )}
      <span className="quiet">
        {last
          ? `Last given ${formatInstant(last.at, timeZone)}, ${last.by === 'EHR' ? 'says the EHR' : `by ${last.by}`}`
          : 'Last dose unknown here: check with patient and paper'}
      </span>
      <div className="row">
        {doses.map((dose) =>
          dose.administration === undefined && active && start ? (
            <Button
              key={dose.dueAt}
              variant={dose.state === 'coming' ? 'default' : 'filled'}
              color={dose.state === 'overdue' ? 'var(--late)' : 'var(--accent)'}
              onClick={() => start({ do: 'give', order: order.id, dueAt: dose.dueAt })}
              aria-label={`${formatTime(dose.dueAt, timeZone)} ${STATE_WORDS[dose.state]}: give ${name}`}
            >
              {formatTime(dose.dueAt, timeZone)} {STATE_WORDS[dose.state]}
            </Button>
          ) : (
            <span key={dose.dueAt} className="card">
              {formatTime(dose.dueAt, timeZone)} {STATE_WORDS[dose.state]}
            </span>
          ),
        )}
        {active &&
          start &&
          (order.detail.schedule.type === 'as-needed' || order.detail.schedule.type === 'as-written') && (
            <Button onClick={() => start({ do: 'give', order: order.id })} aria-label={`Give ${name}`}>
              Give
            </Button>
          )}
        {active && start && clinician && (
          <Button
            variant="default"
            onClick={() => start({ do: 'stop-order', order })}
            aria-label={`Stop order: ${name}`}
          >
            Stop order
          </Button>
        )}
      </div>
    </section>
  );
}
