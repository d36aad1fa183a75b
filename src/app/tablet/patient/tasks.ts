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
import type { OrderChange } from '../forms/ChangeOrderForm.tsx';
import { draftKey, draftKind } from '../forms/drafts.ts';

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

/** Where the draft of a task is kept; `undefined`: a task so short that it has none. */
export function taskDraftKey(task: Task, patient: string): string | undefined {
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
export function taskOf(key: string, chart: Chart): Task | undefined {
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
