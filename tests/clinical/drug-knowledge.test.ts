import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  administrationAlerts,
  type Chart,
  type ChartOrder,
  creatinineClearance,
  dosesByWeight,
  type FormularyItem,
  fluidBalance,
  fluidTotals,
  foldChart,
  freshGlucose,
  infusionFluids,
  insulinAlerts,
  interactionOf,
  knownWeight,
  type OpenedEntry,
  type OrderId,
  OrderSet,
  openFormulary,
  orderAlerts,
  readInteractionsCsv,
  resumeAlerts,
  type SnapshotPatient,
} from '../../src/clinical/index.ts';
import { anEntry, aSnapshot, DOCTOR, NOW, orderFor, PATIENT, registered } from './builders.ts';

const at = (minutes: number): string => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();
const chartOf = (
  entries: OpenedEntry[],
  more: { now?: string; snapshot?: Partial<SnapshotPatient>; born?: string } = {},
) =>
  foldChart({
    patient: PATIENT,
    entries: [
      registered({ birthDate: more.born ?? '1951-03-04' }),
      anEntry('no-known-allergies-recorded', {}),
      ...entries,
    ],
    now: more.now ?? NOW,
    ...(more.snapshot ? { snapshot: aSnapshot(more.snapshot), snapshotAsOf: NOW } : {}),
  })!;
const weight = (weightKg: number, minutes = -60) =>
  anEntry('body-measured', { weightKg, method: 'measured', effectiveAt: at(minutes) });
const drug = (name: string, more: Partial<FormularyItem> = {}): FormularyItem => ({
  name,
  doses: [],
  gtins: [],
  ndcs: [],
  limits: [],
  ...more,
});
const detail = (text: string, value: number, hours = 6) => ({
  category: 'medication' as const,
  medication: { text },
  dose: { value, unit: 'mg' },
  route: 'PO',
  schedule: { type: 'every' as const, hours },
  startAt: NOW,
});
const asked = (chart: Parameters<typeof orderAlerts>[0], item: FormularyItem, value: number, hours = 6) =>
  orderAlerts(chart, detail(item.name, value, hours), {
    formulary: openFormulary([item]),
    interactions: [],
  }).map(({ code }) => code);

