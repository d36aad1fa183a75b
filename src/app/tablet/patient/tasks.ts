import {
  type BodyOf,
  byClock,
  type Chart,
  type Charted,
  type ChartOrder,
  type Device,
  type DrugCode,
  describeDose,
  type EntryId,
  type Escalation,
  formatInstant,
  InfusionAction,
  type MeasurementKind,
  type OrderId,
  type PhonedResult,
  tallMan,
} from '../../../clinical/index.ts';
import type { OrderChange } from '../forms/ChangeOrderForm.tsx';
import { type DraftKind, draftKey, draftKind } from '../forms/drafts.ts';

/** What is being written. One task fills the screen; the banner stays above it. */
export type Task = {
  /** What was left half written of it, to go on with. */
  draft?: unknown;
  /** When that was. */
  leftAt?: string;
} & (
  | { do: 'vital-signs'; amend?: Charted<BodyOf<'vital-signs'>> }
  | { do: 'give'; order: OrderId; dueAt?: string; after?: EntryId | 'none'; code?: DrugCode }
  | { do: 'second'; order: OrderId; entry: Charted<BodyOf<'medication-administration' | 'infusion-charted'>> }
  | { do: 'infusion'; order: OrderId; action: InfusionAction; after?: EntryId | 'none' }
  | { do: 'reassess' | 'vomited'; administration: EntryId; dose: string }
  | { do: 'order'; changes?: ChartOrder }
  | { do: 'order-set' }
  | { do: 'device'; action: BodyOf<'device-charted'>['action']; device?: Device }
  | { do: 'pregnancy' }
  | { do: 'screen'; screen: string }
  | { do: 'result' }
  | { do: 'acknowledge'; result: PhonedResult }
  | { do: 'stop-order'; order: ChartOrder }
  | { do: 'change-order'; order: ChartOrder; change: OrderChange }
  | { do: 'note'; amend?: Charted<BodyOf<'note'>> }
  | { do: 'form'; form: string; amend?: Charted<BodyOf<'form-answered'>> }
  | { do: 'measure'; what: MeasurementKind; amend?: Charted<BodyOf<MeasurementKind>> }
  | { do: 'allergy' }
  | { do: 'bed' }
  | { do: 'move' }
  | { do: 'print' }
  | { do: 'handoff' }
  | { do: 'escalate'; escalation?: Escalation }
  | { do: 'seen'; escalation: Escalation }
  | { do: 'entered-in-error'; entry: Charted }
);

/** Before the entry that the occasion follows on, in a draft's key. */
const AFTER = 'after=';

const words = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join(' ');

/**
 * A dose at no time of its own, or a turn of an infusion, belongs to what was charted last before it: what was typed for
 * the one at noon is not that of the afternoon.
 */
export function onOccasion(task: Task, chart: Chart): Task {
  if (task.do === 'give' && task.dueAt === undefined) {
    const doses = chart.orders.find(({ id }) => id === task.order)?.administrations ?? [];
    return { ...task, after: lastOf(doses) };
  }
  if (task.do === 'infusion') {
    const turns = chart.infusions.find(({ order }) => order === task.order)?.turns ?? [];
    return { ...task, after: lastOf(turns) };
  }
  return task;
}

/** A correction begins no new occasion. */
const lastOf = (entries: readonly Charted[]): EntryId | 'none' =>
  entries
    .filter(({ body }) => body.replaces === undefined)
    .toSorted(byClock)
    .at(-1)?.id ?? 'none';

/** The task of a draft that was begun after that entry; `undefined`: another was charted since. */
function ifStill(task: Task, after: string | undefined, chart: Chart): Task | undefined {
  // Of an older version: it did not say.
  if (after === undefined) return task;
  const now = onOccasion(task, chart);
  return 'after' in now && `${AFTER}${now.after}` === after ? now : undefined;
}

/** Where the draft of a task is kept; `undefined`: there is nothing to keep of it but a signature. */
export function taskDraftKey(task: Task, patient: string): string | undefined {
  const key = (kind: DraftKind, about?: string): string => draftKey(kind, patient, about);
  switch (task.do) {
    case 'note':
    case 'vital-signs':
      return task.amend ? key(`${task.do}-amendment`, task.amend.id) : key(task.do);
    case 'order':
      return task.changes ? key('order-change', task.changes.id) : key('order');
    case 'form':
      return task.amend ? key('form-amendment', task.amend.id) : key('form', task.form);
    case 'measure':
      return task.amend ? key(`${task.what}-amendment`, task.amend.id) : key(task.what);
    case 'give':
      return key('dose', words(task.order, task.dueAt ?? (task.after && `${AFTER}${task.after}`)));
    case 'infusion':
      return key('infusion', words(task.order, task.action, task.after && `${AFTER}${task.after}`));
    case 'reassess':
      return key('dose-effect', task.administration);
    case 'vomited':
      return key('dose-vomited', task.administration);
    case 'device':
      return task.device ? key('device', `${task.device.first.id} ${task.action}`) : key('device');
    case 'screen':
      return key('screen', task.screen);
    case 'acknowledge':
      return key('acknowledgement', task.result.received.id);
    case 'stop-order':
      return key('order-stop', task.order.id);
    case 'change-order':
      return task.change === 'hold' ? key('order-hold', task.order.id) : undefined;
    case 'escalate':
      return key('escalation', task.escalation?.about);
    case 'seen':
      return key('escalation-seen', task.escalation.about);
    case 'entered-in-error':
      return key('error', task.entry.id);
    case 'handoff':
    case 'order-set':
    case 'pregnancy':
    case 'result':
    case 'allergy':
    case 'bed':
    case 'move':
      return key(task.do);
    case 'second':
    case 'print':
      return undefined;
  }
}

