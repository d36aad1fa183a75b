import { Button, Tabs } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { OrderId } from '../../../clinical/index.ts';
import {
  charts,
  doseForScan,
  formularyText,
  mayWrite,
  type News2,
  news2Response,
  tallMan,
} from '../../../clinical/index.ts';
import type { StoredDraft } from '../../../vault/api.ts';
import { useAlike, useBoard, useChart, useLamp, useNow, useWardConflicts } from '../../lamp.tsx';
import { rowName } from '../BoardScreen.tsx';
import { ConflictList } from '../ConflictList.tsx';
import { usePrintNoted } from '../print/use-print-noted.ts';
import type { ScreenProps } from '../Shell.tsx';
import { ShownAsOf } from '../ShownAsOf.tsx';
import { useScan } from '../scan/scanning.tsx';
import { otherWristband } from '../scan/words.ts';
import { useBrought } from '../use-site-data.ts';
import { ChartingTab } from './ChartingTab.tsx';
import { Escalations } from './Escalations.tsx';
import { FormsTab } from './FormsTab.tsx';
import { HandoffTab } from './HandoffTab.tsx';
import { HistoryTab } from './HistoryTab.tsx';
import { MedicationTab } from './MedicationTab.tsx';
import { MoveNotices } from './MoveNotices.tsx';
import { PatientBanner } from './PatientBanner.tsx';
import { NotesTab, OrdersTab, OverviewTab, VitalSignsTab } from './PatientTabs.tsx';
import { TaskForm } from './TaskForm.tsx';
import { onOccasion, type Task, taskDraftKey } from './tasks.ts';
import { Unfinished } from './Unfinished.tsx';

/** A task begins and ends at the top, where its title or "Saved" stands. */
function toTop(): void {
  scrollTo({ top: 0 });
  document.querySelector('main')?.scrollTo?.({ top: 0 });
}

