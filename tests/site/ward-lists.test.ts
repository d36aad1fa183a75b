import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedBy, listsToKeep, wordsOn } from '../../src/site/index.ts';

const [ANNE, BEN, CLEO] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];
const aList = (minute: number, ...patients: string[]) => ({
  asOf: `2026-11-24T14:${String(minute).padStart(2, '0')}:00.000Z`,
  patients: patients.map((patient) => ({ patient, blob: `${patient} at ${minute}` })),
});
const nobody = () => false;

describe('a patient whom the EHR has discharged', () => {
  const lists = [aList(0, ANNE, BEN), aList(5, ANNE, BEN), aList(10, ANNE)];

  it('is nobody of the ward from the first list on that leaves them out, though older lists still lie here', () => {
    expect(wordsOn(lists, BEN, false)).toEqual([]);
    expect(changedBy(lists[2]!, lists[1])).toContain(BEN);
    expect(wordsOn(lists, ANNE, false).map(({ list, left }) => [list.asOf, left])).toEqual(
      lists.toReversed().map(({ asOf }) => [asOf, false]),
    );
  });

  it('keeps what the EHR said last while something is charted, however many lists come after', () => {
    expect(wordsOn(lists, BEN, true)[0]).toMatchObject({ blob: `${BEN} at 5`, left: true });
    let kept = lists.slice(0, 1);
    for (const next of [...lists.slice(1), ...[15, 20, 25].map((minute) => aList(minute, ANNE, CLEO))])
      kept = listsToKeep([...kept, next], (patient) => patient === BEN);
    expect(kept.map(({ asOf }) => asOf.slice(14, 16)).sort()).toEqual(['05', '20', '25']);
    expect(wordsOn(kept, BEN, true)[0]).toMatchObject({ blob: `${BEN} at 5`, left: true });
    // Settled and purged: nothing asks for it any more.
    expect(
      listsToKeep(kept, nobody)
        .map(({ asOf }) => asOf.slice(14, 16))
        .sort(),
    ).toEqual(['20', '25']);
  });

  it('law: whoever is charted keeps the last word on them, whoever is not costs no list, in whatever order lists lie', () => {
    const ward = fc.array(fc.subarray([ANNE, BEN, CLEO]), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(ward, fc.subarray([ANNE, BEN, CLEO]), (census, charted) => {
        const all = census.map((patients, minute) => aList(minute, ...patients));
        let kept: typeof all = [];
        for (const list of all) kept = listsToKeep([...kept, list], (patient) => charted.includes(patient));
        expect(kept.length).toBeLessThanOrEqual(2 + charted.length);
        for (const patient of charted)
          expect(wordsOn(kept.toReversed(), patient, true)[0]).toEqual(wordsOn(all, patient, true)[0]);
        for (const patient of [ANNE, BEN, CLEO])
          expect(wordsOn(kept, patient, false).length > 0).toBe(
            all.at(-1)!.patients.some((item) => item.patient === patient),
          );
      }),
    );
  });
});
