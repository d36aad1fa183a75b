import { askedHere } from './alert-switches.ts';
import { type Alert, allergyAlerts, type DrugKnowledge, NOTHING_KNOWN } from './alerts.ts';
import type { Chart, ChartOrder } from './chart/types.ts';
import { tallMan } from './display.ts';
import { rangeAlerts } from './dose-range.ts';
import type { MedicationDetail, OrderDetail, OrderId } from './entries/index.ts';
import { shareIngredient } from './ingredients.ts';
import { interactionOf } from './interactions.ts';
import { notToGiveAlerts } from './not-to-give.ts';

/** Where another order stands that the new one meets. What is held may be resumed, and then both go on. */
const MET = {
  active: { same: 'An order with the same ingredient is active', interaction: '' },
  'on-hold': {
    same: 'An order with the same ingredient is on hold, and may be resumed',
    interaction: ' (on hold, and may be resumed)',
  },
  together: { same: 'Another order of this set has the same ingredient', interaction: ' of this set' },
} as const;

/** What the new order goes beside. */
export interface Beside {
  /** The order that it takes the place of: no duplicate of it. */
  changes?: OrderId | undefined;
  /** What is signed with it, before it: the later of two asks, as where one is signed after the other. */
  together?: readonly OrderDetail[];
}

/** What to think about, on this ward, before signing an order. */
export function orderAlerts(
  chart: Chart,
  detail: OrderDetail,
  { formulary, interactions }: DrugKnowledge = NOTHING_KNOWN,
  { changes, together = [] }: Beside = {},
): Alert[] {
  const over = endedMeanwhile(chart, changes);
  if (detail.category !== 'medication') return over;
  const item = formulary.byText(detail.medication.text);
  return askedHere(chart, [
    ...over,
    ...drugAlerts(chart, detail, interactions, { changes, together }),
    ...rangeAlerts(chart, item, detail),
  ]);
}

/** Why an order that was going on when somebody began to change it does not any more, in words; `undefined`: it does. */
export function whyNotGoing(
  order: Pick<ChartOrder, 'state' | 'changed' | 'stoppedReason'>,
): string | undefined {
  const because = order.stoppedReason === undefined ? '' : ` (${order.stoppedReason})`;
  switch (order.state) {
    case 'active':
    case 'on-hold':
      return undefined;
    case 'ended':
      return 'is over meanwhile';
    case 'entered-in-error':
      return 'was marked as an error meanwhile';
    case 'stopped':
      return `was ${order.changed ? 'changed' : 'stopped'} meanwhile${because}`;
  }
}

/** To change what somebody else has stopped is to begin it again. */
function endedMeanwhile(chart: Chart, changes: OrderId | undefined): Alert[] {
  const order = chart.orders.find(({ id }) => id === changes);
  const over = order && whyNotGoing(order);
  return over === undefined
    ? []
    : [
        {
          code: 'order-stopped',
          severity: 'stop-and-think',
          message: `The order that this one changes ${over}. Signed, this one begins it again.`,
        },
      ];
}

/**
 * What to think about before a held order goes on: the same as at its signing, by what is on the chart now. Of an order
 * of the EHR that came without its dose, the dose is nothing to judge.
 */
export function resumeAlerts(
  chart: Chart,
  { id, detail, incomplete }: Pick<ChartOrder, 'id' | 'detail' | 'incomplete'>,
  knowledge: DrugKnowledge = NOTHING_KNOWN,
): Alert[] {
  if (detail.category !== 'medication') return [];
  return incomplete.includes('dose')
    ? askedHere(chart, drugAlerts(chart, detail, knowledge.interactions, { changes: id }))
    : orderAlerts(chart, detail, knowledge, { changes: id });
}

/** Allergies, duplicates and interactions: what speaks against the drug, whatever its dose. */
function drugAlerts(
  chart: Chart,
  detail: MedicationDetail,
  interactions: DrugKnowledge['interactions'],
  { changes, together = [] }: Beside,
): Alert[] {
  const drug = detail.medication.text;
  const others = [
    ...chart.orders.flatMap((order) =>
      order.id !== changes && (order.state === 'active' || order.state === 'on-hold')
        ? medicationsOf(order.detail).map((text) => ({ text, state: order.state as 'active' | 'on-hold' }))
        : [],
    ),
    ...together.flatMap(medicationsOf).map((text) => ({ text, state: 'together' as const })),
  ];
  const alerts = [...allergyAlerts(chart, drug), ...notToGiveAlerts(chart, drug)];
  for (const state of ['active', 'on-hold', 'together'] as const) {
    const same = others.filter((other) => other.state === state && shareIngredient(other.text, drug));
    if (same.length > 0)
      alerts.push({
        code: 'duplicate-order',
        severity: 'stop-and-think',
        message: `${MET[state].same}: ${same.map(({ text }) => text).join('; ')}.`,
      });
  }
  for (const { text, state } of others) {
    const found = interactionOf(interactions, drug, text);
    if (found)
      alerts.push({
        code: 'interaction',
        severity: 'stop-and-think',
        message: `Interaction with ${tallMan(text)}${MET[state].interaction}: ${found.says}`,
      });
  }
  return alerts;
}

const medicationsOf = (detail: OrderDetail): MedicationDetail['medication']['text'][] =>
  detail.category === 'medication' ? [detail.medication.text] : [];
