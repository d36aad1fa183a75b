import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bytes, toHex, utf8 } from '../../src/log/index.ts';
import {
  acknowledge,
  isAcknowledgement,
  logKeys,
  newIdentity,
  newSigningKey,
  newUserKey,
  openBox,
  openEntry,
  openWith,
  patientKey,
  purposeKey,
  randomBytes,
  rewrapForPasskey,
  sealBox,
  sealEntry,
  sealTo,
  sha256,
  signWith,
  unwrapByPasskey,
  unwrapUserKey,
  verifyWith,
  wrapForPasskey,
} from '../../src/seal/index.ts';
import { aLog, aNote } from '../builders.ts';

const QUICK = { memoryKiB: 8192, passes: 1, lanes: 1 };

describe('boxes', () => {
  it('give back what was sealed, for any content and context (FAILURES 11)', async () => {
    const key = await purposeKey(randomBytes(32), 'test');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), fc.uint8Array(), async (plain, context) => {
        const box = await sealBox(key, new Uint8Array(plain), new Uint8Array(context));
        expect(await openBox(key, box, new Uint8Array(context))).toEqual(new Uint8Array(plain));
      }),
      { numRuns: 50 },
    );
  });

  it('do not open in another place, with another patient key, or changed', async () => {
    const logKey = randomBytes(32);
    const [mine, other] = [
      await patientKey(logKey, 'a'.repeat(32)),
      await patientKey(logKey, 'b'.repeat(32)),
    ];
    const box = await sealBox(mine, utf8('secret'), utf8('here'));
    expect(await openBox(other, box, utf8('here'))).toBeNull();
    expect(await openBox(mine, box, utf8('elsewhere'))).toBeNull();
    const changed = box.slice() as Bytes;
    changed[20] = changed[20]! ^ 1;
    expect(await openBox(mine, changed, utf8('here'))).toBeNull();
  });
});

describe('entries', () => {
  it.each([0, 8_000, 65_000, 66_000, 500_000])(
    'open again with %i characters of text, even or mixed',
    async (length) => {
      const keys = logKeys(randomBytes(32));
      const { privateKey } = await newSigningKey(true);
      for (const text of ['a'.repeat(length), toHex(randomBytes(Math.min(length, 60_000)))]) {
        const place = {
          log: 'c'.repeat(32),
          seq: 2,
          prev: randomBytes(32),
          hlc: [1, 0] as const,
          patient: null,
        };
        const entry = await sealEntry({ ...place, body: { text } }, keys, signWith(privateKey));
        const opened = await openEntry(entry, keys);
        expect(opened.ok && opened.opened.body).toEqual({ text });
      }
    },
  );

  it('of which a box would open to more than a mebibyte are refused, not opened into the memory', async () => {
    const keys = logKeys(randomBytes(32));
    const { privateKey } = await newSigningKey(true);
    const place = { log: 'c'.repeat(32), seq: 2, prev: randomBytes(32), hlc: [1, 0] as const, patient: null };
    const entry = await sealEntry(
      { ...place, body: { text: 'a'.repeat(3_000_000) } },
      keys,
      signWith(privateKey),
    );
    expect(entry.box.length).toBeLessThan(8 * 1024);
    expect(await openEntry(entry, keys)).toMatchObject({ ok: false, error: { kind: 'malformed' } });
  });

  it('open to the body that was written, and to its author alone', async () => {
    const author = await newSigningKey(true);
    const keys = logKeys(randomBytes(32));
    const entry = await sealEntry(
      {
        log: 'a'.repeat(32),
        seq: 2,
        prev: await sha256(utf8('x')),
        hlc: [5, 1],
        patient: 'b'.repeat(32),
        body: aNote('Slept well'),
        author: signWith(author.privateKey),
      },
      keys,
      signWith((await newSigningKey(true)).privateKey),
    );
    const opened = await openEntry(entry, keys);
    expect(opened).toMatchObject({ ok: true, opened: { body: { text: 'Slept well' } } });
    if (!opened.ok) return;
    expect(await opened.opened.authoredBy(verifyWith(author.publicKey))).toBe(true);
    expect(await opened.opened.authoredBy(verifyWith((await newSigningKey(true)).publicKey))).toBe(false);
    expect(toHex(entry.bytes)).not.toContain(toHex(utf8('Slept')));
  });

  it('moved to another patient or position do not open', async () => {
    const { entries, keys } = await aLog(3);
    const [, second, third] = entries;
    expect(await openEntry({ ...second!, patient: 'e'.repeat(32) }, keys)).toMatchObject({
      ok: false,
      error: { kind: 'sealed' },
    });
    expect(await openEntry({ ...third!, box: second!.box }, keys)).toMatchObject({
      ok: false,
      error: { kind: 'sealed' },
    });
  });
});

