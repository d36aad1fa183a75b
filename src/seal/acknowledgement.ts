import { encode } from 'cborg';
import { z } from 'zod';
import { type Bytes, fromBase64, fromHex, type Sign, toBase64, type Verify } from '../log/index.ts';

/**
 * One life of the server's database: a number that grows each time the server learns that it was restored from a
 * backup, and random bits, so that two restores of one backup differ.
 */
export const Epoch = z.string().regex(/^\d{6}-[0-9a-f]{32}$/);

/** Whether `a` belongs to a later life of the server than `b`. */
export const isLaterEpoch = (a: string, b: string): boolean => a.slice(0, 6) > b.slice(0, 6);

/**
 * The server's word that it has committed a log up to `seq`. Signed, so a hub can pass it on and nothing but the
 * server can say "at the server".
 */
export const Acknowledgement = z.object({
  log: z.string().regex(/^[0-9a-f]{32}$/),
  seq: z.number().int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  epoch: Epoch,
  signature: z.string().max(120),
});
export type Acknowledgement = z.infer<typeof Acknowledgement>;

const statement = (ack: Omit<Acknowledgement, 'signature'>): Bytes =>
  encode(['lamplight acknowledgement', fromHex(ack.log), ack.seq, fromHex(ack.hash), ack.epoch]) as Bytes;

export async function acknowledge(
  ack: Omit<Acknowledgement, 'signature'>,
  sign: Sign,
): Promise<Acknowledgement> {
  return { ...ack, signature: toBase64(await sign(statement(ack))) };
}

export function isAcknowledgement(ack: Acknowledgement, verify: Verify): Promise<boolean> {
  return verify(fromBase64(ack.signature), statement(ack));
}
