// @vitest-environment jsdom
import './browser.ts';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { BoardScreen } from '../../src/app/tablet/BoardScreen.tsx';
import { EscalationForm } from '../../src/app/tablet/forms/EscalationForm.tsx';
import { KeptForm } from '../../src/app/tablet/forms/KeptForm.tsx';
import { PatientScreen } from '../../src/app/tablet/patient/PatientScreen.tsx';
import type { BoardRow, BodyOf, Charted, VitalValues } from '../../src/clinical/index.ts';
import {
  aBoardRow,
  aChart,
  aLamp,
  aStatus,
  aVitalSet,
  LOG,
  NURSE,
  PATIENT,
  renderWith,
} from './fake-lamp.tsx';

const props = {
  session: { staff: NURSE, ward: aStatus().wards[0]! },
  timeZone: 'America/Chicago',
  go: () => undefined,
};
const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

async function rowOf(changes: Partial<BoardRow>): Promise<string> {
  renderWith(
    aLamp({ rows: [aBoardRow(changes)] }),
    <BoardScreen {...props} tab="board" onTab={() => undefined} />,
  );
  return (await screen.findByRole('button', { name: /ABERNATHY, Ruth/ })).textContent ?? '';
}

describe('the score on the board', () => {
  const news2 = { total: 9, partial: 9, risk: 'high' as const, effectiveAt: minutesAgo(15) };

  it('says how old it is where there are newer values, which are no score', async () => {
    expect(await rowOf({ news2: { ...news2, older: true } })).toMatch(
      /9 NEWS2 high, (\S+ )?\d\d:\d\d \(15min ago\)/,
    );
  });

  it('says no more than its time where it is of the newest set', async () => {
    expect(await rowOf({ news2 })).toMatch(/9 NEWS2 high, (\S+ )?\d\d:\d\d(?! \()/);
  });

  it('calls nobody at low risk by what little was measured', async () => {
    const row = await rowOf({ news2: { ...news2, total: null, partial: 1, risk: 'low' } });
    expect(row).toMatch(/≥1 NEWS2 not complete/);
  });

  it('is on the patient’s page that of the set that counts, beside the newest values', async () => {
    const values: VitalValues = {
      saturationScale: 1,
      respirationRate: 26,
      oxygenSaturation: 91,
      oxygenDevice: 'A',
      systolic: 120,
      pulse: 135,
      consciousness: 'alert',
      temperature: 37,
    };
    const [retaken, whole] = [
      aVitalSet(2, 5, { saturationScale: 1, temperature: 37.5 }),
      aVitalSet(1, 20, values),
    ];
    const chart = aChart({ vitals: [retaken, whole] });
    chart.care.scoredSet = whole;
    renderWith(aLamp({ chart }), <PatientScreen {...props} patient={PATIENT} give={undefined} />);
    expect(await screen.findByText(/NEWS2, 20min ago; newer values incomplete/)).toBeDefined();
    expect(screen.getByText('9')).toBeDefined();
    expect(screen.getByText(/37\.5/)).toBeDefined();
  });
});

describe('what asks for somebody, on the board', () => {
  it('is the most urgent by its name, and how many more there are', async () => {
    const since = minutesAgo(20);
    const row = await rowOf({
      escalations: [
        { because: 'Potassium 6.8 mmol/L: critical result', since, state: 'not-told' },
        { because: 'NEWS2 7: High risk: emergency response', since, state: 'told' },
      ],
    });
    expect(row).toContain('▲ Potassium 6.8 mmol/L: nobody told +1');
    expect(row).not.toContain('NEWS2 7');
  });

  it('has no number beside it where it is alone', async () => {
    const row = await rowOf({
      escalations: [{ because: 'GCS 8 = E1 V1 M6: fell from 15', since: minutesAgo(5), state: 'no-answer' }],
    });
    expect(row).toMatch(/▲ GCS 8 = E1 V1 M6: no answer(?! \+)/);
  });
});

describe('a worry in words that were used before', () => {
  const step = (position: number, minutes: number): Charted<BodyOf<'escalation-recorded'>> => ({
    id: `${LOG}-${position}`,
    hlc: [Date.now() - minutes * 60_000, 0],
    body: {
      kind: 'escalation-recorded',
      author: NURSE,
      effectiveAt: minutesAgo(minutes),
      recordedAt: minutesAgo(minutes),
      because: 'Looks worse',
      told: 'Dr Bell',
      means: 'telephone',
      answer: 'coming',
    },
    standing: 'current',
    replacedBy: [],
  });

  it.each(['seen', 'told'] as const)(
    'begins its own escalation, beside one that is %s, and the next in line is told of the same',
    async (state) => {
      const chart = aChart();
      const old = step(7, 600);
      chart.care.escalations = [
        { about: old.id, because: 'Looks worse', since: minutesAgo(600), steps: [old], state },
      ];
      const lamp = aLamp({ chart });
      renderWith(
        lamp,
        <EscalationForm
          chart={chart}
          timeZone={props.timeZone}
          now={new Date().toISOString()}
          onDone={() => undefined}
          onCancel={() => undefined}
        />,
      );
      const user = userEvent.setup();
      await user.type(screen.getByLabelText('What is it about?'), 'Looks worse');
      expect(screen.queryByText(/Dr Bell/)).toBeNull();
      await user.type(screen.getByLabelText('Who was told'), 'Dr Adeyemi');
      await user.click(screen.getByLabelText('Did not answer'));
      await user.click(screen.getByRole('button', { name: 'Save' }));
      await waitFor(() => expect(lamp.appended).toHaveLength(1));
      expect(lamp.appended[0]?.draft).not.toHaveProperty('about');
      await user.type(screen.getByLabelText('Who was told'), 'Dr Tanaka');
      await user.click(screen.getByLabelText('Is coming'));
      await user.click(screen.getByRole('button', { name: 'Save' }));
      await waitFor(() =>
        expect(lamp.appended[1]?.draft).toMatchObject({
          about: `${LOG}-101`,
          because: 'Looks worse',
          told: 'Dr Tanaka',
        }),
      );
    },
  );
});

describe('what was said of an escalation', () => {
  it('is no draft any more once it is saved; what is written of the next in line is', async () => {
    const chart = aChart();
    const lamp = aLamp({ chart });
    renderWith(
      lamp,
      <KeptForm draftKey={`escalation:${PATIENT}`} patient={PATIENT} draft={undefined}>
        <EscalationForm
          chart={chart}
          timeZone={props.timeZone}
          now={new Date().toISOString()}
          onDone={() => undefined}
          onCancel={() => undefined}
        />
      </KeptForm>,
    );
    const user = userEvent.setup();
    await user.type(screen.getByLabelText('What is it about?'), 'Looks worse');
    await user.type(screen.getByLabelText('Who was told'), 'Dr Adeyemi');
    await user.click(screen.getByLabelText('Did not answer'));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(lamp.appended[0]?.forgets).toBe(`escalation:${PATIENT}`));
    await user.type(screen.getByLabelText('Who was told'), 'Dr Tanaka');
    await waitFor(() =>
      expect([...lamp.drafts.values()][0]?.content).toMatchObject({
        told: 'Dr Tanaka',
        first: `${LOG}-101`,
      }),
    );
    await user.click(screen.getByLabelText('Is coming'));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(lamp.appended[1]?.forgets).toBe(`escalation:${PATIENT}`));
  });
});

describe('a nurse who is worried without a score', () => {
  it('charts whom she told, and about what, from the patient’s page', async () => {
    const user = userEvent.setup();
    const lamp = aLamp({ chart: aChart() });
    renderWith(lamp, <PatientScreen {...props} patient={PATIENT} />);
    await user.click(await screen.findByRole('button', { name: 'I am worried about this patient' }));
    await user.type(screen.getByLabelText('What is it about?'), 'Grey and sweating');
    await user.type(screen.getByLabelText('Who was told'), 'Dr Shah');
    await user.click(screen.getByLabelText('Is coming'));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(lamp.appended[0]?.draft).toMatchObject({
        kind: 'escalation-recorded',
        because: 'Grey and sweating',
        told: 'Dr Shah',
        answer: 'coming',
      }),
    );
    expect(lamp.appended[0]?.draft).not.toHaveProperty('about');
  });
});
