import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordMoved } from '../../src/clinical/index.ts';
import {
  type Bytes,
  type Entry,
  entryId,
  fromBase64,
  readEntry,
  toBase64,
  toHex,
} from '../../src/log/index.ts';
import {
  type LogKeys,
  logKeys,
  newIdentity,
  newSigningKey,
  openEntry,
  openWith,
  randomBytes,
  sealEntry,
  sealTo,
  sha256,
  signWith,
  unwrapUserKey,
} from '../../src/seal/index.ts';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';
import { verifySite } from '../../src/server/transfer/commands.ts';
import { openSite } from '../../src/server/transfer/record-source.ts';
import { moveScope, packRecord, type RecordItem, readersOf, unpackRecord } from '../../src/site/index.ts';
import { createHttpCarrier, type HttpCarrier } from '../../src/sync/index.ts';
import { aNote } from '../builders.ts';
import { embedded, startPostgres, type TestDatabase } from './databases.ts';

const QUICK = { memoryKiB: 8192, passes: 1, lanes: 1 };
const PIN = '135790';

interface TestTablet {
  device: string;
  key: CryptoKey;
  carrier: HttpCarrier;
}

describe.each(['PGlite', 'PostgreSQL'] as const)('a patient who goes to another ward, on %s', (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-moves-'));
  let database: TestDatabase;
  let server: LamplightServer;
  let nurse: { author: { id: string; name: string; role: 'nurse' }; key: CryptoKey; identity: string };
  let west: TestTablet;
  let west2: TestTablet;
  let east: TestTablet;
  let north: TestTablet;
  /** The identity of 5 East, as its staff open it. */
  let eastIdentity: string;

  async function enrol(ward: string): Promise<TestTablet> {
    const signing = await newSigningKey(true);
    const { device } = await server.context.site.enrolDevice({
      name: `tablet of ${ward}`,
      signingKey: signing.publicKey,
      recipient: (await newIdentity()).recipient,
      ward,
      hardwareEncrypted: true,
    });
    const { port } = server.app.server.address() as AddressInfo;
    const carrier = createHttpCarrier({
      baseUrl: `http://127.0.0.1:${port}`,
      device,
      sign: signWith(signing.privateKey),
    });
    return { device, key: signing.privateKey, carrier };
  }

  /** One log of a tablet, written as the vault writes it. */
  async function aWriter(tablet: TestTablet, scope: string) {
    const logKey = randomBytes(32);
    const keys = logKeys(logKey);
    const log = toHex(randomBytes(16));
    const { identity, site } = server.context;
    const recipients = [...new Set(readersOf(scope).flatMap((ward) => site.recipients(ward)))];
    const opening = {
      site: identity.site,
      writer: tablet.device,
      scope,
      key: { file: await sealTo(recipients, logKey), hash: await sha256(logKey) },
    };
    const entries: Entry[] = [];
    const append = async (patient: string | null, body: unknown): Promise<Entry> => {
      const prev = entries.at(-1);
      const entry = await sealEntry(
        {
          log,
          seq: entries.length + 1,
          prev: prev ? await sha256(prev.bytes) : null,
          hlc: [Date.now(), entries.length],
          patient,
          body,
          ...(prev ? { author: signWith(nurse.key) } : { opening }),
        },
        keys,
        signWith(tablet.key),
      );
      entries.push(entry);
      return entry;
    };
    await append(null, { kind: 'log-opened' });
    const item = async (entry: Entry): Promise<RecordItem> => ({
      entry,
      hash: toHex(await sha256(entry.bytes)),
      opening: { ...entries[0]!, opening },
      keys,
    });
    return { log, keys, entries, append, item, bytes: () => entries.map((entry) => entry.bytes) };
  }

  const note = (text: string) => aNote(text, { author: nurse.author });
  const base = () => {
    const at = new Date().toISOString();
    return { author: nurse.author, effectiveAt: at, recordedAt: at };
  };
  const movedBody = (items: Entry[]) => ({
    kind: 'patient-moved',
    ...base(),
    from: '4-west',
    fromName: '4 West',
    to: '5-east',
    toName: '5 East',
    bed: '12',
    record: [...Map.groupBy(items, (entry) => entry.log)].map(([log, own]) => ({
      log,
      seqs: own.map((entry) => entry.seq),
    })),
  });
  const packetsOf = async (patient: string, items: RecordItem[]) =>
    (await packRecord(patient, items)).map((packet) => ({ kind: 'record-moved', ...base(), ...packet }));

  /** What a tablet of 5 East holds after an exchange, opened with that ward's identity alone. */
  async function seenByEast(): Promise<Map<string, unknown>> {
    const { vector } = await east.carrier.offer({ vector: {} });
    const seen = new Map<string, unknown>();
    for (const [log, [through]] of Object.entries(vector)) {
      const { entries } = await east.carrier.pull([{ log, after: 0, through }], 8_000_000);
      const read = entries.map((bytes) => {
        const found = readEntry(bytes);
        if (!found.ok) throw new Error('not an entry');
        return found.entry;
      });
      const { opening } = read[0]!;
      const key = opening?.key && (await openWith(eastIdentity, opening.key.file));
      if (!key) continue;
      for (const entry of read.slice(1)) {
        const opened = await openEntry(entry, logKeys(key));
        if (!opened.ok) throw new Error('does not open');
        const packet = RecordMoved.safeParse(opened.opened.body);
        if (!packet.success) {
          seen.set(entryId(entry.log, entry.seq), opened.opened.body);
          continue;
        }
        const { items } = await unpackRecord(
          packet.data,
          entry.patient!,
          server.context.identity.site,
          server.context.ledger.verifier,
        );
        for (const { entry: inner, keys } of items) {
          const body = await openEntry(inner, keys);
          if (body.ok) seen.set(entryId(inner.log, inner.seq), body.opened.body);
        }
      }
    }
    return seen;
  }
  const textsSeen = async (): Promise<string[]> =>
    [...(await seenByEast()).values()].flatMap((body) => (body as { text?: string }).text ?? []).sort();

  const projected = async (patient: string) =>
    (await server.context.reconciliation.patient(patient)).entries.map(
      ({ id, body }) => `${id} ${(body as { text?: string }).text ?? body?.kind}`,
    );

  beforeAll(async () => {
    database = kind === 'PGlite' ? embedded : await startPostgres();
    server = await createServer({
      dataDirectory: folder,
      logLevel: 'silent',
      ...(database.url ? { databaseUrl: database.url } : {}),
    });
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    const { site } = server.context;
    await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
    const wards = ['4-west', '5-east', '6-north'];
    for (const id of wards) await site.openWard({ id, name: id.replace('-', ' ') });
    const rostered = await site.addStaff({
      name: 'Nora Quinn',
      role: 'nurse',
      wards,
      pin: PIN,
      argon2: QUICK,
    });
    const user = (await unwrapUserKey(PIN, server.context.site.pinSecret(rostered)!, rostered.wrapped))!;
    nurse = {
      author: { id: rostered.staff, name: rostered.name, role: 'nurse' },
      key: user.signingKey,
      identity: user.identity,
    };
    const grant = rostered.wardIdentities.find(({ ward }) => ward === '5-east')!;
    eastIdentity = new TextDecoder().decode((await openWith(user.identity, fromBase64(grant.file)))!);
    [west, west2, east, north] = [
      await enrol('4-west'),
      await enrol('4-west'),
      await enrol('5-east'),
      await enrol('6-north'),
    ];
  });

  afterAll(async () => {
    await server?.close();
    await database?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is followed by the record and by nothing else: tablets pull their wards and who came to them', async () => {
    const [patient, other] = [toHex(randomBytes(16)), toHex(randomBytes(16))];
    const home = await aWriter(west, 'ward:4-west');
    const first = await home.append(patient, note('before the move'));
    await home.append(other, note('about somebody else'));
    const move = await aWriter(west, moveScope('4-west', '5-east'));
    await move.append(patient, movedBody([first]));
    for (const packet of await packetsOf(patient, [await home.item(first)]))
      await move.append(patient, packet);
    await west.carrier.push([...home.bytes(), ...move.bytes()]);

    const granted = async (tablet: TestTablet) =>
      Object.keys((await tablet.carrier.offer({ vector: {} })).vector);
    for (const tablet of [west, west2]) {
      expect(await granted(tablet)).toContain(home.log);
      expect(await granted(tablet)).toContain(move.log);
    }
    expect(await granted(east)).toContain(move.log);
    expect(await granted(east)).not.toContain(home.log);
    for (const log of [home.log, move.log]) expect(await granted(north)).not.toContain(log);
    const taken = await north.carrier.pull([{ log: move.log, after: 0, through: 3 }], 1_000_000);
    expect(taken.entries).toEqual([]);

    const seen = await seenByEast();
    expect(seen.get(entryId(first.log, first.seq))).toMatchObject({ text: 'before the move' });
    expect(JSON.stringify([...seen.values()])).not.toContain('somebody else');
    // The key that came along is this patient's: it opens nobody else's entry of the same log.
    const [packet] = await packetsOf(patient, [await home.item(first)]);
    const granted1 = packet!.keys[0]!.key;
    expect(granted1).toBe(toBase64(await home.keys.grant(patient)));
    expect(granted1).not.toBe(toBase64(await home.keys.grant(other)));

    const worklist = await server.context.reconciliation.worklist(['4-west', '5-east']);
    const wardOf = (id: string) =>
      worklist.wards.find((ward) => ward.patients.some((row) => row.id === id))?.id;
    expect([wardOf(patient), wardOf(other)]).toEqual(['5-east', '4-west']);
    expect(await projected(patient)).toEqual([
      `${entryId(first.log, first.seq)} before the move`,
      expect.stringContaining('patient-moved'),
    ]);
  });

  it('is followed by what turns up later: the server sends it after, once', async () => {
    const patient = toHex(randomBytes(16));
    const one = await aWriter(west, 'ward:4-west');
    const first = await one.append(patient, note('later a'));
    // Another tablet of the old ward had charted in the dark, and the mover did not hold it.
    const two = await aWriter(west2, 'ward:4-west');
    await two.append(patient, note('later b'));
    const move = await aWriter(west, moveScope('4-west', '5-east'));
    await move.append(patient, movedBody([first]));
    for (const packet of await packetsOf(patient, [await one.item(first)]))
      await move.append(patient, packet);
    await west.carrier.push([...one.bytes(), ...move.bytes()]);
    expect(await textsSeen()).not.toContain('later b');

    await west2.carrier.push(two.bytes());
    await server.context.moves.passOn();
    expect((await textsSeen()).filter((text) => text.startsWith('later'))).toEqual(['later a', 'later b']);
    const logs = async () =>
      Object.values((await east.carrier.offer({ vector: {} })).vector).map(([seq]) => seq);
    const before = await logs();
    await server.context.moves.passOn();
    await server.context.moves.passOn();
    expect(await logs()).toEqual(before);

    // A decision that records staff make of an entry of the old ward is known on the new one.
    const [decided] = await server.context.reconciliation.decide(
      [{ entry: entryId(first.log, first.seq), decision: 'rejected', reason: 'a duplicate' }],
      { id: nurse.author.id, name: 'Rita', role: 'records' },
      'PIN',
      ['4-west', '5-east'],
    );
    expect(decided?.ok).toBe(true);
    await server.context.moves.passOn();
    expect([...(await seenByEast()).values()]).toContainEqual(
      expect.objectContaining({ kind: 'review-decided', entry: entryId(first.log, first.seq) }),
    );
  });

  it('keeps what a lost tablet had charted, from the packet alone, and nothing twice when its log comes after all', async () => {
    const patient = toHex(randomBytes(16));
    const lost = await aWriter(west2, 'ward:4-west');
    const only = await lost.append(patient, note('only in the packet'));
    const move = await aWriter(west, moveScope('4-west', '5-east'));
    await move.append(patient, movedBody([only]));
    for (const packet of await packetsOf(patient, [await lost.item(only)]))
      await move.append(patient, packet);
    await west.carrier.push(move.bytes());
    const [, word] = move.entries;
    const expected = [
      `${entryId(only.log, only.seq)} only in the packet`,
      `${entryId(move.log, word!.seq)} patient-moved`,
    ].sort();
    expect((await projected(patient)).sort()).toEqual(expected);

    await west2.carrier.push(lost.bytes());
    await server.context.moves.passOn();
    expect((await projected(patient)).sort()).toEqual(expected);
    expect((await textsSeen()).filter((text) => text === 'only in the packet')).toHaveLength(1);
  });

  it('brings nothing that its writer did not sign, and nothing about anybody else; it is set aside with its reason', async () => {
    const [patient, other] = [toHex(randomBytes(16)), toHex(randomBytes(16))];
    const home = await aWriter(west2, 'ward:4-west');
    const real = await home.append(patient, note('real'));
    const elsewhere = await home.append(other, note('of another patient'));
    const thief = await newSigningKey(true);
    const forged = await sealEntry(
      { log: home.log, seq: 9, prev: await sha256(real.bytes), hlc: [9, 0], patient, body: note('forged') },
      home.keys as LogKeys,
      signWith(thief.privateKey),
    );
    const move = await aWriter(west, moveScope('4-west', '5-east'));
    await move.append(patient, movedBody([real]));
    const [packet] = await packetsOf(patient, [await home.item(real)]);
    await move.append(patient, {
      ...packet,
      entries: [...packet!.entries, toBase64(forged.bytes), toBase64(elsewhere.bytes)],
    });
    await west.carrier.push(move.bytes());
    expect((await projected(patient)).map((text) => text.split(' ').slice(1).join(' ')).sort()).toEqual([
      'patient-moved',
      'real',
    ]);
    const hashOf = async (bytes: Bytes) => toHex(await sha256(bytes));
    const quarantined = await server.context.db
      .selectFrom('record.quarantine')
      .where('kind', '=', 'moved-record')
      .select('hash')
      .execute();
    expect(quarantined.map(({ hash }) => hash).sort()).toEqual(
      [await hashOf(forged.bytes), await hashOf(elsewhere.bytes)].sort(),
    );
    expect(await textsSeen()).not.toContain('forged');
  });

  it('is verified by `lamplight verify` too: what a record brought counts once, what is forged in it is named', async () => {
    const source = await openSite({
      data: folder,
      ...(database.url ? { databaseUrl: database.url } : {}),
    });
    try {
      const { breaks, notes, hashes } = await verifySite(source);
      // The forged entry and the other patient's, which the test above put into a packet.
      expect(breaks.filter((line) => line.includes('in the moved record that it brings'))).toEqual([
        expect.stringContaining('its signature is not its writer'),
        expect.stringContaining('not one of this patient'),
      ]);
      expect(breaks).toHaveLength(2);
      // One test above brought an entry in a packet alone: its log never came.
      expect(notes).toContainEqual(expect.stringMatching(/here only as part of a moved patient/));
      expect(hashes.size).toBeGreaterThan(10);
    } finally {
      await source.close();
    }
  });

  it('is said by the ward that the patient leaves: no other may write it', async () => {
    const patient = toHex(randomBytes(16));
    const move = await aWriter(north, moveScope('4-west', '5-east'));
    await move.append(patient, movedBody([]));
    const answer = await north.carrier.push(move.bytes());
    expect(answer.held).toEqual([]);
    expect(answer.problems.map((problem) => problem.kind)).toEqual(['unknown-writer', 'unknown-writer']);
  });

  it('keeps the second history that a packet brought to light, under a name of its own', async () => {
    const patient = toHex(randomBytes(16));
    const home = await aWriter(west2, 'ward:4-west');
    const shared = await home.append(patient, note('before the copy'));
    const prev = await sha256(shared.bytes);
    const place = { log: home.log, seq: 3, prev, hlc: [Date.now(), 5] as const, patient };
    const write = (text: string) =>
      sealEntry({ ...place, body: note(text), author: signWith(nurse.key) }, home.keys, signWith(west2.key));
    const [here, there] = [await write('of the copy'), await write('of the tablet')];
    await west2.carrier.push([...home.bytes(), there.bytes]);
    const move = await aWriter(west, moveScope('4-west', '5-east'));
    await move.append(patient, movedBody([shared, here]));
    const items = [await home.item(shared), await home.item(here)];
    for (const packet of await packetsOf(patient, items)) await move.append(patient, packet);
    await west.carrier.push(move.bytes());
    await projected(patient);
    await server.context.branches.takeOver();
    const texts = (await projected(patient)).map((text) => text.split(' ').slice(1).join(' ')).sort();
    expect(texts).toEqual(['before the copy', 'of the copy', 'of the tablet', 'patient-moved']);
  });
});
