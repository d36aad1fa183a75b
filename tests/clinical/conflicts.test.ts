import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BodyOf,
  type Conflict,
  type OpenedEntry,
  tallMan,
  WardBody,
  waysToSettle,
} from '../../src/clinical/index.ts';
import { anEntry, DOCTOR, givenFor, NOW, NURSE, orderFor, registered } from './builders.ts';
import { allergy, asEntry, bed, conflictsOf, fold, none, on, settle } from './conflict-builders.ts';

const DAILY = { type: 'times' as const, times: ['08:00', '14:00', '20:00'], timeZone: 'UTC', everyDays: 1 };
const DUE = '2026-11-24T14:00:00.000Z';
const sorted = (...entries: OpenedEntry[]) => entries.map(({ id }) => id).sort();
const refs = (conflict: Conflict | undefined) => conflict?.sides.map(({ ref }) => ref);

describe('the same dose charted twice', () => {
  const order = orderFor('paracetamol', DAILY);
  const one = givenFor(order.id, { dueAt: DUE }, on('1'));
  const two = givenFor(order.id, { dueAt: DUE }, on('2'));

  it('names both entries with who and when, under an id made of them', () => {
    const [conflict] = conflictsOf([order, one, two]);
    expect(conflict).toMatchObject({ kind: 'same-dose-twice', overrules: [] });
    expect(conflict?.id).toBe(`same-dose-twice ${sorted(one, two).join(' ')}`);
    expect(conflict?.sides).toMatchObject([
      { by: 'Nurse Ada', at: NOW, says: expect.stringContaining('paracetamol') },
      { by: 'Nurse Ada', at: NOW },
    ]);
    expect(conflict?.message).toContain('24-Nov-2026 14:00');
  });

  it('is settled by "both were given"; a third entry asks again', () => {
    const settled = settle(conflictsOf([order, one, two])[0]!, /Both were given/);
    expect(conflictsOf([order, one, two, ...settled])).toEqual([]);
    const third = givenFor(order.id, { dueAt: DUE }, on('3'));
    expect(refs(conflictsOf([order, one, two, ...settled, third])[0])).toEqual(sorted(one, two, third));
  });

  it('is settled by marking one as a mistake, which stays struck through', () => {
    const conflict = conflictsOf([order, one, two])[0]!;
    const marks = settle(conflict, /is a mistake/);
    const chart = fold([order, one, two, ...marks]);
    expect(chart.conflicts).toEqual([]);
    expect(chart.orders[0]?.administrations.map(({ standing }) => standing).sort()).toEqual([
      'current',
      'entered-in-error',
    ]);
  });

  it('one decided "both were given", another marked one as a mistake: that is asked too', () => {
    const conflict = conflictsOf([order, one, two])[0]!;
    const both = settle(conflict, /Both were given/, '7');
    const marks = settle(conflict, /is a mistake/, '8');
    const again = conflictsOf([order, one, two, ...both, ...marks]);
    expect(again.map(({ kind }) => kind)).toEqual(['concurrent-amendment']);
    const chart = fold([order, one, two, ...both, ...marks, ...settle(again[0]!, /It was an error/)]);
    expect(chart.conflicts).toEqual([]);
    expect(chart.orders[0]?.administrations.filter(({ standing }) => standing === 'current')).toHaveLength(1);
    const kept = fold([order, one, two, ...both, ...marks, ...settle(again[0]!, / holds/)]);
    expect(kept.conflicts).toEqual([]);
    expect(kept.orders[0]?.administrations.filter(({ standing }) => standing === 'current')).toHaveLength(2);
  });

  it('whoever charted over the alert has said why: nothing is left to settle', () => {
    const override = {
      alert: 'already-charted',
      message: 'This dose is already charted.',
      reason: 'Vomited at once',
    };
    const knowing = givenFor(order.id, { dueAt: DUE, overrides: [override] }, on('2'));
    expect(conflictsOf([order, one, knowing])).toEqual([]);
    expect(refs(conflictsOf([order, one, knowing, two])[0])).toEqual(sorted(one, knowing, two));
  });

  it('as needed: two within the least interval, neighbours only', () => {
    const prn = orderFor('morphine', { type: 'as-needed', leastIntervalHours: 4 });
    const at = (time: string, log: string) =>
      givenFor(prn.id, { effectiveAt: `2026-11-24T${time}:00.000Z` }, on(log));
    const [eight, ten, noon, four] = [at('08:00', '1'), at('10:00', '2'), at('12:00', '1'), at('16:00', '2')];
    expect(conflictsOf([prn, eight, ten, noon, four]).map(refs)).toEqual([
      sorted(eight, ten),
      sorted(ten, noon),
    ]);
    expect(conflictsOf([prn, eight, noon, four])).toEqual([]);
    const free = orderFor('morphine', { type: 'as-needed' });
    expect(conflictsOf([free, givenFor(free.id), givenFor(free.id)])).toEqual([]);
  });
});

