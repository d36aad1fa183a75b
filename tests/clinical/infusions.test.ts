import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BodyOf,
  foldChart,
  type Infusion,
  infusionAlerts,
  infusionFluids,
  type OpenedEntry,
} from '../../src/clinical/index.ts';
import { anEntry, aSnapshot, entryId, orderFor, PATIENT, registered } from './builders.ts';

const order = orderFor('sodium chloride 0.9 %', { type: 'continuous', rate: { value: 125, unit: 'mL/h' } });
const at = (hour: string): string => `2026-11-24T${hour}:00.000Z`;
let place = 0;
const turn = (
  action: BodyOf<'infusion-charted'>['action'],
  hour: string,
  more: Partial<BodyOf<'infusion-charted'>> = {},
  log = 'c',
) =>
  anEntry(
    'infusion-charted',
    {
      order: order.id,
      medication: { text: 'sodium chloride 0.9 %' },
      action,
      effectiveAt: at(hour),
      overrides: [],
      ...more,
    },
    { id: entryId(log, ++place) },
  );
const chartAt = (now: string, entries: OpenedEntry[]) =>
  foldChart({ patient: PATIENT, entries: [registered(), order, ...entries], now })!;
const infusion = (now: string, entries: OpenedEntry[]): Infusion | undefined =>
  chartAt(now, entries).infusions[0];

describe('an infusion whose order is not here', () => {
  it('stands under an order that says so: the EHR has renewed it, or it is still on its way', () => {
    const running = turn('started', '08:00', { rateMlPerHour: 100, order: 'f'.repeat(32) });
    const chart = foldChart({ patient: PATIENT, entries: [registered(), running], now: at('09:00') })!;
    expect(chart.infusions).toMatchObject([{ order: 'f'.repeat(32), state: 'running' }]);
    expect(chart.orders).toMatchObject([
      { id: 'f'.repeat(32), state: 'ended', incomplete: ['order', 'dose', 'route'] },
    ]);
  });
});

describe('an infusion that was charted on the EHR’s copy of an order of this downtime', () => {
  it('runs on that order', () => {
    const copy = 'e'.repeat(32);
    const { detail } = order.body;
    if (detail.category !== 'medication') throw new Error('a medication');
    const chart = foldChart({
      patient: PATIENT,
      entries: [registered(), order, turn('started', '08:00', { rateMlPerHour: 100, order: copy })],
      snapshot: aSnapshot({
        orders: [{ id: copy, ehrId: order.id, medication: detail.medication, schedule: detail.schedule }],
      }),
      snapshotAsOf: at('07:00'),
      now: at('09:00'),
    })!;
    expect(chart.orders.map(({ id }) => id)).toEqual([order.id]);
    expect(chart.infusions).toMatchObject([{ order: order.id, state: 'running' }]);
  });
});

