import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BodyMeasured,
  convertedGlucose,
  DEFAULT_SETTINGS,
  describeEntry,
  FluidRecorded,
  FluidRoute,
  fluidBalance,
  fluidDay,
  fluidTotals,
  foldChart,
  GcsAssessed,
  GlucoseMeasured,
  gcsInWords,
  gcsWorries,
  glucoseAsk,
  glucoseInWords,
  glucoseLevel,
  isFluidIn,
  PainAssessed,
  scoreGcs,
  usualGlucoseUnit,
} from '../../src/clinical/index.ts';
import { anEntry, NOW, NURSE, PATIENT, registered } from './builders.ts';

const base = { author: NURSE, effectiveAt: NOW, recordedAt: NOW };

describe('Glasgow Coma Scale', () => {
  it.each([
    [4, 5, 6, 15],
    [1, 1, 1, 3],
    [3, 4, 6, 13],
  ] as const)('E%d V%d M%d is %d', (eyes, verbal, motor, total) => {
    expect(scoreGcs({ eyes, verbal, motor })).toEqual({ total, gcsP: null });
  });

  it.each([
    ['brisk', 'brisk', 13],
    ['sluggish', 'brisk', 13],
    ['none', 'brisk', 12],
    ['none', 'none', 11],
    ['not-testable', 'none', null],
  ] as const)('with pupils %s and %s GCS-P is %s', (left, right, gcsP) => {
    const pupils = { left: { reaction: left }, right: { reaction: right } };
    expect(scoreGcs({ eyes: 3, verbal: 4, motor: 6, pupils }).gcsP).toBe(gcsP);
  });

  it('is 1 at the least, with pupils that do not react', () => {
    const none = { reaction: 'none' as const };
    expect(scoreGcs({ eyes: 1, verbal: 1, motor: 1, pupils: { left: none, right: none } }).gcsP).toBe(1);
  });

  it('has no total with a part that cannot be tested, and shows its parts', () => {
    expect(gcsInWords({ eyes: 3, verbal: 'NT', motor: 6 })).toBe('GCS E3 VNT M6');
    expect(gcsInWords({ eyes: 3, verbal: 4, motor: 6 })).toBe('GCS 13 = E3 V4 M6');
    const untested = { kind: 'gcs-assessed', ...base, eyes: 3, verbal: 'NT', motor: 6 };
    expect(GcsAssessed.safeParse(untested).success).toBe(false);
    expect(GcsAssessed.safeParse({ ...untested, notTestableBecause: 'tube' }).success).toBe(true);
  });

  it.each([
    [15, 13, true],
    [15, 14, false],
    [13, 12, true],
    [12, 12, false],
    [12, 11, false],
    [undefined, 12, true],
    [undefined, 13, false],
  ])('from %s to %d asks for help: %s', (before, after, worries) => {
    const gcs = (total: number) => ({ eyes: 4 as const, verbal: (total - 10) as 5, motor: 6 as const });
    const of = (total: number) => (total >= 11 ? gcs(total) : { eyes: 1, verbal: 1, motor: total - 2 });
    expect(gcsWorries(of(after), before === undefined ? undefined : of(before))).toBe(worries);
  });
});

describe('blood glucose', () => {
  it.each([
    [53, 'mg/dL', 'low-2'],
    [54, 'mg/dL', 'low-1'],
    [69, 'mg/dL', 'low-1'],
    [70, 'mg/dL', 'in-range'],
    [180, 'mg/dL', 'in-range'],
    [181, 'mg/dL', 'high'],
    [2.9, 'mmol/L', 'low-2'],
    [3, 'mmol/L', 'low-1'],
    [3.8, 'mmol/L', 'low-1'],
    [3.9, 'mmol/L', 'below-4'],
    [4, 'mmol/L', 'in-range'],
    [10, 'mmol/L', 'in-range'],
    [10.1, 'mmol/L', 'high'],
  ] as const)('%d %s is %s', (value, unit, level) => expect(glucoseLevel(value, unit)).toBe(level));

  it('a low that needed help is level 3 at any value: it is often measured after the sugar', () => {
    expect(glucoseLevel(60, 'mg/dL', true)).toBe('low-3');
    expect(glucoseLevel(120, 'mg/dL', true)).toBe('low-3');
  });

  it('asks whether the meter shows the other unit', () => {
    expect(glucoseAsk(5.4, 'mg/dL')).toContain('Does the meter show mmol/L?');
    expect(glucoseAsk(97, 'mmol/L')).toContain('Does the meter show mg/dL?');
    expect(glucoseAsk(97, 'mg/dL')).toBeUndefined();
    expect(glucoseAsk(45, 'mg/dL')).toContain('Measure again');
  });

  it.each([
    [4, 'mg/dL', false],
    [5, 'mg/dL', true],
    [1500, 'mg/dL', true],
    [1501, 'mg/dL', false],
    [97.5, 'mg/dL', false],
    [0.3, 'mmol/L', true],
    [5.45, 'mmol/L', false],
    [83, 'mmol/L', true],
    [83.1, 'mmol/L', false],
  ])('%d %s may be written: %s', (value, unit, ok) => {
    const body = { kind: 'glucose-measured', ...base, value, unit, sample: 'capillary' };
    expect(GlucoseMeasured.safeParse(body).success).toBe(ok);
  });

  it('is converted for display only, by 18.016', () => {
    expect(convertedGlucose(100, 'mg/dL')).toEqual({ value: '5.6', unit: 'mmol/L' });
    expect(convertedGlucose(5.6, 'mmol/L')).toEqual({ value: '101', unit: 'mg/dL' });
  });
});

