import { z } from 'zod';
import {
  AdministrationOutcome,
  type Chart,
  type ChartOrder,
  type MedicationDetail,
  NotGivenReason,
  usualGlucoseUnit,
} from '../../../clinical/index.ts';

const Reason = z.union([NotGivenReason, z.literal('')]);

/** The form of one dose, as it is typed, and as it is kept in a draft. */
export const DoseFields = z.object({
  outcome: AdministrationOutcome,
  reason: Reason,
  /** Why less than was ordered. */
  inPart: Reason,
  dose: z.string().max(40, 'The dose is too long'),
  unit: z.string().max(40, 'The unit is too long'),
  route: z.string().max(60, 'The route has at most 60 characters'),
  site: z.string().max(60),
  glucose: z.string().max(10),
  glucoseUnit: z.string(),
  measured: z.record(z.string(), z.string().max(10)),
  /** Which parameter it is held for; '': one that is outside the order's limits, or the first that it sets limits for. */
  heldFor: z.string().max(40),
  /** By the value of it that is charted, where none is typed. */
  heldAsCharted: z.boolean(),
  whyNotScanned: z.string().max(200),
  at: z.string(),
  comment: z.string().max(2000, 'The comment has at most 2,000 characters'),
  overrides: z.record(z.string(), z.string().max(500, 'A reason has at most 500 characters')),
});
export type DoseTyped = z.infer<typeof DoseFields>;

/** Given as ordered, now. What the order does not say is left empty: it is nothing to make up. `at`: as it is typed. */
export const asOrdered = (
  chart: Chart,
  order: ChartOrder,
  detail: MedicationDetail,
  at: string,
): DoseTyped => ({
  outcome: 'given',
  reason: '',
  inPart: '',
  dose: order.incomplete.includes('dose') ? '' : String(detail.dose.value),
  unit: order.incomplete.includes('dose') ? '' : detail.dose.unit,
  route: order.incomplete.includes('route') ? '' : detail.route,
  site: '',
  glucose: '',
  glucoseUnit: usualGlucoseUnit(chart),
  measured: {},
  heldFor: '',
  heldAsCharted: false,
  whyNotScanned: '',
  at,
  comment: '',
  overrides: {},
});
