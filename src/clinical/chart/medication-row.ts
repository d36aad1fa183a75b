import { medicationLine, serviceLine } from '../display.ts';
import { asNeeded } from './as-needed.ts';
import { lastGiven } from './last-given.ts';
import type { BoardRow, Chart, ChartOrder } from './types.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the round shows beside the doses that are due: as needed, not going on, to be signed. */
export function medicationRow(chart: Chart): Pick<BoardRow, 'asNeeded' | 'notGoing' | 'toSign'> {
  const { now } = chart;
  return {
    asNeeded: chart.orders.flatMap((order) => {
      const state = order.state === 'active' ? asNeeded(order, chart.snapshotAsOf, now) : undefined;
      if (!state || order.detail.category !== 'medication') return [];
      const last = lastGiven(order);
      return [
        {
          order: order.id,
          medication: order.detail.medication.text,
          ...(order.incomplete.includes('dose') ? {} : { dose: order.detail.dose }),
          ...(state.nextAt === undefined ? {} : { nextAt: state.nextAt }),
          ...(last ? { lastAt: last.at } : {}),
        },
      ];
    }),
    notGoing: chart.orders.flatMap((order): BoardRow['notGoing'] => {
      if (order.detail.category !== 'medication') return [];
      const medication = order.detail.medication.text;
      const hold = order.holds.at(-1);
      if (order.state === 'on-hold' && hold)
        return [{ order: order.id, medication, state: 'on-hold', reason: `${hold.reason} (${hold.by})` }];
      if (order.state !== 'stopped' || !isRecent(order, now)) return [];
      const notCharted = chart.dueDoses.filter(
        (dose) => dose.order === order.id && dose.state === 'not-charted',
      ).length;
      return [
        {
          order: order.id,
          medication,
          state: 'stopped',
          reason: order.stoppedReason ?? '',
          ...(notCharted > 0 ? { notCharted } : {}),
        },
      ];
    }),
    toSign: chart.orders.flatMap((order) => {
      if (!order.received || order.received.signedBy !== undefined || order.state === 'entered-in-error')
        return [];
      const at = order.signedAt ?? now;
      return [
        {
          order: order.id,
          text:
            order.detail.category === 'medication' ? medicationLine(order.detail) : serviceLine(order.detail),
          prescriber: order.received.prescriber,
          at,
          signBy: new Date(
            Date.parse(at) + chart.settings.signVoiceOrdersWithinHours * HOUR_MS,
          ).toISOString(),
        },
      ];
    }),
  };
}

const isRecent = (order: ChartOrder, now: string): boolean =>
  order.stoppedAt !== undefined && Math.abs(Date.parse(now) - Date.parse(order.stoppedAt)) < DAY_MS;
