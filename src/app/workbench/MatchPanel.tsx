import { Button } from '@mantine/core';
import { useState } from 'react';
import { z } from 'zod';
import { displayName, formatDate, sexInWords } from '../../clinical/index.ts';
import { Candidates, type ReviewPatient } from '../../wire/workbench.ts';
import { inWords, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { usePoll } from '../use-poll.ts';

/** Who is this downtime patient? Candidates with the reasons for their score; a person decides, and can undo it. */
export function MatchPanel({
  patient,
  link,
  onChanged,
}: {
  patient: string;
  link: ReviewPatient['link'];
  onChanged: () => void;
}) {
  const path = `/api/workbench/patients/${patient}`;
  const candidates = usePoll(link === null ? `${path}/candidates` : undefined, Candidates, 30_000);
  const [problem, setProblem] = useState<string>();
  async function tell(method: 'POST' | 'DELETE', body?: unknown): Promise<void> {
    setProblem(undefined);
    await request(method, `${path}/link`, z.object({}), body).catch((error: unknown) =>
      setProblem(inWords(error)),
    );
    onChanged();
  }
  return (
    <section className="card stack" aria-label="Match">
      <h2>Who is this patient in the EHR?</h2>
      <Problem>{problem ?? candidates.problem}</Problem>
      {link ? (
        <div className="row between">
          <span className="good">
            ✓{' '}
            {'ehrPatient' in link
              ? `Matched to EHR patient ${link.ehrPatient}`
              : 'Nobody in the EHR: a new patient'}
          </span>
          <Button variant="default" onClick={() => void tell('DELETE')}>
            Undo match
          </Button>
        </div>
      ) : (
        <>
          {candidates.value?.candidates.length === 0 && <p>The EHR has nobody like this.</p>}
          {candidates.value?.candidates.slice(0, 5).map((candidate) => (
            <article
              key={candidate.ehrPatient}
              className="card stack"
              aria-label={`Candidate ${displayName(candidate.name)}`}
            >
              <div className="row between">
                <span>
                  <strong>{displayName(candidate.name)}</strong> ·{' '}
                  {candidate.birthDate ? formatDate(candidate.birthDate) : 'date of birth not known'} ·{' '}
                  {sexInWords(candidate.sex)} · {candidate.numbers[0]?.value}
                </span>
                <span>
                  <strong>
                    {(candidate.probability * 100).toFixed(candidate.probability > 0.99 ? 1 : 0)} %
                  </strong>{' '}
                  likely the same person
                </span>
                <Button onClick={() => void tell('POST', { ehrPatient: candidate.ehrPatient })}>
                  This is the same person
                </Button>
              </div>
              {candidate.mayBeTwin && (
                <p className="notice stop">
                  ▲ May be a twin: family name and date of birth are the same, the given name is another.
                </p>
              )}
              <table className="facts">
                <thead>
                  <tr>
                    <th>What</th>
                    <th>Downtime</th>
                    <th>EHR</th>
                    <th>Verdict</th>
                    <th>Weight</th>
                  </tr>
                </thead>
                <tbody>
                  {candidate.reasons.map((reason) => (
                    <tr key={reason.field}>
                      <td>{reason.field}</td>
                      <td>{reason.downtime || 'Not recorded'}</td>
                      <td>{reason.ehr || 'Not recorded'}</td>
                      <td>{reason.verdict}</td>
                      <td>{reason.weight.toFixed(1)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </article>
          ))}
          <Button
            variant="default"
            style={{ alignSelf: 'flex-start' }}
            onClick={() => void tell('POST', { confirmedNew: true })}
          >
            Nobody in the EHR: new patient
          </Button>
        </>
      )}
    </section>
  );
}
