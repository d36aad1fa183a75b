import { z } from 'zod';
import { Hex128, Role } from '../clinical/index.ts';

/** GET /api/admin/audit, and /api/workbench/patients/:id/access for one patient: who did what, newest first. */
export const AuditFilter = z.object({
  patient: Hex128.optional(),
  staff: Hex128.optional(),
  what: z.string().max(40).optional(),
  /** Calendar days in UTC, both included. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
});

export const AuditList = z.object({
  events: z.array(
    z.object({
      /** The entry that says it. */
      entry: z.string(),
      at: z.string(),
      what: z.string(),
      staff: z.object({ id: z.string(), name: z.string(), role: Role }).optional(),
      patient: z.object({ id: z.string(), name: z.string() }).optional(),
      device: z.string(),
      detail: z.string().optional(),
    }),
  ),
});
export type AuditList = z.infer<typeof AuditList>;

/** What happened, in words. */
export const AUDITED: Readonly<Record<string, string>> = {
  unlock: 'Unlocked a tablet',
  'unlock-failed': 'Wrong PIN at a tablet',
  'chart-opened': 'Opened a chart',
  'emergency-access': 'Let somebody in by emergency access',
  enrolled: 'Decided on a tablet that asked to join',
  revoked: 'Revoked a tablet or a person',
  export: 'Exported records to a file',
  printed: 'Printed',
  'wipe-ordered': 'Ordered a tablet to be wiped',
  wiped: 'The tablet forgot everything',
  import: 'Read records from a file',
  'records-shown': 'Passed records on by camera',
  'sign-in': 'Signed in at the desk',
  'sign-in-failed': 'Failed to sign in at the desk',
  'sign-in-changed': 'Changed how somebody signs in',
  'review-opened': 'Opened a patient in the workbench',
  match: 'Matched a patient',
  decide: 'Decided on entries',
  push: 'Started the push to the EHR',
  'outage-closed': 'Closed the outage of a ward',
  purged: 'The tablet forgot what is settled',
};
