import type { Kysely } from 'kysely';
import type { Database } from '../database/schema.ts';
import type { SiteIdentity } from '../site-identity.ts';
import { createOneTimeCodes } from './one-time-codes.ts';
import { createOpenId, createOutsideNames, type OpenIdOptions } from './openid.ts';
import { createPasskeys } from './passkeys.ts';
import { createPending } from './pending.ts';
import { createSignInPolicy } from './policy.ts';
import { createSessions, type SessionLimits } from './sessions.ts';
import { createTries } from './tries.ts';

export interface SignInOptions {
  /** `required`: nobody works at the desk on a PIN alone. Absent: an administrator says it on the page. */
  secondFactor?: 'optional' | 'required';
  sessions?: SessionLimits;
  openId?: OpenIdOptions;
  /** Where browsers find this server (`https://lamplight.example`), where a proxy stands before it. */
  publicUrl?: string;
}

/** All ways to sign in at the desk, and the sessions that they lead to. */
export function createSignIn(
  db: Kysely<Database>,
  { site, secret }: SiteIdentity,
  clock: () => number,
  options: SignInOptions = {},
) {
  const pending = createPending(db, site, clock);
  const codes = createOneTimeCodes(db, { site, secret }, clock);
  const passkeys = createPasskeys(db, site, pending, clock);
  return {
    publicUrl: options.publicUrl === undefined ? undefined : new URL(options.publicUrl),
    tries: createTries(clock),
    sessions: createSessions(db, site, clock, options.sessions),
    policy: createSignInPolicy(db, site, options.secondFactor),
    codes,
    passkeys,
    openId: options.openId && createOpenId(db, site, pending, options.openId),
    outsideNames: createOutsideNames(db, site),

    async hasSecondFactor(staff: string): Promise<boolean> {
      return (await codes.isSetUp(staff)) || (await passkeys.list(staff)).length > 0;
    },
  };
}

export type SignInWays = ReturnType<typeof createSignIn>;
