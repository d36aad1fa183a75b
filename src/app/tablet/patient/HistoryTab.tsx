import { Button } from '@mantine/core';
import {
  type Chart,
  describeEntry,
  formatInstant,
  mayWrite,
  type Role,
  TABLET_LACKED,
} from '../../../clinical/index.ts';
import type { EntryPlace } from '../../../vault/api.ts';
import { usePlaces } from '../../lamp.tsx';
import type { Task } from './tasks.ts';

const PLACES: Record<EntryPlace, string> = {
  'this-tablet': '○ on this tablet only',
  copied: '◐ copied',
  server: '● at the server',
  ehr: '✓ in the EHR',
  'needs-person': '▲ needs a person',
};
const RECORDS_KINDS: readonly string[] = [
  'patient-linked',
  'patient-confirmed-new',
  'patient-unlinked',
  'review-decided',
  'posting-outcome',
  'entered-in-error',
];
/** Everything ever said about this patient, newest first. Nothing is removed: what was wrong is struck through. */
export function HistoryTab({
  chart,
  timeZone,
  start,
  role,
}: {
  chart: Chart;
  timeZone: string;
  /** Absent: this person reads, and charts nothing. */
  start: ((task: Task) => void) | undefined;
  role: Role;
}) {
  const places = usePlaces(chart.identity.id);
  const reasons = new Map(chart.history.map((entry) => [entry.id, entry.body?.reason]));
  return (
    <table className="facts">
      <thead>
        <tr>
          <th>When</th>
          <th>What</th>
          <th>By</th>
          <th>Where it is</th>
          <th>Actions</th>
        </tr>
      </thead>
      <tbody>
        {[...chart.history].reverse().map((entry) => {
          const { title, text } = describeEntry(entry.body, chart.care.news2Applies);
          const when = entry.body ? formatInstant(entry.body.effectiveAt, timeZone) : '';
          const standing = 'standing' in entry ? entry.standing : 'current';
          const wrong = standing === 'replaced' || standing === 'entered-in-error';
          const place = places[entry.id]?.place;
          const why =
            'replacedBy' in entry ? entry.replacedBy.flatMap((id) => reasons.get(id) ?? []).join('; ') : '';
          return (
            <tr key={entry.id}>
              <td style={{ whiteSpace: 'nowrap' }}>
                {entry.body && formatInstant(entry.body.effectiveAt, timeZone)}
                {entry.body && entry.body.recordedAt.slice(0, 16) !== entry.body.effectiveAt.slice(0, 16) && (
                  <div className="quiet">recorded {formatInstant(entry.body.recordedAt, timeZone)}</div>
                )}
                {entry.body?.tabletLacked && (
                  <div className="quiet">▲ {TABLET_LACKED[entry.body.tabletLacked]}</div>
                )}
              </td>
              <td>
                <span className={wrong ? 'struck' : ''} style={{ whiteSpace: 'pre-wrap' }}>
                  <strong>{title}</strong> {text}
                </span>
                {standing === 'entered-in-error' && (
                  <div className="alarm">Entered in error{why && `: ${why}`}</div>
                )}
                {standing === 'replaced' && <div className="quiet">Corrected later{why && `: ${why}`}</div>}
                {standing === 'concurrent' && <div className="alarm">▲ Corrected on two tablets</div>}
                {'passedOver' in entry && !wrong && (
                  <div className="alarm">▲ It changes no other entry. {entry.passedOver}</div>
                )}
                {entry.body?.replaces && entry.body.kind !== 'entered-in-error' && (
                  <div className="quiet">Amendment{entry.body.reason ? `: ${entry.body.reason}` : ''}</div>
                )}
              </td>
              <td>{entry.body?.author.name}</td>
              <td>
                {place ? PLACES[place] : ''}
                {places[entry.id]?.reason && <div className="alarm">{places[entry.id]?.reason}</div>}
              </td>
              <td>
                {'standing' in entry &&
                  start &&
                  !wrong &&
                  !RECORDS_KINDS.includes(entry.body.kind) &&
                  // What a prescriber signed, a prescriber takes back: the vault refuses it, so it is not offered.
                  mayWrite(role, entry.body.kind) && (
                    <div className="row">
                      {(entry.body.kind === 'vital-signs' || entry.body.kind === 'note') && (
                        <Button
                          variant="default"
                          aria-label={`Amend ${title} of ${when}`}
                          onClick={() =>
                            start(
                              entry.body.kind === 'note'
                                ? { do: 'note', amend: { ...entry, body: entry.body } }
                                : entry.body.kind === 'vital-signs'
                                  ? { do: 'vital-signs', amend: { ...entry, body: entry.body } }
                                  : { do: 'entered-in-error', entry },
                            )
                          }
                        >
                          Amend
                        </Button>
                      )}
                      <Button
                        variant="default"
                        aria-label={`Entered in error: ${title} of ${when}`}
                        onClick={() => start({ do: 'entered-in-error', entry })}
                      >
                        Entered in error
                      </Button>
                    </div>
                  )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
