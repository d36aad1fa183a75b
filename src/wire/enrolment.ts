import { z } from 'zod';
import { Hex128 } from '../clinical/index.ts';

/** How a tablet joins: it asks with a one-time code, and waits until an administrator lets it in. */

/** POST /api/enrol: a tablet asks to join. */
export const EnrolRequest = z.object({
  code: z.string().min(4).max(40),
  deviceName: z.string().trim().min(1).max(100),
  /** Ed25519, raw, base64. */
  signingKey: z.string().max(100),
  /** age recipient of the tablet's X25519 key. */
  recipient: z.string().startsWith('age1').max(200),
});
export type EnrolRequest = z.infer<typeof EnrolRequest>;

export const EnrolAnswer = z.object({
  /** What the tablet is called once it is let in; until then only it and the administrators know. */
  device: Hex128,
  site: Hex128,
  /** Ed25519 key of the site: all else is believed because this key signed it. */
  siteKey: z.string().max(100),
});
export type EnrolAnswer = z.infer<typeof EnrolAnswer>;

/** POST /api/enrol/progress: whether an administrator has decided. In the body, since addresses end up in logs. */
export const EnrolProgressRequest = z.object({ device: Hex128 });
export const EnrolProgress = z.object({ state: z.enum(['waiting', 'refused', 'enrolled']) });
export type EnrolProgress = z.infer<typeof EnrolProgress>;

/** GET /api/admin/join-requests: the tablets that wait, oldest first. */
export const JoinRequestList = z.object({
  requests: z.array(
    z.object({
      device: Hex128,
      name: z.string(),
      ward: z.string(),
      askedAt: z.string(),
      /** Shown on the tablet too (`checkCode`). */
      checkCode: z.string(),
      hardwareEncrypted: z.boolean(),
    }),
  ),
});
export type JoinRequestList = z.infer<typeof JoinRequestList>;