describe('a dose of an order that was changed on another tablet', () => {
  const order = orderFor('metoprolol', DAILY, { dose: { value: 50, unit: 'mg' } });
  const { detail } = order.body;
  const changed = (effectiveAt: string) =>
    anEntry(
      'order-signed',
      { author: DOCTOR, changes: order.id, detail, effectiveAt, overrides: [] },
      on('1'),
    );
  const dose = givenFor(order.id, { dueAt: DUE, effectiveAt: DUE }, on('2'));

  it('is for a person to settle, whichever came first', () => {
    const change = changed('2026-11-24T13:00:00.000Z');
    for (const entries of [
      [order, change, dose],
      [dose, change, order],
    ]) {
      const [conflict, ...others] = conflictsOf(entries);
      expect(others).toEqual([]);
      expect(conflict).toMatchObject({
        kind: 'dose-after-stop',
        message: expect.stringContaining('changed'),
      });
      expect(refs(conflict)).toEqual(sorted(change, dose));
      expect(conflictsOf([...entries, ...settle(conflict!, /The dose was given/)])).toEqual([]);
    }
  });

  it('was right when the change came after it, or when whoever gave it knew', () => {
    expect(conflictsOf([order, changed('2026-11-24T14:01:00.000Z'), dose])).toEqual([]);
    const knew = givenFor(
      order.id,
      {
        dueAt: DUE,
        effectiveAt: DUE,
        overrides: [
          { alert: 'order-stopped', message: 'This order is stopped.', reason: 'Prescriber asked' },
        ],
      },
      on('2'),
    );
    expect(conflictsOf([order, changed('2026-11-24T13:00:00.000Z'), knew])).toEqual([]);
  });
});

describe('a dose after the order was stopped on another tablet', () => {
  const order = orderFor('paracetamol', DAILY);
  const stop = anEntry(
    'order-stopped',
    { author: DOCTOR, order: order.id, reason: 'rash', effectiveAt: '2026-11-24T12:00:00.000Z' },
    on('1'),
  );
  const late = givenFor(order.id, { dueAt: DUE }, on('2'));

  it('is settled by "was given", or by striking the dose out', () => {
    const conflict = conflictsOf([order, stop, late])[0]!;
    expect(conflict).toMatchObject({ kind: 'dose-after-stop', sides: [{}, {}] });
    expect(conflictsOf([order, stop, late, ...settle(conflict, /The dose was given/)])).toEqual([]);
    const struck = fold([order, stop, late, ...settle(conflict, /not given/)]);
    expect(struck.conflicts).toEqual([]);
    expect(struck.orders[0]?.administrations[0]?.standing).toBe('entered-in-error');
  });
});

