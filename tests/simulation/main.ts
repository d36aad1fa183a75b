import { parseArgs } from 'node:util';
import { MUTANTS, type Mutant, World } from './world.ts';

/** `npm run simulate -- --seed N --runs M [--steps S] [--mutant NAME]`: replays exactly; a failure prints its seed. */

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1000' },
    steps: { type: 'string', default: '120' },
    mutant: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});
const mutant = MUTANTS.find((name) => name === values.mutant) as Mutant | undefined;
if (values.mutant !== undefined && !mutant) throw new Error(`mutants are: ${MUTANTS.join(', ')}`);
const first = Number(values.seed);
const started = Date.now();
for (let seed = first; seed < first + Number(values.runs); seed++) {
  const world = new World(seed, mutant);
  try {
    await world.run(Number(values.steps));
  } catch (error) {
    if (values.trace) process.stdout.write(`${world.trace.join('\n')}\n`);
    process.stdout.write(
      `seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.stdout.write(
      `replay: npm run simulate -- --seed ${seed} --runs 1 --steps ${values.steps}${mutant ? ` --mutant '${mutant}'` : ''} --trace\n`,
    );
    process.exit(1);
  }
}
process.stdout.write(
  `${values.runs} runs from seed ${first} hold, ${((Date.now() - started) / 1000).toFixed(0)} s\n`,
);
