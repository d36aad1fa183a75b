import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { formatInstant } from '../../clinical/index.ts';
import { ClosingState, type OpenKind, openInWords } from '../../wire/workbench.ts';
import { ApiError, request } from '../api.ts';
import { DialogForm } from '../DialogForm.tsx';
import { Problem } from '../Problem.tsx';
import { usePoll } from '../use-poll.ts';

type Ward = ClosingState['wards'][number];

/** The end of an outage, ward by ward: what is open, the closing, and which tablets have forgotten since. */
export function CloseOutage({ timeZone }: { timeZone: string }) {
  const state = usePoll('/api/workbench/closing', ClosingState, 20_000);
  const [closing, setClosing] = useState<string>();
  const wards = state.value?.wards ?? [];
  const ward = wards.find(({ id }) => id === closing);
  return (
    <section className="card stack" aria-label="Close the outage">
      <h2>Close the outage</h2>
      <p>
        When everything of a ward is in the EHR, or rejected with a reason, its tablets need not keep it: they
        forget what was charted by themselves and show what the EHR says of the ward. This server keeps the
        whole record.
      </p>
      <Problem>{state.problem}</Problem>
      {wards.map((item) => (
        <WardEnd key={item.id} ward={item} timeZone={timeZone} onClose={() => setClosing(item.id)} />
      ))}
      {ward && (
        <CloseDialog
          ward={ward}
          onCancel={() => setClosing(undefined)}
          onClosed={() => {
            setClosing(undefined);
            state.reload();
          }}
          onStale={state.reload}
        />
      )}
    </section>
  );
}

function WardEnd({ ward, timeZone, onClose }: { ward: Ward; timeZone: string; onClose: () => void }) {
  return (
    <div className="stack">
      <div className="row between">
        <h3>{ward.name}</h3>
        <Button size="lg" variant="default" disabled={ward.toCover === 0} onClick={onClose}>
          Close the outage on {ward.name}…
        </Button>
      </div>
      <p>
        <strong>{ward.toCover}</strong> entries settled and not closed yet.{' '}
        {ward.open.length === 0 ? 'Nothing is open.' : `Open: ${ward.open.map(openInWords).join('; ')}.`}
      </p>
      {ward.last && (
        <>
          <p>
            Closed {formatInstant(ward.last.at, timeZone)} by {ward.last.by}: {ward.last.said.join('; ')}.
          </p>
          <ul aria-label={`Tablets of ${ward.name}`}>
            {ward.tablets.map((tablet) => (
              <li key={tablet.id}>
                <strong>{tablet.name}</strong>{' '}
                {tablet.purged ? (
                  <span className="good">
                    forgot {tablet.purged.what}, {formatInstant(tablet.purged.at, timeZone)}
                  </span>
                ) : (
                  <span className="alarm">▲ keeps it still; {heardFrom(tablet.lastSeenAt, timeZone)}</span>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

const heardFrom = (lastSeenAt: string | null, timeZone: string): string =>
  lastSeenAt === null
    ? 'it has never been in contact'
    : `last in contact ${formatInstant(lastSeenAt, timeZone)}`;

function CloseDialog({
  ward,
  onCancel,
  onClosed,
  onStale,
}: {
  ward: Ward;
  onCancel: () => void;
  onClosed: () => void;
  onStale: () => void;
}) {
  const [reasons, setReasons] = useState<Partial<Record<OpenKind, string>>>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const complete = ward.open.every(({ kind }) => (reasons[kind] ?? '').trim() !== '');
  const close = (): void => {
    setBusy(true);
    const said = Object.fromEntries(ward.open.map(({ kind }) => [kind, (reasons[kind] ?? '').trim()]));
    request('POST', `/api/workbench/wards/${ward.id}/close`, ClosingState, { reasons: said })
      .then(onClosed, (error: unknown) => {
        setProblem(
          error instanceof ApiError ? error.message : 'The outage was not closed. Nothing was changed.',
        );
        onStale();
      })
      .finally(() => setBusy(false));
  };
  return (
    <DialogForm
      title={`Close the outage on ${ward.name}`}
      size="xl"
      confirm="Close the outage"
      problem={problem}
      busy={busy}
      ready={complete && ward.toCover > 0}
      onSubmit={close}
      onCancel={onCancel}
    >
      <p>
        The tablets of {ward.name} forget {ward.toCover} settled entries when they next reach this server.
        Entries that are not settled, and logs that hold one, stay on the tablets until the next closing.
      </p>
      {ward.open.map(({ kind, count, what }) => (
        <section key={kind} className="stack" aria-label={openInWords({ kind, count })}>
          <strong>▲ {openInWords({ kind, count })}</strong>
          <ul>
            {what.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          <Textarea
            label={`Why may this stay open? (${openInWords({ kind, count })})`}
            autosize
            maxLength={400}
            spellCheck={false}
            value={reasons[kind] ?? ''}
            onChange={(event) => setReasons({ ...reasons, [kind]: event.currentTarget.value })}
          />
        </section>
      ))}
      {ward.open.length > 0 && (
        <p>Your name and these reasons go into the audit trail. Name no patient in them.</p>
      )}
    </DialogForm>
  );
}
