import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromBase64, readEntry, toBase64, toHex, type Verify } from '../../src/log/index.ts';
import { grantedKeys, openEntry, sha256 } from '../../src/seal/index.ts';
import {
  mayRead,
  mayWrite,
  moveScope,
  packRecord,
  type RecordItem,
  readersOf,
  readScope,
  scopeFor,
  unpackRecord,
  wardScope,
} from '../../src/site/index.ts';
import { aLog } from '../builders.ts';

const SITE = 'd'.repeat(32);
let log: Awaited<ReturnType<typeof aLog>>;
let items: RecordItem[];
const verifier = async (writer: string, scope: string): Promise<Verify | undefined> =>
  writer === log.writer && scope === 'ward:4-west' ? log.verify : undefined;

beforeAll(async () => {
  log = await aLog(40);
  const [first, ...rest] = log.entries;
  items = await Promise.all(
    rest.map(async (entry) => ({
      entry,
      hash: toHex(await sha256(entry.bytes)),
      opening: { ...first!, opening: first!.opening! },
      keys: log.keys,
    })),
  );
});

describe('a moved patient’s record', () => {
  it('comes out of its packets as it went in, each entry under its own name, and opens with what came along', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(Array.from({ length: 39 }, (_, n) => n)), async (chosen) => {
        const sent = chosen.map((n) => items[n]!);
        const packets = await packRecord(log.patient, sent);
        const found: RecordItem[] = [];
        for (const packet of packets) {
          const { items: here, refused } = await unpackRecord(packet, log.patient, SITE, verifier);
          expect(refused).toEqual([]);
          found.push(...here);
        }
        expect(found.map(({ hash }) => hash)).toEqual(sent.map(({ hash }) => hash));
        for (const { entry, keys } of found.slice(0, 2)) expect((await openEntry(entry, keys)).ok).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('stays under the size of an entry, however long it is', async () => {
    const many = Array.from({ length: 60 }, () => items).flat();
    const packets = await packRecord(log.patient, many);
    expect(packets.length).toBeGreaterThan(1);
    expect(packets.reduce((sum, packet) => sum + packet.entries.length, 0)).toBe(many.length);
    for (const packet of packets)
      expect(packet.entries.reduce((sum, text) => sum + text.length, 0)).toBeLessThan(180_000);
  });

  it('brings nothing when a single bit of it is changed, of whichever part', async () => {
    const [packet] = await packRecord(log.patient, items.slice(0, 1));
    const flip = (text: string, bit: number): string => {
      const bytes = fromBase64(text);
      bytes[Math.floor(bit / 8) % bytes.length]! ^= 1 << (bit % 8);
      return toBase64(bytes);
    };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('openings', 'entries'), fc.nat(), async (part, bit) => {
        const spoiled = { ...packet!, [part]: packet![part as 'entries'].map((text) => flip(text, bit)) };
        const { items: here } = await unpackRecord(spoiled, log.patient, SITE, verifier);
        expect(here).toEqual([]);
      }),
      { numRuns: 300 },
    );
    // A key that is not the patient's is a key that opens nothing.
    const wrong = {
      ...packet!,
      keys: packet!.keys.map(({ log: of, key }) => ({ log: of, key: flip(key, 9) })),
    };
    const { items: sealed } = await unpackRecord(wrong, log.patient, SITE, verifier);
    for (const { entry, keys } of sealed) expect((await openEntry(entry, keys)).ok).toBe(false);
  });

  it('is of one patient, one site, and of writers who may write', async () => {
    const [packet] = await packRecord(log.patient, items.slice(0, 3));
    const count = async (...args: [string, string, typeof verifier]) =>
      (await unpackRecord(packet!, ...args)).items.length;
    expect(await count(log.patient, SITE, verifier)).toBe(3);
    expect(await count('e'.repeat(32), SITE, verifier)).toBe(0);
    expect(await count(log.patient, 'e'.repeat(32), verifier)).toBe(0);
    expect(await count(log.patient, SITE, async () => undefined)).toBe(0);
    const key = fromBase64(packet!.keys[0]!.key);
    expect(() => grantedKeys(log.patient, key).patient('e'.repeat(32))).toThrow('another patient');
    const read = readEntry(fromBase64(packet!.entries[0]!));
    expect(read.ok && read.entry.log).toBe(log.log);
  });
});

describe('the scope of a log', () => {
  const ward = fc.stringMatching(/^[a-z0-9-]{1,40}$/);

  it('says who writes and who reads it: a move is written by the ward that is left, read by both, and fits a header', () => {
    fc.assert(
      fc.property(ward, ward, ward, (from, to, third) => {
        fc.pre(from !== to && third !== from && third !== to);
        const scope = moveScope(from, to);
        expect(scope.length).toBeLessThanOrEqual(100);
        expect(readScope(scope)).toEqual({ ward: to, from });
        expect(readersOf(scope).sort()).toEqual([from, to].sort());
        expect([from, to, third].map((one) => mayWrite([one], scope))).toEqual([true, false, false]);
        expect([from, to, third].map((one) => mayRead([one], scope))).toEqual([true, true, false]);
        expect([from, to].map((one) => mayRead([one], wardScope(from)))).toEqual([true, false]);
        expect([scopeFor(from, from), scopeFor(from, to)]).toEqual([wardScope(from), scope]);
      }),
    );
  });

  it('of the site, or of a kind that is not known, is nobody’s ward', () => {
    for (const scope of [
      'directory',
      'roster',
      'ward:',
      'ward:a:b',
      'move:a',
      'move:a:a',
      'move:a:b:c',
      'x:y',
    ]) {
      expect(readScope(scope)).toBeUndefined();
      expect(mayWrite(['a', 'b'], scope) || mayRead(['a', 'b'], scope)).toBe(false);
    }
  });
});
