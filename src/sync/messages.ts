import { z } from 'zod';
import { Hex128 } from '../clinical/index.ts';
import { VersionVector } from '../log/index.ts';
import { Acknowledgement, Epoch } from '../seal/index.ts';

/** What tablet and server say to each other around the binary frames. */

export const ChallengeAnswer = z.object({ challenge: z.string().max(200) });
/** The device signs `lamplight session <challenge>` with its own key; locking does not take that away. */
export const SessionRequest = z.object({
  device: Hex128,
  challenge: z.string().max(200),
  signature: z.string().max(120),
});
export const SessionAnswer = z.object({ token: z.string().max(400) });

/** One entry by its place and its hash. A peer's word that it keeps it; an acknowledgement is the site server's, signed. */
export const Place = z.object({
  log: Hex128,
  seq: z.number().int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Place = z.infer<typeof Place>;

export const OfferRequest = z.object({
  vector: VersionVector,
  /** What the site server had signed before: by it a server that was restored from a backup sees what it lacks. */
  acknowledged: z.array(Acknowledgement).max(5000).default([]),
  snapshotAsOf: z.string().max(40).optional(),
});
export type OfferRequest = z.input<typeof OfferRequest>;
export const OfferAnswer = z.object({
  /** The site server settles which branch of a forked log is the log; a hub only carries. */
  authority: z.boolean(),
  /** The site server's life that the answerer last heard of. */
  epoch: Epoch,
  /** Server clock, ISO instant. */
  now: z.iso.datetime(),
  vector: VersionVector,
  /** Logs to take first: without the directory nothing else verifies. */
  first: z.array(Hex128),
  /** Logs whose head, as offered, is not in the log as the answerer holds it: two histories of one writer. */
  forked: z.array(Hex128),
  held: z.array(Place),
  acknowledgements: z.array(Acknowledgement),
});
export type OfferAnswer = z.infer<typeof OfferAnswer>;

export const PushAnswer = z.object({
  /** What the peer keeps of what was pushed. */
  held: z.array(Place),
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
