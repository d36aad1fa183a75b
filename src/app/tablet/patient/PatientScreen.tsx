import { Button, Tabs } from '@mantine/core';
import { useEffect, useState } from 'react';
import type {
  BodyOf,
  Chart,
  Charted,
  ChartOrder,
  Device,
  DrugCode,
  EntryId,
  Escalation,
  InfusionAction,
  MeasurementKind,
  OrderId,
  PhonedResult,
} from '../../../clinical/index.ts';
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
import { ReassessForm, VomitedForm } from '../dose/AfterDoseForms.tsx';
import { InfusionForm } from '../dose/InfusionForm.tsx';
import { SecondSignature } from '../dose/SecondSignature.tsx';
import { DeviceForm, PregnancyForm, ScreenForm } from '../forms/CareForms.tsx';
import { ChangeOrderForm, type OrderChange } from '../forms/ChangeOrderForm.tsx';
import { draftKey, draftKind } from '../forms/drafts.ts';
import { EscalationForm, SeenForm } from '../forms/EscalationForm.tsx';
import { FillFormById } from '../forms/FillForm.tsx';
import { GiveDoseForm } from '../forms/GiveDoseForm.tsx';
import { HandoffForm } from '../forms/HandoffForm.tsx';
import { MeasureTask } from '../forms/MeasureTask.tsx';
import { MoveForm } from '../forms/MoveForm.tsx';
import { NoteForm } from '../forms/NoteForm.tsx';
import { OrderForm } from '../forms/OrderForm.tsx';
import { OrderSetForm } from '../forms/OrderSetForm.tsx';
import { AcknowledgeForm, ResultForm } from '../forms/ResultForms.tsx';
import { AllergyForm, BedForm, EnteredInErrorForm, StopOrderForm } from '../forms/SmallForms.tsx';
import { VitalSignsForm } from '../forms/VitalSignsForm.tsx';
import { PrintChoices } from '../print/PrintChoices.tsx';
import type { ScreenProps } from '../Shell.tsx';
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