describe('doses outside the formulary’s range', () => {
  const limited = drug('ibuprofen', {
    limits: [
      { unit: 'mg', fromYears: 18, low: 100, high: 800, highPerDay: 2400 },
      { unit: 'mg', belowYears: 18, high: 10, perKg: true },
    ],
  });
  it('are asked about at the limit and beyond it, in one dose and in a day', () => {
    const adult = chartOf([]);
    expect(asked(adult, limited, 800, 8)).toEqual([]);
    expect(asked(adult, limited, 801, 24)).toEqual(['dose-high']);
    expect(asked(adult, limited, 99, 8)).toEqual(['dose-low']);
    expect(asked(adult, limited, 700, 6)).toEqual(['dose-high']);
  });

  it('go by weight for a child, whose weight must be known, and not be old', () => {
    const child = (entries: OpenedEntry[]) => chartOf(entries, { born: '2018-03-04' });
    expect(asked(child([]), limited, 200)).toEqual(['weight-needed']);
    expect(asked(child([weight(20)]), limited, 200)).toEqual([]);
    expect(asked(child([weight(20)]), limited, 210)).toEqual(['dose-high']);
    expect(asked(child([weight(20, -8 * 24 * 60)]), limited, 200)).toEqual(['weight-old']);
    const [alert] = orderAlerts(child([weight(20)]), detail('ibuprofen', 210), {
      formulary: openFormulary([limited]),
      interactions: [],
    });
    expect(alert?.message).toContain('200 mg (10 mg/kg at 20 kg)');
  });

  it('hold for somebody known by the year alone as for whoever it may be', () => {
    const child = chartOf([weight(20)], { born: '2018' });
    expect(asked(child, limited, 210)).toEqual(['dose-high']);
    // 17 or 18 years old: what either may not have is asked about.
    const year = String(Number(NOW.slice(0, 4)) - 18);
    expect(asked(chartOf([weight(20)], { born: year }), limited, 801, 24)).toEqual([
      'dose-high',
      'dose-high',
    ]);
  });

  it('are worked out by weight for whoever orders, with their arithmetic', () => {
    const child = (entries: OpenedEntry[]) => chartOf(entries, { born: '2018-03-04' });
    expect(dosesByWeight(child([weight(20)]), limited)).toEqual([
      'At 20 kg (measured, 1hr ago): at most 200 mg in one dose (10 mg/kg).',
    ]);
    const both = drug('paracetamol', {
      limits: [{ unit: 'mg', low: 10, high: 15, highPerDay: 60, perKg: true }],
    });
    expect(dosesByWeight(child([weight(8.2)]), both)).toEqual([
      'At 8.2 kg (measured, 1hr ago): 82 mg to 123 mg in one dose (10 to 15 mg/kg); at most 492 mg in 24 hours (60 mg/kg).',
    ]);
    expect(dosesByWeight(child([]), both)[0]).toContain('no weight is known');
    expect(dosesByWeight(chartOf([]), limited)).toEqual([]);
  });

  it('are looked at again at the bedside: of the amount that is given; what was signed over is told with its reason', () => {
    const given = (order: OpenedEntry, mg?: number) =>
      administrationAlerts(
        chartOf([order]),
        {
          order: order.id as OrderId,
          at: NOW,
          ...(mg === undefined ? {} : { dose: { value: mg, unit: 'mg' } }),
        },
        { formulary: openFormulary([limited]) },
      )
        .filter(({ code }) => code.startsWith('dose-'))
        .map(({ code, severity, message }) => [code, severity, message.includes('Ordered so by')]);
    const within = orderFor('ibuprofen', { type: 'every', hours: 24 });
    expect(given(within)).toEqual([]);
    expect(given(within, 900)).toEqual([['dose-high', 'stop-and-think', false]]);
    // Less than ordered has a reason of its own.
    expect(given(within, 50)).toEqual([]);
    const large = orderFor('ibuprofen', { type: 'every', hours: 24 }, { dose: { value: 1000, unit: 'mg' } });
    expect(given(large)).toEqual([['dose-high', 'stop-and-think', false]]);
    if (large.body?.kind !== 'order-signed') throw new Error('an order');
    const signedOver: OpenedEntry = {
      ...large,
      body: {
        ...large.body,
        overrides: [{ alert: 'dose-high', message: 'more than the most', reason: 'as the specialist says' }],
      },
    };
    expect(given(signedOver)).toEqual([['dose-high', 'inform', true]]);
    expect(given(signedOver, 1200)).toEqual([['dose-high', 'stop-and-think', false]]);
  });

  it('a unit that the formulary does not speak of is not compared', () => {
    expect(asked(chartOf([]), drug('ibuprofen', { limits: [{ unit: 'mL', high: 5 }] }), 800)).toEqual([]);
  });
});

describe('creatinine clearance by Cockcroft and Gault', () => {
  it('is as the formula says, in whole mL/min', () => {
    const person = { ageYears: 75, weightKg: 70, creatinineMgDl: 1.5 };
    expect(creatinineClearance({ ...person, female: false })).toBe(42);
    expect(creatinineClearance({ ...person, female: true })).toBe(36);
  });

  it('asks where the snapshot’s creatinine and a known weight give less than the drug’s limit', () => {
    const item = drug('enoxaparin', { renal: { below: 45, says: 'Halve the dose' } });
    const snapshot = {
      sex: 'male' as const,
      birthDate: '1951-03-04',
      observations: [{ name: 'Creatinine', value: '1.5', unit: 'mg/dL', effectiveAt: at(-600) }],
    };
    expect(asked(chartOf([weight(70)], { snapshot }), item, 40, 24)).toEqual(['renal']);
    expect(asked(chartOf([weight(90)], { snapshot }), item, 40, 24)).toEqual([]);
    // Without a weight nothing is worked out.
    expect(asked(chartOf([], { snapshot }), item, 40, 24)).toEqual([]);
  });
});

