import { describe, expect, it } from 'vitest';
import { describeEntry, toBoardRow, wardConflicts } from '../../src/clinical/index.ts';
import { jaroWinkler } from '../../src/matching/index.ts';
import { anEntry, givenFor, NOW, orderFor, PATIENT, registered } from './builders.ts';
import { conflictsOf, fold, on, settle } from './conflict-builders.ts';

/** What has gone wrong elsewhere (FAILURES.md), where no other test names its number. */
describe('failures of others, numbers 37, 38, 40 and 41', () => {
  it('a conflict answers to nobody’s moment: it stands in every fold until a person settles it (FAILURES 37)', () => {
    const order = orderFor('metoprolol 25 mg tablet', { type: 'every', hours: 12 });
    const twice = ['b', 'c'].map((log) => ({ ...givenFor(order.id, { dueAt: NOW }), ...on(log) }));
    const entries = [registered(), order, ...twice];
    const [conflict] = conflictsOf(entries);
    expect(conflict?.kind).toBe('same-dose-twice');
    // Days later, on any replica, in any order: the same work item, by the same name.
    const later = conflictsOf(entries.toReversed(), { now: '2026-12-01T08:00:00.000Z' });
    expect(later.map(({ id }) => id)).toEqual([conflict?.id]);
    expect(toBoardRow(fold(entries)).conflicts.map(({ id }) => id)).toEqual([conflict?.id]);
    const settled = settle(conflict!, /./);
    expect(conflictsOf([...entries, ...settled])).toEqual([]);
  });

  it('an edit of what somebody marked as an error is not lost: both stand, and a person is asked (FAILURES 38)', () => {
    const note = anEntry('note', { noteType: 'nursing', text: 'Slept well' }, on('b'));
    const error = anEntry('entered-in-error', { replaces: note.id, reason: 'Other patient' }, on('c'));
    const edit = anEntry(
      'note',
      { noteType: 'nursing', text: 'Slept well until 04:00', replaces: note.id, reason: 'More known' },
      on('d'),
    );
    const chart = fold([registered(), note, error, edit]);
    expect(chart.notes.find(({ id }) => id === edit.id)?.standing).toBe('concurrent');
    expect(chart.history.map(({ id }) => id)).toEqual(expect.arrayContaining([note.id, error.id, edit.id]));
    expect(chart.conflicts.map(({ kind }) => kind)).toEqual(['concurrent-amendment']);
  });

  it('an entry is read without the definition that it was made by: codes and words travel in it (FAILURES 40)', () => {
    const screen = anEntry('screen-recorded', {
      screen: { id: 'of-a-later-version', title: 'A score of next year' },
      answers: [{ id: 'q1', text: 'Is it so?', answer: 'Yes', score: 2 }],
      total: 2,
    });
    expect(describeEntry(screen.body)).toEqual({
      title: 'A score of next year',
      text: 'Total 2. Is it so?: Yes',
    });
    const form = anEntry('form-answered', {
      form: { id: 'gone', title: 'A form that was withdrawn' },
      status: 'completed',
      items: [{ linkId: '1', text: 'How many?', answer: [{ valueCoding: { code: 'x', display: 'Three' } }] }],
    });
    expect(describeEntry(form.body).text).toBe('How many?: Three');
    // A kind that this version does not know is kept and shown as such.
    const chart = fold([registered(), { ...form, ...on('z'.replace('z', 'f')), body: null }]);
    expect(chart.history.some(({ body }) => body === null)).toBe(true);
  });

  it('one person registered twice keeps both numbers; a person decides, by the evidence, and may undo it (FAILURES 41)', () => {
    const row = (patient: string, number: string) =>
      toBoardRow(
        fold(
          [
            {
              ...registered({ number: { kind: 'MRT', value: number } }),
              ...on(number[1]!.toLowerCase()),
              patient,
            },
          ],
          { patient },
        ),
      );
    const rows = [row(PATIENT, 'DA00017'), row('e'.repeat(32), 'DB00018')];
    const [conflict] = wardConflicts(rows, jaroWinkler);
    expect(conflict).toMatchObject({ kind: 'registered-twice', patients: expect.arrayContaining([PATIENT]) });
    expect(rows.map(({ number }) => number?.value)).toEqual(['DA00017', 'DB00018']);
    const linked = anEntry('patient-linked', { ehrPatient: 'ehr-9' } as never);
    const undone = anEntry('patient-unlinked', { replaces: linked.id, reason: 'Another person' } as never);
    const before = fold([registered(), linked]);
    const after = fold([registered(), linked, undone]);
    expect([before.link, after.link]).toEqual([{ ehrPatient: 'ehr-9' }, undefined]);
    expect(after.identity.numbers).toEqual(before.identity.numbers);
  });
});