describe('a continuous infusion', () => {
  const start = turn('started', '08:00', { rateMlPerHour: 100, bagMl: 1000 });
  const faster = turn('rate-changed', '10:00', { rateMlPerHour: 150 });
  const bag = turn('bag-changed', '14:00', { bagMl: 500 });
  const pause = turn('paused', '15:00');
  const resume = turn('resumed', '16:00', { rateMlPerHour: 50 });
  const stop = turn('stopped', '18:00');

  it.each<[string, OpenedEntry[], string, Partial<Infusion>]>([
    [
      'volume in and left, and when the bag is empty',
      [start],
      at('10:00'),
      { state: 'running', inMl: 200, leftMl: 800, emptyAt: at('18:00'), since: at('08:00') },
    ],
    [
      'a changed rate counts from its own time',
      [start, faster],
      at('12:00'),
      { rateMlPerHour: 150, inMl: 500, leftMl: 500, since: at('10:00') },
    ],
    [
      'a new bag is full; what is in goes on, and so does the rate',
      [start, faster, bag],
      at('15:00'),
      { rateMlPerHour: 150, inMl: 950, leftMl: 350, since: at('10:00') },
    ],
    [
      'paused, nothing runs',
      [start, faster, bag, pause],
      at('15:30'),
      { state: 'paused', inMl: 950, leftMl: 350 },
    ],
    [
      'resumed at another rate',
      [start, faster, bag, pause, resume],
      at('17:00'),
      { state: 'running', inMl: 1000, leftMl: 300 },
    ],
    [
      'stopped: what is in stays',
      [start, faster, bag, pause, resume, stop],
      at('23:00'),
      { state: 'stopped', inMl: 1050 },
    ],
    [
      'the pump knows better',
      [start, turn('rate-changed', '10:00', { rateMlPerHour: 100, pumpMl: 150 })],
      at('11:00'),
      { inMl: 250, leftMl: 750 },
    ],
    [
      'started anew after a stop, it begins at nothing',
      [start, stop, turn('started', '20:00', { rateMlPerHour: 80, bagMl: 500 })],
      at('21:00'),
      { inMl: 80, leftMl: 420, startedAt: at('20:00') },
    ],
    [
      'a clock that was set back takes nothing away',
      [start, faster],
      '2020-01-01T00:00:00.000Z',
      { inMl: 200, state: 'running' },
    ],
    [
      'known from a change of rate alone, it ran before',
      [faster],
      at('12:00'),
      { runningBefore: true, inMl: 300 },
    ],
  ])('%s', (_name, entries, now, expected) => {
    expect(infusion(now, entries)).toMatchObject(expected);
  });

  it('is empty past its time, and says so', () => {
    expect(infusion(at('19:00'), [start])).toMatchObject({ leftMl: -100, emptyAt: at('18:00') });
  });

  it('is the same in whatever order its turns arrive, and a turn in error counts no more', () => {
    const turns = [start, faster, bag, pause, resume, stop];
    fc.assert(
      fc.property(fc.shuffledSubarray(turns, { minLength: 6 }), (shuffled) => {
        expect(infusion(at('20:00'), shuffled)).toEqual(infusion(at('20:00'), turns));
      }),
      { numRuns: 30 },
    );
    const mark = anEntry('entered-in-error', { replaces: faster.id, reason: 'other patient' });
    const marked = infusion(at('12:00'), [start, faster, mark]);
    expect(marked).toMatchObject({ rateMlPerHour: 100, inMl: 400 });
    // Nothing that was charted is gone.
    expect(marked?.turns).toHaveLength(2);
  });

  it('volume in is the sum of rate times time, for any turns', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ minutes: fc.integer({ min: 1, max: 300 }), rate: fc.integer({ min: 1, max: 999 }) }),
          {
            minLength: 1,
            maxLength: 8,
          },
        ),
        (steps) => {
          let ms = Date.parse(at('00:00'));
          let sum = 0;
          const turns = steps.map(({ minutes, rate }, index) => {
            const entry = turn(index === 0 ? 'started' : 'rate-changed', '00:00', {
              effectiveAt: new Date(ms).toISOString(),
              rateMlPerHour: rate,
            });
            ms += minutes * 60_000;
            sum += (rate * minutes) / 60;
            return entry;
          });
          expect(infusion(new Date(ms).toISOString(), turns)?.inMl).toBeCloseTo(sum, 0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('a bag that two tablets changed within a quarter of an hour is for a person to settle', () => {
    const again = turn('bag-changed', '14:10', { bagMl: 500 }, 'e');
    const later = turn('bag-changed', '14:40', { bagMl: 500 }, 'e');
    expect(chartAt(at('15:00'), [start, bag, again]).conflicts).toMatchObject([
      { kind: 'same-dose-twice', sides: [{}, {}] },
    ]);
    expect(chartAt(at('15:00'), [start, bag, later]).conflicts).toEqual([]);
  });
});

