// @vitest-environment jsdom
import './browser.ts';
import { cleanup, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { GiveDoseForm } from '../../src/app/tablet/dose/GiveDoseForm.tsx';
import { readNumber } from '../../src/app/tablet/forms/read-number.ts';
import { type Chart, readWardSettings } from '../../src/clinical/index.ts';
import { aChart, aLamp, anOrder, aVitalSet, LOG, NURSE, PIN, renderWith, WithNews } from './fake-lamp.tsx';

function open(chart: Chart, dueAt?: string) {
  const lamp = aLamp({ chart });
  const order = chart.orders[0]!;
  renderWith(
    lamp,
    <GiveDoseForm
      chart={chart}
      dose={{ order: order.id, dueAt }}
      timeZone="America/Chicago"
      now={new Date().toISOString()}
      self={NURSE.id}
      onDone={() => undefined}
      onCancel={() => undefined}
    />,
  );
  return {
    lamp,
    user: userEvent.setup(),
    save: () => screen.getByRole<HTMLButtonElement>('button', { name: 'Save dose' }),
  };
}
/** Two identifiers read, and nothing scanned. */
const identify = (user: ReturnType<typeof userEvent.setup>) =>
  user.click(screen.getByRole('button', { name: 'No scanner here' }));
const penicillin = (reaction: string, text: string): Chart['allergies']['list'][number] => ({
  substance: { text },
  reaction,
  source: { from: 'ehr', asOf: '2026-11-24T12:00:00.000Z' },
});

describe('giving a dose', () => {
  it('says in one line what the ward has switched off, and asks nothing of it', async () => {
    const { user } = open(
      aChart({
        settings: readWardSettings({ alertsOff: ['allergy-class', 'interaction'] }),
        orders: [anOrder({ text: 'Amoxicillin 500 mg capsule' })],
      }),
    );
    expect(screen.queryByText(/Allergy on record/)).toBeNull();
    // Interactions are asked where an order is signed.
    const line = 'Not checked on this ward: allergies to a drug of the same class.';
    expect(screen.getByText(line)).toBeTruthy();
    await user.click(screen.getByText('Refused'));
    expect(screen.queryByText(line)).toBeNull();
  });

  it('asks for a reason for each allergy that speaks against it', async () => {
    const { lamp, user, save } = open(
      aChart({
        allergies: {
          status: 'known',
          list: [penicillin('hives', 'Amoxicillin'), penicillin('anaphylaxis', 'Penicillin V')],
        },
        orders: [anOrder({ text: 'Amoxicillin 500 mg capsule' })],
      }),
    );
    const reasons = screen.getAllByLabelText('Reason to give it all the same');
    expect(reasons.length).toBe(2);
    await user.type(reasons[0]!, 'tolerated before');
    expect(save().disabled).toBe(true);
    await user.type(reasons[1]!, 'prescriber knows');
    await user.click(screen.getByRole('checkbox', { name: 'Checked with patient and paper' }));
    await identify(user);
    await user.click(save());
    expect(lamp.appended[0]?.draft).toMatchObject({
      outcome: 'given',
      dose: { value: 500, unit: 'mg' },
      identified: { patient: 'read', drug: 'read', whyNotScanned: 'No scanner here' },
      overrides: [
        { reason: 'tolerated before' },
        { reason: 'prescriber knows' },
        { alert: 'last-dose-unknown', reason: 'Checked with patient and paper' },
      ],
    });
  });

  it('never makes up a dose, unit or route that the order does not say', async () => {
    const chart = aChart({
      allergies: { status: 'nilknown', list: [] },
      orders: [anOrder({ text: 'Furosemide', incomplete: ['dose', 'route'] })],
    });
    const { lamp, user, save } = open(chart);
    expect(screen.getByText(/DOSE not recorded/)).toBeDefined();
    await user.type(screen.getByLabelText('Dose given'), '40');
    await user.type(screen.getByLabelText('Reason to give it all the same'), 'asked the prescriber');
    expect(save().disabled).toBe(true);
    await user.type(screen.getByLabelText('Unit'), 'mg');
    await user.click(screen.getByRole('checkbox', { name: 'Checked with patient and paper' }));
    await identify(user);
    await user.click(save());
    expect(lamp.appended[0]?.draft).toMatchObject({ dose: { value: 40, unit: 'mg' } });
    expect(lamp.appended[0]?.draft).not.toHaveProperty('route');
  });

  it('does not save a held dose without its reason', async () => {
    const { lamp, user, save } = open(
      aChart({ orders: [anOrder({ text: 'Metoprolol 25 mg tablet', dose: 25 })] }),
    );
    await user.click(screen.getByRole('radio', { name: 'Held' }));
    expect(save().disabled).toBe(true);
    await user.click(screen.getByRole('button', { name: 'Held by prescriber' }));
    await user.click(save());
    expect(lamp.appended[0]?.draft).toMatchObject({ outcome: 'held', notGivenReason: 'held-by-prescriber' });
  });

  it('asks for which parameter it is held, also where the order names none', async () => {
    const { lamp, user, save } = open(
      aChart({ orders: [anOrder({ text: 'Metoprolol 25 mg tablet', dose: 25 })] }),
    );
    await user.click(screen.getByRole('radio', { name: 'Held' }));
    await user.click(screen.getByRole('button', { name: 'Held for a parameter' }));
    expect(save().disabled).toBe(true);
    await user.click(screen.getByRole('radio', { name: 'Systolic' }));
    await user.type(screen.getByLabelText('Systolic now, mmHg'), '88');
    await user.click(save());
    expect(lamp.appended[0]?.draft).toMatchObject({ measured: [{ parameter: 'systolic', value: 88 }] });
  });

  const limited = () => {
    const order = anOrder({ text: 'Metoprolol 25 mg tablet', dose: 25 });
    if (order.detail.category === 'medication')
      order.detail.limits = [
        { parameter: 'pulse', below: 60 },
        { parameter: 'systolic', below: 100 },
      ];
    return order;
  };

  it('held for a parameter says which one, and its value', async () => {
    const { lamp, user, save } = open(aChart({ orders: [limited()] }));
    await user.click(screen.getByRole('radio', { name: 'Held' }));
    await user.click(screen.getByRole('button', { name: 'Held for a parameter' }));
    expect(save().disabled).toBe(true);
    await user.type(screen.getByLabelText('Pulse now, per minute'), '48');
    await user.click(save());
    expect(lamp.appended[0]?.draft).toMatchObject({
      outcome: 'held',
      notGivenReason: 'held-for-parameter',
      measured: [{ parameter: 'pulse', value: 48 }],
    });
  });

  it('held for another parameter than the first, or for one that is said in words', async () => {
    const { lamp, user, save } = open(aChart({ orders: [limited()] }));
    await user.click(screen.getByRole('radio', { name: 'Held' }));
    await user.click(screen.getByRole('button', { name: 'Held for a parameter' }));
    await user.click(screen.getByRole('radio', { name: 'Systolic' }));
    expect(screen.queryByLabelText('Pulse now, per minute')).toBeNull();
    await user.type(screen.getByLabelText('Systolic now, mmHg'), '92');
    expect(save().disabled).toBe(false);
    await user.click(screen.getByRole('radio', { name: 'Another' }));
    expect(save().disabled).toBe(true);
    await user.type(screen.getByLabelText('Comment'), 'potassium 6.1');
    await user.click(save());
    expect(lamp.appended[0]?.draft).toMatchObject({ comment: 'potassium 6.1' });
    expect(lamp.appended[0]?.draft).not.toHaveProperty('measured');
  });

  it('held for a parameter that was charted minutes ago takes it with its time, in one tap', async () => {
    const set = aVitalSet(8, 12, { saturationScale: 1, pulse: 110, systolic: 92 });
    const { lamp, user, save } = open(aChart({ orders: [limited()], vitals: [set] }));
    await user.click(screen.getByRole('radio', { name: 'Held' }));
    await user.click(screen.getByRole('button', { name: 'Held for a parameter' }));
    // The pulse is within its limits, so it is the pressure that it is held for.
    expect(screen.getByLabelText('Systolic now, mmHg')).toBeDefined();
    const charted = screen.getByRole('button', {
      name: /^Use 92 mmHg, charted \d\d:\d\d|^Use 92 mmHg, charted .*/,
    });
    expect(save().disabled).toBe(true);
    await user.click(charted);
    await user.click(save());
    expect(lamp.appended[0]?.draft).toMatchObject({
      outcome: 'held',
      measured: [{ parameter: 'systolic', value: 92, measuredAt: set.body.effectiveAt }],
    });
  });

  it('held for a value that is unlikely asks once more whether it is right', async () => {
    const { lamp, user, save } = open(aChart({ orders: [limited()] }));
    await user.click(screen.getByRole('radio', { name: 'Held' }));
    await user.click(screen.getByRole('button', { name: 'Held for a parameter' }));
    await user.type(screen.getByLabelText('Pulse now, per minute'), '20');
    expect(save().disabled).toBe(true);
    await user.click(screen.getByRole('checkbox', { name: 'This value is right' }));
    await user.click(save());
    expect(lamp.appended[0]?.draft).toMatchObject({ overrides: [{ alert: 'parameter-unusual' }] });
  });

  it('does not offer a value of more than an hour ago, and one that is typed comes before a charted one', async () => {
    const old = aVitalSet(8, 75, { saturationScale: 1, pulse: 48 });
    const first = open(aChart({ orders: [limited()], vitals: [old] }));
    await first.user.click(screen.getByRole('radio', { name: 'Held' }));
    await first.user.click(screen.getByRole('button', { name: 'Held for a parameter' }));
    expect(screen.queryByRole('button', { name: /^Use 48/ })).toBeNull();
    cleanup();
    const { lamp, user, save } = open(
      aChart({ orders: [limited()], vitals: [aVitalSet(9, 5, { saturationScale: 1, pulse: 48 })] }),
    );
    await user.click(screen.getByRole('radio', { name: 'Held' }));
    await user.click(screen.getByRole('button', { name: 'Held for a parameter' }));
    await user.click(screen.getByRole('button', { name: /^Use 48/ }));
    await user.type(screen.getByLabelText('Pulse now, per minute'), '52');
    await user.click(save());
    expect(lamp.appended[0]?.draft).toMatchObject({ measured: [{ parameter: 'pulse', value: 52 }] });
    expect(JSON.stringify(lamp.appended[0]?.draft)).not.toContain('measuredAt');
  });

  it('refused after a value was mistyped is saved without it: its field is not there any more', async () => {
    const { lamp, user, save } = open(aChart({ orders: [limited()] }));
    await user.type(screen.getByLabelText('Pulse now, per minute'), '999');
    expect(save().disabled).toBe(true);
    await user.click(screen.getByRole('radio', { name: 'Refused' }));
    expect(save().disabled).toBe(false);
    await user.click(save());
    expect(lamp.appended[0]?.draft).toMatchObject({ outcome: 'refused' });
    expect(lamp.appended[0]?.draft).not.toHaveProperty('measured');
  });

  it('says of a held dose too that it is charted already, and not that it may harm', async () => {
    const dueAt = '2026-11-24T14:00:00.000Z';
    const order = anOrder({ text: 'Amoxicillin 500 mg capsule' });
    const body = {
      kind: 'medication-administration' as const,
      author: { id: '3'.repeat(32), name: 'Sam Okafor', role: 'nurse' as const },
      effectiveAt: dueAt,
      recordedAt: dueAt,
      order: order.id,
      dueAt,
      medication: { text: 'Amoxicillin 500 mg capsule' },
      outcome: 'given' as const,
      dose: { value: 500, unit: 'mg' },
      overrides: [],
    };
    const { user, save } = open(
      aChart({
        allergies: { status: 'known', list: [penicillin('hives', 'Amoxicillin')] },
        orders: [
          {
            ...order,
            administrations: [
              {
                id: `${'4'.repeat(32)}-2`,
                hlc: [1, 0],
                standing: 'current',
                replacedBy: [],
                body,
              },
            ],
          },
        ],
      }),
      dueAt,
    );
    await user.click(screen.getByRole('radio', { name: 'Held' }));
    await user.click(screen.getByRole('button', { name: 'Nausea or vomiting' }));
    expect(save().disabled).toBe(true);
    await user.type(screen.getByLabelText('Reason to chart it again'), 'the first was another patient');
    expect(save().disabled).toBe(false);
  });
});

describe('two people', () => {
  it('are asked for where the ward has put the drug on its list', async () => {
    const chart = aChart({
      allergies: { status: 'nilknown', list: [] },
      orders: [
        anOrder({
          text: 'warfarin 5 mg tablet',
          dose: 5,
          lastGivenInEhr: new Date(Date.now() - 36e5 * 8).toISOString(),
        }),
      ],
      settings: readWardSettings({ secondPerson: { groups: ['antithrombotics'], drugs: [] } }),
    });
    const { user } = open(chart);
    await identify(user);
    await user.click(screen.getByRole('button', { name: 'Next: second check' }));
    expect(screen.getByText(/antithrombotics by any way/)).toBeTruthy();
  });

  const morphine = (): Chart =>
    aChart({
      allergies: { status: 'nilknown', list: [] },
      orders: [
        anOrder({
          text: 'morphine 10 MG/ML injection',
          dose: 5,
          lastGivenInEhr: new Date(Date.now() - 36e5 * 8).toISOString(),
        }),
      ],
    });

  it('ask for a witness, the count, and the own PIN; a wrong PIN keeps the dose and asks again', async () => {
    const chart = morphine();
    const { lamp, user } = open(chart);
    await identify(user);
    await user.click(screen.getByRole('button', { name: 'Next: witness' }));
    expect(lamp.appended).toEqual([]);
    // The first one's figure is not shown to the second.
    expect(screen.queryByDisplayValue('5')).toBeNull();
    const sign = () => screen.getByRole<HTMLButtonElement>('button', { name: /^Sign/ });
    const prepared = screen.getByLabelText('What is prepared, as the second person reads it');
    await user.type(prepared, '50');
    expect(screen.getByText(/not what the first person charted/)).toBeDefined();
    await user.clear(prepared);
    await user.type(prepared, '5');
    await user.click(screen.getByRole('combobox', { name: 'Counted in' }));
    await user.click(screen.getByRole('option', { name: 'ampoules' }));
    await user.type(screen.getByLabelText('Count before'), '10');
    await user.type(screen.getByLabelText('Given'), '0.5');
    await user.clear(screen.getByLabelText('Wasted'));
    await user.type(screen.getByLabelText('Wasted'), '0.5');
    await user.type(screen.getByLabelText('Count after'), '8');
    expect(screen.getByText(/The count does not agree: 1 missing/)).toBeDefined();
    await user.clear(screen.getByLabelText('Count after'));
    await user.type(screen.getByLabelText('Count after'), '9');
    await user.click(screen.getByRole('combobox', { name: 'Second person' }));
    // Nobody is the second person to themselves.
    expect(screen.queryByRole('option', { name: NURSE.name })).toBeNull();
    await user.click(screen.getByRole('option', { name: 'Carl Clinician' }));
    await user.type(screen.getByLabelText(/^Second person's/), '999999');
    await user.click(sign());
    await screen.findByText(/It is saved; the second signature is not yet/);
    await user.type(screen.getByLabelText(/^Second person's/), PIN);
    await user.click(sign());
    expect(lamp.appended).toHaveLength(1);
    expect(lamp.appended[0]?.draft).toMatchObject({
      dose: { value: 5 },
      second: {
        as: 'witness',
        count: { unit: 'ampoules', before: 10, given: 0.5, wasted: 0.5, after: 9 },
      },
    });
    expect(lamp.witnessed).toMatchObject([
      {
        entry: `${LOG}-101`,
        as: 'witness',
        statement: 'Saw the order and the preparation: 5 mg',
      },
    ]);
  });

  it('are not asked to sign what the chart speaks against since: the dose goes back to be looked at', async () => {
    const before = morphine();
    const order = before.orders[0]!;
    const stoppedAt = new Date(Date.now() - 60_000).toISOString();
    const after = { ...before, orders: [{ ...order, state: 'stopped' as const, stoppedAt }] };
    const lamp = aLamp({ chart: before });
    renderWith(
      lamp,
      <WithNews before={before} after={after}>
        {(chart) => (
          <GiveDoseForm
            chart={chart}
            dose={{ order: order.id }}
            timeZone="America/Chicago"
            now={new Date().toISOString()}
            self={NURSE.id}
            onDone={() => undefined}
            onCancel={() => undefined}
          />
        )}
      </WithNews>,
    );
    const user = userEvent.setup();
    await identify(user);
    await user.click(screen.getByRole('button', { name: 'Next: witness' }));
    await user.type(screen.getByLabelText('What is prepared, as the second person reads it'), '5');
    await user.click(screen.getByRole('button', { name: 'News' }));
    expect(screen.getByRole('alert').textContent).toContain('The chart has changed since');
    const nobody = screen.getByRole<HTMLButtonElement>('button', { name: 'Nobody else on the ward' });
    expect(nobody.disabled).toBe(true);
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(screen.getByText(/This order is stopped/)).toBeDefined();
    expect(lamp.appended).toEqual([]);
  });

  it('with nobody there, the dose is saved with the reason, in one tap', async () => {
    const { lamp, user } = open(morphine());
    await identify(user);
    await user.click(screen.getByRole('button', { name: 'Next: witness' }));
    await user.click(screen.getByRole('button', { name: 'Nobody else on the ward' }));
    expect(lamp.appended[0]?.draft).toMatchObject({
      second: { as: 'witness', missing: 'Nobody else on the ward' },
    });
    expect(lamp.witnessed).toEqual([]);
  });
});

describe('a typed number', () => {
  it.each([
    ['1,000', 1000],
    ['37,2', 37.2],
    ['0.5', 0.5],
    [' 80 ', 80],
    ['1,2,3', undefined],
    ['5 mg', undefined],
    ['-3', undefined],
    ['', undefined],
  ])('%j is read as %j', (typed, value) => expect(readNumber(typed)).toBe(value));
});