const DAY = fluidDay('America/Chicago');
const fluid = (effectiveAt: string, route: FluidRoute, volumeMl?: number) => ({
  effectiveAt,
  route,
  volumeMl,
});

describe('fluid balance', () => {
  it('sums in, out and balance per shift and day, the day from 06:00 of the ward', () => {
    const [day, before] = fluidBalance(
      [
        fluid('2026-11-24T11:59:00.000Z', 'oral', 100), // 05:59: still the day before
        fluid('2026-11-24T12:00:00.000Z', 'oral', 200),
        fluid('2026-11-24T19:59:00.000Z', 'urine', 150),
        fluid('2026-11-24T20:00:00.000Z', 'iv', 500),
        fluid('2026-11-25T11:00:00.000Z', 'vomit', 50),
      ],
      DAY,
    );
    expect(day?.totals).toMatchObject({ inMl: 700, outMl: 200, balanceMl: 500 });
    expect(day?.shifts.map(({ totals }) => totals.balanceMl)).toEqual([50, 500, -50]);
    expect(before?.totals.inMl).toBe(100);
  });

  it('never counts what was not measured as 0: it is named', () => {
    expect(fluidTotals([fluid(NOW, 'urine'), fluid(NOW, 'urine', 0), fluid(NOW, 'oral', 100)])).toEqual({
      inMl: 100,
      outMl: 0,
      balanceMl: 100,
      byRoute: { urine: 0, oral: 100 },
      notMeasured: ['urine'],
    });
    const body = { kind: 'fluid-recorded', ...base, route: 'urine' };
    expect(FluidRecorded.safeParse(body).success).toBe(false);
    expect(FluidRecorded.safeParse({ ...body, notMeasured: true }).success).toBe(true);
    expect(FluidRecorded.safeParse({ ...body, volumeMl: 0 }).success).toBe(true);
    expect(FluidRecorded.safeParse({ ...body, volumeMl: 5, notMeasured: true }).success).toBe(false);
    expect(FluidRecorded.safeParse({ ...body, volumeMl: 10_001 }).success).toBe(false);
  });

  it('a day at a change of the clock has 23 or 25 hours, and no shift overlaps', () => {
    const hours = (at: string) => {
      const [day] = fluidBalance([fluid(at, 'oral', 1)], DAY);
      return (Date.parse(day!.to) - Date.parse(day!.from)) / 3_600_000;
    };
    expect(hours('2026-10-31T20:00:00.000Z')).toBe(25);
    expect(hours('2027-03-13T20:00:00.000Z')).toBe(23);
  });

  it('LAW: each entry counts in one shift of one day, and the days add up to everything', () => {
    const one = fc.record({
      effectiveAt: fc
        .date({ min: new Date('2026-10-30'), max: new Date('2026-11-04'), noInvalidDate: true })
        .map((date) => date.toISOString()),
      route: fc.constantFrom(...FluidRoute.options.flatMap((side) => side.options)),
      volumeMl: fc.option(fc.nat(10_000), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 40 }), (fluids) => {
        const days = fluidBalance(fluids, DAY);
        const sum = (pick: (route: FluidRoute) => boolean) =>
          fluids.reduce((total, { route, volumeMl }) => total + (pick(route) ? (volumeMl ?? 0) : 0), 0);
        const added = (periods: { totals: { inMl: number; outMl: number } }[], side: 'inMl' | 'outMl') =>
          periods.reduce((total, { totals }) => total + totals[side], 0);
        expect(added(days, 'inMl')).toBe(sum(isFluidIn));
        expect(added(days, 'outMl')).toBe(sum((route) => !isFluidIn(route)));
        for (const { totals, shifts } of days) {
          expect(added(shifts, 'inMl')).toBe(totals.inMl);
          expect(added(shifts, 'outMl')).toBe(totals.outMl);
        }
      }),
    );
  });
});

