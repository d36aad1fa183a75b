import { describe, expect, it } from 'vitest';
import {
  explainNews2,
  news2Applies,
  news2Response,
  scoreNews2,
  VitalSigns,
  type VitalValues,
} from '../../src/clinical/index.ts';
import { FULL_SET, NOW, NURSE } from './builders.ts';

const part = (parameter: keyof ReturnType<typeof scoreNews2>['parts'], values: Partial<VitalValues>) =>
  scoreNews2({ ...FULL_SET, ...values }).parts[parameter];

describe('NEWS2 bands: every boundary of RCP Chart 1', () => {
  it.each([
    [8, 3],
    [9, 1],
    [11, 1],
    [12, 0],
    [20, 0],
    [21, 2],
    [24, 2],
    [25, 3],
  ])('respiration rate %d scores %d', (respirationRate, score) => {
    expect(part('respirationRate', { respirationRate })).toBe(score);
  });

  it.each([
    [91, 3],
    [92, 2],
    [93, 2],
    [94, 1],
    [95, 1],
    [96, 0],
    [100, 0],
  ])('saturation %d on scale 1 scores %d', (oxygenSaturation, score) => {
    expect(part('oxygenSaturation', { oxygenSaturation })).toBe(score);
    expect(part('oxygenSaturation', { oxygenSaturation, oxygenDevice: 'N' })).toBe(score);
  });

  it.each([
    [83, 3],
    [84, 2],
    [85, 2],
    [86, 1],
    [87, 1],
    [88, 0],
    [92, 0],
  ])('saturation %d on scale 2 scores %d, on air and on oxygen', (oxygenSaturation, score) => {
    expect(part('oxygenSaturation', { oxygenSaturation, saturationScale: 2 })).toBe(score);
    expect(part('oxygenSaturation', { oxygenSaturation, saturationScale: 2, oxygenDevice: 'V28' })).toBe(
      score,
    );
  });

  it.each([
    [93, 1],
    [94, 1],
    [95, 2],
    [96, 2],
    [97, 3],
    [100, 3],
  ])('saturation %d on scale 2 scores %d on oxygen and 0 on air', (oxygenSaturation, score) => {
    expect(part('oxygenSaturation', { oxygenSaturation, saturationScale: 2, oxygenDevice: 'N' })).toBe(score);
    expect(part('oxygenSaturation', { oxygenSaturation, saturationScale: 2, oxygenDevice: 'A' })).toBe(0);
    expect(
      part('oxygenSaturation', { oxygenSaturation, saturationScale: 2, oxygenDevice: undefined }),
    ).toBeNull();
  });

  it.each([
    [90, 3],
    [91, 2],
    [100, 2],
    [101, 1],
    [110, 1],
    [111, 0],
    [219, 0],
    [220, 3],
  ])('systolic %d scores %d', (systolic, score) => {
    expect(part('systolic', { systolic })).toBe(score);
  });

  it.each([
    [40, 3],
    [41, 1],
    [50, 1],
    [51, 0],
    [90, 0],
    [91, 1],
    [110, 1],
    [111, 2],
    [130, 2],
    [131, 3],
  ])('pulse %d scores %d', (pulse, score) => {
    expect(part('pulse', { pulse })).toBe(score);
  });

  it.each([
    [35, 3],
    [35.1, 1],
    [36, 1],
    [36.1, 0],
    [38, 0],
    [38.1, 1],
    [39, 1],
    [39.1, 2],
  ])('temperature %d scores %d', (temperature, score) => {
    expect(part('temperature', { temperature })).toBe(score);
  });

  it('any added oxygen scores 2, air 0', () => {
    for (const oxygenDevice of ['N', 'SM', 'V24', 'NIV', 'RM', 'TM', 'CP', 'H', 'OTH'] as const)
      expect(part('supplementalOxygen', { oxygenDevice })).toBe(2);
    expect(part('supplementalOxygen', { oxygenDevice: 'A' })).toBe(0);
  });

  it.each([
    ['alert', 0],
    ['confusion', 3],
    ['voice', 3],
    ['pain', 3],
    ['unresponsive', 3],
  ] as const)('%s scores %d', (consciousness, score) => {
    expect(part('consciousness', { consciousness })).toBe(score);
  });
});

