import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';

const QUICK = { memoryKiB: 8192, passes: 1, lanes: 1 };

describe('a server that is attacked', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-attacked-'));
  let server: LamplightServer;
  let cookie: string;

  beforeAll(async () => {
    const webRoot = join(folder, 'web');
    writeFileSync(join(folder, 'secret.txt'), 'the site identity');
    (await import('node:fs')).mkdirSync(webRoot);
    writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>Lamplight</title>');
    // No time passes for it, so that no wait is over because the machine is slow.
    const now = Date.now();
    const clock = (): number => now;
    server = await createServer({ dataDirectory: join(folder, 'data'), webRoot, logLevel: 'silent', clock });
    const { site } = server.context;
    await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
    const { staff, publicKey } = await site.addStaff({
      name: 'Adam Lind',
      role: 'administrator',
      wards: [],
      pin: '135790',
      argon2: QUICK,
    });
    cookie = `lamplight-session=${await server.context.signIn.sessions.open({ staff, publicKey }, 'pin')}`;
  });

  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const alive = async (): Promise<boolean> =>
    (await server.app.inject({ url: '/api/health' })).statusCode === 200;

  it('lets no page frame it, no string run, and nobody else’s script in', async () => {
    const { headers } = await server.app.inject({ url: '/' });
    const policy = String(headers['content-security-policy']);
    for (const rule of [
      "default-src 'self'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types default',
    ])
      expect(policy).toContain(rule);
    expect(policy).not.toMatch(/unsafe-eval'(?<!wasm-unsafe-eval')|script-src[^;]*unsafe-inline/);
    // Ward hubs alone, under names that lead nowhere outside the hospital.
    expect(policy.match(/https?:[^ ;]*/g)).toEqual(['https://*.internal:*', 'https://*.local:*']);
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  it('gives out no file beside the app', async () => {
    for (const url of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%5c..%5csecret.txt',
      '/%00/secret.txt',
      '/data/site-identity.json',
    ])
      expect((await server.app.inject({ url })).payload).not.toMatch(/site identity|signingKey/);
    expect(await alive()).toBe(true);
  });

  it('refuses bodies that are too large, too deep or not what they say, and stays up', async () => {
    const post = (payload: string, type = 'application/json') =>
      server.app.inject({
        method: 'POST',
        url: '/api/admin/wards',
        headers: { cookie, 'content-type': type },
        payload,
      });
    expect((await post(`{"name":"${'a'.repeat(2_000_000)}"}`)).statusCode).toBe(413);
    expect((await post(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).statusCode).toBe(400);
    expect((await post('{"__proto__":{"admin":true},"name":"x"}')).statusCode).toBe(400);
    expect((await post('name=x', 'application/x-www-form-urlencoded')).statusCode).toBe(415);
    expect((await post('{"name":')).statusCode).toBe(400);
    expect(await alive()).toBe(true);
  });

  it('takes quotes, markup and SQL in every name as text', async () => {
    const name = `Robert'); drop table record.entry;-- <img src=x onerror=alert(1)>`;
    const added = await server.app.inject({
      method: 'POST',
      url: '/api/admin/staff',
      headers: { cookie },
      payload: { name, role: 'nurse', wards: [], pin: '482915' },
    });
    expect(added.statusCode).toBe(200);
    const list = (await server.app.inject({ url: '/api/admin/staff', headers: { cookie } })).json();
    expect(list.staff.map((person: { name: string }) => person.name)).toContain(name);
    const filtered = await server.app.inject({
      url: `/api/admin/audit?what=${encodeURIComponent("x' or 1=1")}`,
      headers: { cookie },
    });
    expect(filtered.statusCode).toBe(400);
  });

  it('believes no cookie or token that it did not make, nor one made for something else', async () => {
    const { tokens } = server.context;
    const forged = cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    const other = `lamplight-session=${tokens.issue('device', { id: 'a'.repeat(32), key: 'x' }, 60_000)}`;
    const garbage = 'lamplight-session=%00.%00';
    for (const wrong of [forged, other, garbage, 'lamplight-session=a.b.c'])
      expect(
        (await server.app.inject({ url: '/api/admin/staff', headers: { cookie: wrong } })).statusCode,
      ).toBe(401);
  });

  it('slows down whoever tries PINs, and lets the right one in only after the wait', async () => {
    const attempt = (pin: string, from: string) =>
      server.app.inject({
        method: 'POST',
        url: '/api/session',
        remoteAddress: from,
        payload: { staff: 'Adam Lind', pin },
      });
    const answers: number[] = [];
    // From a new address each time, so that only the count of the person holds.
    for (let n = 0; n < 40; n++) answers.push((await attempt(`00${1000 + n}`, `10.0.0.${n}`)).statusCode);
    expect(answers.filter((status) => status === 401)).toHaveLength(5);
    expect(answers.slice(5).every((status) => status === 429)).toBe(true);
    expect((await attempt('135790', '10.0.1.1')).statusCode).toBe(429);
  });

  it('is not held up by clients that send one byte and wait', async () => {
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    const address = server.app.server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const slow = Array.from({ length: 50 }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write('POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{');
      return socket;
    });
    expect((await fetch(`http://127.0.0.1:${port}/api/health`)).status).toBe(200);
    for (const socket of slow) socket.destroy();
  });
});
