import { entriesOfKind, type Standings, standingEntries } from './standing.ts';

/** Downtime forms that say when a patient left the ward, and the question that says it. */
const LEFT_AT: Readonly<Record<string, string>> = {
  'discharge-instructions': '1',
  'against-medical-advice': '10',
  'transfer-to-facility': '19',
  'death-record': '16',
};

/** When the patient last left a ward, by a move or by what such a form says; `undefined`: never, as far as is known. */
export function lastLeft(found: Standings, now: string): number | undefined {
  // Also a move whose bed was changed since: she left all the same.
  const moves = entriesOfKind(found, 'patient-moved')
    .filter(({ standing }) => standing !== 'entered-in-error')
    .map(({ body }) => Date.parse(body.effectiveAt));
  const forms = standingEntries(found, 'form-answered').flatMap(({ body }) =>
    body.items
      .filter(({ linkId }) => linkId === LEFT_AT[body.form.id])
      .flatMap(({ answer }) => answer ?? [])
      .map(({ valueDateTime }) => Date.parse(valueDateTime ?? '')),
  );
  const until = Date.parse(now);
  return [...moves, ...forms]
    .filter((at) => at <= until)
    .sort((a, b) => a - b)
    .at(-1);
}
