import { z } from 'zod';

const Text = z.string().max(300);

/** One order of a set, as the order form has it: a prescriber looks at each, and signs what is chosen. */
export const OrderSetItem = z.object({
  category: z.enum([
    'medication',
    'laboratory',
    'imaging',
    'nursing',
    'diet',
    'consult',
    'blood-product',
    'code-status',
    'isolation',
  ]),
  /** The drug, test or request in the hospital's words. */
  what: z.string().min(1).max(300),
  dose: z.number().positive().optional(),
  unit: Text.optional(),
  route: Text.optional(),
  /** daily, twice, thrice, four, bedtime, q4, q6, q8, q12, once, stat, prn, continuous. */
  frequency: Text.optional(),
  hoursApart: z.number().positive().optional(),
  mostPerDay: z.number().int().positive().optional(),
  /** mL per hour. */
  rate: z.number().positive().optional(),
  indication: Text.optional(),
  instructions: z.string().max(1000).optional(),
  specimen: Text.optional(),
  bodySite: Text.optional(),
  often: Text.optional(),
  question: Text.optional(),
  units: z.number().int().positive().optional(),
  priority: z.enum(['routine', 'urgent', 'asap', 'stat']).optional(),
  /** False: offered, and chosen by the prescriber alone. */
  chosen: z.boolean().optional(),
});
export type OrderSetItem = z.infer<typeof OrderSetItem>;

/** Orders that belong together ("Chest pain, first hour"), as a hospital brings them in JSON. */
export const OrderSet = z.object({
  id: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
  title: z.string().min(1).max(200),
  /** Who approved it, and when it is to be looked at again. */
  source: z.string().max(300).optional(),
  orders: z.array(OrderSetItem).min(1).max(60),
});
export type OrderSet = z.infer<typeof OrderSet>;