describe('an infusion that ran before the outage', () => {
  it('counts what ran since: the pump’s total of before is the EHR’s, in the balance and in the bag', () => {
    const start = turn('started', '08:00', { rateMlPerHour: 100, bagMl: 500, runningBefore: true });
    const said = turn('rate-changed', '09:00', { rateMlPerHour: 100, pumpMl: 900 });
    const again = turn('rate-changed', '10:00', { rateMlPerHour: 100, pumpMl: 1020 });
    const { infusions } = chartAt(at('10:00'), [start, said, again]);
    expect(infusions[0]).toMatchObject({ inMl: 220, leftMl: 280 });
    const balance = infusionFluids(infusions, at('10:00')).reduce((sum, { volumeMl }) => sum + volumeMl!, 0);
    expect(balance).toBeCloseTo(220);
  });
});

describe('before an infusion runs', () => {
  const insulin = orderFor('insulin regular', { type: 'continuous', rate: { value: 5, unit: 'mL/h' } });
  const codes = (
    entries: OpenedEntry[],
    turnOf: { action: BodyOf<'infusion-charted'>['action']; rateMlPerHour?: number },
  ) =>
    infusionAlerts(
      foldChart({ patient: PATIENT, entries: [registered(), insulin, ...entries], now: at('08:00') })!,
      { order: insulin.id, at: at('08:00'), ...turnOf },
      { formulary: { byText: () => undefined } },
    )
      .map(({ code }) => code)
      .filter((code) => code !== 'allergies-not-known');
  const glucose = (value: number, hour: string) =>
    anEntry(
      'glucose-measured',
      { value, unit: 'mg/dL', sample: 'capillary', effectiveAt: at(hour) },
      {
        id: entryId('d', ++place),
      },
    );
  const runs = anEntry(
    'infusion-charted',
    {
      order: insulin.id,
      medication: { text: 'insulin regular' },
      action: 'started',
      rateMlPerHour: 5,
      effectiveAt: at('06:00'),
      overrides: [],
    },
    { id: entryId('e', 1) },
  );

  it('insulin asks for a glucose of the last hour, and stops at a low one', () => {
    expect(codes([], { action: 'started', rateMlPerHour: 5 })).toContain('glucose-old');
    expect(codes([glucose(45, '07:55')], { action: 'started', rateMlPerHour: 5 })).toContain('glucose-low');
    expect(codes([glucose(150, '07:55')], { action: 'started', rateMlPerHour: 5 })).not.toContain(
      'glucose-low',
    );
  });

  it('a rate above the order’s is asked about; a lower one, a pause and a stop never are', () => {
    const fine = [runs, glucose(150, '07:55')];
    expect(codes(fine, { action: 'rate-changed', rateMlPerHour: 50 })).toEqual(['more-than-ordered']);
    const low = [runs, glucose(45, '07:55')];
    expect(codes(low, { action: 'rate-changed', rateMlPerHour: 2 })).toEqual([]);
    expect(codes(low, { action: 'paused' })).toEqual([]);
    expect(codes(low, { action: 'resumed', rateMlPerHour: 5 })).toEqual(['glucose-low']);
  });

  it('of an order that was stopped, less and a new bag are one tick, and a pause or a stop nothing', () => {
    const stop = anEntry('order-stopped', {
      order: insulin.id,
      reason: 'eats again',
      effectiveAt: at('07:00'),
    });
    const asked = (action: BodyOf<'infusion-charted'>['action'], rateMlPerHour?: number) =>
      infusionAlerts(
        foldChart({
          patient: PATIENT,
          entries: [registered(), insulin, runs, stop, glucose(150, '07:55')],
          now: at('08:00'),
        })!,
        { order: insulin.id, at: at('08:00'), action, rateMlPerHour },
        { formulary: { byText: () => undefined } },
      ).map(({ code, severity }) => [code, severity]);
    expect(asked('rate-changed', 2)).toEqual([['order-stopped', 'confirm']]);
    expect(asked('bag-changed')).toEqual([['order-stopped', 'confirm']]);
    expect(asked('rate-changed', 6)).toContainEqual(['order-stopped', 'stop-and-think']);
    expect(asked('paused')).toEqual([]);
    expect(asked('stopped')).toEqual([]);
  });
});
