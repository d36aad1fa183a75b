import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import {
  type Chart,
  changedSince,
  describeEntry,
  formatAgo,
  formatInstant,
  handoffParts,
} from '../../../clinical/index.ts';
import type { StaffName } from '../../../vault/api.ts';
import { Problem } from '../../Problem.tsx';
import { useSave } from '../forms/use-save.ts';
import type { Task } from './tasks.ts';

/** More than these since the last shift are looked up in the history. */
const SHOWN = 40;

/** What the nurse before left, who has read it, and what has changed since the reader was last here. */
export function HandoffTab({
  chart,
  self,
  timeZone,
  now,
  start,
  onDone,
}: {
  chart: Chart;
  self: StaffName;
  timeZone: string;
  now: string;
  /** Absent: this person reads, and charts nothing. */
  start: ((task: Task) => void) | undefined;
  onDone: (message: string) => void;
}) {
  const { save, problem, busy } = useSave(timeZone);
  const [synthesis, setSynthesis] = useState('');
  const { takenBy, handoffs } = chart.care;
  const [newest, ...older] = handoffs;
  const mine = takenBy.some(({ id }) => id === self.id);
  const { since, entries } = changedSince(chart, self.id);
  const patient = chart.identity.id;
  const unread =
    newest &&
    newest.written.body.author.id !== self.id &&
    !newest.reads.some(({ body }) => body.author.id === self.id);
  const said = (draft: Parameters<typeof save>[1]): void =>
    void save(patient, draft).then((message) => message && onDone(message));
  return (
    <div className="stack">
      <Problem>{problem}</Problem>
      <div className="row between">
        <span>
          {takenBy.length === 0
            ? 'Nobody has taken this patient.'
            : `Looked after by ${takenBy.map(({ name, since: from }) => `${name} (${formatAgo(from, now)})`).join(', ')}.`}
        </span>
        {start && (
          <span className="row">
            <Button
              variant="default"
              loading={busy}
              onClick={() =>
                said({
                  kind: 'patient-taken',
                  effectiveAt: new Date().toISOString(),
                  action: mine ? 'given-back' : 'taken',
                })
              }
            >
              {mine ? 'Give this patient back' : 'Take this patient'}
            </Button>
            <Button onClick={() => start({ do: 'handoff' })}>Write handoff</Button>
          </span>
        )}
      </div>
      {!newest && <p>No handoff was written during this downtime.</p>}
      {newest && (
        <article className="card stack">
          <strong>
            {describeEntry(newest.written.body).title} · {newest.written.body.author.name} ·{' '}
            {formatInstant(newest.written.body.effectiveAt, timeZone)}
          </strong>
          {handoffParts(newest.written.body).map(([label, text]) => (
            <section key={label}>
              <h3>{label}</h3>
              <div style={{ whiteSpace: 'pre-wrap' }}>{text || 'Nothing written'}</div>
            </section>
          ))}
          {newest.reads.map(({ id, body }) => (
            <p key={id} className="quiet">
              ✓ Read by {body.author.name}, {formatInstant(body.effectiveAt, timeZone)}
              {body.synthesis === undefined ? '' : `: ${body.synthesis}`}
            </p>
          ))}
          {unread && start && (
            <>
              <Textarea
                label="In my own words (may stay empty)"
                autosize
                minRows={1}
                maxLength={2000}
                value={synthesis}
                onChange={(event) => setSynthesis(event.currentTarget.value)}
              />
              <Button
                loading={busy}
                style={{ alignSelf: 'flex-end' }}
                onClick={() =>
                  said({
                    kind: 'handoff-read',
                    effectiveAt: new Date().toISOString(),
                    handoff: newest.written.id,
                    ...(synthesis.trim() === '' ? {} : { synthesis: synthesis.trim() }),
                  })
                }
              >
                I have read it
              </Button>
            </>
          )}
        </article>
      )}
      <section className="stack" aria-label="Changed since you were here">
        <h2>
          {since === undefined
            ? 'Charted by others'
            : `Changed since your last shift here, ${formatAgo(since, now)}`}{' '}
          ({entries.length})
        </h2>
        <ul className="plain stack">
          {entries.slice(0, SHOWN).map(({ id, body }) => {
            const { title, text } = describeEntry(body, chart.care.news2Applies);
            return (
              <li key={id}>
                <span className="quiet">{body && formatInstant(body.effectiveAt, timeZone)}</span>{' '}
                <strong>{title}</strong> {text} <span className="quiet">{body?.author.name}</span>
              </li>
            );
          })}
        </ul>
        {entries.length > SHOWN && <p>{entries.length - SHOWN} more stand in the history.</p>}
      </section>
      {older.length > 0 && (
        <details>
          <summary>Earlier handoffs ({older.length})</summary>
          {older.map(({ written }) => (
            <p key={written.id} style={{ whiteSpace: 'pre-wrap' }}>
              {written.body.author.name}, {formatInstant(written.body.effectiveAt, timeZone)}
              {'\n'}
              {describeEntry(written.body).text}
            </p>
          ))}
        </details>
      )}
    </div>
  );
}
