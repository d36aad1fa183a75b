// @vitest-environment jsdom
import './browser.ts';
import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { PatientBanner } from '../../src/app/tablet/patient/PatientBanner.tsx';
import type { Chart, ChartOrder } from '../../src/clinical/index.ts';
import { aChart, aLamp, minutesFromNow, NURSE, renderWith } from './fake-lamp.tsx';

const NOW = '2026-11-24T20:05:00.000Z';

/** Text of the banner, as it is read from its beginning to its end. */
function banner(changes: Partial<Chart> = {}): string {
  renderWith(
    aLamp(),
    <PatientBanner chart={aChart(changes)} now={NOW} timeZone="America/Chicago" alike={undefined} />,
  );
  return screen.getByRole('region', { name: 'Patient' }).textContent ?? '';
}

const identity = (more: Partial<Chart['identity']>): Partial<Chart> => ({
  identity: { ...aChart().identity, ...more },
});
const service = (
  category: 'code-status' | 'isolation',
  text: string,
  state: ChartOrder['state'] = 'active',
) => ({
  id: `${text.length.toString(16).padStart(2, '0')}`.repeat(16),
  source: { from: 'entry' as const, entry: `${'a'.repeat(32)}-1` },
  detail: { category, request: { text }, priority: 'routine' as const },
  incomplete: [],
  state,
  holds: [],
  administrations: [],
});

describe('who died', () => {
  it('has the age at death with its label, and no age of today', () => {
    const text = banner(identity({ deceasedAt: '2026-02-01T10:00:00Z' }));
    expect(text).toContain('Died01-Feb-2026');
    expect(text).toContain('Age at Death74y');
    expect(text).not.toContain('(75y)');
  });

  it('by a day that is known without its hour too, and not where only the year is known', () => {
    expect(banner(identity({ deceasedAt: '2026-03-04' }))).toContain('Age at Death75y');
  });

  it('with nothing known but the year, has no age made up', () => {
    const text = banner(identity({ deceasedAt: '2026' }));
    expect(text).toContain('Died2026');
    expect(text).not.toContain('Age at Death');
  });

  it('is said to have died where the EHR has no date', () => {
    const text = banner(identity({ deceased: true }));
    expect(text).toContain('DiedDate not recorded');
    expect(text).not.toContain('(75y)');
    expect(screen.getByRole('region', { name: 'Patient' }).className).toContain('deceased');
  });
});

describe('what is set apart from who it is', () => {
  it('code status, isolation and weight with its date stand after the allergies, the bed last', () => {
    const text = banner({
      orders: [
        service('code-status', 'Do not resuscitate'),
        service('isolation', 'Contact precautions'),
        service('isolation', 'Droplet precautions (over)', 'stopped'),
      ],
      measurements: [
        {
          id: `${'a'.repeat(32)}-9`,
          hlc: [Date.parse(NOW), 0],
          standing: 'current',
          replacedBy: [],
          body: {
            kind: 'body-measured',
            author: NURSE,
            effectiveAt: '2026-11-23T14:00:00.000Z',
            recordedAt: '2026-11-23T14:00:00.000Z',
            weightKg: 72.5,
            method: 'estimated',
          },
        },
      ],
    });
    expect(text).toMatch(
      /Penicillin V \(hives\)Code statusDo not resuscitateIsolationContact precautionsWeight72.5 kg \(23-Nov-2026, estimated\)Bed 12$/,
    );
  });

  it('says in words what nobody recorded', () => {
    const text = banner();
    expect(text).toContain('Code statusNot recorded here');
    expect(text).toContain('IsolationNot recorded here');
    expect(text).toContain('WeightNot recorded');
  });

  it('has the weight of the EHR, and says that it is', () => {
    const text = banner({
      ehrObservations: [
        { name: 'Body weight', loinc: '29463-7', value: '81', unit: 'kg', effectiveAt: minutesFromNow(-60) },
      ],
    });
    expect(text).toMatch(/Weight81 kg \(.*, EHR\)/);
  });
});
