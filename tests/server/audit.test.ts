import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEntry } from '../../src/seal/index.ts';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';
import { storedEntry } from '../../src/server/ledger.ts';
import { AUDIT_SCOPE } from '../../src/site/index.ts';
import type { AuditList } from '../../src/wire/audit.ts';

const QUICK = { memoryKiB: 8192, passes: 1, lanes: 1 };

describe('the audit trail on the server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-audit-'));
  const PATIENT = 'a1'.repeat(16);
  let server: LamplightServer;
  let now = Date.parse('2026-11-24T14:00:00.000Z');
  const cookies: Record<string, string> = {};

  const signIn = async (name: string, pin: string) => {
    const response = await server.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { staff: name, pin },
    });
    const [cookie] = [response.headers['set-cookie']].flat();
    if (cookie) cookies[name] = cookie.split(';')[0]!;
    return response.statusCode;
  };
  const get = (name: string, url: string) => server.app.inject({ url, headers: { cookie: cookies[name]! } });
  const trail = async (query = ''): Promise<AuditList['events']> =>
    (await get('Adam Lind', `/api/admin/audit${query}`)).json().events;

  beforeAll(async () => {
    server = await createServer({ dataDirectory: folder, logLevel: 'silent', clock: () => now });
    const { site, db, identity } = server.context;
    await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
    await site.openWard({ id: '4-west', name: '4 West' });
    for (const [name, role] of [
      ['Adam Lind', 'administrator'],
      ['Rita Alvarez', 'records'],
    ] as const)
      await site.addStaff({ name, role, wards: ['4-west'], pin: '135790', argon2: QUICK });
    await db
      .insertInto('projection.entry')
      .values({
        site: identity.site,
        log: 'e'.repeat(32),
        seq: 2,
        patient: PATIENT,
        ward: '4-west',
        kind: 'patient-registered',
        body: JSON.stringify({
          kind: 'patient-registered',
          author: { id: 'b'.repeat(32), name: 'Nora Quinn', role: 'nurse' },
          effectiveAt: '2026-11-24T13:00:00.000Z',
          recordedAt: '2026-11-24T13:00:00.000Z',
          number: { kind: 'MRT', value: 'DA000017' },
          name: { family: 'Hale', given: 'Iris' },
          nameUnknown: false,
          sex: 'female',
        }),
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

  it('notes who signed in and who failed to, and whose record was opened, once however often the page asks', async () => {
    expect(await signIn('Rita Alvarez', '999999')).toBe(401);
    expect(await signIn('Nobody Known', '999999')).toBe(401);
    expect(await signIn('Rita Alvarez', '135790')).toBe(200);
    expect(await signIn('Adam Lind', '135790')).toBe(200);
    for (let asked = 0; asked < 3; asked++) await get('Rita Alvarez', `/api/workbench/patients/${PATIENT}`);
    const events = (await trail()).map(({ what, staff }) => `${what} ${staff?.name ?? '?'}`).sort();
    expect(events).toEqual([
      'review-opened Rita Alvarez',
      'sign-in Adam Lind',
      'sign-in Rita Alvarez',
      'sign-in-failed ?',
      'sign-in-failed Rita Alvarez',
    ]);
  });

  it('answers who looked at a patient, by name, to the administrator and to the desk', async () => {
    for (const events of [
      await trail(`?patient=${PATIENT}`),
      (await get('Rita Alvarez', `/api/workbench/patients/${PATIENT}/access`)).json()
        .events as AuditList['events'],
    ])
      expect(events).toMatchObject([
        { what: 'review-opened', staff: { name: 'Rita Alvarez' }, patient: { name: 'HALE, Iris' } },
      ]);
  });

  it('filters by what, who and day', async () => {
    const rita = (await trail('?what=review-opened'))[0]!.staff!.id;
    expect((await trail(`?staff=${rita}&what=sign-in`)).map(({ what }) => what)).toEqual(['sign-in']);
    expect(await trail('?from=2026-11-25')).toEqual([]);
    expect((await trail('?from=2026-11-24&to=2026-11-24')).length).toBeGreaterThan(4);
    now += 86_400_000;
    await signIn('Adam Lind', '135790');
    expect((await trail('?from=2026-11-25')).map(({ what }) => what)).toEqual(['sign-in']);
  });

  it('is entries of a log of its own, sealed to site and safe alone, and comes back when the table is lost', async () => {
    const before = await trail();
    const { db, site } = server.context;
    const logs = await db
      .selectFrom('record.log')
      .where('scope', '=', AUDIT_SCOPE)
      .select(['log', 'seq'])
      .execute();
    expect(logs).toHaveLength(1);
    const rows = await db
      .selectFrom('record.entry')
      .where('log', '=', logs[0]!.log)
      .where('seq', '>', 1)
      .select('bytes')
      .execute();
    for (const { bytes } of rows) {
      const entry = storedEntry(bytes);
      expect(Buffer.from(bytes).includes('Rita')).toBe(false);
      // No carrier learns from a header who looked at whom.
      expect(entry.patient).toBeNull();
      expect((await openEntry(entry, await site.keysOfLog(entry.log))).ok).toBe(true);
    }
    await db.deleteFrom('projection.audit').execute();
    await db.deleteFrom('projection.log').execute();
    expect(await trail()).toEqual(before);
  });

  it('is handed out as FHIR AuditEvent, with the pattern of IHE BALP for reading a record', async () => {
    const response = await get('Adam Lind', '/api/admin/audit/fhir');
    expect(response.headers['content-type']).toContain('application/fhir+ndjson');
    const resources = response.payload
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(resources.every(({ resourceType }) => resourceType === 'AuditEvent')).toBe(true);
    const read = resources.find(({ meta }) => meta);
    expect(read).toMatchObject({
      meta: { profile: ['https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead'] },
      subtype: [{ code: 'read' }],
      action: 'R',
      outcome: '0',
    });
    expect(read.entity[0]).toMatchObject({ role: { code: '1' }, what: { identifier: { value: PATIENT } } });
    expect(resources.filter(({ outcome }) => outcome === '4')).toHaveLength(2);
  });
});
