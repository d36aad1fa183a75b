import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { NewStaff, NewWard, SiteSetup, type StaffList } from '../../wire/site-setup.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';

/** The hospital itself: opened once with the code that the first start printed, then its wards and its staff. */
export function siteRoutes(
  app: FastifyInstance,
  context: ServerContext,
  setupCode: string | undefined,
): void {
  const { site } = context;
  const administrator = { config: { access: { by: 'staff', roles: ['administrator'] } } } as const;
  let opening: Promise<unknown> = Promise.resolve();

  app.post(
    '/api/setup',
    {
      config: {
        access: { by: 'anyone', because: 'it takes the code that the first start printed, once' },
        rateLimit: { max: 10, timeWindow: '1 minute' },
      },
    },
    async (request) => {
      const asked = SiteSetup.parse(request.body);
      const turn = opening.then(() => open(asked));
      opening = turn.catch(() => undefined);
      await turn;
      return {};
    },
  );

  async function open(asked: SiteSetup): Promise<void> {
    await site.refresh();
    if (site.directory().site)
      throw new RefusalError(409, 'opened', 'This hospital is set up already. Sign in as its administrator.');
    if (setupCode === undefined || plain(asked.code) !== plain(setupCode))
      throw new RefusalError(
        403,
        'unknown-code',
        'This is not the code that the server printed when it started. Look for it there, and check each character.',
      );
    await site.openSite({ name: asked.siteName, timeZone: asked.timeZone, demo: false });
    await site.addStaff({ name: asked.administrator, role: 'administrator', wards: [], pin: asked.pin });
  }

  app.post('/api/admin/wards', administrator, async (request) => {
    const { name, ehrLocation } = NewWard.parse(request.body);
    const id = wardId(name);
    if (id === '') throw new RefusalError(400, 'invalid', 'The name of a ward has a letter or a digit.');
    if (site.directory().wards.has(id))
      throw new RefusalError(
        409,
        'known',
        `There is a ward “${site.directory().wards.get(id)?.name}” already.`,
      );
    await site.openWard({ id, name, ...(ehrLocation === '' ? {} : { ehrLocation }) });
    return { ward: id };
  });

  app.get('/api/admin/staff', administrator, async (): Promise<z.infer<typeof StaffList>> => {
    return {
      staff: [...site.roster().values()].map(({ staff, name, role, wards }) => ({
        id: staff,
        name,
        role,
        wards,
      })),
    };
  });

  app.post('/api/admin/staff', administrator, async (request) => {
    const person = NewStaff.parse(request.body);
    const same = (other: string): boolean => other.toLowerCase() === person.name.toLowerCase();
    if ([...site.roster().values()].some((known) => same(known.name)))
      throw new RefusalError(
        409,
        'known',
        `${person.name} is on the list already. Two people of one name need a difference that colleagues understand.`,
      );
    const unknown = person.wards.find((ward) => !site.directory().wards.has(ward));
    if (unknown !== undefined) throw new RefusalError(404, 'no-ward', 'There is no such ward.');
    const { staff } = await site.addStaff(person);
    return { staff };
  });
}

const plain = (code: string): string => code.toUpperCase().replace(/[^A-Z0-9]/g, '');

const wardId = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
