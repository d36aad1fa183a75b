import { z } from 'zod';
import { Hex128 } from '../clinical/index.ts';
import { VersionVector } from '../log/index.ts';
import { Acknowledgement } from '../seal/index.ts';

/** What tablet and server say to each other around the binary frames. */

export const ChallengeAnswer = z.object({ challenge: z.string().max(200) });
/** The device signs `lamplight session <challenge>` with its own key; locking does not take that away. */
export const SessionRequest = z.object({
  device: Hex128,
  challenge: z.string().max(200),
  signature: z.string().max(120),
});
export const SessionAnswer = z.object({ token: z.string().max(400) });

export const OfferRequest = z.object({ vector: VersionVector, snapshotAsOf: z.string().max(40).optional() });
export const OfferAnswer = z.object({
  epoch: Hex128,
  /** Server clock, ISO instant. */
  now: z.iso.datetime(),
  vector: VersionVector,
  /** Logs to take first: without the directory nothing else verifies. */
  first: z.array(Hex128),
  acknowledgements: z.array(Acknowledgement),
});
export type OfferAnswer = z.infer<typeof OfferAnswer>;

export const PushAnswer = z.object({
  acknowledgements: z.array(Acknowledgement),
  problems: z.array(z.object({ log: Hex128, seq: z.number().int(), kind: z.string(), message: z.string() })),
});
export type PushAnswer = z.infer<typeof PushAnswer>;

export const PullRequest = z.object({
  ranges: z
    .array(z.object({ log: Hex128, after: z.number().int().min(0), through: z.number().int().min(1) }))
    .max(5000),
  maxBytes: z.number().int().min(1).max(8_000_000),
});
export type PullRequest = z.infer<typeof PullRequest>;

export const BlobRequest = z.object({ hashes: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(200) });
