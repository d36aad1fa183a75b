import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import {
  type BoardRow,
  dayAndTime,
  displayName,
  formatQuantity,
  MAYBE_IN_EHR,
  tallMan,
} from '../../clinical/index.ts';
import type { ScreenProps } from './Shell.tsx';

/** A look ahead of one shift. */
const SHIFT_MS = 8 * 3_600_000;
const AT_FIRST = 40;

const byBed = (a: BoardRow, b: BoardRow): number =>
  (a.bed ?? '~').localeCompare(b.bed ?? '~', 'en', { numeric: true }) ||
  displayName(a.name).localeCompare(displayName(b.name));

/**
 * The ward's medication: overdue and due now, each with its own time and never sorted anew; what comes in this shift; as
 * needed apart; what is held or stopped struck through.
 */
export function MedicationRound({
  rows,
  now,
  timeZone,
  go,
  gives,
}: {
  rows: BoardRow[];
  now: string;
  timeZone: string;
  go: ScreenProps['go'];
  /** Whether this person gives doses. */
  gives: boolean;
}) {
  const at = Date.parse(now);
  const doses = rows
    .flatMap((row) => row.doses.map((dose) => ({ row, dose })))
    .sort((a, b) => a.dose.dueAt.localeCompare(b.dose.dueAt) || byBed(a.row, b.row));
  const overdue = doses.filter(({ dose }) => Date.parse(dose.late) < at);
  const due = doses.filter(({ dose }) => Date.parse(dose.early) <= at && Date.parse(dose.late) >= at);
  const coming = doses.filter(
    ({ dose }) => Date.parse(dose.early) > at && Date.parse(dose.dueAt) < at + SHIFT_MS,
  );
  const give = ({ row, dose }: (typeof doses)[number]) => (
    <Line
      key={`${dose.order} ${dose.dueAt}`}
      row={row}
      what={`${tallMan(dose.medication)} ${dose.dose && dose.dose.value > 0 ? formatQuantity(dose.dose) : ''}`}
      when={
        <span className={Date.parse(dose.late) < at ? 'alarm' : ''}>
          {Date.parse(dose.late) < at ? '■ ' : ''}
          {dayAndTime(dose.dueAt, now, timeZone)}
          {dose.maybeGivenBefore ? `: ${MAYBE_IN_EHR}` : ''}
        </span>
      }
      action={
        gives && (
          <Button
            onClick={() =>
              go({ at: 'patient', patient: row.patient, give: { order: dose.order, dueAt: dose.dueAt } })
            }
            aria-label={`Give ${dose.medication} to ${displayName(row.name)}, due ${dayAndTime(dose.dueAt, now, timeZone)}`}
          >
            Give
          </Button>
        )
      }
    />
  );
  const sorted = rows.toSorted(byBed);
  const effects = sorted
    .flatMap((row) => row.reassessments.map((item) => ({ row, item })))
    .sort((a, b) => a.item.dueAt.localeCompare(b.item.dueAt));
  const given = rows.reduce((sum, { scans }) => sum + scans.given, 0);
  const scanned = rows.reduce((sum, { scans }) => sum + scans.scanned, 0);
  return (
    <div className="stack">
      {given > 0 && (
        <p className="quiet">
          {scanned} of {given} doses of the last 24 hours were given with wristband and drug scanned.
        </p>
      )}
      <Group title="Overdue" lines={overdue.map(give)} />
      <Group title="Due now" lines={due.map(give)} />
      <Group
        title="Effects to look at"
        quiet
        lines={effects.map(({ row, item }) => (
          <Line
            key={item.administration}
            row={row}
            what={tallMan(item.medication)}
            when={
              <span className={Date.parse(item.dueAt) < at ? 'alarm' : ''}>
                {Date.parse(item.dueAt) < at ? '■ ' : '○ '}
                {dayAndTime(item.dueAt, now, timeZone)}
              </span>
            }
            action={
              <Button variant="default" onClick={() => go({ at: 'patient', patient: row.patient })}>
                Open
              </Button>
            }
          />
        ))}
      />
      <Group
        title="Infusions"
        quiet
        lines={sorted.flatMap((row) =>
          row.infusions.map((infusion) => (
            <Line
              key={`${row.patient} ${infusion.order}`}
              row={row}
              what={`${tallMan(infusion.medication)}${infusion.rateMlPerHour === undefined ? '' : `, RATE ${infusion.rateMlPerHour} mL/hour`}`}
              when={
                infusion.paused ? (
                  '○ paused'
                ) : infusion.emptyAt === undefined ? (
                  'bag not recorded'
                ) : (
                  <span className={Date.parse(infusion.emptyAt) < at + 3_600_000 ? 'alarm' : ''}>
                    next bag {dayAndTime(infusion.emptyAt, now, timeZone)}
                  </span>
                )
              }
              action={
                <Button variant="default" onClick={() => go({ at: 'patient', patient: row.patient })}>
                  Open
                </Button>
              }
            />
          )),
        )}
      />
      <Group title="Coming in this shift" lines={coming.map(give)} />
      <Group
        title="As needed"
        lines={sorted.flatMap((row) =>
          row.asNeeded.map((item) => (
            <Line
              key={`${row.patient} ${item.order}`}
              row={row}
              what={`${tallMan(item.medication)} ${item.dose ? formatQuantity(item.dose) : ''}`}
              when={
                <>
                  {item.lastAt === undefined
                    ? 'last dose unknown'
                    : `last ${dayAndTime(item.lastAt, now, timeZone)}`}
                  {item.nextAt !== undefined && Date.parse(item.nextAt) > at
                    ? ` · ○ not before ${dayAndTime(item.nextAt, now, timeZone)}`
                    : ''}
                </>
              }
              action={
                gives && (
                  <Button
                    variant="default"
                    aria-label={`Give as needed: ${item.medication} to ${displayName(row.name)}`}
                    onClick={() => go({ at: 'patient', patient: row.patient, give: { order: item.order } })}
                  >
                    Give
                  </Button>
                )
              }
            />
          )),
        )}
      />
      <Group
        title="Held and stopped"
        quiet
        lines={sorted.flatMap((row) =>
          row.notGoing.map((item) => (
            <Line
              key={`${row.patient} ${item.order}`}
              row={row}
              what={<span className="struck">{tallMan(item.medication)}</span>}
              when={`■ ${item.state === 'on-hold' ? 'on hold' : 'stopped'}: ${item.reason}${item.notCharted === undefined ? '' : ` · ${item.notCharted} ${item.notCharted === 1 ? 'dose' : 'doses'} before that not charted`}`}
              action={
                item.notCharted !== undefined && (
                  <Button variant="default" onClick={() => go({ at: 'patient', patient: row.patient })}>
                    Open
                  </Button>
                )
              }
            />
          )),
        )}
      />
    </div>
  );
}

