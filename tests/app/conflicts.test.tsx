// @vitest-environment jsdom
import './browser.ts';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { BoardScreen } from '../../src/app/tablet/BoardScreen.tsx';
import { PatientScreen } from '../../src/app/tablet/patient/PatientScreen.tsx';
import type { BoardRow, Conflict } from '../../src/clinical/index.ts';
import { aBoardRow, aChart, aLamp, aStatus, LOG, NURSE, PATIENT, PIN, renderWith } from './fake-lamp.tsx';

const OTHER = 'ee'.repeat(16);
const OTHER_LOG = 'df'.repeat(16);
const REFS = [`${LOG}-4`, `${OTHER_LOG}-2`];
const twice: Conflict = {
  id: `same-dose-twice ${REFS.join(' ')}`,
  kind: 'same-dose-twice',
  patients: [PATIENT],
  message: 'metoprolol: the dose due 24-Nov-2026 14:00 is charted as given 2 times.',
  sides: REFS.map((ref, index) => ({
    ref,
    patient: PATIENT,
    kind: 'medication-administration',
    says: 'Dose given metoprolol – 25 mg',
    by: index === 0 ? 'Nora Nurse' : 'Sam Okafor',
    at: '2026-11-24T20:05:00.000Z',
  })),
  overrules: [],
};
const props = {
  session: { staff: NURSE, ward: aStatus().wards[0]! },
  timeZone: 'America/Chicago',
  go: () => undefined,
};
const tablets = { tablets: async () => ({ [LOG]: 'Tablet 4W-2', [OTHER_LOG]: 'Tablet 4W-7' }) };

function openBoard(rows: BoardRow[]) {
  const lamp = aLamp({ rows, changes: tablets });
  renderWith(lamp, <BoardScreen {...props} tab="board" onTab={() => undefined} />);
  return { lamp, user: userEvent.setup() };
}

describe('what only a person can settle', () => {
  it('stands at the top of the board with both entries, who, when and which tablet, and on the row', async () => {
    const { lamp, user } = openBoard([aBoardRow({ conflicts: [twice] })]);
    const list = await screen.findByRole('region', { name: 'Needs a person' });
    await within(list).findByText(/Nora Nurse, 24-Nov-2026 14:05, on Tablet 4W-2/);
    expect(within(list).getByText(/Sam Okafor, 24-Nov-2026 14:05, on Tablet 4W-7/)).toBeDefined();
    expect(screen.getByText(/▲ 1 to settle/)).toBeDefined();
    await user.click(within(list).getByRole('button', { name: 'Both were given' }));
    await within(list).findByText(/Settled, saved on this tablet/);
    expect(lamp.appended).toMatchObject([
      {
        patient: PATIENT,
        draft: { kind: 'conflict-settled', conflict: 'same-dose-twice', entries: REFS, decision: 'all-hold' },
      },
    ]);
  });

  it('to strike an entry out asks why, with a reason to start from', async () => {
    const { lamp, user } = openBoard([aBoardRow({ conflicts: [twice] })]);
    await user.click(
      await screen.findByRole('button', { name: /Sam Okafor, 14:05, Tablet 4W-7 is a mistake/ }),
    );
    const why = screen.getByLabelText(/Why\?/);
    expect((why as HTMLTextAreaElement).value).toMatch(/charted twice/);
    await user.clear(why);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
    await user.type(why, 'Sam charted for me');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(lamp.appended).toMatchObject([
      { draft: { kind: 'entered-in-error', replaces: REFS[1], reason: 'Sam charted for me' } },
    ]);
  });

  it("to decide against a prescriber's word is signed with the PIN", async () => {
    const [holds, loses] = REFS as [string, string];
    const corrected: Conflict = {
      ...twice,
      id: `concurrent-amendment ${REFS.join(' ')}`,
      kind: 'concurrent-amendment',
      sides: twice.sides.map((side, index) => ({
        ...side,
        kind: 'order-stopped' as const,
        says: `Order stopped ${index}`,
        signed: true as const,
      })),
    };
    const { lamp, user } = openBoard([aBoardRow({ conflicts: [corrected] })]);
    await user.click(await screen.findByRole('button', { name: /Nora Nurse, 14:05, Tablet 4W-2 holds/ }));
    expect(lamp.appended).toEqual([]);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
    await user.type(screen.getByLabelText('PIN'), PIN);
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await screen.findByText(/Settled, saved on this tablet/);
    expect(lamp.appended).toMatchObject([
      { draft: { kind: 'conflict-settled', entries: [holds, loses], holds: [holds] }, pin: PIN },
    ]);
  });

  it('two patients in one bed: found between rows, named on both, settled under both', async () => {
    const claim = (ref: string) => ({
      kind: 'bed-assigned' as const,
      ref,
      bed: '12',
      by: 'Nora Nurse',
      at: '2026-11-24T20:05:00.000Z',
    });
    const { lamp, user } = openBoard([
      aBoardRow({ bedClaims: [claim(REFS[0]!)] }),
      aBoardRow({
        patient: OTHER,
        name: { family: 'Zebrowski', given: 'Wanda' },
        birthDate: '1948-02-03',
        bedClaims: [claim(REFS[1]!)],
      }),
    ]);
    expect(await screen.findAllByText(/▲ 1 to settle/)).toHaveLength(2);
    await user.click(screen.getByRole('button', { name: 'They share bed 12' }));
    await screen.findByText(/Settled, saved on this tablet/);
    expect(lamp.appended.map(({ patient }) => patient)).toEqual([PATIENT, OTHER].sort());
    expect(lamp.appended[0]?.draft).toMatchObject({
      decision: 'all-hold',
      bed: '12',
      patients: [PATIENT, OTHER].sort(),
    });
  });

  it('the chart shows it too, also what only the board can know', async () => {
    const lamp = aLamp({ chart: aChart({ conflicts: [twice], samePersonAs: [OTHER] }), changes: tablets });
    renderWith(lamp, <PatientScreen {...props} patient={PATIENT} give={undefined} />);
    await screen.findByText(/the dose due 24-Nov-2026 14:00 is charted as given 2 times/);
    expect(screen.getByRole('button', { name: 'Both were given' })).toBeDefined();
    expect(screen.getByText(/The same person is charted twice/)).toBeDefined();
  });
});
