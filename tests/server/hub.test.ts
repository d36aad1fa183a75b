import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bytes, type Entry, readEntry, toHex } from '../../src/log/index.ts';
import {
  acknowledge,
  isAcknowledgement,
  newIdentity,
  newSigningKey,
  openEntry,
  openWith,
  sealEntry,
  sha256,
  signWith,
  verifyWith,
} from '../../src/seal/index.ts';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';
import { createHub, type Hub } from '../../src/server/hub/create-hub.ts';
import { enrolHub, type HubIdentity, readHubIdentity } from '../../src/server/hub/hub-identity.ts';
import { exportHub, openBoxes, verifyFile } from '../../src/server/transfer/commands.ts';
import { openFile } from '../../src/server/transfer/record-source.ts';
import { hubsOf, trustProblem } from '../../src/site/index.ts';
import { createHttpCarrier, type HttpCarrier } from '../../src/sync/index.ts';
import { HubCode, HubList } from '../../src/wire/hubs.ts';
import { aLog, aNote } from '../builders.ts';

const QUICK = { memoryKiB: 8192, passes: 1, lanes: 1 };
const PIN = '161803';

/** A site server and a ward hub, both real, with tablets that are carriers of sealed entries. */
describe('a ward hub', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-hub-'));
  const hubFolder = join(folder, 'hub');
  let server: LamplightServer;
  let serverPort = 0;
  let hub: Hub;
  let hubPort = 0;
  let identity: HubIdentity;
  let cookie: string;

  async function startServer(): Promise<void> {
    server = await createServer({ dataDirectory: join(folder, 'server'), logLevel: 'silent' });
    await server.app.listen({ port: serverPort, host: '127.0.0.1' });
    serverPort = (server.app.server.address() as AddressInfo).port;
  }
  async function startHub(): Promise<void> {
    hub = await createHub({ identity, dataDirectory: hubFolder, logLevel: 'silent', random: () => 0 });
    await hub.app.listen({ port: hubPort, host: '127.0.0.1' });
    hubPort = (hub.app.server.address() as AddressInfo).port;
  }
  const atHub = (): string => `http://127.0.0.1:${hubPort}`;

  interface TestTablet {
    device: string;
    key: CryptoKey;
    publicKey: string;
    carrier: HttpCarrier;
  }
  async function enrolTablet(ward: string, directory?: () => Promise<Bytes[]>): Promise<TestTablet> {
    const signing = await newSigningKey(true);
    const { device } = await server.context.site.enrolDevice({
      name: 'tablet',
      signingKey: signing.publicKey,
      recipient: (await newIdentity()).recipient,
      ward,
      hardwareEncrypted: true,
    });
    return {
      device,
      key: signing.privateKey,
      publicKey: signing.publicKey,
      carrier: createHttpCarrier({
        baseUrl: atHub(),
        device,
        sign: signWith(signing.privateKey),
        ...(directory ? { directory } : {}),
      }),
    };
  }
  const logOf = (tablet: TestTablet, length: number, ward = '4-west') =>
    aLog(length, {
      writer: tablet.device,
      site: identity.site,
      scope: `ward:${ward}`,
      recipients: server.context.site.recipients(ward),
      key: tablet.key,
      publicKey: tablet.publicKey,
    });
  const bytesOf = (entries: Entry[]) => entries.map((entry) => entry.bytes);
  const vectorOf = async (entries: Entry[]) => {
    const last = entries.at(-1)!;
    return { [last.log]: [last.seq, toHex(await sha256(last.bytes))] as [number, string] };
  };
  const seqAtServer = async (log: string): Promise<number> =>
    (await server.context.ledger.vector())[log]?.[0] ?? 0;
  const seqAtHub = async (log: string): Promise<number> => (await hub.ledger.vector())[log]?.[0] ?? 0;

  async function hubCode(address = 'https://hub-4-west.internal:8443'): Promise<HubCode> {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/api/admin/hub-codes',
      headers: { cookie, host: `127.0.0.1:${serverPort}` },
      payload: { name: '4 West hub', address, wards: ['4-west'] },
    });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    return HubCode.parse(answer.json());
  }

  beforeAll(async () => {
    await startServer();
    const { site } = server.context;
    await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
    await site.openWard({ id: '4-west', name: '4 West' });
    await site.openWard({ id: '5-east', name: '5 East' });
    await site.addStaff({
      name: 'Adam Lind',
      role: 'administrator',
      wards: ['4-west'],
      pin: PIN,
      argon2: QUICK,
    });
    const session = await server.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { staff: 'Adam Lind', pin: PIN },
    });
    cookie = String(session.headers['set-cookie']).split(';')[0]!;
    const { code } = await hubCode();
    identity = await enrolHub({
      dataDirectory: hubFolder,
      server: `http://127.0.0.1:${serverPort}`,
      code,
    });
    await startHub();
  });

  afterAll(async () => {
    await hub?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('joins with a code that works once, under a name that tablets may reach, and stands in the directory', async () => {
    const { code } = await hubCode();
    const again = { dataDirectory: join(folder, 'other'), server: `http://127.0.0.1:${serverPort}`, code };
    await enrolHub(again);
    await expect(enrolHub({ ...again, dataDirectory: join(folder, 'third') })).rejects.toThrow(
      /used already/,
    );
    await expect(hubCode('https://hub.example.com')).rejects.toThrow(/ends with \.internal or \.local/);
    await expect(hubCode('http://hub-4-west.internal')).rejects.toThrow(/ends with/);

    const listed = await server.app.inject({ url: '/api/admin/hubs', headers: { cookie } });
    expect(HubList.parse(listed.json()).hubs.map(({ name, wards }) => `${name} ${wards}`)).toContain(
      '4 West hub 4 West',
    );
    expect([...server.context.site.directory().hubs.keys()]).toContain(identity.hub);
    const asNobody = await server.app.inject({ method: 'POST', url: '/api/admin/hub-codes', payload: {} });
    expect(asNobody.statusCode).toBe(401);
  });

  it('passes entries on to the server by itself, and hands back what the server signed', async () => {
    const tablet = await enrolTablet('4-west');
    await expect
      .poll(() => hub.ledger.verifier(tablet.device, 'ward:4-west').then((key) => key !== undefined))
      .toBe(true);
    const { entries, log } = await logOf(tablet, 5);
    const answer = await tablet.carrier.push(bytesOf(entries));
    expect(answer.held.map((place) => place.seq)).toEqual([5]);
    // The hub speaks for itself alone.
    expect(answer.acknowledgements).toEqual([]);

    await expect.poll(() => seqAtServer(log)).toBe(5);
    const offer = async () => tablet.carrier.offer({ vector: await vectorOf(entries) });
    await expect.poll(async () => (await offer()).acknowledgements.length).toBe(1);
    const { authority, acknowledgements, held, epoch } = await offer();
    expect(authority).toBe(false);
    expect(held.map((place) => place.seq)).toEqual([5]);
    expect(await isAcknowledgement(acknowledgements[0]!, verifyWith(identity.siteKey))).toBe(true);
    expect(epoch).toBe(server.context.epoch.current());
  });

  it('tells a tablet of another’s entries at once', async () => {
    const [one, two] = [await enrolTablet('4-west'), await enrolTablet('4-west')];
    await expect.poll(() => hub.ledger.verifier(two.device, 'ward:4-west').then(Boolean)).toBe(true);
    const { entries, log } = await logOf(one, 3);
    const ending = new AbortController();
    const listening = new Promise<void>((resolve) => {
      void two.carrier.listen(resolve, ending.signal);
    });
    // The stream is open once its session is; an offer of the same tablet follows that.
    await two.carrier.offer({ vector: {} });
    await one.carrier.push(bytesOf(entries));
    await listening;
    ending.abort();
    const { vector } = await two.carrier.offer({ vector: {} });
    expect(vector[log]?.[0]).toBe(3);
    const { entries: pulled } = await two.carrier.pull([{ log, after: 0, through: 3 }], 1_000_000);
    expect(pulled.map(toHex)).toEqual(bytesOf(entries).map(toHex));
  });

  it('serves nobody whom the directory does not name, no other ward, and no other page', async () => {
    const stranger = await newSigningKey(true);
    const unknown = createHttpCarrier({
      baseUrl: atHub(),
      device: 'e'.repeat(32),
      sign: signWith(stranger.privateKey),
    });
    await expect(unknown.offer({ vector: {} })).rejects.toThrow('403');
    const tablet = await enrolTablet('4-west');
    const thief = createHttpCarrier({
      baseUrl: atHub(),
      device: tablet.device,
      sign: signWith(stranger.privateKey),
    });
    await expect(thief.offer({ vector: {} })).rejects.toThrow('403');

    const here = await logOf(tablet, 3);
    await expect.poll(() => hub.ledger.verifier(tablet.device, 'ward:4-west').then(Boolean)).toBe(true);
    await tablet.carrier.push(bytesOf(here.entries));
    const elsewhere = await enrolTablet('5-east');
    await expect.poll(() => hub.ledger.verifier(elsewhere.device, 'ward:5-east').then(Boolean)).toBe(true);
    const { vector } = await elsewhere.carrier.offer({ vector: {} });
    expect(vector[here.log]).toBeUndefined();
    const { entries } = await elsewhere.carrier.pull([{ log: here.log, after: 0, through: 3 }], 1_000_000);
    expect(entries).toEqual([]);

    for (const path of ['/api/session', '/api/admin/devices', '/api/workbench/worklist', '/api/enrol'])
      expect((await fetch(`${atHub()}${path}`)).status).toBe(404);
    const allowed = (origin: string) =>
      fetch(`${atHub()}/api/health`, { headers: { origin } }).then((answer) =>
        answer.headers.get('access-control-allow-origin'),
      );
    expect(await allowed(identity.appOrigin)).toBe(identity.appOrigin);
    expect(await allowed('https://evil.example')).toBeNull();
  });

  it('takes a tablet that joined after it last heard from the server, by the directory that the site signed', async () => {
    await hub.close();
    let directory: Bytes[] = [];
    const late = await enrolTablet('4-west', async () => directory);
    const rows = await server.context.db
      .selectFrom('record.entry as entry')
      .innerJoin('record.log as log', 'log.log', 'entry.log')
      .where('log.scope', '=', 'directory')
      .orderBy('entry.seq')
      .select('entry.bytes')
      .execute();
    directory = rows.map((row) => new Uint8Array(row.bytes));
    await server.close();
    await startHub();
    const { entries, log } = await logOf(late, 4);
    await late.carrier.push(bytesOf(entries));
    expect(await seqAtHub(log)).toBe(4);
    await startServer();
    hub.wake();
    await expect.poll(() => seqAtServer(log), { timeout: 20_000 }).toBe(4);
  });

  it('keeps what it took, its sessions and the server’s word through a restart (FAILURES 46)', async () => {
    const tablet = await enrolTablet('4-west');
    await expect.poll(() => hub.ledger.verifier(tablet.device, 'ward:4-west').then(Boolean)).toBe(true);
    const { entries, log } = await logOf(tablet, 6);
    await tablet.carrier.push(bytesOf(entries.slice(0, 3)));
    await expect
      .poll(
        async () =>
          (await tablet.carrier.offer({ vector: await vectorOf(entries.slice(0, 3)) })).acknowledgements
            .length,
      )
      .toBe(1);

    await server.close();
    await hub.close();
    identity = (await readHubIdentity(hubFolder))!;
    await startHub();
    // The same carrier, with the session that it had: nobody pairs anything again.
    const { acknowledgements, held } = await tablet.carrier.offer({ vector: await vectorOf(entries) });
    expect(acknowledgements.map((ack) => ack.seq)).toEqual([3]);
    expect(held.map((place) => place.seq)).toEqual([3]);
    await tablet.carrier.push(bytesOf(entries.slice(3)));
    expect(await seqAtHub(log)).toBe(6);

    await startServer();
    hub.wake();
    await expect.poll(() => seqAtServer(log), { timeout: 20_000 }).toBe(6);
  });

  it('does not believe a forged acknowledgement, nor one about other bytes', async () => {
    const tablet = await enrolTablet('4-west');
    await server.close();
    const { entries } = await logOf(tablet, 3);
    // Known to the hub since it was enrolled while the server answered, or else by the next exchange.
    await startServer();
    hub.wake();
    await expect.poll(() => hub.ledger.verifier(tablet.device, 'ward:4-west').then(Boolean)).toBe(true);
    await server.close();
    await tablet.carrier.push(bytesOf(entries));
    const last = entries.at(-1)!;
    const place = { log: last.log, seq: last.seq, hash: toHex(await sha256(last.bytes)) };
    const thief = await newSigningKey(true);
    const forged = await acknowledge(
      { ...place, epoch: `000009-${'a'.repeat(32)}` },
      signWith(thief.privateKey),
    );
    const aboutOthers = await acknowledge(
      { ...place, hash: 'f'.repeat(64), epoch: server.context.epoch.current() },
      server.context.identity.sign,
    );
    const { acknowledgements, epoch } = await tablet.carrier.offer({
      vector: await vectorOf(entries),
      acknowledged: [forged, aboutOthers],
    });
    expect(acknowledgements).toEqual([]);
    expect(epoch).toBe(server.context.epoch.current());
    // The true one, brought by any tablet, is handed on.
    const word = await acknowledge(
      { ...place, epoch: server.context.epoch.current() },
      server.context.identity.sign,
    );
    const after = await tablet.carrier.offer({ vector: await vectorOf(entries), acknowledged: [word] });
    expect(after.acknowledgements).toEqual([word]);
    // Given in an earlier life of the server, held back by somebody, and shown again: nobody hears of it any more.
    const other = await logOf(tablet, 2);
    await tablet.carrier.push(bytesOf(other.entries));
    const tail = other.entries.at(-1)!;
    const replayed = await acknowledge(
      {
        log: tail.log,
        seq: tail.seq,
        hash: toHex(await sha256(tail.bytes)),
        epoch: `000000-${'b'.repeat(32)}`,
      },
      server.context.identity.sign,
    );
    const later = await tablet.carrier.offer({
      vector: await vectorOf(other.entries),
      acknowledged: [replayed],
    });
    expect(later.acknowledgements).toEqual([]);
    await startServer();
  });

  it('refuses what its writer did not sign, keeps both histories of a clone, and takes the server’s as the log', async () => {
    const tablet = await enrolTablet('4-west');
    hub.wake();
    await expect.poll(() => hub.ledger.verifier(tablet.device, 'ward:4-west').then(Boolean)).toBe(true);
    const { entries, log, patient, keys } = await logOf(tablet, 3);
    const thief = await newSigningKey(true);
    const next = {
      log,
      seq: 4,
      prev: await sha256(entries[2]!.bytes),
      hlc: [9, 0] as const,
      patient,
      body: aNote('x'),
    };
    const forged = await sealEntry(next, keys, signWith(thief.privateKey));
    const [here, there] = [
      await sealEntry(next, keys, signWith(tablet.key)),
      await sealEntry({ ...next, body: aNote('another') }, keys, signWith(tablet.key)),
    ];
    // The server has one history, the hub another: each is off while the other takes its own.
    await server.close();
    const pushed = await tablet.carrier.push([...bytesOf(entries), forged.bytes]);
    expect(pushed.held.at(-1)?.seq).toBe(3);
    await tablet.carrier.push([here.bytes]);
    expect(await seqAtHub(log)).toBe(4);
    await hub.close();
    await startServer();
    await server.context.ledger.receive([...bytesOf(entries), there.bytes]);

    await startHub();
    hub.wake();
    const atServer = toHex(await sha256(there.bytes));
    await expect.poll(async () => (await hub.ledger.vector())[log]?.[1], { timeout: 20_000 }).toBe(atServer);
    const hash = toHex(await sha256(here.bytes));
    expect(await hub.ledger.holdsBranch(hash)).toBe(true);
    expect(await server.context.ledger.holdsBranch(hash)).toBe(true);
  });

  it('can open nothing: no key of its own opens a log, and nothing but the directory is readable', async () => {
    const tablet = await enrolTablet('4-west');
    hub.wake();
    await expect.poll(() => hub.ledger.verifier(tablet.device, 'ward:4-west').then(Boolean)).toBe(true);
    const { entries, log, keys, patient } = await logOf(tablet, 2);
    const secret = await sealEntry(
      { log, seq: 3, prev: await sha256(entries[1]!.bytes), hlc: [9, 0], patient, body: aNote('secret') },
      keys,
      signWith(tablet.key),
    );
    await tablet.carrier.push([...bytesOf(entries), secret.bytes]);
    const [first] = await hub.ledger.read([{ log, after: 0, through: 1 }], 1_000_000);
    const opening = readEntry(first!);
    const file = opening.ok ? opening.entry.opening!.key!.file : new Uint8Array(0);
    // Every secret that the hub has, tried as an age identity.
    const stored = readFileSync(join(hubFolder, 'hub-identity.json'), 'utf8');
    expect(stored).not.toContain('AGE-SECRET-KEY');
    for (const value of Object.values(JSON.parse(stored)).map(String))
      expect(await openWith(value, file).catch(() => null)).toBeNull();

    // Whatever is here and not the directory stays closed to whoever has all of the hub's disk.
    const readable = new Map<string, number>();
    for (const [id, [through]] of Object.entries(await hub.ledger.vector())) {
      const { scope } = (await hub.ledger.log(id))!.opening;
      for (const bytes of await hub.ledger.read([{ log: id, after: 1, through }], 10_000_000)) {
        const read = readEntry(bytes);
        const opened = read.ok && (await openEntry(read.entry, undefined)).ok;
        readable.set(scope, (readable.get(scope) ?? 0) + (opened ? 1 : 0));
      }
    }
    expect(readable.get('directory')).toBeGreaterThan(0);
    expect(readable.get('roster')).toBe(0);
    expect(readable.get('ward:4-west')).toBe(0);
  });

  it('writes what it keeps to a file without bodies, which opens with the keys of the site alone', async () => {
    const tablet = await enrolTablet('4-west');
    hub.wake();
    const log = await logOf(tablet, 4);
    await expect.poll(async () => (await tablet.carrier.push(bytesOf(log.entries))).held.length).toBe(1);
    const out = join(folder, 'hub.age');
    const count = await exportHub(identity, { data: hubFolder }, out, undefined);
    expect(count).toBeGreaterThanOrEqual(4);
    const keys = [server.context.identity.identity];
    expect((await openFile(out, keys)).header).toMatchObject({
      bodies: false,
      from: { kind: 'hub', id: identity.hub },
    });
    await expect(openFile(out, [(await newIdentity()).identity])).rejects.toThrow();
    // Those who wrote here are on no staff list; chains, signatures and seals are what is asked.
    const { breaks } = await verifyFile(out, keys, identity.siteKey);
    expect(breaks.filter((fault) => !fault.includes('author'))).toEqual([]);
    const opened: string[] = [];
    await openBoxes(out, keys, async (line) => void opened.push(line));
    expect(opened.filter((line) => line.includes(log.log) && line.includes('"note 3"'))).toHaveLength(1);
  });

  it('hears that a tablet was revoked: it gives it nothing more, and takes what it brings for others to judge', async () => {
    const lost = await enrolTablet('4-west');
    hub.wake();
    await expect.poll(() => hub.ledger.verifier(lost.device, 'ward:4-west').then(Boolean)).toBe(true);
    const { entries, log } = await logOf(lost, 3);
    await lost.carrier.push(bytesOf(entries.slice(0, 2)));
    await expect.poll(() => seqAtServer(log)).toBe(2);
    expect((await lost.carrier.offer({ vector: {} })).vector[log]?.[0]).toBe(2);

    await server.context.staff.revokeDevice(lost.device, 'left in a taxi', 'f'.repeat(32));
    // From the hub it hears of the directory alone, and so that it is revoked.
    await expect.poll(async () => (await lost.carrier.offer({ vector: {} })).vector[log]).toBeUndefined();
    expect((await lost.carrier.pull([{ log, after: 0, through: 2 }], 1_000_000)).entries).toEqual([]);
    await lost.carrier.push(bytesOf(entries.slice(2)));
    await expect.poll(() => seqAtServer(log)).toBe(3);
    expect(trustOf(lost.device, log, 2)).toBeUndefined();
    expect(trustOf(lost.device, log, 3)).toMatch(/revoked/);
  });

  it('taken off the list hands over what it still holds, gets nothing more, and tablets leave it', async () => {
    const tablet = await enrolTablet('4-west');
    hub.wake();
    await expect.poll(() => hub.ledger.verifier(tablet.device, 'ward:4-west').then(Boolean)).toBe(true);
    await server.close();
    const brought = await logOf(tablet, 3);
    await tablet.carrier.push(bytesOf(brought.entries));
    await startServer();
    const roster = server.context.site.directory().rosters.length;
    const answer = await server.app.inject({
      method: 'POST',
      url: `/api/admin/devices/${identity.hub}/revoke`,
      headers: { cookie },
      payload: { reason: 'the laptop was stolen' },
    });
    expect(answer.statusCode).toBe(200);
    // It held no key, so nobody needs a new one.
    expect(server.context.site.directory().rosters.length).toBe(roster);
    hub.wake();
    await expect.poll(() => seqAtServer(brought.log), { timeout: 20_000 }).toBe(3);

    const elsewhere = await enrolTablet('4-west');
    const later = await logOf(elsewhere, 2);
    await server.context.ledger.receive(bytesOf(later.entries));
    // It hears of the new tablet, which stands in the directory, and of none of its entries.
    hub.wake();
    await expect.poll(() => hub.ledger.verifier(elsewhere.device, 'ward:4-west').then(Boolean)).toBe(true);
    hub.wake();
    await expect.poll(() => seqAtServer(brought.log)).toBe(3);
    expect(await seqAtHub(later.log)).toBe(0);
    expect(hubsOf(server.context.site.directory(), ['4-west']).map((other) => other.hub)).not.toContain(
      identity.hub,
    );
    const listed = await server.app.inject({ url: '/api/admin/hubs', headers: { cookie } });
    expect(HubList.parse(listed.json()).hubs.find(({ id }) => id === identity.hub)?.revoked?.reason).toBe(
      'the laptop was stolen',
    );
  });

  const trustOf = (writer: string, log: string, seq: number): string | undefined =>
    trustProblem(
      server.context.site.directory(),
      { writer, log, seq, hlc: [Date.now(), 0] },
      undefined,
      server.context.site.roster(),
    );
});
