import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Attachment,
  FormAnswered,
  joinPicture,
  MOST_PARTS,
  MOST_PICTURE_BYTES,
  PART_CHARACTERS,
  partByBelief,
  picturesIn,
  splitPicture,
} from '../../src/clinical/index.ts';
import { fromBase64, toBase64 } from '../../src/log/index.ts';
import { anEntry, entryId, NOW, NURSE } from './builders.ts';

const SHA = 'ab'.repeat(32);
const base = { kind: 'attachment', author: NURSE, effectiveAt: NOW, recordedAt: NOW } as const;
const split = (bytes: Uint8Array) =>
  splitPicture({ contentType: 'image/jpeg', sha256: SHA, base64: toBase64(bytes) });

describe('the parts of a picture', () => {
  it('are the picture again, in any order and however often each comes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: MOST_PICTURE_BYTES }),
        fc.integer({ min: 1, max: 1000 }),
        (length, seed) => {
          const bytes = Uint8Array.from({ length }, (_, at) => (at * seed) & 255);
          const parts = split(bytes);
          expect(parts.length).toBeLessThanOrEqual(MOST_PARTS);
          const mixed = [...parts, ...parts].sort((a, b) => ((a.part * seed) % 7) - ((b.part * seed) % 5));
          const joined = joinPicture(mixed);
          expect(joined.whole && Buffer.compare(fromBase64(joined.base64), bytes)).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are each an entry that the schema takes, and one more than the most is none', () => {
    for (const part of split(new Uint8Array(MOST_PICTURE_BYTES)))
      expect(Attachment.safeParse({ ...base, ...part }).success).toBe(true);
    const [first] = split(new Uint8Array(3));
    const refused = [
      { ...first, part: MOST_PARTS + 1 },
      { ...first, parts: 0 },
      { ...first, data: 'A'.repeat(PART_CHARACTERS + 4) },
      { ...first, data: 'no base64!' },
      { ...first, contentType: 'image/svg+xml' },
      { ...first, sha256: 'short' },
    ];
    for (const part of refused) expect(Attachment.safeParse({ ...base, ...part }).success).toBe(false);
  });

  it('say how many of how many are here while one is missing', () => {
    const parts = split(new Uint8Array(PART_CHARACTERS * 2));
    expect(parts.length).toBe(3);
    expect(joinPicture(parts.slice(1))).toEqual({ whole: false, here: 2, of: 3 });
    expect(joinPicture([])).toEqual({ whole: false, here: 0, of: undefined });
    // What pages and projections keep of a part has no bytes.
    expect(joinPicture(parts.map((part) => ({ ...part, data: '' })))).toMatchObject({
      whole: false,
      here: 0,
    });
  });
});

it('a picture of a revoked tablet waits with its form, and nobody has to vouch for its parts', () => {
  const bodies = split(new Uint8Array(PART_CHARACTERS)).map((part) => Attachment.parse({ ...base, ...part }));
  const form = anEntry('form-answered', {
    form: { id: 'wound', title: 'Wound' },
    status: 'completed',
    items: [{ linkId: '1', answer: [{ valueString: 'heel' }] }],
  });
  const parts = bodies.map((body, at) => ({ ...form, id: entryId('d', at + 1), body }));
  const { believed, held } = partByBelief([...parts, form], () => 'it comes from a revoked tablet');
  expect(held.map(({ entry }) => entry.id)).toEqual([form.id]);
  expect(believed).toEqual(parts);
});

describe('a form with pictures', () => {
  const picture = { contentType: 'image/webp', size: 10, sha256: SHA, title: 'Photo' } as const;
  const form = FormAnswered.parse({
    ...base,
    kind: 'form-answered',
    form: { id: 'wound', title: 'Wound' },
    status: 'completed',
    items: [
      {
        linkId: '1',
        item: [{ linkId: '1.1', answer: [{ valueAttachment: picture }, { valueAttachment: picture }] }],
      },
      {
        linkId: '2',
        answer: [
          {
            valueString: 'heel',
            item: [{ linkId: '2.1', answer: [{ valueAttachment: { ...picture, sha256: 'cd'.repeat(32) } }] }],
          },
        ],
      },
    ],
  });

  it('names each of them once, wherever in the form it stands', () => {
    expect(picturesIn(form).map(({ sha256 }) => sha256.slice(0, 2))).toEqual(['ab', 'cd']);
    expect(picturesIn(null)).toEqual([]);
  });

  it('names none that is larger than a picture may be', () => {
    const items = [
      { linkId: '1', answer: [{ valueAttachment: { ...picture, size: MOST_PICTURE_BYTES + 1 } }] },
    ];
    expect(FormAnswered.safeParse({ ...form, items }).success).toBe(false);
  });
});
