import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Hex128 } from '../../clinical/index.ts';
import { activeStaff, isNewPinDue } from '../../site/index.ts';
import {
  IdleLock,
  NewStaff,
  NewWard,
  PinReset,
  Reason,
  type RecoverySheet,
  SetupCode,
  SiteSetup,
  StaffChange,
  type StaffList,
} from '../../wire/site-setup.ts';
import { note, staffOf } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';
import type { OpenedIdentity } from '../site-identity.ts';

/** The hospital itself: opened once with the code that the first start printed, then its wards and its staff. */
export function siteRoutes(
  app: FastifyInstance,
  context: ServerContext,
  setupCode: string | undefined,
  recovery: Pick<OpenedIdentity, 'recovery' | 'recoveryPrinted'>,
): void {
  const { site } = context;
  const administrator = { config: { access: { by: 'staff', roles: ['administrator'] } } } as const;
  // Who may come in, and as what.
  const administratorLately = {
    config: { access: { ...administrator.config.access, lately: true } },
  } as const;
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

  // To be printed once, before there is anything that it could open.
  app.post(
    '/api/setup/recovery',
    {
      config: {
        access: { by: 'anyone', because: 'it takes the code that the first start printed' },
        rateLimit: { max: 10, timeWindow: '1 minute' },
      },
    },
    async (request, reply): Promise<RecoverySheet> => {
      await requireCode(SetupCode.parse(request.body).code);
      reply.header('cache-control', 'no-store');
      return { identity: recovery.recovery ?? null, recipient: context.identity.recoveryRecipient };
    },
  );

  async function requireCode(code: string): Promise<void> {
    await site.refresh();
    if (site.directory().site)
      throw new RefusalError(409, 'opened', 'This hospital is set up already. Sign in as its administrator.');
    if (setupCode === undefined || plain(code) !== plain(setupCode))
      throw new RefusalError(
        403,
        'unknown-code',
        'This is not the code that the server printed when it started. Look for it there, and check each character.',
      );
  }

  async function open(asked: SiteSetup): Promise<void> {
    await requireCode(asked.code);
    if (recovery.recovery !== undefined && !asked.recoveryPrinted)
      throw new RefusalError(
        409,
        'recovery-not-printed',
        'First print the recovery identity: without it nobody reads the record when the server is lost.',
      );
    await site.openSite({ name: asked.siteName, timeZone: asked.timeZone, demo: false });
    await site.addStaff({ name: asked.administrator, role: 'administrator', wards: [], pin: asked.pin });
    await recovery.recoveryPrinted();
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

  app.post('/api/admin/wards/:ward/idle-lock', administrator, async (request) => {
    const { ward } = z.object({ ward: z.string() }).parse(request.params);
    requireWards([ward]);
    const { seconds } = IdleLock.parse(request.body);
    await site.tell({
      kind: 'idle-lock-set',
      recordedAt: new Date(context.clock()).toISOString(),
      ward,
      seconds,
    });
    return {};
  });

  app.get('/api/admin/staff', administrator, async (): Promise<z.infer<typeof StaffList>> => {
    return {
      staff: [...site.roster().values()].map((person) => {
        const left = site.directory().revokedStaff.get(person.staff);
        return {
          id: person.staff,
          name: person.name,
          role: person.role,
          wards: person.wards,
          left: left ? { at: left.recordedAt, reason: left.reason } : null,
          newPinDue: !left && !person.emergency && isNewPinDue(site.directory(), person),
          emergency: person.emergency
            ? {
                at: person.keySince,
                until: person.emergency.until,
                reason: person.emergency.reason,
                vouchedBy: site.roster().get(person.emergency.vouchedBy)?.name ?? 'somebody',
              }
            : null,
        };
      }),
    };
  });

  app.post('/api/admin/staff', administratorLately, async (request) => {
    const person = NewStaff.parse(request.body);
    const same = (other: string): boolean => other.toLowerCase() === person.name.toLowerCase();
    if (activeStaff(site.directory(), site.roster()).some((known) => same(known.name)))
      throw new RefusalError(
        409,
        'known',
        `${person.name} is on the list already. Two people of one name need a difference that colleagues understand.`,
      );
    requireWards(person.wards);
    const { staff } = await site.addStaff(person);
    return { staff };
  });

  app.post('/api/admin/staff/:id', administratorLately, async (request) => {
    const change = StaffChange.parse(request.body);
    requireWards(change.wards);
    await context.staff.change(idOf(request), change);
    return {};
  });

  app.post('/api/admin/staff/:id/pin', administratorLately, async (request) => {
    const { pin, passphrase } = PinReset.parse(request.body);
    await context.staff.resetPin(idOf(request), pin, { passphrase });
    return {};
  });

  app.post('/api/admin/staff/:id/revoke', administratorLately, async (request) => {
    const { reason } = Reason.parse(request.body);
    await context.staff.takeOff(idOf(request), reason, staffOf(request).id);
    const name = site.roster().get(idOf(request))?.name ?? '';
    note(context, request, { what: 'revoked', detail: `${name}: ${reason}`.slice(0, 500) });
    return {};
  });

  const idOf = (request: FastifyRequest): string => z.object({ id: Hex128 }).parse(request.params).id;

  function requireWards(wards: readonly string[]): void {
    if (!wards.every((ward) => site.directory().wards.has(ward)))
      throw new RefusalError(404, 'no-ward', 'There is no such ward.');
  }
}

const plain = (code: string): string => code.toUpperCase().replace(/[^A-Z0-9]/g, '');

const wardId = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
