// @vitest-environment jsdom
import './browser.ts';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { BoardScreen } from '../../src/app/tablet/BoardScreen.tsx';
import { PatientScreen } from '../../src/app/tablet/patient/PatientScreen.tsx';
import {
  aBoardRow,
  aChart,
  aLamp,
  aStatus,
  type FakeLamp,
  NURSE,
  PATIENT,
  renderWith,
} from './fake-lamp.tsx';

const AT = '2026-11-24T20:05:00.000Z';
const props = {
  session: { staff: NURSE, ward: aStatus().wards[0]! },
  timeZone: 'America/Chicago',
  go: () => undefined,
};
const PLACE = { ward: '5east', wardName: '5 East', bed: '7', by: 'Nora Nurse', at: AT };
const openPatient = (lamp: FakeLamp) => renderWith(lamp, <PatientScreen {...props} patient={PATIENT} />);

async function fillAndMove(): Promise<void> {
  await userEvent.click(await screen.findByRole('button', { name: 'Move to another ward' }));
  const submit = screen.getByRole<HTMLButtonElement>('button', { name: 'Move the patient' });
  expect(submit.disabled).toBe(true);
  await userEvent.click(screen.getByRole('combobox', { name: 'Ward' }));
  await userEvent.click(await screen.findByRole('option', { name: '5 East' }));
  await userEvent.type(screen.getByLabelText('Bed there'), '7');
  await userEvent.click(submit);
}

describe('moving a patient', () => {
  it('asks for ward and bed, and says that it is saved when the vault has said so', async () => {
    const lamp = aLamp();
    openPatient(lamp);
    await fillAndMove();
    await screen.findByText(/Moved to 5 East, bed 7\. Saved on this tablet/);
    expect(lamp.moved).toEqual([{ patient: PATIENT, ward: '5east', bed: '7' }]);
  });

  it('says that the wards could not be read, and tries again without losing the bed', async () => {
    const answers = [
      async () => {
        throw new Error('the vault did not answer');
      },
      async () => [{ id: '5east', name: '5 East' }],
    ];
    openPatient(aLamp({ changes: { otherWards: () => answers.shift()!() } }));
    await userEvent.click(await screen.findByRole('button', { name: 'Move to another ward' }));
    expect((await screen.findByRole('alert')).textContent).toMatch(/could not be read.*Nothing was changed/);
    await userEvent.type(screen.getByLabelText('Bed there'), '7');
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
    await userEvent.click(screen.getByRole('combobox', { name: 'Ward' }));
    expect(await screen.findByRole('option', { name: '5 East' })).toBeDefined();
    expect(screen.getByLabelText<HTMLInputElement>('Bed there').value).toBe('7');
  });

  it('that was not saved keeps what was typed, and says why', async () => {
    const message = 'Not saved: this tablet is full.';
    openPatient(aLamp({ changes: { move: async () => ({ ok: false, error: { kind: 'full', message } }) } }));
    await fillAndMove();
    await screen.findByText(message);
    expect(screen.getByLabelText<HTMLInputElement>('Bed there').value).toBe('7');
  });

  it('who is away is said on the chart, with no more beds and moves from here', async () => {
    openPatient(aLamp({ chart: aChart({ elsewhere: { places: [PLACE] } }) }));
    await screen.findByText('5 East, bed 7');
    expect(screen.getByText(/by Nora Nurse, 24-Nov-2026 14:05/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Move to another ward' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Assign bed' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Write note' })).toBeTruthy();
  });

  it('an arrival whose record is not whole is an alarm, on the chart and on the board', async () => {
    const arrival = { fromName: '4 West', by: 'Nora Nurse', at: AT, listed: 14, here: 12 };
    const { unmount } = openPatient(aLamp({ chart: aChart({ arrival }) }));
    await screen.findByText('12 of 14 entries here');
    unmount();
    const lamp = aLamp({
      rows: [
        aBoardRow({ arrival }),
        aBoardRow({
          patient: 'ee'.repeat(16),
          name: { family: 'Gone', given: 'Ann' },
          elsewhere: { places: [PLACE] },
        }),
      ],
    });
    renderWith(lamp, <BoardScreen {...props} tab="board" onTab={() => undefined} />);
    await screen.findByText(/12 of 14 entries here/);
    const away = screen.getByRole('region', { name: 'Moved to other wards' });
    expect(within(away).getByText(/5 East, bed 7/)).toBeTruthy();
    expect(screen.getByText('1 patient')).toBeTruthy();
    await waitFor(() => expect(document.querySelectorAll('.board-row')).toHaveLength(1));
  });
});
