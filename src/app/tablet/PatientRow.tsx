import { memo } from 'react';
import {
  type BoardRow,
  dayAndTime,
  displayName,
  formatAge,
  formatAgo,
  sexInWords,
  tallMan,
} from '../../clinical/index.ts';
import { recordInWords } from './patient/MoveNotices.tsx';

const ALLERGY_TITLES = {
  known: 'Allergies',
  nilknown: 'No known allergies',
  notasked: 'Allergies not recorded',
  unavailable: 'Allergies unavailable',
} as const;

const ESCALATION = {
  'not-told': 'nobody told',
  'no-answer': 'no answer',
  told: 'told, not seen',
  seen: '',
} as const;

/** "At least 1" is no low risk: what is missing may be high. */
const scoreSays = ({ total, risk }: NonNullable<BoardRow['news2']>): string =>
  total === null && risk === 'low' ? 'not complete' : risk.replace('-', ' to ');

/**
 * One patient on the board: who, how sick, what is due, what waits for somebody. Drawn again when something of it has
 * changed: around it a ward's worth of answers arrives one after another.
 */
export const PatientRow = memo(function PatientRow({
  row,
  toSettle,
  alike,
  tablet,
  self,
  chosen,
  now,
  timeZone,
  onOpen,
}: {
  row: BoardRow;
  toSettle: number;
  /** Names on this ward that are easily taken for this one. */
  alike: string[] | undefined;
  /** Which tablet the last entry was written on. */
  tablet: string | undefined;
  /** Who looks at the board. */
  self: string;
  /** While she chooses her patients: whether this is one. */
  chosen: boolean | undefined;
  now: string;
  timeZone: string;
  onOpen: (row: BoardRow) => void;
}) {
  const overdue = row.doses.filter((dose) => dose.late < now);
  const next = row.doses.find((dose) => dose.late >= now);
  const [escalation, ...others] = row.escalations;
  const { observations, handoff, lastEntry } = row;
  const observationsOverdue = observations !== undefined && observations.dueAt < now;
  const unread = handoff !== undefined && handoff.authorId !== self && !handoff.readBy.includes(self);
  return (
    <button type="button" className="board-row" aria-pressed={chosen} onClick={() => onOpen(row)}>
      <span className="bed">
        {chosen !== undefined && (chosen ? '☑ ' : '☐ ')}
        {row.bed ?? '–'}
      </span>
      <span>
        <strong>{displayName(row.name)}</strong>
        <br />
        {formatAge(row.birthDate, now, timeZone)} · {sexInWords(row.sex)}
        {row.number && ` · ${row.number.kind === 'MRT' ? 'downtime no.' : 'EHR no.'} ${row.number.value}`}
        {row.leftTheList && (
          <>
            <br />
            <span className="alarm">▲ Not on the EHR’s list of this ward any more</span>
          </>
        )}
        {row.arrival && (
          <>
            <br />
            <span className={row.arrival.here < row.arrival.listed ? 'alarm' : 'quiet'}>
              {row.arrival.here < row.arrival.listed ? '▲ ' : ''}From {row.arrival.fromName}:{' '}
              {recordInWords(row.arrival)}
            </span>
          </>
        )}
        {alike && (
          <>
            <br />
            <span className="alarm">
              ▲ Name alert: {alike.slice(0, 2).join('; ')}
              {alike.length > 2 && ` and ${alike.length - 2} more`}
            </span>
          </>
        )}
        {lastEntry && (
          <>
            <br />
            <small className="quiet">
              last charted {formatAgo(lastEntry.at, now)}
              {tablet === undefined ? '' : ` on ${tablet}`}, {lastEntry.by}
            </small>
          </>
        )}
      </span>
      <span className={row.allergies.status === 'known' ? 'alarm' : 'quiet'}>
        {row.allergies.status === 'known'
          ? `▲ ${row.allergies.names.slice(0, 2).join(', ')}${row.allergies.names.length > 2 ? ` and ${row.allergies.names.length - 2} more` : ''}${row.allergies.ehrUnread ? ', and what the EHR knows could not be read' : ''}`
          : ALLERGY_TITLES[row.allergies.status]}
        {row.codeStatus !== undefined && <span className="mark">Code: {row.codeStatus}</span>}
        {row.isolation.length > 0 && <span className="mark">◆ Isolation: {row.isolation.join(', ')}</span>}
      </span>
      <span>
        {row.news2 ? (
          <>
            <span className={`score ${row.news2.risk}`}>{row.news2.total ?? `≥${row.news2.partial}`}</span>{' '}
            <small>
              NEWS2 {scoreSays(row.news2)}, {dayAndTime(row.news2.effectiveAt, now, timeZone)}
              {row.news2.older && ` (${formatAgo(row.news2.effectiveAt, now)})`}
            </small>
          </>
        ) : (
          <span className="quiet">No NEWS2 here</span>
        )}
        {observations && (
          <>
            <br />
            <small className={observationsOverdue ? 'alarm' : 'quiet'}>
              {observationsOverdue ? '■ vital signs overdue since' : 'next vital signs'}{' '}
              {dayAndTime(observations.dueAt, now, timeZone)}
            </small>
          </>
        )}
        {escalation && (
          <>
            <br />
            <small className={escalation.state === 'told' ? 'quiet' : 'alarm'}>
              {escalation.state === 'told' ? '○ ' : '▲ '}
              {escalation.because.split(':')[0]}: {ESCALATION[escalation.state]}
              {others.length > 0 && ` +${others.length}`}
            </small>
          </>
        )}
      </span>
      <span>
        {overdue.length > 0 && <span className="alarm">■ {overdue.length} overdue · </span>}
        {next
          ? `${next.early <= now ? '● due' : 'next'} ${dayAndTime(next.dueAt, now, timeZone)} ${tallMan(next.medication.split(' ')[0] ?? '')}`
          : 'nothing due'}
        {row.ordersToAcknowledge > 0 && (
          <span className="alarm">
            {' '}
            · {row.ordersToAcknowledge} new order{row.ordersToAcknowledge > 1 ? 's' : ''}
          </span>
        )}
        {toSettle > 0 && <span className="alarm"> · ▲ {toSettle} to settle</span>}
        {unread && (
          <>
            <br />
            <small>○ handoff of {handoff.by} to read</small>
          </>
        )}
        {row.takenBy.length > 0 && (
          <>
            <br />
            <small className="quiet">with {row.takenBy.map(({ name }) => name).join(', ')}</small>
          </>
        )}
      </span>
    </button>
  );
});
