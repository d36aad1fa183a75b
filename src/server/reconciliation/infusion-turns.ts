import { type Outgoing, resourcesFor, type ToFhirContext } from '../../interop/index.ts';
import type { Reviewed } from './ward-entries.ts';

/** The turns of the infusion that this one belongs to, in order: of those that stand. */
function turnsOf(id: string, reviewed: readonly Reviewed[]) {
  const own = reviewed.find((entry) => entry.id === id)?.body;
  if (own?.kind !== 'infusion-charted') return [];
  return reviewed
    .flatMap((entry) =>
      entry.body?.kind === 'infusion-charted' &&
      entry.body.order === own.order &&
      entry.standing === 'current'
        ? [{ entry, body: entry.body, at: Date.parse(entry.body.effectiveAt) }]
        : [],
    )
    .sort((a, b) => a.at - b.at);
}

/** The turn that an infusion began with, and when the one after this came. */
export function turnsAround(
  id: string,
  reviewed: readonly Reviewed[],
): { firstTurn?: string; until?: string } {
  const turns = turnsOf(id, reviewed);
  const place = turns.findIndex(({ entry }) => entry.id === id);
  const first = turns.slice(0, place + 1).findLast(({ body }) => body.action === 'started');
  const next = turns[place + 1];
  return {
    ...(first ? { firstTurn: first.entry.id } : {}),
    ...(next ? { until: next.body.effectiveAt } : {}),
  };
}

/** The turn before this one where the EHR has it, which took it perhaps as in progress. */
export function turnBefore(id: string, reviewed: readonly Reviewed[]): Reviewed | undefined {
  const turns = turnsOf(id, reviewed);
  const before = turns[turns.findIndex(({ entry }) => entry.id === id) - 1]?.entry;
  return before?.state === 'posted' ? before : undefined;
}

/** A turn as it was while none had followed, and as it is. */
export function beforeAndAfter(
  turn: Reviewed,
  context: ToFhirContext,
): { was: Outgoing; now: Outgoing } | undefined {
  const told = (infusion: ToFhirContext['infusion']): Outgoing | undefined =>
    turn.body
      ? resourcesFor({ id: turn.id, body: turn.body }, { ...context, infusion }).find(
          ({ resourceType }) => resourceType === 'MedicationAdministration',
        )
      : undefined;
  const now = told(context.infusion);
  const was = told((id) => {
    const { until: _, ...begun } = context.infusion?.(id) ?? {};
    return begun;
  });
  return was && now && { was, now };
}
