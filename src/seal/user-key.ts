import { argon2id } from 'hash-wasm';
import { z } from 'zod';
import { type Bytes, concatBytes, fromBase64, toBase64, utf8 } from '../log/index.ts';
import { newIdentity } from './age-files.ts';
import { openBox, sealBox } from './box.ts';
import { exportSigningKey, importSigningKey, newSigningKey, randomBytes } from './primitives.ts';

/** Argon2id as OWASP's Password Storage Cheat Sheet advises: 46 MiB, one pass, one lane. */
const ARGON2 = { memoryKiB: 47_104, passes: 1, lanes: 1 } as const;

/** A person's key as the roster carries it: opened only by PIN *and* roster secret together. */
export const WrappedUserKey = z.object({
  argon2: z.object({
    memoryKiB: z.number().int().min(8192).max(1_048_576),
    passes: z.number().int().min(1).max(10),
    lanes: z.number().int().min(1).max(4),
  }),
  salt: z.string(),
  box: z.string(),
});
export type WrappedUserKey = z.infer<typeof WrappedUserKey>;

/** What the unlock opens. Lives in the vault worker's memory only. */
export interface UserKey {
  /** age identity that the ward identities are sealed to. */
  identity: string;
  signingKey: CryptoKey;
}

/** Makes a person's key and wraps it under the PIN and the roster secret. */
export async function newUserKey(
  pin: string,
  rosterSecret: string,
  argon2: WrappedUserKey['argon2'] = ARGON2,
) {
  const { identity, recipient } = await newIdentity();
  const signing = await newSigningKey(true);
  const pkcs8 = await exportSigningKey(signing.privateKey);
  const salt = randomBytes(16);
  const key = await wrappingKey(pin, salt, rosterSecret, argon2);
  const secret = utf8(JSON.stringify({ identity, signingKey: toBase64(pkcs8) }));
  const wrapped: WrappedUserKey = {
    argon2,
    salt: toBase64(salt),
    box: toBase64(await sealBox(key, secret, salt)),
  };
  return {
    wrapped,
    recipient,
    publicKey: signing.publicKey,
    userKey: { identity, signingKey: await importSigningKey(pkcs8) },
  };
}

/** The person's key, or `null` when the PIN is wrong. Takes about a third of a second, by design. */
export async function unwrapUserKey(
  pin: string,
  rosterSecret: string,
  wrapped: WrappedUserKey,
): Promise<UserKey | null> {
  const plain = await plainOf(pin, rosterSecret, wrapped);
  return plain && userKeyOf(plain);
}

/** The same key wrapped under another secret, or under other words besides, with a new salt; what opens it must be right. */
export async function rewrapUserKey(
  pin: string,
  from: { rosterSecret: string; wrapped: WrappedUserKey },
  rosterSecret: string,
  typed: string = pin,
): Promise<WrappedUserKey> {
  const { argon2 } = from.wrapped;
  const plain = await plainOf(pin, from.rosterSecret, from.wrapped);
  if (!plain) throw new Error('a key is wrapped anew only with the PIN that opens it');
  const salt = randomBytes(16);
  const key = await wrappingKey(typed, salt, rosterSecret, argon2);
  return { argon2, salt: toBase64(salt), box: toBase64(await sealBox(key, plain, salt)) };
}

async function plainOf(pin: string, rosterSecret: string, wrapped: WrappedUserKey): Promise<Bytes | null> {
  // Nothing typed opens nothing; Argon2 would throw at it.
  if (pin === '') return null;
  const salt = fromBase64(wrapped.salt);
  return openBox(await wrappingKey(pin, salt, rosterSecret, wrapped.argon2), fromBase64(wrapped.box), salt);
}

const Secret = z.object({ identity: z.string(), signingKey: z.string() });

async function userKeyOf(plain: Bytes): Promise<UserKey> {
  const secret = Secret.parse(JSON.parse(new TextDecoder().decode(plain)));
  return { identity: secret.identity, signingKey: await importSigningKey(fromBase64(secret.signingKey)) };
}

