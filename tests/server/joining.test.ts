import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newIdentity, newSigningKey } from '../../src/seal/index.ts';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';
import { checkCode } from '../../src/site/index.ts';
import type { EnrolAnswer, JoinRequestList } from '../../src/wire/enrolment.ts';
import { embedded, startPostgres, type TestDatabase } from './databases.ts';

const QUICK = { memoryKiB: 8192, passes: 1, lanes: 1 };

describe.each(['PGlite', 'PostgreSQL'] as const)('a tablet that joins, on %s', (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-joining-'));
  let database: TestDatabase;
  let server: LamplightServer;
  let cookie: string | undefined;

  beforeAll(async () => {
    database = kind === 'PGlite' ? embedded : await startPostgres();
    server = await createServer({
      dataDirectory: folder,
      logLevel: 'silent',
      ...(database.url ? { databaseUrl: database.url } : {}),
    });
    const { site } = server.context;
    await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
    await site.openWard({ id: '4-west', name: '4 West' });
    await site.addStaff({
      name: 'Ada Moss',
      role: 'administrator',
      wards: ['4-west'],
      pin: '123456',
      argon2: QUICK,
    });
    const signIn = await call('POST', '/api/session', { staff: 'Ada Moss', pin: '123456' });
    cookie = String(signIn.headers['set-cookie']).split(';')[0]!;
  });

  afterAll(async () => {
    await server.close();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = (method: 'GET' | 'POST', url: string, payload?: object) =>
    server.app.inject({
      method,
      url,
      ...(cookie === undefined ? {} : { headers: { cookie } }),
      ...(payload ? { payload } : {}),
    });
  const newCode = async (): Promise<string> =>
    (await call('POST', '/api/admin/enrolment-codes', { ward: '4-west', hardwareEncrypted: true })).json()
      .code;

  async function ask(code: string, name = 'tablet') {
    const keys = {
      signingKey: (await newSigningKey(true)).publicKey,
      recipient: (await newIdentity()).recipient,
    };
    const answer = await call('POST', '/api/enrol', { code, deviceName: name, ...keys });
    return { keys, answer, joining: answer.json<EnrolAnswer>() };
  }
  const waiting = async (): Promise<JoinRequestList['requests']> =>
    (await call('GET', '/api/admin/join-requests')).json<JoinRequestList>().requests;
  const progress = async (device: string): Promise<unknown> =>
    (await call('POST', '/api/enrol/progress', { device })).json();
  const decide = (device: string, decision: 'approve' | 'refuse') =>
    call('POST', `/api/admin/join-requests/${device}/${decision}`, {});

  it('lets a code ask for one tablet, and says why another is refused', async () => {
    const code = await newCode();
    expect((await ask(code.toLowerCase())).answer.statusCode).toBe(200);
    expect((await ask(code)).answer.json()).toMatchObject({ error: { kind: 'used-code' } });
    expect((await ask('ZZZZ-9999')).answer.json()).toMatchObject({ error: { kind: 'unknown-code' } });
    await server.context.db
      .updateTable('record.enrolment_code')
      .set({ used_at: null, expires_at: new Date(0) })
      .execute();
    expect((await ask(code)).answer.json()).toMatchObject({ error: { kind: 'expired-code' } });
  });

  it('with a code alone it is in no directory, and no session is opened for it', async () => {
    const { joining } = await ask(await newCode());
    expect(await progress(joining.device)).toEqual({ state: 'waiting' });
    await server.context.site.refresh();
    expect(server.context.site.directory().devices.has(joining.device)).toBe(false);
  });

  it('is let in by an administrator who sees the check code that it shows', async () => {
    const { joining, keys } = await ask(await newCode(), '4 West tablet 7');
    const row = (await waiting()).find(({ device }) => device === joining.device)!;
    expect(row).toMatchObject({ name: '4 West tablet 7', ward: '4 West', hardwareEncrypted: true });
    // What the tablet works out from what it made and was told.
    expect(row.checkCode).toBe(await checkCode({ ...joining, ...keys }));
    expect(row.checkCode).toMatch(/^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$/);
    expect((await decide(joining.device, 'approve')).statusCode).toBe(200);
    expect(await progress(joining.device)).toEqual({ state: 'enrolled' });
    expect(server.context.site.directory().devices.get(joining.device)).toMatchObject({
      name: '4 West tablet 7',
      wards: ['4-west'],
      ...keys,
      hardwareEncrypted: true,
    });
    expect((await waiting()).some(({ device }) => device === joining.device)).toBe(false);
    const trail = await server.context.audit.read({ what: 'enrolled' });
    expect(trail.map(({ detail }) => detail)).toContain('tablet 4 West tablet 7');
  });

  it('is let in once, whoever else taps at the same moment', async () => {
    const { joining } = await ask(await newCode());
    const both = await Promise.all([decide(joining.device, 'approve'), decide(joining.device, 'approve')]);
    expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
    expect((await decide(joining.device, 'refuse')).json()).toMatchObject({ error: { kind: 'decided' } });
    expect(await progress(joining.device)).toEqual({ state: 'enrolled' });
  });

  it('that was refused stays out and is told', async () => {
    const { joining } = await ask(await newCode());
    expect((await decide(joining.device, 'refuse')).statusCode).toBe(200);
    expect(await progress(joining.device)).toEqual({ state: 'refused' });
    expect((await decide(joining.device, 'approve')).json()).toMatchObject({ error: { kind: 'refused' } });
    expect(server.context.site.directory().devices.has(joining.device)).toBe(false);
    expect((await waiting()).some(({ device }) => device === joining.device)).toBe(false);
  });

  it('that nobody knows here is told so', async () => {
    expect(await progress('ab'.repeat(16))).toMatchObject({ error: { kind: 'unknown-request' } });
    expect((await decide('ab'.repeat(16), 'approve')).statusCode).toBe(404);
  });
});

describe('the check code', () => {
  const keys = { site: 'a', siteKey: 'b', signingKey: 'c', recipient: 'd' };

  it('is another where any of the keys is another', async () => {
    const codes = await Promise.all(
      [keys, ...Object.keys(keys).map((name) => ({ ...keys, [name]: 'x' }))].map(checkCode),
    );
    expect(new Set(codes).size).toBe(5);
    expect(await checkCode(keys)).toBe(codes[0]);
  });
});
