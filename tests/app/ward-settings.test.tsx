// @vitest-environment jsdom
import './browser.ts';
import { MantineProvider } from '@mantine/core';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { WardSettingsCard } from '../../src/app/admin/WardSettingsCard.tsx';
import { theme } from '../../src/app/theme.ts';
import { DEFAULT_DOSE_HOURS, DEFAULT_SETTINGS } from '../../src/clinical/index.ts';
import { NewWardSettings } from '../../src/wire/ward-settings.ts';

/** The server's side: keeps what it was sent, as the route does. */
let posted: { path: string; body: NewWardSettings }[];
beforeEach(() => {
  posted = [];
  let settings = DEFAULT_SETTINGS;
  globalThis.fetch = async (path, init) => {
    if (init?.method === 'POST') {
      const body = NewWardSettings.parse(JSON.parse(String(init.body)));
      posted.push({ path: String(path), body });
      settings = { ...settings, ...body } as typeof settings;
    }
    return Response.json({ wards: [{ ward: '4-west', name: '4 West', settings }] });
  };
});

async function open() {
  render(
    <MantineProvider theme={theme} env="test">
      <WardSettingsCard clinician={false} />
    </MantineProvider>,
  );
  const save = await screen.findByRole('button', { name: 'Save the ward’s settings' });
  return { user: userEvent.setup(), save };
}
async function retype(user: ReturnType<typeof userEvent.setup>, label: string | RegExp, text: string) {
  const field = screen.getByLabelText(label);
  await user.clear(field);
  await user.type(field, text);
}
const section = (title: string) => within(screen.getByRole('heading', { name: title }).closest('details')!);

describe('the administrator’s page of a ward’s settings', () => {
  it('sends what was set, part by part, and says in each heading what is set', async () => {
    const { user, save } = await open();
    expect(section('Alerts').getByText('all on')).toBeTruthy();
    await retype(user, 'Twice a day', '10:00, 22:00');
    await retype(user, 'Dinner', '17:30');
    await user.click(section('Alerts').getByRole('checkbox', { name: 'interactions' }));
    await retype(user, 'Orders by voice: hours to sign', '48');
    await user.click(section('Two people').getByRole('checkbox', { name: 'insulin by any way' }));
    await retype(user, 'Further drugs for two people, parted by commas', 'colistin, sodium bicarbonate');
    await user.click(save);
    await screen.findByText('The settings of 4 West are on their way to its tablets.');
    expect(posted).toEqual([
      {
        path: '/api/admin/wards/4-west/settings',
        body: {
          rules: DEFAULT_SETTINGS.rules,
          fluidShifts: DEFAULT_SETTINGS.fluidShifts,
          doseHours: {
            codes: { ...DEFAULT_DOSE_HOURS.codes, BID: ['10:00', '22:00'] },
            meals: { ...DEFAULT_DOSE_HOURS.meals, dinner: '17:30' },
          },
          alertsOff: ['interaction'],
          signVoiceOrdersWithinHours: 48,
          secondPerson: { groups: ['insulin'], drugs: ['colistin', 'sodium bicarbonate'] },
        },
      },
    ]);
    expect(section('Alerts').getByText('○ 1 off')).toBeTruthy();
    expect(section('Hours of doses, and meals').getByText('hours of this ward')).toBeTruthy();
    expect(section('Two people').getByText('the short list + 1 group + 2 drugs')).toBeTruthy();
    // And back on.
    await user.click(section('Alerts').getByRole('checkbox', { name: 'interactions' }));
    await user.click(screen.getByRole('button', { name: 'Save the ward’s settings' }));
    await waitFor(() => expect(posted[1]?.body.alertsOff).toEqual([]));
  });

  it('sends nothing while something is wrong, marks it, and opens the section that it is in', async () => {
    const { user, save } = await open();
    await retype(user, 'Twice a day', '09:00');
    await retype(user, 'Lunch', '19:00');
    expect(screen.getByText('2 times are needed')).toBeTruthy();
    expect(screen.getByText('Breakfast, lunch and dinner follow each other')).toBeTruthy();
    expect(
      screen.getByRole<HTMLElement>('heading', { name: 'Hours of doses, and meals' }).closest('details')!
        .open,
    ).toBe(true);
    await user.click(save);
    expect(screen.getByText(/Nothing is saved yet: put right what is marked/)).toBeTruthy();
    expect(posted).toEqual([]);
    await retype(user, 'Lunch', '12:00');
    await retype(user, 'Twice a day', '9:00, 21:00');
    expect(screen.getByText('A time like 08:00 is needed')).toBeTruthy();
    await retype(user, 'Twice a day', '09:00, 21:00');
    await user.click(save);
    await waitFor(() => expect(posted).toHaveLength(1));
    expect(posted[0]?.body.doseHours).toEqual(DEFAULT_DOSE_HOURS);
  });

  it('shows what asks for two people everywhere, without a switch for it', async () => {
    await open();
    expect(section('Two people').getByText(/Everywhere, and on every ward: controlled drugs/)).toBeTruthy();
    expect(screen.queryByRole('checkbox', { name: /controlled drugs|chemotherapy/ })).toBeNull();
  });
});