/** `quiet`: not shown when there is nothing. A long list goes on at a tap; its count is always said. */
function Group({ title, lines, quiet = false }: { title: string; lines: ReactNode[]; quiet?: boolean }) {
  const [all, setAll] = useState(false);
  if (quiet && lines.length === 0) return null;
  return (
    <section className="stack" aria-label={title}>
      <h2>
        {title} ({lines.length})
      </h2>
      {all ? lines : lines.slice(0, AT_FIRST)}
      {!all && lines.length > AT_FIRST && (
        <Button variant="default" onClick={() => setAll(true)}>
          Show {lines.length - AT_FIRST} more
        </Button>
      )}
    </section>
  );
}

function Line({
  row,
  what,
  when,
  action,
}: {
  row: BoardRow;
  what: ReactNode;
  when: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="card row between">
      <span className="bed">{row.bed ?? '–'}</span>
      <span style={{ flex: 1 }}>
        <strong>{displayName(row.name)}</strong> · {row.number?.value}
        <br />
        {what}
      </span>
      <span>{when}</span>
      {action}
    </div>
  );
}

/** Orders by voice that nobody signed within the ward's hours: on the board until somebody does. */
export function OrdersToSign({
  rows,
  now,
  timeZone,
  onOpen,
}: {
  rows: BoardRow[];
  now: string;
  timeZone: string;
  onOpen: (patient: string) => void;
}) {
  const late = rows.flatMap((row) =>
    row.toSign.filter(({ signBy }) => Date.parse(now) > Date.parse(signBy)).map((order) => ({ row, order })),
  );
  return late.map(({ row, order }) => (
    <p key={order.order} className="notice stop row between">
      ▲ {displayName(row.name)}: an order that {order.prescriber} gave by voice on{' '}
      {dayAndTime(order.at, now, timeZone)} is not signed yet: {order.text}
      <Button variant="default" onClick={() => onOpen(row.patient)}>
        Open the chart
      </Button>
    </p>
  ));
}
