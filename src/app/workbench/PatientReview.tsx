import { Button, Checkbox, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import {
  describeEntry,
  displayName,
  formatDate,
  formatInstant,
  PictureType,
  sexInWords,
  TABLET_LACKED,
} from '../../clinical/index.ts';
import type { PictureHere } from '../../vault/api.ts';
import { AuditList } from '../../wire/audit.ts';
import { DecisionResults, type Decisions, type PostingState, ReviewPatient } from '../../wire/workbench.ts';
import { AuditTable } from '../admin/AuditCard.tsx';
import { ApiError, request } from '../api.ts';
import { FormPictures } from '../pictures/Picture.tsx';
import { PictureSourceProvider } from '../pictures/source.tsx';
import { usePoll } from '../use-poll.ts';
import { CorrectForm } from './CorrectForm.tsx';
import { MatchPanel } from './MatchPanel.tsx';

const STATES: Record<PostingState, string> = {
  'not-for-the-ehr': '– not for the EHR',
  'to-review': '○ to review',
  rejected: '✗ rejected',
  'waiting-for-match': '▲ approved, waits for the match',
  approved: '● approved',
  posting: '● on the way',
  unknown: '▲ unknown: asked again before anything is sent',
  posted: '✓ in the EHR',
  refused: '▲ refused by the EHR',
  held: '▲ held back',
};
const OPEN: readonly PostingState[] = ['to-review', 'refused', 'rejected'];

/** One patient's entries beside what the EHR holds. */
export function PatientReview({
  patient,
  timeZone,
  onBack,
}: {
  patient: string;
  timeZone: string;
  onBack: () => void;
}) {
  const review = usePoll(`/api/workbench/patients/${patient}`, ReviewPatient);
  const [looking, setLooking] = useState(false);
  const access = usePoll(
    looking ? `/api/workbench/patients/${patient}/access` : undefined,
    AuditList,
    15_000,
  );
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [reason, setReason] = useState('');
  const [correcting, setCorrecting] = useState<ReviewPatient['entries'][number]>();
  const [message, setMessage] = useState<string>();
  const [deciding, setDeciding] = useState(false);
  const source = useMemo(() => ({ read: (sha256: string) => pictureOf(patient, sha256) }), [patient]);
  if (!review.value) return <p>{review.problem ?? 'Opening the patient…'}</p>;
  const { entries, link, ehrProblem, patient: row } = review.value;
  const open = entries.filter((entry) => OPEN.includes(entry.state) && entry.body !== null);

  async function decide(decisions: Decisions['decisions']): Promise<void> {
    setDeciding(true);
    try {
      const { results } = await request('POST', '/api/workbench/decisions', DecisionResults, { decisions });
      // First the list, then the word that it is so: nobody decides on what is no longer there.
      await review.reload();
      const failed = results.filter((result) => !result.ok);
      setMessage(
        failed.length === 0
          ? `${results.length} decided.`
          : `${failed.length} not decided: ${failed[0]?.message ?? ''}`,
      );
      setSelected(new Set());
      setReason('');
      setCorrecting(undefined);
    } catch (error) {
      setMessage(
        error instanceof ApiError ? error.message : 'The decision did not reach the server. Try again.',
      );
      await review.reload();
    } finally {
      setDeciding(false);
    }
  }

  const all = (ids: Iterable<string>, decision: 'approved' | 'rejected') =>
    [...ids].map((entry) => ({
      entry,
      decision,
      ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    }));

  return (
    <PictureSourceProvider value={source}>
      <section className="banner" aria-label="Patient">
        <span className="name">{displayName(row.name)}</span>
        <span>Born {row.birthDate ? formatDate(row.birthDate) : 'Not known'}</span>
        <span>Sex {sexInWords(row.sex)}</span>
        {row.numbers.map((number) => (
          <span key={number.value}>
            {number.kind === 'MRT' ? 'Downtime number' : 'EHR number'} <strong>{number.value}</strong>
          </span>
        ))}
      </section>
      <Button variant="default" onClick={onBack} style={{ alignSelf: 'flex-start' }}>
        ‹ Worklist
      </Button>
      <Button
        variant="default"
        onClick={() => setLooking(!looking)}
        aria-expanded={looking}
        style={{ alignSelf: 'flex-start' }}
      >
        Who looked at this patient?
      </Button>
      {looking && (
        <section className="card" aria-label="Who looked at this patient">
          <AuditTable list={access.value} timeZone={timeZone} />
        </section>
      )}
      {row.identity !== 'ehr' && <MatchPanel patient={patient} link={link} onChanged={review.reload} />}
      {ehrProblem && <p className="notice">{ehrProblem}</p>}
      {message && (
        <p className="card" role="status">
          {message}
        </p>
      )}
      {correcting && (
        <CorrectForm
          key={correcting.id}
          entry={correcting}
          busy={deciding}
          onCancel={() => setCorrecting(undefined)}
          onCorrect={(corrected, why) =>
            void decide([{ entry: correcting.id, decision: 'corrected', reason: why, corrected }])
          }
        />
      )}
      <table className="facts">
        <thead>
          <tr>
            <th>Choose</th>
            <th>When, by whom, on what</th>
            <th>Charted in the downtime</th>
            <th>What the EHR holds</th>
            <th>State</th>
            <th>Actions</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => {
            const { title, text } = describeEntry(entry.body);
            const decidable = OPEN.includes(entry.state) && entry.body !== null;
            return (
              <tr key={entry.id}>
                <td>
                  {decidable && (
                    <Checkbox
                      size="md"
                      aria-label={`Choose ${title}`}
                      checked={selected.has(entry.id)}
                      onChange={(event) =>
                        setSelected(
                          new Set(
                            event.currentTarget.checked
                              ? [...selected, entry.id]
                              : [...selected].filter((id) => id !== entry.id),
                          ),
                        )
                      }
                    />
                  )}
                </td>
                <td>
                  {entry.body && formatInstant(entry.body.effectiveAt, timeZone)}
                  <div className="quiet">
                    {entry.body?.author.name} · {entry.device}
                    {entry.body?.tabletLacked && <div>▲ {TABLET_LACKED[entry.body.tabletLacked]}</div>}
                  </div>
                </td>
                <td
                  style={{ whiteSpace: 'pre-wrap' }}
                  className={
                    entry.standing === 'replaced' || entry.standing === 'entered-in-error' ? 'struck' : ''
                  }
                >
                  <strong>{title}</strong> {text}
                  {entry.body?.replaces && entry.body.kind !== 'entered-in-error' && (
                    <div className="quiet">Amendment{entry.body.reason ? `: ${entry.body.reason}` : ''}</div>
                  )}
                  <FormPictures body={entry.body} />
                </td>
                <td className="quiet">
                  {entry.inEhr.map((item) => (
                    <div key={`${item.what} ${item.when}`}>
                      {item.sameAs ? '✓ ' : ''}
                      {item.what} {item.when && ehrTime(item.when, timeZone)}
                    </div>
                  ))}
                </td>
                <td>
                  {STATES[entry.state]}
                  {entry.stateReason &&
                    // In the EHR already, and yet there is something to do: nothing else on a finished row says so.
                    (entry.state === 'posted' ? (
                      <div className="alarm">▲ {entry.stateReason}</div>
                    ) : (
                      <div className="quiet">{entry.stateReason}</div>
                    ))}
                </td>
                <td>
                  {entry.state === 'held' && (
                    <Button
                      variant="default"
                      aria-label={`Vouch for it: ${title}`}
                      disabled={deciding || reason.trim() === ''}
                      onClick={() =>
                        void decide([{ entry: entry.id, decision: 'vouched', reason: reason.trim() }])
                      }
                    >
                      Vouch for it
                    </Button>
                  )}
                  {decidable &&
                    ['vital-signs', 'medication-administration', 'note'].includes(entry.body?.kind ?? '') && (
                      <Button
                        variant="default"
                        aria-label={`Correct ${title}`}
                        onClick={() => setCorrecting(entry)}
                      >
                        Correct
                      </Button>
                    )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <div className="footer-actions" style={{ alignItems: 'flex-end' }}>
        <TextInput
          label="Reason (needed to reject or to vouch)"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button
          variant="default"
          disabled={deciding || selected.size === 0 || reason.trim() === ''}
          onClick={() => void decide(all(selected, 'rejected'))}
        >
          Reject selected
        </Button>
        <Button
          variant="default"
          disabled={deciding || selected.size === 0}
          onClick={() => void decide(all(selected, 'approved'))}
        >
          Approve selected
        </Button>
        <Button
          disabled={deciding || open.filter((entry) => entry.state === 'to-review').length === 0}
          onClick={() =>
            void decide(
              all(
                open.filter((entry) => entry.state === 'to-review').map((entry) => entry.id),
                'approved',
              ),
            )
          }
        >
          Approve all of this patient
        </Button>
      </div>
    </PictureSourceProvider>
  );
}

/** Not here: it has not come yet, or the server does not answer. */
async function pictureOf(patient: string, sha256: string): Promise<PictureHere> {
  const answer = await fetch(`/api/workbench/patients/${patient}/pictures/${sha256}`);
  const contentType = PictureType.safeParse(answer.headers.get('content-type'));
  return answer.ok && contentType.success
    ? { here: true, contentType: contentType.data, bytes: new Uint8Array(await answer.arrayBuffer()) }
    : { here: false, parts: 0, of: undefined };
}

/** FHIR R4 dateTime may be only a date: then it has no time, and no zone to shift it into another day. */
function ehrTime(when: string, timeZone: string): string {
  const at = Date.parse(when);
  return when.length <= 10 || Number.isNaN(at)
    ? formatDate(when)
    : formatInstant(new Date(at).toISOString(), timeZone);
}
