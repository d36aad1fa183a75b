import { createHash, randomBytes as random } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOST_PARTS, MOST_PICTURE_BYTES, splitPicture } from '../../src/clinical/index.ts';
import { type Entry, entryId, toHex } from '../../src/log/index.ts';
import {
  isAcknowledgement,
  logKeys,
  newIdentity,
  newSigningKey,
  randomBytes,
  sealEntry,
  sealTo,
  sha256,
  signWith,
  unwrapUserKey,
  verifyWith,
} from '../../src/seal/index.ts';
import { createServer, type LamplightServer } from '../../src/server/create-server.ts';
import { createHttpCarrier, fitsPage, packPage, unpackPage } from '../../src/sync/index.ts';
import { embedded, startPostgres, type TestDatabase } from './databases.ts';

const PIN = '135790';
const PATIENT = 'ab'.repeat(16);
const SCOPE = 'ward:4-west';
const PAGE_BYTES = 32 * 1024;

describe.each(['PGlite', 'PostgreSQL'] as const)('pictures on the server, on %s', (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-pictures-'));
  let database: TestDatabase;
  let server: LamplightServer;
  let tablet: { id: string; key: CryptoKey };
  let nurse: { author: { id: string; name: string; role: 'nurse' }; key: CryptoKey };

  beforeAll(async () => {
    database = kind === 'PGlite' ? embedded : await startPostgres();
    server = await createServer({
      dataDirectory: folder,
      logLevel: 'silent',
      ...(database.url ? { databaseUrl: database.url } : {}),
    });
    const { site } = server.context;
    await site.openSite({ name: 'Test Hospital', timeZone: 'America/Chicago', demo: false });
    await site.openWard({ id: '4-west', name: '4 West' });
    const signing = await newSigningKey(true);
    const { device } = await site.enrolDevice({
      name: 'tablet',
      signingKey: signing.publicKey,
      recipient: (await newIdentity()).recipient,
      ward: '4-west',
      hardwareEncrypted: true,
    });
    tablet = { id: device, key: signing.privateKey };
    const person = await site.addStaff({
      name: 'Nora Quinn',
      role: 'nurse',
      wards: ['4-west'],
      pin: PIN,
      argon2: { memoryKiB: 8192, passes: 1, lanes: 1 },
    });
    const opened = await unwrapUserKey(PIN, site.pinSecret(person)!, person.wrapped);
    if (!opened) throw new Error('the nurse cannot sign');
    nurse = {
      author: { id: person.staff, name: person.name, role: 'nurse' },
      key: opened.signingKey,
    };
    await server.app.listen({ port: 0, host: '127.0.0.1' });
  });

  afterAll(async () => {
    await server.close();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A log as a tablet writes it: opening, the parts of a picture, the form that names it. */
  async function aLogWithPicture(bytes: Buffer): Promise<{ entries: Entry[]; hash: string }> {
    const { identity, site } = server.context;
    const logKey = randomBytes(32);
    const keys = logKeys(logKey);
    const log = toHex(randomBytes(16));
    const key = { file: await sealTo(site.recipients('4-west'), logKey), hash: await sha256(logKey) };
    const opening = { site: identity.site, writer: tablet.id, scope: SCOPE, key };
    const hash = createHash('sha256').update(bytes).digest('hex');
    const at = new Date().toISOString();
    const base = { author: nurse.author, effectiveAt: at, recordedAt: at };
    const picture = { contentType: 'image/jpeg', sha256: hash } as const;
    const bodies: unknown[] = [
      { kind: 'log-opened' },
      ...splitPicture({ ...picture, base64: bytes.toString('base64') }).map((part) => ({
        kind: 'attachment',
        ...base,
        ...part,
      })),
      {
        kind: 'form-answered',
        ...base,
        form: { id: 'wound-and-skin', title: 'Wound and skin' },
        status: 'completed',
        items: [{ linkId: '1', answer: [{ valueAttachment: { ...picture, size: bytes.length } }] }],
      },
    ];
    const entries: Entry[] = [];
    for (const [index, body] of bodies.entries()) {
      const before = entries.at(-1);
      entries.push(
        await sealEntry(
          {
            log,
            seq: index + 1,
            prev: before ? await sha256(before.bytes) : null,
            hlc: [Date.now(), index],
            patient: before ? PATIENT : null,
            body,
            ...(before ? { author: signWith(nurse.key) } : { opening }),
          },
          keys,
          signWith(tablet.key),
        ),
      );
    }
    return { entries, hash };
  }

  const carrier = () =>
    createHttpCarrier({
      baseUrl: `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`,
      device: tablet.id,
      sign: signWith(tablet.key),
    });

  it('FAILURES 12: an upload that is cut at any place between picture and form acknowledges neither without what comes before it', async () => {
    const { entries, hash } = await aLogWithPicture(random(70_000));
    const form = entries.at(-1)!;
    const push = carrier();
    const siteKey = verifyWith(server.context.identity.publicKey);
    for (let cut = 1; cut < entries.length; cut++) {
      // What follows the cut arrives without what stands before it: nothing of it is taken.
      const torn = await push.push(entries.slice(cut + 1).map(({ bytes }) => bytes));
      expect(torn.acknowledgements.every(({ seq }) => seq < cut + 1)).toBe(true);
      const { acknowledgements } = await push.push(entries.slice(0, cut).map(({ bytes }) => bytes));
      expect(acknowledgements.map(({ seq }) => seq)).toEqual([cut]);
      expect(acknowledgements.some(({ seq }) => seq >= form.seq)).toBe(false);
      if (cut < entries.length - 1)
        await expect(server.context.reconciliation.picture(PATIENT, hash)).rejects.toThrow(/not arrived yet/);
    }
    const { acknowledgements } = await push.push([form.bytes]);
    expect(acknowledgements).toHaveLength(1);
    expect(acknowledgements[0]).toMatchObject({ log: form.log, seq: form.seq });
    expect(await isAcknowledgement(acknowledgements[0]!, siteKey)).toBe(true);
    const found = await server.context.reconciliation.picture(PATIENT, hash);
    expect(createHash('sha256').update(found.bytes).digest('hex')).toBe(hash);
  });

  it('of the largest size fit every bound on the way: an entry is one page of a transfer by camera, a push takes eight at once', async () => {
    const logs = await Promise.all(
      Array.from({ length: 8 }, () => aLogWithPicture(random(MOST_PICTURE_BYTES))),
    );
    for (const { entries } of logs) {
      expect(entries).toHaveLength(MOST_PARTS + 2);
      for (const { bytes } of entries) {
        expect(packPage([bytes]).length).toBeLessThanOrEqual(PAGE_BYTES);
        expect(unpackPage(packPage([bytes]))).toEqual([bytes]);
      }
      expect(fitsPage(entries.map(({ bytes }) => bytes))).toBeGreaterThanOrEqual(1);
    }
    const all = logs.flatMap(({ entries }) => entries.map(({ bytes }) => bytes));
    const { acknowledgements } = await carrier().push(all);
    expect(acknowledgements.map(({ seq }) => seq)).toEqual(logs.map(() => MOST_PARTS + 2));
    for (const { hash } of logs)
      expect((await server.context.reconciliation.picture(PATIENT, hash)).bytes).toHaveLength(
        MOST_PICTURE_BYTES,
      );
  });

  it('are no entries to review: records staff see the form alone, and its body without the bytes', async () => {
    const { entries, hash } = await aLogWithPicture(random(1000));
    await server.context.ledger.receive(entries.map(({ bytes }) => bytes));
    const review = await server.context.reconciliation.patient(PATIENT);
    expect(new Set(review.entries.map(({ body }) => body?.kind))).toEqual(new Set(['form-answered']));
    const form = entries.at(-1)!;
    expect(review.entries.map(({ id }) => id)).toContain(entryId(form.log, form.seq));
    const rows = await server.context.db
      .selectFrom('projection.entry')
      .where('kind', '=', 'attachment')
      .select('body')
      .execute();
    expect(rows.length).toBeGreaterThan(0);
    for (const { body } of rows) expect(body).toMatchObject({ data: '' });
    expect((await server.context.reconciliation.picture(PATIENT, hash)).contentType).toBe('image/jpeg');
  });

  it('whose parts are not those of the hash are shown to nobody', async () => {
    const { hash } = await aLogWithPicture(random(500));
    const at = new Date().toISOString();
    await server.context.db
      .insertInto('projection.picture')
      .values({
        site: server.context.identity.site,
        patient: PATIENT,
        sha256: hash,
        part: 1,
        parts: 1,
        content_type: 'image/jpeg',
        data: Buffer.from(`something else of ${at}`).toString('base64'),
      })
      .execute();
    await expect(server.context.reconciliation.picture(PATIENT, hash)).rejects.toThrow(/not arrived yet/);
  });
});
