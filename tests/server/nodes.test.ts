import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newIdentity, newSigningKey } from '../../src/seal/index.ts';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';
import { startPostgres, type TestDatabase } from './databases.ts';

describe('two nodes on one PostgreSQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-nodes-'));
  let database: TestDatabase;
  let one: LamplightServer;
  let two: LamplightServer;
  const node = () => createServer({ dataDirectory: folder, databaseUrl: database.url!, logLevel: 'silent' });

  beforeAll(async () => {
    database = await startPostgres();
    one = await node();
    await one.context.site.openSite({ name: 'Test Hospital', timeZone: 'UTC', demo: false });
    await one.context.site.openWard({ id: '4-west', name: '4 West' });
    two = await node();
  }, 60_000);
  afterAll(async () => {
    await one?.close();
    await two?.close();
    await database?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('what an administrator decides on one holds on the other by itself', async () => {
    const signing = await newSigningKey(true);
    const { device } = await one.context.site.enrolDevice({
      name: 'tablet',
      signingKey: signing.publicKey,
      recipient: (await newIdentity()).recipient,
      ward: '4-west',
      hardwareEncrypted: true,
    });
    await one.context.site.tell({
      kind: 'idle-lock-set',
      recordedAt: new Date().toISOString(),
      ward: '4-west',
      seconds: 30,
    });
    await vi.waitFor(
      () => {
        expect(two.context.site.directory().devices.has(device)).toBe(true);
        expect(two.context.site.directory().idleLockSeconds.get('4-west')).toBe(30);
      },
      { timeout: 10_000 },
    );
  });

  it('no two tablets are given the same range of downtime numbers, let in at one moment on both', async () => {
    const tablets = await Promise.all(
      [one, two, one, two].map(async ({ context }, n) =>
        context.site.enrolDevice({
          name: `tablet ${n}`,
          signingKey: (await newSigningKey(true)).publicKey,
          recipient: (await newIdentity()).recipient,
          ward: '4-west',
          hardwareEncrypted: false,
        }),
      ),
    );
    expect(new Set(tablets.map(({ downtimeRange }) => downtimeRange)).size).toBe(4);
  });

  it('a server that was restored waits with posting on both, until a person says so on either', async () => {
    const { db, identity } = one.context;
    await db
      .insertInto('record.meta')
      .values({ site: identity.site, key: 'restored-at', value: new Date().toISOString() })
      .execute();
    expect((await two.context.reconciliation.pushState()).restoredAt).toBeDefined();
    await two.context.epoch.release();
    expect((await one.context.reconciliation.pushState()).restoredAt).toBeUndefined();
  });
});
