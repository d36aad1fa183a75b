import { withoutUnsafeAbbreviations } from '../display.ts';
import { byClock, stands } from './standing.ts';
import type { BoardRow, Chart } from './types.ts';

const DAY_MS = 24 * 3_600_000;

/** What is ordered now of code status or isolation, in words. */
export const inForce = ({ orders }: Pick<Chart, 'orders'>, category: 'code-status' | 'isolation'): string[] =>
  orders.flatMap(({ detail, state }) =>
    state === 'active' && detail.category === category
      ? [withoutUnsafeAbbreviations(detail.request.text)]
      : [],
  );

/** What the board shows of a patient besides bed, score and doses. */
export function careRow(
  chart: Chart,
): Pick<
  BoardRow,
  'takenBy' | 'handoff' | 'codeStatus' | 'isolation' | 'observations' | 'escalations' | 'lastEntry' | 'scans'
> {
  const { care, now } = chart;
  const [handoff] = care.handoffs;
  const codeStatus = inForce(chart, 'code-status').join('; ');
  const last = chart.history
    .filter((entry) => entry.body !== null && entry.body.author.role !== 'records')
    .toSorted(byClock)
    .at(-1);
  const given = chart.orders
    .flatMap(({ administrations }) => administrations)
    .filter(
      (dose) =>
        stands(dose) &&
        dose.body.outcome === 'given' &&
        Math.abs(Date.parse(now) - Date.parse(dose.body.effectiveAt)) < DAY_MS,
    );
  return {
    takenBy: care.takenBy,
    ...(handoff
      ? {
          handoff: {
            id: handoff.written.id,
            by: handoff.written.body.author.name,
            authorId: handoff.written.body.author.id,
            at: handoff.written.body.effectiveAt,
            readBy: handoff.reads.map(({ body }) => body.author.id),
          },
        }
      : {}),
    ...(codeStatus === '' ? {} : { codeStatus }),
    isolation: inForce(chart, 'isolation'),
    ...(care.observations ? { observations: care.observations } : {}),
    escalations: care.escalations
      .filter(({ state }) => state !== 'seen')
      .map(({ because, since, state }) => ({ because, since, state })),
    ...(last?.body
      ? { lastEntry: { log: last.id.slice(0, 32), at: last.body.recordedAt, by: last.body.author.name } }
      : {}),
    scans: {
      given: given.length,
      scanned: given.filter(
        ({ body }) => body.identified?.patient === 'scanned' && body.identified.drug === 'scanned',
      ).length,
    },
  };
}
