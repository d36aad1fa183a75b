import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BoardRow, type OpenedEntry, toBoardRow, wardConflicts } from '../../src/clinical/index.ts';
import { anEntry, NOW, PATIENT, registered } from './builders.ts';
import { bed, fold, OTHER, on, settle } from './conflict-builders.ts';

const NAMES: Record<string, string> = { '4-west': '4 West', '5-east': '5 East', '6-north': '6 North' };
const EARLIER = '2026-11-24T09:00:00.000Z';
const LATER = '2026-11-24T18:00:00.000Z';

/** The record lists entries by log and place. */
const listOf = (entries: readonly OpenedEntry[]) =>
  [...Map.groupBy(entries, ({ id }) => id.slice(0, 32))].map(([log, own]) => ({
    log,
    seqs: own.map(({ id }) => Number(id.slice(33))),
  }));

const moved = (
  from: string,
  to: string,
  inBed: string,
  log: string,
  more: { replaces?: string; record?: OpenedEntry[]; effectiveAt?: string } = {},
) =>
  anEntry(
    'patient-moved',
    {
      from,
      to,
      fromName: NAMES[from]!,
      toName: NAMES[to]!,
      bed: inBed,
      record: listOf(more.record ?? []),
      ...(more.replaces === undefined ? {} : { replaces: more.replaces }),
      ...(more.effectiveAt === undefined ? {} : { effectiveAt: more.effectiveAt }),
    },
    on(log),
  );

const seenFrom = (ward: string, entries: OpenedEntry[]) => fold(entries, { ward });
const places = (ward: string, entries: OpenedEntry[]) =>
  seenFrom(ward, entries).elsewhere?.places.map((place) => `${place.wardName} ${place.bed}`);

