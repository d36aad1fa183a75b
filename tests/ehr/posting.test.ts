import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Outgoing, resourcesFor } from '../../src/interop/index.ts';
import { createFhirGateway, type FhirGateway } from '../../src/server/ehr/gateway.ts';
import { postResources } from '../../src/server/ehr/post-resources.ts';
import { anEntry, entryId, FULL_SET } from '../clinical/builders.ts';
import { CONTEXT } from '../interop/builders.ts';
import { type DemoEhr, startDemoEhr } from './demo-ehr.ts';

let ehr: DemoEhr;
let gateway: FhirGateway;
let patient = '';
let serial = 0;

beforeAll(async () => {
  ehr = await startDemoEhr();
  gateway = createFhirGateway({ baseUrl: ehr.baseUrl, timeoutMs: 5_000 });
  const found = await gateway.search('Patient', {});
  patient = found.kind === 'ok' ? found.resources[0]!.id! : '';
});
afterAll(() => ehr.stop());
beforeEach(() => ehr.setFaults({}));

/** The eleven resources of a set of vital signs, of a new entry. */
function vitals(pulse = 70): Outgoing[] {
  serial += 1;
  const entry = anEntry('vital-signs', { values: { ...FULL_SET, pulse } }, { id: entryId('c', serial) });
  return resourcesFor(entry, { ...CONTEXT, ehrPatient: patient, ehrEncounter: `enc-${patient}` });
}

/** How often the EHR holds each of these, by business identifier: exactly once is 1. */
async function heldTimes(resources: Outgoing[]): Promise<number[]> {
  return Promise.all(
    resources
      .filter(({ resourceType }) => resourceType === 'Observation')
      .map(async ({ id }) => {
        const found = await gateway.search('Observation', {
          patient: `Patient/${patient}`,
          identifier: `urn:lamplight:entry|${id}`,
        });
        return found.kind === 'ok' ? found.resources.length : -1;
      }),
  );
}
const once = (resources: Outgoing[]): number[] => resources.slice(0, -1).map(() => 1);

/** Posts, and again as long as the outcome is unknown, as the server does. */
async function postUntilKnown(resources: Outgoing[], most = 40) {
  for (let attempt = 1; attempt <= most; attempt++) {
    const result = await postResources(gateway, resources);
    if (result.kind !== 'unknown' && result.kind !== 'unreachable') return { result, attempt };
  }
  throw new Error('never settled');
}

it('posts under ids of ours, reads back, and names what it wrote', async () => {
  const resources = vitals();
  const result = await postResources(gateway, resources);
  expect(result).toMatchObject({
    kind: 'posted',
    resources: resources.map(({ resourceType, id }) => ({ type: resourceType, id })),
  });
  expect(await heldTimes(resources)).toEqual(once(resources));
});

it('FAILURES 47: two posters at once create nothing twice', async () => {
  const resources = vitals();
  const results = await Promise.all([postResources(gateway, resources), postResources(gateway, resources)]);
  expect(results.map(({ kind }) => kind)).toEqual(['posted', 'posted']);
  expect(await heldTimes(resources)).toEqual(once(resources));
});

it('FAILURES 48: an EHR that holds something else under our id is a refusal, never overwritten', async () => {
  const resources = vitals(70);
  const other = { ...resources[0]!, valueQuantity: { value: 99, unit: '/min' } };
  expect((await gateway.put(other)).kind).toBe('ok');
  const result = await postResources(gateway, resources);
  expect(result.kind).toBe('refused');
  const held = await gateway.read('Observation', resources[0]!.id);
  expect(held.kind === 'ok' && held.resource).toMatchObject({ valueQuantity: { value: 99 } });
});

describe('FAILURES 20, 49: an unanswered write is settled by reading, not by sending again', () => {
  it('the answer is lost after the commit, at every write', async () => {
    await ehr.setFaults({ dropAfterCommitEvery: 1 });
    const resources = vitals();
    const { result, attempt } = await postUntilKnown(resources);
    expect(result.kind).toBe('posted');
    expect(attempt).toBe(1);
    expect(await heldTimes(resources)).toEqual(once(resources));
    expect((await gateway.read('Observation', resources[0]!.id)) as { resource?: unknown }).toMatchObject({
      kind: 'ok',
    });
  });

  it.each([2, 3])('the answer is lost after every %d. commit', async (dropAfterCommitEvery) => {
    await ehr.setFaults({ dropAfterCommitEvery });
    const resources = vitals();
    expect((await postUntilKnown(resources)).result.kind).toBe('posted');
    expect(await heldTimes(resources)).toEqual(once(resources));
  });

  it('a proxy answers with a page of its own', async () => {
    await ehr.setFaults({ garbageEvery: 1 });
    const resources = vitals();
    expect((await postUntilKnown(resources)).result.kind).toBe('posted');
    expect(await heldTimes(resources)).toEqual(once(resources));
  });

  it('500 without a commit stays unknown, and is posted when the EHR is well again', async () => {
    await ehr.setFaults({ status: 500 });
    const resources = vitals();
    expect((await postResources(gateway, resources)).kind).toBe('unknown');
    expect((await postResources(gateway, resources)).kind).toBe('unknown');
    expect(await heldTimes(resources)).toEqual(resources.slice(0, -1).map(() => 0));
    await ehr.setFaults({});
    expect((await postResources(gateway, resources)).kind).toBe('posted');
    expect(await heldTimes(resources)).toEqual(once(resources));
  });

  it('the EHR goes away between the write and the read', async () => {
    const resources = vitals();
    let puts = 0;
    const cut: FhirGateway = {
      ...gateway,
      async put(resource) {
        puts += 1;
        const result = await gateway.put(resource);
        if (puts === 2) await ehr.setUp(false);
        return result;
      },
    };
    expect((await postResources(cut, resources)).kind).toBe('unknown');
    expect((await postResources(gateway, resources)).kind).toBe('unreachable');
    await ehr.setUp(true);
    expect((await postResources(gateway, resources)).kind).toBe('posted');
    expect(await heldTimes(resources)).toEqual(once(resources));
  });
});

it('FAILURES 50: posting again, any number of times, creates nothing and changes nothing', async () => {
  const resources = vitals();
  const first = await postResources(gateway, resources);
  for (let n = 0; n < 3; n++) expect(await postResources(gateway, resources)).toEqual(first);
  expect(await heldTimes(resources)).toEqual(once(resources));
});

it('FAILURES 51: a poster that dies at any step is simply run again', async () => {
  const steps = vitals().length * 3;
  for (let dieAt = 1; dieAt <= steps; dieAt += 4) {
    const resources = vitals();
    let step = 0;
    const dying =
      <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        step += 1;
        if (step === dieAt) throw new Error('killed before it asked');
        const result = await call(...args);
        if (step === dieAt + 1) throw new Error('killed after it was answered');
        return result;
      };
    await expect(
      postResources({ ...gateway, read: dying(gateway.read), put: dying(gateway.put) }, resources),
    ).rejects.toThrow('killed');
    expect((await postResources(gateway, resources)).kind).toBe('posted');
    expect(await heldTimes(resources)).toEqual(once(resources));
  }
});

it('a refusal carries the words of the EHR', async () => {
  await ehr.setFaults({ status: 422 });
  const result = await postResources(gateway, vitals());
  expect(result).toMatchObject({
    kind: 'refused',
    message: 'The EHR refused Observation: fault injected: 422',
  });
});

it('an EHR that is down is unreachable, and nothing is sent', async () => {
  await ehr.setUp(false);
  expect((await postResources(gateway, vitals())).kind).toBe('unreachable');
  await ehr.setUp(true);
});
