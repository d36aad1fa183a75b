import { z } from 'zod';
import { DoseHours, FurtherSecondPerson, WardSettings } from '../clinical/index.ts';

/** GET /api/admin/ward-settings: administrators see every ward, clinicians theirs. */
export const WardSettingsList = z.object({
  wards: z.array(z.object({ ward: z.string(), name: z.string(), settings: WardSettings })),
});
export type WardSettingsList = z.infer<typeof WardSettingsList>;

/**
 * POST /api/admin/wards/:ward/settings: administrator only. What is absent stays as it is: a page that was loaded before
 * an update does not know all of it, and must not set it back.
 */
export const NewWardSettings = z.object({
  rules: WardSettings.shape.rules,
  fluidShifts: WardSettings.shape.fluidShifts,
  glucoseUnit: WardSettings.shape.glucoseUnit,
  doseHours: DoseHours.optional(),
  signVoiceOrdersWithinHours: WardSettings.shape.signVoiceOrdersWithinHours.unwrap().optional(),
  secondPerson: FurtherSecondPerson.optional(),
  alertsOff: WardSettings.shape.alertsOff.unwrap().optional(),
});
export type NewWardSettings = z.input<typeof NewWardSettings>;

/** POST /api/admin/wards/:ward/screens: a clinician of the ward has checked the table, or takes that back. */
export const SignScreen = z.object({ screen: z.string().max(60), on: z.boolean() });
