import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  foldChart,
  newestOf,
  type OpenedEntry,
  type SnapshotOrder,
  standings,
  toBoardRow,
} from '../../src/clinical/index.ts';
import {
  anEntry,
  aSnapshot,
  DOCTOR,
  entryId,
  FULL_SET,
  givenFor,
  NOW,
  NURSE,
  orderFor,
  PATIENT,
  registered,
} from './builders.ts';

const fold = (entries: OpenedEntry[], more: Partial<Parameters<typeof foldChart>[0]> = {}) =>
  foldChart({ patient: PATIENT, entries, now: NOW, ...more })!;

const DAILY = { type: 'times' as const, times: ['08:00', '14:00', '20:00'], timeZone: 'UTC', everyDays: 1 };
const DUE = '2026-11-24T14:00:00.000Z';
const correct = (target: OpenedEntry, note: string, at: { id?: string } = {}) =>
  anEntry('note', { noteType: 'nursing', text: note, replaces: target.id }, at);
const mark = (target: { id: string }, author: typeof NURSE | typeof DOCTOR = NURSE) =>
  anEntry('entered-in-error', { replaces: target.id, reason: 'wrong patient', author });
const note = (text: string) => anEntry('note', { noteType: 'nursing', text });
const standingOf = (entries: OpenedEntry[], of: OpenedEntry) => standings(entries).byId.get(of.id)?.standing;

describe('standing', () => {
  it('a correction replaces, a mark makes an error, both stay in the history', () => {
    const first = note('a');
    const second = correct(first, 'b');
    const third = note('c');
    const chart = fold([first, second, third, mark(third)]);
    expect(chart.notes.map(({ body, standing }) => [body.text, standing])).toEqual([
      ['c', 'entered-in-error'],
      ['b', 'current'],
      ['a', 'replaced'],
    ]);
    expect(chart.history).toHaveLength(4);
    expect(chart.conflicts).toEqual([]);
  });

  it('two corrections of one entry are concurrent until one is marked as an error', () => {
    const first = note('a');
    const [left, right] = [correct(first, 'left'), correct(first, 'right')];
    const chart = fold([first, left, right]);
    expect(chart.conflicts).toMatchObject([
      { kind: 'concurrent-amendment', sides: [{ ref: left.id }, { ref: right.id }] },
    ]);
    const settled = [first, left, right, mark(right)];
    expect(standingOf(settled, left)).toBe('current');
    expect(fold(settled).conflicts).toEqual([]);
  });

  it('a dispute does not vanish because one side is corrected further (FAILURES 36)', () => {
    const first = note('a');
    const [left, right] = [correct(first, 'left'), correct(first, 'right')];
    const further = correct(left, 'left, better');
    const entries = [first, left, right, further];
    expect(standingOf(entries, right)).toBe('concurrent');
    expect(standingOf(entries, further)).toBe('concurrent');
    expect(fold(entries).conflicts).toHaveLength(1);
  });

  it('a correction and a mark on the same entry, made apart, are flagged', () => {
    const first = note('a');
    const corrected = correct(first, 'b');
    const marked = mark(first);
    expect(standingOf([first, corrected, marked], corrected)).toBe('concurrent');
    expect(fold([first, corrected, marked]).conflicts).toHaveLength(1);
    expect(fold([first, corrected, marked, mark(marked)]).conflicts).toEqual([]);
    expect(fold([first, corrected, marked, mark(corrected)]).conflicts).toEqual([]);
  });

  it('a mark that was itself an error counts no more; two marks on one entry are no dispute', () => {
    const first = note('a');
    const marked = mark(first);
    expect(standingOf([first, marked, mark(marked)], first)).toBe('current');
    const twice = [first, marked, mark(first)];
    expect(standingOf(twice, first)).toBe('entered-in-error');
    expect(fold(twice).conflicts).toEqual([]);
  });

  it('keeps a correction of something that has not arrived, and flags two of them', () => {
    const absent = { id: entryId('f', 9) } as OpenedEntry;
    expect(standingOf([correct(absent, 'b')], correct(absent, 'x'))).toBeUndefined();
    const [left, right] = [correct(absent, 'b'), correct(absent, 'c')];
    expect(standingOf([left], left)).toBe('current');
    expect(fold([left, right]).conflicts).toHaveLength(1);
  });

  it('does not hang on a forged cycle, and keeps entries of unknown kinds', () => {
    const [a, b] = [entryId('c', 1), entryId('c', 2)];
    const chart = fold([
      anEntry('note', { noteType: 'nursing', text: 'a', replaces: b }, { id: a }),
      anEntry('note', { noteType: 'nursing', text: 'b', replaces: a }, { id: b }),
      anEntry('entered-in-error', { replaces: entryId('c', 3), reason: 'itself' }, { id: entryId('c', 3) }),
      { id: entryId('d', 1), patient: PATIENT, hlc: [1, 0], body: null },
    ]);
    expect(chart.history).toHaveLength(4);
  });
});

