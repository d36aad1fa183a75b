import { describe, expect, it } from 'vitest';
import {
  type BoardRow,
  foldChart,
  type OpenedEntry,
  toBoardRow,
  wardConflicts,
} from '../../src/clinical/index.ts';
import { jaroWinkler } from '../../src/matching/index.ts';
import { aSnapshot, NOW, PATIENT, registered } from './builders.ts';
import { bed, OTHER, settle } from './conflict-builders.ts';

const of = <E extends OpenedEntry>(patient: string, entry: E): E => ({ ...entry, patient });

describe('conflicts of the ward', () => {
  const ward = (
    charts: Record<string, OpenedEntry[]>,
    snapshots: Record<string, { bed?: string; value?: string }> = {},
  ) =>
    Object.entries({ ...Object.fromEntries(Object.keys(snapshots).map((id) => [id, []])), ...charts }).map(
      ([patient, entries]): BoardRow => {
        const ehr = snapshots[patient];
        return toBoardRow(
          foldChart({
            patient,
            entries,
            now: NOW,
            ...(ehr
              ? {
                  snapshot: aSnapshot({
                    id: patient,
                    bed: ehr.bed,
                    name: { family: `Family${patient[0]}`, given: 'G' },
                    birthDate: `19${patient.charCodeAt(0)}-01-01`.slice(0, 4),
                    numbers: [{ kind: 'MR', value: ehr.value ?? `M${patient[0]}` }],
                  }),
                  snapshotAsOf: NOW,
                }
              : {}),
          })!,
        );
      },
    );
  const between = (rows: BoardRow[]) => wardConflicts(rows, jaroWinkler);

  it('two patients in one bed: one stays, the other has no bed until somebody says', () => {
    const mine = of(PATIENT, bed('12', '1'));
    const other = of(OTHER, bed('bed 12', '2'));
    const snapshots = { [PATIENT]: { bed: '1' }, [OTHER]: { bed: '2' } };
    const [conflict] = between(ward({ [PATIENT]: [mine], [OTHER]: [other] }, snapshots));
    expect(conflict).toMatchObject({ kind: 'two-in-one-bed', patients: [PATIENT, OTHER].sort(), bed: '12' });
    const settled = settle(conflict!, /FAMILYA, G in bed 12;/);
    expect(settled.map(({ patient }) => patient)).toEqual([PATIENT, OTHER].sort());
    const rows = ward(
      {
        [PATIENT]: [mine, ...settled.filter((e) => e.patient === PATIENT)],
        [OTHER]: [other, ...settled.filter((e) => e.patient === OTHER)],
      },
      snapshots,
    );
    expect(between(rows)).toEqual([]);
    expect(rows.map((row) => row.bed)).toEqual(['12', undefined]);
  });

  it('a bed of the EHR against one charted here; the EHR alone is its own affair', () => {
    const snapshots = { [PATIENT]: { bed: '3' }, [OTHER]: { bed: '3' } };
    expect(between(ward({}, snapshots))).toEqual([]);
    const moved = { [OTHER]: [of(OTHER, bed('3', '1'))] };
    const [conflict] = between(ward(moved, snapshots));
    expect(conflict?.sides.map(({ kind }) => kind).sort()).toEqual(['bed-assigned', 'ehr']);
    const settled = settle(conflict!, /FAMILYC, G in bed 3;/);
    const of1 = settled.filter((entry) => entry.patient === PATIENT);
    expect(ward({ [PATIENT]: of1 }, { [PATIENT]: { bed: '3' } })[0]?.bed).toBeUndefined();
    // The EHR's next bed is not the one that lost.
    expect(ward({ [PATIENT]: of1 }, { [PATIENT]: { bed: '5' } })[0]?.bed).toBe('5');
  });

  it('one patient registered on two tablets: by name and birth date, by EHR number, by bed and a name alike', () => {
    const twice = (a: Parameters<typeof registered>[0], b: Parameters<typeof registered>[0]) =>
      between(ward({ [PATIENT]: [registered(a)], [OTHER]: [of(OTHER, registered(b))] })).map(
        ({ kind }) => kind,
      );
    const kowalski = { name: { family: 'Kowalski', given: 'Jan' }, birthDate: '1951-03-04' };
    expect(twice(kowalski, { ...kowalski, name: { family: 'KOWALSKÍ', given: 'jan' } })).toEqual([
      'registered-twice',
    ]);
    expect(twice(kowalski, { ...kowalski, birthDate: '1952-03-04' })).toEqual([]);
    const elsewhere = { name: { family: 'Smith', given: 'Anna' }, birthDate: '1980-01-01' };
    expect(
      twice({ ...kowalski, claimedEhrNumber: '44-10 22' }, { ...elsewhere, claimedEhrNumber: '441022' }),
    ).toEqual(['registered-twice']);
    expect(
      twice(
        { ...kowalski, bed: '4' },
        { name: { family: 'Kowalsky', given: 'Jan' }, birthDate: '1915-04-03', bed: '4' },
      ),
    ).toEqual(['registered-twice']);
    expect(twice({ ...kowalski, bed: '4' }, { ...elsewhere, bed: '4' })).toEqual(['two-in-one-bed']);
    expect(
      between(
        ward({ [PATIENT]: [registered({ claimedEhrNumber: 'M99' })] }, { [OTHER]: { value: 'M99' } }),
      ).map(({ kind }) => kind),
    ).toEqual(['registered-twice']);
  });

  it('"same person" and "different people" settle it under both patients; half a settlement does not', () => {
    const [mine, other] = [registered({ bed: '4' }), of(OTHER, registered({ bed: '4' }))];
    const [conflict] = between(ward({ [PATIENT]: [mine], [OTHER]: [other] }));
    const rowsAfter = (entries: OpenedEntry[]) =>
      ward({
        [PATIENT]: [mine, ...entries.filter(({ patient }) => patient === PATIENT)],
        [OTHER]: [other, ...entries.filter(({ patient }) => patient === OTHER)],
      });
    const same = settle(conflict!, /Same person/, '5');
    expect(between(rowsAfter(same))).toEqual([]);
    expect(rowsAfter(same).map(({ samePersonAs }) => samePersonAs)).toEqual([[OTHER], [PATIENT]]);
    expect(between(rowsAfter(same.slice(0, 1))).map(({ kind }) => kind)).toEqual(['registered-twice']);
    const different = settle(conflict!, /Different people/, '6');
    expect(between(rowsAfter(different)).map(({ kind }) => kind)).toEqual(['two-in-one-bed']);
    const [disputed] = between(rowsAfter([...same, ...different]));
    expect(disputed?.overrules).toHaveLength(4);
    expect(rowsAfter([...same, ...different])[0]?.samePersonAs).toEqual([]);
    expect(between(rowsAfter([...same, ...different, ...settle(disputed!, /Same person/, '7')]))).toEqual([]);
  });

  const twoRegistered = (a: Parameters<typeof registered>[0], b: Parameters<typeof registered>[0]) =>
    between(ward({ [PATIENT]: [registered(a)], [OTHER]: [of(OTHER, registered(b))] }));

  it('the same name and a date of birth that is not known in full may be one person', () => {
    const named = { name: { family: 'Kowalski', given: 'Jan' }, sex: 'male' as const };
    const asks = (a: string | undefined, b: string | undefined, other = {}) =>
      twoRegistered(
        { ...named, ...(a ? { birthDate: a } : { birthDate: undefined }) },
        { ...named, ...(b ? { birthDate: b } : { birthDate: undefined }), ...other },
      ).map(({ message }) => message);
    const said = ['They may be one person: same name, and a date of birth is not known in full.'];
    expect(asks('1951', '1951-03-04')).toEqual(said);
    expect(asks('1951-03', '1951')).toEqual(said);
    expect(asks(undefined, '1951-03-04')).toEqual(said);
    expect(asks(undefined, undefined)).toEqual(said);
    expect(asks('1951', '1952')).toEqual([]);
    expect(asks('1951', '1952-03-04')).toEqual([]);
    expect(asks('1951', '1951', { sex: 'female' })).toEqual([]);
    expect(asks('1951', '1951', { name: { family: 'Kowalski', given: 'Piotr' } })).toEqual([]);
    expect(asks('1951-03-04', '1951-03-04', { name: { family: 'Kowalski', given: '' } })).toEqual([
      'They may be one person: same name and date of birth.',
    ]);
  });

  it('stand-in names say nothing of who is meant: a bed with two unknown patients always asks', () => {
    const unknown = (word: string, sex: 'male' | 'female') => ({
      nameUnknown: true,
      name: { family: sex === 'male' ? 'Unknown Male' : 'Unknown Female', given: word },
      sex,
      birthDate: undefined,
      bed: '4',
    });
    for (const word of ['Alpha-12', 'Zulu-99'])
      expect(
        twoRegistered(unknown('Alpha-07', 'male'), unknown(word, 'male')).map((one) => one.message),
      ).toEqual(['They may be one person: same bed, and neither name is known.']);
    expect(
      twoRegistered(unknown('Alpha-07', 'male'), unknown('Alpha-07', 'female')).map(({ kind }) => kind),
    ).toEqual(['two-in-one-bed']);
  });

  it('namesakes in one bed are counted as patients and told apart by their numbers', () => {
    const [mine, other] = [
      registered({ bed: '4', birthDate: '1951-03-04', number: { kind: 'MRT', value: 'DA10001X' } }),
      of(
        OTHER,
        registered({ bed: '4', birthDate: '1980-01-01', number: { kind: 'MRT', value: 'DB20002Y' } }),
      ),
    ];
    const rows = (entries: OpenedEntry[]) =>
      ward({
        [PATIENT]: [mine, ...entries.filter(({ patient }) => patient === PATIENT)],
        [OTHER]: [other, ...entries.filter(({ patient }) => patient === OTHER)],
      });
    const [twice] = between(rows([]));
    const [conflict] = between(rows(settle(twice!, /Different people/)));
    expect(conflict?.kind).toBe('two-in-one-bed');
    expect(conflict?.message).toMatch(/^Bed 4 has 2 patients: .*\(DA10001X\) and .*\(DB20002Y\)\.$/);
    expect(new Set(conflict?.sides.map(({ says }) => says)).size).toBe(2);
  });
});
