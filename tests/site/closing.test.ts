import { describe, expect, it } from 'vitest';
import {
  addClosing,
  closedPoint,
  isClosedPlace,
  noClosings,
  type OutageClosed,
} from '../../src/site/index.ts';

const LOG = 'a'.repeat(32);
const hash = (digit: string): string => digit.repeat(64);
const closing = (ward: string, seq: number, digit = '1', log = LOG): OutageClosed => ({
  kind: 'outage-closed',
  recordedAt: `2026-11-25T10:${String(seq).padStart(2, '0')}:00.000Z`,
  ward,
  by: 'b'.repeat(32),
  snapshotAsOf: '2026-11-25T09:59:00.000Z',
  points: [{ log, seq, hash: hash(digit) }],
});
const said = (...statements: OutageClosed[]) => {
  const closings = noClosings();
  for (const statement of statements) addClosing(closings, statement);
  return closings;
};

describe('up to where a closing lets a tablet forget', () => {
  it('is the furthest point of its ward, in whatever order closings come', () => {
    const log = { log: LOG, scope: 'ward:4-west' };
    expect(closedPoint(said(closing('4-west', 5), closing('4-west', 9, '2')), ['4-west'], log)?.seq).toBe(9);
    expect(closedPoint(said(closing('4-west', 9, '2'), closing('4-west', 5)), ['4-west'], log)?.seq).toBe(9);
  });

  it('is nowhere for a tablet of another ward, and in a log that nobody closed', () => {
    const closings = said(closing('4-west', 5));
    expect(closedPoint(closings, ['5-east'], { log: LOG, scope: 'ward:4-west' })).toBeUndefined();
    expect(closedPoint(closings, ['4-west'], { log: 'c'.repeat(32), scope: 'ward:4-west' })).toBeUndefined();
    // Directory, roster and trail belong to no ward.
    expect(closedPoint(closings, ['4-west'], { log: LOG, scope: 'directory' })).toBeUndefined();
  });

  it('of a log between two wards follows the ward of the tablet, and with both of them the nearer', () => {
    const log = { log: LOG, scope: 'move:4-west:5-east' };
    const closings = said(closing('4-west', 5), closing('5-east', 3, '3'));
    expect(closedPoint(closings, ['4-west'], log)?.seq).toBe(5);
    expect(closedPoint(closings, ['5-east'], log)?.seq).toBe(3);
    expect(closedPoint(closings, ['4-west', '5-east'], log)?.seq).toBe(3);
    expect(closedPoint(said(closing('4-west', 5)), ['4-west', '5-east'], log)).toBeUndefined();
  });

  it('is a place by its very entry, and stays one after later closings', () => {
    const closings = said(closing('4-west', 5), closing('4-west', 9, '2'));
    expect(isClosedPlace(closings, { log: LOG, seq: 5, hash: hash('1') })).toBe(true);
    expect(isClosedPlace(closings, { log: LOG, seq: 5, hash: hash('2') })).toBe(false);
    expect(isClosedPlace(closings, { log: LOG, seq: 6, hash: hash('1') })).toBe(false);
  });
});