describe('weight and creatinine of the EHR', () => {
  type Row = SnapshotPatient['observations'][number];
  const row = (more: Partial<Row>): Row => ({
    name: 'Body weight',
    value: '70',
    unit: 'kg',
    effectiveAt: at(-60),
    ...more,
  });
  const kg = (more: Partial<Row>) =>
    knownWeight(chartOf([], { snapshot: { observations: [row(more)] } }))?.kg;

  it.each<[string, Partial<Row>, number | undefined]>([
    ['by code, whatever its name', { name: 'WT', loinc: '29463-7' }, 70],
    ['measured', { name: 'Body weight Measured', loinc: '3141-9' }, 70],
    ['by name', { name: 'weight' }, 70],
    ['kilograms', { unit: 'Kilograms' }, 70],
    ['grams', { value: '3450', unit: 'g' }, 3.45],
    ['pounds by UCUM', { value: '154', unit: '[lb_av]' }, 69.8532],
    ['pounds', { value: '154', unit: 'lb' }, 69.8532],
    ['stones are not guessed', { value: '11', unit: 'st' }, undefined],
    ['the weight at birth is another', { name: 'Birth weight', loinc: '8339-4' }, undefined],
    ['and so is one that is called so', { name: 'Weight', loinc: '8339-4' }, undefined],
  ])('weight: %s', (_name, more, expected) => {
    const found = kg(more);
    expect(found === undefined ? undefined : Number(found.toFixed(4))).toBe(expected);
  });

  const item = drug('enoxaparin', { renal: { below: 45, says: 'Halve the dose' } });
  it.each<[string, Partial<Row>, string[]]>([
    ['by code', { name: 'CREA', loinc: '2160-0' }, ['renal']],
    ['in blood', { name: 'Creatinine', loinc: '38483-4' }, ['renal']],
    ['of serum, by name', { name: 'Serum Creatinine' }, ['renal']],
    ['in any letters', { name: 'creatinine', unit: 'MG/DL' }, ['renal']],
    ['in micromoles', { name: 'Creatinine', value: '133', unit: 'UMOL/L' }, ['renal']],
    ['of urine, by code', { name: 'Creatinine', loinc: '2161-8' }, []],
    ['of urine, by name', { name: 'Creatinine, urine' }, []],
  ])('creatinine: %s', (_name, more, expected) => {
    const snapshot = {
      sex: 'male' as const,
      birthDate: '1951-03-04',
      observations: [row({ name: 'Creatinine', value: '1.5', unit: 'mg/dL', ...more })],
    };
    expect(asked(chartOf([weight(70)], { snapshot }), item, 40, 24)).toEqual(expected);
  });
});

describe('interactions', () => {
  const { items, problems } = readInteractionsCsv(
    'a,b,says\nsimvastatin,clarithromycin,"Muscle damage: stop one"\nx,,\n',
  );
  it('are read from CSV, and hold whichever drug stands first and whatever its form', () => {
    expect(problems).toEqual([{ line: 3, why: expect.stringContaining('left out') }]);
    expect(interactionOf(items, 'Clarithromycin 500 mg tablet', 'simvastatin 20 MG Oral Tablet')?.says).toBe(
      'Muscle damage: stop one',
    );
    expect(interactionOf(items, 'clarithromycin', 'atorvastatin')).toBeUndefined();
  });

  it('are asked about when the other drug is active, and not when it is the one being changed', () => {
    const running = orderFor('simvastatin 20 mg tablet', { type: 'every', hours: 24 });
    const knowledge = { formulary: openFormulary([]), interactions: items };
    const chart = chartOf([running]);
    const ask = (changes?: string) =>
      orderAlerts(chart, detail('clarithromycin 500 mg tablet', 500), knowledge, { changes }).map(
        ({ code }) => code,
      );
    expect(ask()).toEqual(['interaction']);
    expect(ask(running.id)).toEqual([]);
  });

  it('and duplicates are asked about also where the other is on hold, or stands in the same order set', () => {
    const knowledge = { formulary: openFormulary([]), interactions: items };
    const order = orderFor('simvastatin 20 mg tablet', { type: 'every', hours: 24 });
    const held = chartOf([
      order,
      anEntry('order-held', { author: DOCTOR, order: order.id, reason: 'muscle pain' }),
    ]);
    const clarithromycin = detail('clarithromycin 500 mg tablet', 500);
    const simvastatin = detail('simvastatin 40 mg tablet', 40);
    const says = (...args: Parameters<typeof orderAlerts>) =>
      orderAlerts(...args).map(({ code, message }) => [code, message]);
    expect(says(held, simvastatin, knowledge)).toEqual([
      [
        'duplicate-order',
        'An order with the same ingredient is on hold, and may be resumed: simvastatin 20 mg tablet.',
      ],
    ]);
    expect(says(held, clarithromycin, knowledge)).toEqual([
      [
        'interaction',
        'Interaction with simvastatin 20 mg tablet (on hold, and may be resumed): Muscle damage: stop one',
      ],
    ]);
    expect(says(held, simvastatin, knowledge, { changes: order.id })).toEqual([]);
    const beside = { together: [clarithromycin, detail('simvastatin 20 mg tablet', 20)] };
    expect(says(chartOf([]), simvastatin, knowledge, beside)).toEqual([
      ['duplicate-order', 'Another order of this set has the same ingredient: simvastatin 20 mg tablet.'],
      ['interaction', 'Interaction with clarithromycin 500 mg tablet of this set: Muscle damage: stop one'],
    ]);
  });
});

