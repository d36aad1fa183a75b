import { tallMan } from '../display.ts';
import type { BodyOf, InfusionAction } from '../entries/index.ts';
import type { MakeConflict } from './conflicts.ts';
import type { End } from './orders.ts';
import { type Standings, standingEntries, stands } from './standing.ts';
import type { Charted, ChartOrder, Conflict } from './types.ts';

type Given = Charted<BodyOf<'medication-administration' | 'infusion-charted'>>;

/** Whoever charted over this alert saw the other entry and said why: there is nothing left to settle. */
export const knew = ({ body }: Given, alert: string): boolean =>
  body.overrides.some((item) => item.alert === alert);

/** Turns by which the patient gets the drug. A pause and a stop are what the order asks for. */
const RUNS: Partial<Record<InfusionAction, string>> = {
  started: 'the infusion was started',
  resumed: 'the infusion was resumed',
  'rate-changed': 'the rate was changed',
  'bag-changed': 'the bag was changed',
};

/**
 * What was given, or run, after the order was stopped, after another had taken its place or while it was held, by
 * somebody who was not told.
 */
export function givenInSpite(
  found: Standings,
  order: ChartOrder,
  end: End | undefined,
  turns: readonly Charted<BodyOf<'infusion-charted'>>[],
  conflict: MakeConflict,
): Conflict[] {
  const given = [...order.administrations, ...turns].filter(
    (dose) => stands(dose) && wasGiven(dose) !== undefined && !knew(dose, 'order-stopped'),
  );
  const between = (word: Charted, to: string | undefined, what: string): Conflict[] =>
    given
      .filter(
        ({ body }) =>
          Date.parse(body.effectiveAt) > Date.parse(word.body.effectiveAt) &&
          (to === undefined || Date.parse(body.effectiveAt) < Date.parse(to)),
      )
      .map((dose) =>
        conflict(
          'dose-after-stop',
          [word, dose],
          `${tallMan(dose.body.medication.text)}: ${wasGiven(dose)} ${what}.`,
        ),
      );
  const ended = end && (end.body.kind === 'order-stopped' ? 'stopped' : 'changed');
  return [
    ...(end ? between(end, undefined, `after the order was ${ended}`) : []),
    ...order.holds.flatMap(({ from, to }) => {
      const hold = standingEntries(found, 'order-held').find(
        ({ body }) => body.order === order.id && body.effectiveAt === from,
      );
      return hold ? between(hold, to, 'while the order was held') : [];
    }),
  ];
}

/** In words; `undefined`: nothing was given by it. */
function wasGiven({ body }: Given): string | undefined {
  if (body.kind === 'infusion-charted') return RUNS[body.action];
  return body.outcome === 'given' ? 'a dose was given' : undefined;
}
