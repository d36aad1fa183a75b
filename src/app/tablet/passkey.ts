import { base64urlnopad } from '@scure/base';
import type { PasskeyAnswer } from '../../vault/passkeys-api.ts';

/** What the authenticator computes with: the same on every tablet, since each credential answers with its own. */
const PRF_INPUT = new TextEncoder().encode('lamplight unlock');
const TIMEOUT_MS = 60_000;

/** Whether this browser can ask for a passkey at all; whether there is one, only the person knows. */
export const canUsePasskeys = (): boolean =>
  'credentials' in navigator && 'PublicKeyCredential' in globalThis;

/**
 * Makes a credential on a passkey or security key, and asks it for what it computes. Nothing of it goes to a server:
 * what it computes is the secret. `undefined`: the person turned away, or the authenticator cannot do this (WebAuthn PRF).
 */
export async function makePasskey(
  person: { id: string; name: string },
  known: readonly string[],
): Promise<PasskeyAnswer | undefined> {
  const made = await orNothing(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { id: location.hostname, name: 'Lamplight tablets' },
        user: {
          id: new TextEncoder().encode(person.id),
          name: person.name,
          displayName: person.name,
        },
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        // EdDSA, ES256, RS256 (IANA COSE).
        pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key' as const, alg })),
        excludeCredentials: known.map(credentialOf),
        // The name is chosen on the lock screen, so the key need not remember it; it does ask who holds it.
        authenticatorSelection: { residentKey: 'discouraged', userVerification: 'required' },
        timeout: TIMEOUT_MS,
        extensions: { prf: { eval: { first: PRF_INPUT } } },
      },
    }),
  );
  if (!made) return undefined;
  // Few authenticators compute while they are being made known; all of them do when they are asked.
  return outputOf(made) ?? askPasskey([made.id]);
}

/** Asks one of these credentials. `undefined`: none answered. */
export async function askPasskey(credentials: readonly string[]): Promise<PasskeyAnswer | undefined> {
  const answered = await orNothing(() =>
    navigator.credentials.get({
      publicKey: {
        rpId: location.hostname,
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        allowCredentials: credentials.map(credentialOf),
        userVerification: 'required',
        timeout: TIMEOUT_MS,
        extensions: { prf: { eval: { first: PRF_INPUT } } },
      },
    }),
  );
  return answered && outputOf(answered);
}

const credentialOf = (id: string): PublicKeyCredentialDescriptor => ({
  type: 'public-key',
  id: base64urlnopad.decode(id) as Uint8Array<ArrayBuffer>,
});

function outputOf(credential: PublicKeyCredential): PasskeyAnswer | undefined {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  if (!(first instanceof ArrayBuffer)) return undefined;
  return { credential: credential.id, output: new Uint8Array(first) };
}

/** The browser throws when somebody taps "cancel", takes too long, or holds another key. */
async function orNothing(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential | undefined> {
  try {
    const found = await ask();
    return found instanceof PublicKeyCredential ? found : undefined;
  } catch {
    return undefined;
  }
}
