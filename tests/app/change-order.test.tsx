// @vitest-environment jsdom
import './browser.ts';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { ChangeOrderForm } from '../../src/app/tablet/forms/ChangeOrderForm.tsx';
import { OrderForm } from '../../src/app/tablet/forms/OrderForm.tsx';
import {
  type ChartOrder,
  DEFAULT_DOSE_HOURS,
  firstDue,
  type OrderDetail,
  readWardSettings,
  type Schedule,
} from '../../src/clinical/index.ts';
import { aChart, aLamp, anOrder, NURSE, PIN, renderWith } from './fake-lamp.tsx';

const ZONE = 'America/Chicago';
const at = (times: string[], everyDays: number, code?: string): Schedule => ({
  type: 'times',
  times,
  timeZone: ZONE,
  everyDays,
  ...(code === undefined ? {} : { code }),
});
const NOW = '2026-11-26T12:00:00.000Z';

function change(schedule: Schedule, more: Partial<ChartOrder> = {}, settings = readWardSettings(undefined)) {
  const order = anOrder({ text: 'methotrexate 2.5 mg tablet', ...more });
  if (order.detail.category !== 'medication') throw new Error('a medication');
  const changes: ChartOrder = {
    ...order,
    detail: { ...order.detail, schedule, startAt: '2026-11-02T15:00:00.000Z' },
  };
  const chart = aChart({
    now: NOW,
    orders: [changes],
    settings,
    allergies: { status: 'nilknown', list: [] },
  });
  const lamp = aLamp({ chart });
  renderWith(
    lamp,
    <OrderForm
      prescribes
      chart={chart}
      timeZone={ZONE}
      now={NOW}
      changes={changes}
      onDone={() => undefined}
      onCancel={() => undefined}
    />,
  );
  const user = userEvent.setup();
  return {
    frequency: screen.getByRole<HTMLInputElement>('combobox', { name: 'Frequency' }).value,
    signed: async (): Promise<OrderDetail> => {
      await user.clear(screen.getByLabelText('Dose'));
      await user.type(screen.getByLabelText('Dose'), '7.5');
      await user.type(screen.getByLabelText('PIN'), PIN);
      await user.click(screen.getByRole('button', { name: 'Sign order' }));
      await waitFor(() => expect(lamp.appended).toHaveLength(1));
      const { draft } = lamp.appended[0]!;
      if (draft.kind !== 'order-signed') throw new Error(draft.kind);
      return draft.detail;
    },
  };
}

describe('an order that is changed', () => {
  it('weekly stays weekly, on its day, and says when it is due next', async () => {
    const weekly = at(['09:00'], 7, 'WK');
    const { frequency, signed } = change(weekly);
    expect(frequency).toBe('As before: weekly at 09:00');
    expect(screen.getByText(/next dose due 30-Nov-2026 09:00/)).toBeTruthy();
    const detail = await signed();
    expect(detail).toMatchObject({ dose: { value: 7.5 }, schedule: weekly });
    expect(firstDue(detail)).toBe('2026-11-30T15:00:00.000Z');
  });

  it.each<[string, Schedule, string]>([
    ['daily at an hour of its own', at(['07:00'], 1, 'QD'), 'As before: daily at 07:00'],
    ['every other day', at(['09:00'], 2), 'As before: every other day at 09:00'],
    ['every 36 hours', { type: 'every', hours: 36 }, 'As before: every 36 hours'],
    [
      'a rate by weight',
      { type: 'continuous', rate: { value: 5, unit: 'ug/kg/min' } },
      'As before: continuous, RATE 5 mcg/kg/min',
    ],
    ['in the EHR’s words', { type: 'as-written', text: 'with dialysis' }, 'As before: with dialysis'],
  ])('%s is kept as it is', async (_, schedule, words) => {
    const { frequency, signed } = change(schedule);
    expect(frequency).toBe(words);
    expect(await signed()).toMatchObject({ schedule });
  });

  it('has the form’s own frequency where that says the same, by whatever code', () => {
    expect(change(at(['21:00', '09:00'], 1, 'Q12')).frequency).toBe('Twice daily, 09:00 21:00');
  });

  it('asks for a frequency where nobody knows from when the old one counts', () => {
    expect(change(at(['09:00'], 7), { incomplete: ['start time'] }).frequency).toBe('');
  });
});