describe('an order that is changed', () => {
  it('ends when the newer one is signed, keeps its doses, and is no duplicate of it', () => {
    const old = orderFor('metoprolol 25 mg tablet', { type: 'every', hours: 12 });
    const chart = chartOf([old]);
    expect(orderAlerts(chart, detail('metoprolol 50 mg tablet', 50), undefined, { changes: old.id })).toEqual(
      [],
    );
    const newer = anEntry('order-signed', {
      author: DOCTOR,
      changes: old.id,
      detail: detail('metoprolol 50 mg tablet', 50, 12),
      overrides: [],
      effectiveAt: at(5),
    });
    const after = chartOf([old, newer], { now: at(10) });
    expect(after.orders.find(({ id }) => id === old.id)).toMatchObject({
      state: 'stopped',
      stoppedReason: `Changed by ${DOCTOR.name}: see the newer order`,
      stoppedAt: at(5),
    });
    expect(after.orders.find(({ id }) => id === newer.id)?.state).toBe('active');
    expect(after.dueDoses.filter(({ order, dueAt }) => order === old.id && dueAt > at(5))).toEqual([]);
  });
});

describe('an order that is resumed', () => {
  const limited = { limits: [{ unit: 'mg', high: 40 }] };
  const codes = (chart: Chart, held: ChartOrder) =>
    resumeAlerts(chart, held, {
      formulary: openFormulary([drug('simvastatin 80 mg tablet', limited)]),
      interactions: [{ a: 'simvastatin', b: 'clarithromycin', says: 'Muscle damage' }],
    }).map(({ code }) => code);

  it('is judged as at its signing, by what is on the chart now, and is no duplicate of itself', () => {
    const order = orderFor(
      'simvastatin 80 mg tablet',
      { type: 'every', hours: 24 },
      { dose: { value: 80, unit: 'mg' } },
    );
    const hold = anEntry('order-held', { author: DOCTOR, order: order.id, reason: 'muscle pain' });
    const since = orderFor('clarithromycin 500 mg tablet', { type: 'every', hours: 12 });
    const again = orderFor('simvastatin 20 mg tablet', { type: 'every', hours: 24 });
    const on = (...more: OpenedEntry[]): string[] => {
      const chart = chartOf([order, hold, ...more]);
      return codes(chart, chart.orders.find(({ id }) => id === order.id)!);
    };
    expect(on()).toEqual(['dose-high']);
    expect(on(since, again)).toEqual(['duplicate-order', 'interaction', 'dose-high']);
  });

  it('has no dose to judge where the EHR did not say it', () => {
    const order = orderFor(
      'simvastatin 80 mg tablet',
      { type: 'every', hours: 24 },
      { dose: { value: 80, unit: 'mg' } },
    );
    const chart = chartOf([order]);
    expect(codes(chart, { ...chart.orders[0]!, incomplete: ['dose'] })).toEqual([]);
  });
});

describe('what was charted is read by the dose', () => {
  const glucose = (value: number, minutes: number) =>
    anEntry('glucose-measured', { value, unit: 'mg/dL', sample: 'capillary', effectiveAt: at(minutes) });
  it('a glucose of the last hour holds for insulin; an older one is measured again; a low one stops it', () => {
    expect(freshGlucose(chartOf([glucose(140, -59)]), NOW)?.glucose).toEqual({ value: 140, unit: 'mg/dL' });
    expect(freshGlucose(chartOf([glucose(140, -61)]), NOW)).toBeUndefined();
    const codes = (entries: OpenedEntry[]) =>
      insulinAlerts(chartOf(entries), undefined, NOW).map(({ code }) => code);
    expect(codes([glucose(140, -61)])).toEqual(['glucose-old']);
    expect(codes([glucose(69, -5)])).toEqual(['glucose-low']);
    expect(codes([glucose(70, -5)])).toEqual([]);
    expect(insulinAlerts(chartOf([]), { value: 3.9, unit: 'mmol/L' }, NOW)[0]?.code).toBe('glucose-low');
  });

  it('a glucose that a dose was decided by grows no younger by it', () => {
    const order = orderFor('insulin lispro', { type: 'every', hours: 4 });
    const dose = (more: { glucoseMeasuredAt?: string }) =>
      anEntry('medication-administration', {
        order: order.id,
        medication: { text: 'insulin lispro' },
        outcome: 'given',
        dose: { value: 4, unit: 'units' },
        overrides: [],
        glucose: { value: 140, unit: 'mg/dL' },
        effectiveAt: at(-50),
        ...more,
      });
    expect(freshGlucose(chartOf([order, dose({ glucoseMeasuredAt: at(-100) })]), NOW)).toBeUndefined();
    expect(freshGlucose(chartOf([order, dose({})]), NOW)?.at).toBe(at(-50));
  });

  it('a value that the meter shows in the other unit is asked again before insulin is given by it', () => {
    const typed = (value: number, unit: 'mg/dL' | 'mmol/L') =>
      insulinAlerts(chartOf([]), { value, unit }, NOW).map(({ code, severity }) => [code, severity]);
    // A low of 40 mg/dL, read as mmol/L, would be a very high one.
    expect(typed(40, 'mmol/L')).toEqual([['glucose-unusual', 'confirm']]);
    expect(typed(7, 'mg/dL')).toEqual([
      ['glucose-unusual', 'confirm'],
      ['glucose-low', 'stop-and-think'],
    ]);
    expect(typed(142, 'mg/dL')).toEqual([]);
    expect(typed(7.9, 'mmol/L')).toEqual([]);
  });
});