describe('an infusion that goes on after its order was stopped, changed or held on another tablet', () => {
  const order = orderFor('heparin', { type: 'continuous', rate: { value: 10, unit: 'mL/h' } });
  const NOON = '2026-11-24T12:00:00.000Z';
  const said = { author: DOCTOR, order: order.id, reason: 'bleeding', effectiveAt: NOON };
  const ends = {
    stopped: anEntry('order-stopped', said, on('1')),
    changed: anEntry(
      'order-signed',
      { author: DOCTOR, changes: order.id, detail: order.body.detail, effectiveAt: NOON, overrides: [] },
      on('1'),
    ),
    held: anEntry('order-held', said, on('1')),
  };
  const turn = (
    action: BodyOf<'infusion-charted'>['action'],
    hour: string,
    more: Partial<BodyOf<'infusion-charted'>> = {},
  ) =>
    anEntry(
      'infusion-charted',
      {
        order: order.id,
        medication: { text: 'heparin' },
        action,
        effectiveAt: `2026-11-24T${hour}:00.000Z`,
        ...(action === 'bag-changed' ? { bagMl: 500 } : { rateMlPerHour: 10 }),
        overrides: [],
        ...more,
      },
      on('2'),
    );
  const before = turn('started', '10:00');

  it.each([
    ['started', 'the infusion was started'],
    ['resumed', 'the infusion was resumed'],
    ['rate-changed', 'the rate was changed'],
    ['bag-changed', 'the bag was changed'],
  ] as const)('%s is for a person to settle, and can be struck out', (action, words) => {
    const late = turn(action, '13:00');
    for (const [how, end] of Object.entries(ends)) {
      const entries = [order, before, end, late];
      const [conflict, ...others] = conflictsOf(entries);
      expect(others).toEqual([]);
      expect(conflict).toMatchObject({
        kind: 'dose-after-stop',
        message: `${tallMan('heparin')}: ${words} ${how === 'held' ? 'while' : 'after'} the order was ${how}.`,
      });
      expect(refs(conflict)).toEqual(sorted(end, late));
      expect(conflictsOf([...entries, ...settle(conflict!, /It was done/)])).toEqual([]);
      const struck = fold([...entries, ...settle(conflict!, /It was not done/)]);
      expect(struck.conflicts).toEqual([]);
      expect(struck.infusions[0]?.turns.find(({ id }) => id === late.id)?.standing).toBe('entered-in-error');
    }
  });

  it('is none where it stopped or paused, where it ran before, and where whoever wrote it knew', () => {
    const overrides = [{ alert: 'order-stopped', message: 'This order is stopped.', reason: 'Known' }];
    for (const end of Object.values(ends))
      expect(
        conflictsOf([
          order,
          before,
          end,
          turn('bag-changed', '11:59'),
          turn('paused', '12:30', { rateMlPerHour: undefined }),
          turn('rate-changed', '13:00', { overrides }),
          turn('stopped', '14:00', { rateMlPerHour: undefined }),
        ]),
      ).toEqual([]);
    // What is charted while the order is held no more is no conflict.
    const resumed = anEntry(
      'order-resumed',
      { author: DOCTOR, order: order.id, effectiveAt: '2026-11-24T12:30:00.000Z' },
      on('1'),
    );
    expect(conflictsOf([order, before, ends.held, resumed, turn('resumed', '13:00')])).toEqual([]);
  });
});

describe('two beds for one patient', () => {
  it('shows both until one is chosen; a later move is no conflict', () => {
    const [seven, twelve] = [bed('7', '1'), bed('Bed 12', '2')];
    const chart = fold([registered(), seven, twelve]);
    expect(chart.identity.bed).toBe('7 or Bed 12');
    expect(chart.conflicts).toMatchObject([{ kind: 'two-beds' }]);
    const settled = settle(chart.conflicts[0]!, /Bed 7/);
    expect(fold([registered(), seven, twelve, ...settled])).toMatchObject({
      conflicts: [],
      identity: { bed: '7' },
    });
    const moved = bed('9', '2', { replaces: seven.id });
    expect(fold([registered(), seven, twelve, ...settled, moved])).toMatchObject({
      conflicts: [],
      identity: { bed: '9' },
    });
  });

  it('one who moves a patient replaces the bed before; on one tablet also unsaid; the same bed twice agrees', () => {
    const seven = bed('7', '1');
    expect(conflictsOf([seven, bed('12', '2', { replaces: seven.id })])).toEqual([]);
    expect(fold([seven, bed('12', '1')])).toMatchObject({ conflicts: [], identity: { bed: '12' } });
    expect(conflictsOf([seven, bed('bed  7', '2')])).toEqual([]);
    expect(conflictsOf([registered({ bed: '3' }), seven])).toEqual([]);
  });

  it('two that replace the same bed are concurrent', () => {
    const seven = bed('7', '1');
    const entries = [seven, bed('8', '1', { replaces: seven.id }), bed('9', '2', { replaces: seven.id })];
    expect(conflictsOf(entries).map(({ kind }) => kind)).toEqual(['two-beds']);
    expect(fold([...entries, ...settle(conflictsOf(entries)[0]!, /Bed 9/)])).toMatchObject({
      conflicts: [],
      identity: { bed: '9' },
    });
  });
});

