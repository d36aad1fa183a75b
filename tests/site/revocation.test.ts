import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type OpenedEntry, partByBelief } from '../../src/clinical/index.ts';
import { type Hlc, type Opening, toHex } from '../../src/log/index.ts';
import { newSigningKey, randomBytes, sealEntry, sha256, signWith } from '../../src/seal/index.ts';
import {
  DIRECTORY_SCOPE,
  type DirectoryBody,
  directoryOf,
  dueRotations,
  isNewPinDue,
  mayOpenLog,
  mayPull,
  ROSTER_SCOPE,
  type SiteEntry,
  type StaffMember,
  trustProblem,
} from '../../src/site/index.ts';
import { aNote } from '../builders.ts';

const SITE = '0'.repeat(32);
const TABLET = 'a'.repeat(32);
const LOST = 'b'.repeat(32);
const ADMIN = 'c'.repeat(32);
const NURSE = 'd'.repeat(32);
const WARD_LOG = 'e'.repeat(32);
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 24, 14, minute)).toISOString();

/** Statements in one log of one writer, each signed by its author when there is one. */
async function said(
  writer: string,
  bodies: { body: DirectoryBody; hlc: Hlc; author?: CryptoKey }[],
): Promise<SiteEntry[]> {
  const device = await newSigningKey(true);
  const opening: Opening = { site: SITE, writer, scope: DIRECTORY_SCOPE };
  const log = toHex(randomBytes(16));
  const found: SiteEntry[] = [];
  for (const [index, { body, hlc, author }] of [
    { body: { kind: 'log-opened' } as unknown as DirectoryBody, hlc: [0, 0] as Hlc, author: undefined },
    ...bodies.map((item) => ({ author: undefined, ...item })),
  ].entries()) {
    const before = found.at(-1);
    const entry = await sealEntry(
      {
        log,
        seq: index + 1,
        prev: before ? await sha256(before.entry.bytes) : null,
        hlc,
        patient: null,
        body,
        ...(index === 0 ? { opening } : {}),
        ...(author ? { author: signWith(author) } : {}),
      },
      undefined,
      signWith(device.privateKey),
    );
    found.push({ entry, opening });
  }
  return found;
}

const device = (id: string): DirectoryBody => ({
  kind: 'device-enrolled',
  recordedAt: at(0),
  device: id,
  name: `tablet ${id[0]}`,
  signingKey: 'key',
  recipient: 'age1device',
  wards: ['4-west'],
  downtimeRange: 'A0',
  sealedRosterIdentity: '',
  hardwareEncrypted: false,
});
const ward = (generation: number, recipient: string, after?: string[]): DirectoryBody => ({
  kind: 'ward-opened',
  recordedAt: at(0),
  ward: '4-west',
  name: '4 West',
  generation,
  recipient,
  sealedIdentity: '',
  ...(after ? { after } : {}),
});
const revocation = (seq: number): DirectoryBody => ({
  kind: 'device-revoked',
  recordedAt: at(5),
  device: LOST,
  logs: [{ log: WARD_LOG, seq }],
  reason: 'lost',
  by: ADMIN,
});

let administrator: { privateKey: CryptoKey; publicKey: string };
let nurse: { privateKey: CryptoKey; publicKey: string };
let bySite: SiteEntry[];

beforeAll(async () => {
  administrator = await newSigningKey(true);
  nurse = await newSigningKey(true);
  bySite = await said(SITE, [
    { body: device(TABLET), hlc: [1, 0] },
    { body: device(LOST), hlc: [2, 0] },
    { body: ward(1, 'age1ward1'), hlc: [3, 0] },
    {
      body: {
        kind: 'administrator-certified',
        recordedAt: at(0),
        staff: ADMIN,
        publicKey: administrator.publicKey,
      },
      hlc: [4, 0],
    },
  ]);
});

