import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_DOSE_HOURS, DEFAULT_SETTINGS, type WardSettings } from '../../src/clinical/index.ts';
import { createCensus } from '../../src/server/census/import-census.ts';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';
import type { FhirGateway, FhirResource } from '../../src/server/ehr/gateway.ts';
import type { WardSettingsList } from '../../src/wire/ward-settings.ts';

const QUICK = { memoryKiB: 8192, passes: 1, lanes: 1 };
const folder = mkdtempSync(join(tmpdir(), 'lamplight-ward-settings-'));
let server: LamplightServer;
let administrator: string;

beforeAll(async () => {
  server = await createServer({ dataDirectory: folder, logLevel: 'silent' });
  const { site, signIn } = server.context;
  await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
  await site.openWard({ id: '4-west', name: '4 West', ehrLocation: 'w4' });
  await site.openWard({ id: 'icu', name: 'ICU', ehrLocation: 'icu' });
  const { staff, publicKey } = await site.addStaff({
    name: 'Adam Lind',
    role: 'administrator',
    wards: [],
    pin: '161803',
    argon2: QUICK,
  });
  administrator = `lamplight-session=${await signIn.sessions.open({ staff, publicKey }, 'pin')}`;
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const save = (ward: string, body: unknown) =>
  server.app.inject({
    method: 'POST',
    url: `/api/admin/wards/${ward}/settings`,
    headers: { cookie: administrator },
    payload: body as object,
  });
async function settingsOf(ward: string): Promise<WardSettings> {
  const response = await server.app.inject({
    url: '/api/admin/ward-settings',
    headers: { cookie: administrator },
  });
  return response.json<WardSettingsList>().wards.find((one) => one.ward === ward)!.settings;
}
const { rules, fluidShifts } = DEFAULT_SETTINGS;
const EVENING = {
  codes: { ...DEFAULT_DOSE_HOURS.codes, BID: ['10:00', '22:00'] },
  meals: { breakfast: '07:30', lunch: '12:30', dinner: '17:30' },
};

describe('what a ward sets for itself', () => {
  it('is kept for that ward alone, and an older page that does not know of it sets nothing back', async () => {
    expect((await save('4-west', { rules, fluidShifts, doseHours: EVENING })).statusCode).toBe(200);
    expect((await settingsOf('4-west')).doseHours).toEqual(EVENING);
    expect((await settingsOf('icu')).doseHours).toEqual(DEFAULT_DOSE_HOURS);
    expect((await save('4-west', { rules, fluidShifts: ['07:00'] })).statusCode).toBe(200);
    expect(await settingsOf('4-west')).toMatchObject({ fluidShifts: ['07:00'], doseHours: EVENING });
  });

  it('each part is kept beside the others', async () => {
    const parts: Partial<WardSettings>[] = [
      { alertsOff: ['interaction'] },
      { signVoiceOrdersWithinHours: 48 },
      { secondPerson: { groups: ['insulin'], drugs: ['colistin'] } },
    ];
    for (const part of parts)
      expect((await save('4-west', { rules, fluidShifts, ...part })).statusCode).toBe(200);
    expect(await settingsOf('4-west')).toMatchObject(Object.assign({ doseHours: EVENING }, ...parts));
    expect(await settingsOf('icu')).toEqual(DEFAULT_SETTINGS);
  });

  it.each<[string, object]>([
    [
      'another number of times than the code means',
      { doseHours: { ...EVENING, codes: { ...EVENING.codes, BID: ['10:00'] } } },
    ],
    ['times that are none', { doseHours: { ...EVENING, codes: { ...EVENING.codes, QD: ['25:00'] } } }],
    ['no time for a signature', { signVoiceOrdersWithinHours: 0 }],
    ['a drug without a name', { secondPerson: { groups: [], drugs: [''] } }],
    ['dinner before lunch', { doseHours: { ...EVENING, meals: { ...EVENING.meals, dinner: '11:00' } } }],
  ])('is refused as a whole with %s', async (_, wrong) => {
    const before = await settingsOf('4-west');
    expect((await save('4-west', { rules, fluidShifts: ['05:00'], ...wrong })).statusCode).toBe(400);
    expect(await settingsOf('4-west')).toEqual(before);
  });
});

/** Two wards of an EHR with one patient each, who have the same orders. */
const RESOURCES: FhirResource[] = ['w4', 'icu'].flatMap((location): FhirResource[] => [
  {
    resourceType: 'Encounter',
    id: `enc-${location}`,
    status: 'in-progress',
    subject: { reference: `Patient/${location}` },
    location: [{ location: { reference: `Location/${location}` } }],
  },
  {
    resourceType: 'Patient',
    id: location,
    name: [{ family: 'Kessler' }],
    identifier: [{ type: { coding: [{ code: 'MR' }] }, value: 'M1' }],
  },
  ...[{ code: { coding: [{ code: 'BID' }] } }, { repeat: { when: ['AC'] } }].map((timing, index) => ({
    resourceType: 'MedicationRequest',
    id: `mr-${location}-${index}`,
    status: 'active',
    intent: 'order',
    subject: { reference: `Patient/${location}` },
    medicationCodeableConcept: { text: 'metoprolol' },
    dosageInstruction: [{ timing }],
  })),
]);
const about = ({ subject }: FhirResource): unknown => (subject as { reference?: string })?.reference;
const gateway: FhirGateway = {
  read: async (type, id) => {
    const resource = RESOURCES.find((one) => one.resourceType === type && one.id === id);
    return resource ? { kind: 'ok', resource } : { kind: 'not-found' };
  },
  search: async (type, { location, patient }) => ({
    kind: 'ok',
    resources: RESOURCES.filter(
      (one) =>
        one.resourceType === type &&
        (patient === undefined || about(one) === patient) &&
        (location === undefined || JSON.stringify(one).includes(location)),
    ),
  }),
  put: async () => ({ kind: 'ok' }),
};

it('an order of the EHR has the hours of the ward where the patient lies, and takes new ones with the next census', async () => {
  const { db, identity, site } = server.context;
  const census = createCensus(db, identity, site, gateway, Date.now);
  const timesOn = async (ward: string) => {
    await census.refresh();
    const [patient] = await census.patients(ward);
    return patient!.orders.map(({ schedule }) => schedule.type === 'times' && schedule.times);
  };
  expect((await save('4-west', { rules, fluidShifts, doseHours: EVENING })).statusCode).toBe(200);
  expect(await timesOn('4-west')).toEqual([
    ['10:00', '22:00'],
    ['07:00', '12:00', '17:00'],
  ]);
  expect(await timesOn('icu')).toEqual([
    ['09:00', '21:00'],
    ['07:30', '11:30', '17:30'],
  ]);
  const doseHours = { ...EVENING, codes: { ...EVENING.codes, BID: ['06:00', '18:00'] } };
  await save('4-west', { rules, fluidShifts, doseHours });
  expect((await timesOn('4-west'))[0]).toEqual(['06:00', '18:00']);
});