describe('diverging allergy status', () => {
  it('"none" beside an allergy of another tablet; the allergy stays in sight until it is settled', () => {
    const entries = [registered(), none('1'), allergy('Penicillin', '2')];
    const chart = fold(entries);
    expect(chart.allergies.status).toBe('known');
    expect(chart.conflicts).toMatchObject([{ kind: 'allergy-status' }]);
    const holds = fold([...entries, ...settle(chart.conflicts[0]!, /Penicillin holds/)]);
    expect(holds).toMatchObject({ conflicts: [], allergies: { status: 'known' } });
    const taken = fold([...entries, ...settle(chart.conflicts[0]!, /^No known/)]);
    expect(taken).toMatchObject({ conflicts: [], allergies: { status: 'nilknown', list: [] } });
  });

  it('to take a warning away needs a reason', () => {
    const conflict = conflictsOf([none('1'), allergy('Penicillin', '2')])[0]!;
    expect(waysToSettle(conflict, () => '').map(({ reason }) => reason !== undefined)).toEqual([false, true]);
  });

  it('an allergy recorded over "none", or later on the same tablet, is no conflict', () => {
    const asked = none('1');
    expect(conflictsOf([asked, allergy('Latex', '2', { replaces: asked.id })])).toEqual([]);
    expect(conflictsOf([asked, allergy('Latex', '1')])).toEqual([]);
    expect(conflictsOf([allergy('Latex', '1'), none('1')])).toHaveLength(1);
  });

  it('two that replace the same one: both may be true', () => {
    const asked = none('1');
    const [latex, nuts] = [
      allergy('Latex', '1', { replaces: asked.id }),
      allergy('Nuts', '2', { replaces: asked.id }),
    ];
    const entries = [asked, latex, nuts];
    const [conflict] = conflictsOf(entries);
    expect(conflict?.kind).toBe('allergy-status');
    expect(conflict?.message).toContain('all of it may be true');
    // An allergy leaves the chart by no tap alone.
    expect(waysToSettle(conflict!, () => '').map(({ reason }) => reason !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
    const both = fold([...entries, ...settle(conflict!, /All of it is true/)]);
    expect(both.conflicts).toEqual([]);
    expect(both.allergies.list).toHaveLength(2);
    const first = fold([...entries, ...settle(conflict!, /Latex.*holds/)]);
    expect(first.allergies.list.map(({ substance }) => substance.text)).toEqual(['Latex']);
  });
});

describe('settlements', () => {
  const [seven, twelve] = [bed('7', '1'), bed('12', '2')];
  const conflict = conflictsOf([seven, twelve])[0]!;

  it('two that contradict each other cancel out; the next one names and overrules them', () => {
    const entries = [seven, twelve, ...settle(conflict, /Bed 7/, '3'), ...settle(conflict, /Bed 12/, '4')];
    const [again] = conflictsOf(entries);
    expect(again?.id).toBe(conflict.id);
    expect(again?.overrules).toHaveLength(2);
    const settled = fold([...entries, ...settle(again!, /Bed 12/, '3')]);
    expect(settled).toMatchObject({ conflicts: [], identity: { bed: '12' } });
    // The same word on two tablets is no contradiction.
    expect(
      conflictsOf([seven, twelve, ...settle(conflict, /Bed 7/, '3'), ...settle(conflict, /Bed 7/, '4')]),
    ).toEqual([]);
  });

  it('a ring of settlements hides nothing', () => {
    const nine = bed('9', '3');
    const two = (a: OpenedEntry, b: OpenedEntry, winner: RegExp, log: string) =>
      settle(conflictsOf([a, b])[0]!, winner, log);
    const entries = [
      seven,
      twelve,
      nine,
      ...two(seven, twelve, /Bed 7/, '4'),
      ...two(twelve, nine, /Bed 12/, '5'),
      ...two(nine, seven, /Bed 9/, '6'),
    ];
    const chart = fold(entries);
    expect(refs(chart.conflicts[0])).toEqual(sorted(seven, twelve, nine));
    expect(fold([...entries, ...settle(chart.conflicts[0]!, /Bed 9/)])).toMatchObject({
      conflicts: [],
      identity: { bed: '9' },
    });
  });

  it('lapses when what it chose was an error', () => {
    const mark = anEntry('entered-in-error', { replaces: seven.id, reason: 'wrong patient' }, on('3'));
    expect(fold([seven, twelve, ...settle(conflict, /Bed 7/), mark])).toMatchObject({
      conflicts: [],
      identity: { bed: '12' },
    });
  });

  it('a correction and a mark on one entry: either may hold', () => {
    const first = anEntry('note', { noteType: 'nursing', text: 'a' }, on('1'));
    const better = anEntry('note', { noteType: 'nursing', text: 'b', replaces: first.id }, on('1'));
    const mark = anEntry('entered-in-error', { replaces: first.id, reason: 'wrong patient' }, on('2'));
    const [dispute] = conflictsOf([first, better, mark]);
    const standing = (way: RegExp) =>
      fold([first, better, mark, ...settle(dispute!, way)]).notes.map((note) => note.standing);
    expect(standing(/ holds/)).toEqual(['current', 'replaced']);
    expect(standing(/It was an error/)).toEqual(['replaced', 'entered-in-error']);
  });

  it('asks for what holds', () => {
    const base = {
      kind: 'conflict-settled',
      author: NURSE,
      effectiveAt: NOW,
      recordedAt: NOW,
      conflict: 'two-beds',
      entries: sorted(seven, twelve),
    };
    expect(WardBody.safeParse({ ...base, decision: 'these-hold' }).success).toBe(false);
    expect(
      WardBody.safeParse({ ...base, decision: 'these-hold', holds: sorted(seven, twelve) }).success,
    ).toBe(false);
    expect(WardBody.safeParse({ ...base, decision: 'these-hold', holds: [seven.id] }).success).toBe(true);
  });
});

describe('laws of conflicts', () => {
  const order = orderFor('paracetamol', DAILY);
  const prn = orderFor('morphine', { type: 'as-needed', leastIntervalHours: 4 });
  const sources: OpenedEntry[] = [
    registered({ bed: '1' }),
    order,
    prn,
    ...['1', '2', '3'].map((log) => givenFor(order.id, { dueAt: DUE }, on(log))),
    ...['1', '2'].map((log) => givenFor(prn.id, {}, on(log))),
    anEntry(
      'order-stopped',
      { author: DOCTOR, order: order.id, reason: 'x', effectiveAt: '2026-11-24T10:00:00Z' },
      on('3'),
    ),
    ...['1', '2', '3'].map((log) => bed(log, log)),
    none('1'),
    allergy('Latex', '2'),
  ];
  const registeredFirst = [sources[0]!];
  // Whatever can be tapped, on two tablets, once or twice over.
  const taps = conflictsOf(sources).flatMap((conflict) =>
    waysToSettle(conflict, (side) => side.by).flatMap((way) =>
      ['8', '9'].flatMap((log) =>
        way.drafts(NOW, 'because').map(({ patient, draft }) => asEntry(patient, draft, log)),
      ),
    ),
  );
  const entries = [...sources, ...taps];

  it('any order of arrival, with repeats, shows the same conflicts', () => {
    fc.assert(
      fc.property(
        fc.subarray(entries),
        fc.array(fc.nat(), { minLength: entries.length, maxLength: entries.length }),
        (some, keys) => {
          const shuffled = some
            .map((entry, index) => [keys[index]!, entry] as const)
            .sort((a, b) => a[0] - b[0])
            .map(([, entry]) => entry);
          expect(fold([...registeredFirst, ...shuffled, ...some.slice(0, 3)])).toEqual(
            fold([...registeredFirst, ...some]),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('any set of taps leaves a bed, and an allergy that was not taken away, in sight', () => {
    fc.assert(
      fc.property(
        fc.subarray(
          taps.filter(({ body }) => body?.kind === 'conflict-settled' && body.conflict === 'two-beds'),
        ),
        (some) => {
          expect(fold([...sources, ...some]).identity.bed).toBeDefined();
        },
      ),
    );
  });

  it('finds each of 833 doses that were charted twice, once', () => {
    const many = Array.from({ length: 833 }, (_, n) => {
      const dueAt = new Date(Date.parse(DUE) - n * 3_600_000).toISOString();
      return ['1', '2'].map((log) => givenFor(order.id, { dueAt }, on(log)));
    }).flat();
    const chart = fold([registered(), order, ...many]);
    expect(chart.conflicts).toHaveLength(833);
  });
});
