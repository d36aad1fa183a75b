import { Button } from '@mantine/core';
import { useState } from 'react';
import {
  banInWords,
  type Chart,
  type ChartOrder,
  type DueDose,
  dayAndTime,
  endInWords,
  formatInstant,
  isDueAtNoTime,
  isToRepeat,
  lastGiven,
  MAYBE_IN_EHR,
  type MedicationDetail,
  tallMan,
} from '../../../clinical/index.ts';
import { ChartedDoses } from '../dose/ChartedDoses.tsx';
import { AsNeededFacts, nothingGiven, orderLine } from '../dose/DoseFacts.tsx';
import { InfusionCard } from '../dose/InfusionCard.tsx';
import { OpenAfterDoses } from '../dose/OpenAfterDoses.tsx';
import { OrderActions, OrderState } from './OrderActions.tsx';
import type { Task } from './tasks.ts';

const STATE_WORDS: Record<DueDose['state'], string> = {
  coming: '○ coming',
  due: '● due',
  overdue: '■ overdue',
  'not-charted': '■ not charted',
  given: '✓ given',
  held: '– held',
  refused: '✗ refused',
  missed: '✗ missed',
  unknown: '? not known whether given',
};

/** What is due at its time before what is given as needed, and what has ended last: nothing moves as time goes by. */
const rank = (order: ChartOrder): number =>
  (order.state === 'active' ? 0 : 2) + (isDueAtNoTime(order) ? 1 : 0);

/** Every medication order with its doses, from the last day to the next twelve hours. */
export function MedicationTab({
  chart,
  timeZone,
  now,
  start,
  clinician,
  onDone,
}: {
  chart: Chart;
  timeZone: string;
  now: string;
  /** Absent: this person reads, and charts nothing. */
  start: ((task: Task) => void) | undefined;
  clinician: boolean;
  onDone: (message: string) => void;
}) {
  const orders = chart.orders
    .flatMap((order) => (order.detail.category === 'medication' ? [{ order, detail: order.detail }] : []))
    .sort((a, b) => rank(a.order) - rank(b.order));
  return (
    <div className="stack">
      {chart.notToGive?.map((ban) => (
        <p key={banInWords(ban)} className="notice stop">
          ▲ Do NOT give {banInWords(ban)}. Ordered in the EHR, {formatInstant(ban.asOf, timeZone)}
        </p>
      ))}
      {orders.length === 0 && <p>No medication orders are known here.</p>}
      <OpenAfterDoses chart={chart} now={now} timeZone={timeZone} start={start} onDone={onDone} />
      {orders.map(({ order, detail }) => (
        <MedicationOrder
          key={order.id}
          chart={chart}
          now={now}
          order={order}
          detail={detail}
          doses={chart.dueDoses.filter((dose) => dose.order === order.id)}
          timeZone={timeZone}
          start={start}
          clinician={clinician}
        />
      ))}
    </div>
  );
}

/** Doses of the next hours; further ones are on the round. */
const AHEAD_MS = 12 * 3_600_000;
const BACK_MS = 24 * 3_600_000;
/** More doses without a word than these of one order are a day that nobody charted: one tap away. */
const OVERDUE_AT_FIRST = 6;

/** What asks for a hand, and what was charted of the last day; all of it stands under the order. */
function dosesToShow(doses: readonly DueDose[], now: string): DueDose[] {
  const at = Date.parse(now);
  return doses.filter((dose) =>
    dose.administration === undefined
      ? Date.parse(dose.dueAt) < at + AHEAD_MS
      : Math.abs(Date.parse(dose.dueAt) - at) < BACK_MS,
  );
}

