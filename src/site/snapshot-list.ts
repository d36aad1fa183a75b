import { encode } from 'cborg';
import { z } from 'zod';
import { Hex128, Instant } from '../clinical/index.ts';
import { type Bytes, fromBase64, type Sign, toBase64, utf8, type Verify } from '../log/index.ts';

/**
 * A ward's snapshot: a dated list, signed by the server, of one content-addressed sealed blob per patient. It is no
 * entry: the newest wins. A refresh moves only the blobs that changed.
 */
export const SnapshotList = z.object({
  ward: z.string(),
  asOf: Instant,
  /** The key of the blobs as an age file for the ward identity, base64. */
  keyFile: z.string(),
  patients: z.array(z.object({ patient: Hex128, blob: z.string().regex(/^[0-9a-f]{64}$/) })).max(2000),
  signature: z.string().max(120),
});
export type SnapshotList = z.infer<typeof SnapshotList>;

const statement = (list: Omit<SnapshotList, 'signature'>): Bytes =>
  encode([
    'lamplight snapshot',
    utf8(JSON.stringify([list.ward, list.asOf, list.keyFile, list.patients.map((p) => [p.patient, p.blob])])),
  ]) as Bytes;

export async function signSnapshotList(
  list: Omit<SnapshotList, 'signature'>,
  sign: Sign,
): Promise<SnapshotList> {
  return { ...list, signature: toBase64(await sign(statement(list))) };
}

export function isSnapshotList(list: SnapshotList, verify: Verify): Promise<boolean> {
  return verify(fromBase64(list.signature), statement(list));
}

/** Context of a snapshot blob: one moved to another patient or ward does not open. */
export const snapshotContext = (ward: string, patient: string): Bytes => utf8(`snapshot ${ward} ${patient}`);
