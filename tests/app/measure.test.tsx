// @vitest-environment jsdom
import './browser.ts';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { PatientScreen } from '../../src/app/tablet/patient/PatientScreen.tsx';
import type { BodyOf, Chart, MeasurementKind } from '../../src/clinical/index.ts';
import { aChart, aLamp, type FakeLamp, LOG, NURSE, PATIENT, renderWith } from './fake-lamp.tsx';

const measured = (
  position: number,
  body: { kind: MeasurementKind } & Record<string, unknown>,
  minutesAgo: number,
): Chart['measurements'][number] => {
  const at = new Date(Date.now() - minutesAgo * 60_000).toISOString();
  return {
    id: `${LOG}-${position}`,
    hlc: [Date.parse(at), 0],
    standing: 'current',
    replacedBy: [],
    body: { author: NURSE, effectiveAt: at, recordedAt: at, ...body } as BodyOf<MeasurementKind>,
  };
};

async function open(lamp: FakeLamp, measurements: Chart['measurements'] = []) {
  lamp.vault.chart = async () => aChart({ measurements });
  renderWith(
    lamp,
    <PatientScreen
      patient={PATIENT}
      session={{ staff: NURSE, ward: { id: '4west', name: '4 West' } }}
      timeZone="America/Chicago"
      go={() => undefined}
    />,
  );
  await userEvent.click(await screen.findByRole('tab', { name: 'Charting' }));
}
const save = () => screen.getByRole('button', { name: 'Save' }) as HTMLButtonElement;
const draft = (lamp: FakeLamp) => lamp.appended[0]?.draft;

