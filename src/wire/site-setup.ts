import { z } from 'zod';
import { Role } from '../clinical/index.ts';
import { isEasyPin } from './easy-pins.ts';

/** What an administrator says of a hospital: once at the first start, then ward by ward and person by person. */

/** Six digits or more, and not the first that a stranger would try. */
export const NewPin = z
  .string()
  .regex(/^[0-9]{6,12}$/, 'A PIN has 6 to 12 digits')
  .refine((pin) => !isEasyPin(pin), {
    error:
      'This PIN is too easy to guess: no row, no repeat, no date, and none of those that many people choose',
  });

/** For tablets where six digits would be tried out in a night: some words that nobody else puts together. */
export const NewPassphrase = z
  .string()
  .min(16, 'A passphrase has at least 16 characters: four words, for example')
  .max(200)
  .refine((words) => new Set(words).size >= 6, { error: 'This passphrase is too easy to guess' });

const Name = z.string().trim().min(1, 'A name is needed').max(100, 'At most 100 characters');

const isTimeZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

/** POST /api/setup/recovery: only while there is no hospital here, with the code that the server printed when it started. */
export const SetupCode = z.object({
  code: z.string().trim().min(4, 'Type the code that the server printed when it started'),
});
/** `identity`: the secret that goes into the safe; `null`: it was printed, and the server has forgotten it. */
export const RecoverySheet = z.object({ identity: z.string().nullable(), recipient: z.string() });
export type RecoverySheet = z.infer<typeof RecoverySheet>;

/** POST /api/setup: with the same code. */
export const SiteSetup = SetupCode.extend({
  /** The recovery identity was printed, and the paper lies in the safe. */
  recoveryPrinted: z.boolean().default(false),
  siteName: Name,
  timeZone: z.string().trim().refine(isTimeZone, 'A time zone is needed, for example America/Chicago'),
  administrator: Name,
  pin: NewPin,
});
export type SiteSetup = z.infer<typeof SiteSetup>;

/** POST /api/admin/wards */
export const NewWard = z.object({
  name: Name,
  /** FHIR Location whose beds it has; without it the ward has no census. */
  ehrLocation: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9.-]{0,64}$/, 'The id of a FHIR Location: letters, digits, full stop and hyphen'),
});

/** POST /api/admin/wards/:ward/idle-lock */
export const IdleLock = z.object({ seconds: z.number().int().min(15).max(1800) });

/** POST /api/admin/staff: the person types the PIN, in person. */
export const NewStaff = z.object({
  name: Name,
  role: Role,
  wards: z.array(z.string().max(64)).max(100),
  pin: NewPin,
  /** Opens tablets whose disk is not confirmed as hardware-encrypted, where the PIN alone opens nothing. */
  passphrase: NewPassphrase.optional(),
});

/** POST /api/admin/staff/:id: another role, other wards. */
export const StaffChange = NewStaff.pick({ role: true, wards: true });

/** POST /api/admin/staff/:id/pin: the person types the new one, in person. */
export const PinReset = NewStaff.pick({ pin: true, passphrase: true });

/** POST /api/admin/staff/:id/revoke and /api/admin/devices/:id/revoke */
export const Reason = z.object({ reason: z.string().trim().min(1, 'Say why').max(500) });

/** GET /api/admin/staff: people who left stay in it, as what they wrote stays in the record. */
export const StaffList = z.object({
  staff: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      role: Role,
      wards: z.array(z.string()),
      left: z.object({ at: z.string(), reason: z.string() }).nullable(),
      /** A tablet of theirs was lost and the PIN has not been set anew since. */
      newPinDue: z.boolean(),
      /** Came in by break-glass, and is to be reviewed. */
      emergency: z
        .object({ at: z.string(), until: z.string(), reason: z.string(), vouchedBy: z.string() })
        .nullable(),
    }),
  ),
});
export type StaffList = z.infer<typeof StaffList>;
