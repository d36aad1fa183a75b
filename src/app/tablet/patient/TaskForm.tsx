import { useState } from 'react';
import { z } from 'zod';
import type { Chart, News2 } from '../../../clinical/index.ts';
import { mayWrite } from '../../../clinical/index.ts';
import { useLamp } from '../../lamp.tsx';
import { ReassessForm, VomitedForm } from '../dose/AfterDoseForms.tsx';
import { GiveDoseForm } from '../dose/GiveDoseForm.tsx';
import { InfusionForm } from '../dose/InfusionForm.tsx';
import { SecondSignature } from '../dose/SecondSignature.tsx';
import { DeviceForm, PregnancyForm, ScreenForm } from '../forms/CareForms.tsx';
import { ChangeOrderForm } from '../forms/ChangeOrderForm.tsx';
import { draftKind } from '../forms/drafts.ts';
import { EscalationForm, SeenForm } from '../forms/EscalationForm.tsx';
import { FillFormById } from '../forms/FillForm.tsx';
import { HandoffForm } from '../forms/HandoffForm.tsx';
import { KeptForm, useKeptValues } from '../forms/KeptForm.tsx';
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
import { isOfBefore, LeftBefore } from './LeftBefore.tsx';
import { type Task, taskDraftKey } from './tasks.ts';

interface TaskProps {
  task: Task;
  chart: Chart;
  now: string;
  timeZone: string;
  staff: ScreenProps['session']['staff'];
  wristband: boolean;
  onDone: (message: string, score?: News2) => void;
  onCancel: () => void;
}

/** Written before the others: each keeps all of its fields as one draft. */
const KEEPS_ITSELF: readonly Task['do'][] = ['note', 'vital-signs', 'handoff', 'form'];

/** Their words are as good an hour later: nobody is asked. A handoff has the chart's values and ages of then in its words. */
const WORDS_ALONE: readonly Task['do'][] = ['note', 'form'];

/** The form of what is being written; the banner stays above it. */
export function TaskForm(props: TaskProps) {
  const { chart, now, timeZone } = props;
  const { vault } = useLamp();
  const patient = chart.identity.id;
  const key = taskDraftKey(props.task, patient);
  const { draft: _, leftAt, ...bare } = props.task;
  // Decided as the form is opened: an hour that passes, or news that come, take no form away that somebody writes in.
  const [draft, setDraft] = useState<'ask' | 'continue' | 'drop'>(() => {
    if (isAnsweredWorry(props.task, chart)) return 'drop';
    return !WORDS_ALONE.includes(props.task.do) && isOfBefore(leftAt, now) ? 'ask' : 'continue';
  });
  if (draft === 'ask' && key !== undefined && leftAt !== undefined) {
    const anew = (): void => setDraft('drop');
    return (
      <LeftBefore
        name={draftKind(key)?.name ?? ''}
        leftAt={leftAt}
        now={now}
        timeZone={timeZone}
        onGoOn={() => setDraft('continue')}
        // One that could not be forgotten is written over by the new one.
        onAnew={() => void vault.discardDraft(key).then(anew, anew)}
        onCancel={props.onCancel}
      />
    );
  }
  const task: Task = draft === 'drop' ? bare : props.task;
  if (key === undefined || KEEPS_ITSELF.includes(task.do)) return <FormOf {...props} task={task} />;
  return (
    <KeptForm key={key} draftKey={key} patient={patient} draft={task.draft}>
      <FormOf {...props} task={task} />
    </KeptForm>
  );
}

/** A worry that began in this form, and that somebody has answered since: the next one is another. */
function isAnsweredWorry(task: Task, chart: Chart): boolean {
  if (task.do !== 'escalate' || task.escalation !== undefined) return false;
  const begun = z.object({ first: z.string() }).safeParse(task.draft);
  return (
    begun.success &&
    chart.care.escalations.some(({ about, state }) => about === begun.data.first && state !== 'no-answer')
  );
}

function FormOf({ task, chart, now, timeZone, staff, wristband, onDone, onCancel }: TaskProps) {
  const { flush, discard } = useKeptValues();
  const form = {
    timeZone,
    onDone: (message: string, score?: News2) => void discard().then(() => onDone(message, score)),
    onCancel: () => void flush().then(onCancel),
  };
  const clinician = mayWrite(staff.role, 'order-signed');
  switch (task.do) {
    case 'vital-signs':
      return <VitalSignsForm {...form} chart={chart} now={now} amend={task.amend} draft={task.draft} />;
    case 'give':
      return (
        <GiveDoseForm {...form} chart={chart} now={now} dose={task} self={staff.id} wristband={wristband} />
      );
    case 'infusion':
      return <InfusionForm {...form} chart={chart} now={now} task={task} self={staff.id} />;
    case 'second':
      return <SecondSignature {...form} chart={chart} task={task} self={staff.id} now={now} />;
    case 'change-order':
      return (
        <ChangeOrderForm {...form} chart={chart} order={task.order} change={task.change} self={staff.id} />
      );
    case 'reassess':
      return <ReassessForm {...form} {...task} patient={chart.identity.id} now={now} />;
    case 'vomited':
      return <VomitedForm {...form} {...task} patient={chart.identity.id} now={now} />;
    case 'order':
      return <OrderForm {...form} chart={chart} now={now} prescribes={clinician} changes={task.changes} />;
    case 'order-set':
      return <OrderSetForm {...form} chart={chart} now={now} />;
    case 'device':
      return <DeviceForm {...form} chart={chart} now={now} device={task.device} action={task.action} />;
    case 'pregnancy':
      return <PregnancyForm {...form} chart={chart} now={now} />;
    case 'screen':
      return <ScreenForm {...form} chart={chart} now={now} screen={task.screen} />;
    case 'result':
      return <ResultForm {...form} chart={chart} now={now} />;
    case 'acknowledge':
      return <AcknowledgeForm {...form} chart={chart} now={now} result={task.result} decides={clinician} />;
    case 'stop-order':
      return <StopOrderForm {...form} patient={chart.identity.id} order={task.order} />;
    case 'note':
      return <NoteForm {...form} chart={chart} now={now} amend={task.amend} draft={task.draft} />;
    case 'form':
      return (
        <FillFormById
          {...form}
          form={task.form}
          chart={chart}
          now={now}
          amend={task.amend}
          draft={task.draft}
        />
      );
    case 'measure':
      return <MeasureTask {...form} what={task.what} amend={task.amend} chart={chart} now={now} />;
    case 'allergy':
      return <AllergyForm {...form} chart={chart} />;
    case 'bed':
      return <BedForm {...form} chart={chart} />;
    case 'move':
      return <MoveForm {...form} chart={chart} />;
    case 'handoff':
      return <HandoffForm {...form} chart={chart} draft={task.draft} />;
    case 'escalate':
      return <EscalationForm {...form} chart={chart} now={now} escalation={task.escalation} />;
    case 'seen':
      return <SeenForm {...form} chart={chart} now={now} escalation={task.escalation} />;
    case 'print':
      return <PrintChoices chart={chart} by={staff.name} timeZone={timeZone} onDone={onCancel} />;
    case 'entered-in-error':
      return <EnteredInErrorForm {...form} patient={chart.identity.id} entry={task.entry} />;
  }
}
