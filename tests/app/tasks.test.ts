import { describe, expect, it } from 'vitest';
import { draftKey, draftKind } from '../../src/app/tablet/forms/drafts.ts';
import {
  doseAtItsTime,
  onOccasion,
  type Task,
  taskDraftKey,
  taskOf,
} from '../../src/app/tablet/patient/tasks.ts';
import {
  type BodyOf,
  type Chart,
  type Charted,
  INFUSION_ACTIONS,
  type InfusionAction,
  MEASUREMENT_KINDS,
  type MeasurementKind,
  type WardKind,
} from '../../src/clinical/index.ts';
import { aChart, anOrder, aVitalSet, LOG, minutesFromNow, NURSE, PATIENT } from './fake-lamp.tsx';

const ZONE = 'America/Chicago';
const AT = minutesFromNow(-30);
const charted = <K extends WardKind>(
  position: number,
  body: { kind: K } & Record<string, unknown>,
): Charted<BodyOf<K>> => ({
  id: `${LOG}-${position}`,
  hlc: [Date.parse(AT), 0],
  standing: 'current',
  replacedBy: [],
  body: { author: NURSE, effectiveAt: AT, recordedAt: AT, ...body } as unknown as BodyOf<K>,
});

const dose = charted(1, {
  kind: 'medication-administration',
  order: 'e1'.repeat(16),
  medication: { text: 'morphine 5 mg' },
  outcome: 'given',
  dose: { value: 5, unit: 'mg' },
  overrides: [],
});
const order = anOrder({ text: 'morphine 5 mg', administrations: [dose] });
const note = charted(2, { kind: 'note', noteType: 'nursing', text: 'restless' });
const set = aVitalSet(3, 30, { pulse: 80, saturationScale: 1 });
const sheet = charted(4, { kind: 'form-answered', form: { id: 'http://forms/falls', title: 'Falls' } });
const received = charted(5, { kind: 'result-received', test: 'Potassium', value: '6.8' });
const first = charted(6, { kind: 'device-charted', action: 'inserted', device: 'peripheral-iv' });
const measurements = MEASUREMENT_KINDS.map((kind, at) => charted(20 + at, { kind })) as unknown as Charted<
  BodyOf<MeasurementKind>
>[];
const device = { first, looks: [] };
const result = { received };
const escalation = {
  about: set.id,
  because: 'NEWS2 7',
  since: AT,
  steps: [],
  state: 'told' as const,
};
const chart: Chart = aChart({
  orders: [order],
  notes: [note],
  vitals: [set],
  forms: [sheet],
  measurements,
  history: [note, set],
  care: { ...aChart().care, devices: [device], results: [result], escalations: [escalation] },
});
const dueAt = '2026-11-24T14:00:00.000Z';

/** Of each kind all that have a draft of their own. */
const TASKS: Record<Task['do'], readonly Task[]> = {
  'vital-signs': [{ do: 'vital-signs' }, { do: 'vital-signs', amend: set }],
  note: [{ do: 'note' }, { do: 'note', amend: note }],
  form: [
    { do: 'form', form: 'http://forms/falls' },
    { do: 'form', form: 'http://forms/falls', amend: sheet },
  ],
  handoff: [{ do: 'handoff' }],
  give: [
    { do: 'give', order: order.id },
    { do: 'give', order: order.id, dueAt },
  ],
  infusion: Object.keys(INFUSION_ACTIONS).map((action) => ({
    do: 'infusion',
    order: order.id,
    action: action as InfusionAction,
  })),
  reassess: [{ do: 'reassess', administration: dose.id, dose: 'morphine 5 mg' }],
  vomited: [{ do: 'vomited', administration: dose.id, dose: doseAtItsTime(dose, ZONE) }],
  order: [{ do: 'order' }, { do: 'order', changes: order }],
  'order-set': [{ do: 'order-set' }],
  'stop-order': [{ do: 'stop-order', order }],
  'change-order': [{ do: 'change-order', order, change: 'hold' }],
  device: [
    { do: 'device', action: 'inserted' },
    { do: 'device', action: 'checked', device },
    { do: 'device', action: 'removed', device },
  ],
  pregnancy: [{ do: 'pregnancy' }],
  screen: [{ do: 'screen', screen: 'phq-2' }],
  result: [{ do: 'result' }],
  acknowledge: [{ do: 'acknowledge', result }],
  measure: measurements.flatMap((amend): Task[] => [
    { do: 'measure', what: amend.body.kind },
    { do: 'measure', what: amend.body.kind, amend },
  ]),
  allergy: [{ do: 'allergy' }],
  bed: [{ do: 'bed' }],
  move: [{ do: 'move' }],
  escalate: [{ do: 'escalate' }, { do: 'escalate', escalation }],
  seen: [{ do: 'seen', escalation }],
  'entered-in-error': [{ do: 'entered-in-error', entry: note }],
  // Nothing but a signature, and nothing at all.
  second: [],
  print: [],
};
const EVERY = Object.values(TASKS).flat();

