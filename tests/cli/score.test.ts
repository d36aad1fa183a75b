import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const WELL = { rr: 16, spo2: 98, scale: 1, oxygen: false, sbp: 120, pulse: 70, acvpu: 'A', temp: 37 };

function score(content: unknown, args = ['news2']) {
  const file = join(mkdtempSync(join(tmpdir(), 'score-')), 'cases.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  const run = spawnSync(process.execPath, ['src/cli/score.ts', ...args, file], { encoding: 'utf8' });
  return {
    code: run.status,
    said: run.stderr,
    lines: run.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown),
  };
}

describe('npm run score -- news2', () => {
  it('prints one line for each set: parts, total, risk', () => {
    const { code, lines } = score([
      WELL,
      { ...WELL, pulse: 131 },
      { ...WELL, rr: 25, sbp: 110, temp: 38.1 },
      { rr: 25, spo2: 80, scale: 1, oxygen: true, sbp: 90, pulse: 131, acvpu: 'C', temp: 35 },
    ]);
    expect(code).toBe(0);
    expect(lines).toEqual([
      { parts: { rr: 0, spo2: 0, oxygen: 0, sbp: 0, pulse: 0, acvpu: 0, temp: 0 }, total: 0, risk: 'low' },
      {
        parts: { rr: 0, spo2: 0, oxygen: 0, sbp: 0, pulse: 3, acvpu: 0, temp: 0 },
        total: 3,
        risk: 'low-medium',
      },
      { parts: { rr: 3, spo2: 0, oxygen: 0, sbp: 1, pulse: 0, acvpu: 0, temp: 1 }, total: 5, risk: 'medium' },
      { parts: { rr: 3, spo2: 3, oxygen: 2, sbp: 3, pulse: 3, acvpu: 3, temp: 3 }, total: 20, risk: 'high' },
    ]);
  });

  it('scores saturation on its scale, and from 93 % on scale 2 by what is breathed', () => {
    const { lines } = score([
      { ...WELL, spo2: 93 },
      { ...WELL, spo2: 93, scale: 2 },
      { ...WELL, spo2: 93, scale: 2, oxygen: true },
      { ...WELL, spo2: 97, scale: 2, oxygen: true },
    ]);
    expect(lines.map((line) => (line as { parts: { spo2: number } }).parts.spo2)).toEqual([2, 0, 1, 3]);
  });

  it('gives no total with a parameter missing, and names it', () => {
    const { code, lines } = score([{ ...WELL, temp: null, rr: 25 }]);
    expect(code).toBe(0);
    expect(lines).toMatchObject([
      { total: null, atLeast: 3, missing: ['temp'], risk: 'low-medium', parts: { temp: null, rr: 3 } },
    ]);
  });

  it.each([
    ['not JSON', 'rr,spo2', 'could not be read as JSON'],
    ['no array', { rr: 16 }, 'an array of sets of observations is needed'],
    ['a value between two bands', [{ ...WELL, temp: 38.05 }], 'set 1, temp: at most one decimal'],
    ['a half breath', [WELL, { ...WELL, rr: 20.5 }], 'set 2, rr: a whole number is needed'],
    ['another letter', [{ ...WELL, acvpu: 'X' }], 'set 1, acvpu: A, C, V, P or U is needed'],
    ['a third scale', [{ ...WELL, scale: 3 }], 'set 1, scale: the scale is 1 or 2'],
    ['a misspelt name', [{ ...WELL, heartRate: 70 }], 'set 1'],
    ['an inherited word', [{ ...WELL, acvpu: 'constructor' }], 'A, C, V, P or U is needed'],
  ])('refuses %s with exit 1, says where, and scores nothing', (_what, content, message) => {
    const { code, lines, said } = score(content);
    expect(code).toBe(1);
    expect(said).toContain(message);
    expect(lines).toEqual([]);
  });

  it('says how it is called when it is called otherwise', () => {
    expect(score([], ['mews'])).toMatchObject({ code: 1 });
    expect(score([], ['mews']).said).toContain('news2 FILE.json');
  });
});
