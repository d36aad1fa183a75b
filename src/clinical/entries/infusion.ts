import { z } from 'zod';
import { NotGivenReason, SecondPerson } from './administration.ts';
import { AlertOverride } from './charting.ts';
import { bodyBase, Coding, EntryId, Hex128 } from './common.ts';

export const InfusionAction = z.enum([
  'started',
  'rate-changed',
  'bag-changed',
  'paused',
  'resumed',
  'stopped',
]);
export type InfusionAction = z.infer<typeof InfusionAction>;

/** Millilitres per hour. */
const Rate = z.number().min(0.01).max(5000);
/** Millilitres. */
const Volume = z.number().min(0).max(20_000);

/** One turn of a continuous infusion. What runs, and how much is in, follows from all of them in the order of their times. */
export const InfusionCharted = z
  .object({
    kind: z.literal('infusion-charted'),
    ...bodyBase,
    order: z.union([EntryId, Hex128]),
    medication: Coding,
    action: InfusionAction,
    /** From now on, mL per hour. */
    rateMlPerHour: Rate.optional(),
    /** The rate as it was ordered, where that is no volume: "5 mcg/kg/min". */
    doseRate: z.string().min(1).max(60).optional(),
    /** What hangs now, mL. */
    bagMl: Volume.optional(),
    /** What the pump says it has given in all, mL: it counts before any calculation. */
    pumpMl: Volume.optional(),
    /** It was running when the outage began; how much was in by then is not known here. */
    runningBefore: z.literal(true).optional(),
    /** Of the bag that was taken down, thrown away under a witness: mL. Of controlled drugs, when one is stopped. */
    wastedMl: Volume.optional(),
    /** It was stopped before it was over: why. Absent: it ended as ordered. */
    endedEarly: NotGivenReason.optional(),
    /** A second person was to see rate and bag: `missing` says why nobody could. Their signature is an entry of its own. */
    second: SecondPerson.optional(),
    comment: z.string().max(2000).optional(),
    overrides: z.array(AlertOverride).max(20),
  })
  .refine(
    ({ action, rateMlPerHour }) =>
      !['started', 'rate-changed', 'resumed'].includes(action) || rateMlPerHour !== undefined,
    { error: 'say the rate in mL per hour', path: ['rateMlPerHour'] },
  )
  .refine(({ action, bagMl }) => action !== 'bag-changed' || bagMl !== undefined, {
    error: 'say how much is in the new bag',
    path: ['bagMl'],
  });