describe('an order that is resumed', () => {
  const held = anOrder({ text: 'amoxicillin 500 mg', state: 'on-hold', id: 'e2'.repeat(16) });
  function resume(change: 'resume' | 'hold', others: ChartOrder[] = []) {
    const chart = aChart({ orders: [held, ...others] });
    const lamp = aLamp({ chart });
    renderWith(
      lamp,
      <ChangeOrderForm
        chart={chart}
        order={held}
        change={change}
        self={NURSE.id}
        timeZone={ZONE}
        onDone={() => undefined}
        onCancel={() => undefined}
      />,
    );
    return { lamp, user: userEvent.setup() };
  }

  it('is looked at again beside what is on the chart now, and each reason is signed with it', async () => {
    const { lamp, user } = resume('resume', [anOrder({ text: 'amoxicillin 250 mg' })]);
    expect(screen.getByText(/Allergy on record: Penicillin V/)).toBeDefined();
    expect(screen.getByText(/same ingredient is active: amoxicillin 250 mg\.$/)).toBeDefined();
    await user.type(screen.getByLabelText('PIN'), PIN);
    const sign = screen.getByRole<HTMLButtonElement>('button', { name: 'Sign resume' });
    const reasons = screen.getAllByLabelText('Reason to resume it all the same');
    expect(reasons).toHaveLength(2);
    await user.type(reasons[0]!, 'tolerated in May');
    expect(sign.disabled).toBe(true);
    await user.click(screen.getByRole('button', { name: 'Both are meant' }));
    await user.click(sign);
    await waitFor(() => expect(lamp.appended).toHaveLength(1));
    expect(lamp.appended[0]?.draft).toMatchObject({
      kind: 'order-resumed',
      order: held.id,
      overrides: [
        { alert: 'allergy-class', reason: 'tolerated in May' },
        { alert: 'duplicate-order', reason: 'Both are meant' },
      ],
    });
  });

  it('no reason is asked for to hold it', () => {
    resume('hold');
    expect(screen.queryByText(/Allergy on record/)).toBeNull();
  });
});

describe('an order that was stopped on another tablet while somebody changes it', () => {
  function stoppedMeanwhile(state: ChartOrder['state']) {
    const opened = anOrder({ text: 'apixaban 5 mg tablet' });
    const stopped: ChartOrder = { ...opened, state, stoppedAt: NOW, stoppedReason: 'bleeding' };
    return {
      opened,
      chart: aChart({ now: NOW, orders: [stopped], allergies: { status: 'nilknown', list: [] } }),
    };
  }

  it('is not begun again without a reason', async () => {
    const { opened, chart } = stoppedMeanwhile('stopped');
    const lamp = aLamp({ chart });
    renderWith(
      lamp,
      <OrderForm
        prescribes
        chart={chart}
        timeZone={ZONE}
        now={NOW}
        changes={opened}
        onDone={() => undefined}
        onCancel={() => undefined}
      />,
    );
    const user = userEvent.setup();
    await user.type(screen.getByLabelText('PIN'), PIN);
    expect(screen.getByText(/was stopped meanwhile \(bleeding\)/)).toBeDefined();
    const sign = screen.getByRole<HTMLButtonElement>('button', { name: 'Sign order' });
    expect(sign.disabled).toBe(true);
    await user.type(screen.getByLabelText('Reason to order it all the same'), 'bleeding has stopped');
    await user.click(sign);
    await waitFor(() => expect(lamp.appended).toHaveLength(1));
    expect(lamp.appended[0]?.draft).toMatchObject({
      overrides: [{ alert: 'order-stopped', reason: 'bleeding has stopped' }],
    });
  });

  it.each(['hold', 'resume'] as const)('is not signed as %s: that would change nothing', async (change) => {
    const { opened, chart } = stoppedMeanwhile('stopped');
    renderWith(
      aLamp({ chart }),
      <ChangeOrderForm
        chart={chart}
        order={{ ...opened, state: change === 'hold' ? 'active' : 'on-hold' }}
        change={change}
        self={NURSE.id}
        timeZone={ZONE}
        onDone={() => undefined}
        onCancel={() => undefined}
      />,
    );
    const user = userEvent.setup();
    if (change === 'hold') await user.type(screen.getByLabelText('Why is it held?'), 'low pulse');
    await user.type(screen.getByLabelText('PIN'), PIN);
    expect(screen.getByRole('alert').textContent).toMatch(/was stopped meanwhile \(bleeding\)/);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: `Sign ${change}` }).disabled).toBe(true);
  });
});

it('an order with hours of before the ward changed them keeps these, and a frequency that is chosen has those of now', async () => {
  const doseHours = {
    ...DEFAULT_DOSE_HOURS,
    codes: { ...DEFAULT_DOSE_HOURS.codes, BID: ['06:00', '18:00'] },
  };
  const { frequency, signed } = change(at(['09:00', '21:00'], 1, 'BID'), {}, readWardSettings({ doseHours }));
  expect(frequency).toBe('As before: daily at 09:00 21:00');
  const user = userEvent.setup();
  await user.click(screen.getByRole('combobox', { name: 'Frequency' }));
  await user.click(await screen.findByRole('option', { name: 'Twice daily, 06:00 18:00' }));
  expect(await signed()).toMatchObject({ schedule: at(['06:00', '18:00'], 1, 'BID') });
});