describe('user keys', () => {
  it('open with PIN and roster secret together, and with neither alone', async () => {
    const made = await newUserKey('135790', 'roster', QUICK);
    expect((await unwrapUserKey('135790', 'roster', made.wrapped))?.identity).toBe(made.userKey.identity);
    expect(await unwrapUserKey('135791', 'roster', made.wrapped)).toBeNull();
    expect(await unwrapUserKey('', 'roster', made.wrapped)).toBeNull();
    expect(await unwrapUserKey('135790', 'another roster', made.wrapped)).toBeNull();
  });

  it('opens to a passkey by what that alone computes, with the roster secret, and by nothing else', async () => {
    const made = await newUserKey('135790', 'roster', QUICK);
    const answer = { credential: 'key-1', output: randomBytes(32) };
    const wrapping = await wrapForPasskey(
      '135790',
      { rosterSecret: 'roster', wrapped: made.wrapped },
      answer,
      'roster',
    );
    const identityBy = async (given: typeof answer, secret: string, of = wrapping) =>
      (await unwrapByPasskey(given, secret, of))?.identity;
    expect(await identityBy(answer, 'roster')).toBe(made.userKey.identity);
    expect(await identityBy({ ...answer, output: randomBytes(32) }, 'roster')).toBeUndefined();
    expect(await identityBy(answer, 'another roster')).toBeUndefined();
    // Said to be another credential's: the box knows whose it is.
    expect(await identityBy(answer, 'roster', { ...wrapping, credential: 'key-2' })).toBeUndefined();
    const renewed = await rewrapForPasskey(answer, { rosterSecret: 'roster', wrapping }, 'newer roster');
    expect(await identityBy(answer, 'newer roster', renewed)).toBe(made.userKey.identity);
    expect(await identityBy(answer, 'roster', renewed)).toBeUndefined();
    await expect(
      wrapForPasskey('000000', { rosterSecret: 'roster', wrapped: made.wrapped }, answer, 'roster'),
    ).rejects.toThrow(/only with the PIN/);
    await expect(identityBy({ ...answer, output: new Uint8Array(0) }, 'roster')).rejects.toThrow(/32 bytes/);
  });
});

describe('acknowledgements', () => {
  it('count only with the signature of the site over exactly these words', async () => {
    const site = await newSigningKey(true);
    const ack = await acknowledge(
      { log: 'a'.repeat(32), seq: 7, hash: 'b'.repeat(64), epoch: 'c'.repeat(32) },
      signWith(site.privateKey),
    );
    const verify = verifyWith(site.publicKey);
    expect(await isAcknowledgement(ack, verify)).toBe(true);
    expect(await isAcknowledgement({ ...ack, seq: 8 }, verify)).toBe(false);
    expect(await isAcknowledgement({ ...ack, epoch: 'd'.repeat(32) }, verify)).toBe(false);
  });
});

describe('age files', () => {
  it('open for each recipient and for nobody else', async () => {
    const [ward, recovery, other] = [await newIdentity(), await newIdentity(), await newIdentity()];
    const file = await sealTo([ward.recipient, recovery.recipient], utf8('log key'));
    for (const identity of [ward, recovery])
      expect(await openWith(identity.identity, file)).toEqual(utf8('log key'));
    expect(await openWith(other.identity, file)).toBeNull();
    expect(await openWith(ward.identity, file.slice(0, -3) as Bytes)).toBeNull();
  });

  it('are what the standard age command opens, where it is installed', async ({ skip }) => {
    const folder = mkdtempSync(join(tmpdir(), 'age-'));
    const { identity, recipient } = await newIdentity();
    writeFileSync(join(folder, 'key'), `${identity}\n`);
    writeFileSync(join(folder, 'file.age'), await sealTo([recipient], utf8('log key')));
    try {
      expect(
        execFileSync('age', ['-d', '-i', join(folder, 'key'), join(folder, 'file.age')]).toString(),
      ).toBe('log key');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') skip();
      throw error;
    }
  });
});