/** What is being written. One task fills the screen; the banner stays above it. */
export type Task =
  | { do: 'vital-signs'; amend?: Charted<BodyOf<'vital-signs'>>; draft?: unknown }
  | { do: 'give'; order: OrderId; dueAt?: string; code?: DrugCode }
  | { do: 'second'; order: OrderId; entry: Charted<BodyOf<'medication-administration' | 'infusion-charted'>> }
  | { do: 'infusion'; order: OrderId; action: InfusionAction }
  | { do: 'reassess' | 'vomited'; administration: EntryId; dose: string }
  | { do: 'order'; changes?: ChartOrder; draft?: unknown }
  | { do: 'order-set' }
  | { do: 'device'; action: BodyOf<'device-charted'>['action']; device?: Device }
  | { do: 'pregnancy' }
  | { do: 'screen'; screen: string }
  | { do: 'result' }
  | { do: 'acknowledge'; result: PhonedResult }
  | { do: 'stop-order'; order: ChartOrder }
  | { do: 'change-order'; order: ChartOrder; change: OrderChange }
  | { do: 'note'; amend?: Charted<BodyOf<'note'>>; draft?: unknown }
  | { do: 'form'; form: string; amend?: Charted<BodyOf<'form-answered'>>; draft?: unknown }
  | { do: 'measure'; what: MeasurementKind; amend?: Charted<BodyOf<MeasurementKind>> }
  | { do: 'allergy' }
  | { do: 'bed' }
  | { do: 'move' }
  | { do: 'print' }
  | { do: 'handoff'; draft?: unknown }
  | { do: 'escalate'; escalation?: Escalation }
  | { do: 'seen'; escalation: Escalation }
  | { do: 'entered-in-error'; entry: Charted };

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
  const chart = useChart(patient, whole);
  const rows = useBoard();
  const ward = useWardConflicts(rows);
  const alike = useAlike(rows);
  const names = new Map(rows?.map((row) => [row.patient, rowName(row)]));
  const now = useNow();
  const [task, setTask] = useState<Task | undefined>(give ? { do: 'give', ...give } : undefined);
  const [tab, setTab] = useState<string | null>(scanned ? 'medication' : 'overview');
  const [identified, setIdentified] = useState(scanned);
  const [stray, setStray] = useState<string>();
  const { formulary, orderSets } = useBrought();
  const [saved, setSaved] = useState<string>();
  const [asks, setAsks] = useState<News2>();
  const [drafts, setDrafts] = useState<StoredDraft[]>([]);
  useEffect(() => {
    if (!task) void vault.drafts().then((all) => setDrafts(all.filter((item) => item.patient === patient)));
  }, [vault, patient, task]);
  /** What was left half written goes on, whichever way its form is opened. */
  const start = (next: Task): void => {
    const key = taskDraftKey(next, patient);
    const draft = drafts.find((item) => item.key === key);
    setSaved(undefined);
    setTask(draft ? ({ ...next, draft: draft.content } as Task) : next);
    toTop();
  };
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
  if (!chart) return <p>Opening the chart…</p>;

  const done = (message: string, score?: News2): void => {
    setSaved(message);
    setAsks(score);
    setTask(undefined);
    toTop();
  };
  const form = { timeZone, onDone: done, onCancel: () => setTask(undefined) };
  const { role } = session.staff;
  const clinician = mayWrite(role, 'order-signed');
  const writes = charts(role);
  const begin = writes ? start : undefined;
  return (
    <div className="stack">
      <PatientBanner chart={chart} now={now} timeZone={timeZone} alike={alike.get(patient)?.map(rowName)} />
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
          ✓ {saved}
        </p>
      )}
      {saved && asks && <News2Asks score={asks} />}
      {task?.do === 'vital-signs' && (
        <VitalSignsForm {...form} chart={chart} now={now} amend={task.amend} draft={task.draft} />
      )}
      {task?.do === 'give' && (
        <GiveDoseForm
          {...form}
          chart={chart}
          now={now}
          dose={task}
          self={session.staff.id}
          wristband={identified}
        />
      )}
      {task?.do === 'infusion' && (
        <InfusionForm {...form} chart={chart} now={now} task={task} self={session.staff.id} />
      )}
      {task?.do === 'second' && (
        <SecondSignature {...form} chart={chart} task={task} self={session.staff.id} now={now} />
      )}
      {task?.do === 'change-order' && (
        <ChangeOrderForm
          {...form}
          patient={patient}
          order={task.order}
          change={task.change}
          self={session.staff.id}
        />
      )}
      {task?.do === 'reassess' && <ReassessForm {...form} {...task} patient={patient} now={now} />}
      {task?.do === 'vomited' && <VomitedForm {...form} {...task} patient={patient} now={now} />}
      {task?.do === 'order' && (
        <OrderForm
          {...form}
          chart={chart}
          now={now}
          draft={task.draft}
          prescribes={clinician}
          changes={task.changes}
        />
      )}
      {task?.do === 'order-set' && <OrderSetForm {...form} chart={chart} now={now} />}
      {task?.do === 'device' && (
        <DeviceForm {...form} chart={chart} now={now} device={task.device} action={task.action} />
      )}
      {task?.do === 'pregnancy' && <PregnancyForm {...form} chart={chart} now={now} />}
      {task?.do === 'screen' && <ScreenForm {...form} chart={chart} now={now} screen={task.screen} />}
      {task?.do === 'result' && <ResultForm {...form} chart={chart} now={now} />}
      {task?.do === 'acknowledge' && (
        <AcknowledgeForm {...form} chart={chart} now={now} result={task.result} decides={clinician} />
      )}
      {task?.do === 'stop-order' && <StopOrderForm {...form} patient={patient} order={task.order} />}
      {task?.do === 'note' && (
        <NoteForm {...form} chart={chart} now={now} amend={task.amend} draft={task.draft} />
      )}
      {task?.do === 'form' && (
        <FillFormById
          {...form}
          form={task.form}
          chart={chart}
          now={now}
          amend={task.amend}
          draft={task.draft}
        />
      )}
      {task?.do === 'measure' && (
        <MeasureTask {...form} what={task.what} amend={task.amend} chart={chart} now={now} />
      )}
      {task?.do === 'allergy' && <AllergyForm {...form} chart={chart} />}
      {task?.do === 'bed' && <BedForm {...form} chart={chart} />}
      {task?.do === 'move' && <MoveForm {...form} chart={chart} />}
      {task?.do === 'handoff' && <HandoffForm {...form} chart={chart} draft={task.draft} />}
      {task?.do === 'escalate' && (
        <EscalationForm {...form} chart={chart} now={now} escalation={task.escalation} />
      )}
      {task?.do === 'seen' && <SeenForm {...form} chart={chart} now={now} escalation={task.escalation} />}
      {task?.do === 'print' && (
        <PrintChoices
          chart={chart}
          by={session.staff.name}
          timeZone={timeZone}
          onDone={() => setTask(undefined)}
        />
      )}
      {task?.do === 'entered-in-error' && (
        <EnteredInErrorForm {...form} patient={patient} entry={task.entry} />
      )}
      {!task && (
        <>
          {drafts.map((draft) => (
            <Unfinished
              key={draft.key}
              draft={draft}
              onContinue={() => {
                const next = taskOf(draft.key, chart);
                // An amendment of something older than what the chart opened with.
                if (next) start(next);
                else setWhole(true);
              }}
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
                <Button variant="default" onClick={() => start({ do: 'allergy' })}>
                  Record allergy
                </Button>
                {!chart.elsewhere && (
                  <>
                    <Button variant="default" onClick={() => start({ do: 'bed' })}>
                      Assign bed
                    </Button>
                    <Button variant="default" onClick={() => start({ do: 'move' })}>
                      Move to another ward
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
                onDone={done}
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
                onDone={done}
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
                onDone={done}
              />
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

/** Where the draft of a task is kept; `undefined`: a task so short that it has none. */
function taskDraftKey(task: Task, patient: string): string | undefined {
  switch (task.do) {
    case 'note':
      return task.amend ? draftKey('note-amendment', patient, task.amend.id) : draftKey('note', patient);
    case 'vital-signs':
      return task.amend
        ? draftKey('vital-signs-amendment', patient, task.amend.id)
        : draftKey('vital-signs', patient);
    case 'order':
      return task.changes ? undefined : draftKey('order', patient);
    case 'handoff':
      return draftKey('handoff', patient);
    case 'form':
      return task.amend
        ? draftKey('form-amendment', patient, task.amend.id)
        : draftKey('form', patient, task.form);
    default:
      return undefined;
  }
}

/** The task that a draft belongs to; `undefined`: what it amends is not on this part of the chart. */
function taskOf(key: string, chart: Chart): Task | undefined {
  const draft = draftKind(key);
  switch (draft?.kind) {
    case 'note':
    case 'vital-signs':
    case 'order':
    case 'handoff':
      return { do: draft.kind };
    case 'note-amendment': {
      const amend = chart.notes.find(({ id }) => id === draft.entry);
      return amend && { do: 'note', amend };
    }
    case 'vital-signs-amendment': {
      const amend = chart.vitals.find(({ id }) => id === draft.entry);
      return amend && { do: 'vital-signs', amend };
    }
    case 'form':
      return draft.entry === undefined ? undefined : { do: 'form', form: draft.entry };
    case 'form-amendment': {
      const amend = chart.forms.find(({ id }) => id === draft.entry);
      return amend && { do: 'form', form: amend.body.form.id, amend };
    }
    case undefined:
      return undefined;
  }
}

/** What its author left half written about this patient: hers alone, until she finishes or discards it. */
function Unfinished({
  draft,
  onContinue,
  onDiscard,
}: {
  draft: StoredDraft;
  onContinue: () => void;
  onDiscard: () => void;
}) {
  const unfinished = draftKind(draft.key);
  if (!unfinished) return null;
  return (
    <p className="notice row between">
      You have an unfinished {unfinished.name} about this patient.
      <span className="row">
        <Button variant="default" onClick={onDiscard} aria-label={`Discard unfinished ${unfinished.name}`}>
          Discard
        </Button>
        <Button onClick={onContinue}>Continue unfinished {unfinished.name}</Button>
      </span>
    </p>
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
