import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { fromBase64, fromHex, toBase64 } from '../../log/index.ts';
import type { Database } from '../database/schema.ts';
import type { Pending } from './pending.ts';

/** Where the browser believes that it is: WebAuthn binds a passkey to that, so a page elsewhere gets no signature. */
export interface Place {
  /** The host name. */
  rpId: string;
  origins: string[];
}

const ALGORITHMS = [-8, -7, -257];

const Challenge = z.object({ challenge: z.string(), staff: z.string().optional() });

/** Passkeys and security keys for the desk: made while signed in, and from then on a sign-in of their own. */
export function createPasskeys(db: Kysely<Database>, site: string, pending: Pending, clock: () => number) {
  const rows = () => db.selectFrom('record.passkey').where('site', '=', site);

  return {
    list: (staff: string) => rows().where('staff', '=', staff).orderBy('added_at').selectAll().execute(),

    async askForNew(person: { staff: string; name: string }, siteName: string, place: Place) {
      const known = await rows().where('staff', '=', person.staff).select('credential').execute();
      const options = await generateRegistrationOptions({
        rpName: `Lamplight ${siteName}`,
        rpID: place.rpId,
        userName: person.name,
        userDisplayName: person.name,
        userID: fromHex(person.staff),
        excludeCredentials: known.map(({ credential }) => ({ id: credential })),
        // The key asks who holds it, so that it is two factors; and it is found with no name typed.
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        // EdDSA, ES256, RS256 (IANA COSE). What the runtime still calls experimental is not offered.
        supportedAlgorithmIDs: ALGORITHMS,
      });
      const asked = await pending.ask('new-passkey', { challenge: options.challenge, staff: person.staff });
      return { asked, options };
    },

    /** `false`: it is not the answer to what was asked of this person, here, just now. */
    async add(
      staff: string,
      { asked, name, answer }: { asked: string; name: string; answer: unknown },
      place: Place,
    ): Promise<boolean> {
      const question = await pending.take('new-passkey', asked, Challenge);
      if (question?.staff !== staff) return false;
      const verified = await verifyRegistrationResponse({
        response: answer as RegistrationResponseJSON,
        expectedChallenge: question.challenge,
        expectedOrigin: place.origins,
        expectedRPID: place.rpId,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      }).catch(() => undefined);
      if (!verified?.verified) return false;
      const { id, publicKey, counter } = verified.registrationInfo.credential;
      const { numInsertedOrUpdatedRows = 0n } = await db
        .insertInto('record.passkey')
        .values({
          site,
          credential: id,
          staff,
          name,
          public_key: toBase64(publicKey),
          counter: String(counter),
          added_at: new Date(clock()),
          last_used_at: null,
        })
        .onConflict((conflict) => conflict.columns(['site', 'credential']).doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows > 0n;
    },

    async askForSignIn(place: Place) {
      const options = await generateAuthenticationOptions({
        rpID: place.rpId,
        userVerification: 'required',
      });
      return { asked: await pending.ask('passkey', { challenge: options.challenge }), options };
    },

    /** Whose passkey answered; `undefined`: nobody's that is known here, or not to what was asked. */
    async whoAnswered(
      { asked, answer }: { asked: string; answer: { id: string } },
      place: Place,
    ): Promise<string | undefined> {
      const question = await pending.take('passkey', asked, Challenge);
      const row = await rows().where('credential', '=', answer.id).selectAll().executeTakeFirst();
      if (!question || !row) return undefined;
      const verified = await verifyAuthenticationResponse({
        response: answer as unknown as AuthenticationResponseJSON,
        expectedChallenge: question.challenge,
        expectedOrigin: place.origins,
        expectedRPID: place.rpId,
        credential: {
          id: row.credential,
          publicKey: fromBase64(row.public_key),
          counter: Number(row.counter),
        },
        requireUserVerification: true,
      }).catch(() => undefined);
      if (!verified?.verified) return undefined;
      await db
        .updateTable('record.passkey')
        .set({ counter: String(verified.authenticationInfo.newCounter), last_used_at: new Date(clock()) })
        .where('site', '=', site)
        .where('credential', '=', row.credential)
        .execute();
      return row.staff;
    },

    async remove(staff: string, credential?: string): Promise<void> {
      let removal = db.deleteFrom('record.passkey').where('site', '=', site).where('staff', '=', staff);
      if (credential !== undefined) removal = removal.where('credential', '=', credential);
      await removal.execute();
    },
  };
}
