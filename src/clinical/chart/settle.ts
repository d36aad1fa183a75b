import type { Draft } from '../entries/index.ts';
import type { Conflict, ConflictSide } from './types.ts';

/** One way to settle a conflict: what the button says, and what is written, under which patient. */
export interface Way {
  label: string;
  /** Something is struck through that somebody wrote: the record says why. The text is a start, to be changed. */
  reason?: string;
  /** It undoes what was signed with a PIN, and is signed likewise. */
  signed?: true;
  drafts(now: string, reason: string): { patient: string; draft: Draft }[];
}

const LIST = new Intl.ListFormat('en', { type: 'conjunction' });

/** How this conflict may be settled. `name`: how a side is told from the others, for example "Nora Quinn 14:05". */
export function waysToSettle(conflict: Conflict, name: (side: ConflictSide) => string): Way[] {
  const { sides, kind } = conflict;
  switch (kind) {
    case 'same-dose-twice':
      return [
        decide(conflict, sides.length === 2 ? 'Both were given' : 'All were given', { decision: 'all-hold' }),
        ...sides.map((side) =>
          strikeOut(
            side,
            `${name(side)} is a mistake`,
            'The same dose was charted twice; it was given once.',
          ),
        ),
      ];
    case 'dose-after-stop':
      if (sides.some((side) => side.kind === 'infusion-charted')) return turnAfterStop(conflict);
      return [
        decide(conflict, 'The dose was given', { decision: 'all-hold' }),
        ...sides
          .filter((side) => side.kind === 'medication-administration')
          .map((side) =>
            strikeOut(
              side,
              'The dose was not given',
              'Charted by mistake: the order was stopped, no dose was given.',
            ),
          ),
      ];
    case 'two-beds':
      return sides.map((side) => decide(conflict, side.says, holding([side])));
    case 'two-in-one-bed':
      return [
        ...sides.map((side) => decide(conflict, `${side.says}; the other bed is not known`, holding([side]))),
        decide(conflict, `They share bed ${conflict.bed ?? ''}`, { decision: 'all-hold' }),
      ];
    case 'registered-twice':
      return [
        decide(conflict, 'Same person', { decision: 'same-person' }),
        decide(conflict, 'Different people', { decision: 'different-people' }),
      ];
    case 'allergy-status':
      return allergyWays(conflict, name);
    case 'concurrent-amendment':
      return sides.map((side) =>
        decide(
          conflict,
          side.kind === 'entered-in-error' ? `It was an error: ${name(side)}` : `${name(side)} holds`,
          holding([side]),
        ),
      );
  }
}

function turnAfterStop(conflict: Conflict): Way[] {
  return [
    decide(conflict, 'It was done', { decision: 'all-hold' }),
    ...conflict.sides
      .filter((side) => side.kind === 'infusion-charted')
      .map((side) =>
        strikeOut(
          side,
          'It was not done',
          'Charted by mistake: the order was stopped, and this was not done.',
        ),
      ),
  ];
}

function allergyWays(conflict: Conflict, name: (side: ConflictSide) => string): Way[] {
  const allergies = conflict.sides.filter((side) => side.kind === 'allergy-recorded');
  const none = conflict.sides.filter((side) => side.kind === 'no-known-allergies-recorded');
  if (allergies.length === 0 || none.length === 0)
    return [
      decide(conflict, 'All of it is true', { decision: 'all-hold' }),
      ...conflict.sides.map(
        (side): Way => ({
          ...decide(conflict, `${side.says} (${name(side)}) holds`, holding([side])),
          // Another allergy goes from the chart by it, so it is never one tap.
          ...(allergies.length > 0 ? { reason: 'Asked the patient again: the other is no allergy.' } : {}),
        }),
      ),
    ];
  return [
    decide(
      conflict,
      `${LIST.format(allergies.map(({ says }) => says))} ${allergies.length === 1 ? 'holds' : 'hold'}`,
      holding(allergies),
    ),
    // It takes a warning away, so it is never one tap.
    {
      ...decide(conflict, 'No known allergies holds', holding(none)),
      reason: 'Asked the patient again: no allergy.',
    },
  ];
}

type Decision =
  | { decision: 'all-hold' | 'same-person' | 'different-people' }
  | { decision: 'these-hold'; holds: string[] };

const holding = (sides: readonly ConflictSide[]): Decision => ({
  decision: 'these-hold',
  holds: sides.map(({ ref }) => ref),
});

function decide(conflict: Conflict, label: string, decision: Decision): Way {
  const { patients, overrules, bed, kind, sides } = conflict;
  const signed =
    decision.decision === 'these-hold' &&
    sides.some((side) => side.signed && !decision.holds.includes(side.ref));
  return {
    label,
    ...(signed ? { signed } : {}),
    drafts: (now, reason) =>
      patients.map((patient) => ({
        patient,
        draft: {
          kind: 'conflict-settled',
          effectiveAt: now,
          conflict: kind,
          entries: sides.map(({ ref }) => ref),
          ...decision,
          ...(overrules.length === 0 ? {} : { overrules }),
          ...(patients.length < 2 ? {} : { patients }),
          ...(bed === undefined ? {} : { bed }),
          ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
        },
      })),
  };
}

/** The entry is marked as an error, and stands struck through: there is nothing else left to decide. */
function strikeOut(side: ConflictSide, label: string, reason: string): Way {
  return {
    label,
    reason,
    ...(side.signed ? { signed: side.signed } : {}),
    drafts: (now, why) => [
      {
        patient: side.patient,
        draft: { kind: 'entered-in-error', effectiveAt: now, replaces: side.ref, reason: why.trim() },
      },
    ],
  };
}
