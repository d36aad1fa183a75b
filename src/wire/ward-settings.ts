import { z } from 'zod';
import { WardSettings } from '../clinical/index.ts';

/** GET /api/admin/ward-settings: administrators see every ward, clinicians theirs. */
export const WardSettingsList = z.object({
  wards: z.array(z.object({ ward: z.string(), name: z.string(), settings: WardSettings })),
});
export type WardSettingsList = z.infer<typeof WardSettingsList>;

/** POST /api/admin/wards/:ward/settings: administrator only. */
export const NewWardSettings = z.object({
  rules: WardSettings.shape.rules,
  fluidShifts: WardSettings.shape.fluidShifts,
  /** Absent: as it is. */
  glucoseUnit: WardSettings.shape.glucoseUnit,
});

/** POST /api/admin/wards/:ward/screens: a clinician of the ward has checked the table, or takes that back. */
export const SignScreen = z.object({ screen: z.string().max(60), on: z.boolean() });
