import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OAuth2Server } from 'oauth2-mock-server';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInOptions } from '../../src/cli/sign-in-options.ts';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';
import type { StaffRostered } from '../../src/site/index.ts';

const QUICK = { memoryKiB: 8192, passes: 1, lanes: 1 };
const PIN = '135790';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('signing in at the desk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-sign-in-'));
  const provider = new OAuth2Server();
  let now = Date.parse('2026-11-24T14:00:00.000Z');
  let server: LamplightServer;
  let rita: StaffRostered;
  let adam: StaffRostered;

  beforeAll(async () => {
    await provider.issuer.keys.generate('RS256');
    await provider.start(0, 'localhost');
    server = await createServer({
      dataDirectory: folder,
      logLevel: 'silent',
      clock: () => now,
      signIn: {
        sessions: { idleMs: 15 * MINUTE, longestMs: 2 * HOUR },
        openId: { issuer: provider.issuer.url!, clientId: 'lamplight', claim: 'preferred_username' },
      },
    });
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    const { site } = server.context;
    await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
    await site.openWard({ id: '4-west', name: '4 West' });
    const person = (name: string, role: 'records' | 'administrator') =>
      site.addStaff({ name, role, wards: ['4-west'], pin: PIN, argon2: QUICK });
    rita = await person('Rita Alvarez', 'records');
    adam = await person('Adam Lind', 'administrator');
  });

  afterAll(async () => {
    await server.close();
    if (provider.listening) await provider.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const cookieIn = (answer: { headers: Record<string, unknown> }): string =>
    String([answer.headers['set-cookie']].flat()[0]).split(';')[0]!;
  const post = (url: string, payload: object = {}, cookie = '') =>
    server.app.inject({ method: 'POST', url, payload, headers: { cookie } });
  const get = (url: string, cookie = '') => server.app.inject({ url, headers: { cookie } });
  let attempts = 0;
  const signIn = (staff: string, more: object = {}) =>
    server.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { staff, pin: PIN, ...more },
      // Each from another desk, so that the count of the address says nothing here.
      remoteAddress: `10.0.0.${++attempts}`,
    });
  const kindOf = (answer: { json(): { error: { kind: string } } }): string => answer.json().error.kind;

  it('ends a session when nobody was there for its idle time, whatever an open page asks meanwhile', async () => {
    const cookie = cookieIn(await signIn('Rita Alvarez'));
    for (let minutes = 0; minutes < 14; minutes += 2) {
      now += 2 * MINUTE;
      expect((await get('/api/workbench/worklist', cookie)).statusCode).toBe(200);
    }
    now += 2 * MINUTE;
    expect(kindOf(await get('/api/workbench/worklist', cookie))).toBe('signed-out');
  });

  it('goes on while somebody is there, and ends all the same at its longest', async () => {
    const cookie = cookieIn(await signIn('Rita Alvarez'));
    for (let minutes = 0; minutes < 110; minutes += 10) {
      now += 10 * MINUTE;
      expect((await post('/api/session/stay', {}, cookie)).statusCode).toBe(200);
    }
    now += 11 * MINUTE;
    expect(kindOf(await post('/api/session/stay', {}, cookie))).toBe('signed-out');
  });

  it('ends at the server when the person signs out: a copy of the cookie opens nothing', async () => {
    const cookie = cookieIn(await signIn('Rita Alvarez'));
    expect((await get('/api/session', cookie)).statusCode).toBe(200);
    await server.app.inject({ method: 'DELETE', url: '/api/session', headers: { cookie } });
    expect((await get('/api/session', cookie)).statusCode).toBe(401);
    const stored = await server.context.db.selectFrom('projection.session').selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain(cookie.split('=')[1]);
  });

  it('of a browser ends when somebody signs in there anew', async () => {
    const first = cookieIn(await signIn('Rita Alvarez'));
    await server.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { staff: 'Adam Lind', pin: PIN },
      headers: { cookie: first },
    });
    expect((await get('/api/session', first)).statusCode).toBe(401);
  });

  it('ends with a new PIN', async () => {
    const cookie = cookieIn(await signIn('Rita Alvarez'));
    await server.context.staff.resetPin(rita.staff, PIN, { argon2: QUICK });
    expect((await get('/api/session', cookie)).statusCode).toBe(401);
  });

  it('is Secure and under HSTS where the server is found under https', async () => {
    const proxied = await createServer({
      dataDirectory: mkdtempSync(join(folder, 'https-')),
      logLevel: 'silent',
      signIn: signInOptions({ PUBLIC_URL: 'https://lamplight.example' }),
    });
    const { site } = proxied.context;
    await site.openSite({ name: 'Test', timeZone: 'UTC', demo: false });
    await site.addStaff({ name: 'Adam Lind', role: 'administrator', wards: [], pin: PIN, argon2: QUICK });
    const answer = await proxied.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { staff: 'Adam Lind', pin: PIN },
    });
    expect(String(answer.headers['set-cookie'])).toMatch(/^__Host-lamplight-session=[^;]+; /);
    const cookie = cookieIn(answer);
    const asked = (with_: string) => proxied.app.inject({ url: '/api/session', headers: { cookie: with_ } });
    expect((await asked(cookie)).statusCode).toBe(200);
    // Without the prefix anybody who can write a cookie could have written it.
    expect((await asked(cookie.replace('__Host-', ''))).statusCode).toBe(401);
    expect(String(answer.headers['set-cookie'])).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Strict/);
    expect(answer.headers['strict-transport-security']).toMatch(/max-age=31536000/);
    await proxied.close();
  });

  describe('with an authenticator app', () => {
    let totp: TOTP;
    let recovery: string[];
    const code = (): string => totp.generate({ timestamp: now });

    it('sets it up with a first code, and shows the recovery codes once', async () => {
      const cookie = cookieIn(await signIn('Rita Alvarez'));
      const { secret } = (await post('/api/session/code/begin', {}, cookie)).json();
      totp = new TOTP({ secret: Secret.fromBase32(secret) });
      expect(kindOf(await post('/api/session/code/confirm', { code: '000000' }, cookie))).toBe('wrong-code');
      const confirmed = await post('/api/session/code/confirm', { code: code() }, cookie);
      recovery = confirmed.json().codes;
      expect(recovery).toHaveLength(10);
      expect((await get('/api/session', cookie)).json().how).toBe('pin-and-code');
      // Neither secret nor recovery codes stand readable in the database.
      const rows = JSON.stringify(
        await server.context.db.selectFrom('record.one_time_code').selectAll().execute(),
      );
      expect(rows).not.toContain(secret);
      for (const word of recovery) expect(rows).not.toContain(word);
    });

    it('the PIN alone signs nobody in any more, and no code twice', async () => {
      expect(kindOf(await signIn('Rita Alvarez'))).toBe('code-needed');
      // The one that set it up was used by that.
      expect(kindOf(await signIn('Rita Alvarez', { code: code() }))).toBe('wrong-pin');
      now += 30_000;
      const used = code();
      const [first, second] = await Promise.all([
        signIn('Rita Alvarez', { code: used }),
        signIn('Rita Alvarez', { code: used }),
      ]);
      expect([first!.statusCode, second!.statusCode].sort()).toEqual([200, 401]);
      expect(kindOf(await signIn('Rita Alvarez', { code: used }))).toBe('wrong-pin');
      now += 30_000;
      expect((await signIn('Rita Alvarez', { code: code() })).json().how).toBe('pin-and-code');
    });

    it('takes each recovery code once, in whatever way it is typed', async () => {
      const typed = recovery[3]!.toLowerCase().replace('-', ' ');
      expect((await signIn('Rita Alvarez', { code: typed })).json().how).toBe('pin-and-recovery-code');
      expect(kindOf(await signIn('Rita Alvarez', { code: typed }))).toBe('wrong-pin');
    });

    it('slows down whoever guesses codes, also when the right PIN is sent in between', async () => {
      now += 30_000;
      const kinds: string[] = [];
      for (let n = 0; n < 20; n++) {
        kinds.push(kindOf(await signIn('Rita Alvarez', { code: String(100_000 + n) })));
        kinds.push(kindOf(await signIn('Rita Alvarez')));
      }
      expect(kinds.filter((kind) => kind === 'wrong-pin').length).toBeLessThanOrEqual(6);
      expect(kinds.at(-1)).toBe('wait');
      now += 20 * MINUTE;
      expect((await signIn('Rita Alvarez', { code: code() })).statusCode).toBe(200);
    });

    it('is taken off by an administrator when the telephone is lost, and its sessions end', async () => {
      now += 30_000;
      const before = cookieIn(await signIn('Rita Alvarez', { code: code() }));
      const administrator = cookieIn(await signIn('Adam Lind'));
      await post(`/api/admin/staff/${rita.staff}/second-factor/remove`, {}, administrator);
      expect((await get('/api/session', before)).statusCode).toBe(401);
      expect((await signIn('Rita Alvarez')).json().how).toBe('pin');
    });
  });

  it('a site that asks for a second factor opens nothing but its set-up to a PIN alone', async () => {
    const administrator = cookieIn(await signIn('Adam Lind'));
    expect((await post('/api/admin/sign-in', { secondFactor: 'required' }, administrator)).statusCode).toBe(
      200,
    );
    expect(kindOf(await get('/api/admin/staff', administrator))).toBe('second-factor-due');
    const cookie = cookieIn(await signIn('Rita Alvarez'));
    expect((await get('/api/session', cookie)).json().secondFactorDue).toBe(true);
    for (const url of ['/api/workbench/worklist', '/api/workbench/push', '/api/admin/devices'])
      expect(kindOf(await get(url, cookie))).toBe('second-factor-due');
    const setUp = async (with_: string): Promise<TOTP> => {
      const { secret } = (await post('/api/session/code/begin', {}, with_)).json();
      const totp = new TOTP({ secret: Secret.fromBase32(secret) });
      await post('/api/session/code/confirm', { code: totp.generate({ timestamp: now }) }, with_);
      return totp;
    };
    await setUp(cookie);
    expect((await get('/api/workbench/worklist', cookie)).statusCode).toBe(200);
    // Somebody who learnt a PIN does not replace the second factor that is there.
    const totp = await setUp(administrator);
    const stale = await server.context.signIn.sessions.open(adam, 'pin');
    expect(kindOf(await post('/api/session/code/begin', {}, `lamplight-session=${stale}`))).toBe(
      'second-factor-needed',
    );
    now += 30_000;
    const whole = cookieIn(await signIn('Adam Lind', { code: totp.generate({ timestamp: now }) }));
    await post('/api/admin/sign-in', { secondFactor: 'optional' }, whole);
    for (const staff of [rita.staff, adam.staff])
      await post(`/api/admin/staff/${staff}/second-factor/remove`, {}, whole);
  });

  it('asks once more who it is before anything changes who may come in, and a session of long ago is not enough', async () => {
    const change = (cookie: string) =>
      post(`/api/admin/staff/${rita.staff}`, { role: 'records', wards: ['4-west'] }, cookie);
    const first = cookieIn(await signIn('Adam Lind'));
    const other = cookieIn(await signIn('Adam Lind'));
    expect((await change(first)).statusCode).toBe(200);
    now += 6 * MINUTE;
    expect(kindOf(await change(first))).toBe('confirm-needed');
    for (const url of ['/api/session/code/begin', '/api/session/passkeys/ask', '/api/session/others/end'])
      expect(kindOf(await post(url, {}, first))).toBe('confirm-needed');
    // Reading, and what changes nothing about people, goes on.
    expect((await get('/api/admin/staff', first)).statusCode).toBe(200);
    expect(kindOf(await post('/api/session/confirm', { pin: '999999' }, first))).toBe('wrong-pin');
    expect(kindOf(await change(first))).toBe('confirm-needed');
    const again = cookieIn(await post('/api/session/confirm', { pin: PIN }, first));
    // A new session took the place of the old one.
    expect(again).not.toBe(first);
    expect(kindOf(await get('/api/session', first))).toBe('signed-out');
    expect((await change(again)).statusCode).toBe(200);

    const { sessions } = (await get('/api/session/all', again)).json();
    expect(sessions.filter(({ here }: { here: boolean }) => here)).toHaveLength(1);
    expect(sessions.length).toBeGreaterThan(1);
    expect((await post('/api/session/others/end', {}, again)).statusCode).toBe(200);
    expect(kindOf(await get('/api/session', other))).toBe('signed-out');
    expect((await get('/api/session/all', again)).json().sessions).toHaveLength(1);
  });

  it('states on each decision how the person had signed in', async () => {
    const { siteLog, projection, site, db } = server.context;
    const said = {
      author: { id: rita.staff, name: rita.name, role: 'records' as const },
      effectiveAt: new Date(now).toISOString(),
      recordedAt: new Date(now).toISOString(),
    };
    const patient = 'a1'.repeat(16);
    const [entry] = await siteLog.append('ward:4-west', site.recipients('4-west'), [
      {
        patient,
        body: {
          kind: 'note',
          noteType: 'nursing',
          text: 'seen',
          ...said,
          author: { ...said.author, role: 'nurse' },
        },
      },
    ]);
    await projection.catchUp();
    const cookie = `lamplight-session=${await server.context.signIn.sessions.open({ ...rita, publicKey: site.roster().get(rita.staff)!.publicKey }, 'passkey')}`;
    const decided = await post(
      '/api/workbench/decisions',
      { decisions: [{ entry, decision: 'rejected', reason: 'a test' }] },
      cookie,
    );
    expect(decided.json().results).toEqual([{ entry, ok: true }]);
    const row = await db
      .selectFrom('projection.entry')
      .where('kind', '=', 'review-decided')
      .select('body')
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(row.body)).toContain('passkey on the server');
  });

  describe('with the hospital’s own provider', () => {
    /** What a browser does: to the provider with what the server says, and back with what the provider says. */
    async function visit(change: (back: URL) => void = () => undefined, keepCookie = true) {
      const begun = await server.app.inject({
        method: 'POST',
        url: '/api/session/openid',
        headers: { host: `localhost:${(server.app.server.address() as AddressInfo).port}` },
        payload: { returnTo: '/workbench' },
      });
      if (begun.statusCode !== 200) return begun;
      const answer = await fetch(begun.json().url, { redirect: 'manual' });
      const back = new URL(answer.headers.get('location')!);
      change(back);
      return server.app.inject({
        url: `${back.pathname}${back.search}`,
        headers: { host: back.host, ...(keepCookie ? { cookie: cookieIn(begun) } : {}) },
      });
    }
    const called = (name: string): void => {
      provider.service.removeAllListeners('beforeTokenSigning');
      provider.service.on('beforeTokenSigning', (token: { payload: Record<string, unknown> }) => {
        token.payload.preferred_username = name;
      });
    };
    const sessionIn = (answer: { headers: Record<string, unknown> }): string | undefined =>
      [answer.headers['set-cookie']]
        .flat()
        .map(String)
        .find((cookie) => cookie.startsWith('lamplight-session='))
        ?.split(';')[0];

    it('lets in whom an administrator named, and nobody else', async () => {
      called('r.alvarez');
      const unknown = await visit();
      expect(unknown.headers.location).toBe('/workbench#sign-in=not-known');
      expect(sessionIn(unknown)).toBeUndefined();
      const administrator = cookieIn(await signIn('Adam Lind'));
      const name = (staff: string) =>
        post(`/api/admin/staff/${staff}/outside-name`, { name: 'r.alvarez' }, administrator);
      expect((await name(rita.staff)).statusCode).toBe(200);
      expect(kindOf(await name(adam.staff))).toBe('known');
      const known = await visit();
      expect(known.headers.location).toBe('/workbench');
      const info = (await get('/api/session', sessionIn(known))).json();
      expect(info).toMatchObject({ staff: { name: 'Rita Alvarez' }, how: 'openid' });
    });

    it('believes no answer that another browser began, that comes twice, or whose code or state was changed', async () => {
      called('r.alvarez');
      for (const answer of [
        await visit(undefined, false),
        await visit((back) => back.searchParams.set('state', 'x'.repeat(32))),
        await visit((back) => back.searchParams.set('code', 'stolen')),
        await visit((back) => back.searchParams.delete('code')),
      ]) {
        expect(answer.headers.location).toBe('/workbench#sign-in=refused');
        expect(sessionIn(answer)).toBeUndefined();
      }
      const seen: string[] = [];
      await visit((back) => seen.push(`${back.pathname}${back.search}`));
      const state = new URL(seen[0]!, 'http://x').searchParams.get('state')!;
      const again = await server.app.inject({
        url: seen[0]!,
        headers: { cookie: `lamplight-openid=${state}` },
      });
      expect(sessionIn(again)).toBeUndefined();
    });

    it('says so when the provider is dead, and the PIN works', async () => {
      await provider.stop();
      expect(kindOf(await visit())).toBe('provider-unreachable');
      expect((await signIn('Rita Alvarez')).statusCode).toBe(200);
    });
  });
});
