import { goesBy } from '../display.ts';
import type { BodyOf, EntryId, MedicationDetail, OrderId } from '../entries/index.ts';
import { isPatch } from '../kinds-of-drug.ts';
import { firstStatement, type Standings, standingEntries, stands } from './standing.ts';
import type { Chart, Charted, ChartOrder } from './types.ts';

/** What became of doses after they were given, and what that asks of a nurse. */
export interface AfterDoses {
  /** Effects to look at, by when they are due; they stay until somebody has looked. */
  reassessments: { administration: EntryId; order: OrderId; medication: string; dueAt: string }[];
  patchesOn: {
    administration: EntryId;
    order: OrderId;
    medication: string;
    site?: string;
    since: string;
  }[];
  /** By administration: what was said of it. */
  said: Record<EntryId, Charted<BodyOf<'dose-vomited' | 'dose-reassessed' | 'patch-removed'>>[]>;
}

/** Minutes to the reassessment where the order does not say: by mouth an hour, else half an hour (project default). */
export function reassessAfterMinutes(detail: MedicationDetail): number {
  if (detail.reassessAfterMinutes !== undefined) return detail.reassessAfterMinutes;
  return goesBy(detail.route, 'by mouth') ? 60 : 30;
}

export function afterDoses(found: Standings, orders: readonly ChartOrder[]): AfterDoses {
  const byFirst = new Map<EntryId, AfterDoses['said'][EntryId]>();
  for (const kind of ['dose-vomited', 'dose-reassessed', 'patch-removed'] as const)
    for (const entry of standingEntries(found, kind)) {
      const id = firstStatement(found.byId, entry.body.administration);
      byFirst.set(id, [...(byFirst.get(id) ?? []), entry]);
    }
  const said = Object.fromEntries(
    orders
      .flatMap((order) => order.administrations)
      .flatMap(({ id }): [EntryId, AfterDoses['said'][EntryId]][] => {
        const words = byFirst.get(firstStatement(found.byId, id));
        return words ? [[id, words]] : [];
      }),
  );
  const given = orders.flatMap((order) => {
    const { detail } = order;
    return detail.category === 'medication'
      ? order.administrations
          .filter((dose) => stands(dose) && dose.body.outcome === 'given')
          .map((dose) => ({
            order,
            detail,
            dose,
            said: new Set((said[dose.id] ?? []).map(({ body }) => body.kind)),
          }))
      : [];
  });
  return {
    reassessments: given
      .filter(({ detail, said }) => detail.schedule.type === 'as-needed' && !said.has('dose-reassessed'))
      .map(({ order, detail, dose }) => ({
        administration: dose.id,
        order: order.id,
        medication: dose.body.medication.text,
        dueAt: new Date(
          Date.parse(dose.body.effectiveAt) + reassessAfterMinutes(detail) * 60_000,
        ).toISOString(),
      }))
      .sort((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt)),
    patchesOn: given
      .filter(({ dose, said }) => isPatch(dose.body) && !said.has('patch-removed'))
      .map(({ order, dose }) => ({
        administration: dose.id,
        order: order.id,
        medication: dose.body.medication.text,
        ...(dose.body.site === undefined ? {} : { site: dose.body.site }),
        since: dose.body.effectiveAt,
      })),
    said,
  };
}

/**
 * Somebody decided to repeat a dose that was vomited, and none was given on this order since. The dose itself stays
 * given, so no due dose asks for the second one.
 */
export function isToRepeat(chart: Pick<Chart, 'afterDoses'>, { administrations }: ChartOrder): boolean {
  const given = administrations.filter((dose) => stands(dose) && dose.body.outcome === 'given');
  return given
    .flatMap(({ id }) => chart.afterDoses.said[id] ?? [])
    .some(
      ({ body }) =>
        body.kind === 'dose-vomited' &&
        body.repeat === 'repeat' &&
        !given.some((dose) => Date.parse(dose.body.effectiveAt) > Date.parse(body.effectiveAt)),
    );
}