describe('infusions in the fluid balance', () => {
  const turn = (
    action: 'started' | 'rate-changed' | 'paused' | 'stopped',
    minutes: number,
    more: { rateMlPerHour?: number; pumpMl?: number } = {},
  ) =>
    anEntry('infusion-charted', {
      order: 'c'.repeat(32),
      medication: { text: 'sodium chloride 0.9 %' },
      action,
      overrides: [],
      effectiveAt: at(minutes),
      ...more,
    });
  it('count by rate and time, each shift its own part', () => {
    const chart = chartOf([
      turn('started', -240, { rateMlPerHour: 100 }),
      turn('rate-changed', -120, { rateMlPerHour: 50 }),
      turn('paused', -60),
    ]);
    const fluids = infusionFluids(chart.infusions, NOW);
    expect(fluidTotals(fluids)).toMatchObject({ inMl: 250, outMl: 0, byRoute: { iv: 250 } });
    // NOW is 08:05 in Chicago: what ran before 06:00 there belongs to the day before.
    const days = fluidBalance(fluids, { shifts: ['06:00', '14:00', '22:00'], timeZone: 'America/Chicago' });
    expect(days.map(({ totals }) => totals.inMl)).toEqual(
      [50 + (5 / 60) * 100, 200 - (5 / 60) * 100].map((ml) => Math.round(ml * 10) / 10),
    );
  });

  it('the pump’s word counts before any calculation', () => {
    const chart = chartOf([
      turn('started', -120, { rateMlPerHour: 100 }),
      turn('stopped', -60, { pumpMl: 92 }),
    ]);
    expect(fluidTotals(infusionFluids(chart.infusions, NOW)).inMl).toBe(92);
  });

  it('LAW: what the balance counts is what the infusion’s own card shows', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ after: fc.integer({ min: 1, max: 300 }), rate: fc.integer({ min: 1, max: 400 }) }),
          {
            minLength: 1,
            maxLength: 6,
          },
        ),
        (steps) => {
          let minutes = -3000;
          const turns = steps.map(({ after, rate }, index) => {
            minutes += after;
            return turn(index === 0 ? 'started' : 'rate-changed', minutes, { rateMlPerHour: rate });
          });
          const chart = chartOf(turns);
          expect(fluidTotals(infusionFluids(chart.infusions, NOW)).inMl).toBeCloseTo(
            chart.infusions[0]!.inMl,
            0,
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('order sets', () => {
  it('are a list in JSON; what no form knows is refused by name', () => {
    const set = {
      id: 'chest-pain',
      title: 'Chest pain, first hour',
      orders: [
        {
          category: 'medication',
          what: 'aspirin 300 mg tablet',
          dose: 300,
          unit: 'mg',
          route: 'PO',
          frequency: 'stat',
        },
        { category: 'laboratory', what: 'Troponin', priority: 'stat', chosen: false },
      ],
    };
    expect(OrderSet.parse(set).orders).toHaveLength(2);
    expect(OrderSet.safeParse({ ...set, orders: [{ category: 'magic', what: 'x' }] }).success).toBe(false);
    expect(OrderSet.safeParse({ ...set, orders: [] }).success).toBe(false);
  });
});
