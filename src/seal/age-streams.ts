import { Decrypter, Encrypter } from 'age-encryption';
import type { AgeIdentities, AgeIdentity, AgeRecipient } from './age-files.ts';

/** Large age files, piece by piece: nothing holds a whole transfer in memory. */

/** The age file of what `plain` yields. */
export async function sealStream(
  recipients: readonly AgeRecipient[],
  plain: ReadableStream<Uint8Array>,
): Promise<ReadableStream<Uint8Array>> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return encrypter.encrypt(plain);
}

/**
 * The content of an age file. `null`: no identity is among its recipients, or its beginning is damaged. A file
 * that was cut or changed further on yields what comes before, 64 KB at a time, and then errors.
 */
export async function openStream(
  identities: AgeIdentities,
  file: ReadableStream<Uint8Array>,
): Promise<ReadableStream<Uint8Array> | null> {
  try {
    const decrypter = new Decrypter();
    for (const identity of [identities].flat() as AgeIdentity[]) decrypter.addIdentity(identity);
    return await decrypter.decrypt(file);
  } catch {
    return null;
  }
}
