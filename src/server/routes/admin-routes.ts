import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Hex128 } from '../../clinical/index.ts';
import { AUDIT_SCOPE, revocationOf } from '../../site/index.ts';
import { Reason } from '../../wire/site-setup.ts';
import { DemoEhr, type DeviceList, type PublicInfo, type TabletWitness } from '../../wire/workbench.ts';
import { note, staffOf } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';

/** Devices, census and the demo switch. */
export function adminRoutes(app: FastifyInstance, context: ServerContext): void {
  const { db, identity, site } = context;
  const administrator = { config: { access: { by: 'staff', roles: ['administrator'] } } } as const;
  const desk = { config: { access: { by: 'staff', roles: ['administrator', 'records'] } } } as const;
  const anyone = (because: string) => ({ config: { access: { by: 'anyone', because } } }) as const;

  app.get(
    '/api/public',
    anyone('names of hospital and wards; no staff but the demo’s'),
    async (): Promise<PublicInfo> => {
      const directory = site.directory();
      return {
        siteName: directory.site?.name ?? 'Lamplight',
        opened: directory.site !== undefined,
        demo: context.demo !== undefined,
        demoStaff: context.demo?.staff ?? [],
        wards: [...directory.wards.values()].map((ward) => ({ id: ward.ward, name: ward.name })),
        timeZone: directory.site?.timeZone ?? 'UTC',
        openId: context.signIn.openId !== undefined,
      };
    },
  );

  app.get('/api/admin/devices', desk, async (): Promise<z.infer<typeof DeviceList>> => {
    const contacts = new Map(
      (
        await db
          .selectFrom('projection.device_contact')
          .where('site', '=', identity.site)
          .selectAll()
          .execute()
      ).map((row) => [row.device, row]),
    );
    const logs = await db
      .selectFrom('record.log')
      .where('site', '=', identity.site)
      .where('scope', '!=', AUDIT_SCOPE)
      .select(['writer', 'seq', 'log'])
      .execute();
    const branches = await db
      .selectFrom('record.branch')
      .where('site', '=', identity.site)
      .select('log')
      .execute();
    const writerOf = new Map(logs.map((row) => [row.log, row.writer]));
    const proofs = site.directory().wipeOrders.size > 0 ? await context.audit.read({ what: 'wiped' }) : [];
    const wipeOf = (device: string) => {
      const order = site.directory().wipeOrders.get(device);
      const proof = proofs.find(({ writer, at }) => writer === device && order && at >= order.recordedAt);
      return order ? { orderedAt: order.recordedAt, reason: order.reason, doneAt: proof?.at ?? null } : null;
    };
    return {
      devices: [...site.directory().devices.values()].map((device) => ({
        id: device.device,
        name: device.name,
        ward: device.wards.map((ward) => site.directory().wards.get(ward)?.name ?? ward).join(', '),
        enrolledAt: device.recordedAt,
        lastSeenAt: contacts.get(device.device)?.last_seen_at.toISOString() ?? null,
        entries: logs
          .filter((row) => row.writer === device.device)
          .reduce((sum, row) => sum + row.seq - 1, 0),
        snapshotAsOf: contacts.get(device.device)?.snapshot_as_of ?? null,
        secondHistory: branches.filter((row) => writerOf.get(row.log) === device.device).length,
        revoked: revocationOf(site.directory(), device.device),
        wipe: wipeOf(device.device),
      })),
    };
  });

  const nameOf = (id: string): string => {
    const { devices, hubs } = site.directory();
    return devices.has(id) ? `tablet ${devices.get(id)?.name}` : `ward hub ${hubs.get(id)?.name}`;
  };

  app.post('/api/admin/devices/:id/revoke', administrator, async (request) => {
    const { id } = z.object({ id: Hex128 }).parse(request.params);
    const { reason } = Reason.parse(request.body);
    await context.staff.revokeDevice(id, reason, staffOf(request).id);
    note(context, request, {
      what: 'revoked',
      detail: `${nameOf(id)}: ${reason}`,
    });
    return {};
  });

  app.post('/api/admin/devices/:id/wipe', administrator, async (request) => {
    const { id } = z.object({ id: Hex128 }).parse(request.params);
    const { reason } = Reason.parse(request.body);
    const device = site.directory().devices.get(id);
    if (!device) throw new RefusalError(404, 'no-device', 'There is no such tablet.');
    // Nothing is given up from here: what a tablet holds and has not sent, only it can say.
    await site.tell({
      kind: 'wipe-ordered',
      recordedAt: new Date(context.clock()).toISOString(),
      device: id,
      reason,
      by: staffOf(request).id,
    });
    note(context, request, {
      what: 'wipe-ordered',
      detail: `tablet ${device.name}: ${reason}`.slice(0, 500),
    });
    return {};
  });

  app.get(
    '/api/tablets/:device',
    {
      config: {
        ...anyone('a cleared tablet has no key; it says a name of a tablet and a count').config,
        rateLimit: { max: 60, timeWindow: '1 minute' },
      },
    },
    async (request): Promise<z.infer<typeof TabletWitness>> => {
      const { device: id } = z.object({ device: Hex128 }).parse(request.params);
      const device = await site.device(id);
      if (!device) throw new RefusalError(404, 'not-found', 'This tablet is not known here.');
      const logs = await db
        .selectFrom('record.log')
        .where('site', '=', identity.site)
        .where('writer', '=', id)
        .where('scope', '!=', AUDIT_SCOPE)
        .select('seq')
        .execute();
      return { name: device.name, entries: logs.reduce((sum, row) => sum + row.seq - 1, 0) };
    },
  );

  app.get('/api/admin/census', desk, async () => context.census.state());

  app.post('/api/admin/census/refresh', desk, async () => {
    await context.census.refresh();
    return context.census.state();
  });

  const { demo } = context;
  if (!demo) return;

  app.get('/api/demo/ehr', anyone('demo only'), async () =>
    DemoEhr.parse(await (await fetch(demo.control)).json()),
  );

  app.post('/api/demo/ehr', anyone('demo only'), async (request) => {
    const { up } = DemoEhr.parse(request.body);
    const answer = await fetch(demo.control, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ up }),
    });
    return DemoEhr.parse(await answer.json());
  });
}
