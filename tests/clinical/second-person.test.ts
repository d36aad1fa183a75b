import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ageInYears,
  countDifference,
  DrugCount,
  foldChart,
  leastAgeInYears,
  MedicationAdministration,
  type Schedule,
  SECOND_PERSON_GROUPS,
  secondPersonFor,
} from '../../src/clinical/index.ts';
import { anEntry, DOCTOR, givenFor, NOW, NURSE, orderFor, PATIENT, registered } from './builders.ts';

describe('which doses ask for two people (medication.md, "Two people": the short default)', () => {
  it.each([
    ['insulin, regular', 'IV', 50, 'second-check'],
    ['insulin lispro', 'SC', 50, undefined],
    ['heparin sodium', 'IV', 50, 'second-check'],
    // As EHRs write it where they send no code.
    ['heparin sodium', 'Intravenous', 50, 'second-check'],
    ['heparin sodium', 'Injection, intravenous', 50, 'second-check'],
    ['heparin sodium', 'Intravenous route (qualifier value)', 50, 'second-check'],
    ['heparin sodium', 'intravenous or subcutaneous', 50, 'second-check'],
    ['heparin sodium', 'IVP', 50, 'second-check'],
    ['bupivacaine', 'Epidural route', 50, 'second-check'],
    ['gentamicin', 'Intramuscular use', 5, 'second-check'],
    ['gentamicin', 'Oral route', 5, undefined],
    ['enoxaparin', 'SC', 50, undefined],
    ['morphine 10 MG/ML injection', 'IV', 50, 'witness'],
    ['oxycodone 5 MG Oral Tablet', 'PO', 50, 'witness'],
    ['lorazepam 1 MG tablet', 'PO', 50, 'witness'],
    ['temazepam 15 MG Oral Capsule', 'PO', 50, 'witness'],
    ['oxymorphone hydrochloride 5 MG Oral Tablet', 'PO', 50, 'witness'],
    ['pregabalin 75 MG Oral Capsule', 'PO', 50, 'witness'],
    ['azaCITIDine 100 MG Injection', 'SC', 50, 'second-check'],
    ['bortezomib 3.5 MG Injection', 'SC', 50, 'second-check'],
    ['melphalan 2 MG Oral Tablet', 'PO', 50, 'second-check'],
    ['capecitabine 500 MG Oral Tablet', 'PO', 50, 'second-check'],
    // No cancer drug, for all its name.
    ['gabapentin 300 MG Oral Capsule', 'PO', 50, undefined],
    ['bupivacaine', 'EP', 50, 'second-check'],
    ['potassium chloride 2 mEq/mL concentrate', 'IV', 50, 'second-check'],
    ['potassium chloride 20 MEQ tablet', 'PO', 50, undefined],
    ['sodium chloride 3 % injection', 'IV', 50, 'second-check'],
    ['sodium chloride 0.9 % injection', 'IV', 50, undefined],
    ['3 % sodium chloride 250 mL', 'IV', 50, 'second-check'],
    ['hypertonic saline', 'IV', 50, 'second-check'],
    // As RxNorm writes strengths.
    ['sodium chloride 30 MG/ML Injection', 'IV', 50, 'second-check'],
    ['sodium chloride 9 MG/ML Injection', 'IV', 50, undefined],
    ['glucose 50 MG/ML / sodium chloride 9 MG/ML Injection', 'IV', 50, undefined],
    ['dextrose 5 % / sodium chloride 0.45 %', 'IV', 50, undefined],
    ['potassium phosphates 3 mmol/mL', 'IV', 50, 'second-check'],
    ['potassium chloride 0.04 MEQ/ML Injection', 'IV', 50, undefined],
    ['NovoRapid (aspart) 100 units/mL', 'IV', 50, 'second-check'],
    ['vinCRIStine 1 MG/ML', 'IV', 50, 'second-check'],
    ['Total parenteral nutrition', 'IV', 50, 'second-check'],
    ['ceftriaxone 1 g', 'IV', 50, undefined],
    ['ceftriaxone 1 g', 'IV', 7, 'second-check'],
    ['paracetamol 250 mg', 'PO', 7, undefined],
    // As hospitals write it.
    ['heparin 5000 units', 'IV push', 50, 'second-check'],
    ['ceftriaxone 1 g', 'IM injection', 7, 'second-check'],
    ['sodium chloride 4 MEQ/ML', 'IV', 50, 'second-check'],
    ['sodium chloride 0.154 MEQ/ML', 'IV', 50, undefined],
    ['potassium acetate 2 MEQ/ML', 'IV', 50, 'second-check'],
    ['potassium chloride 20 MEQ in 10 ML', 'IV', 50, 'second-check'],
    ['potassium chloride 20 MEQ in 1000 ML', 'IV', 50, undefined],
    ['ceftriaxone 1 g', 'IV', undefined, undefined],
  ] as const)('%s %s at %s years: %s', (text, route, age, as) => {
    expect(
      secondPersonFor({ medication: { text }, route, schedule: { type: 'once', stat: false } }, age)?.as,
    ).toBe(as);
  });

  it('what runs goes into a vein where its order does not say another way', () => {
    const insulin = (route: string, schedule: Schedule) =>
      secondPersonFor({ medication: { text: 'insulin regular' }, route, schedule }, 50)?.as;
    expect(insulin('not recorded', { type: 'continuous', rate: { value: 2, unit: 'units/hour' } })).toBe(
      'second-check',
    );
    expect(
      insulin('subcutaneous', { type: 'continuous', rate: { value: 2, unit: 'units/hour' } }),
    ).toBeUndefined();
    expect(insulin('not recorded', { type: 'every', hours: 6 })).toBeUndefined();
  });

  it('age counts from the birthday, and is not known from a year alone', () => {
    expect(ageInYears('2008-11-24', NOW)).toBe(18);
    expect(ageInYears('2008-11-25', NOW)).toBe(17);
    expect(ageInYears('2008', NOW)).toBeUndefined();
  });
});

