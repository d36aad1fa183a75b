import { describe, expect, it } from 'vitest';
import type { BodyOf, SnapshotPatient, WardBody } from '../../src/clinical/index.ts';
import {
  type OrderOf,
  sameOrders,
  turnBefore,
  turnsAround,
} from '../../src/server/reconciliation/infusion-turns.ts';
import type { Reviewed } from '../../src/server/reconciliation/ward-entries.ts';
import { anEntry, entryId, NOW, orderFor } from '../clinical/builders.ts';

const order = orderFor('heparin', { type: 'continuous', rate: { value: 10, unit: 'mL/h' } });
const at = (minutes: number): string => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();

/** The EHR's copy of it, which came back in the census under an id of the census. */
const COPY = 'c'.repeat(32);
const snapshot = { orders: [{ id: COPY, ehrId: order.id }] } as unknown as SnapshotPatient;

const reviewedOf = (entries: readonly { id: string; body: WardBody | null }[]): Reviewed[] =>
  entries.map(({ id, body }) => ({ id, body, standing: 'current', state: 'posted' }) as Reviewed);
const turn = (of: string, action: 'started' | 'stopped', minutes: number) =>
  anEntry('infusion-charted', {
    order: of,
    medication: { text: 'heparin' },
    action,
    ...(action === 'started' ? { rateMlPerHour: 10 } : {}),
    overrides: [],
    effectiveAt: at(minutes),
  } as never);

describe('an infusion that was charted on an order, and on the EHR’s copy of it', () => {
  const started = turn(order.id, 'started', -60);
  const stopped = turn(COPY, 'stopped', -10);
  const reviewed = reviewedOf([order, started, stopped]);
  const orderOf = sameOrders(snapshot, new Map(reviewed.map((one) => [one.id, one])));

  it('is one: what was started on the one is over with the stop on the other', () => {
    expect(turnsAround(started.id, reviewed, orderOf)).toEqual({ firstTurn: started.id, until: at(-10) });
    expect(turnBefore(stopped.id, reviewed, orderOf)?.id).toBe(started.id);
  });

  it('an order of the EHR that nobody signed here is itself', () => {
    const other = { orders: [{ id: COPY, ehrId: 'mr-1' }] } as unknown as SnapshotPatient;
    expect(sameOrders(other, new Map())(COPY)).toBe(COPY);
    expect(sameOrders(undefined, new Map())(COPY)).toBe(COPY);
  });
});

/** Every order is itself. */
const itself: OrderOf = (order) => order;

type Turn = Partial<BodyOf<'infusion-charted'>> & Pick<BodyOf<'infusion-charted'>, 'action'>;

const reviewed = (...turns: (Turn & { at: string })[]): Reviewed[] =>
  turns.map(({ at, ...turn }, index) => {
    const { body, id } = anEntry(
      'infusion-charted',
      {
        order: 'd'.repeat(32),
        medication: { text: 'morphine 50 mg per 50 mL' },
        overrides: [],
        ...turn,
        effectiveAt: `2026-11-24T${at}:00.000Z`,
      },
      { id: entryId('c', index + 1) },
    );
    return { id, body, standing: 'current' } as Reviewed;
  });

it('of a stop, what ran in by rate and time since the start is known; the pump counts before the sum', () => {
  const turns = reviewed(
    { action: 'started', rateMlPerHour: 10, at: '08:00' },
    { action: 'rate-changed', rateMlPerHour: 5, at: '10:00' },
    { action: 'stopped', at: '11:00' },
  );
  expect(turnsAround(turns[2]!.id, turns, itself)).toEqual({ firstTurn: turns[0]!.id, givenMl: 25 });
  const pump = reviewed(
    { action: 'started', rateMlPerHour: 10, at: '08:00' },
    { action: 'rate-changed', rateMlPerHour: 5, pumpMl: 18, at: '10:00' },
    { action: 'stopped', at: '11:00' },
  );
  expect(turnsAround(pump[2]!.id, pump, itself).givenMl).toBe(23);
});

it('of what was running when the outage began, or whose start is not here, the amount is not known', () => {
  const ran = reviewed(
    { action: 'started', rateMlPerHour: 10, runningBefore: true, at: '08:00' },
    { action: 'stopped', at: '11:00' },
  );
  expect(turnsAround(ran[1]!.id, ran, itself)).not.toHaveProperty('givenMl');
  const bare = reviewed({ action: 'stopped', at: '11:00' });
  expect(turnsAround(bare[0]!.id, bare, itself)).toEqual({});
});
