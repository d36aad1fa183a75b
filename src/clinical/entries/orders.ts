import { z } from 'zod';
import { LimitedParameter } from './administration.ts';
import { AlertOverride } from './charting.ts';
import { bodyBase, Coding, HourOfDay, Instant, OrderId, Quantity } from './common.ts';

/**
 * When a medication is due. Times and time zone are written into the order, so that tablets with other ward
 * settings name the same dose (DESIGN.md). FHIR R4 Timing: `times` is `repeat.timeOfDay`, `every` is
 * `repeat.period` with frequency 1, `once` is `repeat.count` 1, `as-needed` is `Dosage.asNeeded[x]`.
 */
export const Schedule = z.discriminatedUnion('type', [
  /** Follows the wall clock of the zone: fixed times each day. */
  z.object({
    type: z.literal('times'),
    code: z.string().max(10).optional(),
    times: z.array(HourOfDay).min(1).max(24),
    timeZone: z.string().max(60),
    /** 1 = daily, 2 = every other day, 7 = weekly. */
    everyDays: z.number().int().min(1).max(366).default(1),
  }),
  /** Runs in elapsed hours from the order's start. */
  z.object({
    type: z.literal('every'),
    hours: z
      .number()
      .min(0.25)
      .max(24 * 31),
  }),
  z.object({ type: z.literal('once'), stat: z.boolean() }),
  z.object({
    type: z.literal('as-needed'),
    for: z.string().max(200).optional(),
    leastIntervalHours: z.number().min(0).max(168).optional(),
    mostPerDay: z.number().int().min(1).max(96).optional(),
  }),
  /** Runs until stopped, at a rate: `doseAndRate.rateQuantity`. How it is titrated stands in the instructions. */
  z.object({ type: z.literal('continuous'), rate: Quantity }),
  /** The EHR said something that we do not compute from; shown in its own words, never scheduled by guess. */
  z.object({ type: z.literal('as-written'), text: z.string().max(500) }),
]);
export type Schedule = z.infer<typeof Schedule>;

export const Priority = z.enum(['routine', 'urgent', 'asap', 'stat']);

/** What the order asks to be looked at before each dose: "hold if pulse < 60 per minute". Units as in `VitalValues`. */
export const ParameterLimit = z
  .object({
    parameter: LimitedParameter,
    below: z.number().finite().optional(),
    above: z.number().finite().optional(),
  })
  .refine((limit) => limit.below !== undefined || limit.above !== undefined, {
    error: 'say the limit',
    path: ['below'],
  });
export type ParameterLimit = z.infer<typeof ParameterLimit>;

export const MedicationDetail = z.object({
  category: z.literal('medication'),
  medication: Coding,
  dose: Quantity,
  route: z.string().min(1).max(60),
  schedule: Schedule,
  startAt: Instant,
  /** Absent: runs until stopped, which is the norm (FAILURES 33). */
  endAt: Instant.optional(),
  indication: z.string().max(300).optional(),
  instructions: z.string().max(1000).optional(),
  /** The prescriber says that it is, whatever the ward's list. */
  timeCritical: z.boolean().optional(),
  /** Hold the dose outside of these. */
  limits: z.array(ParameterLimit).min(1).max(5).optional(),
  /** Minutes after a dose as needed at which its effect is looked at; absent: the default of its route. */
  reassessAfterMinutes: z.number().int().min(5).max(480).optional(),
});

const ServiceDetail = {
  request: Coding,
  priority: Priority,
  instructions: z.string().max(1000).optional(),
};

export const OrderDetail = z.discriminatedUnion('category', [
  MedicationDetail,
  z.object({ category: z.literal('laboratory'), ...ServiceDetail, specimen: z.string().max(100).optional() }),
  z.object({ category: z.literal('imaging'), ...ServiceDetail, bodySite: z.string().max(100).optional() }),
  z.object({
    category: z.literal('nursing'),
    ...ServiceDetail,
    frequency: z.string().max(100).optional(),
    /** Vital signs at least so often, in minutes: what the board counts as overdue. */
    observationsEveryMinutes: z.number().int().min(5).max(1440).optional(),
  }),
  z.object({ category: z.literal('diet'), ...ServiceDetail }),
  z.object({ category: z.literal('consult'), ...ServiceDetail, question: z.string().max(500).optional() }),
  z.object({
    category: z.literal('blood-product'),
    ...ServiceDetail,
    units: z.number().int().min(1).max(40),
  }),
  /** What is to be done, and not done, if heart or breathing stop: `request` says it in the hospital's words. */
  z.object({ category: z.literal('code-status'), ...ServiceDetail }),
  z.object({ category: z.literal('isolation'), ...ServiceDetail }),
]);
export type OrderDetail = z.infer<typeof OrderDetail>;
export type MedicationDetail = z.infer<typeof MedicationDetail>;

/** A new order (FHIR R4 MedicationRequest, ServiceRequest, NutritionOrder), signed by the prescriber with the PIN. */
export const OrderSigned = z.object({
  kind: z.literal('order-signed'),
  ...bodyBase,
  /** The order that this one takes the place of: that one is stopped with it. */
  changes: OrderId.optional(),
  detail: OrderDetail,
  overrides: z.array(AlertOverride).max(20),
});

/** The nurse has seen the order ("noted"). */
export const OrderAcknowledged = z.object({
  kind: z.literal('order-acknowledged'),
  ...bodyBase,
  order: OrderId,
});

export const OrderStopped = z.object({
  kind: z.literal('order-stopped'),
  ...bodyBase,
  order: OrderId,
  reason: z.string().min(1).max(2000),
});

/** Not given until it is resumed: the doses due in between are nobody's to give. */
export const OrderHeld = z.object({
  kind: z.literal('order-held'),
  ...bodyBase,
  order: OrderId,
  reason: z.string().min(1).max(2000),
});

export const OrderResumed = z.object({
  kind: z.literal('order-resumed'),
  ...bodyBase,
  order: OrderId,
  /** Absent: nothing spoke against it, or it was resumed before anything was asked. */
  overrides: z.array(AlertOverride).max(20).optional(),
});

/**
 * An order that a prescriber gave by voice or telephone: written, read back and confirmed by whoever received it. Valid
 * at once, and to be signed by the prescriber (42 CFR 482.24(c)(2)): that signature is an entry of its own.
 */
export const OrderReceived = z.object({
  kind: z.literal('order-received'),
  ...bodyBase,
  changes: OrderId.optional(),
  detail: OrderDetail,
  /** Who gave it, as the receiver wrote it. */
  prescriber: z.string().min(1).max(200),
  by: z.enum(['voice', 'telephone']),
  readBack: z.literal(true, { error: 'read it back and have it confirmed' }),
  overrides: z.array(AlertOverride).max(20),
});
