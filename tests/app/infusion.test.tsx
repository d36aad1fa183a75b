// @vitest-environment jsdom
import './browser.ts';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { InfusionForm } from '../../src/app/tablet/dose/InfusionForm.tsx';
import type { InfusionAction } from '../../src/clinical/index.ts';
import { aChart, aLamp, anOrder, NURSE, PIN, renderWith } from './fake-lamp.tsx';

function open(text: string, action: InfusionAction) {
  const order = anOrder({ text });
  const detail = {
    ...order.detail,
    route: 'IV',
    schedule: { type: 'continuous' as const, rate: { value: 12, unit: 'mL/h' } },
  };
  const chart = aChart({
    allergies: { status: 'nilknown', list: [] },
    orders: [{ ...order, detail: detail as typeof order.detail }],
  });
  const lamp = aLamp({ chart });
  renderWith(
    lamp,
    <InfusionForm
      chart={chart}
      task={{ order: order.id, action }}
      self={NURSE.id}
      timeZone="America/Chicago"
      now={new Date().toISOString()}
      onDone={() => undefined}
      onCancel={() => undefined}
    />,
  );
  return { lamp, user: userEvent.setup() };
}

describe('an infusion', () => {
  it.each([
    'heparin 25000 units per 250 mL',
    'insulin regular 100 units per 100 mL',
    'morphine 50 mg per 50 mL',
  ])('of %s asks for a second person when it is started, who reads the rate and signs', async (text) => {
    const { lamp, user } = open(text, 'started');
    const tick = screen.queryByRole('checkbox', { name: 'Checked with patient and paper' });
    if (tick) await user.click(tick);
    await user.click(screen.getByRole('button', { name: /^Next: / }));
    const rate = await screen.findByLabelText('The rate of the pump, as the second person reads it');
    await user.type(rate, '13');
    expect(screen.getByText(/This is not what the first person charted/)).toBeDefined();
    await user.clear(rate);
    await user.type(rate, '12');
    await user.click(screen.getByRole('combobox', { name: 'Second person' }));
    await user.click(await screen.findByRole('option', { name: 'Carl Clinician' }));
    await user.type(screen.getByLabelText(/PIN/), PIN);
    await user.click(screen.getByRole('button', { name: 'Sign and save' }));
    expect(lamp.appended[0]?.draft).toMatchObject({
      kind: 'infusion-charted',
      rateMlPerHour: 12,
      second: { as: expect.stringMatching(/second-check|witness/) },
    });
    expect(lamp.witnessed).toHaveLength(1);
  });

  it('of a drug that needs one person is saved at once, and nobody is asked when one is stopped', () => {
    open('sodium chloride 0.9 %', 'started');
    expect(screen.getByRole('button', { name: 'Save' })).toBeDefined();
    open('heparin 25000 units per 250 mL', 'stopped');
    expect(screen.getAllByRole('button', { name: 'Save' })).toHaveLength(2);
  });
});
