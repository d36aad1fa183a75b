// @vitest-environment jsdom
import './browser.ts';
import { describe, expect, it } from 'vitest';
import { AsNeededFacts } from '../../src/app/tablet/dose/DoseFacts.tsx';
import type { ChartOrder } from '../../src/clinical/index.ts';
import { aChart, aLamp, anOrder, LOG, renderWith } from './fake-lamp.tsx';

const said = (
  instructions?: string,
  limits: { leastIntervalHours?: number } = {},
  more: Partial<ChartOrder> = {},
): string => {
  const order = anOrder({ text: 'oxycodone 5 mg', ...more });
  if (order.detail.category !== 'medication') throw new Error('a medication');
  order.detail.schedule = { type: 'as-needed', ...limits };
  if (instructions !== undefined) order.detail.instructions = instructions;
  const chart = aChart({ orders: [order] });
  renderWith(
    aLamp({ chart }),
    <AsNeededFacts chart={chart} order={order} now={chart.now} timeZone="America/Chicago" />,
  );
  return document.body.textContent ?? '';
};

describe('when the next dose of an order as needed may be given', () => {
  it('is for a person to read, where the order has a limit in words only', () => {
    const text = said('At most 2 g in 12 hours, says the EHR');
    expect(text).not.toContain('may be given now');
    expect(text).toMatch(/read the limit yourself: “At most 2 g in 12 hours, says the EHR”/);
  });

  it('nor does a limit that is counted speak for one that stands beside it in words', () => {
    const text = said('at most 4 doses a day', { leastIntervalHours: 4 });
    expect(text).not.toContain('may be given now');
    expect(text).toMatch(/read the limit yourself/);
  });

  it('has no unsafe abbreviation in words that were typed here', () => {
    const text = said('no more than 8 U a day', {}, { source: { from: 'entry', entry: `${LOG}-1` } });
    expect(text).toContain('no more than 8 units a day');
    expect(text).not.toContain('8 U ');
  });

  it('is said where every limit is counted', () => {
    expect(said(undefined, { leastIntervalHours: 4 })).toContain('● may be given now');
  });
});