/**
 * The same key as a passkey or security key opens it: by 32 bytes that only this authenticator computes (WebAuthn PRF,
 * CTAP `hmac-secret`), so nothing here can be tried out. The roster secret is in it all the same.
 */
export const PasskeyWrapping = z.object({
  /** The credential's id, base64url: the browser is told which one to ask for. */
  credential: z.string().min(1).max(1400),
  salt: z.string().max(60),
  box: z.string().max(2000),
});
export type PasskeyWrapping = z.infer<typeof PasskeyWrapping>;

/** What an authenticator answered. */
export interface PasskeyAnswer {
  credential: string;
  output: Bytes;
}

/** Wraps a key for a passkey, with the PIN or passphrase that opens it now. */
export async function wrapForPasskey(
  typed: string,
  from: { rosterSecret: string; wrapped: WrappedUserKey },
  answer: PasskeyAnswer,
  rosterSecret: string,
): Promise<PasskeyWrapping> {
  const plain = await plainOf(typed, from.rosterSecret, from.wrapped);
  if (!plain) throw new Error('a key is wrapped for a passkey only with the PIN that opens it');
  return sealForPasskey(plain, answer, rosterSecret);
}

/** `null`: another authenticator, another roster secret, or damaged. */
export async function unwrapByPasskey(
  answer: PasskeyAnswer,
  rosterSecret: string,
  wrapping: PasskeyWrapping,
): Promise<UserKey | null> {
  const plain = await plainByPasskey(answer, rosterSecret, wrapping);
  return plain && userKeyOf(plain);
}

/** After the roster secret was renewed. */
export async function rewrapForPasskey(
  answer: PasskeyAnswer,
  from: { rosterSecret: string; wrapping: PasskeyWrapping },
  rosterSecret: string,
): Promise<PasskeyWrapping> {
  const plain = await plainByPasskey(answer, from.rosterSecret, from.wrapping);
  if (!plain) throw new Error('a key is wrapped anew only with the passkey that opens it');
  return sealForPasskey(plain, answer, rosterSecret);
}

async function plainByPasskey(
  { output }: PasskeyAnswer,
  rosterSecret: string,
  { credential, salt: text, box }: PasskeyWrapping,
): Promise<Bytes | null> {
  const salt = fromBase64(text);
  return openBox(await passkeyKey(output, salt, rosterSecret), fromBase64(box), utf8(credential));
}

async function sealForPasskey(
  plain: Bytes,
  { credential, output }: PasskeyAnswer,
  rosterSecret: string,
): Promise<PasskeyWrapping> {
  const salt = randomBytes(16);
  const box = await sealBox(await passkeyKey(output, salt, rosterSecret), plain, utf8(credential));
  return { credential, salt: toBase64(salt), box: toBase64(box) };
}

const passkeyKey = (output: Bytes, salt: Bytes, rosterSecret: string): Promise<CryptoKey> => {
  if (output.length < 32) throw new Error('an authenticator answers with 32 bytes');
  return derivedKey(concatBytes([output, utf8(rosterSecret)]), salt, 'lamplight user key by passkey');
};

/** HKDF over Argon2id(PIN) and the roster secret: the files of a stolen tablet or hub alone let nobody try PINs. */
async function wrappingKey(
  pin: string,
  salt: Bytes,
  rosterSecret: string,
  argon2: WrappedUserKey['argon2'],
): Promise<CryptoKey> {
  const stretched = await argon2id({
    password: pin.normalize('NFKC'),
    salt,
    parallelism: argon2.lanes,
    iterations: argon2.passes,
    memorySize: argon2.memoryKiB,
    hashLength: 32,
    outputType: 'binary',
  });
  return derivedKey(concatBytes([stretched, utf8(rosterSecret)]), salt, 'lamplight user key');
}

async function derivedKey(material: Bytes, salt: Bytes, purpose: string): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', material, 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info: utf8(purpose) },
    base,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}
