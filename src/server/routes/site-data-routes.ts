import type { FastifyInstance } from 'fastify';
import { type SiteDataName, siteData } from '../../site/index.ts';
import { NewFormulary, type SiteDataList } from '../../wire/site-data.ts';
import { staffOf } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';

/** Formulary and order sets of the hospital: entries of the directory, so tablets have them before the outage. */
export function siteDataRoutes(app: FastifyInstance, { site }: ServerContext): void {
  const administrator = { config: { access: { by: 'staff', roles: ['administrator'] } } } as const;

  const published = (what: SiteDataName) => {
    const found = siteData(site.directory().data, what);
    const items = found?.read();
    return (
      found && { publishedAt: found.recordedAt, by: found.by, items: Array.isArray(items) ? items.length : 0 }
    );
  };
  const list = (): SiteDataList => {
    const formulary = published('formulary');
    return { ...(formulary ? { formulary } : {}) };
  };

  app.get('/api/admin/site-data', administrator, async (): Promise<SiteDataList> => list());

  app.post(
    '/api/admin/formulary',
    { ...administrator, bodyLimit: 16_000_000 },
    async (request): Promise<SiteDataList> => {
      const { items } = NewFormulary.parse(request.body);
      const fits = await site.publishData(items, { what: 'formulary', by: staffOf(request).name });
      if (!fits)
        throw new RefusalError(
          413,
          'too-long',
          'This formulary is longer than tablets take. Leave out what the wards do not use.',
        );
      return list();
    },
  );
}
