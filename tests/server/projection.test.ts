import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../src/server/database/open.ts';
import { advance } from '../../src/server/projection.ts';

const SITE = 'aa'.repeat(16);
const folder = mkdtempSync(join(tmpdir(), 'lamplight-projection-'));
let database: OpenDatabase;
beforeAll(async () => {
  database = await openDatabase({ dataDirectory: folder });
});
afterAll(async () => {
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

const projected = async (log: string) =>
  (
    await database.db
      .selectFrom('projection.log')
      .where('site', '=', SITE)
      .where('log', '=', log)
      .select('projected')
      .executeTakeFirst()
  )?.projected;

it('a log goes on from where a turn found it', async () => {
  await advance(database.db, SITE, 'one', 0, 200);
  await advance(database.db, SITE, 'one', 200, 250);
  expect(await projected('one')).toBe(250);
});

it('a node that comes late does not set back what another projected meanwhile', async () => {
  await advance(database.db, SITE, 'two', 0, 200);
  await advance(database.db, SITE, 'two', 200, 400);
  await advance(database.db, SITE, 'two', 0, 200);
  expect(await projected('two')).toBe(400);
});

it('nor does it skip what another node wants read again', async () => {
  await advance(database.db, SITE, 'three', 0, 200);
  await database.db
    .updateTable('projection.log')
    .set({ projected: 99 })
    .where('site', '=', SITE)
    .where('log', '=', 'three')
    .execute();
  await advance(database.db, SITE, 'three', 200, 400);
  expect(await projected('three')).toBe(99);
});
