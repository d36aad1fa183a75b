import { describe, expect, it } from 'vitest';
import type { Draft, OpenedEntry, WardBody } from '../../src/clinical/index.ts';
import type { UserKey } from '../../src/seal/index.ts';
import type { StaffMember } from '../../src/site/index.ts';
import { createCharting } from '../../src/vault/charting.ts';
import type { VaultDatabase } from '../../src/vault/database.ts';
import type { News } from '../../src/vault/events.ts';
import type { VaultSession } from '../../src/vault/session.ts';
import type { SignIn } from '../../src/vault/sign-in.ts';
import { anEntry, DOCTOR, NOW, NURSE, orderFor, PATIENT } from '../clinical/builders.ts';

const PIN = '135790';
const order = orderFor('morphine', { type: 'as-needed' });
const stopped = anEntry('order-stopped', { author: DOCTOR, order: order.id, reason: 'drowsy' });
const note = anEntry('note', { noteType: 'nursing', text: 'asleep' });
const newer: OpenedEntry = { id: `${'9'.repeat(32)}-1`, patient: PATIENT, hlc: [1, 0], body: null };

/** The vault of somebody who has unlocked, with these entries of the patient; what is written is kept in `written`. */
function unlockedBy({ id, name, role }: typeof NURSE | typeof DOCTOR) {
  const written: WardBody[] = [];
  const forgotten: unknown[] = [];
  const pins: string[] = [];
  const staff = { staff: id, name, role } as StaffMember;
  const session = {
    current: () => ({
      keyring: { staff, user: {} as UserKey, ward: '4-west' },
      charts: { opened: async () => [order, stopped, note, newer], whereIs: () => undefined },
      log: {
        append: async (_scope: string, { body, forgets }: { body: WardBody; forgets?: unknown }) => {
          written.push(body);
          forgotten.push(forgets);
          return { id: `${'8'.repeat(32)}-${written.length}` };
        },
      },
    }),
    lacking: () => undefined,
    foldSoon: () => undefined,
  } as unknown as VaultSession;
  const signIn = {
    confirmPin: async (pin) => {
      pins.push(pin);
      return pin === PIN
        ? { ok: true, value: undefined }
        : { ok: false, error: { kind: 'wrong-pin', message: 'That is not your PIN.' } };
    },
  } as Pick<SignIn, 'confirmPin'> as SignIn;
  const news: News = { tell: () => undefined, listen: () => () => undefined };
  const { charting } = createCharting({} as VaultDatabase, news, () => Date.parse(NOW), session, signIn);
  const append = (draft: Draft, pin?: string) =>
    charting.append({ patient: PATIENT, draft, ...(pin === undefined ? {} : { pin }) });
  return { append, written, pins, charting, forgotten };
}

const mark = (target: { id: string }): Draft => ({
  kind: 'entered-in-error',
  effectiveAt: NOW,
  replaces: target.id,
  reason: 'a slip',
});

describe('what the vault writes about other entries', () => {
  it("a nurse's mark, note or settlement on a prescriber's word is refused, before any PIN is asked for", async () => {
    const { append, written, pins } = unlockedBy(NURSE);
    const undoings: Draft[] = [
      mark(stopped),
      mark(order),
      { kind: 'note', effectiveAt: NOW, noteType: 'nursing', text: 'awake', replaces: stopped.id },
      {
        kind: 'conflict-settled',
        effectiveAt: NOW,
        conflict: 'concurrent-amendment',
        entries: [stopped.id, note.id],
        decision: 'these-hold',
        holds: [note.id],
      },
    ];
    for (const draft of undoings)
      expect(await append(draft, PIN)).toMatchObject({ ok: false, error: { kind: 'not-allowed' } });
    expect([written, pins]).toEqual([[], []]);
    expect(await append(mark(note))).toMatchObject({ ok: true });
    expect(pins).toEqual([]);
  });

  it('a clinician takes back a stop with the PIN, as it was signed, and with nothing less', async () => {
    const { append, written } = unlockedBy(DOCTOR);
    expect(await append(mark(stopped))).toMatchObject({ ok: false, error: { kind: 'wrong-pin' } });
    expect(await append(mark(stopped), '000000')).toMatchObject({ ok: false, error: { kind: 'wrong-pin' } });
    expect(written).toEqual([]);
    expect(await append(mark(stopped), PIN)).toMatchObject({ ok: true });
    expect(written).toMatchObject([{ kind: 'entered-in-error', replaces: stopped.id, author: DOCTOR }]);
  });

  it('nothing is said of an entry that is not here, or that this version cannot read', async () => {
    const { append, written } = unlockedBy(DOCTOR);
    for (const target of [newer, { id: `${'7'.repeat(32)}-1` }])
      expect(await append(mark(target), PIN)).toMatchObject({ ok: false, error: { kind: 'not-allowed' } });
    expect(written).toEqual([]);
  });
});

describe('what was half written', () => {
  it('is forgotten by the transaction that saves it: after a crash it is not offered a second time', async () => {
    const { charting, forgotten } = unlockedBy(NURSE);
    const draft: Draft = { kind: 'note', effectiveAt: NOW, noteType: 'nursing', text: 'asleep' };
    await charting.append({ patient: PATIENT, draft, forgets: `note:${PATIENT}` });
    await charting.append({ patient: PATIENT, draft });
    expect(forgotten).toEqual([[NURSE.id, `note:${PATIENT}`], undefined]);
  });
});
