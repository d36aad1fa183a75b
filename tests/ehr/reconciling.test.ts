import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Author, WardBody } from '../../src/clinical/index.ts';
import { resourcesFor } from '../../src/interop/index.ts';
import { type Bytes, entryId, toHex } from '../../src/log/index.ts';
import {
  logKeys,
  newIdentity,
  newSigningKey,
  randomBytes,
  sealEntry,
  sealTo,
  sha256,
  signWith,
  unwrapUserKey,
} from '../../src/seal/index.ts';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';
import { createFhirGateway, type FhirGateway } from '../../src/server/ehr/gateway.ts';
import { createLeases } from '../../src/server/leases.ts';
import { createRecords } from '../../src/server/reconciliation/records.ts';
import type { PatientRecord } from '../../src/server/reconciliation/ward-entries.ts';
import { CONTEXT } from '../interop/builders.ts';
import { type DemoEhr, startDemoEhr } from './demo-ehr.ts';

/** What is put into the EHR while the EHR itself, the ward and the desk go on. */

const PIN = '135790';
const SCOPE = 'ward:4-west';
const folder = mkdtempSync(join(tmpdir(), 'lamplight-reconciling-'));
const realFetch = globalThis.fetch;
/** What lies between the server and the EHR. */
let line = realFetch;
let ehr: DemoEhr;
let gateway: FhirGateway;
let server: LamplightServer;
let nurse: { author: Author; key: CryptoKey };
let doctor: { author: Author; key: CryptoKey };
let records: Author;
let tablet: { id: string; key: CryptoKey };
let patient: string;
let other: string;

beforeAll(async () => {
  ehr = await startDemoEhr();
  gateway = createFhirGateway({ baseUrl: ehr.baseUrl, timeoutMs: 5_000 });
  // It posts by itself each half minute: here it posts when it is told to, since what lies between is looked at.
  vi.useFakeTimers({ toFake: ['setInterval'] });
  vi.stubGlobal('fetch', (...call: Parameters<typeof fetch>) => line(...call));
  server = await createServer({ dataDirectory: folder, logLevel: 'silent', ehr: { baseUrl: ehr.baseUrl } });
  vi.useRealTimers();
  const { site, census } = server.context;
  await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
  await site.openWard({ id: '4-west', name: '4 West', ehrLocation: 'ward-4-west' });
  const signing = await newSigningKey(true);
  const { device } = await site.enrolDevice({
    name: 'tablet',
    signingKey: signing.publicKey,
    recipient: (await newIdentity()).recipient,
    ward: '4-west',
    hardwareEncrypted: true,
  });
  tablet = { id: device, key: signing.privateKey };
  const add = (name: string, role: 'nurse' | 'clinician' | 'records') =>
    site.addStaff({
      name,
      role,
      wards: ['4-west'],
      pin: PIN,
      argon2: { memoryKiB: 8192, passes: 1, lanes: 1 },
    });
  const nora = await add('Nora Quinn', 'nurse');
  const rita = await add('Rita Alvarez', 'records');
  records = { id: rita.staff, name: rita.name, role: 'records' };
  const opened = await unwrapUserKey(PIN, site.pinSecret(nora)!, nora.wrapped);
  nurse = { author: { id: nora.staff, name: nora.name, role: 'nurse' }, key: opened!.signingKey };
  const priya = await add('Priya Shah', 'clinician');
  const hers = await unwrapUserKey(PIN, site.pinSecret(priya)!, priya.wrapped);
  doctor = { author: { id: priya.staff, name: priya.name, role: 'clinician' }, key: hers!.signingKey };
  await census.refresh();
  [patient, other] = [...(await census.known()).keys()] as [string, string];
}, 60_000);

