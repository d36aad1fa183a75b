import { describe, expect, it } from 'vitest';
import { Broken, MUTANTS, World } from './world.ts';

/** Seeds are fixed, so a failure here is the same failure everywhere: `npm run simulate -- --seed N --runs 1 --trace`. */
const RUNS = 300;
const STEPS = 120;
/** A mutant is caught when any of this many runs breaks an invariant. */
const TRIES = 400;

describe('a world of tablets, a hub and a server in which everything fails', () => {
  it(`holds its invariants in ${RUNS} runs (FAILURES 15 to 19, 21 to 27, 29, 31)`, async () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      await new World(seed).run(STEPS).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${String(error)}`);
      });
    }
  });

  it('replays a seed exactly', async () => {
    const [first, second] = [new World(7), new World(7)];
    await first.run(STEPS);
    await second.run(STEPS);
    expect(first.trace).toEqual(second.trace);
    expect([...first.authentic]).toEqual([...second.authentic]);
  });

  it.each(MUTANTS)('catches a replica that is wrong: %s', async (mutant) => {
    for (let seed = 1; seed <= TRIES; seed++) {
      const failure = await new World(seed, mutant).run(STEPS).catch((error: unknown) => error);
      // A mutant that trips over its own wrong storage is caught as well as one that an invariant names.
      if (failure instanceof Broken || failure instanceof TypeError) return;
      if (failure !== undefined) throw failure;
    }
    expect.fail(`no invariant noticed it in ${TRIES} runs`);
  });
});
