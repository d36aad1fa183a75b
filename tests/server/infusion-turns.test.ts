import { expect, it } from 'vitest';
import type { BodyOf } from '../../src/clinical/index.ts';
import { turnsAround } from '../../src/server/reconciliation/infusion-turns.ts';
import type { Reviewed } from '../../src/server/reconciliation/ward-entries.ts';
import { anEntry, entryId } from '../clinical/builders.ts';

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
  expect(turnsAround(turns[2]!.id, turns)).toEqual({ firstTurn: turns[0]!.id, givenMl: 25 });
  const pump = reviewed(
    { action: 'started', rateMlPerHour: 10, at: '08:00' },
    { action: 'rate-changed', rateMlPerHour: 5, pumpMl: 18, at: '10:00' },
    { action: 'stopped', at: '11:00' },
  );
  expect(turnsAround(pump[2]!.id, pump).givenMl).toBe(23);
});

it('of what was running when the outage began, or whose start is not here, the amount is not known', () => {
  const ran = reviewed(
    { action: 'started', rateMlPerHour: 10, runningBefore: true, at: '08:00' },
    { action: 'stopped', at: '11:00' },
  );
  expect(turnsAround(ran[1]!.id, ran)).not.toHaveProperty('givenMl');
  const bare = reviewed({ action: 'stopped', at: '11:00' });
  expect(turnsAround(bare[0]!.id, bare)).toEqual({});
});
