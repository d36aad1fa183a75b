import { Button } from '@mantine/core';
import { useState } from 'react';
import { displayName, formatDate, formatInstant, sexInWords } from '../../clinical/index.ts';
import { PublicInfo, PushState, QuarantineList, QuarantineRetry, Worklist } from '../../wire/workbench.ts';
import { ApiError, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { RecordsByFile } from '../RecordsByFile.tsx';
import { SignInGate } from '../sign-in/SignInGate.tsx';
import { usePoll } from '../use-poll.ts';
import { CloseOutage } from './CloseOutage.tsx';
import { PatientReview } from './PatientReview.tsx';

/** After the outage: match, review, push, prove. */
export function Workbench() {
  return (
    <SignInGate title="Records workbench" page="/workbench" roles={['records']}>
      {() => <Desk />}
    </SignInGate>
  );
}

const IDENTITY = {
  ehr: 'from the EHR',
  'downtime-unmatched': '▲ to be matched',
  'downtime-linked': 'matched',
  'downtime-new': 'new patient',
} as const;

function Desk() {
  const [patient, setPatient] = useState<string>();
  const worklist = usePoll('/api/workbench/worklist', Worklist);
  const site = usePoll('/api/public', PublicInfo, 600_000);
  if (patient)
    return (
      <PatientReview
        patient={patient}
        timeZone={site.value?.timeZone ?? 'UTC'}
        onBack={() => setPatient(undefined)}
      />
    );
  return (
    <>
      <Problem>{worklist.problem}</Problem>
      <PushPanel timeZone={site.value?.timeZone ?? 'UTC'} />
      {worklist.value?.wards.map((ward) => (
        <section key={ward.id} className="card stack" aria-label={ward.name}>
          <h2>{ward.name}</h2>
          <div className="row">
            <span>
              <strong>{ward.counts.toReview}</strong> to review
            </span>
            <span>
              <strong>{ward.counts.approved}</strong> approved
            </span>
            <span>
              <strong>{ward.counts.posting}</strong> on the way
            </span>
            <span className={ward.counts.unknown > 0 ? 'alarm' : ''}>
              <strong>{ward.counts.unknown}</strong> unknown
            </span>
            <span className="good">
              <strong>{ward.counts.posted}</strong> in the EHR
            </span>
            <span className={ward.counts.refused > 0 ? 'alarm' : ''}>
              <strong>{ward.counts.refused}</strong> refused
            </span>
            <span>
              <strong>{ward.counts.rejected}</strong> rejected
            </span>
          </div>
          {ward.patients.length === 0 && <p className="quiet">No entries have arrived from this ward.</p>}
          <div className="board">
            {ward.patients.map((row) => (
              <button type="button" key={row.id} className="board-row" onClick={() => setPatient(row.id)}>
                <span className="bed">{row.bed ?? '–'}</span>
                <span>
                  <strong>{displayName(row.name)}</strong>
                  <br />
                  {row.birthDate ? formatDate(row.birthDate) : 'date of birth not known'} ·{' '}
                  {sexInWords(row.sex)} · {row.numbers[0]?.value}
                </span>
                <span className={row.identity === 'downtime-unmatched' ? 'alarm' : ''}>
                  {IDENTITY[row.identity]}
                </span>
                <span>{row.toReview} to review</span>
                <span>
                  {row.unposted} to post{' '}
                  {row.problems > 0 && <span className="alarm">· ▲ {row.problems} with a problem</span>}
                </span>
              </button>
            ))}
          </div>
        </section>
      ))}
      <CloseOutage timeZone={site.value?.timeZone ?? 'UTC'} />
      <RecordsByFile />
      <Quarantine />
    </>
  );
}

function PushPanel({ timeZone }: { timeZone: string }) {
  const push = usePoll('/api/workbench/push', PushState, 2_000);
  const [problem, setProblem] = useState<string>();
  const state = push.value;
  return (
    <section className="card stack" aria-label="Push to the EHR">
      <div className="row between">
        <span>
          {state?.running ? '● Posting… ' : ''}
          <strong>{state?.approved ?? 0}</strong> approved to post · <strong>{state?.posted ?? 0}</strong> in
          the EHR · <strong>{state?.unknown ?? 0}</strong> unknown · <strong>{state?.refused ?? 0}</strong>{' '}
          refused
        </span>
        <Button
          size="lg"
          onClick={() =>
            void request('POST', '/api/workbench/push', PushState, {}).then(
              () => {
                setProblem(undefined);
                push.reload();
              },
              (error: unknown) =>
                setProblem(error instanceof ApiError ? error.message : 'The push could not be started.'),
            )
          }
        >
          Push to the EHR
        </Button>
      </div>
      <p className="quiet">
        What is approved goes into the EHR by itself, each half minute while the EHR answers. This button does
        not wait for that.
      </p>
      {state?.restoredAt && (
        <div className="notice row between" role="status">
          <span>
            ▲ This server was restored from a backup. Posting waits until the tablets have brought back what
            is missing here, so that nothing is written twice. Go on when every tablet has been in contact
            since {formatInstant(state.restoredAt, timeZone)}.
          </span>
          <Button
            size="lg"
            variant="default"
            onClick={() =>
              void request('POST', '/api/workbench/release', PushState, {}).then(push.reload, () =>
                setProblem('This could not be released. Try again.'),
              )
            }
          >
            Every tablet has been here
          </Button>
        </div>
      )}
      {(problem ?? state?.problem) && (
        <p className="notice" role="status">
          {problem ?? state?.problem}
        </p>
      )}
    </section>
  );
}

function Quarantine() {
  const list = usePoll('/api/workbench/quarantine', QuarantineList, 10_000);
  const [said, setSaid] = useState<string>();
  if (!list.value || (list.value.items.length === 0 && said === undefined)) return null;
  const again = (): void =>
    void request('POST', '/api/workbench/quarantine/retry', QuarantineRetry, {}).then(
      ({ released, waiting }) => {
        setSaid(`${released} taken in now, ${waiting} still waiting with their reason.`);
        list.reload();
      },
      (error: unknown) =>
        setSaid(
          error instanceof ApiError ? error.message : 'This could not be tried. Try again; nothing is lost.',
        ),
    );
  return (
    <section className="card stack" aria-label="Quarantine">
      <div className="row between">
        <h2>Quarantine ({list.value.items.length})</h2>
        <Button variant="default" onClick={again}>
          Try all again
        </Button>
      </div>
      <p>
        Kept with their reason, never dropped. Each needs a person: once the reason is mended (a tablet made
        known, a missing part brought, a newer version installed), try them again.
      </p>
      {said !== undefined && <p role="status">{said}</p>}
      <ul>
        {list.value.items.map((item) => (
          <li key={item.id}>
            {item.reason} · {item.device ?? 'unknown tablet'} · {item.bytes} bytes
          </li>
        ))}
      </ul>
    </section>
  );
}
