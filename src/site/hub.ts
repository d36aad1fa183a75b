import { z } from 'zod';
import { Hex128, Instant } from '../clinical/index.ts';
import type { Directory } from './directory.ts';

/**
 * A ward hub: a laptop that verifies, keeps and forwards sealed entries, and can read none. It is in the directory
 * before the outage, so that the tablets of its wards know where it is, and the server whom it answers. It writes no
 * entries: its key only proves who asks.
 */
export const HubEnrolled = z.object({
  kind: z.literal('hub-enrolled'),
  recordedAt: Instant,
  hub: Hex128,
  name: z.string().min(1).max(100),
  /** Origin, `https://name:port`, for which it has a certificate that the tablets trust. */
  address: z.string().max(200),
  wards: z.array(z.string()).min(1).max(100),
  /** Ed25519, raw, base64. */
  signingKey: z.string().max(100),
});
export type HubEnrolled = z.infer<typeof HubEnrolled>;

/** Whoever may ask for the sealed logs of some wards: a tablet or a hub. */
export interface Peer {
  device: string;
  signingKey: string;
  wards: readonly string[];
}

export const hubAsPeer = (hub: HubEnrolled | undefined): Peer | undefined =>
  hub && { device: hub.hub, signingKey: hub.signingKey, wards: hub.wards };

/** The hubs that a tablet of these wards tries, in the order of their enrolment: those that nobody took off the list. */
export const hubsOf = (
  { hubs, revokedDevices }: Pick<Directory, 'hubs' | 'revokedDevices'>,
  wards: readonly string[],
): HubEnrolled[] =>
  [...hubs.values()].filter(
    ({ hub, wards: served }) => !revokedDevices.has(hub) && served.some((ward) => wards.includes(ward)),
  );
