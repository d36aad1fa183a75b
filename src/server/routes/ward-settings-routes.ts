import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { SCREENS_TO_SIGN, type WardSettings } from '../../clinical/index.ts';
import { wardSettings } from '../../site/index.ts';
import { NewWardSettings, SignScreen, type WardSettingsList } from '../../wire/ward-settings.ts';
import { type StaffSession, staffOf } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';

const InWard = z.object({ ward: z.string().max(64) });

/** What a ward sets for itself, and the scores that its clinicians have signed: entries of the directory. */
export function wardSettingsRoutes(app: FastifyInstance, { site, clock }: ServerContext): void {
  const settingsOf = (ward: string): WardSettings => wardSettings(site.directory().data, ward);
  const list = ({ role, wards }: StaffSession): WardSettingsList => ({
    wards: [...site.directory().wards.values()]
      .filter(({ ward }) => role === 'administrator' || wards.includes(ward))
      .map(({ ward, name }) => ({ ward, name, settings: settingsOf(ward) }))
      .sort((a, b) => a.name.localeCompare(b.name, 'en')),
  });
  const wardIn = (params: unknown): string => {
    const { ward } = InWard.parse(params);
    if (!site.directory().wards.has(ward)) throw new RefusalError(404, 'no-ward', 'There is no such ward.');
    return ward;
  };

  app.get(
    '/api/admin/ward-settings',
    { config: { access: { by: 'staff', roles: ['administrator', 'clinician'] } } },
    async (request): Promise<WardSettingsList> => list(staffOf(request)),
  );

  app.post(
    '/api/admin/wards/:ward/settings',
    { config: { access: { by: 'staff', roles: ['administrator'] } } },
    async (request): Promise<WardSettingsList> => {
      const ward = wardIn(request.params);
      const changed = NewWardSettings.parse(request.body);
      const staff = staffOf(request);
      await site.publishData(
        { ...settingsOf(ward), ...changed },
        { what: 'ward-settings', ward, by: staff.name },
      );
      return list(staff);
    },
  );

  app.post(
    '/api/admin/wards/:ward/screens',
    { config: { access: { by: 'staff', roles: ['clinician'] } } },
    async (request): Promise<WardSettingsList> => {
      const ward = wardIn(request.params);
      const { screen, on } = SignScreen.parse(request.body);
      const staff = staffOf(request);
      if (!staff.wards.includes(ward))
        throw new RefusalError(
          403,
          'other-ward',
          'You are not granted this ward, so you do not sign for it.',
        );
      if (!SCREENS_TO_SIGN.some(({ id }) => id === screen))
        throw new RefusalError(404, 'no-screen', 'There is no such score to be signed.');
      const settings = settingsOf(ward);
      const others = settings.signedScreens.filter((signed) => signed.screen !== screen);
      await site.publishData(
        {
          ...settings,
          signedScreens: on
            ? [...others, { screen, by: staff.name, at: new Date(clock()).toISOString() }]
            : others,
        },
        { what: 'ward-settings', ward, by: staff.name },
      );
      return list(staff);
    },
  );
}
