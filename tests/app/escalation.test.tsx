// @vitest-environment jsdom
import './browser.ts';
import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { BoardScreen } from '../../src/app/tablet/BoardScreen.tsx';
import { PatientScreen } from '../../src/app/tablet/patient/PatientScreen.tsx';
import type { BoardRow, VitalValues } from '../../src/clinical/index.ts';
import { aBoardRow, aChart, aLamp, aStatus, aVitalSet, NURSE, PATIENT, renderWith } from './fake-lamp.tsx';

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
      /9 NEWS2 high, \d\d:\d\d \(15min ago\)/,
    );
  });

  it('says no more than its time where it is of the newest set', async () => {
    expect(await rowOf({ news2 })).toMatch(/9 NEWS2 high, \d\d:\d\d$|9 NEWS2 high, \d\d:\d\d(?! \()/);
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
