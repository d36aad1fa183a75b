import type { Kysely } from 'kysely';
import type { Database } from './database/schema.ts';

const LEASE_MS = 60_000;

/**
 * Work that one holder at a time does, on whichever node: what of a patient goes into the EHR, or the taking over of second
 * histories. A lease ends by itself.
 */
export function createLeases(db: Kysely<Database>, site: string, clock: () => number) {
  return {
    /** Takes it, or renews one's own. `false`: somebody else has it. */
    async take(of: string, holder: string): Promise<boolean> {
      const now = new Date(clock());
      const until = new Date(clock() + LEASE_MS);
      const row = await db
        .insertInto('projection.lease')
        .values({ site, patient: of, holder, until })
        .onConflict((conflict) =>
          conflict
            .columns(['site', 'patient'])
            .doUpdateSet({ holder, until })
            .where((where) =>
              where.or([
                where('projection.lease.until', '<', now),
                where('projection.lease.holder', '=', holder),
              ]),
            ),
        )
        .returning('holder')
        .executeTakeFirst();
      return row?.holder === holder;
    },

    async give(of: string, holder: string): Promise<void> {
      await db
        .deleteFrom('projection.lease')
        .where('site', '=', site)
        .where('patient', '=', of)
        .where('holder', '=', holder)
        .execute();
    },
  };
}

export type Leases = ReturnType<typeof createLeases>;
