import { Button } from '@mantine/core';
import {
  type Chart,
  type ChartOrder,
  dayAndTime,
  describeEntry,
  formatAgo,
  formatInstant,
  formatUnit,
  isMeasured,
  MAYBE_IN_EHR,
  mayWrite,
  medicationLine,
  type Role,
  serviceLine,
  stands,
  tallMan,
} from '../../../clinical/index.ts';
import { Problem } from '../../Problem.tsx';
import { useSave } from '../forms/use-save.ts';
import { News2Chart } from './News2Chart.tsx';
import { OrderActions, OrderState } from './OrderActions.tsx';
import type { Task } from './tasks.ts';

/** Of a long list, so that all of the screen is seen at once; that there are more is said. */
const AT_FIRST = 8;

/** What matters now, on one screen. */
export function OverviewTab({
  chart,
  timeZone,
  now,
  start,
}: {
  chart: Chart;
  timeZone: string;
  now: string;
  /** Absent: this person reads, and charts nothing. */
  start: ((task: Task) => void) | undefined;
}) {
  const notCharted = chart.dueDoses.filter(({ state }) => state === 'not-charted').length;
  const due = chart.dueDoses.filter(
    (dose) =>
      dose.administration === undefined &&
      dose.state !== 'not-charted' &&
      (dose.state !== 'coming' || Date.parse(dose.dueAt) < Date.parse(now) + 4 * 3_600_000),
  );
  const newest = chart.vitals.find((set) => stands(set) && isMeasured(set));
  const last = chart.vitals.find(stands);
  const scored = chart.care.scoredSet ?? newest;
  const drug = new Map(
    chart.orders.map((order) => [
      order.id,
      order.detail.category === 'medication' ? tallMan(order.detail.medication.text) : '',
    ]),
  );
  const ehr = chart.ehrObservations.map((item) => (
    <div key={`${item.name} ${item.effectiveAt} ${item.value}`} className="quiet">
      {item.name}: <strong>{item.value}</strong> {formatUnit(item.unit ?? '')} · EHR{' '}
      {formatInstant(item.effectiveAt, timeZone)} ({formatAgo(item.effectiveAt, now)})
    </div>
  ));
  return (
    <div className="vitals-grid" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(340px, 1fr))' }}>
      <section className="card stack">
        <h2>Due</h2>
        {due.length === 0 && <p>Nothing is due in the next four hours.</p>}
        {notCharted > 0 && (
          <p className="notice">
            ■ Not charted before the order was stopped or changed: {notCharted}{' '}
            {notCharted === 1 ? 'dose' : 'doses'}. See Medication.
          </p>
        )}
        {due.slice(0, AT_FIRST).map((dose) => (
          <div key={`${dose.order} ${dose.dueAt}`} className="row between one-line">
            <span className={dose.state === 'overdue' ? 'alarm' : ''}>
              {dose.state === 'overdue' ? '■ overdue ' : ''}
              {dayAndTime(dose.dueAt, now, timeZone)} {drug.get(dose.order)}
              {dose.maybeGivenBefore ? `: ${MAYBE_IN_EHR}` : ''}
            </span>
            {start && (
              <Button
                onClick={() => start({ do: 'give', order: dose.order, dueAt: dose.dueAt })}
                aria-label={`Give ${drug.get(dose.order)}`}
              >
                Give
              </Button>
            )}
          </div>
        ))}
        {due.length > AT_FIRST && <p>{due.length - AT_FIRST} more under Medication.</p>}
      </section>
      <section className="card stack">
        <h2>Newest values</h2>
        {newest ? (
          <>
            {chart.care.news2Applies && scored && (
              <div>
                <span className={`score ${scored.news2.risk}`}>
                  {scored.news2.total ?? `≥${scored.news2.partial}`}
                </span>{' '}
                NEWS2, {formatAgo(scored.body.effectiveAt, now)}
                {scored.id !== newest.id && '; newer values incomplete'}
              </div>
            )}
            <p>{describeEntry(newest.body, chart.care.news2Applies).text}</p>
          </>
        ) : (
          <p>No vital signs were measured during this downtime.</p>
        )}
        {last && last !== newest && (
          <p className="notice">
            {formatInstant(last.body.effectiveAt, timeZone)}: {describeEntry(last.body).text}
          </p>
        )}
        {/* A score is not needed for it: a nurse who is worried calls somebody, and that is charted too. */}
        {start && (
          <Button variant="default" onClick={() => start({ do: 'escalate' })}>
            I am worried about this patient
          </Button>
        )}
        <h3>From the EHR</h3>
        {ehr.slice(0, AT_FIRST)}
        {ehr.length > AT_FIRST && (
          <details>
            <summary>{ehr.length - AT_FIRST} more</summary>
            {ehr.slice(AT_FIRST)}
          </details>
        )}
        {chart.ehrObservations.length === 0 && <p className="quiet">None known.</p>}
      </section>
      <section className="card stack">
        <h2>Problems</h2>
        <p>{chart.problems.join(' · ') || 'Not recorded'}</p>
        {chart.snapshotWarnings.length > 0 && (
          <details>
            <summary>▲ {chart.snapshotWarnings.length} gaps in the EHR data</summary>
            <ul>
              {chart.snapshotWarnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </details>
        )}
      </section>
    </div>
  );
}

