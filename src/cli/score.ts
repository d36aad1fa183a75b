import { readFileSync } from 'node:fs';
import { News2Cases, scoreNews2Case } from '../clinical/news2-cases.ts';

/** `npm run score -- news2 FILE.json`: anyone can check the score with cases of their own. */

const USAGE = `npm run -s score -- news2 FILE.json
    FILE.json: an array of {rr, spo2, scale, oxygen, sbp, pulse, acvpu, temp}; what was not taken is left out or null.
    Prints for each one a JSON line with parts, total and risk.
`;

const [score, file, ...more] = process.argv.slice(2);
if (score !== 'news2' || file === undefined || more.length > 0) {
  process.stderr.write(USAGE);
  process.exit(1);
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    process.stderr.write(`${path} could not be read as JSON: ${(error as Error).message}\n`);
    process.exit(1);
  }
}

const cases = News2Cases.safeParse(read(file));
if (!cases.success) {
  for (const { path, message } of cases.error.issues) {
    const [place, ...field] = path;
    const where = place === undefined ? '' : `, set ${Number(place) + 1}`;
    process.stderr.write(`${file}${where}${field.length > 0 ? `, ${field.join('.')}` : ''}: ${message}\n`);
  }
  process.exit(1);
}
for (const set of cases.data) process.stdout.write(`${JSON.stringify(scoreNews2Case(set))}\n`);
