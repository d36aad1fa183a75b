import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bytes, fromBase64, toBase64, toHex } from '../../src/log/index.ts';
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
import { exportRecords } from '../../src/server/transfer/export-records.ts';
import { importRecords } from '../../src/server/transfer/import-records.ts';
import { armour, countLines, exportLines, planExport, writeExport } from '../../src/sync/index.ts';
import { aNote } from '../builders.ts';
import { startPostgres } from './databases.ts';

const ROOT = join(import.meta.dirname, '../..');
const QUICK = { memoryKiB: 8192, passes: 1, lanes: 1 };

const collect = async (stream: ReadableStream<Uint8Array>): Promise<Bytes> =>
  new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
const upload = (bytes: Uint8Array): Readable => Readable.from([Buffer.from(bytes)]);

describe('records in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-transfer-'));
  const keyFile = join(folder, 'recovery.txt');
  let server: LamplightServer;
  const others: LamplightServer[] = [];
  let recovery: string;
  let log: string;

  /** A ward log as a tablet writes it, authors included. */
  async function chart(tablet: string, length: number) {
    const { site, identity } = server.context;
    const signing = await newSigningKey(true);
    const device = await site.enrolDevice({
      name: tablet,
      signingKey: signing.publicKey,
      recipient: (await newIdentity()).recipient,
      ward: '4-west',
      hardwareEncrypted: false,
    });
    const nurse = [...site.roster().values()][0]!;
    const user = (await unwrapUserKey('135790', site.pinSecret(nurse)!, nurse.wrapped))!;
    const key = randomBytes(32);
    const name = toHex(randomBytes(16));
    const patient = toHex(randomBytes(16));
    const entries: Bytes[] = [];
    let prev: Bytes | null = null;
    for (let seq = 1; seq <= length; seq++) {
      const place = { log: name, seq, prev, hlc: [1_790_000_000_000 + seq, 0] as const };
      const entry = await sealEntry(
        seq === 1
          ? {
              ...place,
              patient: null,
              body: { kind: 'log-opened' },
              opening: {
                site: identity.site,
                writer: device.device,
                scope: 'ward:4-west',
                key: { file: await sealTo(site.recipients('4-west'), key), hash: await sha256(key) },
              },
            }
          : {
              ...place,
              patient,
              body: aNote(`note ${seq}: slept well`, {
                author: { id: nurse.staff, name: nurse.name, role: nurse.role },
              }),
              author: signWith(user.signingKey),
            },
        logKeys(key),
        signWith(signing.privateKey),
      );
      entries.push(entry.bytes);
      prev = await sha256(entry.bytes);
    }
    await server.context.ledger.receive(entries);
    return { log: name, entries };
  }

  /** An empty server of the same hospital, as after a fire. */
  async function emptyServer(): Promise<LamplightServer> {
    const data = mkdtempSync(join(folder, 'server-'));
    copyFileSync(join(folder, 'data/site-identity.json'), join(data, 'site-identity.json'));
    const empty = await createServer({ dataDirectory: data, logLevel: 'silent' });
    others.push(empty);
    return empty;
  }

  const wholeFile = async () => collect((await exportRecords(server.context, { acknowledge: true })).file);

  /** The same file as a locked tablet or a hub writes it. */
  async function sealedFile(): Promise<Bytes> {
    const { ledger, identity } = server.context;
    const logs = Object.entries(await ledger.vector());
    const directory = new Set(
      (
        await server.context.db
          .selectFrom('record.log')
          .where('scope', '=', 'directory')
          .select('log')
          .execute()
      ).map((row) => row.log),
    );
    const ranges = planExport(
      logs.map(([id, [through]]) => ({ log: id, through, rank: directory.has(id) ? 0 : 2 })),
      {},
    );
    const source = {
      read: (range: (typeof ranges)[number], max: number) => ledger.read([range], max),
      origin: async () => ({ scope: 'ward:4-west', writer: '4W-1' }),
      reader: async () => undefined,
    };
    return collect(
      await writeExport(
        [identity.recoveryRecipient],
        {
          format: 'lamplight-export',
          version: 1,
          site: identity.site,
          siteKey: identity.publicKey,
          exportedAt: '2026-11-24T15:00:00.000Z',
          from: { kind: 'hub', id: identity.site, name: 'hub' },
          bodies: false,
          partial: false,
          entries: countLines(ranges, []),
        },
        exportLines(source, ranges, []),
      ),
    );
  }

  const lamplight = (...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'src/cli/lamplight.ts'), ...args], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });

  beforeAll(async () => {
    mkdirSync(join(folder, 'data'));
    server = await createServer({ dataDirectory: join(folder, 'data'), logLevel: 'silent' });
    recovery = server.recoveryIdentity!;
    writeFileSync(keyFile, `# from the safe\n${recovery}\n`, { mode: 0o600 });
    const { site } = server.context;
    await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
    await site.openWard({ id: '4-west', name: '4 West' });
    await site.addStaff({
      name: 'Nora Quinn',
      role: 'nurse',
      wards: ['4-west'],
      pin: '135790',
      argon2: QUICK,
    });
    ({ log } = await chart('4W-1', 160));
    await chart('4W-2', 40);
  });
  afterAll(async () => {
    for (const each of [server, ...others]) await each?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('opens with the age command of Debian and the recovery identity, as text that a person can read', async () => {
    const path = join(folder, 'whole.age');
    writeFileSync(path, await wholeFile());
    const text = execFileSync('age', ['-d', '-i', keyFile, path], { encoding: 'utf8' });
    const [header, ...lines] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(header).toMatchObject({
      format: 'lamplight-export',
      siteName: 'Test Hospital',
      entries: lines.length,
    });
    const notes = lines.filter((line) => line.what === 'note');
    expect(notes).toHaveLength(198);
    expect(notes.find((line) => line.log === log)).toMatchObject({
      writer: '4W-1',
      who: 'Nora Quinn (nurse)',
      scope: 'ward:4-west',
    });
    expect(notes.some((line) => line.body.text === 'note 2: slept well')).toBe(true);
  });

  it('fills an empty server, and a second time changes nothing', async () => {
    const empty = await emptyServer();
    const file = await wholeFile();
    expect(await importRecords(empty.context, upload(file))).toMatchObject({
      entries: 198,
      fresh: 198,
      refused: 0,
      from: 'Test Hospital',
    });
    expect(await empty.context.ledger.vector()).toEqual(await server.context.ledger.vector());
    expect(await importRecords(empty.context, upload(file))).toMatchObject({
      entries: 198,
      fresh: 0,
      refused: 0,
    });
  });

  it('is read in its armour too, and by nobody of another hospital', async () => {
    const empty = await emptyServer();
    const { file } = await exportRecords(server.context, { acknowledge: false });
    expect(await importRecords(empty.context, upload(await collect(armour(file))))).toMatchObject({
      fresh: 198,
    });
    const data = mkdtempSync(join(folder, 'foreign-'));
    const foreign = await createServer({ dataDirectory: data, logLevel: 'silent' });
    others.push(foreign);
    await expect(importRecords(foreign.context, upload(await wholeFile()))).rejects.toMatchObject({
      kind: 'not-for-us',
    });
  });

  it('cut anywhere, gives every entry that is whole before the cut and says that it was cut', async () => {
    const file = await wholeFile();
    expect(file.length).toBeGreaterThan(3 * 65_536);
    let last = -1;
    for (const part of [0.4, 0.7, 0.95]) {
      const empty = await emptyServer();
      const report = await importRecords(empty.context, upload(file.slice(0, file.length * part)));
      expect(report.cut).toMatch(/cut or damaged after \d+ of \d+ entries/);
      expect(report).toMatchObject({ refused: 0 });
      expect(report.fresh).toBeGreaterThan(last);
      last = report.fresh;
    }
    expect(last).toBeGreaterThan(100);
    const empty = await emptyServer();
    await expect(importRecords(empty.context, upload(file.slice(0, 5000)))).rejects.toMatchObject({
      message: 'The file is cut or damaged at its beginning: nothing in it can be read.',
    });
  });

  it('of a tablet that purged what is settled verifies up to the signed point, and not a step further', async () => {
    const { ledger, site, db, identity } = server.context;
    const hashAt = async (seq: number) => toHex((await ledger.hashAt(log, seq))!);
    const recordedAt = new Date().toISOString();
    const by = 'b'.repeat(32);
    const points = [{ log, seq: 120, hash: await hashAt(120) }];
    await site.tell({
      kind: 'outage-closed',
      recordedAt,
      ward: '4-west',
      by,
      snapshotAsOf: recordedAt,
      points,
    });
    const rows = await db.selectFrom('record.log').select(['log', 'seq', 'scope']).execute();
    const purgedFile = async (purgedThrough: number, name: string) => {
      const ranges = planExport(
        rows.map(({ log: id, seq, scope }) => ({
          log: id,
          through: seq,
          rank: scope === 'directory' ? 0 : 2,
          ...(id === log ? { purgedThrough } : {}),
        })),
        {},
      );
      const path = join(folder, name);
      const written = await writeExport(
        [identity.recoveryRecipient],
        {
          format: 'lamplight-export',
          version: 1,
          site: identity.site,
          siteKey: identity.publicKey,
          exportedAt: recordedAt,
          from: { kind: 'tablet', id: identity.site, name: '4W-1' },
          bodies: false,
          partial: false,
          entries: countLines(ranges, []),
          purged: [{ log, seq: purgedThrough, hash: await hashAt(purgedThrough) }],
        },
        exportLines(
          {
            read: (range, max) => ledger.read([range], max),
            origin: async () => ({ scope: 'ward:4-west', writer: '4W-1' }),
            reader: async () => undefined,
          },
          ranges,
          [],
        ),
      );
      writeFileSync(path, await collect(written));
      return lamplight('verify', path, '--identity', keyFile, '--site-key', identity.publicKey);
    };
    const honest = await purgedFile(120, 'purged.age');
    expect(honest.stdout).toMatch(/\d+ entries of \d+ devices, 119 purged up to a signed point, all verify/);
    expect(honest.status).toBe(0);
    const further = await purgedFile(130, 'purged-too-much.age');
    expect(further.stdout).toMatch(/the site has not signed for that/);
    expect(further.status).toBe(1);
  });

  it('sends only what the other lacks, and still verifies by itself', async () => {
    const vector = await server.context.ledger.vector();
    const since = { ...vector, [log]: [100, 'a'.repeat(64)] as [number, string] };
    const { file, header } = await exportRecords(server.context, { since, acknowledge: false });
    expect(header.partial).toBe(true);
    const path = join(folder, 'part.age');
    writeFileSync(path, await collect(file));
    const verified = lamplight('verify', path, '--identity', keyFile);
    expect(verified.stdout).toMatch(/all verify/);
    expect(verified.stdout).toMatch(/entry 101: entries before it are not in this file/);
    expect(verified.status).toBe(0);
  });

  it('verify says how many entries of how many devices verify: of a file, and of a server that runs', async () => {
    const path = join(folder, 'verify.age');
    writeFileSync(path, await wholeFile());
    const file = lamplight(
      'verify',
      path,
      '--identity',
      keyFile,
      '--site-key',
      server.context.identity.publicKey,
    );
    expect(file.stdout).toMatch(/^\d+ entries of 3 devices, all verify\n/);
    expect(file.stdout).toMatch(/4W-1: 160/);
    expect(file.status).toBe(0);
    const site = lamplight('verify', join(folder, 'data'));
    expect(site.stdout).toMatch(/^\d+ entries of 3 devices, all verify\n/);
    expect(site.status).toBe(0);
  });

  it('verify names every break and ends with 1', async () => {
    const path = join(folder, 'broken.age');
    const { identity } = server.context;
    const plain = new TextDecoder().decode((await openWith(recovery, await wholeFile()))!);
    const lines = plain.trimEnd().split('\n');
    const at = (seq: number): number => lines.findIndex((line) => line.includes(`"id":"${log}-${seq}"`));
    // One bit of entry 10; entry 20 left out; what stands readable beside entry 30 changed.
    const tenth = JSON.parse(lines[at(10)]!);
    const bytes = fromBase64(tenth.entry);
    bytes[bytes.length - 80]! ^= 1;
    lines[at(10)] = JSON.stringify({ ...tenth, entry: toBase64(bytes) });
    lines[at(30)] = lines[at(30)]!.replaceAll('slept well', 'fell');
    lines.splice(at(20), 1);
    writeFileSync(
      path,
      await sealTo([identity.recoveryRecipient], new TextEncoder().encode(`${lines.join('\n')}\n`) as Bytes),
    );
    const { stdout, status } = lamplight('verify', path, '--identity', keyFile);
    expect(status).toBe(1);
    expect(stdout).toMatch(/4W-1, log [0-9a-f]{8}, entry 10: its signature is not its writer's/);
    expect(stdout).toMatch(/entry 11: it does not follow the entry before it/);
    expect(stdout).toMatch(/entry 20: it is missing/);
    expect(stdout).toMatch(/entry 30: what stands readable beside it is not what was sealed/);
    expect(stdout).toMatch(/The file ends after/);
  });

  it('quarantines a changed entry and takes the rest', async () => {
    const empty = await emptyServer();
    const plain = new TextDecoder().decode((await openWith(recovery, await wholeFile()))!);
    const lines = plain.trimEnd().split('\n');
    const tenth = lines.findIndex((line) => line.includes(`"id":"${log}-110"`));
    const parsed = JSON.parse(lines[tenth]!);
    const bytes = fromBase64(parsed.entry);
    bytes[bytes.length - 80]! ^= 1;
    lines[tenth] = JSON.stringify({ ...parsed, entry: toBase64(bytes) });
    lines.push('{"not": "an entry"}');
    const file = await sealTo(
      [server.context.identity.recipient],
      new TextEncoder().encode(`${lines.join('\n')}\n`) as Bytes,
    );
    const report = await importRecords(empty.context, upload(file));
    expect(report.fresh).toBe(108 + 39);
    expect(report.refused).toBeGreaterThan(0);
    const kinds = (await empty.context.db.selectFrom('record.quarantine').select('kind').execute()).map(
      (row) => row.kind,
    );
    expect(kinds).toEqual(expect.arrayContaining(['bad-signature', 'malformed']));
  });

  it('without bodies is opened by `lamplight open` and by the one-page script, alike', async () => {
    const path = join(folder, 'sealed.age');
    writeFileSync(path, await sealedFile());
    expect(execFileSync('age', ['-d', '-i', keyFile, path], { encoding: 'utf8' })).not.toContain(
      'slept well',
    );
    const opened = lamplight('open', path, '--identity', keyFile);
    expect(opened.status).toBe(0);
    const bodies = (text: string): unknown[] =>
      text
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => JSON.parse(line).body);
    expect(bodies(opened.stdout)).toContainEqual(expect.objectContaining({ text: 'note 7: slept well' }));
    const script = execFileSync(join(ROOT, 'scripts/open-export.py'), [path, keyFile], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    expect(bodies(script)).toEqual(bodies(opened.stdout));
  });

  it('is written by `lamplight export` from the data of a server that runs', async () => {
    const path = join(folder, 'cli.age');
    const exported = lamplight('export', join(folder, 'data'), path, '--ward', '4-west');
    expect(exported.stderr).toBe('');
    expect(exported.stdout).toMatch(/^\d+ entries written/);
    expect(readFileSync(path).subarray(0, 21).toString()).toBe('age-encryption.org/v1');
    expect(lamplight('verify', path, '--identity', keyFile).status).toBe(0);
  });

  it('verify reads PostgreSQL too, and names an entry that was changed there', async () => {
    const database = await startPostgres();
    const data = mkdtempSync(join(folder, 'postgres-'));
    const onPostgres = await createServer({
      dataDirectory: data,
      databaseUrl: database.url!,
      logLevel: 'silent',
    });
    try {
      const { site, db } = onPostgres.context;
      await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
      await site.openWard({ id: '4-west', name: '4 West' });
      const verify = () =>
        spawnSync(process.execPath, [join(ROOT, 'src/cli/lamplight.ts'), 'verify', data], {
          encoding: 'utf8',
          env: { ...process.env, DATABASE_URL: database.url },
        });
      expect(verify().stdout).toMatch(/^3 entries of 1 device, all verify\n/);
      const row = await db
        .selectFrom('record.entry')
        .where('seq', '=', 2)
        .selectAll()
        .executeTakeFirstOrThrow();
      const bytes = new Uint8Array(row.bytes);
      bytes[bytes.length - 80]! ^= 1;
      await db.updateTable('record.entry').set({ bytes }).where('seq', '=', 2).execute();
      const broken = verify();
      expect(broken.stdout).toMatch(
        /the server, log [0-9a-f]{8}, entry 2: its signature is not its writer's/,
      );
      expect(broken.status).toBe(1);
    } finally {
      await onPostgres.close();
      await database.stop();
    }
  });
});
