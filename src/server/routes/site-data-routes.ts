import type { FastifyInstance } from 'fastify';
import { type SiteDataName, siteData } from '../../site/index.ts';
import { NewFormulary, NewInteractions, NewOrderSets, type SiteDataList } from '../../wire/site-data.ts';
import { staffOf } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';

/** Formulary, order sets and interactions of the hospital: entries of the directory, so tablets have them before the outage. */
export function siteDataRoutes(app: FastifyInstance, { site }: ServerContext): void {
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
