import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asksForPin,
  type Draft,
  mayWrite,
  type OpenedEntry,
  Role,
  refusalToReplace,
  standings,
  type WardBody,
} from '../../src/clinical/index.ts';
import { anEntry, DOCTOR, NOW, NURSE, orderFor } from './builders.ts';
import { bed, fold, none, on } from './conflict-builders.ts';

const DESK = { id: '3'.repeat(32), name: 'Rita', role: 'records' as const };
const order = orderFor('morphine', { type: 'as-needed' });
const stopped = anEntry('order-stopped', { author: DOCTOR, order: order.id, reason: 'drowsy' }, on('1'));
const mark = (target: { id: string }, author: typeof NURSE | typeof DOCTOR = NURSE) =>
  anEntry('entered-in-error', { replaces: target.id, reason: 'a slip', author }, on('2'));
const noteOn = (target: { id: string }) =>
  anEntry('note', { noteType: 'nursing', text: 'awake now', replaces: target.id }, on('2'));
const over = (loser: { id: string }, winner: { id: string }, author: typeof NURSE | typeof DOCTOR = NURSE) =>
  anEntry(
    'conflict-settled',
    {
      author,
      conflict: 'two-beds',
      entries: [loser.id, winner.id].sort(),
      decision: 'these-hold',
      holds: [winner.id],
    },
    on('2'),
  );
const stateOf = (entries: OpenedEntry[]) => fold(entries).orders.find(({ id }) => id === order.id)?.state;
const charted = (entries: OpenedEntry[], of: { id: string }) => standings(entries).byId.get(of.id);
const finding = (...entries: OpenedEntry[]) => {
  const bodies = new Map<string, WardBody | null>(entries.map(({ id, body }) => [id, body]));
  return (ref: string) => bodies.get(ref) ?? undefined;
};

