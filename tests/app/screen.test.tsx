// @vitest-environment jsdom
import './browser.ts';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { ScreenForm } from '../../src/app/tablet/forms/CareForms.tsx';
import { formatTime } from '../../src/clinical/index.ts';
import { aChart, aLamp, aVitalSet, minutesFromNow, renderWith } from './fake-lamp.tsx';

const zone = 'America/Chicago';

function open(minutesAgo: number): string {
  const set = aVitalSet(1, minutesAgo, {
    saturationScale: 1,
    respirationRate: 24,
    systolic: 120,
    consciousness: 'alert',
  });
  renderWith(
    aLamp(),
    <ScreenForm
      chart={aChart({ vitals: [set] })}
      now={minutesFromNow(0)}
      timeZone={zone}
      screen="qsofa"
      onDone={() => undefined}
      onCancel={() => undefined}
    />,
  );
  return `from vital signs of ${formatTime(set.body.effectiveAt, zone)}`;
}
const chosen = (): string[] =>
  screen
    .getAllByRole<HTMLInputElement>('checkbox')
    .filter(({ checked }) => checked)
    .map((chip) => chip.closest('fieldset')?.textContent ?? '');

describe('a screen that vital signs answer', () => {
  it('says by each answer from which set it is, and no more once it was changed by hand', async () => {
    const words = open(20);
    expect(chosen()).toHaveLength(3);
    expect(screen.getAllByText(words)).toHaveLength(3);
    const breathing = screen.getByRole('group', { name: /^Respiration/ });
    expect(within(breathing).getByText(words)).toBeDefined();
    await userEvent.click(within(breathing).getAllByRole('checkbox')[0]!);
    expect(within(breathing).queryByText(words)).toBeNull();
    // Back to what it was is by hand too.
    await userEvent.click(within(breathing).getAllByRole('checkbox')[1]!);
    expect(within(breathing).queryByText(words)).toBeNull();
    expect(screen.getAllByText(words)).toHaveLength(2);
  });

  it('is empty where they are older than an hour', () => {
    open(61);
    expect(chosen()).toEqual([]);
    expect(screen.queryByText(/from vital signs/)).toBeNull();
  });
});
