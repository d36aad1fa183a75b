import { Button, Tabs, TextInput } from '@mantine/core';
import { useCallback, useMemo, useRef, useState } from 'react';
import {
  type BoardRow,
  type Conflict,
  charts,
  displayName,
  mayWrite,
  plainName,
  ROLES,
} from '../../clinical/index.ts';
import {
  useAlike,
  useBoard,
  useCompleteness,
  useLamp,
  useNow,
  useTablets,
  useWardConflicts,
} from '../lamp.tsx';
import { Problem } from '../Problem.tsx';
import { ConflictList } from './ConflictList.tsx';
import { useSave } from './forms/use-save.ts';
import { HeldList } from './HeldList.tsx';
import { MedicationRound, OrdersToSign } from './MedicationRound.tsx';
import { MovedAway } from './MovedAway.tsx';
import { PatientRow } from './PatientRow.tsx';
import { handoffSheet } from './print/handoff-paper.tsx';
import { PrintPreview } from './print/PrintPreview.tsx';
import type { Paper } from './print/paper.ts';
import { usePrintNoted } from './print/use-print-noted.ts';
import type { ScreenProps } from './Shell.tsx';
import { UnfinishedOnWard } from './UnfinishedOnWard.tsx';

/** How one patient is told from another where no banner stands. */
export const rowName = (row: BoardRow): string =>
  `${displayName(row.name)}${row.number ? ` (${row.number.value})` : ''}`;

const byBed = (a: BoardRow, b: BoardRow): number =>
  (a.bed ?? '~').localeCompare(b.bed ?? '~', 'en', { numeric: true }) ||
  displayName(a.name).localeCompare(displayName(b.name));

export type BoardTab = 'board' | 'round';

/** As people type: without accents, in any order of the names, by any of the patient's numbers, or by bed. */
function isFound(row: BoardRow, filter: string): boolean {
  const said = [row.name.family, row.name.given, ...row.numbers.map(({ value }) => value), row.bed ?? '']
    .map(plainName)
    .join(' ');
  return filter.split(/[\s,]+/).every((word) => said.includes(plainName(word)));
}