describe('what a ward asks a second person for beside the short list', () => {
  const why = (
    text: string,
    route: string,
    further: { groups?: string[]; drugs?: string[] },
    schedule?: Schedule,
  ) =>
    secondPersonFor(
      { medication: { text }, route, schedule: schedule ?? { type: 'once', stat: false } },
      50,
      { groups: [], drugs: [], ...further },
    )?.why;
  const MEMBERS: [group: string, text: string, route: string, yes: boolean][] = [
    ['insulin', 'insulin lispro', 'SC', true],
    ['insulin', 'metformin 500 mg tablet', 'PO', false],
    ['antithrombotics', 'enoxaparin 40 mg', 'SC', true],
    ['antithrombotics', 'Coumadin 5 mg tablet', 'PO', true],
    ['antithrombotics', 'apixaban 5 mg tablet', 'PO', true],
    ['antithrombotics', 'aspirin 81 mg tablet', 'PO', false],
    ['sulfonylureas', 'glibenclamide 5 mg', 'PO', true],
    ['strong-dextrose', 'dextrose 50 % injection', 'IV', true],
    ['strong-dextrose', '20 % glucose', 'IV', true],
    ['strong-dextrose', 'glucose 500 MG/ML Injection', 'IV', true],
    ['strong-dextrose', 'dextrose 5 % / sodium chloride 0.45 %', 'IV', false],
    ['strong-dextrose', 'glucose 50 MG/ML / sodium chloride 9 MG/ML Injection', 'IV', false],
    ['magnesium', 'magnesium sulfate 40 mg/mL', 'IV', true],
    ['magnesium', 'magnesium oxide 400 mg tablet', 'PO', false],
    ['oxytocin', 'oxytocin 10 units/mL', 'IV', true],
    ['oxytocin', 'oxytocin 10 units/mL', 'IM', false],
    ['adrenergic', 'noradrenaline 4 mg', 'IV', true],
    ['adrenergic', 'metoprolol 5 mg', 'IV push', true],
    ['adrenergic', 'metoprolol 50 mg tablet', 'PO', false],
    ['epinephrine-under-the-skin', 'EPINEPHrine 1 mg/mL', 'SC', true],
    ['antiarrhythmics', 'lidocaine 2 %', 'IV', true],
    ['antiarrhythmics', 'lidocaine 5 % ointment', 'topical', false],
    ['inotropes', 'digoxin 0.25 mg', 'IV', true],
    ['inotropes', 'digoxin 0.25 mg tablet', 'PO', false],
    ['vasoactive', 'sodium nitroprusside', 'IV', true],
    ['anaesthetics', 'propofol 10 mg/mL', 'IV', true],
    ['neuromuscular-blockers', 'rocuronium 10 mg/mL', 'IV', true],
    ['promethazine', 'promethazine 25 mg', 'IM', true],
    ['promethazine', 'promethazine 25 mg tablet', 'PO', false],
    ['tranexamic-acid', 'tranexamic acid 100 mg/mL', 'IV', true],
    ['tranexamic-acid', 'tranexamic acid 650 mg tablet', 'PO', false],
    ['opium-tincture', 'opium tincture', 'PO', true],
    ['dialysis-solutions', 'peritoneal dialysis solution', 'intraperitoneal', true],
  ];

  it.each(MEMBERS)('%s: %s %s: %s', (group, text, route, yes) => {
    expect(why(text, route, {})).toBeUndefined();
    expect(why(text, route, { groups: [group] })).toBe(yes ? SECOND_PERSON_GROUPS[group]?.says : undefined);
  });

  it('has an example of each of its groups, and one of a newer version asks nothing', () => {
    const shown = new Set(MEMBERS.filter(([, , , yes]) => yes).map(([group]) => group));
    expect([...shown].sort()).toEqual(Object.keys(SECOND_PERSON_GROUPS).sort());
    expect(why('rocuronium', 'IV', { groups: ['of-a-newer-version'] })).toBeUndefined();
  });

  it('what runs without a way of its own runs into a vein here too', () => {
    const runs: Schedule = { type: 'continuous', rate: { value: 5, unit: 'mL/h' } };
    expect(why('norepinephrine', 'not recorded', { groups: ['adrenergic'] }, runs)).toBeDefined();
  });

  it('drugs of its own go by all words of their name', () => {
    const drugs = ['tranexamic acid', 'Sodium bicarbonate', 'EPO'];
    expect(why('tranexamic acid 650 mg tablet', 'PO', { drugs })).toBe(
      'tranexamic acid, on this ward’s list',
    );
    expect(why('sodium chloride 0.9 %', 'IV', { drugs })).toBeUndefined();
    expect(why('sodium bicarbonate 8.4 %', 'IV', { drugs })).toBeDefined();
    expect(why('EPO 4,000 units', 'SC', { drugs })).toBeDefined();
    expect(why('depot injection of something', 'IM', { drugs })).toBeUndefined();
  });

  it('LAW: never takes away what asks everywhere, nor changes who is asked and why', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          ['insulin, regular', 'IV'],
          ['heparin sodium', 'IV'],
          ['morphine 10 mg', 'IV'],
          ['bupivacaine', 'epidural'],
          ['methotrexate 2.5 mg tablet', 'PO'],
          ['potassium chloride 2 mEq/mL', 'IV'],
        ),
        fc.subarray(Object.keys(SECOND_PERSON_GROUPS)),
        fc.subarray(['heparin', 'morphine', 'methotrexate']),
        ([text, route], groups, drugs) => {
          const detail = {
            medication: { text: text! },
            route: route!,
            schedule: { type: 'once' as const, stat: false },
          };
          expect(secondPersonFor(detail, 50, { groups, drugs })).toEqual(secondPersonFor(detail, 50));
        },
      ),
    );
  });
});

