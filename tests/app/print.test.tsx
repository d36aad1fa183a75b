// @vitest-environment jsdom
import './browser.ts';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { PrintChoices } from '../../src/app/tablet/print/PrintChoices.tsx';
import { newestOf } from '../../src/clinical/index.ts';
import { aChart, aLamp, aVitalSet, renderWith } from './fake-lamp.tsx';

describe('what goes on paper', () => {
  it('is the whole record as it is now, not the part of it that the screen shows', async () => {
    const vitals = [1, 2, 3].map((position) =>
      aVitalSet(position, position * 60, { saturationScale: 1, respirationRate: 10 + position }),
    );
    const whole = aChart({ vitals, history: vitals });
    const shown = newestOf(whole, 1);
    const lamp = aLamp({ chart: whole });
    lamp.vault.chart = async (_, all) => (all ? whole : shown);
    vi.stubGlobal('print', () => undefined);
    renderWith(
      lamp,
      <PrintChoices chart={shown} by="Nora Nurse" timeZone="America/Chicago" onDone={() => undefined} />,
    );
    await userEvent.click(screen.getByRole('button', { name: 'NEWS2 chart and vital signs' }));
    const pages = await screen.findByRole('dialog', { name: /^Print: NEWS2 chart/ });
    for (const { values } of vitals.map(({ body }) => body))
      expect(
        within(pages).getAllByText(new RegExp(`Respiration rate ${values.respirationRate} `)).length,
      ).toBeGreaterThan(0);
  });
});
