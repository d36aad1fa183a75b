import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { Database } from '../database/schema.ts';

const LIFETIME_MS = 5 * 60_000;

/**
 * What was asked of a browser and is to be answered once: a challenge for a passkey, a visit to the hospital's own
 * sign-in. Kept in the database, so that any node takes the answer, and taken out when it comes, so that no answer counts
 * twice.
 */
export function createPending(db: Kysely<Database>, site: string, clock: () => number) {
  return {
    /** Resolves with the name under which the answer comes back. */
    async ask(purpose: string, value: unknown): Promise<string> {
      const now = clock();
      await db
        .deleteFrom('projection.pending_sign_in')
        .where('site', '=', site)
        .where('until', '<', new Date(now))
        .execute();
      const id = randomBytes(24).toString('base64url');
      await db
        .insertInto('projection.pending_sign_in')
        .values({ site, id, purpose, value: JSON.stringify(value), until: new Date(now + LIFETIME_MS) })
        .execute();
      return id;
    },

    /** `undefined`: it was never asked, was answered before, or is too old. */
    async take<S extends z.ZodType>(purpose: string, id: string, schema: S): Promise<z.infer<S> | undefined> {
      const row = await db
        .deleteFrom('projection.pending_sign_in')
        .where('site', '=', site)
        .where('id', '=', id)
        .where('purpose', '=', purpose)
        .where('until', '>=', new Date(clock()))
        .returning('value')
        .executeTakeFirst();
      return row && schema.parse(JSON.parse(row.value));
    },
  };
}

export type Pending = ReturnType<typeof createPending>;
