import { createHmac, randomInt } from 'node:crypto';
import type { Kysely } from 'kysely';
import { Secret, TOTP } from 'otpauth';
import { z } from 'zod';
import { fromBase64, toBase64, utf8 } from '../../log/index.ts';
import { openBox, purposeKey, sealBox } from '../../seal/index.ts';
import type { Database } from '../database/schema.ts';

/** RFC 6238 as every authenticator app has it: SHA-1, six digits, thirty seconds. */
const PERIOD_S = 30;
/** One step of drift either way. */
const WINDOW = 1;
const RECOVERY_CODES = 10;
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

const Recovery = z.array(z.string());

/** Codes of an authenticator app as a second factor, and the recovery codes for the day when the telephone is lost. */
export function createOneTimeCodes(
  db: Kysely<Database>,
  identity: { site: string; secret: string },
  clock: () => number,
) {
  const sealing = purposeKey(utf8(identity.secret), 'one-time codes');
  const rowOf = (staff: string) =>
    db
      .selectFrom('record.one_time_code')
      .where('site', '=', identity.site)
      .where('staff', '=', staff)
      .selectAll()
      .executeTakeFirst();
  const change = (staff: string) =>
    db.updateTable('record.one_time_code').where('site', '=', identity.site).where('staff', '=', staff);
  const fingerprint = (code: string): string =>
    createHmac('sha256', identity.secret)
      .update(`recovery code ${plain(code)}`)
      .digest('base64');

  /** Which thirty seconds a code belongs to, or `undefined` when it is wrong. */
  async function stepOf(staff: string, sealed: string, code: string): Promise<number | undefined> {
    const opened = await openBox(await sealing, fromBase64(sealed), utf8(staff));
    if (!opened) return undefined;
    const secret = new Secret({ buffer: opened.buffer });
    const delta = new TOTP({ secret, period: PERIOD_S }).validate({
      token: code.replace(/\s/g, ''),
      timestamp: clock(),
      window: WINDOW,
    });
    return delta === null ? undefined : Math.floor(clock() / 1000 / PERIOD_S) + delta;
  }

  /** A code that was seen before is refused, also when two come at once: the step only grows. */
  async function spend(staff: string, step: number): Promise<boolean> {
    const { numUpdatedRows } = await change(staff)
      .set({ last_step: step })
      .where('last_step', '<', step)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async function spendRecoveryCode(staff: string, stored: string, code: string): Promise<boolean> {
    const left = Recovery.parse(JSON.parse(stored));
    const rest = left.filter((known) => known !== fingerprint(code));
    if (rest.length === left.length) return false;
    const { numUpdatedRows } = await change(staff)
      .set({ recovery: JSON.stringify(rest) })
      .where('recovery', '=', stored)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  return {
    async isSetUp(staff: string): Promise<boolean> {
      return ((await rowOf(staff))?.confirmed_at ?? null) !== null;
    },

    async recoveryCodesLeft(staff: string): Promise<number> {
      const row = await rowOf(staff);
      return row ? Recovery.parse(JSON.parse(row.recovery)).length : 0;
    },

    /** A new secret, in force only when its first code has been typed. */
    async begin(
      person: { staff: string; name: string },
      issuer: string,
    ): Promise<{ secret: string; uri: string }> {
      const secret = new Secret({ size: 20 });
      const sealed = toBase64(await sealBox(await sealing, new Uint8Array(secret.bytes), utf8(person.staff)));
      const row = { sealed, confirmed_at: null, last_step: 0, recovery: '[]' };
      await db
        .insertInto('record.one_time_code')
        .values({ site: identity.site, staff: person.staff, ...row })
        .onConflict((conflict) => conflict.columns(['site', 'staff']).doUpdateSet(row))
        .execute();
      const uri = new TOTP({ secret, issuer, label: person.name, period: PERIOD_S }).toString();
      return { secret: secret.base32, uri };
    },

    /** The recovery codes, shown once; `undefined`: the code is not of the secret that was begun. */
    async confirm(staff: string, code: string): Promise<string[] | undefined> {
      const row = await rowOf(staff);
      const step = row && row.confirmed_at === null ? await stepOf(staff, row.sealed, code) : undefined;
      if (step === undefined || !(await spend(staff, step))) return undefined;
      const codes = Array.from({ length: RECOVERY_CODES }, recoveryCode);
      await change(staff)
        .set({ confirmed_at: new Date(clock()), recovery: JSON.stringify(codes.map(fingerprint)) })
        .execute();
      return codes;
    },

    /** Each code of the app and each recovery code opens once. */
    async check(staff: string, code: string): Promise<'code' | 'recovery-code' | undefined> {
      const row = await rowOf(staff);
      if (!row || row.confirmed_at === null) return undefined;
      const step = await stepOf(staff, row.sealed, code);
      if (step !== undefined) return (await spend(staff, step)) ? 'code' : undefined;
      return (await spendRecoveryCode(staff, row.recovery, code)) ? 'recovery-code' : undefined;
    },

    async remove(staff: string): Promise<void> {
      await db
        .deleteFrom('record.one_time_code')
        .where('site', '=', identity.site)
        .where('staff', '=', staff)
        .execute();
    },
  };
}

const plain = (code: string): string => code.toUpperCase().replace(/[^A-Z0-9]/g, '');

/** Fifty bits: `ABCDE-23456`. */
function recoveryCode(): string {
  const letters = Array.from({ length: 10 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}
