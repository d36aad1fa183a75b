import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
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
import { createRecords } from '../../src/server/reconciliation/records.ts';
import type { PatientRecord } from '../../src/server/reconciliation/ward-entries.ts';
import { CONTEXT } from '../interop/builders.ts';
import { type DemoEhr, startDemoEhr } from './demo-ehr.ts';

const PIN = '135790';
const SCOPE = 'ward:4-west';
const realFetch = globalThis.fetch;

interface Person {
  author: Author;
  key: CryptoKey;
}
type Body = (names: string[]) => object;

/**
 * A ward with one tablet, the desk, and an EHR between which and the server anything may happen. It posts when it is told
 * to. What is charted here is charted by the nurse about `patient` or `other`, both of the EHR's census.
 */
export function wardAndDesk() {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-reconciling-'));
  let tablet: { id: string; key: CryptoKey };
  const desk = {
    server: undefined as unknown as LamplightServer,
    ehr: undefined as unknown as DemoEhr,
    gateway: undefined as unknown as FhirGateway,
    nurse: undefined as unknown as Person,
    doctor: undefined as unknown as Person,
    records: undefined as unknown as Author,
    patient: '',
    other: '',
    /** What lies between the server and the EHR. */
    line: realFetch,
  };

  beforeAll(async () => {
    desk.ehr = await startDemoEhr();
    const { baseUrl } = desk.ehr;
    desk.gateway = createFhirGateway({ baseUrl, timeoutMs: 5_000 });
    // It posts by itself each half minute: here it posts when it is told to, since what lies between is looked at.
    vi.useFakeTimers({ toFake: ['setInterval'] });
    vi.stubGlobal('fetch', (...call: Parameters<typeof fetch>) => desk.line(...call));
    desk.server = await createServer({ dataDirectory: folder, logLevel: 'silent', ehr: { baseUrl } });
    vi.useRealTimers();
    const { site, census } = desk.server.context;
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
    const person = async (name: string, role: 'nurse' | 'clinician'): Promise<Person> => {
      const added = await add(name, role);
      const opened = await unwrapUserKey(PIN, site.pinSecret(added)!, added.wrapped);
      return { author: { id: added.staff, name, role }, key: opened!.signingKey };
    };
    desk.nurse = await person('Nora Quinn', 'nurse');
    const rita = await add('Rita Alvarez', 'records');
    desk.records = { id: rita.staff, name: rita.name, role: 'records' };
    desk.doctor = await person('Priya Shah', 'clinician');
    await census.refresh();
    [desk.patient, desk.other] = [...(await census.known()).keys()] as [string, string];
  }, 60_000);

  afterAll(async () => {
    vi.unstubAllGlobals();
    await desk.server?.close();
    await desk.ehr?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  // Whatever a test did: what the desk keeps in mind is what reading everything gives.
  afterEach(async () => {
    const kept = (await desk.server.context.reconciliation.everything()).found;
    expect(byName(kept)).toEqual(byName(await readAnew()));
  });

  /** Read by nobody before, so read from the beginning. */
  async function readAnew(): Promise<PatientRecord[]> {
    const { db, identity, site, census, projection } = desk.server.context;
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

  /** A tablet's new log about one patient, in somebody's name; resolves with the entries' names. */
  async function chartAs(
    { author, key: signature }: Person,
    about: string,
    ...bodies: Body[]
  ): Promise<string[]> {
    const { site, ledger, identity } = desk.server.context;
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
    (kg: number, replaces?: (names: string[]) => string): Body =>
    (names) => ({
      kind: 'body-measured',
      method: 'measured',
      weightKg: kg,
      ...(replaces ? { replaces: replaces(names), reason: 'misread' } : {}),
    });

  /** As the desk did before the correction came: now it would be refused. */
  const approvedBefore = (entry: string) => {
    const at = new Date().toISOString();
    const body = {
      kind: 'review-decided',
      author: desk.records,
      effectiveAt: at,
      recordedAt: at,
      entry,
      decision: 'approved',
      signedInBy: 'PIN',
    };
    const { siteLog, site } = desk.server.context;
    return siteLog.append(SCOPE, site.recipients('4-west'), [{ patient: desk.patient, body }]);
  };

  async function stateOf(about: string, entry: string) {
    const { found } = await desk.server.context.reconciliation.everything();
    return found.find((record) => record.patient === about)?.reviewed.find(({ id }) => id === entry);
  }

  /** What the EHR would have of this entry had its write come through. */
  async function resourcesOf(about: string, entry: string) {
    const body = (await stateOf(about, entry))!.body as WardBody;
    const known = (await desk.server.context.census.known()).get(about)!;
    return resourcesFor({ id: entry, body }, { ...CONTEXT, ehrPatient: known.ehrPatient });
  }

  return Object.assign(desk, {
    readAnew,
    chartAs,
    chart: (about: string, ...bodies: Body[]) => chartAs(desk.nurse, about, ...bodies),
    weight,
    approve: (...entries: string[]) =>
      desk.server.context.reconciliation.decide(
        entries.map((entry) => ({ entry, decision: 'approved' as const })),
        desk.records,
        'PIN',
        ['4-west'],
      ),
    approvedBefore,
    stateOf,
    push: () => desk.server.context.reconciliation.push(),
    /** As a server leaves it that was cut off from the EHR in the middle of a write. */
    unknown: (entry: string) =>
      desk.server.context.db
        .insertInto('projection.posting')
        .values({
          site: desk.server.context.identity.site,
          entry,
          state: 'unknown',
          detail: 'No answer.',
          attempts: 1,
        })
        .execute(),
    resourcesOf,
    inEhr: async (about: string, entry: string): Promise<boolean[]> =>
      Promise.all(
        (await resourcesOf(about, entry)).map(
          async ({ resourceType, id }) => (await desk.gateway.read(resourceType, id)).kind === 'ok',
        ),
      ),
    /** What the EHR holds under this id. */
    held: async (type: string, id: string) => {
      const read = await desk.gateway.read(type, id);
      return read.kind === 'ok' ? read.resource : undefined;
    },
  });
}

export const byName = (records: readonly PatientRecord[]): Map<string, PatientRecord> =>
  new Map(records.map((each) => [each.patient, each]));
