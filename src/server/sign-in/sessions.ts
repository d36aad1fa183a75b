import { createHash, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { StaffMember } from '../../site/index.ts';
import { HowSignedIn } from '../../wire/sign-in.ts';
import type { Database } from '../database/schema.ts';

/** How long a session at the desk lives. */
export interface SessionLimits {
  /** Without a sign that the person is there. */
  idleMs: number;
  /** However busy the person is. */
  longestMs: number;
}
export const SESSION_LIMITS: SessionLimits = { idleMs: 15 * 60_000, longestMs: 10 * 60 * 60_000 };

export interface OpenSession {
  /** Names it in the database; says nothing of the cookie. */
  hash: string;
  staff: string;
  /** Of the person when the session began (`sessionKey`). */
  key: string;
  how: HowSignedIn;
  /** Epoch milliseconds: when the person last showed who they are, since that opens a new one. */
  openedAt: number;
}

type SignedIn = Pick<StaffMember, 'publicKey'> & { pinChosenAt?: string | undefined };

/** What a new PIN changes, set by an administrator (a new key) or chosen by the person: it ends every session. */
export const sessionKey = ({ publicKey, pinChosenAt }: SignedIn): string =>
  pinChosenAt === undefined ? publicKey : `${publicKey} ${pinChosenAt}`;

/**
 * Sessions of people at the desk. The cookie is random and means nothing; what it stands for is kept here by its hash,
 * so that signing out ends it for whoever else has a copy, and nobody who reads the database can use one.
 */
export function createSessions(
  db: Kysely<Database>,
  site: string,
  clock: () => number,
  limits: SessionLimits = SESSION_LIMITS,
) {
  const rows = () => db.selectFrom('projection.session').where('site', '=', site);
  const ended = () => ({
    idleBefore: new Date(clock() - limits.idleMs),
    openedBefore: new Date(clock() - limits.longestMs),
  });

  async function forget(): Promise<void> {
    const { idleBefore, openedBefore } = ended();
    await db
      .deleteFrom('projection.session')
      .where('site', '=', site)
      .where((where) =>
        where.or([where('used_at', '<=', idleBefore), where('opened_at', '<=', openedBefore)]),
      )
      .execute();
  }

  return {
    limits,

    /** Resolves with the cookie's value. */
    async open(person: SignedIn & { staff: string }, how: HowSignedIn): Promise<string> {
      await forget();
      const cookie = randomBytes(32).toString('base64url');
      const at = new Date(clock());
      await db
        .insertInto('projection.session')
        .values({
          site,
          token_hash: hashOf(cookie),
          staff: person.staff,
          key: sessionKey(person),
          signed_in_by: how,
          opened_at: at,
          used_at: at,
        })
        .execute();
      return cookie;
    },

    async find(cookie: string): Promise<OpenSession | undefined> {
      const { idleBefore, openedBefore } = ended();
      const row = await rows()
        .where('token_hash', '=', hashOf(cookie))
        .where('used_at', '>', idleBefore)
        .where('opened_at', '>', openedBefore)
        .select(['token_hash', 'staff', 'key', 'signed_in_by', 'opened_at'])
        .executeTakeFirst();
      const how = HowSignedIn.safeParse(row?.signed_in_by);
      return row && how.success
        ? {
            hash: row.token_hash,
            staff: row.staff,
            key: row.key,
            how: how.data,
            openedAt: row.opened_at.getTime(),
          }
        : undefined;
    },

    /** A person's sessions that still live, the latest used first. */
    async listOf(staff: string): Promise<{ hash: string; how: HowSignedIn; openedAt: Date; usedAt: Date }[]> {
      await forget();
      const found = await rows()
        .where('staff', '=', staff)
        .orderBy('used_at', 'desc')
        .select(['token_hash', 'signed_in_by', 'opened_at', 'used_at'])
        .execute();
      return found.map((row) => ({
        hash: row.token_hash,
        how: HowSignedIn.parse(row.signed_in_by),
        openedAt: row.opened_at,
        usedAt: row.used_at,
      }));
    },

    /** The person is there: the idle time begins anew. */
    async touch(hash: string): Promise<void> {
      await db
        .updateTable('projection.session')
        .set({ used_at: new Date(clock()) })
        .where('site', '=', site)
        .where('token_hash', '=', hash)
        .execute();
    },

    /** A second factor was shown in it. */
    async becomes(hash: string, how: HowSignedIn): Promise<void> {
      await db
        .updateTable('projection.session')
        .set({ signed_in_by: how })
        .where('site', '=', site)
        .where('token_hash', '=', hash)
        .execute();
    },

    async close(cookie: string): Promise<void> {
      await db
        .deleteFrom('projection.session')
        .where('site', '=', site)
        .where('token_hash', '=', hashOf(cookie))
        .execute();
    },

    /** Ends all of a person's sessions, but perhaps the one that asks for it. */
    async closeAllOf(staff: string, butOne?: string): Promise<void> {
      await db
        .deleteFrom('projection.session')
        .where('site', '=', site)
        .where('staff', '=', staff)
        .where('token_hash', '!=', butOne ?? '')
        .execute();
    },
  };
}

const hashOf = (cookie: string): string => createHash('sha256').update(cookie).digest('hex');
