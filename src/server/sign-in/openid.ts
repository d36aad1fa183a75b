import type { Kysely } from 'kysely';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  randomNonce,
  randomPKCECodeVerifier,
} from 'openid-client';
import { z } from 'zod';
import type { Database } from '../database/schema.ts';
import type { Pending } from './pending.ts';

/** The hospital's identity provider, as whoever starts the server names it. */
export interface OpenIdOptions {
  issuer: string;
  clientId: string;
  /** Absent: a public client, held by PKCE alone. */
  clientSecret?: string;
  /** By which claim people are found on the staff list; each person's value is set by an administrator. */
  claim: string;
}

/** Nobody stands at a desk for longer before a provider that is dead. */
const TIMEOUT_S = 5;

const Visit = z.object({
  verifier: z.string(),
  nonce: z.string(),
  redirectUri: z.string(),
  returnTo: z.string(),
});

/**
 * Sign-in with the hospital's own identity provider, while there is one: authorization code with PKCE. Asked anew at
 * each visit, since in an outage it is among the things that are dark.
 */
export function createOpenId(db: Kysely<Database>, site: string, pending: Pending, options: OpenIdOptions) {
  let known: Configuration | undefined;

  async function provider(): Promise<Configuration> {
    if (known) return known;
    const issuer = new URL(options.issuer);
    // Plain HTTP is for a provider on this machine, in tests and trials.
    const local = issuer.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(issuer.hostname);
    known = await discovery(issuer, options.clientId, options.clientSecret, undefined, {
      timeout: TIMEOUT_S,
      ...(local ? { execute: [allowInsecureRequests] } : {}),
    });
    return known;
  }

  /** Who is called so by the provider. */
  async function staffCalled(name: string): Promise<string | undefined> {
    const row = await db
      .selectFrom('record.outside_name')
      .where('site', '=', site)
      .where('name', '=', name)
      .select('staff')
      .executeTakeFirst();
    return row?.staff;
  }

  return {
    claim: options.claim,

    /** Where to send the browser, and what it brings back. Throws when the provider does not answer. */
    async begin(redirectUri: string, returnTo: string): Promise<{ url: string; state: string }> {
      const configuration = await provider();
      // Discovery is remembered, so whether the provider lives is asked of it by itself.
      const alive = await fetch(configuration.serverMetadata().jwks_uri ?? options.issuer, {
        signal: AbortSignal.timeout(TIMEOUT_S * 1000),
      });
      // A body that nobody reads would hold its connection.
      await alive.body?.cancel();
      const verifier = randomPKCECodeVerifier();
      const nonce = randomNonce();
      const state = await pending.ask('openid', { verifier, nonce, redirectUri, returnTo });
      const url = buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid profile email',
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      return { url: url.href, state };
    },

    /** `query`: what the browser came back with. `staff` absent: the provider knows this person, the staff list does not. */
    async finish(
      state: string,
      query: string,
    ): Promise<{ staff: string | undefined; returnTo: string } | undefined> {
      const visit = await pending.take('openid', state, Visit);
      if (!visit) return undefined;
      const tokens = await authorizationCodeGrant(
        await provider(),
        new URL(`${visit.redirectUri}?${query}`),
        {
          expectedState: state,
          expectedNonce: visit.nonce,
          pkceCodeVerifier: visit.verifier,
          idTokenExpected: true,
        },
      );
      const claims: Record<string, unknown> = { ...tokens.claims() };
      const value = claims[options.claim];
      // An address that the provider has not verified may be anybody's.
      const believed = options.claim !== 'email' || claims.email_verified === true;
      const name = z.string().min(1).safeParse(value);
      return {
        staff: name.success && believed ? await staffCalled(name.data) : undefined,
        returnTo: visit.returnTo,
      };
    },
  };
}

/** What the provider calls each person, as the administrator said. */
export function createOutsideNames(db: Kysely<Database>, site: string) {
  return {
    async all(): Promise<Map<string, string>> {
      const rows = await db
        .selectFrom('record.outside_name')
        .where('site', '=', site)
        .select(['staff', 'name'])
        .execute();
      return new Map(rows.map((row) => [row.staff, row.name]));
    },

    /** `false`: somebody else carries that name. An empty name takes it away. */
    async set(staff: string, name: string): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        await tx
          .deleteFrom('record.outside_name')
          .where('site', '=', site)
          .where('staff', '=', staff)
          .execute();
        if (name === '') return true;
        const { numInsertedOrUpdatedRows = 0n } = await tx
          .insertInto('record.outside_name')
          .values({ site, name, staff })
          .onConflict((conflict) => conflict.columns(['site', 'name']).doNothing())
          .executeTakeFirst();
        return numInsertedOrUpdatedRows > 0n;
      });
    },
  };
}
