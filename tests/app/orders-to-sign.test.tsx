// @vitest-environment jsdom
import './browser.ts';
import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { OrdersToSign } from '../../src/app/tablet/MedicationRound.tsx';
import { aBoardRow, aLamp, renderWith } from './fake-lamp.tsx';

it('an order by voice is on the board from when the ward waits for its signature no more', () => {
  const order = (text: string, signBy: string) => ({
    order: text,
    text,
    prescriber: 'Dr Bell',
    at: '2026-11-24T14:00:00.000Z',
    signBy,
  });
  renderWith(
    aLamp(),
    <OrdersToSign
      rows={[
        aBoardRow({
          toSign: [
            order('metoprolol', '2026-11-24T20:00:00.000Z'),
            order('digoxin', '2026-11-26T14:00:00.000Z'),
          ],
        }),
      ]}
      now="2026-11-24T20:01:00.000Z"
      timeZone="UTC"
      onOpen={() => undefined}
    />,
  );
  expect(screen.getByText(/gave by voice .* is not signed yet: metoprolol/)).toBeTruthy();
  expect(screen.queryByText(/digoxin/)).toBeNull();
});