function MedicationOrder({
  chart,
  now,
  order,
  detail,
  doses,
  timeZone,
  start,
  clinician,
}: {
  chart: Chart;
  now: string;
  order: ChartOrder;
  detail: MedicationDetail;
  doses: DueDose[];
  timeZone: string;
  /** Absent: this person reads, and charts nothing. */
  start: ((task: Task) => void) | undefined;
  clinician: boolean;
}) {
  const name = tallMan(detail.medication.text);
  const active = order.state === 'active';
  const last = lastGiven(order);
  const infusion = chart.infusions.find((running) => running.order === order.id);
  const [whole, setWhole] = useState(false);
  const atNoTime = isDueAtNoTime(order);
  const toRepeat = isToRepeat(chart, order);
  const shown = dosesToShow(doses, now);
  const missing = shown.filter(({ state }) => state === 'overdue' || state === 'not-charted');
  const folded = whole ? [] : missing.slice(OVERDUE_AT_FIRST);
  const stateOf = ({ state, maybeGivenBefore }: DueDose): string =>
    [
      STATE_WORDS[state],
      ...(state === 'not-charted' ? [endInWords(order, timeZone)] : []),
      ...(maybeGivenBefore ? [MAYBE_IN_EHR] : []),
    ].join(', ');
  return (
    <section className="card stack" aria-label={name}>
      <div className="row between">
        <span className={active ? '' : 'struck'}>
          <strong>{orderLine(order, detail)}</strong>
        </span>
        <span className="quiet">
          {order.source.from === 'ehr'
            ? `EHR ${formatInstant(order.source.asOf, timeZone)}`
            : `${order.signedBy ?? 'unknown'}, this downtime`}
        </span>
      </div>
      <OrderState order={order} timeZone={timeZone} />
      {!active && order.state !== 'on-hold' && (
        <span className="alarm">
          ■ {order.state.replaceAll('-', ' ')}
          {order.stoppedReason ? `: ${order.stoppedReason}` : ''}
        </span>
      )}
      <span className="quiet">
        {last
          ? `Last given ${formatInstant(last.at, timeZone)}, ${last.by === 'EHR' ? 'says the EHR' : `by ${last.by}`}`
          : nothingGiven(order)}
      </span>
      <AsNeededFacts chart={chart} order={order} now={now} timeZone={timeZone} />
      {(infusion || detail.schedule.type === 'continuous') && (
        <InfusionCard
          order={order}
          infusion={infusion}
          signatures={chart.signatures}
          now={now}
          timeZone={timeZone}
          start={start}
        />
      )}
      <div className="row">
        {shown
          .filter((dose) => !folded.includes(dose))
          .map((dose) =>
            // What was due before the order ended, or was held, is charted late: that is no new dose.
            dose.administration === undefined && start ? (
              <Button
                key={dose.dueAt}
                variant={dose.state === 'coming' || dose.state === 'not-charted' ? 'default' : 'filled'}
                color={dose.state === 'overdue' ? 'var(--late)' : 'var(--accent)'}
                onClick={() => start({ do: 'give', order: order.id, dueAt: dose.dueAt })}
                aria-label={`${dayAndTime(dose.dueAt, now, timeZone)} ${stateOf(dose)}: ${dose.state === 'not-charted' ? 'chart' : 'give'} ${name}`}
              >
                {dayAndTime(dose.dueAt, now, timeZone)} {stateOf(dose)}
              </Button>
            ) : (
              <span key={dose.dueAt} className="card">
                {dayAndTime(dose.dueAt, now, timeZone)} {stateOf(dose)}
              </span>
            ),
          )}
        {folded.length > 0 && (
          <Button variant="default" onClick={() => setWhole(true)}>
            Show {folded.length} more {active ? 'overdue' : 'not charted'}
          </Button>
        )}
        {active && start && (atNoTime || toRepeat) && (
          <Button
            onClick={() => start({ do: 'give', order: order.id })}
            aria-label={toRepeat ? `Give ${name} again: vomited` : `Give ${name}`}
          >
            {toRepeat ? 'Give again: vomited' : 'Give'}
          </Button>
        )}
        {start && clinician && <OrderActions order={order} name={name} start={start} />}
      </div>
      <ChartedDoses chart={chart} order={order} timeZone={timeZone} start={start} />
    </section>
  );
}
