import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { Bytes } from '../log/index.ts';

/** Keys are sealed as age files, so that the standard `age` tool can open them with the recovery identity. */

/** `AGE-SECRET-KEY-1…`, or a non-extractable X25519 key of the tablet. */
export type AgeIdentity = string | CryptoKey;
/** One identity, or several of which any may be the recipient: generations of a ward's. */
export type AgeIdentities = AgeIdentity | readonly AgeIdentity[];
/** `age1…` */
export type AgeRecipient = string;

export async function newIdentity(): Promise<{ identity: string; recipient: AgeRecipient }> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** An X25519 key that never leaves the tablet, and the recipient for it. */
export async function newDeviceIdentity(): Promise<{ identity: CryptoKey; recipient: AgeRecipient }> {
  const pair = (await crypto.subtle.generateKey({ name: 'X25519' }, false, ['deriveBits'])) as CryptoKeyPair;
  return { identity: pair.privateKey, recipient: await identityToRecipient(pair.privateKey) };
}

export async function sealTo(recipients: readonly AgeRecipient[], content: Bytes): Promise<Bytes> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return (await encrypter.encrypt(content)) as Bytes;
}

/** The content, or `null` when no identity is among the recipients or the file is damaged. */
export async function openWith(identities: AgeIdentities, file: Bytes): Promise<Bytes | null> {
  const decrypter = new Decrypter();
  for (const identity of [identities].flat() as AgeIdentity[]) decrypter.addIdentity(identity);
  try {
    return (await decrypter.decrypt(file)) as Bytes;
  } catch {
    return null;
  }
}

/** An age file that a passphrase opens (scrypt), the standard `age -d` included. */
export async function sealWithPassphrase(passphrase: string, content: Bytes): Promise<Bytes> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  return (await encrypter.encrypt(content)) as Bytes;
}

/** The content, or `null` when the passphrase is another one or the file is damaged. */
export async function openWithPassphrase(passphrase: string, file: Bytes): Promise<Bytes | null> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return (await decrypter.decrypt(file)) as Bytes;
  } catch {
    return null;
  }
}