afterAll(async () => {
  vi.unstubAllGlobals();
  await server?.close();
  await ehr?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Read by nobody before, so read from the beginning. */
async function readAnew(): Promise<PatientRecord[]> {
  const { db, identity, site, census, projection } = server.context;
  const records = createRecords({
    db,
    site: identity.site,
    directory: site.directory,
    roster: site.roster,
    known: census.known,
    caughtUp: projection.catchUp,
    letUploadsPass: async () => undefined,
  });
  return (await records.all()).found;
}
const byName = (records: readonly PatientRecord[]) => new Map(records.map((each) => [each.patient, each]));

// Whatever a test did: what the desk keeps in mind is what reading everything gives.
afterEach(async () => {
  expect(byName((await server.context.reconciliation.everything()).found)).toEqual(byName(await readAnew()));
});

const chart = (about: string, ...bodies: ((names: string[]) => object)[]): Promise<string[]> =>
  chartAs(nurse, about, ...bodies);

/** A tablet's new log about one patient, in somebody's name; resolves with the entries' names. */
async function chartAs(
  { author, key: signature }: typeof nurse,
  about: string,
  ...bodies: ((names: string[]) => object)[]
): Promise<string[]> {
  const { site, ledger, identity } = server.context;
  const logKey = randomBytes(32);
  const log = toHex(randomBytes(16));
  const key = {
    file: await sealTo([...site.recipients('4-west'), identity.recipient], logKey),
    hash: await sha256(logKey),
  };
  const opening = { site: identity.site, writer: tablet.id, scope: SCOPE, key };
  const bytes: Bytes[] = [];
  const names: string[] = [];
  for (const [index, body] of [() => ({ kind: 'log-opened' }), ...bodies].entries()) {
    const at = new Date(Date.now() + index).toISOString();
    const entry = await sealEntry(
      {
        log,
        seq: index + 1,
        prev: bytes.length > 0 ? await sha256(bytes.at(-1)!) : null,
        hlc: [Date.now(), index],
        patient: index === 0 ? null : about,
        body: index === 0 ? body(names) : { author, effectiveAt: at, recordedAt: at, ...body(names) },
        ...(index === 0 ? { opening } : { author: signWith(signature) }),
      },
      logKeys(logKey),
      signWith(tablet.key),
    );
    bytes.push(entry.bytes);
    if (index > 0) names.push(entryId(log, index + 1));
  }
  const { problems } = await ledger.receive(bytes);
  expect(problems).toEqual([]);
  return names;
}

const weight =
  (kg: number, replaces?: (names: string[]) => string) =>
  (names: string[]): object => ({
    kind: 'body-measured',
    method: 'measured',
    weightKg: kg,
    ...(replaces ? { replaces: replaces(names), reason: 'misread' } : {}),
  });

const approve = (...entries: string[]) =>
  server.context.reconciliation.decide(
    entries.map((entry) => ({ entry, decision: 'approved' as const })),
    records,
    'PIN',
    ['4-west'],
  );
/** As the desk did before the correction came: now it would be refused. */
const approvedBefore = (entry: string) => {
  const at = new Date().toISOString();
  const body = {
    kind: 'review-decided',
    author: records,
    effectiveAt: at,
    recordedAt: at,
    entry,
    decision: 'approved',
    signedInBy: 'PIN',
  };
  return server.context.siteLog.append(SCOPE, server.context.site.recipients('4-west'), [{ patient, body }]);
};
async function stateOf(about: string, entry: string) {
  const found = (await server.context.reconciliation.everything()).found.find(
    (record) => record.patient === about,
  );
  return found?.reviewed.find(({ id }) => id === entry);
}
const push = () => server.context.reconciliation.push();
const unknown = (entry: string) =>
  server.context.db
    .insertInto('projection.posting')
    .values({
      site: server.context.identity.site,
      entry,
      state: 'unknown',
      detail: 'No answer.',
      attempts: 1,
    })
    .execute();
/** What the EHR would have of this entry had its write come through. */
async function resourcesOf(about: string, entry: string) {
  const body = (await stateOf(about, entry))!.body as WardBody;
  const known = (await server.context.census.known()).get(about)!;
  return resourcesFor({ id: entry, body }, { ...CONTEXT, ehrPatient: known.ehrPatient });
}
const inEhr = async (about: string, entry: string): Promise<boolean[]> =>
  Promise.all(
    (await resourcesOf(about, entry)).map(
      async ({ resourceType, id }) => (await gateway.read(resourceType, id)).kind === 'ok',
    ),
  );

describe('an entry that was sent, and of which the EHR has not said whether it has it', () => {
  it('is asked about though it was corrected since; where the EHR has it, its correction is not posted beside it', async () => {
    const [wrong, right] = await chart(
      patient,
      weight(71),
      weight(72, ([first]) => first!),
    );
    await approve(right!);
    for (const resource of await resourcesOf(patient, wrong!)) await gateway.put(resource);
    await approvedBefore(wrong!);
    await unknown(wrong!);
    expect(await stateOf(patient, wrong!)).toMatchObject({ state: 'unknown', askOnly: true });
    await push();
    expect((await stateOf(patient, wrong!))?.state).toBe('posted');
    expect(await stateOf(patient, right!)).toMatchObject({ state: 'to-review', correctsPosted: true });
    expect(new Set(await inEhr(patient, right!))).toEqual(new Set([false]));
    expect(await approve(right!)).toMatchObject([{ ok: false, message: expect.stringMatching(/by hand/) }]);
  });

  it('is not sent again where the EHR has it not, and its correction goes in', async () => {
    const [wrong, right] = await chart(
      patient,
      weight(81),
      weight(82, ([first]) => first!),
    );
    await approvedBefore(wrong!);
    await unknown(wrong!);
    await approve(right!);
    await push();
    expect((await stateOf(patient, wrong!))?.state).toBe('not-for-the-ehr');
    expect(new Set(await inEhr(patient, wrong!))).toEqual(new Set([false]));
    expect((await stateOf(patient, right!))?.state).toBe('posted');
    expect(new Set(await inEhr(patient, right!))).toEqual(new Set([true]));
  });
});

describe('the records that the desk asks for every few seconds', () => {
  const kept = async () => byName((await server.context.reconciliation.everything()).found);

  it('are folded again for whom something changed, and for nobody else', async () => {
    const [mine] = await chart(patient, weight(70));
    await chart(other, weight(60));
    const first = await kept();
    expect((await kept()).get(other)).toBe(first.get(other));
    await chart(patient, weight(71));
    const second = await kept();
    expect(second.get(other)).toBe(first.get(other));
    expect(second.get(patient)?.reviewed).toHaveLength(first.get(patient)!.reviewed.length + 1);
    await approve(mine!);
    await ehr.setFaults({ status: 500 });
    await push();
    const third = await kept();
    expect(third.get(other)).toBe(first.get(other));
    expect(third.get(patient)?.reviewed.find(({ id }) => id === mine)?.state).toBe('unknown');
    await ehr.setFaults({});
    await push();
    expect((await kept()).get(patient)?.reviewed.find(({ id }) => id === mine)?.state).toBe('posted');
  });

  it('are folded again for everybody when it changes who is believed', async () => {
    const before = await kept();
    const { site } = server.context;
    await site.addStaff({
      name: 'Sam Ito',
      role: 'nurse',
      wards: ['4-west'],
      pin: PIN,
      argon2: { memoryKiB: 8192, passes: 1, lanes: 1 },
    });
    expect((await kept()).get(other)).not.toBe(before.get(other));
  });
});

describe('an infusion whose next turn comes later', () => {
  let order = '';
  beforeEach(() => {
    order = toHex(randomBytes(16));
  });
  const infusion = (action: string, minutes: number) => {
    const at = new Date(Date.now() + minutes * 60_000).toISOString();
    return () => ({
      kind: 'infusion-charted',
      order,
      medication: { text: 'sodium chloride 0.9 %' },
      action,
      ...(action === 'stopped' ? {} : { rateMlPerHour: 100 }),
      effectiveAt: at,
      overrides: [],
    });
  };
  const inTheEhr = async (entry: string) => {
    const held = await gateway.read('MedicationAdministration', entry);
    return held.kind === 'ok' ? held.resource : undefined;
  };

  it('is sent again as it was sent, and then told that it ended', async () => {
    const [started] = await chart(patient, infusion('started', -60));
    await approve(started!);
    await ehr.setFaults({ status: 500 });
    await push();
    expect((await stateOf(patient, started!))?.state).toBe('unknown');
    // Stopped meanwhile: told anew, the start would carry its end.
    await chart(patient, infusion('stopped', -1));
    await ehr.setFaults({});
    await push();
    expect((await stateOf(patient, started!))?.state).toBe('posted');
    expect(await inTheEhr(started!)).toMatchObject({ status: 'completed', effectivePeriod: {} });
  });

  it('is in progress in the EHR until then, and has an end afterwards, whatever the EHR added', async () => {
    const [started] = await chart(patient, infusion('started', -50));
    await approve(started!);
    await push();
    const running = await inTheEhr(started!);
    expect(running).toMatchObject({ status: 'in-progress', effectiveDateTime: expect.any(String) });
    await gateway.put({
      ...running!,
      id: started!,
      supportingInformation: [{ display: 'seen by pharmacy' }],
    });
    const [stopped] = await chart(patient, infusion('stopped', -2));
    await approve(stopped!);
    // The EHR takes the stop, and answers to nothing that is written after it.
    await ehr.setFaults({ dropAfterCommitEvery: 2 });
    await push();
    await ehr.setFaults({});
    await push();
    expect((await stateOf(patient, stopped!))?.state).toBe('posted');
    const ended = await inTheEhr(started!);
    expect(ended).toMatchObject({
      status: 'completed',
      effectivePeriod: { start: expect.any(String), end: expect.any(String) },
      supportingInformation: [{ display: 'seen by pharmacy' }],
    });
    expect(ended).not.toHaveProperty('effectiveDateTime');
    const version = (ended?.meta as { versionId?: string } | undefined)?.versionId;
    await push();
    expect(((await inTheEhr(started!))?.meta as { versionId?: string } | undefined)?.versionId).toBe(version);
  });

  const posted = async (action: string, minutes: number): Promise<string> => {
    const [entry] = await chart(patient, infusion(action, minutes));
    await approve(entry!);
    await push();
    expect(await stateOf(patient, entry!)).toMatchObject({ state: 'posted' });
    expect((await stateOf(patient, entry!))?.stateReason).toBeUndefined();
    return entry!;
  };

  it('ends where a turn began that came late from another tablet', async () => {
    const first = await posted('started', -90);
    const third = await posted('rate-changed', -30);
    const end = async () =>
      ((await inTheEhr(first))?.effectivePeriod as { end?: string } | undefined)?.end ?? '';
    const before = await end();
    await posted('rate-changed', -60);
    expect(Date.parse(await end())).toBeLessThan(Date.parse(before));
    expect(await inTheEhr(third)).toMatchObject({ status: 'in-progress' });
  });

  it('a stop lasts for no time, and a pause is none of giving', async () => {
    await posted('started', -95);
    const paused = await posted('paused', -80);
    await posted('resumed', -70);
    expect(await inTheEhr(paused)).toMatchObject({ status: 'on-hold', effectivePeriod: {} });
    const stopped = await posted('stopped', -65);
    await posted('started', -20);
    expect(await inTheEhr(stopped)).toMatchObject({
      status: 'completed',
      effectiveDateTime: expect.any(String),
    });
  });

  it('is no stranger to a server that died after it had told the EHR of the end', async () => {
    const [started] = await chart(patient, infusion('started', -60));
    await approve(started!);
    // The EHR takes it, and answers nothing that could be believed: what was sent is kept.
    await ehr.setFaults({ status: 500 });
    await push();
    await ehr.setFaults({});
    const [stopped] = await chart(patient, infusion('stopped', -1));
    const { sent } = await server.context.db
      .selectFrom('projection.posting')
      .where('entry', '=', started!)
      .select('sent')
      .executeTakeFirstOrThrow();
    const [turn] = z.array(z.looseObject({ resourceType: z.string(), id: z.string() })).parse(sent);
    const { effectiveDateTime: start, ...told } = turn!;
    const end = (await stateOf(patient, stopped!))!.body!.effectiveAt;
    await gateway.put({ ...told, status: 'completed', effectivePeriod: { start, end } });
    await push();
    expect((await stateOf(patient, started!))?.state).toBe('posted');
  });

  it('is left as it is where somebody changed it in the EHR, and that is said', async () => {
    const [started] = await chart(patient, infusion('started', -40));
    await approve(started!);
    await push();
    await gateway.put({ ...(await inTheEhr(started!))!, id: started!, status: 'stopped' });
    const [stopped] = await chart(patient, infusion('stopped', -3));
    await approve(stopped!);
    await push();
    expect(await stateOf(patient, stopped!)).toMatchObject({
      state: 'posted',
      stateReason: expect.stringMatching(/still in progress in the EHR.*somebody changed.*by hand/),
    });
    expect(await inTheEhr(started!)).toMatchObject({ status: 'stopped' });
    // Nothing on a finished row brings anybody back to it: the outage is not closed over it without a word.
    const { wards } = await server.context.closing.state(['4-west']);
    expect(wards[0]!.open.find(({ kind }) => kind === 'by-hand')?.what).toContainEqual(
      expect.stringMatching(/still in progress in the EHR.*by hand/),
    );
  });
});

describe('an order of the downtime that the downtime stopped again', () => {
  const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
  const signed = (detail: object) => () => ({
    kind: 'order-signed',
    detail,
    overrides: [],
    effectiveAt: minutesAgo(30),
  });
  const morphine = signed({
    category: 'medication',
    medication: { text: 'morphine 10 mg/mL injection' },
    dose: { value: 5, unit: 'mg' },
    route: 'intravenous',
    schedule: { type: 'once', stat: false },
    startAt: minutesAgo(30),
  });
  const said = (kind: string, order: string, minutes: number) => () => ({
    kind,
    order,
    reason: 'drowsy',
    effectiveAt: minutesAgo(minutes),
  });
  const held = async (type: string, id: string) => {
    const read = await gateway.read(type, id);
    return read.kind === 'ok' ? read.resource : undefined;
  };
  const sign = async (body: () => object): Promise<string> => (await chartAs(doctor, patient, body))[0]!;

  it('is active until the word comes, and says itself that it was stopped; nobody has to read a Task first', async () => {
    const order = await sign(morphine);
    await approve(order);
    await push();
    const active = await held('MedicationRequest', order);
    expect(active).toMatchObject({ status: 'active' });
    await gateway.put({ ...active!, id: order, supportingInformation: [{ display: 'seen by pharmacy' }] });
    const stop = await sign(said('order-stopped', order, 1));
    await approve(stop);
    // The EHR takes what it is told, and answers to nothing that is written after it.
    await ehr.setFaults({ dropAfterCommitEvery: 2 });
    await push();
    await ehr.setFaults({});
    await push();
    expect((await stateOf(patient, stop))?.state).toBe('posted');
    expect(await held('MedicationRequest', order)).toMatchObject({
      status: 'stopped',
      statusReason: { text: 'drowsy' },
      supportingInformation: [{ display: 'seen by pharmacy' }],
    });
    expect(await held('Task', stop)).toMatchObject({ status: 'completed' });
  });

  it('is on hold and active again as it was said last, whichever is approved first', async () => {
    const order = await sign(morphine);
    const hold = await sign(said('order-held', order, 20));
    const resume = await sign(said('order-resumed', order, 10));
    await approve(order);
    await approve(hold);
    await push();
    expect(await held('MedicationRequest', order)).toMatchObject({ status: 'on-hold' });
    await approve(resume);
    await push();
    expect(await held('MedicationRequest', order)).toMatchObject({ status: 'active' });
  });

  it('is never active in an EHR that was told of its end first', async () => {
    const order = await sign(
      signed({ category: 'imaging', request: { text: 'Chest X-ray' }, priority: 'routine' }),
    );
    const stop = await sign(said('order-stopped', order, 1));
    await approve(stop);
    await push();
    expect(await held('Task', stop)).toMatchObject({ status: 'requested' });
    await approve(order);
    await push();
    expect((await stateOf(patient, order))?.state).toBe('posted');
    expect(await held('ServiceRequest', order)).toMatchObject({ status: 'revoked' });
  });

  it('of which the EHR has not said whether it has it, comes to its end too', async () => {
    const order = await sign(morphine);
    await approve(order);
    await ehr.setFaults({ status: 500 });
    await push();
    expect((await stateOf(patient, order))?.state).toBe('unknown');
    const stop = await sign(said('order-stopped', order, 1));
    await approve(stop);
    await ehr.setFaults({});
    await push();
    expect(await held('MedicationRequest', order)).toMatchObject({ status: 'stopped' });
    expect((await stateOf(patient, order))?.state).toBe('posted');
    expect((await stateOf(patient, stop))?.state).toBe('posted');
  });

  it('is left as it is where somebody changed it in the EHR: the Task asks', async () => {
    const order = await sign(morphine);
    await approve(order);
    await push();
    await gateway.put({ ...(await held('MedicationRequest', order))!, id: order, status: 'completed' });
    const stop = await sign(said('order-stopped', order, 1));
    await approve(stop);
    await push();
    expect(await held('MedicationRequest', order)).toMatchObject({ status: 'completed' });
    expect(await held('Task', stop)).toMatchObject({ status: 'requested' });
    expect(await stateOf(patient, stop)).toMatchObject({
      state: 'posted',
      stateReason: expect.stringMatching(/does not say that it was stopped.*somebody changed.*by hand/),
    });
  });

  it('whose stop is taken back while the EHR answers nothing, is not stopped there without a word', async () => {
    const order = await sign(morphine);
    await approve(order);
    await push();
    const stop = await sign(said('order-stopped', order, 1));
    await approve(stop);
    // The first write arrives; then the line is cut, and nobody can be asked.
    let isCut = false;
    line = async (...call) => {
      if (isCut) throw new TypeError('fetch failed');
      isCut = call[1]?.method === 'PUT';
      const answer = await realFetch(...call);
      if (isCut) throw new TypeError('fetch failed');
      return answer;
    };
    await push();
    line = realFetch;
    expect(isCut).toBe(true);
    expect((await stateOf(patient, stop))?.state).toBe('unknown');
    await chartAs(doctor, patient, () => ({ kind: 'entered-in-error', replaces: stop, reason: 'a slip' }));
    await push();
    expect(await held('MedicationRequest', order)).toMatchObject({ status: 'active' });
    expect(await stateOf(patient, stop)).toMatchObject({
      resources: [{ type: 'Task', id: stop }],
      stateReason: expect.stringContaining('by hand'),
    });
  });

  it('whose stop the EHR refuses, is not stopped there', async () => {
    const order = await sign(morphine);
    await approve(order);
    await push();
    const stop = await sign(said('order-stopped', order, 1));
    await approve(stop);
    const put = await gateway.put({ resourceType: 'Task', id: stop, status: 'draft', intent: 'order' });
    expect(put.kind).not.toBe('refused');
    await push();
    expect((await stateOf(patient, stop))?.state).toBe('refused');
    expect(await held('MedicationRequest', order)).toMatchObject({ status: 'active' });
  });

  it('is stopped by the order that takes its place', async () => {
    const order = await sign(morphine);
    const newer = await sign(() => ({ ...morphine(), changes: order, effectiveAt: minutesAgo(5) }));
    await approve(order);
    await approve(newer);
    await push();
    expect(await held('MedicationRequest', order)).toMatchObject({
      status: 'stopped',
      statusReason: { text: 'Changed by a newer order' },
    });
    expect(await held('MedicationRequest', newer)).toMatchObject({ status: 'active' });
    expect(await held('Task', `${newer}-change`)).toMatchObject({ status: 'completed' });
  });
});

it('what is part of a dose names the statement of it that the EHR holds, and none that it does not', async () => {
  const dose = (value: number, replaces?: string) => () => ({
    kind: 'medication-administration',
    order: '9'.repeat(32),
    medication: { text: 'paracetamol 500 mg' },
    outcome: 'given',
    dose: { value, unit: 'mg' },
    overrides: [],
    ...(replaces ? { replaces, reason: 'misread' } : {}),
  });
  const effect = (names: string[]) => ({
    kind: 'dose-reassessed',
    administration: names[0],
    effect: 'relieved',
  });
  const partOf = async (entry: string) => {
    const [resource] = (await stateOf(patient, entry))!.resources;
    const found = await gateway.read(resource!.type, resource!.id);
    return found.kind === 'ok' ? (found.resource as { partOf?: unknown[] }).partOf : undefined;
  };
  const [first, seen] = await chart(patient, dose(500), effect);
  const [right] = await chart(patient, dose(1000, first));
  await approve(right!, seen!);
  await push();
  expect(await partOf(seen!)).toEqual([{ reference: `MedicationAdministration/${right}` }]);
  // Approved before its dose is.
  const [, early] = await chart(patient, dose(250), effect);
  await approve(early!);
  await push();
  expect(await partOf(early!)).toEqual([{ display: expect.stringContaining('not in the EHR') }]);
});

it('what was charted goes into the EHR after its patient has left the ward’s list', async () => {
  const [charted] = await chart(other, weight(64));
  const known = (await server.context.census.known()).get(other)!;
  const encounter = await gateway.read('Encounter', known.ehrEncounter!);
  if (encounter.kind !== 'ok') throw new Error('no encounter');
  await gateway.put({ ...encounter.resource, id: known.ehrEncounter!, status: 'finished' });
  await server.context.census.refresh();
  expect((await server.context.census.patients('4-west')).map(({ id }) => id)).not.toContain(other);
  await approve(charted!);
  expect((await stateOf(other, charted!))?.state).toBe('approved');
  await push();
  expect((await stateOf(other, charted!))?.state).toBe('posted');
});

describe("a nurse's mark on what a clinician stopped", () => {
  it('takes the stop neither from the worklist nor out of what is posted, and says why; a clinician’s does', async () => {
    const mark = (replaces: string) => () => ({ kind: 'entered-in-error', replaces, reason: 'a slip' });
    const [stop] = await chartAs(doctor, other, () => ({
      kind: 'order-stopped',
      order: 'e'.repeat(32),
      reason: 'drowsy',
    }));
    const [hers] = await chart(other, mark(stop!));
    const reviewed = async (id: string) =>
      (await server.context.reconciliation.patient(other)).entries.find((entry) => entry.id === id);
    expect(await reviewed(stop!)).toMatchObject({ standing: 'current', state: 'to-review' });
    expect(await reviewed(hers!)).toMatchObject({
      state: 'not-for-the-ehr',
      stateReason: 'It changes no other entry. What a clinician signed, only a clinician takes back.',
    });
    await chartAs(doctor, other, mark(stop!));
    expect(await reviewed(stop!)).toMatchObject({ standing: 'entered-in-error', state: 'not-for-the-ehr' });
  });
});

it('a new patient is in the EHR before anything that names her, and an order that is not there is named in words', async () => {
  const stranger = 'ee'.repeat(16);
  const at = new Date().toISOString();
  const [registration, order, dose, charted] = await chart(
    stranger,
    () => ({
      kind: 'patient-registered',
      number: { kind: 'MRT', value: 'DA00001X' },
      name: { family: 'Okafor', given: 'Grace' },
      nameUnknown: false,
      sex: 'female',
    }),
    () => ({
      kind: 'order-received',
      detail: {
        category: 'medication',
        medication: { text: 'paracetamol 500 mg' },
        dose: { value: 1000, unit: 'mg' },
        route: 'PO',
        schedule: { type: 'once', stat: false },
        startAt: at,
      },
      prescriber: 'Dr Bell',
      by: 'telephone',
      readBack: true,
      overrides: [],
    }),
    (names) => ({
      kind: 'medication-administration',
      order: names[1],
      medication: { text: 'paracetamol 500 mg' },
      outcome: 'given',
      dose: { value: 1000, unit: 'mg' },
      overrides: [],
    }),
    weight(60),
  );
  await server.context.reconciliation.link(stranger, { confirmedNew: true }, records);
  await approve(charted!, dose!);
  await push();
  expect(await stateOf(stranger, charted!)).toMatchObject({
    state: 'waiting-for-match',
    stateReason: expect.stringContaining('approve the registration'),
  });
  await approve(registration!);
  await push();
  expect((await stateOf(stranger, registration!))?.state).toBe('posted');
  expect((await stateOf(stranger, charted!))?.state).toBe('posted');
  // The order was never approved.
  expect((await stateOf(stranger, order!))?.state).toBe('to-review');
  const given = await gateway.read('MedicationAdministration', dose!);
  expect(given.kind === 'ok' && given.resource.request).toEqual({
    display: 'Downtime order, not in the EHR: paracetamol 500 mg',
  });
});

it('a match is not undone while its patient’s entries are on their way into the EHR', async () => {
  const stranger = 'dd'.repeat(16);
  await chart(stranger, () => ({
    kind: 'patient-registered',
    number: { kind: 'MRT', value: 'DA00002V' },
    name: { family: 'Bell', given: 'Ida' },
    nameUnknown: false,
    sex: 'female',
  }));
  const { reconciliation, db, identity } = server.context;
  await reconciliation.link(stranger, { confirmedNew: true }, records);
  const poster = createLeases(db, identity.site, Date.now);
  expect(await poster.take(stranger, 'another node')).toBe(true);
  await expect(reconciliation.unlink(stranger, records)).rejects.toMatchObject({ kind: 'posting' });
  expect((await reconciliation.patient(stranger)).link).toEqual({ confirmedNew: true });
  await poster.give(stranger, 'another node');
  await reconciliation.unlink(stranger, records);
  expect((await reconciliation.patient(stranger)).link).toBeNull();
});
