// @vitest-environment jsdom
import './browser.ts';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { PatientReview } from '../../src/app/workbench/PatientReview.tsx';
import { aChart, aLamp, aVitalSet, LOG, PATIENT, renderWith } from './fake-lamp.tsx';

function answer(value: unknown): Promise<Response> {
  return Promise.resolve(new Response(JSON.stringify(value), { status: 200 }));
}

it('corrects the entry that was chosen last, with its own values', async () => {
  const user = userEvent.setup();
  const sent: unknown[] = [];
  const entries = [
    aVitalSet(1, 60, { saturationScale: 1, pulse: 88 }),
    aVitalSet(2, 5, { saturationScale: 1, pulse: 112 }),
  ].map(({ id, body }) => ({
    id,
    body,
    standing: 'current',
    device: 'Tablet 4W-2',
    receivedAt: body.recordedAt,
    state: 'to-review',
    resources: [],
    // A date without a time, as FHIR allows: it must stay the day that it is.
    inEhr: [{ what: 'Heart rate 90', when: '2026-11-24', sameAs: false }],
  }));
  const { name, sex, numbers } = aChart().identity;
  globalThis.fetch = (_path, init) => {
    if (init?.method !== 'POST')
      return answer({
        patient: { id: PATIENT, name, sex, numbers, identity: 'ehr', toReview: 2, unposted: 2, problems: 0 },
        ward: '4west',
        link: null,
        entries,
        ehrProblem: null,
      });
    sent.push(JSON.parse(String(init.body)));
    return answer({ results: [{ entry: `${LOG}-2`, ok: true }] });
  };
  renderWith(
    aLamp(),
    <PatientReview patient={PATIENT} timeZone="America/Chicago" onBack={() => undefined} />,
  );
  const correct = await screen.findAllByRole('button', { name: 'Correct Vital signs' });
  expect(screen.getAllByText('Heart rate 90 24-Nov-2026').length).toBe(2);
  await user.click(correct[0]!);
  await user.click(correct[1]!);
  const pulse = screen.getByLabelText<HTMLInputElement>('Pulse, per minute');
  expect(pulse.value).toBe('112');
  await user.clear(pulse);
  await user.type(pulse, '1l2');
  await user.type(screen.getByLabelText('Why is it corrected?'), 'counted again');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save correction' }).disabled).toBe(true);
  await user.clear(pulse);
  await user.type(pulse, '110');
  await user.click(screen.getByRole('button', { name: 'Save correction' }));
  expect(sent).toEqual([
    {
      decisions: [
        {
          entry: `${LOG}-2`,
          decision: 'corrected',
          reason: 'counted again',
          corrected: { values: { saturationScale: 1, pulse: 110 } },
        },
      ],
    },
  ]);
});
