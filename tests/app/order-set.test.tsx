// @vitest-environment jsdom
import './browser.ts';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { KeptForm } from '../../src/app/tablet/forms/KeptForm.tsx';
import { OrderSetForm } from '../../src/app/tablet/forms/OrderSetForm.tsx';
import { BroughtContext } from '../../src/app/tablet/use-site-data.ts';
import { DEFAULT_DOSE_HOURS, openFormulary, readWardSettings } from '../../src/clinical/index.ts';
import { aChart, aLamp, PATIENT, PIN, renderWith } from './fake-lamp.tsx';

it('orders of one set that do not go together ask for a reason before they are signed', async () => {
  const chart = aChart({ allergies: { status: 'nilknown', list: [] } });
  const lamp = aLamp({ chart });
  const drug = (what: string, dose: number, frequency: string) => ({
    category: 'medication' as const,
    what,
    dose,
    unit: 'mg',
    route: 'PO',
    frequency,
  });
  const set = {
    id: 'chest',
    title: 'Chest infection',
    orders: [
      drug('simvastatin 20 mg tablet', 20, 'bedtime'),
      drug('clarithromycin 500 mg tablet', 500, 'twice'),
      drug('clarithromycin 250 mg tablet', 250, 'once'),
    ],
  };
  renderWith(
    lamp,
    <BroughtContext
      value={{
        formulary: openFormulary([]),
        orderSets: [set],
        interactions: [{ a: 'simvastatin', b: 'clarithromycin', says: 'Muscle damage' }],
      }}
    >
      <OrderSetForm
        chart={chart}
        timeZone="America/Chicago"
        now={chart.now}
        onDone={() => undefined}
        onCancel={() => undefined}
      />
    </BroughtContext>,
  );
  const user = userEvent.setup();
  await user.click(screen.getByRole('checkbox', { name: /^clarithromycin 250/ }));
  await user.type(screen.getByLabelText('PIN'), PIN);
  expect(
    screen.getByText(/Interaction with simvastatin 20 mg tablet of this set: Muscle damage/),
  ).toBeTruthy();
  const sign = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Sign 2 orders' });
  expect(sign().disabled).toBe(true);
  await user.type(
    screen.getByLabelText('Reason to order clarithromycin 500 mg tablet all the same'),
    'statin is paused at home',
  );
  await user.click(sign());
  await waitFor(() => expect(lamp.appended).toHaveLength(2));
  expect(
    lamp.appended.map(({ draft }) => ('overrides' in draft ? draft.overrides : undefined)),
  ).toMatchObject([[], [{ alert: 'interaction', reason: 'statin is paused at home' }]]);
});

it('the last order that is signed takes the draft with it, and one that is not leaves it', async () => {
  const chart = aChart({ allergies: { status: 'nilknown', list: [] } });
  const drug = (what: string) => ({
    category: 'medication' as const,
    what,
    dose: 500,
    unit: 'mg',
    route: 'PO',
    frequency: 'thrice',
  });
  const lamp = aLamp({ chart });
  renderWith(
    lamp,
    <BroughtContext
      value={{
        formulary: openFormulary([]),
        orderSets: [{ id: 'a', title: 'Set', orders: [drug('paracetamol 500 mg'), drug('senna 15 mg')] }],
        interactions: [],
      }}
    >
      <KeptForm draftKey="order-set:x" patient={PATIENT} draft={undefined}>
        <OrderSetForm
          chart={chart}
          timeZone="America/Chicago"
          now={chart.now}
          onDone={() => undefined}
          onCancel={() => undefined}
        />
      </KeptForm>
    </BroughtContext>,
  );
  const user = userEvent.setup();
  await user.type(screen.getByLabelText('PIN'), PIN);
  await user.click(screen.getByRole('button', { name: 'Sign 2 orders' }));
  await waitFor(() => expect(lamp.appended).toHaveLength(2));
  expect(lamp.appended.map(({ forgets }) => forgets)).toEqual([undefined, 'order-set:x']);
});