describe("a prescriber's word, when a tablet says that somebody else undid it", () => {
  it('an opioid that was stopped stays stopped, whatever a nurse writes, and the chart says so', () => {
    expect(stateOf([order, stopped])).toBe('stopped');
    const seven = bed('7', '3');
    for (const undoing of [mark(stopped), noteOn(stopped), over(stopped, seven)]) {
      const entries = [order, stopped, seven, undoing];
      expect(stateOf(entries), undoing.body.kind).toBe('stopped');
      expect(charted(entries, stopped)).toMatchObject({ standing: 'current', replacedBy: [] });
      expect(charted(entries, undoing)?.passedOver, undoing.body.kind).toMatch(/only/);
      expect(fold(entries).history).toHaveLength(4);
      expect(fold(entries).conflicts).toEqual([]);
    }
  });

  it('an order stays, and what is not about it in the entry that would undo it counts', () => {
    const note = noteOn(order);
    expect(stateOf([order, mark(order), note])).toBe('active');
    expect(fold([order, note]).notes).toMatchObject([{ id: note.id, standing: 'current' }]);
  });

  it('is undone by a clinician, and no nurse undoes that', () => {
    const undone = mark(stopped, DOCTOR);
    expect(stateOf([order, stopped, undone])).toBe('active');
    expect(charted([order, stopped, undone], undone)).not.toHaveProperty('passedOver');
    expect(stateOf([order, stopped, undone, mark(undone)])).toBe('active');
    expect(stateOf([order, stopped, undone, mark(undone, DOCTOR)])).toBe('stopped');
    const seven = bed('7', '3');
    const settled = over(stopped, seven, DOCTOR);
    expect(charted([stopped, seven, settled], stopped)?.standing).toBe('replaced');
    expect(charted([stopped, seven, settled, mark(settled)], stopped)?.standing).toBe('replaced');
  });

  it('what records staff decided stands as well, and their corrections of any kind count', () => {
    const linked = anEntry('patient-linked', { author: DESK, ehrPatient: 'ehr-1', evidence: [] }, on('4'));
    expect(fold([order, linked, mark(linked)]).link).toEqual({ ehrPatient: 'ehr-1' });
    const unlinked = anEntry('patient-unlinked', { author: DESK, replaces: linked.id }, on('4'));
    expect(fold([order, linked, unlinked]).link).toBeUndefined();
    const corrected: OpenedEntry = {
      ...anEntry('order-stopped', { author: DESK, order: order.id, reason: 'sleepy' }, on('4')),
    };
    corrected.body = { ...corrected.body!, replaces: stopped.id };
    expect(charted([order, stopped, corrected], stopped)?.standing).toBe('replaced');
    expect(stateOf([order, stopped, corrected])).toBe('stopped');
  });

  it('does not hang on forged rings of marks', () => {
    const [a, b] = [on('5'), on('5')];
    const ring = [
      anEntry('entered-in-error', { replaces: b.id, reason: 'x' }, a),
      anEntry('entered-in-error', { replaces: a.id, reason: 'x' }, b),
    ];
    expect(fold([order, ...ring]).history).toHaveLength(3);
  });

  it('law: in whatever order it comes, no tangle of a nurse’s marks and settlements changes a prescriber’s order', () => {
    const seven = bed('7', '3');
    const word = [order, stopped, seven];
    const undoings = fc
      .array(fc.tuple(fc.nat(), fc.constantFrom('mark', 'note', 'settle')), { minLength: 1, maxLength: 8 })
      .map((choices) => {
        const entries: OpenedEntry[] = [...word];
        for (const [target, how] of choices) {
          const about = entries[target % entries.length]!;
          entries.push(how === 'mark' ? mark(about) : how === 'note' ? noteOn(about) : over(about, seven));
        }
        return entries;
      });
    fc.assert(
      fc.property(
        undoings.chain((entries) =>
          fc.tuple(
            fc.constant(entries),
            fc.shuffledSubarray(entries, { minLength: entries.length, maxLength: entries.length }),
          ),
        ),
        ([entries, shuffled]) => {
          expect(stateOf(shuffled)).toBe('stopped');
          expect(fold(shuffled)).toEqual(fold(entries));
        },
      ),
    );
  });
});

describe('what may take the place of what', () => {
  it('beds and moves, and words on allergies, answer one question; a note answers no order', () => {
    const seven = bed('7', '1');
    const asked = none('1');
    const allergy = {
      kind: 'allergy-recorded',
      effectiveAt: NOW,
      replaces: asked.id,
      substance: { text: 'latex' },
      category: 'environment',
      criticality: 'high',
    } satisfies Draft;
    expect(refusalToReplace('nurse', bed('8', '1', { replaces: seven.id }).body, finding(seven))).toBe(
      undefined,
    );
    expect(refusalToReplace('nurse', allergy, finding(asked))).toBeUndefined();
    expect(refusalToReplace('clinician', noteOn(stopped).body, finding(stopped))).toMatch(/own kind/);
  });

  it('a mark is for whoever writes what it marks', () => {
    for (const role of Role.options)
      for (const entry of [order, stopped, bed('7', '1'), noteOn(order)])
        expect(refusalToReplace(role, mark(entry).body, finding(entry)) === undefined, role).toBe(
          mayWrite(role, entry.body.kind),
        );
  });

  it('asks for the PIN where the PIN had signed, and where a mark or settlement on such is undone', () => {
    const undone = mark(stopped, DOCTOR);
    const seven = bed('7', '3');
    const find = finding(order, stopped, undone, seven, noteOn(order));
    expect(asksForPin(mark(stopped).body, find)).toBe(true);
    expect(asksForPin(mark(undone).body, find)).toBe(true);
    expect(asksForPin(over(stopped, seven).body, find)).toBe(true);
    expect(asksForPin(over(seven, stopped).body, find)).toBe(false);
    expect(asksForPin(mark(seven).body, find)).toBe(false);
  });
});
