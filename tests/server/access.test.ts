import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Role } from '../../src/clinical/index.ts';
import { newIdentity, newSigningKey } from '../../src/seal/index.ts';
import type { Access } from '../../src/server/access.ts';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';

const QUICK = { memoryKiB: 8192, passes: 1, lanes: 1 };

const EVERYBODY = 'nurse clinician witness records administrator read-only';

/**
 * Who may use what, written by hand beside what the routes declare: a rule that changes by accident differs from it,
 * and a new route is missing in it.
 */
const RULES: Record<string, string> = {
  'GET /api/health': 'anyone',
  'GET /api/public': 'anyone',
  'POST /api/setup': 'anyone',
  'POST /api/setup/recovery': 'anyone',
  'POST /api/enrol': 'anyone',
  'POST /api/enrol/progress': 'anyone',
  'POST /api/session': 'anyone',
  'DELETE /api/session': 'anyone',
  'GET /api/tablets/:device': 'anyone',
  'GET /api/demo/ehr': 'anyone',
  'POST /api/demo/ehr': 'anyone',
  'POST /api/sync/challenge': 'anyone',
  'POST /api/sync/session': 'anyone',
  'POST /api/sync/introduce': 'anyone',
  'POST /api/sync/offer': 'tablet',
  'POST /api/sync/push': 'tablet',
  'POST /api/sync/pull': 'tablet',
  'POST /api/sync/blobs': 'tablet',
  'GET /api/sync/live': 'tablet',
  'GET /api/sync/snapshots/:ward': 'tablet, own ward',
  'GET /api/session': EVERYBODY,
  'POST /api/session/passkey/ask': 'anyone',
  'POST /api/session/passkey': 'anyone',
  'POST /api/session/openid': 'anyone',
  'GET /api/session/openid/back': 'anyone',
  'POST /api/session/stay': EVERYBODY,
  'POST /api/session/confirm': EVERYBODY,
  'GET /api/session/all': EVERYBODY,
  'POST /api/session/others/end': EVERYBODY,
  'GET /api/session/factors': EVERYBODY,
  'POST /api/session/code/begin': EVERYBODY,
  'POST /api/session/code/confirm': EVERYBODY,
  'POST /api/session/code/remove': EVERYBODY,
  'POST /api/session/passkeys/ask': EVERYBODY,
  'POST /api/session/passkeys': EVERYBODY,
  'POST /api/session/passkeys/remove': EVERYBODY,
  'GET /api/admin/sign-in': 'administrator',
  'POST /api/admin/sign-in': 'administrator',
  'POST /api/admin/staff/:id/second-factor/remove': 'administrator',
  'POST /api/admin/staff/:id/outside-name': 'administrator',
  'GET /api/admin/audit': 'administrator',
  'GET /api/admin/audit/fhir': 'administrator',
  'GET /api/workbench/patients/:id/access': 'records, own ward',
  'POST /api/admin/wards': 'administrator',
  'POST /api/admin/wards/:ward/idle-lock': 'administrator',
  'GET /api/admin/unread-codes': 'administrator',
  'GET /api/admin/staff': 'administrator',
  'POST /api/admin/staff': 'administrator',
  'POST /api/admin/staff/:id': 'administrator',
  'POST /api/admin/staff/:id/pin': 'administrator',
  'POST /api/admin/staff/:id/revoke': 'administrator',
  'POST /api/admin/devices/:id/revoke': 'administrator',
  'POST /api/admin/devices/:id/wipe': 'administrator',
  'POST /api/admin/enrolment-codes': 'administrator',
  'GET /api/admin/join-requests': 'administrator',
  'POST /api/admin/join-requests/:device/approve': 'administrator',
  'POST /api/admin/join-requests/:device/refuse': 'administrator',
  'GET /api/admin/forms': 'administrator',
  'POST /api/admin/forms': 'administrator',
  'POST /api/admin/forms/withdraw': 'administrator',
  'GET /api/admin/site-data': 'administrator',
  'GET /api/admin/ward-settings': 'administrator clinician',
  'POST /api/admin/wards/:ward/settings': 'administrator',
  'POST /api/admin/wards/:ward/screens': 'clinician',
  'POST /api/admin/formulary': 'administrator',
  'POST /api/admin/order-sets': 'administrator',
  'POST /api/admin/interactions': 'administrator',
  'POST /api/admin/hub-codes': 'administrator',
  'GET /api/admin/hubs': 'administrator records',
  'POST /api/hubs/enrol': 'anyone',
  'GET /api/admin/devices': 'administrator records',
  'GET /api/admin/census': 'administrator records',
  'POST /api/admin/census/refresh': 'administrator records',
  'POST /api/transfer/import': 'administrator records',
  'GET /api/transfer/export': 'administrator records, own ward',
  'GET /api/workbench/worklist': 'records',
  'GET /api/workbench/patients/:id': 'records, own ward',
  'GET /api/workbench/patients/:id/candidates': 'records, own ward',
  'GET /api/workbench/patients/:id/pictures/:sha256': 'records, own ward',
  'POST /api/workbench/patients/:id/link': 'records, own ward',
  'DELETE /api/workbench/patients/:id/link': 'records, own ward',
  'POST /api/workbench/decisions': 'records',
  'GET /api/workbench/push': 'records',
  'POST /api/workbench/push': 'records',
  'POST /api/workbench/release': 'records',
  'GET /api/workbench/closing': 'records',
  'POST /api/workbench/wards/:ward/close': 'records, own ward',
  'GET /api/workbench/quarantine': 'records',
  'POST /api/workbench/quarantine/retry': 'records',
};

/** Kinds of refusal that mean "not you": everything else got past the door. */
const NOT_YOU = ['signed-out', 'not-allowed', 'not-granted', 'session', 'other-origin', 'second-factor-due'];

