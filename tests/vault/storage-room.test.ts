import { describe, expect, it } from 'vitest';
import { storageRoom } from '../../src/vault/storage-room.ts';

const MB = 1024 * 1024;

describe('the room that a tablet has', () => {
  it.each([
    // [used, quota, pieces of the reserve] → what is said
    [10, 10_250, 4, 'enough'],
    [10, 10_250, 3, 'low'],
    [10, 10_250, 2, 'low'],
    [10, 10_250, 1, 'nearly-full'],
    [10, 10_250, 0, 'nearly-full'],
    [600, 1000, 4, 'low'],
    [950, 1000, 4, 'nearly-full'],
    [600, 1000, undefined, 'low'],
    [10, 10_250, undefined, 'enough'],
  ] as const)(
    'with %i of %i MB used and %s pieces of the reserve is %s',
    (usage, quota, pieces, expected) => {
      expect(storageRoom({ usage: usage * MB, quota: quota * MB }, pieces)).toBe(expected);
    },
  );

  it('goes by the reserve alone where the browser tells nothing', () => {
    expect(storageRoom({}, 4)).toBe('enough');
    expect(storageRoom({}, 1)).toBe('nearly-full');
  });
});
