import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { FormularyItem, MedicationAdministration, openFormulary, unreadCodes } from '../../clinical/index.ts';
import { type SiteDataName, siteData } from '../../site/index.ts';
import {
  NewFormulary,
  NewInteractions,
  NewOrderSets,
  type SiteDataList,
  type UnreadCodes,
} from '../../wire/site-data.ts';
import { staffOf } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';

/** The most frequent are enough for a day's work of a pharmacy. */
const MOST_LISTED = 200;

/** Formulary, order sets and interactions of the hospital: entries of the directory, so tablets have them before the outage. */
export function siteDataRoutes(
  app: FastifyInstance,
  { site, db, identity, projection }: ServerContext,
): void {
  const administrator = { config: { access: { by: 'staff', roles: ['administrator'] } } } as const;

  const published = (what: SiteDataName) => {
    const found = siteData(site.directory().data, what);
    const items = found?.read();
    return (
      found && {
        publishedAt: found.recordedAt,
        by: found.by,
        items: Array.isArray(items) ? items.length : 0,
      }
    );
  };
  const list = (): SiteDataList => ({
    formulary: published('formulary'),
    orderSets: published('order-sets'),
    interactions: published('interactions'),
  });

  app.get('/api/admin/site-data', administrator, async (): Promise<SiteDataList> => list());

  app.get('/api/admin/unread-codes', administrator, async (): Promise<UnreadCodes> => {
    await projection.catchUp();
    const rows = await db
      .selectFrom('projection.entry')
      .where('site', '=', identity.site)
      .where('kind', '=', 'medication-administration')
      .select('body')
      .execute();
    const items = z.array(FormularyItem).safeParse(siteData(site.directory().data, 'formulary')?.read());
    return {
      codes: unreadCodes(
        rows.map(({ body }) => MedicationAdministration.parse(body)),
        openFormulary(items.data ?? []),
      ).slice(0, MOST_LISTED),
    };
  });

  for (const [path, what, schema] of [
    ['formulary', 'formulary', NewFormulary],
    ['order-sets', 'order-sets', NewOrderSets],
    ['interactions', 'interactions', NewInteractions],
  ] as const)
    app.post(
      `/api/admin/${path}`,
      { ...administrator, bodyLimit: 16_000_000 },
      async (request): Promise<SiteDataList> => {
        const { items } = schema.parse(request.body);
        const fits = await site.publishData(items, { what, by: staffOf(request).name });
        if (!fits)
          throw new RefusalError(
            413,
            'too-long',
            'This is longer than tablets take. Leave out what the wards do not use.',
          );
        return list();
      },
    );
}
