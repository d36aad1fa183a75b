import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldChart } from '../../src/clinical/index.ts';
import { snapshotFromFhir } from '../../src/interop/index.ts';
import { createFhirGateway, type FhirGateway } from '../../src/server/ehr/gateway.ts';
import { type CensusRead, findPatients, readWardCensus } from '../../src/server/ehr/read-census.ts';
import { type DemoEhr, startDemoEhr } from './demo-ehr.ts';

let ehr: DemoEhr;
let gateway: FhirGateway;

beforeAll(async () => {
  ehr = await startDemoEhr();
  gateway = createFhirGateway({ baseUrl: ehr.baseUrl });
});
afterAll(() => ehr.stop());

const OPTIONS = {
  id: 'a'.repeat(32),
  orderId: (id: string) => createHash('sha256').update(id).digest('hex').slice(0, 32),
  timeZone: 'America/New_York',
};

const read = new Map<string, Promise<Extract<CensusRead, { kind: 'ok' }>>>();

/** Read once, for all tests. */
function censusOf(ward: string) {
  const known = read.get(ward) ?? readCensus(ward);
  read.set(ward, known);
  return known;
}

async function readCensus(ward: string) {
  const read = await readWardCensus(gateway, ward, Date.now());
  if (read.kind !== 'ok') throw new Error(read.reason);
  return read;
}

