import { z } from 'zod';
import { Hex128, Role } from '../clinical/index.ts';

/** What browser and server say about signing in at the desk. */

/** How somebody had signed in: it stands on every decision that the server signs for them. */
export const HowSignedIn = z.enum(['pin', 'pin-and-code', 'pin-and-recovery-code', 'passkey', 'openid']);
export type HowSignedIn = z.infer<typeof HowSignedIn>;

/** In words, for entries and the trail. */
export const HOW_SIGNED_IN: Readonly<Record<HowSignedIn, string>> = {
  pin: 'PIN on the server',
  'pin-and-code': 'PIN and one-time code on the server',
  'pin-and-recovery-code': 'PIN and recovery code on the server',
  passkey: 'passkey on the server',
  openid: 'the hospital’s own sign-in (OpenID Connect)',
};

/** POST /api/session: staff name and PIN, and the code where one is set up. GET: who am I. DELETE: sign out. */
export const SignIn = z.object({
  staff: z.string().min(1).max(200),
  pin: z.string().min(4).max(64),
  /** Of the authenticator app, or one of the recovery codes. */
  code: z.string().trim().max(40).optional(),
});

/** POST /api/session/confirm: whoever is signed in shows it again, before what changes who may come in. */
export const ConfirmWho = SignIn.pick({ pin: true, code: true });

/** GET /api/session/all: where one is signed in. POST /api/session/others/end ends all but the one that asks. */
export const OpenSessions = z.object({
  sessions: z.array(
    z.object({ how: HowSignedIn, openedAt: z.string(), usedAt: z.string(), here: z.boolean() }),
  ),
});
export type OpenSessions = z.infer<typeof OpenSessions>;

export const SessionInfo = z.object({
  staff: z.object({ id: Hex128, name: z.string(), role: Role }),
  how: HowSignedIn,
  /** Beside the PIN a code of the authenticator app is asked for. */
  codeSetUp: z.boolean().default(false),
  /** The site wants a second factor, and this person has none yet: nothing else is open before. */
  secondFactorDue: z.boolean(),
  /** Left alone for so long, the session ends. */
  idleMs: z.number(),
});
export type SessionInfo = z.infer<typeof SessionInfo>;

/** GET /api/session/factors */
export const Factors = z.object({
  oneTimeCode: z.boolean(),
  recoveryCodesLeft: z.number(),
  passkeys: z.array(
    z.object({ id: z.string(), name: z.string(), addedAt: z.string(), lastUsedAt: z.string().nullable() }),
  ),
});
export type Factors = z.infer<typeof Factors>;

/** POST /api/session/code/begin: a secret for the authenticator app, not yet in force. */
export const NewCode = z.object({ secret: z.string(), uri: z.string() });
export type NewCode = z.infer<typeof NewCode>;
/** POST /api/session/code/confirm: the first code shows that the app has it. The recovery codes are shown once. */
export const ConfirmCode = z.object({ code: z.string().trim().max(40) });
export const RecoveryCodes = z.object({ codes: z.array(z.string()) });

/** Options and responses of WebAuthn, as SimpleWebAuthn writes them; verified by it, so only their frame is checked. */
const WebAuthnJson = z.looseObject({ challenge: z.string().max(200) });
const WebAuthnAnswer = z.looseObject({ id: z.string().max(2000), response: z.looseObject({}) });
/** POST /api/session/passkeys/ask and /api/session/passkey/ask */
export const PasskeyAsked = z.object({ asked: z.string(), options: WebAuthnJson });
/** POST /api/session/passkeys */
export const NewPasskey = z.object({
  asked: z.string().max(64),
  name: z.string().trim().min(1, 'Name the passkey').max(60),
  answer: WebAuthnAnswer,
});
/** POST /api/session/passkey */
export const PasskeySignIn = z.object({ asked: z.string().max(64), answer: WebAuthnAnswer });
/** POST /api/session/passkeys/remove */
export const RemovePasskey = z.object({ id: z.string().max(2000) });

/** POST /api/session/openid: where the browser goes. `returnTo`: the page that it comes back to. */
export const OpenIdVisit = z.object({ returnTo: z.enum(['/admin', '/workbench']) });
export const OpenIdAddress = z.object({ url: z.string() });

/** GET and POST /api/admin/sign-in: what the site asks for. */
export const SignInPolicy = z.object({ secondFactor: z.enum(['optional', 'required']) });
export type SignInPolicy = z.infer<typeof SignInPolicy>;
export const SignInState = SignInPolicy.extend({
  /** Set where the server was started, so that it is not changed here. */
  fixed: z.boolean(),
  /** Name of the claim by which people are found on the staff list; `null`: no provider is configured. */
  claim: z.string().nullable(),
  people: z.array(
    z.object({
      id: Hex128,
      oneTimeCode: z.boolean(),
      passkeys: z.number(),
      /** What the provider calls this person. */
      outside: z.string().nullable(),
    }),
  ),
});
export type SignInState = z.infer<typeof SignInState>;

/** POST /api/admin/staff/:id/outside-name */
export const OutsideName = z.object({ name: z.string().trim().max(200) });

/** Why a visit to the hospital's own sign-in led nowhere: stands behind `#` in the address that it returns to. */
export const OPENID_PROBLEMS: Readonly<Record<string, string>> = {
  'provider-unreachable': 'The hospital’s own sign-in does not answer. Sign in with your PIN or a passkey.',
  'not-known':
    'The hospital’s own sign-in knows you, but nobody on the staff list here carries that name. Ask the administrator, or sign in with your PIN.',
  refused:
    'The hospital’s own sign-in did not let you in, or took too long. Try again, or sign in with your PIN.',
};
