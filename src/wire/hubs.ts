import { z } from 'zod';
import { Hex128 } from '../clinical/index.ts';

/** What is said about ward hubs over JSON: an administrator makes a code, the hub trades it for its place. */

/**
 * Names that a hub may always have. No public authority certifies them and no public name server knows them, so the
 * app's Content Security Policy may allow them without opening a way out to the internet (RFC 6762 for `.local`, ICANN
 * 2024 for `.internal`). A site that has names of its own adds their suffix (`HUB_NAMES`).
 */
export const HUB_NAMES: readonly string[] = ['internal', 'local'];

/** Sources for `connect-src`. */
export const hubSources = (more: readonly string[]): string[] =>
  [...HUB_NAMES, ...more].map((suffix) => `https://*.${suffix}:*`);

/** Whether tablets may reach this origin as a hub. */
export function isHubAddress(address: string, more: readonly string[]): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, origin } = new URL(address);
  return (
    protocol === 'https:' &&
    origin === address &&
    [...HUB_NAMES, ...more].some((suffix) => hostname.endsWith(`.${suffix}`))
  );
}

/** POST /api/admin/hub-codes: administrator only. Single use, expiring. */
export const HubCodeRequest = z.object({
  name: z.string().trim().min(1, 'name the hub').max(100),
  address: z.string().trim().min(1, 'the address that tablets use').max(200),
  wards: z.array(z.string().max(64)).min(1, 'choose at least one ward').max(100),
});
export const HubCode = z.object({ code: z.string(), expiresAt: z.string(), command: z.string() });
export type HubCode = z.infer<typeof HubCode>;

/** POST /api/hubs/enrol: a hub joins with its code. */
export const HubEnrolRequest = z.object({
  code: z.string().min(4).max(40),
  /** Ed25519, raw, base64. */
  signingKey: z.string().max(100),
});
export const HubEnrolAnswer = z.object({
  hub: Hex128,
  site: Hex128,
  /** Ed25519 key of the site. */
  siteKey: z.string().max(100),
  name: z.string(),
  address: z.string(),
  /** Where the tablets have their app from: the only origin that the hub answers. */
  appOrigin: z.string().max(200),
});
export type HubEnrolAnswer = z.infer<typeof HubEnrolAnswer>;

/** GET /api/admin/hubs */
export const HubList = z.object({
  hubs: z.array(
    z.object({
      id: Hex128,
      name: z.string(),
      address: z.string(),
      wards: z.string(),
      lastSeenAt: z.string().nullable(),
      /** Taken off the list: when and why. */
      revoked: z.object({ at: z.string(), reason: z.string() }).nullable(),
    }),
  ),
});
