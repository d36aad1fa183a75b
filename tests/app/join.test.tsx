// @vitest-environment jsdom
import './browser.ts';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { TabletApp } from '../../src/app/tablet/TabletApp.tsx';
import type { TabletStatus } from '../../src/vault/api.ts';
import { aLamp, aStatus, renderWith } from './fake-lamp.tsx';

const joining = { deviceName: '4 West tablet 1', checkCode: 'ABCD-2345-EFGH' };

/** A lamp whose status is what the test says last. */
function aJoiningLamp(first: Partial<TabletStatus>) {
  const lamp = aLamp();
  let status = aStatus({ state: 'not-enrolled', ...first });
  lamp.vault.status = async () => status;
  return { lamp, becomes: (next: Partial<TabletStatus>) => (status = aStatus(next)) };
}

describe('a tablet that joins', () => {
  it('shows the check code until it is let in, and then the people of its ward', async () => {
    const { lamp, becomes } = aJoiningLamp({ joining });
    let letIn: (value: { ok: true; value: 'enrolled' }) => void = () => undefined;
    lamp.vault.joinOnceLetIn = () => new Promise((resolve) => (letIn = resolve));
    renderWith(lamp, <TabletApp />);
    expect(await screen.findByText('ABCD-2345-EFGH')).toBeDefined();
    becomes({});
    letIn({ ok: true, value: 'enrolled' });
    expect(await screen.findByRole('button', { name: /^Nora Nurse/ })).toBeDefined();
  });

  it('asks anew where it was refused, and says that it was', async () => {
    const { lamp, becomes } = aJoiningLamp({ joining });
    lamp.vault.joinOnceLetIn = async () => {
      becomes({ state: 'not-enrolled' });
      return {
        ok: false,
        error: { kind: 'refused', message: 'An administrator did not let this tablet in.' },
      };
    };
    renderWith(lamp, <TabletApp />);
    expect((await screen.findByRole('alert')).textContent).toContain('did not let this tablet in');
    expect(screen.getByLabelText('Enrolment code')).toBeDefined();
  });

  it('goes on waiting while the server is away, and can be given up for another code', async () => {
    const { lamp, becomes } = aJoiningLamp({ joining });
    lamp.vault.joinOnceLetIn = async () => ({
      ok: false,
      error: { kind: 'offline', message: 'The server does not answer.' },
    });
    lamp.vault.forgetJoining = async () => void becomes({ state: 'not-enrolled' });
    renderWith(lamp, <TabletApp />);
    expect((await screen.findByRole('alert')).textContent).toContain('does not answer');
    expect(screen.getByText('ABCD-2345-EFGH')).toBeDefined();
    await userEvent.setup().click(screen.getByRole('button', { name: 'Ask with another code' }));
    expect(await screen.findByLabelText('Enrolment code')).toBeDefined();
  });
});
