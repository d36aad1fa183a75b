import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bytes, fromBase64, toHex, utf8 } from '../../src/log/index.ts';
import {
  logKeys,
  newIdentity,
  newSigningKey,
  openWith,
  randomBytes,
  sealEntry,
  sealTo,
  sha256,
  signWith,
  unwrapUserKey,
} from '../../src/seal/index.ts';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';
import { activeStaff } from '../../src/site/index.ts';
import { encodeFrames, FrameType } from '../../src/sync/index.ts';
import { aNote } from '../builders.ts';

const QUICK = { memoryKiB: 8192, passes: 1, lanes: 1 };

describe('revocation on the server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-revocation-'));
  let server: LamplightServer;
  const tablets: { id: string; key: CryptoKey; identity: string }[] = [];
  let nurse: { staff: string; key: CryptoKey };
  let cookie: string;

  async function enrol(name: string): Promise<void> {
    const signing = await newSigningKey(true);
    const { identity, recipient } = await newIdentity();
    const { device } = await server.context.site.enrolDevice({
      name,
      signingKey: signing.publicKey,
      recipient,
      ward: '4-west',
      hardwareEncrypted: false,
    });
    tablets.push({ id: device, key: signing.privateKey, identity });
  }

  /** A ward log as a tablet writes it, with the nurse as author. */
  async function charted(
    tablet: number,
    texts: string[],
  ): Promise<{
    log: string;
    patient: string;
    bytes: Bytes[];
    /** Another entry at a place that is taken, as the holder of the tablet's key can sign it. */
    again(seq: number, text: string): Promise<Bytes>;
  }> {
    const { id, key } = tablets[tablet]!;
    const { site, identity } = server.context;
    const logKey = randomBytes(32);
    const log = toHex(randomBytes(16));
    const patient = toHex(randomBytes(16));
    const opening = {
      site: identity.site,
      writer: id,
      scope: 'ward:4-west',
      key: { file: await sealTo(site.recipients('4-west'), logKey), hash: await sha256(logKey) },
    };
    const bytes: Bytes[] = [];
    const seal = async (seq: number, text: string): Promise<Bytes> => {
      const person = site.roster().get(nurse.staff)!;
      const before = bytes[seq - 2];
      const { bytes: sealed } = await sealEntry(
        {
          log,
          seq,
          prev: before ? await sha256(before) : null,
          hlc: [Date.now(), seq - 1],
          patient: seq === 1 ? null : patient,
          body:
            seq === 1
              ? { kind: 'log-opened' }
              : aNote(text, { author: { id: person.staff, name: person.name, role: 'nurse' } }),
          ...(seq === 1 ? { opening } : { author: signWith(nurse.key) }),
        },
        logKeys(logKey),
        signWith(key),
      );
      return sealed;
    };
    for (const [index, text] of ['', ...texts].entries()) bytes.push(await seal(index + 1, text));
    return { log, patient, bytes, again: seal };
  }

  const push = async (tablet: number, entries: Bytes[]) =>
    server.app.inject({
      method: 'POST',
      url: '/api/sync/push',
      headers: {
        authorization: `Bearer ${server.context.tokens.issue('device', tablets[tablet]!.id, 60_000)}`,
        'content-type': 'application/octet-stream',
      },
      payload: Buffer.from(encodeFrames(FrameType.entry, entries)),
    });
  const review = async (patient: string) =>
    (await server.app.inject({ url: `/api/workbench/patients/${patient}`, headers: { cookie } })).json() as {
      entries: { id: string; state: string; stateReason?: string }[];
    };

  beforeAll(async () => {
    server = await createServer({ dataDirectory: folder, logLevel: 'silent' });
    const { site, staff } = server.context;
    await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
    await site.openWard({ id: '4-west', name: '4 West' });
    await site.openWard({ id: 'icu', name: 'ICU' });
    const person = (name: string, role: 'nurse' | 'records' | 'administrator', wards = ['4-west']) =>
      site.addStaff({ name, role, wards, pin: '135790', argon2: QUICK });
    await person('Adam Lind', 'administrator');
    const added = await person('Nora Quinn', 'nurse');
    const key = await unwrapUserKey('135790', site.pinSecret(added)!, added.wrapped);
    nurse = { staff: added.staff, key: key!.signingKey };
    const records = await person('Rita Alvarez', 'records');
    cookie = `lamplight-session=${await server.context.signIn.sessions.open(records, 'pin')}`;
    await enrol('tablet 1');
    await enrol('tablet 2');
    await staff.settle();
  });

  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps and acknowledges what a revoked tablet sends, holds it back from review, and lets a person vouch', async () => {
    const { log, patient, bytes } = await charted(1, ['before', 'after']);
    expect((await push(1, bytes.slice(0, 2))).json().acknowledgements).toHaveLength(1);
    await server.context.staff.revokeDevice(tablets[1]!.id, 'left in a taxi', 'f'.repeat(32));
    const answer = (await push(1, bytes.slice(2))).json();
    expect(answer.problems).toEqual([]);
    expect(answer.acknowledgements).toMatchObject([{ log, seq: 3 }]);
    const states = (await review(patient)).entries;
    expect(states).toMatchObject([
      { id: `${log}-2`, state: 'to-review' },
      { id: `${log}-3`, state: 'held' },
    ]);
    expect(states[1]!.stateReason).toContain('after that tablet was revoked');

    const decide = async (decision: string, reason?: string) =>
      (
        await server.app.inject({
          method: 'POST',
          url: '/api/workbench/decisions',
          headers: { cookie },
          payload: { decisions: [{ entry: `${log}-3`, decision, ...(reason ? { reason } : {}) }] },
        })
      ).json().results[0];
    expect((await decide('approved')).ok).toBe(false);
    expect((await decide('vouched')).ok).toBe(false);
    expect((await decide('vouched', 'Nora says that she wrote it')).ok).toBe(true);
    expect((await review(patient)).entries.map(({ state }) => state).sort()).toEqual([
      'not-for-the-ehr',
      'to-review',
      'to-review',
    ]);
  });

  it('gives the revoked tablet nothing but the directory', async () => {
    const headers = {
      authorization: `Bearer ${server.context.tokens.issue('device', tablets[1]!.id, 60_000)}`,
    };
    const offer = (
      await server.app.inject({ method: 'POST', url: '/api/sync/offer', headers, payload: { vector: {} } })
    ).json();
    const scopes = await server.context.db.selectFrom('record.log').select(['log', 'scope']).execute();
    const given = new Set(
      Object.keys(offer.vector).map((log) => scopes.find((row) => row.log === log)?.scope),
    );
    expect([...given]).toEqual(['directory']);
    const snapshot = await server.app.inject({ url: '/api/sync/snapshots/4-west', headers });
    expect(snapshot.statusCode).toBe(403);
  });

  it('renews the keys of its wards and of the roster; what was sealed before stays readable, and the revoked tablet gets none', async () => {
    const { site, identity } = server.context;
    const directory = site.directory();
    expect(directory.generations.get('4-west')).toHaveLength(2);
    expect(directory.generations.get('icu')).toHaveLength(1);
    expect(directory.rosters[0]!.devices.map(({ device }) => device)).toEqual([tablets[0]!.id]);
    // The other tablet opens the new roster identity with its own key.
    const file = fromBase64(directory.rosters[0]!.devices[0]!.file);
    expect(new TextDecoder().decode((await openWith(tablets[0]!.identity, file))!)).toBe(
      site.rosterSecret(2),
    );
    // A nurse opens both generations of her ward, and the server the logs of both.
    const person = site.roster().get(nurse.staff)!;
    const user = await unwrapUserKey('135790', site.pinSecret(person)!, person.wrapped);
    for (const generation of [1, 2]) {
      const grant = person.wardIdentities.find((item) => item.generation === generation)!;
      expect(await openWith(user!.identity, fromBase64(grant.file))).not.toBeNull();
    }
    const sealed = await sealTo(site.recipients('4-west'), utf8('key'));
    expect(await openWith(identity.identity, sealed)).not.toBeNull();
    expect(site.recipients('4-west')[0]).toBe(directory.generations.get('4-west')![1]!.recipient);
  });

  it('wraps a person’s key anew at the next sign-in, and a new PIN ends the old one everywhere', async () => {
    const { site, staff } = server.context;
    const before = site.roster().get(nurse.staff)!;
    expect(before.rosterGeneration).toBe(1);
    await staff.wrapAnew(before, '135790');
    const wrapped = site.roster().get(nurse.staff)!;
    expect(wrapped.rosterGeneration).toBe(2);
    expect(await unwrapUserKey('135790', site.pinSecret(wrapped)!, wrapped.wrapped)).not.toBeNull();
    expect(await unwrapUserKey('135790', site.pinSecret(before)!, wrapped.wrapped)).toBeNull();
    // The roster secret, which every tablet holds, is not enough to try PINs.
    expect(await unwrapUserKey('135790', site.rosterSecret(2)!, wrapped.wrapped)).toBeNull();
    await staff.resetPin(nurse.staff, '864209', { argon2: QUICK });
    const reset = site.roster().get(nurse.staff)!;
    expect(await unwrapUserKey('864209', site.pinSecret(reset)!, reset.wrapped)).not.toBeNull();
    expect(reset.publicKeys).toHaveLength(2);
    // What she signed with her first key still counts.
    const { patient, bytes } = await charted(0, ['with the old key']);
    await push(0, bytes);
    expect((await review(patient)).entries[0]!.state).toBe('to-review');
  });

  it('a person who was taken off the list signs in nowhere; what was written before stands, what comes later is held back', async () => {
    const { site, staff } = server.context;
    const before = await charted(0, ['while she worked here']);
    await staff.takeOff(nurse.staff, 'moved away', 'f'.repeat(32));
    await push(0, before.bytes);
    expect((await review(before.patient)).entries[0]!.state).toBe('to-review');
    const at = Date.now();
    await expect.poll(() => Date.now() > at).toBe(true);
    const later = await charted(0, ['in her name']);
    await push(0, later.bytes);
    expect((await review(later.patient)).entries[0]).toMatchObject({ state: 'held' });
    expect(activeStaff(site.directory(), site.roster()).map(({ name }) => name)).not.toContain('Nora Quinn');
    const signIn = await server.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { staff: 'Nora Quinn', pin: '864209' },
    });
    expect(signIn.statusCode).toBe(401);
    expect(site.directory().generations.get('4-west')).toHaveLength(3);
  });

  it('keeps one administrator, whatever is asked', async () => {
    const { site, staff } = server.context;
    const adam = activeStaff(site.directory(), site.roster()).find(({ role }) => role === 'administrator')!;
    await expect(staff.takeOff(adam.staff, 'gone', adam.staff)).rejects.toThrow(/only administrator/);
    await expect(staff.change(adam.staff, { role: 'nurse', wards: [] })).rejects.toThrow(
      /only administrator/,
    );
  });

  it('a new tablet reads every generation of the roster', async () => {
    await enrol('tablet 3');
    const { identity, id } = tablets.at(-1)!;
    const { site } = server.context;
    const secrets = await openWith(
      identity,
      fromBase64(site.directory().devices.get(id)!.sealedRosterIdentity),
    );
    expect(new TextDecoder().decode(secrets!).split('\n')).toEqual([
      site.rosterSecret(1),
      site.rosterSecret(2),
    ]);
  });

  it('hands the secret to try PINs with to tablets alone whose disk is confirmed as hardware-encrypted', async () => {
    const { site } = server.context;
    const { identity, recipient } = await newIdentity();
    const confirmed = await site.enrolDevice({
      name: 'tablet 4',
      signingKey: (await newSigningKey(true)).publicKey,
      recipient,
      ward: '4-west',
      hardwareEncrypted: true,
    });
    const secrets = await openWith(identity, fromBase64(confirmed.sealedPinSecrets!));
    expect(new TextDecoder().decode(secrets!).split('\n')).toHaveLength(2);
    expect(site.directory().devices.get(tablets[0]!.id)!.sealedPinSecrets).toBeUndefined();
    expect(site.directory().rosters[0]!.devices[0]!.pinFile).toBeUndefined();
  });

  it('a passphrase opens the same key without that secret', async () => {
    const { site } = server.context;
    const person = await site.addStaff({
      name: 'Sam Okafor',
      role: 'nurse',
      wards: ['4-west'],
      pin: '246801',
      passphrase: 'four quiet lamps at night',
      argon2: QUICK,
    });
    const { wrapped, rosterGeneration } = person.passphrase!;
    const byWords = await unwrapUserKey(
      'four quiet lamps at night',
      site.rosterSecret(rosterGeneration)!,
      wrapped,
    );
    const byPin = await unwrapUserKey('246801', site.pinSecret(person)!, person.wrapped);
    expect(byWords?.identity).toBe(byPin?.identity);
    expect(await unwrapUserKey('246801', site.rosterSecret(rosterGeneration)!, wrapped)).toBeNull();
  });

  it('everything is still so after a restart', async () => {
    await server.close();
    server = await createServer({ dataDirectory: folder, logLevel: 'silent' });
    const { site } = server.context;
    expect([...site.directory().revokedDevices.keys()]).toEqual([tablets[1]!.id]);
    expect(site.directory().rosters).toHaveLength(1);
    expect(site.rosterSecret(2)).toBeDefined();
    expect([...site.directory().administrators.values()]).toHaveLength(1);
  });

  it('a second history that begins at a believed place stands when it came before the revocation, and waits for a person after it', async () => {
    const lost = tablets.length;
    await enrol('tablet of two histories');
    const { site } = server.context;
    const added = await site.addStaff({
      name: 'Sam Okafor',
      role: 'nurse',
      wards: ['4-west'],
      pin: '246802',
      argon2: QUICK,
    });
    const opened = await unwrapUserKey('246802', site.pinSecret(added)!, added.wrapped);
    nurse = { staff: added.staff, key: opened!.signingKey };
    const { patient, bytes, again } = await charted(lost, ['on the tablet']);
    await push(lost, bytes);
    expect((await push(lost, [await again(2, 'on its copy, in time')])).json().problems).toMatchObject([
      { kind: 'fork' },
    ]);
    await server.context.branches.takeOver();
    await server.context.staff.revokeDevice(tablets[lost]!.id, 'stolen', 'f'.repeat(32));
    // Its place alone would be believed: the thief holds the key, and takes the place of an entry from before.
    await push(lost, [await again(2, 'by the thief')]);
    await server.context.branches.takeOver();
    const { entries } = await server.context.reconciliation.patient(patient);
    expect(
      entries
        .map(({ body, state }) => [(body as { text?: string } | null)?.text, state])
        .sort(([a], [b]) => String(a).localeCompare(String(b))),
    ).toEqual([
      ['by the thief', 'held'],
      ['on its copy, in time', 'to-review'],
      ['on the tablet', 'to-review'],
    ]);
  });
});
