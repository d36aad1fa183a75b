import { describe, expect, it } from 'vitest';
import type { SnapshotPatient, WardBody } from '../../src/clinical/index.ts';
import { sameOrders, turnBefore, turnsAround } from '../../src/server/reconciliation/infusion-turns.ts';
import type { Reviewed } from '../../src/server/reconciliation/ward-entries.ts';
import { anEntry, NOW, orderFor } from '../clinical/builders.ts';

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