export function VitalSignsTab({ chart, timeZone }: { chart: Chart; timeZone: string }) {
  if (chart.vitals.length === 0) return <p>No vital signs were charted during this downtime.</p>;
  const applies = chart.care.news2Applies;
  return (
    <div className="stack">
      {applies ? (
        <News2Chart sets={chart.vitals} timeZone={timeZone} />
      ) : (
        <p className="notice">NEWS2 is not for people under 16, nor in pregnancy: no chart is drawn.</p>
      )}
      <table className="facts">
        <tbody>
          {chart.vitals.map((set) => (
            <tr
              key={set.id}
              className={set.standing === 'current' || set.standing === 'concurrent' ? '' : 'struck'}
            >
              <th scope="row">{formatInstant(set.body.effectiveAt, timeZone)}</th>
              <td>{describeEntry(set.body, applies).text}</td>
              <td>{set.body.author.name}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const orderName = ({ detail }: ChartOrder): string =>
  detail.category === 'medication' ? tallMan(detail.medication.text) : detail.request.text;

/** All orders; those of this downtime wait for a nurse to note them. */
export function OrdersTab({
  chart,
  timeZone,
  start,
  role,
  sets = false,
  onDone,
}: {
  chart: Chart;
  timeZone: string;
  /** Absent: this person reads, and charts nothing. */
  start: ((task: Task) => void) | undefined;
  role: Role;
  /** The hospital has order sets, and this person may sign them. */
  sets?: boolean;
  onDone: (message: string) => void;
}) {
  const { save, problem, busy } = useSave(timeZone);
  return (
    <div className="stack">
      <Problem>{problem}</Problem>
      {start && (
        <div className="row">
          <Button variant="default" onClick={() => start({ do: 'result' })}>
            Result by telephone
          </Button>
          {sets && (
            <Button variant="default" onClick={() => start({ do: 'order-set' })}>
              Order set
            </Button>
          )}
        </div>
      )}
      {chart.care.results.map((result) => {
        const { body } = result.received;
        return (
          <div key={result.received.id} className="card row between">
            <span className={stands(result.received) ? '' : 'struck'}>
              <strong>
                {body.critical ? '▲ Critical: ' : ''}
                {body.test} {body.value} {body.unit ?? ''}
              </strong>
              <br />
              <span className="quiet">
                by telephone from {body.caller}, {formatInstant(body.effectiveAt, timeZone)}, read back by{' '}
                {body.author.name}
                {result.acknowledged
                  ? ` · acknowledged by ${result.acknowledged.body.told ?? result.acknowledged.body.author.name}`
                  : ' · not acknowledged yet'}
              </span>
            </span>
            {start && !result.acknowledged && stands(result.received) && (
              <Button onClick={() => start({ do: 'acknowledge', result })}>Acknowledge</Button>
            )}
          </div>
        );
      })}
      {chart.orders.length === 0 && <p>No orders are known here.</p>}
      {chart.orders.map((order) => (
        <div key={order.id} className="card row between">
          <span style={{ flex: 1 }} className={order.state === 'active' ? '' : 'struck'}>
            <strong>
              {order.detail.category === 'medication'
                ? medicationLine({
                    ...order.detail,
                    ...(order.incomplete.includes('dose') ? { dose: undefined } : {}),
                    ...(order.incomplete.includes('route') ? { route: undefined } : {}),
                  })
                : serviceLine(order.detail)}
            </strong>
            <br />
            <span className="quiet">
              {order.source.from === 'ehr'
                ? 'from the EHR'
                : `${order.detail.category}, ${order.received ? 'written' : 'signed'} by ${order.signedBy ?? ''} ${order.signedAt ? formatInstant(order.signedAt, timeZone) : ''}`}
              {order.acknowledgedBy && ` · noted by ${order.acknowledgedBy}`}
              {order.state !== 'active' &&
                ` · ${order.state}${order.stoppedReason ? `: ${order.stoppedReason}` : ''}`}
            </span>
            <OrderState order={order} timeZone={timeZone} />
          </span>
          {order.source.from === 'entry' &&
            order.state === 'active' &&
            !order.acknowledgedBy &&
            role === 'nurse' && (
              <Button
                loading={busy}
                aria-label={`Noted: ${orderName(order)}`}
                onClick={() =>
                  void save(chart.identity.id, {
                    kind: 'order-acknowledged',
                    effectiveAt: new Date().toISOString(),
                    order: order.id,
                  }).then((message) => message && onDone(message))
                }
              >
                Noted
              </Button>
            )}
          {start && mayWrite(role, 'order-stopped') && (
            <OrderActions order={order} name={orderName(order)} start={start} />
          )}
        </div>
      ))}
    </div>
  );
}

export function NotesTab({
  chart,
  timeZone,
  start,
}: {
  chart: Chart;
  timeZone: string;
  /** Absent: this person reads, and charts nothing. */
  start: ((task: Task) => void) | undefined;
}) {
  if (chart.notes.length === 0) return <p>No notes were written during this downtime.</p>;
  return (
    <div className="stack">
      {chart.notes.map((note) => {
        const { title, text } = describeEntry(note.body);
        const stands = note.standing === 'current' || note.standing === 'concurrent';
        return (
          <article key={note.id} className="card stack">
            <div className="row between">
              <strong>
                {title} · {note.body.author.name} · {formatInstant(note.body.effectiveAt, timeZone)}
              </strong>
              {stands && start && (
                <Button
                  variant="default"
                  aria-label={`Amend ${title} of ${formatInstant(note.body.effectiveAt, timeZone)}`}
                  onClick={() => start({ do: 'note', amend: note })}
                >
                  Amend
                </Button>
              )}
            </div>
            <span className={stands ? '' : 'struck'} style={{ whiteSpace: 'pre-wrap' }}>
              {text}
            </span>
          </article>
        );
      })}
    </div>
  );
}