it('two orders of one drug in a set are asked about at the second, and not where one is left out', async () => {
  const chart = aChart({ allergies: { status: 'nilknown', list: [] } });
  const aspirin = (dose: number, frequency: string) => ({
    category: 'medication' as const,
    what: `aspirin ${dose} mg tablet`,
    dose,
    unit: 'mg',
    route: 'PO',
    frequency,
  });
  renderWith(
    aLamp({ chart }),
    <BroughtContext
      value={{
        formulary: openFormulary([]),
        orderSets: [{ id: 'a', title: 'Chest pain', orders: [aspirin(324, 'once'), aspirin(81, 'daily')] }],
        interactions: [],
      }}
    >
      <OrderSetForm
        chart={chart}
        timeZone="America/Chicago"
        now={chart.now}
        onDone={() => undefined}
        onCancel={() => undefined}
      />
    </BroughtContext>,
  );
  expect(
    screen.getAllByText(/Another order of this set has the same ingredient: aspirin 324 mg/),
  ).toHaveLength(1);
  await userEvent.click(screen.getByRole('checkbox', { name: /^aspirin 324/ }));
  expect(screen.queryByText(/Another order of this set/)).toBeNull();
});

it('one alert about two orders is answered, and kept, for each by itself', async () => {
  const chart = aChart();
  const lamp = aLamp({ chart });
  const drug = (what: string) => ({
    category: 'medication' as const,
    what,
    dose: 500,
    unit: 'mg',
    route: 'PO',
    frequency: 'thrice',
  });
  const sets = ['First', 'Second'].map((title) => ({
    id: title,
    title,
    orders: [drug('amoxicillin 500 mg capsule'), drug('flucloxacillin 500 mg capsule')],
  }));
  renderWith(
    lamp,
    <BroughtContext value={{ formulary: openFormulary([]), orderSets: sets, interactions: [] }}>
      <OrderSetForm
        chart={chart}
        timeZone="America/Chicago"
        now={chart.now}
        onDone={() => undefined}
        onCancel={() => undefined}
      />
    </BroughtContext>,
  );
  const user = userEvent.setup();
  const choose = async (title: string): Promise<void> => {
    await user.click(screen.getByRole('combobox', { name: 'Which set' }));
    await user.click(await screen.findByRole('option', { name: title }));
  };
  const reasonFor = (what: string) =>
    screen.getByLabelText<HTMLInputElement>(`Reason to order ${what} 500 mg capsule all the same`);
  await choose('Second');
  await user.type(reasonFor('amoxicillin'), 'of the other set');
  await choose('First');
  // Nor is an answer of one set that of another.
  expect(reasonFor('amoxicillin').value).toBe('');
  await user.type(screen.getByLabelText('PIN'), PIN);
  await user.type(reasonFor('amoxicillin'), 'tolerated in May');
  expect(reasonFor('flucloxacillin').value).toBe('');
  const sign = screen.getByRole<HTMLButtonElement>('button', { name: 'Sign 2 orders' });
  expect(sign.disabled).toBe(true);
  await user.type(reasonFor('flucloxacillin'), 'no other choice');
  await user.click(sign);
  await waitFor(() => expect(lamp.appended).toHaveLength(2));
  expect(
    lamp.appended.map(({ draft }) =>
      'overrides' in draft ? draft.overrides?.map(({ reason }) => reason) : [],
    ),
  ).toEqual([['tolerated in May'], ['no other choice']]);
});

it('an order of a set has the hours of the ward, and what is not checked there is said once', async () => {
  const doseHours = {
    ...DEFAULT_DOSE_HOURS,
    codes: { ...DEFAULT_DOSE_HOURS.codes, BID: ['06:00', '18:00'] },
  };
  const chart = aChart({
    settings: readWardSettings({ doseHours, alertsOff: ['interaction'] }),
    allergies: { status: 'nilknown', list: [] },
  });
  const lamp = aLamp({ chart });
  const metoprolol = {
    category: 'medication' as const,
    what: 'metoprolol 25 mg tablet',
    dose: 25,
    unit: 'mg',
    route: 'PO',
    frequency: 'BID',
  };
  renderWith(
    lamp,
    <BroughtContext
      value={{
        formulary: openFormulary([]),
        orderSets: [{ id: 'a', title: 'Heart', orders: [metoprolol] }],
        interactions: [],
      }}
    >
      <OrderSetForm
        chart={chart}
        timeZone="America/Chicago"
        now={chart.now}
        onDone={() => undefined}
        onCancel={() => undefined}
      />
    </BroughtContext>,
  );
  const user = userEvent.setup();
  expect(screen.getAllByText('Not checked on this ward: interactions.')).toHaveLength(1);
  await user.type(screen.getByLabelText('PIN'), PIN);
  await user.click(screen.getByRole('button', { name: 'Sign 1 order' }));
  await waitFor(() => expect(lamp.appended).toHaveLength(1));
  expect(lamp.appended[0]?.draft).toMatchObject({
    detail: { schedule: { type: 'times', code: 'BID', times: ['06:00', '18:00'] } },
  });
});
