import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'cborg';
import { deflateSync } from 'fflate';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Bytes, boxContext, toHex, utf8, writeEntry } from '../../src/log/index.ts';
import {
  acknowledge,
  newIdentity,
  newSigningKey,
  sealBox,
  sealEntry,
  sha256,
  signWith,
  unwrapUserKey,
} from '../../src/seal/index.ts';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';
import { createHttpCarrier, encodeFrames, FrameType, type HttpCarrier } from '../../src/sync/index.ts';
import { aLog, aNote } from '../builders.ts';

const QUICK = { memoryKiB: 8192, passes: 1, lanes: 1 };
const PIN = '135790';
/** What must never stand in a log line: a patient's words, a secret, what an attacker wants to be read. */
const NEEDLE = 'Zorbaxyl for Wilhelmina';
const PATIENCE = { headersMs: 1_000, requestMs: 2_000 };

interface TestTablet {
  device: string;
  key: CryptoKey;
  publicKey: string;
  carrier: HttpCarrier;
}

describe('a running server under attack', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-attack-'));
  const lines: string[] = [];
  let now = Date.parse('2026-11-24T14:00:00.000Z');
  let server: LamplightServer;
  let port: number;
  let url: string;
  let here: TestTablet;
  let elsewhere: TestTablet;
  let nurse: { id: string; name: string; key: CryptoKey };
  const cookies: Record<string, string> = {};

  async function enrol(name: string, ward: string): Promise<TestTablet> {
    const signing = await newSigningKey(true);
    const { device } = await server.context.site.enrolDevice({
      name,
      signingKey: signing.publicKey,
      recipient: (await newIdentity()).recipient,
      ward,
      hardwareEncrypted: true,
    });
    const sign = signWith(signing.privateKey);
    return {
      device,
      key: signing.privateKey,
      publicKey: signing.publicKey,
      carrier: createHttpCarrier({ baseUrl: url, device, sign }),
    };
  }
  const logOf = (tablet: TestTablet, length: number, ward = '4-west') =>
    aLog(length, {
      writer: tablet.device,
      site: server.context.identity.site,
      scope: `ward:${ward}`,
      recipients: server.context.site.recipients(ward),
      key: tablet.key,
      publicKey: tablet.publicKey,
    });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const as = (name: string) => ({ cookie: cookies[name]! });
  const seqOf = async (log: string): Promise<number> => (await server.context.ledger.vector())[log]?.[0] ?? 0;
  const setAside = async (): Promise<string[]> =>
    (await server.context.db.selectFrom('record.quarantine').orderBy('id').select('kind').execute()).map(
      (row) => row.kind,
    );

  beforeAll(async () => {
    mkdirSync(join(folder, 'web'));
    writeFileSync(join(folder, 'web', 'index.html'), '<!doctype html><title>Lamplight</title>');
    server = await createServer({
      dataDirectory: join(folder, 'data'),
      webRoot: join(folder, 'web'),
      logLevel: 'trace',
      logTo: { write: (line) => void lines.push(line) },
      slowClients: PATIENCE,
      clock: () => now,
    });
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    port = (server.app.server.address() as AddressInfo).port;
    url = `http://127.0.0.1:${port}`;
    const { site } = server.context;
    await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
    await site.openWard({ id: '4-west', name: '4 West' });
    await site.openWard({ id: '5-east', name: '5 East' });
    for (const [name, role] of [
      ['Adam Lind', 'administrator'],
      ['Rita Alvarez', 'records'],
      ['Nora Quinn', 'nurse'],
    ] as const) {
      const person = await site.addStaff({ name, role, wards: ['4-west'], pin: PIN, argon2: QUICK });
      cookies[name] = `lamplight-session=${await server.context.signIn.sessions.open(person, 'pin')}`;
      const opened = await unwrapUserKey(PIN, site.pinSecret(person)!, person.wrapped);
      nurse = { id: person.staff, name, key: opened!.signingKey };
    }
    here = await enrol('4 West tablet', '4-west');
    elsewhere = await enrol('5 East tablet', '5-east');
  });

  afterEach(async () => {
    expect((await fetch(`${url}/api/health`)).status).toBe(200);
    const text = lines.join('');
    for (const secret of [NEEDLE, PIN, ...Object.values(cookies)]) expect(text).not.toContain(secret);
    // Whatever was thrown at it was refused, not stumbled over.
    expect(lines.filter((line) => line.includes('a request failed'))).toEqual([]);
  });

  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes no entry that its writer did not sign, whoever brings it, and sets each aside', async () => {
    const good = await logOf(here, 3);
    await here.carrier.push(good.entries.map((entry) => entry.bytes));
    const head = good.entries.at(-1)!;
    const next = {
      log: good.log,
      seq: 4,
      prev: await sha256(head.bytes),
      hlc: [2000, 0] as const,
      patient: good.patient,
    };
    const before = (await setAside()).length;
    const thief = await newSigningKey(true);
    const [forged, byAnother] = await Promise.all(
      [thief.privateKey, elsewhere.key].map((key) =>
        sealEntry({ ...next, body: aNote(NEEDLE) }, good.keys, signWith(key)),
      ),
    );
    // A log in the name of a tablet, by one that is not it; and a tablet of another ward in this one.
    const impostor = await aLog(2, {
      writer: here.device,
      site: server.context.identity.site,
      recipients: server.context.site.recipients('4-west'),
      key: elsewhere.key,
      publicKey: elsewhere.publicKey,
    });
    const trespasser = await logOf(elsewhere, 2, '4-west');
    // True entries, a byte of whose header was changed: to another place, another patient, another log.
    const damaged = [3, 24, 60].map((at) => {
      const bytes = new Uint8Array(head.bytes);
      bytes[at]! ^= 1;
      return bytes;
    });
    const answer = await elsewhere.carrier.push([
      forged!.bytes,
      byAnother!.bytes,
      ...impostor.entries.map((entry) => entry.bytes),
      ...trespasser.entries.map((entry) => entry.bytes),
      ...damaged,
    ]);
    expect(answer.held).toEqual([]);
    expect(answer.acknowledgements).toEqual([]);
    expect(await seqOf(good.log)).toBe(3);
    expect(await seqOf(impostor.log)).toBe(0);
    expect(await seqOf(trespasser.log)).toBe(0);
    const kinds = (await setAside()).slice(before);
    expect(kinds.filter((kind) => kind === 'bad-signature').length).toBeGreaterThanOrEqual(3);
    expect(kinds).toContain('unknown-writer');
  });

  it('takes a replayed entry for what it is: the same one, once', async () => {
    const { entries, log } = await logOf(here, 4);
    const bytes = entries.map((entry) => entry.bytes);
    await here.carrier.push(bytes);
    // Captured on the way, and sent again by another tablet, in another order, a hundred times.
    for (let times = 0; times < 100; times++) await elsewhere.carrier.push([...bytes].reverse());
    const { count } = await server.context.db
      .selectFrom('record.entry')
      .where('log', '=', log)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(4);
  });

  it('shows nobody’s word as somebody’s who did not sign it', async () => {
    const { entries, log, keys, patient } = await logOf(here, 1);
    const author = { id: nurse.id, name: nurse.name, role: 'nurse' as const };
    const place = { log, seq: 2, prev: await sha256(entries[0]!.bytes), hlc: [2000, 0] as const, patient };
    const body = aNote(NEEDLE, { author });
    const other = await newSigningKey(true);
    const entry = await sealEntry(
      { ...place, body, author: signWith(other.privateKey) },
      keys,
      signWith(here.key),
    );
    await here.carrier.push([entries[0]!.bytes, entry.bytes]);
    await server.context.projection.catchUp();
    expect(await seqOf(log)).toBe(2);
    const shown = await server.context.db
      .selectFrom('projection.entry')
      .where('log', '=', log)
      .select(['kind', 'body'])
      .execute();
    expect(shown).toEqual([{ kind: 'unreadable', body: null }]);
    expect((await server.context.quarantine.list())[0]?.reason).toMatch(/author’s|author's signature/);
  });

  it('lets no acknowledgement move it that it did not give for these bytes in this life', async () => {
    const { epoch, identity } = server.context;
    const { entries, log } = await logOf(here, 3);
    await here.carrier.push(entries.map((entry) => entry.bytes));
    const other = await logOf(here, 2);
    await here.carrier.push(other.entries.map((entry) => entry.bytes));
    const last = entries.at(-1)!;
    const place = { log, seq: 3, hash: toHex(await sha256(last.bytes)) };
    const before = epoch.current();
    const thief = await newSigningKey(true);
    const later = `000009-${'a'.repeat(32)}`;
    const earlier = `000000-${'b'.repeat(32)}`;
    const genuine = await acknowledge({ ...place, epoch: before }, identity.sign);
    const replayed = [
      await acknowledge({ ...place, epoch: later }, signWith(thief.privateKey)),
      { ...genuine, epoch: later },
      { ...genuine, log: other.log },
      { ...genuine, seq: 2 },
      // Signed in an earlier life, about what that life held and this one does not: no news any more.
      await acknowledge({ ...place, hash: 'f'.repeat(64), epoch: earlier }, identity.sign),
    ];
    const answer = await here.carrier.offer({ vector: {}, acknowledged: replayed });
    expect(answer.epoch).toBe(before);
    expect(epoch.current()).toBe(before);
    expect(epoch.restoredAt()).toBeUndefined();
  });

  it('refuses what is too large or nests ten thousand levels deep, in JSON and in CBOR', async () => {
    const deep = (open: string, close: string): string => open.repeat(10_000) + close.repeat(10_000);
    for (const path of ['/api/session', '/api/setup', '/api/enrol', '/api/sync/session', '/api/hubs/enrol']) {
      expect((await post(path, 'a'.repeat(2_000_000))).status).toBe(413);
      expect((await post(path, deep('[', ']'))).status).toBe(400);
      expect((await post(path, `{"staff":${deep('{"a":', '}').replace('}', '1}')}}`)).status).toBe(400);
    }
    const form = { id: 'deep', title: 'Deep', questionnaire: { resourceType: 'Questionnaire' } };
    const nested = JSON.stringify(form).replace(
      '"Questionnaire"}',
      `"Questionnaire","item":${deep('[{"item":', '}]').replace('}', '[]}')}}`,
    );
    const published = await post('/api/admin/forms', nested, as('Adam Lind'));
    expect((await published.json()).error.kind).toBe('too-deep');
    const decided = await post(
      '/api/workbench/decisions',
      `{"decisions":[{"entry":"${'a'.repeat(32)}-2","decision":"corrected","corrected":{"text":${deep('[', ']')}}}]}`,
      as('Rita Alvarez'),
    );
    expect((await decided.json()).error.kind).toBe('too-deep');

    const token = server.context.tokens.issue('device', here.device, 60_000);
    const push = (body: Uint8Array<ArrayBuffer>) =>
      fetch(`${url}/api/sync/push`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        body,
      });
    expect((await push(new Uint8Array(9 * 1024 * 1024))).status).toBe(413);
    const arrays = new Uint8Array(10_001).fill(0x81);
    const maps = new Uint8Array(20_001).map((_, at) => (at % 2 === 0 ? 0xa1 : 0x00));
    const tags = new Uint8Array(10_001).fill(0xc1);
    const inside = encode([arrays, new Uint8Array(64)]) as Bytes;
    const before = (await setAside()).length;
    const answer = await push(encodeFrames(FrameType.entry, [arrays, maps, tags, inside]));
    expect((await answer.json()).held).toEqual([]);
    expect((await setAside()).slice(before)).toEqual(Array(4).fill('malformed'));
  });

  it('sets aside a sealed body of ten thousand levels, and reads what stands behind it', async () => {
    const { entries, log, keys, patient } = await logOf(here, 1);
    const author = { id: nurse.id, name: nurse.name, role: 'nurse' as const };
    const { kind: _, ...base } = aNote('', { author });
    const items = `${'[{"linkId":"a","item":'.repeat(10_000)}[]${'}]'.repeat(10_000)}`;
    const form = JSON.stringify({
      ...base,
      kind: 'form-answered',
      form: { id: 'x', title: 'x' },
      status: 'completed',
      items: [],
    }).replace('"items":[]', `"items":${items}`);
    const place = (seq: number, prev: Bytes) => ({ log, seq, prev, hlc: [2000 + seq, 0] as const, patient });
    const header = { v: 1, ...place(2, await sha256(entries[0]!.bytes)), blobs: [], opening: null };
    // Written by hand: the engine's own writer of JSON gives up before an attacker does.
    const plain = deflateSync(encode([utf8(form), null])) as Bytes;
    const box = await sealBox(await keys.patient(patient), plain, boxContext(header));
    const deep = await writeEntry(header, box, signWith(here.key));
    const behind = await sealEntry(
      {
        ...place(3, await sha256(deep.bytes)),
        body: aNote('the one behind it', { author }),
        author: signWith(nurse.key),
      },
      keys,
      signWith(here.key),
    );
    const chain = [entries[0]!, deep, behind];
    await here.carrier.push(chain.map((entry) => entry.bytes));
    await server.context.projection.catchUp();
    const shown = await server.context.db
      .selectFrom('projection.entry')
      .where('log', '=', log)
      .orderBy('seq')
      .select('kind')
      .execute();
    expect(shown.map(({ kind }) => kind)).toEqual(['unreadable', 'note']);
    expect((await server.context.quarantine.list())[0]?.reason).toMatch(/nests too deep/);
  });

  it('answers a path that climbs out of the app with the app or with nothing', async () => {
    writeFileSync(join(folder, 'secret.txt'), 'the site identity');
    const raw = (path: string): Promise<string> =>
      new Promise((resolve, reject) => {
        let text = '';
        const asked = httpRequest({ port, host: '127.0.0.1', path }, (response) => {
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            text += part;
          });
          response.on('end', () => resolve(text));
        });
        asked.on('error', reject);
        asked.end();
      });
    for (const path of [
      '/../secret.txt',
      '/../data/site-identity.json',
      '/assets/../../data/site-identity.json',
      '/%2e%2e/%2e%2e/data/site-identity.json',
      '/..%2f..%2fetc%2fpasswd',
      '/..%5c..%5csecret.txt',
      '/%c0%ae%c0%ae/secret.txt',
      '/./././../secret.txt',
      '//etc/passwd',
      '/index.html%00.txt',
    ])
      expect(await raw(path)).not.toMatch(/site identity|signingKey|root:/);
    for (const path of [
      '/api/admin/devices/..%2f..%2fstaff/revoke',
      "/api/workbench/patients/x'%20or%201=1",
      '/api/tablets/%2e%2e',
    ])
      expect([400, 401, 403, 404]).toContain(
        (await fetch(`${url}${path}`, { method: 'GET', headers: as('Adam Lind') })).status,
      );
  });

  it('keeps SQL and markup in every text field as the text that it is', async () => {
    const evil = `x'); drop table record.entry; -- <img src=x onerror="alert(1)"> \${7*7} {{7*7}}`;
    const administrator = as('Adam Lind');
    expect((await post('/api/admin/wards', { name: evil, ehrLocation: '' }, administrator)).status).toBe(200);
    expect(
      (await post('/api/admin/wards', { name: 'W', ehrLocation: "1' or '1'='1" }, administrator)).status,
    ).toBe(400);
    const added = await post(
      '/api/admin/staff',
      { name: evil, role: 'nurse', wards: ['4-west'], pin: '482915' },
      administrator,
    );
    const { staff } = (await added.json()) as { staff: string };
    const form = { resourceType: 'Questionnaire', status: 'active', title: evil };
    expect(
      (await post('/api/admin/forms', { id: 'evil', title: evil, questionnaire: form }, administrator))
        .status,
    ).toBe(200);
    expect((await post(`/api/admin/staff/${staff}/revoke`, { reason: evil }, administrator)).status).toBe(
      200,
    );
    const device = await enrol(evil.slice(0, 100), '4-west');
    expect(
      (await post(`/api/admin/devices/${device.device}/revoke`, { reason: evil }, administrator)).status,
    ).toBe(200);
    for (const name of [evil, "' or 1=1 --", 'Adam Lind\u0000'])
      expect((await post('/api/session', { staff: name, pin: "' or 1=1 --" })).status).toBe(401);
    const text = async (path: string): Promise<string> =>
      (await fetch(`${url}${path}`, { headers: administrator })).text();
    const quoted = JSON.stringify(evil).slice(1, -1);
    expect(await text('/api/admin/staff')).toContain(quoted);
    expect(await text('/api/admin/forms')).toContain(quoted);
    expect(await text('/api/admin/devices')).toContain(quoted);
    expect(await text('/api/public')).toContain(quoted);
    expect(await text('/api/admin/audit')).toContain(quoted);
    expect(
      (await server.context.db.selectFrom('record.entry').select('seq').execute()).length,
    ).toBeGreaterThan(0);
  });

  it('does nothing that a page of another origin asks for, cookie or not', async () => {
    const records = as('Rita Alvarez');
    const asked = async (
      headers: Record<string, string>,
      body: string | undefined,
      path = '/api/workbench/push',
    ) =>
      (
        await fetch(`${url}${path}`, {
          method: 'POST',
          headers: { ...records, ...headers },
          ...(body === undefined ? {} : { body }),
        })
      ).status;
    expect(await asked({ origin: 'https://evil.example' }, undefined)).toBe(403);
    expect(await asked({ origin: 'null' }, undefined)).toBe(403);
    expect(await asked({ 'sec-fetch-site': 'cross-site' }, undefined)).toBe(403);
    expect(await asked({ 'sec-fetch-site': 'same-site' }, undefined)).toBe(403);
    // What a form can send without asking first is not JSON.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect(await asked({ 'content-type': type }, '{"decisions":[]}', '/api/workbench/decisions')).toBe(415);
    const reading = await fetch(`${url}/api/workbench/worklist`, {
      headers: { ...records, 'sec-fetch-site': 'cross-site' },
    });
    expect(reading.status).toBe(403);
    const signedIn = await post('/api/session', { staff: 'Rita Alvarez', pin: PIN });
    const cookie = String(signedIn.headers.get('set-cookie'));
    for (const flag of ['HttpOnly', 'SameSite=Strict', 'Path=/']) expect(cookie).toContain(flag);
  });

  it('may be framed by nobody, on any page and any answer', async () => {
    for (const path of ['/', '/workbench', '/admin', '/api/public', '/api/nothing', '/nothing']) {
      const { headers } = await fetch(`${url}${path}`);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('cache-control')).toBe(path.startsWith('/api') ? 'no-store' : 'no-cache');
    }
  });

  it('ends the connections of clients that dawdle, and serves everybody else meanwhile', async () => {
    const dawdlers = [
      // Headers that never end, a byte at a time; a body that never comes; nothing at all.
      'GET /api/health HTTP/1.1\r\nhost: x\r\nx-slow: ',
      'POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
      '',
    ].flatMap((opening) =>
      Array.from(
        { length: 60 },
        () =>
          new Promise<void>((ended) => {
            const socket = connect(port, '127.0.0.1', () => socket.write(opening));
            const dripping = setInterval(() => opening !== '' && socket.write('a'), 200);
            socket.on('error', () => undefined);
            socket.resume();
            socket.on('close', () => {
              clearInterval(dripping);
              ended();
            });
          }),
      ),
    );
    for (let asked = 0; asked < 20; asked++) expect((await fetch(`${url}/api/health`)).status).toBe(200);
    // None is left open: a server that let one dawdle would keep this test waiting until it fails.
    await Promise.all(dawdlers);
  });

  it('refuses ten thousand wrong PINs, lets nobody in meanwhile, and the right one afterwards', async () => {
    const attempt = (pin: string, from: string) =>
      server.app.inject({
        method: 'POST',
        url: '/api/session',
        remoteAddress: from,
        payload: { staff: 'Adam Lind', pin },
      });
    const statuses: number[] = [];
    // In bundles that are sent at once, from an address each, so that what holds is the count of the person.
    for (let bundle = 0; bundle < 100; bundle++) {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          attempt(String(200_000 + bundle * 100 + n), `10.${bundle}.0.${n}`),
        ),
      );
      statuses.push(...answers.map((answer) => answer.statusCode));
      now += 1_000;
    }
    expect(statuses).toHaveLength(10_000);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    // Five at once, and then one each time that a doubled wait was over.
    expect(statuses.filter((status) => status === 401).length).toBeLessThan(15);
    expect((await attempt(PIN, '10.200.0.1')).statusCode).toBe(429);
    // Somebody else is not kept out by it.
    expect((await post('/api/session', { staff: 'Rita Alvarez', pin: PIN })).status).toBe(200);
    now += 16 * 60_000;
    expect((await attempt(PIN, '10.200.0.2')).statusCode).toBe(200);
    // From one address the door is shut sooner.
    const flood = await Promise.all(
      Array.from({ length: 100 }, (_, n) => attempt(String(300_000 + n), '10.201.0.1')),
    );
    expect(flood.filter((answer) => answer.statusCode === 429).length).toBeGreaterThanOrEqual(70);
    expect(lines.filter((line) => line.includes('a request was refused')).length).toBeGreaterThan(9_000);
  }, 300_000);
});

describe('a server behind a proxy', () => {
  const flood = async (trustedProxies: string[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'lamplight-proxy-'));
    const server = await createServer({ dataDirectory: folder, logLevel: 'silent', trustedProxies });
    try {
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          server.app.inject({
            method: 'POST',
            url: '/api/session',
            remoteAddress: '10.0.0.1',
            headers: { 'x-forwarded-for': `192.168.1.${n}` },
            payload: { staff: `Nobody ${n}`, pin: PIN },
          }),
        ),
      );
      return answers.filter((answer) => answer.statusCode === 429).length;
    } finally {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it('counts the clients that a proxy of the hospital names, and believes nobody else who names some', async () => {
    expect(await flood(['10.0.0.1'])).toBe(0);
    expect(await flood(['10.0.0.2'])).toBeGreaterThan(20);
    expect(await flood([])).toBeGreaterThan(20);
  });
});
