import { z } from 'zod';
import { Hex128 } from '../clinical/index.ts';

/** POST /api/enrol: a tablet joins with a one-time code. */
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
  device: Hex128,
  site: Hex128,
  /** Ed25519 key of the site: all else is believed because this key signed it. */
  siteKey: z.string().max(100),
});
export type EnrolAnswer = z.infer<typeof EnrolAnswer>;