describe('orders and doses', () => {
  const order = orderFor('paracetamol', DAILY);

  it('shows doses from the start of the order to a day ahead, each with its state', () => {
    const order = orderFor('paracetamol', DAILY, { startAt: '2026-11-23T18:00:00.000Z' });
    const held = givenFor(order.id, {
      dueAt: '2026-11-24T08:00:00.000Z',
      outcome: 'held',
      notGivenReason: 'asleep',
    });
    const chart = fold([registered(), order, held]);
    expect(chart.dueDoses.map(({ dueAt, state }) => [dueAt.slice(8, 16), state])).toEqual([
      ['23T20:00', 'overdue'],
      ['24T08:00', 'held'],
      ['24T14:00', 'due'],
      ['24T20:00', 'coming'],
      ['25T08:00', 'coming'],
      ['25T14:00', 'coming'],
    ]);
    expect(toBoardRow(chart).doses.map(({ dueAt }) => dueAt.slice(8, 13))).toEqual([
      '23T20',
      '24T14',
      '24T20',
      '25T08',
      '25T14',
    ]);
  });

  it('a dose charted on two tablets shows once as given and once as a conflict, also when it is two days old', () => {
    const [one, two] = [
      givenFor(order.id, { dueAt: DUE }),
      givenFor(order.id, { dueAt: '2026-11-24T14:00:00Z' }),
    ];
    for (const now of [NOW, '2026-11-27T09:00:00.000Z']) {
      const chart = fold([order, one, two], { now });
      expect(chart.conflicts).toMatchObject([
        { kind: 'same-dose-twice', sides: [{ ref: one.id }, { ref: two.id }] },
      ]);
      expect(chart.orders[0]?.administrations).toHaveLength(2);
    }
    expect(fold([order, one, two]).dueDoses.filter(({ dueAt }) => dueAt === DUE)).toMatchObject([
      { state: 'given' },
    ]);
    expect(fold([order, one, two, mark(two)]).conflicts).toEqual([]);
  });

  it('not-given never hides given (FAILURES 35)', () => {
    const given = givenFor(order.id, { dueAt: DUE });
    const refused = givenFor(order.id, {
      dueAt: DUE,
      outcome: 'refused',
      notGivenReason: 'refused-by-patient',
    });
    for (const entries of [
      [order, given, refused],
      [order, refused, given],
    ])
      expect(fold(entries).dueDoses.find(({ dueAt }) => dueAt === DUE)).toMatchObject({
        state: 'given',
        administration: given.id,
      });
  });

  it('a dose entered in error is due again', () => {
    const given = givenFor(order.id, { dueAt: DUE });
    const chart = fold([order, given, mark(given)]);
    expect(chart.dueDoses.find(({ dueAt }) => dueAt === DUE)?.state).toBe('due');
    expect(chart.orders[0]?.administrations[0]?.standing).toBe('entered-in-error');
  });

  it('a dose after the earliest stop is a conflict, one before is not', () => {
    const stop = (effectiveAt: string) =>
      anEntry('order-stopped', { author: DOCTOR, order: order.id, reason: 'rash', effectiveAt });
    const late = givenFor(order.id, { effectiveAt: '2026-11-24T13:00:00.000Z' });
    const early = givenFor(order.id, { effectiveAt: '2026-11-24T11:00:00.000Z' });
    const [second, first] = [stop('2026-11-24T13:30:00.000Z'), stop('2026-11-24T12:00:00Z')];
    const chart = fold([order, second, first, late, early]);
    expect(chart.conflicts).toMatchObject([
      {
        kind: 'dose-after-stop',
        sides: [first.id, late.id].sort().map((ref) => ({ ref })),
      },
    ]);
    expect(chart.orders[0]?.state).toBe('stopped');
    expect(chart.dueDoses).toEqual([]);
    expect(
      fold([order, second, first, mark(first, DOCTOR), mark(second, DOCTOR), late]).orders[0]?.state,
    ).toBe('active');
  });

  it('an order that has ended still asks for the doses before its end', () => {
    const ended = orderFor('cefazolin', DAILY, {
      startAt: '2026-11-23T18:00:00.000Z',
      endAt: '2026-11-24T12:00:00.000Z',
    });
    const chart = fold([ended]);
    expect(chart.orders[0]?.state).toBe('ended');
    expect(chart.dueDoses.map(({ dueAt, state }) => [dueAt.slice(8, 13), state])).toEqual([
      ['23T20', 'overdue'],
      ['24T08', 'overdue'],
    ]);
  });

  it('a dose whose order is not here stands under an order that says so', () => {
    const chart = fold([givenFor('e'.repeat(32), { effectiveAt: '1999-01-01T00:00:00Z' })]);
    expect(chart.orders).toMatchObject([
      { incomplete: ['order', 'route'], administrations: [{ standing: 'current' }] },
    ]);
    expect(chart.history).toHaveLength(1);
  });

  it('a changed order replaces the old one; doses given on the old one stay visible', () => {
    const changed = { ...orderFor('paracetamol', DAILY, { dose: { value: 1000, unit: 'mg' } }) };
    changed.body = { ...changed.body, replaces: order.id };
    expect(fold([order, changed]).orders.map(({ id }) => id)).toEqual([changed.id]);
    const chart = fold([order, changed, givenFor(order.id)]);
    expect(chart.orders.map(({ state }) => state)).toEqual(['stopped', 'active']);
    expect(new Set(chart.dueDoses.map((dose) => dose.order))).toEqual(new Set([changed.id]));
  });

  it('a nurse notes an order', () => {
    const noted = anEntry('order-acknowledged', { order: order.id });
    expect(toBoardRow(fold([order])).ordersToAcknowledge).toBe(1);
    expect(toBoardRow(fold([order, noted])).ordersToAcknowledge).toBe(0);
  });
});

