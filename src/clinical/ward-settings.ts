import { z } from 'zod';
import { Instant } from './entries/common.ts';
import { GlucoseUnit } from './entries/measurements.ts';
import { DEFAULT_RULES, MedicationRules } from './medication-rules.ts';

const HourOfDay = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'a time like 06:00 is needed');

/** What a ward sets for itself: windows of doses, the day and shifts of the fluid balance, scores that were signed. */
export const WardSettings = z.object({
  rules: MedicationRules.default(DEFAULT_RULES),
  /** When shifts begin, ascending; the first begins the day. */
  fluidShifts: z
    .array(HourOfDay)
    .min(1)
    .max(6)
    .refine((times) => times.every((time, index) => index === 0 || time > times[index - 1]!), {
      error: 'shifts are written in the order of the day',
    })
    .default(['06:00', '14:00', '22:00']),
  /** Of the ward's meters: what is offered first, and shown beside a value in the other unit. A value stays as it was measured. */
  glucoseUnit: GlucoseUnit.optional(),
  /** Screens that are off until a clinician of the site has checked the table against its paper: who did, and when. */
  signedScreens: z
    .array(z.object({ screen: z.string().max(60), by: z.string().min(1).max(200), at: Instant }))
    .max(60)
    .default([]),
});
export type WardSettings = z.infer<typeof WardSettings>;

export const DEFAULT_SETTINGS: WardSettings = WardSettings.parse({});

/** What was published, or the defaults where nothing was, or where it is of a kind that this version cannot read. */
export const readWardSettings = (published: unknown): WardSettings =>
  published === undefined ? DEFAULT_SETTINGS : (WardSettings.safeParse(published).data ?? DEFAULT_SETTINGS);