const inWords = (access: Access): string =>
  access.by === 'anyone'
    ? 'anyone'
    : `${access.by === 'device' ? 'tablet' : access.roles.join(' ')}${access.ward ? ', own ward' : ''}`;

/** What changes who may come in, and as what: asked of nobody who has not shown lately who they are. */
const LATELY = [
  'POST /api/admin/join-requests/:device/approve',
  'POST /api/admin/sign-in',
  'POST /api/admin/staff',
  'POST /api/admin/staff/:id',
  'POST /api/admin/staff/:id/outside-name',
  'POST /api/admin/staff/:id/pin',
  'POST /api/admin/staff/:id/revoke',
  'POST /api/admin/staff/:id/second-factor/remove',
  'POST /api/session/code/begin',
  'POST /api/session/code/remove',
  'POST /api/session/others/end',
  'POST /api/session/passkeys/ask',
  'POST /api/session/passkeys/remove',
];

describe('who may use which route', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-access-'));
  const PATIENTS = { own: 'a1'.repeat(16), other: 'b2'.repeat(16) };
  const WARDS = { own: '4-west', other: 'icu' };
  let server: LamplightServer;
  /** What each caller sends to say who it is. */
  const callers = new Map<string, Record<string, string>>([['nobody', {}]]);

  beforeAll(async () => {
    server = await createServer({
      dataDirectory: folder,
      logLevel: 'silent',
      demo: { control: 'http://127.0.0.1:9', staff: [] },
      signIn: { openId: { issuer: 'http://127.0.0.1:9', clientId: 'x', claim: 'sub' } },
    });
    const { site, db, identity, tokens } = server.context;
    await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
    await site.openWard({ id: WARDS.own, name: '4 West' });
    await site.openWard({ id: WARDS.other, name: 'ICU' });
    for (const role of Role.options) {
      const { staff, publicKey } = await site.addStaff({
        name: role,
        role,
        wards: [WARDS.own],
        pin: '135790',
        argon2: QUICK,
      });
      callers.set(role, {
        cookie: `lamplight-session=${await server.context.signIn.sessions.open({ staff, publicKey }, 'pin')}`,
      });
    }
    const { device } = await site.enrolDevice({
      name: 'tablet',
      signingKey: (await newSigningKey(true)).publicKey,
      recipient: (await newIdentity()).recipient,
      ward: WARDS.own,
      hardwareEncrypted: false,
    });
    callers.set('tablet', { authorization: `Bearer ${tokens.issue('device', device, 60_000)}` });
    for (const where of ['own', 'other'] as const)
      await db
        .insertInto('projection.entry')
        .values({
          site: identity.site,
          log: where.padEnd(32, '0'),
          seq: 2,
          patient: PATIENTS[where],
          ward: WARDS[where],
          kind: 'note',
          body: null,
          hlc_wall: '1',
          hlc_counter: 0,
          received_at: new Date(),
        })
        .execute();
  });

  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const signsOut = ({ method, url }: { method: string; url: string }): boolean =>
    method === 'DELETE' && url === '/api/session';
  /** Signing out last: it ends the session that asks. */
  const routes = () =>
    server.routes
      .filter(({ url, method }) => url.startsWith('/api') && method !== 'HEAD')
      .sort((a, b) => Number(signsOut(a)) - Number(signsOut(b)));

  it('asks once more who it is before each change of who may come in', () => {
    const lately = server.routes.filter(({ access }) => access.by === 'staff' && access.lately);
    expect(lately.map(({ method, url }) => `${method} ${url}`).sort()).toEqual(LATELY);
  });

  it('every route stands in the table, with the rule that it declares', () => {
    expect(
      Object.fromEntries(routes().map((route) => [`${route.method} ${route.url}`, inWords(route.access)])),
    ).toEqual(RULES);
  });

  it('a route without a rule keeps the server from starting', () => {
    expect(() => server.app.get('/api/new-route', async () => ({}))).toThrow(/does not say who may use it/);
  });

  it('a request from a page of another origin is refused, cookie or not', async () => {
    const response = await server.app.inject({
      method: 'POST',
      url: '/api/admin/enrolment-codes',
      headers: { ...callers.get('administrator'), host: 'lamplight.example', origin: 'https://evil.example' },
      payload: { ward: WARDS.own },
    });
    expect(response.statusCode).toBe(403);
    expect(response.json().error.kind).toBe('other-origin');
  });

  it('lets every caller through where the table says so, on the own ward, and nobody else anywhere', async () => {
    const wrong: string[] = [];
    for (const { method, url } of routes()) {
      const rule = RULES[`${method} ${url}`]!;
      const [who, ward] = rule.split(', ');
      for (const [caller, headers] of callers)
        for (const where of ['own', 'other'] as const) {
          if (where === 'other' && ward === undefined) continue;
          const response = await server.app.inject({
            method: method as 'GET',
            url: url
              .replace(':ward', WARDS[where])
              .replace(':id', PATIENTS[where])
              .replace(':device', 'c3'.repeat(16))
              .concat(url.endsWith('/export') ? `?ward=${WARDS[where]}` : ''),
            headers,
            payloadAsStream: true,
          });
          let body = '';
          if (response.headers['content-type']?.toString().startsWith('application/json'))
            body = await new Response(response.stream() as unknown as BodyInit).text();
          else response.stream().destroy();
          const refused = NOT_YOU.some((kind) => body.includes(`"kind":"${kind}"`));
          const should = who === 'anyone' || (who!.split(' ').includes(caller) && where === 'own');
          if (refused === should)
            wrong.push(`${method} ${url} as ${caller}, ${where} ward: ${response.statusCode}`);
        }
    }
    expect(wrong).toEqual([]);
  });
});