describe('the ward census', () => {
  it('lists every inpatient of the ward once, with what a snapshot needs', async () => {
    const { patients, warnings } = await censusOf('ward-4-west');
    expect(warnings).toEqual([]);
    expect(patients.length).toBeGreaterThanOrEqual(16);
    expect(new Set(patients.map(({ patient }) => patient.id)).size).toBe(patients.length);

    const now = new Date().toISOString();
    const snapshots = patients
      .map((raw) => snapshotFromFhir(raw, OPTIONS))
      .flatMap((read) => (read.ok ? [read.patient] : []));
    expect(snapshots).toHaveLength(patients.length);
    const charts = snapshots.map(
      (snapshot) =>
        foldChart({
          patient: snapshot.id,
          entries: [],
          snapshot,
          snapshotAsOf: new Date(Date.now() - 3_600_000).toISOString(),
          now,
        })!,
    );
    expect(
      charts.filter(({ orders }) => orders.some(({ incomplete }) => incomplete.length === 0)).length,
    ).toBeGreaterThanOrEqual(16);
    expect(charts.filter(({ dueDoses }) => dueDoses.length > 0).length).toBeGreaterThanOrEqual(16);
    expect(
      charts.filter(({ allergies }) =>
        allergies.list.some(({ substance }) => /penicillin/i.test(substance.text)),
      ).length,
    ).toBeGreaterThanOrEqual(4);
    expect(
      charts.filter(({ orders }) => orders.some(({ lastGivenInEhr }) => lastGivenInEhr !== undefined)).length,
    ).toBeGreaterThanOrEqual(10);
    expect(
      charts.filter(({ ehrObservations }) =>
        ehrObservations.some(({ effectiveAt }) => Date.parse(now) - Date.parse(effectiveAt) < 2 * 86_400_000),
      ).length,
    ).toBeGreaterThanOrEqual(16);
    expect(charts.every(({ identity }) => identity.bed !== undefined && identity.numbers.length === 1)).toBe(
      true,
    );
  });

  it('two wards share nobody; a ward that does not exist is empty', async () => {
    const [west, east] = [await censusOf('ward-4-west'), await censusOf('ward-5-east')];
    const names = new Set(west.patients.map(({ patient }) => patient.id));
    expect(east.patients.length).toBeGreaterThan(0);
    expect(east.patients.some(({ patient }) => names.has(patient.id))).toBe(false);
    expect((await censusOf('ward-nowhere')).patients).toEqual([]);
  });

  it('one patient whose record fails is a warning, the rest is there', async () => {
    const all = await censusOf('ward-5-east');
    const unlucky = all.patients[0]!.patient.id!;
    const failing: FhirGateway = {
      ...gateway,
      search: async (type, parameters, options) =>
        type === 'AllergyIntolerance' && parameters.patient === `Patient/${unlucky}`
          ? { kind: 'unreachable', reason: 'timed out' }
          : gateway.search(type, parameters, options),
    };
    const read = await readWardCensus(failing, 'ward-5-east', Date.now());
    expect(read.kind === 'ok' && read.patients.length).toBe(all.patients.length - 1);
    expect(read.kind === 'ok' && read.warnings).toMatchObject([
      expect.stringContaining('could not be read in full'),
    ]);
  });

  it('two open encounters of one patient are one, the newer; a bed that is planned or was left holds nobody', async () => {
    const { patients } = await censusOf('ward-4-west');
    const [one, two] = patients;
    const searched: FhirGateway = {
      ...gateway,
      async search(type, parameters, options) {
        const found = await gateway.search(type, parameters, options);
        if (type !== 'Encounter' || found.kind !== 'ok') return found;
        const place = (one!.encounter.location as { location: unknown }[])[0]!.location;
        const more = [
          { ...one!.encounter, id: 'second', period: { start: '2099-01-01T00:00:00Z' } },
          { ...two!.encounter, id: 'planned', location: [{ location: place, status: 'planned' }] },
        ];
        const left = {
          ...two!.encounter,
          location: [{ location: place, period: { end: '2020-01-01T00:00:00Z' } }],
        };
        return {
          ...found,
          resources: [
            ...found.resources.map((resource) => (resource.id === left.id ? left : resource)),
            ...more,
          ],
        };
      },
    };
    const read = await readWardCensus(searched, 'ward-4-west', Date.now());
    if (read.kind !== 'ok') throw new Error(read.reason);
    expect(read.patients).toHaveLength(patients.length - 1);
    expect(read.patients.find(({ patient }) => patient.id === one!.patient.id)?.encounter.id).toBe('second');
    expect(read.patients.map(({ patient }) => patient.id)).not.toContain(two!.patient.id);
    expect(read.warnings.join()).toContain('two open encounters');
  });

  it('a server that cannot search by place, or has no doses, still gives the census', async () => {
    const poor: FhirGateway = {
      ...gateway,
      search: async (type, parameters, options) =>
        (type === 'Encounter' && parameters.location) ||
        type === 'List' ||
        type === 'MedicationAdministration'
          ? { kind: 'refused', status: 400, message: 'not supported' }
          : gateway.search(type, parameters, options),
    };
    const read = await readWardCensus(poor, 'ward-5-east', Date.now());
    expect(read.kind === 'ok' && read.patients.length).toBe((await censusOf('ward-5-east')).patients.length);
  });

  it('asks for weight and creatinine on their own, and needs no answer', async () => {
    const result = (id: string, code: string) => ({
      resourceType: 'Observation',
      id,
      code: { coding: [{ code }] },
    });
    const asked = (refuses: boolean): FhirGateway => ({
      ...gateway,
      async search(type, parameters) {
        if (type === 'Location') return { kind: 'ok', resources: [] };
        if (type === 'Encounter')
          return {
            kind: 'ok',
            resources: [
              {
                resourceType: 'Encounter',
                id: 'e',
                subject: { reference: 'Patient/p' },
                location: [{ location: { reference: 'Location/ward' } }],
              },
            ],
          };
        if (type !== 'Observation') return { kind: 'ok', resources: [] };
        if (!parameters.code)
          return { kind: 'ok', resources: [result('pulse', '8867-4'), result('w', '29463-7')] };
        if (refuses) return { kind: 'refused', status: 400, message: 'no search by code' };
        return {
          kind: 'ok',
          resources: parameters.code.includes('|29463-7')
            ? [result('w', '29463-7')]
            : [result('c', '2160-0')],
        };
      },
      read: async () => ({ kind: 'ok', resource: { resourceType: 'Patient', id: 'p' } }),
    });
    const found = async (refuses: boolean) => {
      const read = await readWardCensus(asked(refuses), 'ward', Date.now());
      if (read.kind !== 'ok') throw new Error(read.reason);
      expect(read.warnings).toEqual([]);
      return read.patients[0]!.observations.map(({ id }) => id);
    };
    expect(await found(false)).toEqual(['pulse', 'w', 'c']);
    expect(await found(true)).toEqual(['pulse', 'w']);
  });

  it('an EHR that is down is unreachable, not empty', async () => {
    await ehr.setUp(false);
    expect((await readWardCensus(gateway, 'ward-4-west', Date.now())).kind).toBe('unreachable');
    expect((await findPatients(gateway, { family: 'X' })).kind).toBe('unreachable');
    await ehr.setUp(true);
  });
});

describe('finding a patient', () => {
  it('by any one of name, swapped name, date of birth or number', async () => {
    const { patient } = (await censusOf('ward-4-west')).patients[0]!;
    const { name, birthDate, identifier } = patient as unknown as {
      name: { family: string; given: string[] }[];
      birthDate: string;
      identifier: { value: string }[];
    };
    const { family, given } = name[0]!;
    for (const hints of [
      { family },
      { given: given[0]! },
      { given: family },
      { family: given[0]! },
      { birthDate },
      { identifier: identifier[0]!.value },
    ]) {
      const found = await findPatients(gateway, hints);
      expect(found.kind === 'ok' && found.patients.some(({ id }) => id === patient.id)).toBe(true);
    }
    expect(await findPatients(gateway, {})).toEqual({ kind: 'ok', patients: [] });
  });

  it('a search that the EHR refuses is no "nobody"', async () => {
    const refusing: FhirGateway = {
      ...gateway,
      search: async () => ({ kind: 'refused', status: 403, message: 'forbidden' }),
    };
    expect((await findPatients(refusing, { family: 'Kessler' })).kind).toBe('unreachable');
  });
});

