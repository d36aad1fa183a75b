// @vitest-environment jsdom
import './browser.ts';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { InfusionCard } from '../../src/app/tablet/dose/InfusionCard.tsx';
import { InfusionForm } from '../../src/app/tablet/dose/InfusionForm.tsx';
import type { Chart, Infusion, InfusionAction } from '../../src/clinical/index.ts';
import {
  aChart,
  aLamp,
  anOrder,
  LOG,
  minutesFromNow,
  NURSE,
  PIN,
  renderWith,
  WithNews,
} from './fake-lamp.tsx';

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
    // Insulin runs by a glucose of the last hour.
    measurements: [
      {
        id: `${LOG}-70`,
        hlc: [0, 0],
        standing: 'current',
        replacedBy: [],
        body: {
          kind: 'glucose-measured',
          value: 180,
          unit: 'mg/dL',
          sample: 'capillary',
          author: NURSE,
          effectiveAt: minutesFromNow(-5),
          recordedAt: minutesFromNow(-5),
        },
      },
    ],
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
    const counted = text.startsWith('morphine');
    if (counted) {
      // The bag came out of the locked cupboard: what was there, and what is left.
      await user.click(screen.getByRole('combobox', { name: 'Counted in' }));
      await user.click(await screen.findByRole('option', { name: 'bags' }));
      await user.type(screen.getByLabelText('Count before'), '6');
      await user.type(screen.getByLabelText('Given'), '1');
      await user.type(screen.getByLabelText('Count after'), '4');
      expect(screen.getByText(/The count does not agree: 1 missing/)).toBeDefined();
      await user.clear(screen.getByLabelText('Count after'));
      await user.type(screen.getByLabelText('Count after'), '5');
    }
    await user.click(screen.getByRole('combobox', { name: 'Second person' }));
    await user.click(await screen.findByRole('option', { name: 'Carl Clinician' }));
    await user.type(screen.getByLabelText(/PIN/), PIN);
    await user.click(screen.getByRole('button', { name: 'Sign and save' }));
    expect(lamp.appended[0]?.draft).toMatchObject({
      kind: 'infusion-charted',
      rateMlPerHour: 12,
      second: {
        as: expect.stringMatching(/second-check|witness/),
        ...(counted ? { count: { unit: 'bags', before: 6, given: 1, wasted: 0, after: 5 } } : {}),
      },
    });
    expect(lamp.witnessed).toHaveLength(1);
  });

  it('of a drug that needs one person is saved at once, and nobody is asked when one is stopped', () => {
    open('sodium chloride 0.9 %', 'started');
    expect(screen.getByRole('button', { name: 'Save' })).toBeDefined();
    open('heparin 25000 units per 250 mL', 'stopped');
    expect(screen.getAllByRole('button', { name: 'Save' })).toHaveLength(2);
  });

  it('of a controlled drug asks at its end what is wasted, and a witness for that', async () => {
    const { lamp, user } = open('morphine 50 mg per 50 mL', 'stopped');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
    await user.type(screen.getByLabelText('Wasted from the bag'), '18');
    await user.click(screen.getByRole('button', { name: 'Next: witness' }));
    const seen = await screen.findByLabelText('What is wasted, as the second person reads it');
    await user.type(seen, '17');
    expect(screen.getByText(/This is not what the first person charted/)).toBeDefined();
    await user.clear(seen);
    await user.type(seen, '18');
    expect(screen.queryByLabelText('Count before')).toBeNull();
    await user.click(screen.getByRole('combobox', { name: 'Second person' }));
    await user.click(await screen.findByRole('option', { name: 'Carl Clinician' }));
    await user.type(screen.getByLabelText(/PIN/), PIN);
    await user.click(screen.getByRole('button', { name: 'Sign and save' }));
    expect(lamp.appended[0]?.draft).toMatchObject({
      action: 'stopped',
      wastedMl: 18,
      second: { as: 'witness' },
    });
    expect(lamp.witnessed[0]).toMatchObject({ statement: 'Saw what was wasted: 18 mL' });
  });

  it('of a controlled drug that ran empty wastes nothing, which needs nobody', async () => {
    const { lamp, user } = open('morphine 50 mg per 50 mL', 'stopped');
    await user.type(screen.getByLabelText('Wasted from the bag'), '0');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(lamp.appended[0]?.draft).toMatchObject({ action: 'stopped', wastedMl: 0 });
    expect(lamp.appended[0]?.draft).not.toHaveProperty('second');
  });

  it('resumed at another rate is saved once, whatever the second person types for a PIN', async () => {
    const order = anOrder({ text: 'heparin 25000 units per 250 mL' });
    const turn = (
      position: number,
      action: InfusionAction,
      rateMlPerHour?: number,
    ): Infusion['turns'][number] => ({
      id: `${LOG}-${position}`,
      hlc: [position, 0],
      standing: 'current',
      replacedBy: [],
      body: {
        kind: 'infusion-charted',
        author: NURSE,
        effectiveAt: minutesFromNow(position - 100),
        recordedAt: minutesFromNow(position - 100),
        order: order.id,
        medication: { text: 'heparin 25000 units per 250 mL' },
        action,
        ...(rateMlPerHour === undefined ? {} : { rateMlPerHour }),
        overrides: [],
      },
    });
    const infusion = (turns: Infusion['turns']): Infusion => ({
      order: order.id,
      medication: 'heparin 25000 units per 250 mL',
      state: 'paused',
      since: minutesFromNow(-30),
      by: NURSE.name,
      startedAt: minutesFromNow(-60),
      runningBefore: false,
      inMl: 10,
      turns,
    });
    const paused = aChart({
      allergies: { status: 'nilknown', list: [] },
      orders: [
        {
          ...order,
          detail: {
            ...order.detail,
            route: 'IV',
            schedule: { type: 'continuous', rate: { value: 14, unit: 'mL/h' } },
          } as typeof order.detail,
        },
      ],
      infusions: [infusion([turn(10, 'started', 12), turn(20, 'paused')])],
    });
    const resumed = {
      ...paused,
      infusions: [
        { ...paused.infusions[0]!, turns: [...paused.infusions[0]!.turns, turn(101, 'resumed', 10)] },
      ],
    };
    const lamp = aLamp({ chart: paused });
    renderWith(
      lamp,
      <WithNews before={paused} after={resumed}>
        {(chart) => (
          <InfusionForm
            chart={chart}
            task={{ order: order.id, action: 'resumed' }}
            self={NURSE.id}
            timeZone="America/Chicago"
            now={new Date().toISOString()}
            onDone={() => undefined}
            onCancel={() => undefined}
          />
        )}
      </WithNews>,
    );
    const user = userEvent.setup();
    await user.clear(screen.getByLabelText('Rate'));
    await user.type(screen.getByLabelText('Rate'), '10');
    await user.click(screen.getByRole('button', { name: /^Next: / }));
    await user.type(
      await screen.findByLabelText('The rate of the pump, as the second person reads it'),
      '10',
    );
    await user.click(screen.getByRole('combobox', { name: 'Second person' }));
    await user.click(await screen.findByRole('option', { name: 'Carl Clinician' }));
    await user.type(screen.getByLabelText(/PIN/), '999999');
    await user.click(screen.getByRole('button', { name: 'Sign and save' }));
    await screen.findByText(/It is saved; the second signature is not yet/);
    await user.click(screen.getByRole('button', { name: 'News' }));
    await user.type(screen.getByLabelText(/PIN/), PIN);
    await user.click(screen.getByRole('button', { name: 'Sign' }));
    expect(lamp.appended).toHaveLength(1);
    expect(lamp.witnessed).toHaveLength(1);
  });

  it('that ended early says why', async () => {
    const { lamp, user } = open('sodium chloride 0.9 %', 'stopped');
    await user.click(screen.getByRole('radio', { name: 'Early' }));
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
    await user.click(screen.getByRole('button', { name: 'No access (IV lost)' }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(lamp.appended[0]?.draft).toMatchObject({ action: 'stopped', endedEarly: 'no-access' });
  });

  it('that lacks its second signature says so where it is listed, and is signed from there', async () => {
    const order = anOrder({ text: 'morphine 50 mg per 50 mL' });
    const at = new Date().toISOString();
    const turn: Infusion['turns'][number] = {
      id: `${LOG}-9`,
      hlc: [0, 0],
      standing: 'current',
      replacedBy: [],
      body: {
        kind: 'infusion-charted',
        author: NURSE,
        effectiveAt: at,
        recordedAt: at,
        order: order.id,
        medication: { text: 'morphine 50 mg per 50 mL' },
        action: 'started',
        rateMlPerHour: 2,
        second: { as: 'witness' },
        overrides: [],
      },
    };
    const infusion: Infusion = {
      order: order.id,
      medication: 'morphine 50 mg per 50 mL',
      state: 'running',
      since: at,
      by: NURSE.name,
      startedAt: at,
      runningBefore: false,
      rateMlPerHour: 2,
      inMl: 0,
      turns: [turn],
    };
    const start = vi.fn();
    const show = (signatures: Chart['signatures']) =>
      renderWith(
        aLamp(),
        <InfusionCard
          order={order}
          infusion={infusion}
          signatures={signatures}
          now={at}
          timeZone="America/Chicago"
          start={start}
        />,
      );
    const { unmount } = show({});
    expect(screen.getByText(/second signature missing/)).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: /^Second signature for Infusion started/ }));
    expect(start).toHaveBeenCalledWith({ do: 'second', order: order.id, entry: turn });
    unmount();
    show({ [turn.id]: [{ id: `${LOG}-10`, as: 'witness', by: 'Carl Clinician', role: 'clinician', at }] });
    expect(screen.queryByText(/second signature missing/)).toBeNull();
    expect(screen.getByText(/Second person: Carl Clinician/)).toBeDefined();
  });
});
