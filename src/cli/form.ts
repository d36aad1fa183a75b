import { readFileSync } from 'node:fs';
import { judge, readForm, tryOut, unanswerable } from '../forms/index.ts';

/** `npm run form -- FILES`: what becomes of a hospital's own form on a tablet, before anybody has to use it. */

const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write(
    'npm run -s form -- FILES\n    says of each FHIR R4 Questionnaire which items a tablet renders, and which it cannot, and why\n',
  );
  process.exit(1);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** False: the file is no form at all. */
function report(file: string): boolean {
  let content: unknown;
  try {
    content = read(file);
  } catch (error) {
    say(`${file}\n  NOT A FORM: it could not be read as JSON: ${(error as Error).message}`);
    return false;
  }
  const result = readForm(content, 'UTC');
  if (!result.ok) {
    say(`${file}\n  NOT A FORM: ${result.problem}`);
    return false;
  }
  const { form } = result;
  say(`${file}: ${form.title}${form.version === undefined ? '' : ` (version ${form.version})`}`);
  const verdicts = judge(form);
  for (const { linkId, type, verdict, why, notes } of verdicts) {
    say(`  ${verdict.padEnd(11)} ${linkId} (${type})${why === undefined ? '' : `: unsupported: ${why}`}`);
    for (const note of notes) say(`              ${linkId}: ${note}`);
  }
  const count = (what: string): number => verdicts.filter(({ verdict }) => verdict === what).length;
  say(
    `  ${count('renders')} items render, ${count('hidden')} are hidden by the form, ${count('unsupported')} are unsupported`,
  );
  const trial = tryOut(form);
  say(
    `  filled in by machine: ${trial.answered} of ${trial.asked} questions took an answer; ${
      trial.valid ? 'valid' : `not valid (${trial.problems.join('; ')})`
    }; ${trial.readsBack ? 'saved and read back the same' : 'NOT the same when read back'}`,
  );
  const missing = unanswerable(form);
  if (missing.length > 0)
    say(
      `  required and unsupported, so that the form is kept as not complete: ${missing.map(({ linkId }) => linkId).join(', ')}`,
    );
  return true;
}

const forms = files.map(report);
process.exit(forms.every((isForm) => isForm) ? 0 : 1);