describe('with the snapshot of the EHR', () => {
  const ehrOrder = (more: Partial<SnapshotOrder> = {}): SnapshotOrder => ({
    id: 'd'.repeat(32),
    ehrId: 'mr-1',
    medication: { text: 'metoprolol' },
    schedule: DAILY,
    dose: { value: 25, unit: 'mg' },
    route: 'PO',
    startAt: '2026-11-01T00:00:00Z',
    ...more,
  });
  const at = (order: SnapshotOrder, entries: OpenedEntry[] = []) =>
    fold(entries, { snapshot: aSnapshot({ orders: [order] }), snapshotAsOf: '2026-11-24T09:55:00.000Z' });

  it("doses due before the snapshot are the EHR's to know, not overdue here", () => {
    expect(at(ehrOrder()).dueDoses.map(({ dueAt }) => dueAt.slice(8, 13))).toEqual([
      '24T14',
      '24T20',
      '25T08',
      '25T14',
    ]);
  });

  it('an order without dose or start is incomplete; no doses are counted from a guessed start', () => {
    const chart = at(
      ehrOrder({ dose: undefined, startAt: undefined, schedule: { type: 'every', hours: 6 } }),
    );
    expect(chart.orders[0]?.incomplete).toEqual(['dose', 'start time']);
    expect(chart.dueDoses).toEqual([]);
    expect(at(ehrOrder({ dose: undefined, startAt: undefined })).dueDoses).toHaveLength(4);
    expect(toBoardRow(at(ehrOrder({ dose: undefined }))).doses[0]).not.toHaveProperty('dose');
  });

  it('an order that we posted and that came back in the census is one order, not two', () => {
    const own = orderFor('paracetamol', DAILY);
    const back = ehrOrder({ ehrId: own.id, lastGivenAt: '2026-11-24T08:00:00Z' });
    const chart = at(back, [own, givenFor(back.id, { dueAt: DUE })]);
    expect(chart.orders).toMatchObject([
      { id: own.id, lastGivenInEhr: '2026-11-24T08:00:00Z', administrations: [{}] },
    ]);
    expect(chart.dueDoses.filter(({ dueAt }) => dueAt === DUE)).toMatchObject([
      { order: own.id, state: 'given' },
    ]);
  });

  it('has the four allergy titles', () => {
    const asOf = { snapshotAsOf: NOW };
    const nka = anEntry('no-known-allergies-recorded', {});
    const allergy = anEntry('allergy-recorded', {
      substance: { text: 'Penicillin' },
      category: 'medication',
      criticality: 'high',
      reaction: 'Hives',
    });
    const status = (entries: OpenedEntry[], more = {}) => fold(entries, more).allergies.status;
    expect(status([], { snapshot: aSnapshot(), ...asOf })).toBe('notasked');
    expect(status([], { snapshot: aSnapshot({ allergyStatus: 'nilknown' }), ...asOf })).toBe('nilknown');
    expect(status([nka], { snapshot: aSnapshot(), ...asOf })).toBe('nilknown');
    expect(status([nka], { snapshotUnreadable: true })).toBe('unavailable');
    expect(status([note('an EHR patient without a snapshot here')])).toBe('unavailable');
    expect(status([registered()])).toBe('notasked');
    expect(status([registered(), nka, allergy])).toBe('known');
    const both = fold([allergy], {
      snapshot: aSnapshot({
        allergyStatus: 'known',
        allergies: [{ substance: { text: 'penicillin' }, reaction: 'hives' }],
      }),
      ...asOf,
    });
    // One allergy, as dangerous as either says.
    expect(both.allergies.list).toMatchObject([{ substance: { text: 'penicillin' }, criticality: 'high' }]);
    expect(both.allergies.list).toHaveLength(1);
  });

  it('the latest bed stands; a child has no NEWS2 on the board', () => {
    const moved = anEntry('bed-assigned', { bed: '7' });
    const set = anEntry('vital-signs', { values: FULL_SET });
    const row = (birthDate: string) =>
      toBoardRow(fold([moved, set], { snapshot: aSnapshot({ birthDate }), snapshotAsOf: NOW }));
    expect(row('1951-03-04')).toMatchObject({ bed: '7', news2: { total: 0 } });
    expect(row('2015-03-04').news2).toBeUndefined();
  });

  it('who has left the EHR’s list keeps name, allergies and orders, and leaves the bed to the next patient', () => {
    const noted = note('went home at noon');
    const input = { snapshot: aSnapshot({ orders: [ehrOrder()] }), snapshotAsOf: NOW, leftTheList: true };
    const chart = fold([noted], input);
    expect(chart).toMatchObject({ leftTheList: true, identity: { name: { family: 'Kessler' } } });
    expect(chart.orders).toHaveLength(1);
    expect(chart.identity.bed).toBeUndefined();
    expect(toBoardRow(chart)).toMatchObject({ leftTheList: true, bedClaims: [] });
    const charted = anEntry('bed-assigned', { bed: '7' });
    expect(fold([charted], input).identity.bed).toBe('7');
    expect(fold([noted], { ...input, leftTheList: false })).not.toHaveProperty('leftTheList');
  });

  it('nothing known is no chart', () => {
    expect(foldChart({ patient: PATIENT, entries: [], now: NOW })).toBeUndefined();
  });
});

