import { z } from 'zod';
import { HourOfDay, Instant } from './entries/common.ts';
import { GlucoseUnit } from './entries/measurements.ts';
import { DEFAULT_DOSE_HOURS, DoseHours } from './frequency-hours.ts';
import { DEFAULT_RULES, MedicationRules } from './medication-rules.ts';
import { FurtherSecondPerson, NOTHING_FURTHER } from './second-person-groups.ts';

/**
 * What a ward sets for itself. Each part has its default, so that what was published before the part was there stays
 * readable.
 */
export const WardSettings = z.object({
  rules: MedicationRules.default(DEFAULT_RULES),
  /** For orders of the EHR, from the next census on, and for those that are signed from now on; no order is timed anew. */
  doseHours: DoseHours.default(DEFAULT_DOSE_HOURS),
  /** Beside the short list that holds everywhere. */
  secondPerson: FurtherSecondPerson.default(NOTHING_FURTHER),
  /** Names of `ALERT_SWITCHES` that are off; one that this version does not know switches nothing off. */
  alertsOff: z.array(z.string().max(40)).max(40).default([]),
  /**
   * Hours after which an order by voice that nobody has signed stands on the board. 42 CFR 482.24(c)(2) leaves the time to
   * state and hospital; 24 is our default (medication.md).
   */
  signVoiceOrdersWithinHours: z.number().int().min(1).max(720).default(24),
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