/** Who is in which bed, how sick, what is due. */
export function BoardScreen({
  session,
  go,
  timeZone,
  tab,
  onTab,
}: ScreenProps & { tab: BoardTab; onTab: (tab: BoardTab) => void }) {
  const { vault } = useLamp();
  const all = useBoard();
  // Who went to another ward is no longer in the round; the board still says where.
  const rows = all?.filter((row) => !row.elsewhere);
  const gone = all?.filter((row) => row.elsewhere) ?? [];
  const ward = useWardConflicts(all);
  const alike = useAlike(all);
  const alikeNames = useMemo(
    () =>
      new Map([...alike].map(([patient, others]) => [patient, others.map(({ name }) => displayName(name))])),
    [alike],
  );
  const now = useNow();
  const tablets = useTablets();
  const [filter, setFilter] = useState('');
  const [mine, setMine] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const [paper, setPaper] = useState<Paper>();
  const [unprinted, setUnprinted] = useState<string>();
  const { save, problem } = useSave(timeZone);
  /** Taps come faster than saves: each waits for the one before, none is dropped. */
  const taps = useRef<Promise<unknown>>(Promise.resolve());
  const takeOrGiveBack = (row: BoardRow): void => {
    const action = isMine(row) ? 'given-back' : 'taken';
    taps.current = taps.current.then(() =>
      save(row.patient, { kind: 'patient-taken', effectiveAt: new Date().toISOString(), action }),
    );
  };
  /** The same for as long as the board is shown, so that rows of which nothing has changed stay as they are. */
  const onRow = useRef((_: BoardRow): void => undefined);
  onRow.current = (row) => (choosing ? takeOrGiveBack(row) : go({ at: 'patient', patient: row.patient }));
  const onOpen = useCallback((row: BoardRow) => onRow.current(row), []);
  usePrintNoted(
    rows && { patients: rows.map(({ patient }) => patient), what: 'Screen: ward board', pages: 1 },
    'screen',
  );
  if (!all || !rows) return <p>Opening the ward…</p>;
  /** Of her own patients, or of the ward where she has chosen none. */
  const printHandoff = async (): Promise<void> => {
    const chosen = (own.length > 0 ? own : rows).toSorted(byBed);
    setUnprinted(undefined);
    try {
      const opened = await Promise.all(
        chosen.map(async (row) => ({
          row,
          chart: await vault.chart(row.patient, false).catch(() => undefined),
        })),
      );
      const charts = opened.flatMap(({ chart }) => chart ?? []);
      // A sheet that leaves somebody out looks whole: it says whom.
      const missing = opened.flatMap(({ row, chart }) =>
        chart ? [] : [`${row.bed === undefined ? '' : `bed ${row.bed}, `}${rowName(row)}`],
      );
      if (charts.length === 0) throw new Error('no chart of the sheet could be read');
      setPaper(handoffSheet(charts, missing, session.ward.name, timeZone));
    } catch {
      setUnprinted(
        'The handoff sheet could not be made: no chart could be read just now. What is charted is safe. Try again, or lock this tablet and unlock it.',
      );
    }
  };
  const self = session.staff.id;
  const isMine = (row: BoardRow): boolean => row.takenBy.some(({ id }) => id === self);
  const own = rows.filter(isMine);
  const narrowed = mine && !choosing && own.length > 0;
  // Whoever is looked for is looked for on the whole ward: found nowhere, a patient is registered a second time.
  const shown = (narrowed && filter.trim() === '' ? own : rows)
    .filter((row) => isFound(row, filter))
    .sort(byBed);
  const names = new Map(all.map((row) => [row.patient, rowName(row)]));
  const toSettle = [...all.toSorted(byBed).flatMap((row) => row.conflicts), ...ward];
  const settleCount = (patient: string): number =>
    toSettle.filter((conflict) => conflict.patients.includes(patient)).length;
  return (
    <div className="stack">
      {!charts(session.staff.role) && (
        <p className="notice">
          You are signed in as {ROLES[session.staff.role].name}: this role {ROLES[session.staff.role].does}.
          Charting needs a nurse or a clinician.
        </p>
      )}
      <Completeness rows={rows.length} />
      <HeldList names={names} timeZone={timeZone} vouches={mayWrite(session.staff.role, 'entry-vouched')} />
      <NeedsPerson
        settles={charts(session.staff.role)}
        conflicts={toSettle}
        names={names}
        timeZone={timeZone}
        onOpen={(patient) => go({ at: 'patient', patient })}
      />
      <OrdersToSign
        rows={rows}
        now={now}
        timeZone={timeZone}
        onOpen={(patient) => go({ at: 'patient', patient })}
      />
      <UnfinishedOnWard rows={all} session={session} timeZone={timeZone} go={go} />
      {paper && (
        <PrintPreview
          paper={paper}
          by={session.staff.name}
          timeZone={timeZone}
          onClose={() => setPaper(undefined)}
        />
      )}
      <Tabs value={tab} onChange={(next) => onTab(next === 'round' ? 'round' : 'board')} keepMounted={false}>
        {/* What is seldom needed stands beside the tabs, so that the board's own tools keep to one line. */}
        <div className="row between">
          <Tabs.List>
            <Tabs.Tab value="board">Ward board</Tabs.Tab>
            <Tabs.Tab value="round">Medication round</Tabs.Tab>
          </Tabs.List>
          <div className="row">
            {session.staff.role === 'administrator' && (
              <Button variant="default" onClick={() => go({ at: 'revoke' })}>
                Revoke
              </Button>
            )}
            {charts(session.staff.role) && (
              <Button variant="default" onClick={() => go({ at: 'emergency' })}>
                Emergency access
              </Button>
            )}
            <Button variant="default" onClick={() => go({ at: 'transfer' })}>
              Pass records on
            </Button>
          </div>
        </div>
        <Tabs.Panel value="board" pt="sm" className="stack">
          <div className="row between">
            <TextInput
              aria-label="Find patient"
              placeholder="Find patient"
              value={filter}
              onChange={(event) => setFilter(event.currentTarget.value)}
            />
            <span className="quiet">
              {narrowed ? `${own.length} of ` : ''}
              {rows.length} {rows.length === 1 ? 'patient' : 'patients'}
            </span>
            {charts(session.staff.role) && (
              <>
                <Button
                  {...(narrowed ? {} : { variant: 'default' })}
                  aria-pressed={narrowed}
                  disabled={choosing}
                  onClick={() => (own.length > 0 ? setMine(!mine) : setChoosing(true))}
                >
                  My patients ({own.length})
                </Button>
                <Button variant="default" onClick={() => setChoosing(!choosing)}>
                  {choosing ? 'Done' : 'Choose mine'}
                </Button>
              </>
            )}
            <Button variant="default" onClick={() => void printHandoff()}>
              Print handoff
            </Button>
            {charts(session.staff.role) && (
              <Button onClick={() => go({ at: 'register' })}>New patient</Button>
            )}
          </div>
          {choosing && (
            <p role="status" className="notice">
              Tap the patients whom you look after now; tap again to give one back.
            </p>
          )}
          <Problem>{problem ?? unprinted}</Problem>
          <div className="board">
            {shown.map((row) => (
              <PatientRow
                key={row.patient}
                row={row}
                toSettle={settleCount(row.patient)}
                alike={alikeNames.get(row.patient)}
                now={now}
                timeZone={timeZone}
                tablet={row.lastEntry && tablets[row.lastEntry.log]}
                self={self}
                chosen={choosing ? isMine(row) : undefined}
                onOpen={onOpen}
              />
            ))}
          </div>
          <MovedAway rows={gone} onOpen={(patient) => go({ at: 'patient', patient })} />
          {shown.length === 0 && (
            <p>
              {rows.length === 0
                ? 'No patients to show. Register whoever is here.'
                : 'Nobody by that name or number is on this ward.'}
            </p>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="round" pt="sm">
          <MedicationRound
            rows={narrowed ? own : rows}
            now={now}
            timeZone={timeZone}
            go={go}
            gives={charts(session.staff.role)}
          />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

/** A list that is not the whole ward says so, for as long as it is not (FAILURES 39). */
function Completeness({ rows }: { rows: number }) {
  const completeness = useCompleteness();
  if (!completeness) return null;
  if (completeness.toOpen > 0)
    return (
      <p className="notice" role="status">
        ▲ The list is not complete yet: {rows} of {rows + completeness.toOpen} patients are open, the others
        follow.
      </p>
    );
  if (completeness.snapshotAsOf === undefined)
    return (
      <p className="notice" role="status">
        ▲ This tablet has no EHR data of this ward: patients, allergies and orders that nobody entered here
        are missing. Charting works, and each entry says that it was written without them.
      </p>
    );
  return null;
}

/** More at once would push the ward off the screen; the rest is a tap away. */
const OPEN_AT_FIRST = 1;

/** What tablets say differently, at the top of the board, until somebody settles it. */
function NeedsPerson({
  conflicts,
  ...list
}: {
  conflicts: readonly Conflict[];
  settles: boolean;
  names: ReadonlyMap<string, string>;
  timeZone: string;
  onOpen: (patient: string) => void;
}) {
  const [all, setAll] = useState(false);
  if (conflicts.length === 0) return null;
  const shown = all ? conflicts : conflicts.slice(0, OPEN_AT_FIRST);
  return (
    <section className="stack" aria-label="Needs a person">
      <h2>Needs a person ({conflicts.length})</h2>
      <ConflictList conflicts={shown} {...list} />
      {shown.length < conflicts.length && (
        <Button variant="default" onClick={() => setAll(true)}>
          Show {conflicts.length - shown.length} more
        </Button>
      )}
    </section>
  );
}
