import { describe, expect, it } from 'vitest';
import { createLeases } from '../../src/server/leases.ts';
import { byName, wardAndDesk } from './ward-and-desk.ts';

/** What is put into the EHR while the EHR itself, the ward and the desk go on. */

const desk = wardAndDesk();
const { chart, chartAs, weight, approve, approvedBefore, stateOf, push, unknown, resourcesOf, inEhr } = desk;

describe('an entry that was sent, and of which the EHR has not said whether it has it', () => {
  it('is asked about though it was corrected since; where the EHR has it, its correction is not posted beside it', async () => {
    const [wrong, right] = await chart(
      desk.patient,
      weight(71),
      weight(72, ([first]) => first!),
    );
    await approve(right!);
    for (const resource of await resourcesOf(desk.patient, wrong!)) await desk.gateway.put(resource);
    await approvedBefore(wrong!);
    await unknown(wrong!);
    expect(await stateOf(desk.patient, wrong!)).toMatchObject({ state: 'unknown', askOnly: true });
    await push();
    expect((await stateOf(desk.patient, wrong!))?.state).toBe('posted');
    expect(await stateOf(desk.patient, right!)).toMatchObject({ state: 'to-review', correctsPosted: true });
    expect(new Set(await inEhr(desk.patient, right!))).toEqual(new Set([false]));
    expect(await approve(right!)).toMatchObject([{ ok: false, message: expect.stringMatching(/by hand/) }]);
  });

  it('is not sent again where the EHR has it not, and its correction goes in', async () => {
    const [wrong, right] = await chart(
      desk.patient,
      weight(81),
      weight(82, ([first]) => first!),
    );
    await approvedBefore(wrong!);
    await unknown(wrong!);
    await approve(right!);
    await push();
    expect((await stateOf(desk.patient, wrong!))?.state).toBe('not-for-the-ehr');
    expect(new Set(await inEhr(desk.patient, wrong!))).toEqual(new Set([false]));
    expect((await stateOf(desk.patient, right!))?.state).toBe('posted');
    expect(new Set(await inEhr(desk.patient, right!))).toEqual(new Set([true]));
  });
});

describe('the records that the desk asks for every few seconds', () => {
  const kept = async () => byName((await desk.server.context.reconciliation.everything()).found);

  it('are folded again for whom something changed, and for nobody else', async () => {
    const [mine] = await chart(desk.patient, weight(70));
    await chart(desk.other, weight(60));
    const first = await kept();
    expect((await kept()).get(desk.other)).toBe(first.get(desk.other));
    await chart(desk.patient, weight(71));
    const second = await kept();
    expect(second.get(desk.other)).toBe(first.get(desk.other));
    expect(second.get(desk.patient)?.reviewed).toHaveLength(first.get(desk.patient)!.reviewed.length + 1);
    await approve(mine!);
    await desk.ehr.setFaults({ status: 500 });
    await push();
    const third = await kept();
    expect(third.get(desk.other)).toBe(first.get(desk.other));
    expect(third.get(desk.patient)?.reviewed.find(({ id }) => id === mine)?.state).toBe('unknown');
    await desk.ehr.setFaults({});
    await push();
    expect((await kept()).get(desk.patient)?.reviewed.find(({ id }) => id === mine)?.state).toBe('posted');
  });

  it('are folded again for everybody when it changes who is believed', async () => {
    const before = await kept();
    const { site } = desk.server.context;
    await site.addStaff({
      name: 'Sam Ito',
      role: 'nurse',
      wards: ['4-west'],
      pin: '135790',
      argon2: { memoryKiB: 8192, passes: 1, lanes: 1 },
    });
    expect((await kept()).get(desk.other)).not.toBe(before.get(desk.other));
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
    const [resource] = (await stateOf(desk.patient, entry))!.resources;
    const found = await desk.gateway.read(resource!.type, resource!.id);
    return found.kind === 'ok' ? (found.resource as { partOf?: unknown[] }).partOf : undefined;
  };
  const [first, seen] = await chart(desk.patient, dose(500), effect);
  const [right] = await chart(desk.patient, dose(1000, first));
  await approve(right!, seen!);
  await push();
  expect(await partOf(seen!)).toEqual([{ reference: `MedicationAdministration/${right}` }]);
  // Approved before its dose is.
  const [, early] = await chart(desk.patient, dose(250), effect);
  await approve(early!);
  await push();
  expect(await partOf(early!)).toEqual([{ display: expect.stringContaining('not in the EHR') }]);
});

it('what was charted goes into the EHR after its patient has left the ward’s list', async () => {
  const [charted] = await chart(desk.other, weight(64));
  const known = (await desk.server.context.census.known()).get(desk.other)!;
  const encounter = await desk.gateway.read('Encounter', known.ehrEncounter!);
  if (encounter.kind !== 'ok') throw new Error('no encounter');
  await desk.gateway.put({ ...encounter.resource, id: known.ehrEncounter!, status: 'finished' });
  await desk.server.context.census.refresh();
  expect((await desk.server.context.census.patients('4-west')).map(({ id }) => id)).not.toContain(desk.other);
  await approve(charted!);
  expect((await stateOf(desk.other, charted!))?.state).toBe('approved');
  await push();
  expect((await stateOf(desk.other, charted!))?.state).toBe('posted');
});

describe("a nurse's mark on what a clinician stopped", () => {
  it('takes the stop neither from the worklist nor out of what is posted, and says why; a clinician’s does', async () => {
    const mark = (replaces: string) => () => ({ kind: 'entered-in-error', replaces, reason: 'a slip' });
    const [stop] = await chartAs(desk.doctor, desk.other, () => ({
      kind: 'order-stopped',
      order: 'e'.repeat(32),
      reason: 'drowsy',
    }));
    const [hers] = await chart(desk.other, mark(stop!));
    const reviewed = async (id: string) =>
      (await desk.server.context.reconciliation.patient(desk.other)).entries.find((entry) => entry.id === id);
    expect(await reviewed(stop!)).toMatchObject({ standing: 'current', state: 'to-review' });
    expect(await reviewed(hers!)).toMatchObject({
      state: 'not-for-the-ehr',
      stateReason: 'It changes no other entry. What a clinician signed, only a clinician takes back.',
    });
    await chartAs(desk.doctor, desk.other, mark(stop!));
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
  await desk.server.context.reconciliation.link(stranger, { confirmedNew: true }, desk.records);
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
  const given = await desk.gateway.read('MedicationAdministration', dose!);
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
  const { reconciliation, db, identity } = desk.server.context;
  await reconciliation.link(stranger, { confirmedNew: true }, desk.records);
  const poster = createLeases(db, identity.site, Date.now);
  expect(await poster.take(stranger, 'another node')).toBe(true);
  await expect(reconciliation.unlink(stranger, desk.records)).rejects.toMatchObject({ kind: 'posting' });
  expect((await reconciliation.patient(stranger)).link).toEqual({ confirmedNew: true });
  await poster.give(stranger, 'another node');
  await reconciliation.unlink(stranger, desk.records);
  expect((await reconciliation.patient(stranger)).link).toBeNull();
});
