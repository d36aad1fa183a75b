import { z } from 'zod';
import { Hex128, Instant, Role } from '../clinical/index.ts';

/** Who did what with the record, besides charting: sealed to site and safe, so nobody on a ward reads who looked. */
export const AUDIT_SCOPE = 'audit';

export const AuditWhat = z.enum([
  'unlock',
  'unlock-failed',
  'chart-opened',
  'emergency-access',
  'enrolled',
  'revoked',
  'export',
  'printed',
  'wipe-ordered',
  'wiped',
  'import',
  'records-shown',
  'sign-in',
  'sign-in-failed',
  'sign-in-changed',
  'review-opened',
  'match',
  'decide',
  'push',
  'outage-closed',
  'purged',
]);
export type AuditWhat = z.infer<typeof AuditWhat>;

export const AuditEvent = z.object({
  at: Instant,
  what: AuditWhat,
  /** Absent where nobody was known: a name that is on no list. */
  staff: z.object({ id: Hex128, name: z.string().max(200), role: Role }).optional(),
  patient: Hex128.optional(),
  ward: z.string().max(64).optional(),
  /** Never a patient's name nor anything charted. */
  detail: z.string().max(500).optional(),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

/** Events of some seconds in one entry, so that the trail costs a nurse no time at her saves. */
export const AuditEvents = z.object({
  kind: z.literal('audit-events'),
  recordedAt: Instant,
  events: z.array(AuditEvent).min(1).max(500),
});
export type AuditEvents = z.infer<typeof AuditEvents>;
