// @vitest-environment jsdom
import './browser.ts';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { TabletApp } from '../../src/app/tablet/TabletApp.tsx';
import { aLamp, aStatus, PIN, renderWith } from './fake-lamp.tsx';

describe('a locked tablet', () => {
  it('opens the ward board to the right PIN, typed on its pad', async () => {
    const user = userEvent.setup();
    renderWith(aLamp(), <TabletApp />);
    await user.click(await screen.findByRole('button', { name: /^Nora Nurse/ }));
    for (const digit of PIN) await user.click(screen.getByRole('button', { name: digit }));
    await user.click(screen.getByRole('button', { name: 'Unlock' }));
    expect(await screen.findByRole('tab', { name: 'Ward board' })).toBeDefined();
    expect(await screen.findByRole('button', { name: /ABERNATHY, Ruth/ })).toBeDefined();
  });

  it('reads the ward once for all who look at it, and not again for a chart', async () => {
    const user = userEvent.setup();
    const lamp = aLamp();
    let asked = 0;
    const { board } = lamp.vault;
    lamp.vault.board = () => {
      asked += 1;
      return board();
    };
    renderWith(lamp, <TabletApp />);
    await user.click(await screen.findByRole('button', { name: /^Nora Nurse/ }));
    const before = asked;
    await user.type(screen.getByLabelText('PIN'), `${PIN}{Enter}`);
    await user.click(await screen.findByRole('button', { name: /ABERNATHY, Ruth/ }));
    await screen.findByRole('button', { name: 'Record vital signs' });
    expect(asked - before).toBe(1);
  });

  it('says that a PIN is wrong and stays locked', async () => {
    const user = userEvent.setup();
    renderWith(aLamp(), <TabletApp />);
    await user.click(await screen.findByRole('button', { name: /^Nora Nurse/ }));
    await user.type(screen.getByLabelText('PIN'), '000000{Enter}');
    expect((await screen.findByRole('alert')).textContent).toContain('not the PIN');
    expect(screen.queryByRole('tab', { name: 'Ward board' })).toBeNull();
  });

  it('says where entries are, and why it is not ready, before anyone unlocks', async () => {
    renderWith(
      aLamp({ status: aStatus({ state: 'not-ready', reasons: ['The EHR data is more than an hour old.'] }) }),
      <TabletApp />,
    );
    const strip = await screen.findByRole('status', { name: 'Where entries are' });
    expect(strip.textContent).toMatch(/12 on this tablet only, oldest (\S+ )?\d\d:\d\d/);
    expect(strip.textContent).toContain('1 needs a person');
    expect(screen.getByText('The EHR data is more than an hour old.')).toBeDefined();
    expect(screen.queryByText(/ABERNATHY/)).toBeNull();
  });

  it('opens while entries come in faster than they are counted, and shows the last count', async () => {
    const lamp = aLamp();
    let asked = 0;
    const toAnswer: (() => void)[] = [];
    lamp.vault.status = () => {
      asked += 1;
      const counted = asked;
      return new Promise((resolve) =>
        toAnswer.push(() => resolve(aStatus({ counts: { ...aStatus().counts, onThisTabletOnly: counted } }))),
      );
    };
    renderWith(lamp, <TabletApp />);
    // News comes before each answer, as in the upload of a whole day.
    for (let answer = 0; answer < 5; answer++) {
      await waitFor(() => expect(toAnswer.length).toBeGreaterThan(0));
      lamp.tell({ type: 'counts', counts: aStatus().counts });
      toAnswer.shift()!();
      expect(await screen.findByRole('button', { name: /^Nora Nurse/ })).toBeDefined();
    }
    await waitFor(() => expect(toAnswer.length).toBeGreaterThan(0));
    toAnswer.shift()!();
    const strip = await screen.findByRole('status', { name: 'Where entries are' });
    await waitFor(() => expect(strip.textContent).toContain(`${asked} on this tablet only`));
    expect(toAnswer).toEqual([]);
  });

  it('keeps what is half written while the screen is covered', async () => {
    const user = userEvent.setup();
    renderWith(aLamp(), <TabletApp />);
    await user.click(await screen.findByRole('button', { name: /^Nora Nurse/ }));
    await user.type(screen.getByLabelText('PIN'), `${PIN}{Enter}`);
    await user.click(await screen.findByRole('button', { name: /ABERNATHY, Ruth/ }));
    await user.click(await screen.findByRole('button', { name: 'Record vital signs' }));
    await user.type(await screen.findByLabelText('Pulse'), '88');
    const hide = (hidden: boolean): void => {
      Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    };
    hide(true);
    expect(await screen.findByText('Lamplight', { selector: '.cover' })).toBeDefined();
    hide(false);
    expect(await screen.findByLabelText<HTMLInputElement>('Pulse').then((field) => field.value)).toBe('88');
  });
});
