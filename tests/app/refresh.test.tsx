// @vitest-environment jsdom
import './browser.ts';
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { PatientScreen } from '../../src/app/tablet/patient/PatientScreen.tsx';
import { Shell } from '../../src/app/tablet/Shell.tsx';
import { TabletApp } from '../../src/app/tablet/TabletApp.tsx';
import { aChart, aLamp, aStatus, NURSE, PATIENT, renderWith } from './fake-lamp.tsx';

const session = { staff: NURSE, ward: { id: '4west', name: '4 West' } };
const SHOWN = /Shown as of \d\d:\d\d; could not be read again\..*Lock and open the tablet\./;
const fail = async (): Promise<never> => {
  throw new Error('the worker has failed');
};

describe('what cannot be read again', () => {
  it('a chart stays, says since when it is shown, and is new once it could be read', async () => {
    const lamp = aLamp();
    renderWith(
      lamp,
      <PatientScreen patient={PATIENT} session={session} timeZone="America/Chicago" go={() => undefined} />,
    );
    await userEvent.click(await screen.findByRole('tab', { name: 'Notes' }));
    expect(screen.queryByText(SHOWN)).toBeNull();
    lamp.vault.chart = fail;
    act(() => lamp.tell({ type: 'changed', patients: [PATIENT] }));
    expect((await screen.findByRole('alert')).textContent).toMatch(SHOWN);
    expect(screen.getByRole('tab', { name: 'Notes', selected: true })).toBeDefined();
    lamp.vault.chart = async () => aChart();
    act(() => lamp.tell({ type: 'changed', patients: [PATIENT] }));
    await waitFor(() => expect(screen.queryByText(SHOWN)).toBeNull());
  });

  it('a board stays, and says since when it is shown', async () => {
    const lamp = aLamp();
    renderWith(lamp, <Shell status={aStatus()} session={session} theme={['light', () => undefined]} />);
    await screen.findByRole('button', { name: /ABERNATHY, Ruth/ });
    lamp.vault.board = fail;
    act(() => lamp.tell({ type: 'changed', patients: [PATIENT] }));
    expect(await screen.findByText(SHOWN)).toBeDefined();
    expect(screen.getByRole('button', { name: /ABERNATHY, Ruth/ })).toBeDefined();
  });

  it('a tablet whose worker has stopped asks to be opened again', async () => {
    const lamp = aLamp();
    renderWith(lamp, <TabletApp />);
    await screen.findByRole('button', { name: /Nora Nurse/ });
    act(() => lamp.tell({ type: 'stopped', worker: 'vault' }));
    expect((await screen.findByRole('alert')).textContent).toMatch(/stopped.*is safe on this tablet/);
    expect(screen.getByRole('button', { name: 'Open Lamplight again' })).toBeDefined();
    expect(screen.getByRole('button', { name: /Nora Nurse/ })).toBeDefined();
    expect(screen.getByRole('alert').textContent).toContain('nothing more can be saved');
  });

  it('one that only sends no more still saves, and says so', async () => {
    const lamp = aLamp();
    renderWith(lamp, <TabletApp />);
    await screen.findByRole('button', { name: /Nora Nurse/ });
    act(() => lamp.tell({ type: 'stopped', worker: 'sync' }));
    const said = (await screen.findByRole('alert')).textContent;
    expect(said).not.toContain('nothing more can be saved');
    expect(said).toMatch(/nothing is sent or fetched.*still saved on this tablet/);
    // Then the other part as well: what is worse is said.
    act(() => lamp.tell({ type: 'stopped', worker: 'vault' }));
    expect(screen.getByRole('alert').textContent).toContain('nothing more can be saved');
  });
});