/** One patient: banner, what is known, and everything that can be charted. */
export function PatientScreen({
  patient,
  give,
  scanned = false,
  session,
  timeZone,
  go,
}: ScreenProps & {
  patient: string;
  give?: { order: OrderId; dueAt?: string } | undefined;
  /** Opened by the wristband: it holds until this screen is left. */
  scanned?: boolean;
}) {
  const { vault } = useLamp();
  const [whole, setWhole] = useState(false);
  const { chart: current, loaded, shownAsOf } = useChart(patient, whole);
  const [last, setLast] = useState(current);
  if (current && current !== last) setLast(current);
  const rows = useBoard();
  const ward = useWardConflicts(rows);
  const alike = useAlike(rows);
  const names = new Map(rows?.map((row) => [row.patient, rowName(row)]));
  const now = useNow();
  const [task, setTask] = useState<Task>();
  /** From the round: the dose is opened once it is known whether it was left half charted. */
  const [opening, setOpening] = useState(give !== undefined);
  // A discharge in the EHR takes no form away that is half filled in.
  const chart = current ?? (task && last);
  usePrintNoted(chart && { patients: [patient], what: 'Screen: chart', pages: 1 }, 'screen');
  const [tab, setTab] = useState<string | null>(scanned ? 'medication' : 'overview');
  const [identified, setIdentified] = useState(scanned);
  const [stray, setStray] = useState<string>();
  const { formulary, orderSets } = useBrought();
  const [saved, setSaved] = useState<{ message: string }>();
  const [asks, setAsks] = useState<News2>();
  const [drafts, setDrafts] = useState<StoredDraft[]>([]);
  useEffect(() => {
    if (!task) void vault.drafts().then((all) => setDrafts(all.filter((item) => item.patient === patient)));
  }, [vault, patient, task]);
  useEffect(() => {
    if (saved && !task) toTop();
  }, [saved, task]);
  /** What was left half written goes on, whichever way its form is opened. */
  const start = (asked: Task): void => {
    setSaved(undefined);
    const next = chart ? onOccasion(asked, chart) : asked;
    const open = (draft?: StoredDraft): void => {
      setTask(draft ? { ...next, draft: draft.content, leftAt: draft.savedAt } : next);
      setOpening(false);
      toTop();
    };
    const key = taskDraftKey(next, patient);
    if (key === undefined) {
      open();
      return;
    }
    // Asked now: a list from before may not have what was left a moment ago, and the first keystroke would replace it.
    void vault.drafts().then(
      (all) => open(all.find((item) => item.key === key)),
      () => open(drafts.find((item) => item.key === key)),
    );
  };
  const first = useRef(give);
  const startNow = useRef(start);
  startNow.current = start;
  // Once the chart is here: which occasion a dose is of stands on it.
  useEffect(() => {
    const dose = first.current;
    if (!chart || !dose) return;
    first.current = undefined;
    startNow.current({ do: 'give', ...dose });
  }, [chart]);
  useScan((scan) => {
    setStray(undefined);
    if (scan.kind === 'patient' && scan.patient === patient) {
      setIdentified(true);
      if (!task) setTab('medication');
      return true;
    }
    if (scan.kind === 'patient' && task) {
      setStray(otherWristband(names.get(scan.patient), names.get(patient)));
      return true;
    }
    if (scan.kind !== 'drug' || task || !chart || !charts(session.staff.role)) return false;
    const found = doseForScan(chart, formulary, scan.code);
    if (found) {
      start({ do: 'give', ...found, code: scan.code });
      return true;
    }
    const item = formulary.byCode(scan.code);
    setStray(
      item
        ? `Scanned: ${tallMan(formularyText(item))}. No active order of this patient asks for it.`
        : `The code ${scan.code.gtin ?? scan.code.ndc} is not in the formulary. Choose the dose by hand, and read the label.`,
    );
    return true;
  });
  if (chart ? opening : !loaded) return <p>Opening the chart…</p>;
  if (!chart) return <NotHere isListed={names.has(patient)} onBack={() => go({ at: 'board' })} />;

  const done = (message: string, score?: News2): void => {
    setSaved({ message });
    setAsks(score);
    setTask(undefined);
  };
  /** Saved with one tap, with no form: whatever was opened meanwhile stays. */
  const said = (message: string): void => {
    setSaved({ message });
    setAsks(undefined);
  };
  const { role } = session.staff;
  const clinician = mayWrite(role, 'order-signed');
  const writes = charts(role);
  const begin = writes ? start : undefined;
  return (
    <div className="stack">
      <PatientBanner chart={chart} now={now} timeZone={timeZone} alike={alike.get(patient)?.map(rowName)} />
      <ShownAsOf at={shownAsOf} now={now} timeZone={timeZone} />
      <MoveNotices chart={chart} timeZone={timeZone} />
      {stray && (
        <p role="alert" className="notice stop">
          ▲ {stray}
        </p>
      )}
      {identified && !task && (
        <p role="status" className="notice">
          ✓ Wristband scanned. Scan a drug to give it.
        </p>
      )}
      {saved && (
        <p className="card good" role="status">
          ✓ {saved.message}
        </p>
      )}
      {saved && asks && <News2Asks score={asks} />}
      {task && (
        <TaskForm
          task={task}
          chart={chart}
          now={now}
          timeZone={timeZone}
          staff={session.staff}
          wristband={identified}
          onDone={done}
          onCancel={() => setTask(undefined)}
        />
      )}
      {!task && (
        <>
          {drafts.map((draft) => (
            <Unfinished
              key={draft.key}
              draft={draft}
              chart={chart}
              timeZone={timeZone}
              onContinue={start}
              onWhole={() => setWhole(true)}
              onDiscard={() =>
                void vault
                  .discardDraft(draft.key)
                  .then(() => setDrafts(drafts.filter((other) => other.key !== draft.key)))
              }
            />
          ))}
          {chart.samePersonAs.map((other) => (
            <p key={other} className="notice stop row between">
              The same person is charted twice. Read the other chart too:{' '}
              {names.get(other) ?? 'not on this ward'}.
              {names.has(other) && (
                <Button variant="default" onClick={() => go({ at: 'patient', patient: other })}>
                  Open the other chart
                </Button>
              )}
            </p>
          ))}
          {writes && (
            <ConflictList
              conflicts={[
                ...chart.conflicts,
                ...ward.filter((conflict) => conflict.patients.includes(patient)),
              ]}
              timeZone={timeZone}
            />
          )}
          <Escalations chart={chart} now={now} timeZone={timeZone} start={begin} />
          <div className="row">
            <Button variant="default" onClick={() => go({ at: 'board' })}>
              ‹ Ward board
            </Button>
            <Button variant="default" onClick={() => start({ do: 'print' })}>
              Print
            </Button>
            {writes && (
              <>
                <Button onClick={() => start({ do: 'vital-signs' })}>Record vital signs</Button>
                <Button onClick={() => start({ do: 'note' })}>Write note</Button>
                <Button onClick={() => start({ do: 'order' })}>
                  {clinician ? 'New order' : 'Verbal order'}
                </Button>
                {/* Short words, so that everything stands on one line of a tablet. */}
                <Button
                  variant="default"
                  aria-label="Record allergy"
                  onClick={() => start({ do: 'allergy' })}
                >
                  Allergy
                </Button>
                {!chart.elsewhere && (
                  <>
                    <Button variant="default" aria-label="Assign bed" onClick={() => start({ do: 'bed' })}>
                      Bed
                    </Button>
                    <Button
                      variant="default"
                      aria-label="Move to another ward"
                      onClick={() => start({ do: 'move' })}
                    >
                      Move
                    </Button>
                  </>
                )}
              </>
            )}
          </div>
          <Tabs value={tab} onChange={setTab} keepMounted={false}>
            <Tabs.List>
              <Tabs.Tab value="overview">Overview</Tabs.Tab>
              <Tabs.Tab value="medication">Medication</Tabs.Tab>
              <Tabs.Tab value="vitals">Vital signs</Tabs.Tab>
              <Tabs.Tab value="charting">Charting</Tabs.Tab>
              <Tabs.Tab value="orders">Orders</Tabs.Tab>
              <Tabs.Tab value="notes">Notes</Tabs.Tab>
              <Tabs.Tab value="handoff">Handoff</Tabs.Tab>
              <Tabs.Tab value="forms">Forms</Tabs.Tab>
              <Tabs.Tab value="history">History</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="overview" pt="md">
              <OverviewTab chart={chart} timeZone={timeZone} now={now} start={begin} />
            </Tabs.Panel>
            <Tabs.Panel value="medication" pt="md">
              <MedicationTab
                chart={chart}
                timeZone={timeZone}
                now={now}
                start={begin}
                clinician={clinician}
                onDone={said}
              />
            </Tabs.Panel>
            <Tabs.Panel value="vitals" pt="md">
              <VitalSignsTab chart={chart} timeZone={timeZone} />
              <Earlier count={chart.earlier} onAll={() => setWhole(true)} />
            </Tabs.Panel>
            <Tabs.Panel value="charting" pt="md">
              <ChartingTab chart={chart} timeZone={timeZone} now={now} start={begin} />
            </Tabs.Panel>
            <Tabs.Panel value="orders" pt="md">
              <OrdersTab
                chart={chart}
                timeZone={timeZone}
                start={begin}
                role={role}
                sets={clinician && orderSets.length > 0}
                onDone={said}
              />
            </Tabs.Panel>
            <Tabs.Panel value="notes" pt="md">
              <NotesTab chart={chart} timeZone={timeZone} start={begin} />
            </Tabs.Panel>
            <Tabs.Panel value="handoff" pt="md">
              <HandoffTab
                chart={chart}
                self={session.staff}
                timeZone={timeZone}
                now={now}
                start={begin}
                onDone={said}
              />
              <Earlier count={chart.earlier} onAll={() => setWhole(true)} />
            </Tabs.Panel>
            <Tabs.Panel value="forms" pt="md">
              <FormsTab chart={chart} timeZone={timeZone} start={start} writes={writes} />
            </Tabs.Panel>
            <Tabs.Panel value="history" pt="md">
              <HistoryTab chart={chart} timeZone={timeZone} start={begin} role={role} />
              <Earlier count={chart.earlier} onAll={() => setWhole(true)} />
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </div>
  );
}

/** Opened as the board or a wristband showed it before the patient left. */
function NotHere({ isListed, onBack }: { isListed: boolean; onBack: () => void }) {
  return (
    <section className="stack">
      <p role="status" className="notice">
        {isListed
          ? 'The EHR data of this patient cannot be opened on this tablet. What is charted is safe: connect the tablet to the server, or use another one.'
          : 'This patient is not on this ward’s list any more: discharged, or moved in the EHR. Nothing charted on this tablet waits; the record is in the EHR.'}
      </p>
      <div className="row">
        <Button variant="default" onClick={onBack}>
          ‹ Ward board
        </Button>
      </div>
    </section>
  );
}

/** A long history opens with its newest part; what is older is never out of reach, and never out of mind. */
function Earlier({ count, onAll }: { count: number | undefined; onAll: () => void }) {
  if (count === undefined) return null;
  return (
    <p className="notice row between">
      {count} older entries are not shown.
      <Button variant="default" onClick={onAll}>
        Show everything
      </Button>
    </p>
  );
}

/** What a score asks for is an order to act, never in the colour of success. */
function News2Asks({ score }: { score: News2 }) {
  const { title, response, observations } = news2Response(score);
  const urgent = score.risk !== 'low';
  return (
    <section className={`notice ${urgent ? 'stop' : ''}`} role={urgent ? 'alert' : 'status'}>
      <strong>
        {urgent ? '▲ ' : ''}NEWS2 {score.total} · {title}
      </strong>
      <p>
        {response} Next observations: {observations.toLowerCase()}.
      </p>
    </section>
  );
}