describe('laws', () => {
  const order = orderFor('paracetamol', DAILY);
  const first = note('a');
  const left = correct(first, 'b');
  const given = givenFor(order.id, { dueAt: DUE });
  const entries: OpenedEntry[] = [
    registered(),
    order,
    first,
    left,
    correct(first, 'c'),
    correct(left, 'd'),
    given,
    givenFor(order.id, { dueAt: DUE }),
    mark(given),
    anEntry('order-stopped', {
      author: DOCTOR,
      order: order.id,
      reason: 'x',
      effectiveAt: '2026-11-24T10:00:00Z',
    }),
    anEntry('bed-assigned', { bed: '1' }),
    anEntry('bed-assigned', { bed: '2' }),
    anEntry('vital-signs', { values: FULL_SET }),
    anEntry('vital-signs', { values: { ...FULL_SET, pulse: 120 } }),
    anEntry('allergy-recorded', {
      substance: { text: 'Latex' },
      category: 'environment',
      criticality: 'low',
    }),
    anEntry('order-acknowledged', { order: order.id }),
    givenFor('e'.repeat(32)),
    { id: entryId('d', 4), patient: PATIENT, hlc: [5, 0], body: null },
  ];

  it('any order of arrival, with repeats, gives the same chart', () => {
    const expected = fold(entries);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(entries, { minLength: entries.length }),
        fc.subarray(entries),
        (shuffled, repeats) => {
          expect(fold([...repeats, ...shuffled])).toEqual(expected);
        },
      ),
    );
  });

  it('no entry is ever lost from the history, whatever its clock says', () => {
    fc.assert(
      fc.property(
        fc.subarray(entries, { minLength: 1 }),
        fc.date({ noInvalidDate: true, min: new Date('2000-01-01'), max: new Date('2060-01-01') }),
        (some, now) => {
          expect(fold(some, { now: now.toISOString() }).history).toHaveLength(some.length);
        },
      ),
    );
  });
});

describe('the newest of a long chart', () => {
  it('leaves out the oldest sets and lines, says how many, and nothing else', () => {
    const sets = Array.from({ length: 8 }, (_, n) =>
      anEntry('vital-signs', { values: FULL_SET, effectiveAt: `2026-11-24T0${n}:00:00.000Z` }),
    );
    const chart = fold([registered(), ...sets]);
    const newest = newestOf(chart, 4);
    expect(newest.vitals.map((set) => set.body.effectiveAt)).toEqual(
      chart.vitals.slice(0, 4).map((set) => set.body.effectiveAt),
    );
    expect(newest.history).toEqual(chart.history.slice(5));
    expect(newest.earlier).toBe(5);
    expect({ ...newest, vitals: [], history: [], earlier: 0 }).toEqual({
      ...chart,
      vitals: [],
      history: [],
      earlier: 0,
    });
    expect(newestOf(chart, 9)).toBe(chart);
  });
});
