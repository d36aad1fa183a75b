import { Button, Tabs, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import {
  type BoardRow,
  type Conflict,
  charts,
  displayName,
  formatAge,
  formatTime,
  mayWrite,
  ROLES,
  sexInWords,
  tallMan,
} from '../../clinical/index.ts';
import type { StoredDraft } from '../../vault/api.ts';
import { useAlike, useBoard, useCompleteness, useLamp, useNow, useWardConflicts } from '../lamp.tsx';
import { ConflictList } from './ConflictList.tsx';
import { draftKind } from './forms/drafts.ts';
import { HeldList } from './HeldList.tsx';
import { MedicationRound, OrdersToSign } from './MedicationRound.tsx';
import { MovedAway } from './MovedAway.tsx';
import { recordInWords } from './patient/MoveNotices.tsx';
import type { ScreenProps } from './Shell.tsx';

/** How one patient is told from another where no banner stands. */
export const rowName = (row: BoardRow): string =>
  `${displayName(row.name)}${row.number ? ` (${row.number.value})` : ''}`;

const byBed = (a: BoardRow, b: BoardRow): number =>
  (a.bed ?? '~').localeCompare(b.bed ?? '~', 'en', { numeric: true }) ||
  displayName(a.name).localeCompare(displayName(b.name));

export type BoardTab = 'board' | 'round';

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
  const now = useNow();
  const [filter, setFilter] = useState('');
  const [drafts, setDrafts] = useState<StoredDraft[]>([]);
  useEffect(() => void vault.drafts().then(setDrafts), [vault]);
  if (!all || !rows) return <p>Opening the ward…</p>;
  const shown = rows
    .filter((row) =>
      `${displayName(row.name)} ${row.number?.value ?? ''} ${row.bed ?? ''}`
        .toLowerCase()
        .includes(filter.toLowerCase()),
    )
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
      {drafts.map((draft) => {
        const unfinished = draftKind(draft.key);
        const row = all.find(({ patient }) => patient === draft.patient);
        if (!unfinished || !row) return null;
        return (
          <p key={draft.key} className="notice row between">
            You have an unfinished {unfinished.name} about {displayName(row.name)}
            {row.bed === undefined ? '' : `, bed ${row.bed}`}, from {formatTime(draft.savedAt, timeZone)}.
            <Button onClick={() => go({ at: 'patient', patient: row.patient })}>
              Continue unfinished {unfinished.name}
            </Button>
          </p>
        );
      })}
      <Tabs value={tab} onChange={(next) => onTab(next === 'round' ? 'round' : 'board')} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="board">Ward board</Tabs.Tab>
          <Tabs.Tab value="round">Medication round</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="board" pt="sm" className="stack">
          <div className="row between">
            <TextInput
              aria-label="Find patient"
              placeholder="Find patient"
              value={filter}
              onChange={(event) => setFilter(event.currentTarget.value)}
            />
            <span className="quiet">
              {rows.length} {rows.length === 1 ? 'patient' : 'patients'}
            </span>
            {charts(session.staff.role) && (
              <Button onClick={() => go({ at: 'register' })}>New patient</Button>
            )}
            <span style={{ flex: 1 }} />
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
          <div className="board">
            {shown.map((row) => (
              <PatientRow
                key={row.patient}
                row={row}
                toSettle={settleCount(row.patient)}
                alike={alike.get(row.patient)?.map((other) => displayName(other.name))}
                now={now}
                timeZone={timeZone}
                onOpen={() => go({ at: 'patient', patient: row.patient })}
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
            rows={rows}
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

const ALLERGY_TITLES = {
  known: 'Allergies',
  nilknown: 'No known allergies',
  notasked: 'Allergies not recorded',
  unavailable: 'Allergies unavailable',
} as const;

function PatientRow({
  row,
  toSettle,
  alike,
  now,
  timeZone,
  onOpen,
}: {
  row: BoardRow;
  toSettle: number;
  /** Names on this ward that are easily taken for this one. */
  alike: string[] | undefined;
  now: string;
  timeZone: string;
  onOpen: () => void;
}) {
  const overdue = row.doses.filter((dose) => dose.late < now);
  const next = row.doses.find((dose) => dose.late >= now);
  return (
    <button type="button" className="board-row" onClick={onOpen}>
      <span className="bed">{row.bed ?? '–'}</span>
      <span>
        <strong>{displayName(row.name)}</strong>
        <br />
        {formatAge(row.birthDate, now, timeZone)} · {sexInWords(row.sex)}
        {row.number && ` · ${row.number.kind === 'MRT' ? 'downtime no.' : 'EHR no.'} ${row.number.value}`}
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
      </span>
      <span className={row.allergies.status === 'known' ? 'alarm' : 'quiet'}>
        {row.allergies.status === 'known'
          ? `▲ ${row.allergies.names.slice(0, 2).join(', ')}${row.allergies.names.length > 2 ? ` and ${row.allergies.names.length - 2} more` : ''}`
          : ALLERGY_TITLES[row.allergies.status]}
      </span>
      <span>
        {row.news2 ? (
          <>
            <span className={`score ${row.news2.risk}`}>{row.news2.total ?? `≥${row.news2.partial}`}</span>{' '}
            <small>
              NEWS2 {row.news2.risk.replace('-', ' to ')}, {formatTime(row.news2.effectiveAt, timeZone)}
            </small>
          </>
        ) : (
          <span className="quiet">No NEWS2 here</span>
        )}
      </span>
      <span>
        {overdue.length > 0 && <span className="alarm">■ {overdue.length} overdue · </span>}
        {next
          ? `next ${formatTime(next.dueAt, timeZone)} ${tallMan(next.medication.split(' ')[0] ?? '')}`
          : 'nothing due'}
        {row.ordersToAcknowledge > 0 && (
          <span className="alarm">
            {' '}
            · {row.ordersToAcknowledge} new order{row.ordersToAcknowledge > 1 ? 's' : ''}
          </span>
        )}
        {toSettle > 0 && <span className="alarm"> · ▲ {toSettle} to settle</span>}
      </span>
    </button>
  );
}
