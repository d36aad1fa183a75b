import type { Kysely } from 'kysely';
import { SignInPolicy } from '../../wire/sign-in.ts';
import type { Database } from '../database/schema.ts';

const KEY = 'second-factor';
type Wanted = SignInPolicy['secondFactor'];

/** Whether the site lets anybody work at the desk on a PIN alone. Where the server was started with a word on it, that holds. */
export function createSignInPolicy(db: Kysely<Database>, site: string, fixed: Wanted | undefined) {
  return {
    fixed: fixed !== undefined,

    async secondFactor(): Promise<Wanted> {
      if (fixed) return fixed;
      const row = await db
        .selectFrom('record.meta')
        .where('site', '=', site)
        .where('key', '=', KEY)
        .select('value')
        .executeTakeFirst();
      return SignInPolicy.shape.secondFactor.safeParse(row?.value).data ?? 'optional';
    },

    async set(value: Wanted): Promise<void> {
      await db
        .insertInto('record.meta')
        .values({ site, key: KEY, value })
        .onConflict((conflict) => conflict.columns(['site', 'key']).doUpdateSet({ value }))
        .execute();
    },
  };
}
