import { type Infusion, ranBefore } from './chart/infusions.ts';
import { stands } from './chart/standing.ts';
import type { BodyOf } from './entries/index.ts';

/** Shifts begin at whole quarters of an hour in every time zone: what ran is cut there, so that each shift gets its own. */
const PIECE_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;

type Fluid = Pick<BodyOf<'fluid-recorded'>, 'route' | 'volumeMl' | 'effectiveAt'>;

/**
 * What infusions gave, as amounts for the fluid balance: rate times time, and at each word of the pump what the
 * calculation had missed. `now`: what runs is counted up to here.
 */
export function infusionFluids(infusions: readonly Infusion[], now: string): Fluid[] {
  return infusions.flatMap(({ turns }) => {
    const fluids: Fluid[] = [];
    let rate = 0;
    let at = Number.NaN;
    /** Since the newest start, as far as it was counted here. */
    let given = 0;
    /** What the pump had counted before anything was charted here: the EHR's. Not known until its first word. */
    let before: number | undefined;
    const run = (until: number): void => {
      while (rate > 0 && at < until) {
        const end = Math.min(until, (Math.floor(at / PIECE_MS) + 1) * PIECE_MS);
        const volumeMl = (rate * (end - at)) / HOUR_MS;
        fluids.push({ route: 'iv', volumeMl, effectiveAt: new Date(at).toISOString() });
        given += volumeMl;
        at = end;
      }
      at = until;
    };
    const standing = turns.filter(stands);
    if (!ranBefore(standing)) before = 0;
    for (const turn of standing) {
      const when = Date.parse(turn.body.effectiveAt);
      run(when);
      const { action, pumpMl, rateMlPerHour } = turn.body;
      if (action === 'started') {
        given = 0;
        before = turn.body.runningBefore ? undefined : 0;
      } else if (pumpMl !== undefined) {
        before ??= pumpMl - given;
        const missed = pumpMl - before - given;
        if (missed !== 0)
          fluids.push({ route: 'iv', volumeMl: missed, effectiveAt: new Date(when - 1).toISOString() });
        given = pumpMl - before;
      }
      if (action === 'paused' || action === 'stopped') rate = 0;
      else if (rateMlPerHour !== undefined) rate = rateMlPerHour;
    }
    if (rate > 0) run(Math.max(at, Date.parse(now)));
    return fluids;
  });
}
