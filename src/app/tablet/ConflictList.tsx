import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import {
  CONFLICTS,
  type Conflict,
  type ConflictSide,
  type Draft,
  formatInstant,
  formatTime,
  type Way,
  waysToSettle,
} from '../../clinical/index.ts';
import { useTablets } from '../lamp.tsx';
import { useSave } from './forms/use-save.ts';
import { SecretInput } from './SecretInput.tsx';

/**
 * What only a person can settle: both entries with who, when and on which tablet, and a tap for each way out. Shown
 * alike on the board and in the chart.
 */
export function ConflictList({
  conflicts,
  timeZone,
  names,
  onOpen,
  settles = true,
}: {
  conflicts: readonly Conflict[];
  timeZone: string;
  /** Whose chart it is about, by patient: on the board, where no banner says so. */
  names?: ReadonlyMap<string, string>;
  onOpen?: (patient: string) => void;
  /** `false`: this person sees the conflict, and settles none. */
  settles?: boolean;
}) {
  const tablets = useTablets();
  return conflicts.map((conflict) => (
    <OneConflict
      key={conflict.id}
      conflict={conflict}
      timeZone={timeZone}
      tablets={tablets}
      names={names}
      onOpen={onOpen}
      settles={settles}
    />
  ));
}

function OneConflict({
  conflict,
  timeZone,
  tablets,
  names,
  onOpen,
  settles,
}: {
  conflict: Conflict;
  timeZone: string;
  tablets: Record<string, string>;
  names: ReadonlyMap<string, string> | undefined;
  onOpen: ((patient: string) => void) | undefined;
  settles: boolean;
}) {
  const [chosen, setChosen] = useState<Way>();
  const [reason, setReason] = useState('');
  const [pin, setPin] = useState('');
  const [settled, setSettled] = useState(false);
  const { save, busy, problem } = useSave(timeZone);
  const tabletOf = (side: ConflictSide): string =>
    side.kind === 'ehr' ? '' : (tablets[side.ref.slice(0, 32)] ?? 'a tablet not known here');
  const nameOf = (side: ConflictSide): string =>
    side.at === undefined ? side.by : `${side.by}, ${formatTime(side.at, timeZone)}, ${tabletOf(side)}`;
  // Where it is about several, each side says itself about whom.
  const whose = conflict.patients.length === 1 ? names?.get(conflict.patients[0]!) : undefined;
  const title = CONFLICTS[conflict.kind];

  const openButton = (patient: string) => (
    <Button
      variant="default"
      mt={6}
      aria-label={`Open chart of ${names?.get(patient) ?? 'this patient'}`}
      onClick={() => onOpen?.(patient)}
    >
      Open chart
    </Button>
  );

  async function settle(way: Way, why: string): Promise<void> {
    const written: { patient: string; draft: Draft }[] = way.drafts(new Date().toISOString(), why);
    setPin('');
    for (const { patient, draft } of written)
      if ((await save(patient, draft, way.signed ? pin : undefined)) === undefined) return;
    // Until the next fold takes it away, no second tap.
    setSettled(true);
    setChosen(undefined);
  }

  return (
    <section className="notice stop stack conflict" aria-label={whose ? `${whose}: ${title}` : title}>
      <strong>
        ▲ {whose && `${whose}: `}
        {title}
      </strong>
      <span>{conflict.message}</span>
      <ul className="sides">
        {conflict.sides.map((side) => (
          <li key={`${side.patient} ${side.ref}`}>
            <strong>{side.says}</strong>
            <div>
              {side.at === undefined
                ? 'from the EHR'
                : `${side.by}, ${formatInstant(side.at, timeZone)}, on ${tabletOf(side)}`}
            </div>
            {onOpen && conflict.patients.length > 1 && openButton(side.patient)}
          </li>
        ))}
      </ul>
      {conflict.overrules.length > 0 && (
        <span>It was settled on two tablets, differently. What you decide now counts.</span>
      )}
      {problem && (
        <p role="alert" className="alarm">
          {problem}
        </p>
      )}
      {settled ? (
        <span role="status" className="good">
          ✓ Settled, saved on this tablet
        </span>
      ) : chosen ? (
        <form
          className="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void settle(chosen, reason);
          }}
        >
          {chosen.reason === undefined ? (
            <strong>{chosen.label}</strong>
          ) : (
            <Textarea
              label={`${chosen.label}. Why?`}
              autosize
              minRows={1}
              autoComplete="off"
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          {chosen.signed && (
            <SecretInput
              description="Your signature"
              maw={240}
              value={pin}
              onChange={(event) => setPin(event.currentTarget.value)}
            />
          )}
          <div className="row">
            <Button variant="default" onClick={() => setChosen(undefined)}>
              Back
            </Button>
            <Button
              type="submit"
              loading={busy}
              disabled={
                (chosen.reason !== undefined && reason.trim() === '') || (chosen.signed && pin.length < 4)
              }
            >
              Save
            </Button>
          </div>
        </form>
      ) : (
        <div className="choices">
          {onOpen && conflict.patients.length === 1 && openButton(conflict.patients[0]!)}
          {(settles ? waysToSettle(conflict, nameOf) : []).map((way) => (
            <Button
              key={way.label}
              variant="default"
              loading={busy}
              onClick={() => {
                if (way.reason === undefined && !way.signed) return void settle(way, '');
                setReason(way.reason ?? '');
                setChosen(way);
              }}
            >
              {way.label}
            </Button>
          ))}
        </div>
      )}
    </section>
  );
}