describe('the count of a controlled drug', () => {
  it('holds exactly when before is given and wasted and after together', () => {
    const part = fc.integer({ min: 0, max: 5000 }).map((n) => n / 10);
    fc.assert(
      fc.property(part, part, part, fc.integer({ min: -3, max: 3 }), (given, wasted, after, slip) => {
        const count = { unit: 'tablets', before: given + wasted + after + slip, given, wasted, after };
        expect(countDifference(count)).toBe(slip);
        if (count.before >= 0) expect(DrugCount.safeParse(count).success).toBe(slip === 0);
      }),
    );
  });

  it('an entry with a wrong count is refused', () => {
    const { body } = givenFor('d'.repeat(32));
    const withCount = (after: number) =>
      MedicationAdministration.safeParse({
        ...body,
        second: { as: 'witness', count: { unit: 'mL', before: 10, given: 1, wasted: 1, after } },
      }).success;
    expect(withCount(8)).toBe(true);
    expect(withCount(9)).toBe(false);
  });
});

it('a signature stands beside its entry until it is marked as an error; nobody signs for themselves', () => {
  const order = orderFor('morphine', { type: 'as-needed' });
  const dose = givenFor(order.id);
  const own = anEntry('entry-witnessed', { entry: dose.id, as: 'witness', author: NURSE });
  const signed = anEntry('entry-witnessed', { entry: dose.id, as: 'witness', author: DOCTOR });
  const mark = anEntry('entered-in-error', { replaces: signed.id, reason: 'another dose', author: DOCTOR });
  const of = (...entries: (typeof signed | typeof mark)[]) =>
    foldChart({ patient: PATIENT, entries: [registered(), order, dose, ...entries], now: NOW })!.signatures[
      dose.id
    ];
  expect(of(own)).toBeUndefined();
  expect(of(own, signed)).toMatchObject([{ by: DOCTOR.name, as: 'witness' }]);
  expect(of(signed, mark)).toBeUndefined();
});

describe('a child of whom the year of birth alone is known', () => {
  it('is as young as the year allows', () => {
    expect(leastAgeInYears('2020', NOW)).toBe(5);
    expect(leastAgeInYears('2009-06', NOW)).toBe(17);
    expect(leastAgeInYears('1951-03-04', NOW)).toBe(75);
    expect(leastAgeInYears('2026', NOW)).toBe(0);
    expect(leastAgeInYears(undefined, NOW)).toBeUndefined();
  });
});