describe('a revocation written on a tablet', () => {
  it('counts when a certified administrator signed it, and not when somebody else did or nobody', async () => {
    for (const [author, counts] of [
      [administrator.privateKey, true],
      [nurse.privateKey, false],
      [undefined, false],
    ] as const) {
      const statements = await said(TABLET, [
        { body: revocation(7), hlc: [10, 0], ...(author ? { author } : {}) },
      ]);
      const directory = await directoryOf([...bySite, ...statements]);
      expect(directory.revokedDevices.has(LOST)).toBe(counts);
    }
  });

  it('and an order to wipe a tablet count under the same signatures alone, the newest order last', async () => {
    const order = (minute: number, reason: string): DirectoryBody => ({
      kind: 'wipe-ordered',
      recordedAt: at(minute),
      device: LOST,
      reason,
      by: ADMIN,
    });
    for (const [author, counts] of [
      [administrator.privateKey, true],
      [nurse.privateKey, false],
      [undefined, false],
    ] as const) {
      const statements = await said(TABLET, [
        { body: order(7, 'sold'), hlc: [12, 0], ...(author ? { author } : {}) },
        { body: order(6, 'an earlier one'), hlc: [13, 0], ...(author ? { author } : {}) },
      ]);
      const { wipeOrders } = await directoryOf([...bySite, ...statements]);
      expect(wipeOrders.get(LOST)?.reason).toBe(counts ? 'sold' : undefined);
    }
  });

  it('does not make its writer an administrator, enrol a tablet or open a hospital', async () => {
    const statements = await said(TABLET, [
      { body: device('f'.repeat(32)), hlc: [10, 0], author: administrator.privateKey },
      {
        body: {
          kind: 'administrator-certified',
          recordedAt: at(1),
          staff: NURSE,
          publicKey: nurse.publicKey,
        },
        hlc: [11, 0],
        author: administrator.privateKey,
      },
    ]);
    const directory = await directoryOf([...bySite, ...statements]);
    expect(directory.devices.size).toBe(2);
    expect([...directory.administrators.keys()]).toEqual([ADMIN]);
  });

  it('counts no more when the administrator had been taken off the list before', async () => {
    const off = await said(SITE, [
      {
        body: { kind: 'staff-revoked', recordedAt: new Date(9).toISOString(), staff: ADMIN, reason: 'left' },
        hlc: [9, 0],
      },
    ]);
    const statements = await said(TABLET, [
      { body: revocation(7), hlc: [10, 0], author: administrator.privateKey },
    ]);
    expect((await directoryOf([...bySite, ...off, ...statements])).revokedDevices.size).toBe(0);
  });

  it('written on the revoked tablet itself does not count', async () => {
    const first = await said(SITE, [{ body: revocation(7), hlc: [8, 0] }]);
    const revenge: DirectoryBody = { ...revocation(0), device: TABLET } as DirectoryBody;
    const statements = await said(LOST, [{ body: revenge, hlc: [10, 0], author: administrator.privateKey }]);
    expect([...(await directoryOf([...bySite, ...first, ...statements])).revokedDevices.keys()]).toEqual([
      LOST,
    ]);
  });

  it('gives the same directory in whatever order the entries came, and the strictest of two words', async () => {
    const entries = [
      ...bySite,
      ...(await said(TABLET, [
        { body: revocation(9), hlc: [10, 0], author: administrator.privateKey },
        { body: ward(2, 'age1wardB', [LOST]), hlc: [11, 0], author: administrator.privateKey },
      ])),
      ...(await said(SITE, [
        { body: revocation(6), hlc: [20, 0] },
        { body: ward(2, 'age1wardA', [LOST]), hlc: [21, 0] },
      ])),
    ];
    const expected = await directoryOf(entries);
    expect(expected.revokedDevices.get(LOST)?.trusted.get(WARD_LOG)).toBe(6);
    expect(expected.generations.get('4-west')?.map(({ recipient }) => recipient)).toEqual([
      'age1ward1',
      'age1wardA',
      'age1wardB',
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(entries, { minLength: entries.length, maxLength: entries.length }),
        async (shuffled) => {
          expect(await directoryOf(shuffled)).toEqual(expected);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('what a revocation does', () => {
  const origin = (seq: number, writer = LOST, wall = 1): Parameters<typeof trustProblem>[1] => ({
    writer,
    log: WARD_LOG,
    seq,
    hlc: [wall, 0],
  });

  it('believes entries up to the named place whatever their clock says, and holds back what comes later', async () => {
    const directory = await directoryOf([
      ...bySite,
      ...(await said(SITE, [{ body: revocation(7), hlc: [8, 0] }])),
    ]);
    expect(trustProblem(directory, origin(7, LOST, 9e12), undefined)).toBeUndefined();
    expect(trustProblem(directory, origin(8, LOST, 1), undefined)).toContain('after that tablet was revoked');
    expect(trustProblem(directory, { ...origin(1), log: 'f'.repeat(32) }, undefined)).toBeDefined();
    expect(trustProblem(directory, origin(8, TABLET), undefined)).toBeUndefined();
  });

  it('believes of a second history what was taken over before it, whatever its place; of a moved record what another brought', async () => {
    const directory = await directoryOf([
      ...bySite,
      ...(await said(SITE, [{ body: revocation(7), hlc: [8, 0] }])),
    ]);
    const at = Date.parse(directory.revokedDevices.get(LOST)!.recordedAt);
    const takenOver = (ms: number) => ({ ...origin(1), takenOverAt: new Date(ms).toISOString() });
    expect(trustProblem(directory, takenOver(at - 1), undefined)).toBeUndefined();
    expect(trustProblem(directory, takenOver(at + 1), undefined)).toContain('after that tablet was revoked');
    const broughtBy = (writer: string, seq: number) => ({
      ...origin(3, TABLET),
      broughtBy: { writer, log: WARD_LOG, seq },
    });
    expect(trustProblem(directory, broughtBy(LOST, 7), undefined)).toBeUndefined();
    expect(trustProblem(directory, broughtBy(LOST, 8), undefined)).toContain('brought by');
    expect(trustProblem(directory, broughtBy(TABLET, 8), undefined)).toBeUndefined();
  });

  it('keeps the tablet authentic, and gives it no ward any more', async () => {
    const directory = await directoryOf([
      ...bySite,
      ...(await said(SITE, [{ body: revocation(7), hlc: [8, 0] }])),
    ]);
    expect(mayOpenLog(directory, LOST, 'ward:4-west')).toBe(true);
    const scopes = [DIRECTORY_SCOPE, ROSTER_SCOPE, 'ward:4-west', 'move:4-west:5-east'];
    expect(scopes.filter((scope) => mayPull(directory, LOST, scope))).toEqual([DIRECTORY_SCOPE]);
    expect(scopes.filter((scope) => mayPull(directory, TABLET, scope))).toEqual(scopes);
  });

  it('asks for new keys until they are there, and for new PINs until they are set', async () => {
    const revoked = [...bySite, ...(await said(SITE, [{ body: revocation(7), hlc: [8, 0] }]))];
    const before = await directoryOf(revoked);
    expect(dueRotations(before, new Map())).toMatchObject({ wards: [{ causes: [LOST] }], roster: [LOST] });
    const after = await directoryOf([
      ...revoked,
      ...(await said(SITE, [{ body: ward(2, 'age1ward2', [LOST]), hlc: [9, 0] }])),
    ]);
    expect(dueRotations(after, new Map()).wards).toEqual([]);
    const person = (keySince: string): StaffMember =>
      ({ wards: ['4-west'], keySince }) as unknown as StaffMember;
    expect(isNewPinDue(after, person(at(1)))).toBe(true);
    expect(isNewPinDue(after, person(at(6)))).toBe(false);
  });
});

describe('vouching', () => {
  const note = (seq: number): OpenedEntry => ({
    id: `${WARD_LOG}-${seq}`,
    patient: 'f'.repeat(32),
    hlc: [seq, 0],
    body: aNote(`note ${seq}`),
  });
  const other = (seq: number, change: Record<string, unknown>): OpenedEntry => ({
    ...note(seq),
    id: `${'9'.repeat(32)}-${seq}`,
    body: aNote('', change),
  });
  const doubtLog = ({ id }: OpenedEntry): string | undefined =>
    id.startsWith(WARD_LOG) ? 'in doubt' : undefined;
  const vouch = (seq: number, entries: string[]) =>
    other(seq, { kind: 'entry-vouched', entries, reason: 'I was there' });

  it('brings an entry back, unless whoever vouches is in doubt too', () => {
    const held = [note(2), note(3)];
    expect(partByBelief(held, doubtLog).believed).toEqual([]);
    expect(
      partByBelief([...held, vouch(1, [held[0]!.id])], doubtLog).held.map(({ entry }) => entry.id),
    ).toEqual([held[1]!.id]);
    const byItself = { ...vouch(1, [held[0]!.id]), id: `${WARD_LOG}-4` };
    expect(partByBelief([...held, byItself], doubtLog).held).toHaveLength(3);
  });

  it('is taken back by marking it as an error', () => {
    const vouched = vouch(1, [note(2).id]);
    const mark = other(5, { kind: 'entered-in-error', replaces: vouched.id, reason: 'wrong patient' });
    expect(partByBelief([note(2), vouched, mark], doubtLog).held).toHaveLength(1);
  });
});
