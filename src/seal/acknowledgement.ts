import { encode } from 'cborg';
import { z } from 'zod';
import { type Bytes, fromBase64, fromHex, type Sign, toBase64, type Verify } from '../log/index.ts';

/**
 * The server's word that it has committed a log up to `seq`. Signed, so a hub can pass it on and nothing but the
 * server can say "at the server". The epoch names one life of the server's database.
 */
export const Acknowledgement = z.object({
  log: z.string().regex(/^[0-9a-f]{32}$/),
  seq: z.number().int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  epoch: z.string().regex(/^[0-9a-f]{32}$/),
  signature: z.string().max(120),
});
export type Acknowledgement = z.infer<typeof Acknowledgement>;

const statement = (ack: Omit<Acknowledgement, 'signature'>): Bytes =>
  encode([
    'lamplight acknowledgement',
    fromHex(ack.log),
    ack.seq,
    fromHex(ack.hash),
    fromHex(ack.epoch),
  ]) as Bytes;

export async function acknowledge(
  ack: Omit<Acknowledgement, 'signature'>,
  sign: Sign,
): Promise<Acknowledgement> {
  return { ...ack, signature: toBase64(await sign(statement(ack))) };
}

export function isAcknowledgement(ack: Acknowledgement, verify: Verify): Promise<boolean> {
  return verify(fromBase64(ack.signature), statement(ack));
}