describe('a patient who went to another ward', () => {
  it('is there in its bed, and on the old ward nowhere but where it went', () => {
    const bedHere = bed('3', '1');
    const move = moved('4-west', '5-east', '12', '2', { replaces: bedHere.id });
    const entries = [registered(), bedHere, move];
    expect(seenFrom('5-east', entries).identity.bed).toBe('12');
    expect(seenFrom('5-east', entries).elsewhere).toBeUndefined();
    expect(places('4-west', entries)).toEqual(['5 East 12']);
    expect(seenFrom('4-west', entries).identity.bed).toBeUndefined();
    expect(seenFrom('4-west', entries).conflicts).toEqual([]);
  });

  it('leaves a bed that somebody else may have, and takes one that nobody else has there', () => {
    const move = moved('4-west', '5-east', '12', '2');
    const row = (ward: string, patient: string, entries: OpenedEntry[]): BoardRow =>
      toBoardRow(
        fold(
          entries.map((entry) => ({ ...entry, patient })),
          { ward, patient },
        ),
      );
    const person = (name: string) =>
      registered({ name: { family: name, given: 'A' }, birthDate: '1980-01-01', bed: '3' });
    const gone = row('4-west', PATIENT, [person('Kowalski'), bed('3', '1'), move]);
    const next = row('4-west', OTHER, [person('Mbeki'), bed('3', '7')]);
    const same = () => 0;
    expect(wardConflicts([gone, next], same)).toEqual([]);

    const arrived = row('5-east', PATIENT, [person('Kowalski'), move]);
    const lies = row('5-east', OTHER, [person('Mbeki'), bed('12', '8')]);
    expect(wardConflicts([arrived, lies], same).map(({ kind }) => kind)).toEqual(['two-in-one-bed']);
  });

  it('is no conflict with a bed that it had lain in before, whoever brings that word late', () => {
    const move = moved('4-west', '5-east', '12', '2', { effectiveAt: NOW });
    const before = { ...bed('7', '3') };
    const late = { ...before, body: { ...before.body, effectiveAt: EARLIER } };
    expect(seenFrom('5-east', [registered(), move, late]).conflicts).toEqual([]);
    // Said to lie there after having left: two words that cannot both be true.
    const after = { ...before, body: { ...before.body, effectiveAt: LATER } };
    const [conflict] = seenFrom('5-east', [registered(), move, after]).conflicts;
    expect(conflict?.kind).toBe('two-beds');
    expect(conflict?.message).toMatch(/12 \(5 East\)/);
  });

  it('changes beds there, goes on, and comes back, each time without a conflict', () => {
    const first = moved('4-west', '5-east', '12', '2');
    const other = bed('14', '5', { replaces: first.id });
    const there = [registered(), first, other];
    expect(seenFrom('5-east', there).identity.bed).toBe('14');
    expect(places('4-west', there)).toEqual(['5 East 14']);

    const on6 = [...there, moved('5-east', '6-north', '2', '6', { replaces: other.id })];
    expect(places('4-west', on6)).toEqual(['6 North 2']);
    expect(places('5-east', on6)).toEqual(['6 North 2']);
    expect(seenFrom('6-north', on6).identity.bed).toBe('2');

    const back = [...there, moved('5-east', '4-west', '3', '6', { replaces: other.id })];
    expect(seenFrom('4-west', back).elsewhere).toBeUndefined();
    expect(seenFrom('4-west', back).identity.bed).toBe('3');
    for (const ward of Object.keys(NAMES))
      for (const entries of [there, on6, back]) expect(seenFrom(ward, entries).conflicts).toEqual([]);
  });

  it('sent to two wards by two tablets is for a person to settle, and then in one place', () => {
    const [a, b] = [moved('4-west', '5-east', '12', '2'), moved('4-west', '6-north', '2', '3')];
    const entries = [registered(), a, b];
    expect(places('4-west', entries)).toEqual(['5 East 12', '6 North 2']);
    const [conflict] = seenFrom('4-west', entries).conflicts;
    expect(conflict?.message).toBe('Charted in bed 12 (5 East) and in bed 2 (6 North).');
    // The same conflict on each ward, so that one tap settles it on all.
    expect(seenFrom('6-north', entries).conflicts.map(({ id }) => id)).toEqual([conflict!.id]);
    const settled = [...entries, ...settle(conflict!, /6 North/)];
    expect(places('4-west', settled)).toEqual(['6 North 2']);
    expect(seenFrom('6-north', settled).conflicts).toEqual([]);
  });

  it('is where it was when the move was a mistake', () => {
    const bedHere = bed('3', '1');
    const move = moved('4-west', '5-east', '12', '2');
    const mark = anEntry('entered-in-error', { replaces: move.id, reason: 'another patient' }, on('2'));
    const entries = [registered(), bedHere, move, mark];
    expect(seenFrom('4-west', entries).elsewhere).toBeUndefined();
    expect(seenFrom('4-west', entries).identity.bed).toBe('3');
  });

  it('shows how much of the record is here, and no packet as an entry', () => {
    const notes = ['a', 'b', 'c'].map((text) => anEntry('note', { noteType: 'nursing', text }, on('1')));
    const move = moved('4-west', '5-east', '12', '2', { record: [registered(), ...notes] });
    const packet = anEntry('record-moved', { openings: [], keys: [], entries: [] }, on('2'));
    const chart = seenFrom('5-east', [move, packet, ...notes.slice(0, 2)]);
    expect(chart.arrival).toMatchObject({ fromName: '4 West', listed: 4, here: 2 });
    expect(chart.history).toHaveLength(3);
    expect(toBoardRow(chart).arrival).toEqual(chart.arrival);
  });

  it('comes to the same place in any order of arrival, with repeats', () => {
    const bedHere = bed('3', '1');
    const first = moved('4-west', '5-east', '12', '2', { replaces: bedHere.id, record: [bedHere] });
    const other = bed('14', '5', { replaces: first.id });
    const rival = moved('4-west', '6-north', '2', '3');
    const onward = moved('5-east', '6-north', '9', '6', { replaces: other.id });
    const entries: OpenedEntry[] = [registered(), bedHere, first, other, rival, onward];
    fc.assert(
      fc.property(
        fc
          .subarray(entries)
          .chain((some) =>
            fc.tuple(
              fc.constant(some),
              fc.shuffledSubarray(some, { minLength: some.length }),
              fc.subarray(some),
            ),
          ),
        fc.constantFrom(...Object.keys(NAMES)),
        ([some, shuffled, repeats], ward) => {
          expect(fold([...repeats, ...shuffled], { ward })).toEqual(fold(some, { ward }));
        },
      ),
    );
  });
});