/**
 * The task that a draft belongs to; `undefined`: what it is about is not on this part of the chart, or asks for it no more
 * (an order that was stopped, a result that somebody acknowledged). A dose that was due before a stop is charted all the same.
 */
export function taskOf(key: string, chart: Chart, timeZone: string): Task | undefined {
  const { kind, about } = draftKind(key) ?? {};
  const [id = '', more, last] = about?.split(' ') ?? [];
  const order = chart.orders.find((one) => one.id === id && one.state !== 'entered-in-error');
  const going = order?.state === 'active' || order?.state === 'on-hold' ? order : undefined;
  switch (kind) {
    case 'note':
    case 'vital-signs':
    case 'order':
    case 'handoff':
    case 'order-set':
    case 'pregnancy':
    case 'result':
    case 'allergy':
    case 'bed':
    case 'move':
      return { do: kind };
    case 'note-amendment': {
      const amend = chart.notes.find((note) => note.id === id);
      return amend && { do: 'note', amend };
    }
    case 'vital-signs-amendment': {
      const amend = chart.vitals.find((set) => set.id === id);
      return amend && { do: 'vital-signs', amend };
    }
    case 'form':
      return about === undefined ? undefined : { do: 'form', form: about };
    case 'form-amendment': {
      const amend = chart.forms.find((sheet) => sheet.id === id);
      return amend && { do: 'form', form: amend.body.form.id, amend };
    }
    case 'fluid-recorded':
    case 'glucose-measured':
    case 'pain-assessed':
    case 'gcs-assessed':
    case 'body-measured':
      return { do: 'measure', what: kind };
    case 'fluid-recorded-amendment':
    case 'glucose-measured-amendment':
    case 'pain-assessed-amendment':
    case 'gcs-assessed-amendment':
    case 'body-measured-amendment': {
      const amend = chart.measurements.find((one) => one.id === id);
      return amend && { do: 'measure', what: amend.body.kind, amend };
    }
    case 'dose':
      if (!order) return undefined;
      return more === undefined || more.startsWith(AFTER)
        ? ifStill({ do: 'give', order: order.id }, more, chart)
        : { do: 'give', order: order.id, dueAt: more };
    case 'infusion': {
      const action = InfusionAction.safeParse(more);
      return order && action.success
        ? ifStill({ do: 'infusion', order: order.id, action: action.data }, last, chart)
        : undefined;
    }
    case 'order-change':
      return going && { do: 'order', changes: going };
    case 'order-hold':
      return going?.state === 'active' ? { do: 'change-order', order: going, change: 'hold' } : undefined;
    case 'order-stop':
      return going && { do: 'stop-order', order: going };
    case 'dose-effect':
    case 'dose-vomited': {
      const dose = chart.orders.flatMap((one) => one.administrations).find((one) => one.id === id);
      return (
        dose &&
        (kind === 'dose-effect'
          ? { do: 'reassess', administration: dose.id, dose: tallMan(dose.body.medication.text) }
          : { do: 'vomited', administration: dose.id, dose: doseAtItsTime(dose, timeZone) })
      );
    }
    case 'device': {
      if (about === undefined) return { do: 'device', action: 'inserted' };
      const device = chart.care.devices.find(({ first, removed }) => first.id === id && !removed);
      return device && { do: 'device', action: more === 'removed' ? 'removed' : 'checked', device };
    }
    case 'screen':
      return { do: 'screen', screen: id };
    case 'acknowledgement': {
      const result = chart.care.results.find(
        ({ received, acknowledged }) => received.id === id && !acknowledged,
      );
      return result && { do: 'acknowledge', result };
    }
    case 'escalation':
    case 'escalation-seen': {
      if (about === undefined) return { do: 'escalate' };
      const escalation = chart.care.escalations.find((one) => one.about === id);
      if (kind === 'escalation') return escalation && { do: 'escalate', escalation };
      return escalation && !escalation.seen ? { do: 'seen', escalation } : undefined;
    }
    case 'error': {
      const entry = chart.history.find(
        (one): one is Charted =>
          one.id === id && one.body !== null && 'standing' in one && one.standing !== 'entered-in-error',
      );
      return entry && { do: 'entered-in-error', entry };
    }
    case 'registration':
    case undefined:
      return undefined;
  }
}

/** A dose that was given, in words, where one is told from another. */
export const doseAtItsTime = (
  { body }: Charted<BodyOf<'medication-administration'>>,
  timeZone: string,
): string => `${describeDose(body).text}, ${formatInstant(body.effectiveAt, timeZone)}`;
