import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/log/index.ts';
import { givable, mayForget } from '../../src/sync/index.ts';

const LOG = 'a'.repeat(32);
const HASH = '1'.repeat(64);
const EPOCH = `000001-${'e'.repeat(32)}`;
const log = {
  head: { seq: 9, hash: fromHex(HASH) },
  point: { log: LOG, seq: 9, hash: HASH },
  bySite: false,
  acknowledgement: { log: LOG, seq: 9, hash: HASH, epoch: EPOCH, signature: '' },
  epoch: EPOCH,
};

describe('what a tablet may forget (FAILURES 9, 17, 24)', () => {
  it('is a whole log that the closing covers to its end and the server has signed for', () => {
    expect(mayForget(log)).toBe(true);
    expect(mayForget({ ...log, bySite: true, acknowledgement: undefined })).toBe(true);
  });

  it.each([
    ['something was written behind the point', { head: { seq: 10, hash: fromHex(HASH) } }],
    ['something before the point has not come', { head: { seq: 8, hash: fromHex(HASH) } }],
    ['another history stands here', { head: { seq: 9, hash: fromHex('2'.repeat(64)) } }],
    ['the server has not signed', { acknowledgement: undefined }],
    ['the server signed for less', { acknowledgement: { ...log.acknowledgement, seq: 8 } }],
    ['the server signed in a life that is gone', { epoch: `000002-${'f'.repeat(32)}` }],
    ['nobody knows which life the server lives', { epoch: undefined }],
    ['there is nothing', { head: { seq: 0, hash: null } }],
  ])('is nothing of a log when %s', (_, change) => {
    expect(mayForget({ ...log, ...change })).toBe(false);
  });

  it('cannot be given to others, while what came behind it can', () => {
    const ranges = [0, 8, 9, 12].map((after) => ({ log: LOG, after, through: 20 }));
    expect(givable(ranges, new Map([[LOG, 9]])).map(({ after }) => after)).toEqual([9, 12]);
    expect(givable(ranges, new Map())).toHaveLength(4);
  });
});