describe('NEWS2 aggregate', () => {
  it('runs from 0 to 20', () => {
    expect(scoreNews2(FULL_SET).total).toBe(0);
    const worst = {
      ...FULL_SET,
      respirationRate: 30,
      oxygenSaturation: 80,
      oxygenDevice: 'RM' as const,
      systolic: 70,
      pulse: 150,
      consciousness: 'unresponsive' as const,
      temperature: 34,
    };
    expect(scoreNews2(worst).total).toBe(20);
  });

  it('has no total with a parameter missing, names it, and still triggers on a 3', () => {
    const score = scoreNews2({ ...FULL_SET, temperature: undefined, respirationRate: 25 });
    expect(score).toMatchObject({
      total: null,
      partial: 3,
      missing: ['temperature'],
      singleThree: true,
      risk: 'low-medium',
    });
  });

  it('triggers by "at least n" when the partial sum already reaches 5 or 7', () => {
    expect(scoreNews2({ saturationScale: 1, respirationRate: 25, pulse: 115 }).risk).toBe('medium');
    expect(scoreNews2({ saturationScale: 1, respirationRate: 25, pulse: 131, temperature: 38.5 }).risk).toBe(
      'high',
    );
  });

  it.each([
    [{}, 'low', 'At least every 12 hours'],
    [{ pulse: 95 }, 'low', 'At least every 4 to 6 hours'],
    [{ pulse: 131 }, 'low-medium', 'At least hourly'],
    [{ pulse: 111, respirationRate: 21, temperature: 38.1 }, 'medium', 'At least hourly'],
    [{ pulse: 131, respirationRate: 25, temperature: 38.1 }, 'high', 'Continuous monitoring of vital signs'],
  ] as const)('%o is %s risk: %s', (values, risk, observations) => {
    const score = scoreNews2({ ...FULL_SET, ...values });
    expect(score.risk).toBe(risk);
    expect(news2Response(score).observations).toBe(observations);
  });

  it('calls no risk low while something is missing, and names the one that what is there asks for', () => {
    const title = (values: Partial<VitalValues>) =>
      news2Response(scoreNews2({ saturationScale: 1, ...values })).title;
    expect(title({ temperature: 37 })).toBe('Not complete: no score yet');
    expect(title({ consciousness: 'voice' })).toMatch(/a single parameter scores 3/);
  });

  it('explains each parameter with its value and score', () => {
    const rows = explainNews2({ ...FULL_SET, oxygenDevice: 'N', oxygenFlow: 2, pulse: undefined });
    expect(rows.find((row) => row.parameter === 'supplementalOxygen')).toMatchObject({
      value: 'Oxygen N 2 L/min',
      score: 2,
    });
    expect(rows.find((row) => row.parameter === 'pulse')).toMatchObject({ value: 'Not taken', score: null });
    expect(rows).toHaveLength(7);
  });

  it('is for people of 16 and over; an unknown age is not a refusal', () => {
    expect(news2Applies('2010-11-24', NOW)).toBe(true);
    expect(news2Applies('2010-11-25', NOW)).toBe(false);
    expect(news2Applies('2010', NOW)).toBe(true);
    expect(news2Applies('2011', NOW)).toBe(false);
    expect(news2Applies(undefined, NOW)).toBe(true);
  });

  it('never sees a temperature between two bands: it is rounded at entry', () => {
    const set = (temperature: number) =>
      VitalSigns.safeParse({
        kind: 'vital-signs',
        author: NURSE,
        effectiveAt: NOW,
        recordedAt: NOW,
        values: { ...FULL_SET, temperature },
      }).success;
    expect(set(35.05)).toBe(false);
    for (let tenths = 300; tenths <= 430; tenths++) expect(set(tenths / 10)).toBe(true);
  });
});