describe('the draft of a task', () => {
  it.each(EVERY.map((task) => [taskDraftKey(task, PATIENT), task] as const))(
    '%s leads back to it',
    (key, task) => {
      expect(taskOf(key ?? '', chart, ZONE)).toEqual(task);
      expect(draftKind(key ?? '')?.name).toBeTruthy();
    },
  );

  it('is its own', () => {
    expect(new Set(EVERY.map((task) => taskDraftKey(task, PATIENT))).size).toBe(EVERY.length);
  });

  it('is none where there is nothing to keep but a signature', () => {
    for (const task of [
      { do: 'second', order: order.id, entry: dose },
      { do: 'change-order', order, change: 'co-sign' },
      { do: 'change-order', order, change: 'resume' },
      { do: 'print' },
    ] as const)
      expect(taskDraftKey(task, PATIENT)).toBeUndefined();
  });

  it('leads nowhere where somebody settled meanwhile what it is about, but for a dose that was due before', () => {
    const settled: Chart = {
      ...chart,
      orders: [{ ...order, state: 'stopped' }],
      history: [{ ...note, standing: 'entered-in-error' }],
      care: {
        ...chart.care,
        devices: [{ ...device, removed: first }],
        results: [{ received, acknowledged: charted(9, { kind: 'result-acknowledged' }) }],
        escalations: [{ ...escalation, state: 'seen', seen: charted(8, { kind: 'escalation-seen' }) }],
      },
    };
    const settledKinds = EVERY.filter(
      (task) => taskOf(taskDraftKey(task, PATIENT)!, settled, ZONE) === undefined,
    ).map((task) => task.do);
    expect(settledKinds.toSorted()).toEqual([
      'acknowledge',
      'change-order',
      'device',
      'device',
      'entered-in-error',
      'order',
      'seen',
      'stop-order',
    ]);
  });

  it('is of one occasion: a dose at no time, or a turn of an infusion, that is charted since ends it', () => {
    const bare = { ...chart, orders: [anOrder({ text: 'morphine 5 mg' })] };
    const turn = charted(30, { kind: 'infusion-charted', order: order.id, action: 'started' });
    const running: Chart = {
      ...chart,
      infusions: [
        {
          order: order.id,
          medication: 'morphine',
          state: 'running',
          since: AT,
          by: NURSE.name,
          startedAt: AT,
          inMl: 1,
          runningBefore: false,
          turns: [turn],
        },
      ],
    };
    const give: Task = { do: 'give', order: order.id };
    const change: Task = { do: 'infusion', order: order.id, action: 'rate-changed' };
    for (const [task, before, since] of [
      [give, bare, chart],
      [change, chart, running],
    ] as const) {
      const of = (at: Chart) => taskDraftKey(onOccasion(task, at), PATIENT)!;
      expect(of(before)).not.toBe(of(since));
      expect(taskOf(of(before), before, ZONE)).toEqual(onOccasion(task, before));
      expect(taskOf(of(since), since, ZONE)).toEqual(onOccasion(task, since));
      expect(taskOf(of(before), since, ZONE)).toBeUndefined();
    }
    // A dose at its time is one occasion by itself, and a correction of an earlier dose begins no other.
    const timed: Task = { do: 'give', order: order.id, dueAt };
    expect(onOccasion(timed, chart)).toEqual(timed);
    const corrected = charted(31, { ...dose.body, replaces: dose.id });
    const both = { ...chart, orders: [{ ...order, administrations: [dose, corrected] }] };
    expect(onOccasion(give, both)).toEqual(onOccasion(give, chart));
  });

  it('leads nowhere, and throws nothing, where what it is about is not on the chart', () => {
    const about = EVERY.filter((task) => taskOf(taskDraftKey(task, PATIENT)!, aChart(), ZONE) === undefined);
    expect(new Set(about.map((task) => task.do))).toEqual(
      new Set([
        ...(['vital-signs', 'note', 'form', 'give', 'infusion', 'reassess', 'vomited', 'order'] as const),
        ...(['stop-order', 'change-order', 'device', 'acknowledge', 'measure', 'escalate'] as const),
        ...(['seen', 'entered-in-error'] as const),
      ]),
    );
    for (const key of ['', 'note', 'of-another-version:x', 'infusion:x', `infusion:x:${order.id} dance`])
      expect(key === 'note' || taskOf(key, chart, ZONE) === undefined).toBe(true);
    expect(taskOf(draftKey('registration', '4west'), chart, ZONE)).toBeUndefined();
  });
});
