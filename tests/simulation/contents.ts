import { aNote } from '../builders.ts';
import type { Replica } from './replica.ts';
import type { World } from './world.ts';

/** What a nurse might chart next: something new, or something about what this tablet already shows. */
export function someContent(world: World, tablet: Replica): unknown {
  const { scheduler } = world;
  const at = new Date(tablet.now).toISOString();
  const own = [...tablet.disk.entries].flatMap(([log, rows]) =>
    rows.filter(({ entry }) => entry.patient !== null).map(({ entry }) => `${log}-${entry.seq}`),
  );
  const base = aNote(`note ${scheduler.pick(1_000_000)}`, { effectiveAt: at, recordedAt: at });
  const dice = scheduler.random();
  if (dice < 0.3 && own.length > 0) return { ...base, replaces: scheduler.oneOf(own), reason: 'a slip' };
  const {
    noteType: _type,
    text: _text,
    ...plain
  } = base as typeof base & { noteType?: string; text?: string };
  if (dice < 0.45 && own.length > 0)
    return { ...plain, kind: 'entered-in-error', replaces: scheduler.oneOf(own), reason: 'wrong patient' };
  if (dice < 0.6) return { ...plain, kind: 'bed-assigned', bed: `4W-0${1 + scheduler.pick(6)}` };
  return base;
}
