import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Bytes,
  compareHlc,
  forkedHeads,
  type Hlc,
  lacking,
  MAX_AHEAD_MS,
  observe,
  readEntry,
  tick,
  verifyRun,
} from '../../src/log/index.ts';
import { newSigningKey, sealEntry, sha256, signWith, verifyWith } from '../../src/seal/index.ts';
import { aLog } from '../builders.ts';

const hlc = fc.tuple(fc.integer({ min: 0, max: 2 ** 42 }), fc.integer({ min: 0, max: 1000 }));

describe('hybrid logical clock', () => {
  it('always moves forward, whatever the wall clock does', () => {
    fc.assert(
      fc.property(hlc, fc.integer({ min: 0, max: 2 ** 42 }), (last, now) => {
        expect(compareHlc(tick(last as Hlc, now), last as Hlc)).toBeGreaterThan(0);
      }),
    );
  });

  it('follows what it sees, but not a clock more than an hour ahead (FAILURES 31)', () => {
    fc.assert(
      fc.property(hlc, hlc, fc.integer({ min: 0, max: 2 ** 42 }), (last, seen, now) => {
        const after = observe(last as Hlc, seen as Hlc, now);
        expect(compareHlc(after, last as Hlc)).toBeGreaterThanOrEqual(0);
        if (seen[0] > now + MAX_AHEAD_MS) expect(after).toEqual(last);
      }),
    );
  });
});

describe('version vector', () => {
  const log = 'a'.repeat(32);
  const hash = (letter: string): string => letter.repeat(64);
  it('names what the other lacks, and nothing when heads are equal', () => {
    expect(lacking({ [log]: [5, hash('1')] }, { [log]: [2, hash('2')] })).toEqual([
      { log, after: 2, through: 5 },
    ]);
    expect(lacking({ [log]: [5, hash('1')] }, { [log]: [5, hash('1')] })).toEqual([]);
    expect(lacking({ [log]: [5, hash('1')] }, {})).toEqual([{ log, after: 0, through: 5 }]);
  });
  it('shows a fork: one position, two contents', () => {
    expect(forkedHeads({ [log]: [5, hash('1')] }, { [log]: [5, hash('2')] })).toEqual([log]);
  });
});

describe('entries and their chain', () => {
  it('a log that nobody touched verifies whole, from any prefix', async () => {
    const { entries, verify } = await aLog(6);
    expect((await verifyRun({ seq: 0, hash: null }, entries, sha256, verify)).accepted).toHaveLength(6);
    const head = { seq: 3, hash: await sha256(entries[2]!.bytes) };
    expect((await verifyRun(head, entries.slice(3), sha256, verify)).accepted).toHaveLength(3);
  });

  it('a gap is named, and what stands before it is kept', async () => {
    const { entries, verify } = await aLog(5);
    const result = await verifyRun(
      { seq: 0, hash: null },
      [...entries.slice(0, 2), ...entries.slice(3)],
      sha256,
      verify,
    );
    expect(result.accepted).toHaveLength(2);
    expect(result.problem).toMatchObject({ kind: 'gap', seq: 4 });
  });

  it('any changed byte of any entry is refused at that entry', async () => {
    const { entries, verify } = await aLog(4);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 3 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (which, position, flip) => {
          const bytes = entries[which]!.bytes.slice() as Bytes;
          const at = position % bytes.length;
          bytes[at] = bytes[at]! ^ flip;
          const read = readEntry(bytes);
          if (!read.ok) return;
          const changed = entries.map((entry, index) => (index === which ? read.entry : entry));
          const { accepted } = await verifyRun({ seq: 0, hash: null }, changed, sha256, verify);
          expect(accepted.length).toBeLessThanOrEqual(which);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('another writer cannot continue a log', async () => {
    const { entries, verify, log } = await aLog(2);
    const thief = await newSigningKey(true);
    const prev = await sha256(entries[1]!.bytes);
    const forged = await sealEntry(
      { log, seq: 3, prev, hlc: [9, 0], patient: null, body: {} },
      undefined,
      signWith(thief.privateKey),
    );
    const { accepted, problem } = await verifyRun(
      { seq: 0, hash: null },
      [...entries, forged],
      sha256,
      verify,
    );
    expect(accepted).toHaveLength(2);
    expect(problem).toMatchObject({ kind: 'bad-signature', seq: 3 });
  });

  it('noise is never an entry and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        expect(readEntry(new Uint8Array(noise)).ok).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it('verifies nothing with a key that is no key', async () => {
    const { entries } = await aLog(1);
    const verify = verifyWith('AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=');
    await expect(verifyRun({ seq: 0, hash: null }, entries, sha256, verify)).resolves.toMatchObject({
      accepted: [],
    });
  });
});