describe('charting', () => {
  it('an amount of fluid is four taps besides its digits', async () => {
    const lamp = aLamp();
    await open(lamp);
    await userEvent.click(screen.getByRole('button', { name: 'Record fluid' }));
    await userEvent.click(screen.getByLabelText('urine'));
    await userEvent.type(screen.getByLabelText('Volume (mL)'), '300');
    await userEvent.click(save());
    await waitFor(() =>
      expect(draft(lamp)).toMatchObject({ kind: 'fluid-recorded', route: 'urine', volumeMl: 300 }),
    );
  });

  it('the size of a pupil is not left out because nobody said how it reacts', async () => {
    const lamp = aLamp();
    await open(lamp);
    await userEvent.click(screen.getByRole('button', { name: 'Record coma scale' }));
    for (const [part, words] of [
      ['Eyes', /spontaneous/],
      ['Verbal', /orientated/],
      ['Motor', /obeys commands/],
    ] as const)
      await userEvent.click(within(screen.getByRole('group', { name: part })).getByLabelText(words));
    expect(save().disabled).toBe(false);
    await userEvent.selectOptions(screen.getByLabelText('Size left (mm)'), '3');
    expect(save().disabled).toBe(true);
    expect(screen.getByText('Say how both pupils react, or neither.')).toBeDefined();
    for (const side of ['Left', 'Right'])
      await userEvent.click(
        within(screen.getByRole('group', { name: `${side} pupil reacts` })).getByLabelText('Brisk'),
      );
    await userEvent.click(save());
    await waitFor(() =>
      expect(draft(lamp)).toMatchObject({ pupils: { left: { sizeMm: 3, reaction: 'brisk' } } }),
    );
  });

  it('what was not measured is kept as that, and is no number', async () => {
    const lamp = aLamp();
    await open(lamp);
    await userEvent.click(screen.getByRole('button', { name: 'Record fluid' }));
    await userEvent.click(screen.getByLabelText('vomit'));
    expect(save().disabled).toBe(true);
    await userEvent.click(screen.getByLabelText('Not measured'));
    await userEvent.click(save());
    await waitFor(() => expect(draft(lamp)).toMatchObject({ route: 'vomit', notMeasured: true }));
    expect(draft(lamp)).not.toHaveProperty('volumeMl');
  });

  it('the balance says what it does not know', async () => {
    await open(aLamp(), [
      // At one moment, so that no day of the ward ends between them.
      measured(1, { kind: 'fluid-recorded', route: 'oral', volumeMl: 500 }, 1),
      measured(2, { kind: 'fluid-recorded', route: 'urine', notMeasured: true }, 1),
    ]);
    const day = within(screen.getByRole('row', { name: /^Day from/ }));
    expect(day.getByText('at least 0')).toBeTruthy();
    expect(day.getByText('not known; of what was measured +500')).toBeTruthy();
    expect(day.getByText('urine')).toBeTruthy();
  });

  it('no urine for six hours is an alarm, also of somebody who was never weighed', async () => {
    await open(aLamp(), [
      measured(1, { kind: 'fluid-recorded', route: 'urine', volumeMl: 300 }, 400),
      measured(2, { kind: 'fluid-recorded', route: 'urine', volumeMl: 0 }, 10),
    ]);
    expect((await screen.findByRole('alert')).textContent).toMatch(
      /No urine for 6.5 hours: tell the medical team/,
    );
  });

  it('a glucose in the other unit is asked again before it is saved', async () => {
    const lamp = aLamp();
    await open(lamp);
    await userEvent.click(screen.getByRole('button', { name: 'Record glucose' }));
    await userEvent.type(screen.getByLabelText('Glucose (mg/dL)'), '5.4');
    expect(screen.getByText(/Does the meter show mmol\/L\?/)).toBeTruthy();
    expect(save().disabled).toBe(true);
    await userEvent.click(screen.getByLabelText('mmol/L'));
    expect(screen.getByLabelText('Glucose (mmol/L)')).toBeTruthy();
    await userEvent.click(save());
    await waitFor(() =>
      expect(draft(lamp)).toMatchObject({ value: 5.4, unit: 'mmol/L', sample: 'capillary' }),
    );
  });

  it('a low glucose says what to do', async () => {
    await open(aLamp());
    await userEvent.click(screen.getByRole('button', { name: 'Record glucose' }));
    await userEvent.type(screen.getByLabelText('Glucose (mg/dL)'), '53');
    expect(screen.getByText('▲ Low, level 2')).toBeTruthy();
    expect(screen.getByLabelText(/needed another person/)).toBeTruthy();
  });

  it('a coma scale with a part that cannot be tested wants the reason and has no total', async () => {
    const lamp = aLamp();
    await open(lamp);
    await userEvent.click(screen.getByRole('button', { name: 'Record coma scale' }));
    await userEvent.click(screen.getByLabelText('3 to sound'));
    await userEvent.click(
      within(screen.getByRole('group', { name: 'Verbal' })).getByLabelText('Not testable'),
    );
    await userEvent.click(screen.getByLabelText('6 obeys commands'));
    expect(screen.getByText('GCS E3 VNT M6')).toBeTruthy();
    expect(save().disabled).toBe(true);
    await userEvent.type(screen.getByLabelText('Why it could not be tested'), 'tube');
    await userEvent.click(save());
    await waitFor(() =>
      expect(draft(lamp)).toMatchObject({ eyes: 3, verbal: 'NT', motor: 6, notTestableBecause: 'tube' }),
    );
  });

  it('a weight far from the last is asked again, and a correction names what it replaces', async () => {
    const lamp = aLamp();
    await open(lamp, [measured(4, { kind: 'body-measured', weightKg: 72.5, method: 'measured' }, 60)]);
    await userEvent.click(screen.getByRole('button', { name: /^Correct Weight and height/ }));
    const weight = screen.getByLabelText('Weight (kg)');
    await userEvent.clear(weight);
    await userEvent.type(weight, '92.5');
    await userEvent.type(screen.getByLabelText('Why is it corrected?'), 'misread');
    expect(save().disabled).toBe(true);
    await userEvent.click(screen.getByLabelText('Yes, it is right'));
    await userEvent.click(save());
    await waitFor(() =>
      expect(draft(lamp)).toMatchObject({ weightKg: 92.5, replaces: `${LOG}-4`, reason: 'misread' }),
    );
  });
});