describe('measurements on the chart', () => {
  it('a corrected amount replaces the first; both stay, and the newest time stands first', () => {
    const first = anEntry('fluid-recorded', { route: 'urine', volumeMl: 300 });
    const pain = anEntry('pain-assessed', { atRest: 3, effectiveAt: '2026-11-24T15:00:00.000Z' });
    const corrected = anEntry('fluid-recorded', {
      route: 'urine',
      volumeMl: 30,
      replaces: first.id,
      reason: 'one nought too many',
    });
    const chart = foldChart({ patient: PATIENT, entries: [corrected, registered(), first, pain], now: NOW });
    expect(chart?.measurements.map(({ id }) => id)).toEqual([pain.id, corrected.id, first.id]);
    expect(chart?.measurements.map(({ standing }) => standing)).toEqual(['current', 'current', 'replaced']);
  });

  it('two corrections of one amount are for a person to settle', () => {
    const first = anEntry('fluid-recorded', { route: 'urine', volumeMl: 300 });
    const change = (volumeMl: number) =>
      anEntry('fluid-recorded', { route: 'urine', volumeMl, replaces: first.id, reason: 'wrong' });
    const chart = foldChart({
      patient: PATIENT,
      entries: [registered(), first, change(30), change(200)],
      now: NOW,
    });
    expect(chart?.conflicts.map(({ kind }) => kind)).toEqual(['concurrent-amendment']);
  });

  it.each([
    [
      anEntry('fluid-recorded', { route: 'urine', notMeasured: true, detail: 'in bed' }),
      'urine not measured. in bed',
    ],
    [anEntry('fluid-recorded', { route: 'iv', volumeMl: 1000 }), 'intravenous 1,000 mL'],
    [
      anEntry('glucose-measured', { value: 52, unit: 'mg/dL', sample: 'capillary', meal: 'before' }),
      '52 mg/dL (low, level 2), capillary, before a meal',
    ],
    [
      anEntry('pain-assessed', { atRest: 7, onMovement: 9, site: 'knee' }),
      'at rest 7 of 10 (severe), on movement 9 of 10 (severe), knee',
    ],
    [anEntry('body-measured', { weightKg: 72.5, method: 'measured' }), '72.5 kg (measured)'],
  ])('is described: %#', (entry, text) => expect(describeEntry(entry.body).text).toBe(text));

  it('refuses what cannot be', () => {
    expect(PainAssessed.safeParse({ kind: 'pain-assessed', ...base, atRest: 11 }).success).toBe(false);
    expect(BodyMeasured.safeParse({ kind: 'body-measured', ...base, method: 'measured' }).success).toBe(
      false,
    );
  });
});

describe('the unit of the ward’s meters', () => {
  it('stands beside a value that was measured in the other, which stays as it was', () => {
    expect(glucoseInWords({ value: 142, unit: 'mg/dL' }, 'mmol/L')).toBe('142 mg/dL (7.9 mmol/L)');
    expect(glucoseInWords({ value: 142, unit: 'mg/dL' }, 'mg/dL')).toBe('142 mg/dL');
    expect(glucoseInWords({ value: 7.9, unit: 'mmol/L' }, undefined)).toBe('7.9 mmol/L');
  });

  it('is offered first, before that of the last value, which is before mg/dL', () => {
    const chart = (glucoseUnit: 'mg/dL' | 'mmol/L' | undefined, last: boolean) =>
      usualGlucoseUnit({
        now: NOW,
        orders: [],
        settings: { ...DEFAULT_SETTINGS, ...(glucoseUnit === undefined ? {} : { glucoseUnit }) },
        measurements: last
          ? [
              {
                ...anEntry('glucose-measured', { value: 7.9, unit: 'mmol/L', sample: 'capillary' }),
                standing: 'current',
                replacedBy: [],
              },
            ]
          : [],
      });
    expect(chart(undefined, false)).toBe('mg/dL');
    expect(chart(undefined, true)).toBe('mmol/L');
    expect(chart('mg/dL', true)).toBe('mg/dL');
  });
});