describe('the gateway', () => {
  const answering = (pages: Record<string, unknown>): FhirGateway =>
    createFhirGateway({
      baseUrl: 'http://ehr.test/fhir',
      fetch: async (url) => Response.json(pages[new URL(String(url)).search] ?? pages.any),
    });
  const page = (ids: string[], next?: string) => ({
    resourceType: 'Bundle',
    entry: [
      ...ids.map((id) => ({ resource: { resourceType: 'Patient', id } })),
      { resource: { resourceType: 'OperationOutcome' } },
    ],
    ...(next === undefined ? {} : { link: [{ relation: 'next', url: next }] }),
  });
  const ids = (result: Awaited<ReturnType<FhirGateway['search']>>) =>
    result.kind === 'ok' ? result.resources.map(({ id }) => id) : result;

  it('follows pages, and counts only matches', async () => {
    expect(
      ids(
        await answering({
          '?_count=100': page(['a'], 'http://ehr.test/fhir?p=2'),
          '?p=2': page(['b']),
        }).search('Patient', {}),
      ),
    ).toEqual(['a', 'b']);
  });

  it('never carries the token to another host, and never calls a cut answer whole', async () => {
    expect(
      await answering({ any: page(['a'], 'http://elsewhere.test/?p=2') }).search('Patient', {}),
    ).toMatchObject({ kind: 'refused' });
    expect(await answering({ any: page(['a'], '?again') }).search('Patient', {})).toMatchObject({
      kind: 'refused',
    });
    expect(
      ids(await answering({ any: page(['a', 'b'], '?again') }).search('Patient', {}, { most: 3 })),
    ).toEqual(['a', 'b', 'a']);
  });

  it('tells gone from refused from broken', async () => {
    const status = (code: number, body: BodyInit = '{}') =>
      createFhirGateway({
        baseUrl: 'http://ehr.test',
        fetch: async () => new Response(body, { status: code }),
      });
    expect((await status(404).read('Patient', 'x')).kind).toBe('not-found');
    expect((await status(410).read('Patient', 'x')).kind).toBe('not-found');
    expect(
      await status(403, '{"resourceType":"OperationOutcome","issue":[{"diagnostics":"no"}]}').read(
        'Patient',
        'x',
      ),
    ).toEqual({ kind: 'refused', status: 403, message: 'no' });
    expect((await status(404, '<html>').read('Patient', 'x')).kind).toBe('unreachable');
    expect((await status(502).read('Patient', 'x')).kind).toBe('unreachable');
    const resource = { resourceType: 'Patient', id: 'x' };
    expect((await status(200, '<html>').put(resource)).kind).toBe('unknown');
    expect((await status(504).put(resource)).kind).toBe('unknown');
    expect((await status(429).put(resource)).kind).toBe('unknown');
    expect((await status(409).put(resource)).kind).toBe('refused');
  });

  it('a write is sent once, also when nobody answers', async () => {
    let sent = 0;
    const silent = createFhirGateway({
      baseUrl: 'http://ehr.test',
      timeoutMs: 30,
      fetch: (_url, init) => {
        sent += 1;
        return new Promise((_resolve, reject) =>
          init?.signal?.addEventListener('abort', () => reject(new Error('timeout'))),
        );
      },
    });
    expect((await silent.put({ resourceType: 'Patient', id: 'x' })).kind).toBe('unknown');
    expect(sent).toBe(1);
  });
});

it('what was written survives a SIGKILL and a torn last line', async () => {
  const first = await startDemoEhr();
  const write = (base: string, id: string) =>
    createFhirGateway({ baseUrl: base }).put({ resourceType: 'Patient', id, name: [{ family: 'Written' }] });
  expect((await write(first.baseUrl, 'written-1')).kind).toBe('ok');
  await first.kill();
  await appendFile(join(first.data, 'written.jsonl'), '{"resourceType":"Pat');
  const second = await startDemoEhr(first.data);
  expect((await write(second.baseUrl, 'written-2')).kind).toBe('ok');
  await second.kill();
  const third = await startDemoEhr(first.data);
  for (const id of ['written-1', 'written-2'])
    expect((await createFhirGateway({ baseUrl: third.baseUrl }).read('Patient', id)).kind).toBe('ok');
  expect((await readFile(join(first.data, 'written.jsonl'), 'utf8')).split('\n').length).toBeGreaterThan(3);
  await third.stop();
});
