import { appendFileSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Entry, fromBase64, toHex } from '../../src/log/index.ts';
import {
  acknowledge,
  isLaterEpoch,
  logKeys,
  newIdentity,
  newSigningKey,
  openWith,
  randomBytes,
  sealEntry,
  sha256,
  signWith,
  unwrapUserKey,
} from '../../src/seal/index.ts';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';
import { createLeases } from '../../src/server/leases.ts';
import { createLedger, inTheNameOfTheSite } from '../../src/server/ledger.ts';
import { encodeFrames, FrameType } from '../../src/sync/index.ts';
import { aLog, aNote } from '../builders.ts';
import { embedded, startPostgres, type TestDatabase } from './databases.ts';

const QUICK = { memoryKiB: 8192, passes: 1, lanes: 1 };

describe.each(['PGlite', 'PostgreSQL'] as const)('the server on %s', (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-server-'));
  let database: TestDatabase;
  let server: LamplightServer;
  let device: { id: string; key: CryptoKey; publicKey: string };

  const open = (): Promise<LamplightServer> =>
    createServer({
      dataDirectory: folder,
      logLevel: 'silent',
      ...(database.url ? { databaseUrl: database.url } : {}),
    });
  const tabletLog = (length: number) =>
    aLog(length, {
      writer: device.id,
      site: server.context.identity.site,
      recipients: server.context.site.recipients('4-west'),
      key: device.key,
      publicKey: device.publicKey,
    });
  const bytesOf = (entries: Entry[]) => entries.map((entry) => entry.bytes);
  const quarantined = async (): Promise<string[]> =>
    (await server.context.db.selectFrom('record.quarantine').select('kind').execute()).map((row) => row.kind);

  beforeAll(async () => {
    database = kind === 'PGlite' ? embedded : await startPostgres();
    server = await open();
    const { site } = server.context;
    await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
    await site.openWard({ id: '4-west', name: '4 West' });
    const signing = await newSigningKey(true);
    const enrolled = await site.enrolDevice({
      name: 'tablet',
      signingKey: signing.publicKey,
      recipient: (await newIdentity()).recipient,
      ward: '4-west',
      hardwareEncrypted: false,
    });
    device = { id: enrolled.device, key: signing.privateKey, publicKey: signing.publicKey };
  });

  afterAll(async () => {
    await server.close();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes entries once, however often they come (FAILURES 18)', async () => {
    const { ledger } = server.context;
    const { entries, log } = await tabletLog(20);
    expect((await ledger.receive(bytesOf(entries.slice(0, 12)))).accepted).toBe(12);
    expect((await ledger.receive(bytesOf(entries))).accepted).toBe(8);
    expect((await ledger.receive(bytesOf([...entries].reverse()))).accepted).toBe(0);
    expect((await ledger.vector())[log]?.[0]).toBe(20);
  });

  it('commits nothing that the journal could not take (FAILURES 10)', async () => {
    const { db, identity, site } = server.context;
    const full = { append: () => Promise.reject(new Error('no space')), close: async () => undefined };
    const opened = { db, journal: full, journaled: [], embedded: true, close: async () => undefined };
    const ledger = createLedger(
      opened,
      identity,
      inTheNameOfTheSite(identity, () => ''),
      () => site,
    );
    const { entries, log } = await tabletLog(5);
    await expect(ledger.receive(bytesOf(entries))).rejects.toThrow('no space');
    expect((await ledger.vector())[log]).toBeUndefined();
    expect((await server.context.ledger.receive(bytesOf(entries))).accepted).toBe(5);
  });

  it('takes the same push from two sides at once without a loss or a double', async () => {
    const { ledger } = server.context;
    const { entries, log } = await tabletLog(60);
    await Promise.all([
      ledger.receive(bytesOf(entries)),
      ledger.receive(bytesOf(entries.slice(0, 30))),
      ledger.receive(bytesOf(entries)),
    ]);
    const { count } = await server.context.db
      .selectFrom('record.entry')
      .where('log', '=', log)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(60);
  });

  it('keeps a second history beside the first, forgery and stranger in quarantine, and takes the rest (FAILURES 16)', async () => {
    const { ledger } = server.context;
    const before = (await quarantined()).length;
    const good = await tabletLog(3);
    await ledger.receive(bytesOf(good.entries));
    const prev = await sha256(good.entries[1]!.bytes);
    const clone = await sealEntry(
      { log: good.log, seq: 3, prev, hlc: [1, 0], patient: good.patient, body: aNote('other') },
      good.keys,
      signWith(device.key),
    );
    const thief = await newSigningKey(true);
    const forged = await sealEntry(
      {
        log: good.log,
        seq: 4,
        prev: await sha256(good.entries[2]!.bytes),
        hlc: [1, 0],
        patient: null,
        body: {},
      },
      good.keys,
      signWith(thief.privateKey),
    );
    const stranger = await aLog(2, {
      site: server.context.identity.site,
      recipients: server.context.site.recipients('4-west'),
    });
    const other = await tabletLog(2);
    const received = await ledger.receive([
      clone.bytes,
      forged.bytes,
      ...bytesOf(stranger.entries),
      new Uint8Array([1, 2, 3]),
      ...bytesOf(other.entries),
    ]);
    expect(received.accepted).toBe(2);
    expect(received.problems.map((problem) => problem.kind)).toContain('fork');
    expect(await ledger.holdsBranch(toHex(await sha256(clone.bytes)))).toBe(true);
    expect(await ledger.holdsBranch(toHex(await sha256(forged.bytes)))).toBe(false);
    expect((await quarantined()).slice(before).sort()).toEqual([
      'bad-signature',
      'malformed',
      'unknown-writer',
      'unknown-writer',
    ]);
  });

  it('tries what was set aside again once the reason is mended, and takes it in once (FAILURES 16)', async () => {
    const { ledger, site, quarantine, identity } = server.context;
    const stranger = await aLog(3, {
      writer: toHex(randomBytes(16)),
      site: identity.site,
      recipients: site.recipients('4-west'),
    });
    expect((await ledger.receive(bytesOf(stranger.entries))).accepted).toBe(0);
    await server.context.projection.catchUp();
    const waiting = await quarantine.count();
    // Nothing was mended: it goes on waiting with its reason.
    expect(await quarantine.retry()).toEqual({ released: 0, waiting });
    await site.tell({
      kind: 'device-enrolled',
      recordedAt: new Date().toISOString(),
      device: stranger.writer,
      name: 'made known later',
      signingKey: stranger.signing.publicKey,
      recipient: (await newIdentity()).recipient,
      wards: ['4-west'],
      downtimeRange: 'ZZ9',
      sealedRosterIdentity: '',
      hardwareEncrypted: true,
    });
    const tried = await quarantine.retry();
    expect((await ledger.log(stranger.log))?.head.seq).toBe(3);
    // The log is open. Who wrote in it nobody on the staff list is, and that is now the reason.
    expect(tried.released).toBe(1);
    expect((await quarantine.list())[0]?.reason).toMatch(/author/);
    expect((await quarantine.list()).length).toBe(tried.waiting);
    const again = await quarantine.retry();
    expect(again).toEqual({ released: 0, waiting: tried.waiting });
  });

  it('takes a second history over into its own log, once, with its references put right (FAILURES 16, 24)', async () => {
    const { ledger, branches, db, site, identity } = server.context;
    const person = await site.addStaff({
      name: 'Nora Quinn',
      role: 'nurse',
      wards: ['4-west'],
      pin: '000000',
      argon2: QUICK,
    });
    const opened = await unwrapUserKey('000000', server.context.site.pinSecret(person)!, person.wrapped);
    const first = await tabletLog(2);
    const author = { id: person.staff, name: person.name, role: person.role };
    const branch: Entry[] = [];
    let prev = await sha256(first.entries[0]!.bytes);
    for (const [seq, change] of [
      [2, { author }],
      [3, { author, replaces: `${first.log}-2`, reason: 'a slip' }],
    ] as const) {
      const entry = await sealEntry(
        {
          log: first.log,
          seq,
          prev,
          hlc: [5000 + seq, 0],
          patient: first.patient,
          body: aNote(`clone ${seq}`, change),
          author: signWith(opened!.signingKey),
        },
        first.keys,
        signWith(device.key),
      );
      branch.push(entry);
      prev = await sha256(entry.bytes);
    }
    await ledger.receive(bytesOf(first.entries));
    const received = await ledger.receive([first.entries[0]!.bytes, ...bytesOf(branch)]);
    expect(received.held.map((place) => place.seq)).toEqual([1, 2, 3]);
    // Two nodes would give one entry two names: whoever has the lease does it alone.
    const elsewhere = createLeases(db, identity.site, Date.now);
    expect(await elsewhere.take('second histories', 'another node')).toBe(true);
    await branches.takeOver();
    expect(await db.selectFrom('projection.carried').selectAll().execute()).toEqual([]);
    await elsewhere.give('second histories', 'another node');
    for (const again of [1, 2]) {
      await branches.takeOver();
      // A projection that was lost is rebuilt, and nothing is taken over twice.
      if (again === 1) {
        await db.deleteFrom('projection.carried').execute();
        await db.deleteFrom('projection.entry').execute();
        await db.deleteFrom('projection.log').execute();
      }
    }
    const rows = await db
      .selectFrom('projection.entry')
      .where('patient', '=', first.patient)
      .where('kind', '=', 'note')
      .selectAll()
      .execute();
    const bodies = rows.map((row) => ({
      id: `${row.log}-${row.seq}`,
      ...(row.body as { text: string; replaces?: string }),
    }));
    const [two, three] = [2, 3].map((seq) => bodies.filter((body) => body.text === `clone ${seq}`));
    expect([two!.length, three!.length]).toEqual([1, 1]);
    expect(three![0]!.replaces).toBe(two![0]!.id);
    expect(two![0]!.id).not.toBe(`${first.log}-2`);
  });

  it('starts a new epoch when it had signed for what it no longer holds, and posting waits (FAILURES 24)', async () => {
    const { ledger, epoch, identity, reconciliation } = server.context;
    const lost = { log: 'e'.repeat(32), seq: 4, hash: 'f'.repeat(64) };
    const forged = { ...(await acknowledge({ ...lost, epoch: epoch.current() }, identity.sign)), seq: 5 };
    await epoch.examine([forged], ledger);
    expect(epoch.restoredAt()).toBeUndefined();
    const before = epoch.current();
    await epoch.examine([await acknowledge({ ...lost, epoch: before }, identity.sign)], ledger);
    expect(isLaterEpoch(epoch.current(), before)).toBe(true);
    expect((await reconciliation.pushState()).restoredAt).toBeDefined();
    // The same word again is of the epoch before, and no news.
    const now = epoch.current();
    await epoch.examine([await acknowledge({ ...lost, epoch: before }, identity.sign)], ledger);
    expect(epoch.current()).toBe(now);
    await epoch.release();
    expect((await reconciliation.pushState()).restoredAt).toBeUndefined();
  });

  it('keeps an entry whose seal, schema or author does not verify, says so, and projects the rest', async () => {
    const { ledger, projection, db } = server.context;
    const log = await tabletLog(1);
    const prev = await sha256(log.entries[0]!.bytes);
    const wrongKey = logKeys(new Uint8Array(32));
    const sealed = await sealEntry(
      { log: log.log, seq: 2, prev, hlc: [2, 0], patient: log.patient, body: aNote('x') },
      wrongKey,
      signWith(device.key),
    );
    const schema = await sealEntry(
      {
        log: log.log,
        seq: 3,
        prev: await sha256(sealed.bytes),
        hlc: [3, 0],
        patient: log.patient,
        body: aNote('y', { effectiveAt: 'yesterday' }),
      },
      log.keys,
      signWith(device.key),
    );
    const author = await sealEntry(
      {
        log: log.log,
        seq: 4,
        prev: await sha256(schema.bytes),
        hlc: [4, 0],
        patient: log.patient,
        body: aNote('z'),
      },
      log.keys,
      signWith(device.key),
    );
    expect(
      (await ledger.receive([...bytesOf(log.entries), sealed.bytes, schema.bytes, author.bytes])).accepted,
    ).toBe(4);
    const before = (await quarantined()).length;
    await projection.catchUp();
    expect(
      (await quarantined())
        .slice(before - 0)
        .filter((item) => ['sealed', 'schema', 'author'].includes(item))
        .sort(),
    ).toEqual(expect.arrayContaining(['author', 'schema', 'sealed']));
    const rows = await db
      .selectFrom('projection.entry')
      .where('log', '=', log.log)
      .select(['seq', 'kind'])
      .orderBy('seq')
      .execute();
    expect(rows.map((row) => row.kind)).toEqual(['unreadable', 'unreadable', 'unreadable']);
  });

  it('gives back, byte for byte, what it took', async () => {
    const { ledger } = server.context;
    const { entries, log } = await tabletLog(300);
    await ledger.receive(bytesOf(entries));
    const read = await ledger.read([{ log, after: 100, through: 300 }], 10_000_000);
    expect(read.map(toHex)).toEqual(entries.slice(100).map((entry) => toHex(entry.bytes)));
    expect((await ledger.read([{ log, after: 0, through: 300 }], 5_000)).length).toBeLessThan(30);
  });

  it('refuses a push without a session, and never answers 500 to noise', async () => {
    expect(
      (
        await server.app.inject({
          method: 'POST',
          url: '/api/sync/push',
          headers: { 'content-type': 'application/octet-stream' },
          payload: Buffer.from(encodeFrames(FrameType.entry, [])),
        })
      ).statusCode,
    ).toBe(401);
    for (const payload of ['{', '{"device":1}', '[]', 'null']) {
      expect(
        (
          await server.app.inject({
            method: 'POST',
            url: '/api/sync/session',
            headers: { 'content-type': 'application/json' },
            payload,
          })
        ).statusCode,
      ).toBe(400);
    }
  });

  it('holds everything after a restart', async () => {
    // What waits for the audit trail is written when a server closes.
    await server.close();
    server = await open();
    const before = await server.context.ledger.vector();
    await server.close();
    server = await open();
    expect(await server.context.ledger.vector()).toEqual(before);
    expect(server.context.site.directory().devices.has(device.id)).toBe(true);
    expect(server.recoveryIdentity).toBeUndefined();
  });

  it.runIf(kind === 'PGlite')(
    'is filled again from its journal when the database is lost, and takes a torn last frame',
    async () => {
      const before = await server.context.ledger.vector();
      await server.close();
      renameSync(join(folder, 'pglite'), join(folder, 'lost'));
      appendFileSync(join(folder, 'journal'), Buffer.from([1, 0, 0, 1, 0, 42]));
      server = await open();
      expect(await server.context.ledger.vector()).toEqual(before);
      const keyFile = server.context.site.directory().wards.get('4-west')!.sealedIdentity;
      expect(await openWith(server.context.identity.identity, fromBase64(keyFile))).not.toBeNull();
      expect(statSync(join(folder, 'site-identity.json')).mode & 0o777).toBe(0o600);
    },
  );

  it.runIf(kind === 'PostgreSQL')(
    'does not start where a power cut could lose what it acknowledged',
    async () => {
      await sql`alter database postgres set synchronous_commit = off`.execute(server.context.db);
      await expect(open()).rejects.toThrow('synchronous_commit');
      await sql`alter database postgres reset synchronous_commit`.execute(server.context.db);
    },
  );
});
