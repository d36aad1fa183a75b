import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Hex128 } from '../../clinical/index.ts';
import { checkCode } from '../../site/index.ts';
import {
  type EnrolAnswer,
  type EnrolProgress,
  EnrolProgressRequest,
  EnrolRequest,
  type JoinRequestList,
} from '../../wire/enrolment.ts';
import { type EnrolmentCode, EnrolmentCodeRequest } from '../../wire/workbench.ts';
import { note } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';
import { hashCode, typedCode } from '../tokens.ts';

const CODE_MS = 15 * 60_000;
/** After this long, whoever began to let a tablet in and did not end it has died over it. */
const APPROVAL_MS = 30_000;

/**
 * How a tablet joins. An administrator makes a one-time code for a ward; with it the tablet asks, and waits; the
 * administrator compares what both screens show and lets it in. The code alone lets nobody in: whoever reads it over a
 * shoulder gets no further than into this list.
 */
export function joiningRoutes(app: FastifyInstance, context: ServerContext): void {
  const { db, identity, site } = context;
  const administrator = { config: { access: { by: 'staff', roles: ['administrator'] } } } as const;
  const administratorLately = {
    config: { access: { ...administrator.config.access, lately: true } },
  } as const;
  const now = (): Date => new Date(context.clock());

  app.post('/api/admin/enrolment-codes', administrator, async (request): Promise<EnrolmentCode> => {
    const { ward, hardwareEncrypted } = EnrolmentCodeRequest.parse(request.body);
    if (!site.directory().wards.has(ward)) throw new RefusalError(404, 'no-ward', 'There is no such ward.');
    const code = typedCode();
    const expiresAt = new Date(context.clock() + CODE_MS);
    await db
      .insertInto('record.enrolment_code')
      .values({
        site: identity.site,
        code_hash: hashCode(code),
        ward,
        expires_at: expiresAt,
        used_at: null,
        hardware_encrypted: hardwareEncrypted,
      })
      .execute();
    return {
      code,
      ward,
      expiresAt: expiresAt.toISOString(),
      url: `${request.protocol}://${request.host}/#enrol=${code}`,
    };
  });

  app.post(
    '/api/enrol',
    {
      config: {
        access: { by: 'anyone', because: 'it takes a one-time code, and only asks' },
        rateLimit: { max: 20, timeWindow: '1 minute' },
      },
    },
    async (request): Promise<EnrolAnswer> => {
      const asked = EnrolRequest.parse(request.body);
      const device = randomBytes(16).toString('hex');
      const found = await db.transaction().execute(async (tx) => {
        // Taken in one statement, so that two tablets with one code cannot both ask.
        const taken = await tx
          .updateTable('record.enrolment_code')
          .set({ used_at: now() })
          .where('site', '=', identity.site)
          .where('code_hash', '=', hashCode(asked.code))
          .where('used_at', 'is', null)
          .where('expires_at', '>', now())
          .returning(['ward', 'hardware_encrypted'])
          .executeTakeFirst();
        if (taken)
          await tx
            .insertInto('record.join_request')
            .values({
              site: identity.site,
              device,
              name: asked.deviceName,
              signing_key: asked.signingKey,
              recipient: asked.recipient,
              ward: taken.ward,
              hardware_encrypted: taken.hardware_encrypted,
              asked_at: now(),
              approved_at: null,
              refused_at: null,
            })
            .execute();
        return taken !== undefined;
      });
      if (!found) throw await whyNot(asked.code);
      return { device, site: identity.site, siteKey: identity.publicKey };
    },
  );

  async function whyNot(code: string): Promise<RefusalError> {
    const known = await db
      .selectFrom('record.enrolment_code')
      .where('site', '=', identity.site)
      .where('code_hash', '=', hashCode(code))
      .select('used_at')
      .executeTakeFirst();
    if (!known)
      return new RefusalError(
        403,
        'unknown-code',
        'This code is not known here. Check each character, or ask the administrator for a new one.',
      );
    if (known.used_at)
      return new RefusalError(
        403,
        'used-code',
        'This code was used already. Each tablet needs its own: ask the administrator for a new one.',
      );
    return new RefusalError(
      403,
      'expired-code',
      'This code is too old. Ask the administrator for a new one.',
    );
  }

  app.post(
    '/api/enrol/progress',
    {
      config: {
        access: {
          by: 'anyone',
          because: 'it takes the 128 random bits that only the asking tablet was told',
        },
        rateLimit: { max: 600, timeWindow: '1 minute' },
      },
    },
    async (request): Promise<EnrolProgress> => {
      const { device } = EnrolProgressRequest.parse(request.body);
      if (await site.device(device)) return { state: 'enrolled' };
      const row = await requestOf(device);
      return { state: row.refused_at ? 'refused' : 'waiting' };
    },
  );

  async function requestOf(device: string) {
    const row = await db
      .selectFrom('record.join_request')
      .where('site', '=', identity.site)
      .where('device', '=', device)
      .selectAll()
      .executeTakeFirst();
    if (!row)
      throw new RefusalError(
        404,
        'unknown-request',
        'The server knows nothing of this tablet’s request. Ask the administrator for a new code.',
      );
    return row;
  }

  app.get('/api/admin/join-requests', administrator, async (): Promise<JoinRequestList> => {
    await site.refreshIfGrown();
    const rows = await db
      .selectFrom('record.join_request')
      .where('site', '=', identity.site)
      .where('refused_at', 'is', null)
      .orderBy('asked_at')
      .selectAll()
      .execute();
    const { devices, wards } = site.directory();
    return {
      requests: await Promise.all(
        rows
          .filter((row) => !devices.has(row.device))
          .map(async (row) => ({
            device: row.device,
            name: row.name,
            ward: wards.get(row.ward)?.name ?? row.ward,
            askedAt: row.asked_at.toISOString(),
            checkCode: await checkCode({
              site: identity.site,
              siteKey: identity.publicKey,
              signingKey: row.signing_key,
              recipient: row.recipient,
            }),
            hardwareEncrypted: row.hardware_encrypted,
          })),
      ),
    };
  });

  const inPath = z.object({ device: Hex128 });

  app.post('/api/admin/join-requests/:device/approve', administratorLately, async (request) => {
    const { device } = inPath.parse(request.params);
    const taken = await db
      .updateTable('record.join_request')
      .set({ approved_at: now() })
      .where('site', '=', identity.site)
      .where('device', '=', device)
      .where('refused_at', 'is', null)
      .where((where) =>
        where.or([
          where('approved_at', 'is', null),
          where('approved_at', '<', new Date(context.clock() - APPROVAL_MS)),
        ]),
      )
      .returningAll()
      .executeTakeFirst();
    if (!taken) {
      const { refused_at } = await requestOf(device);
      throw refused_at
        ? new RefusalError(409, 'refused', 'This tablet was refused already. It has to ask anew.')
        : new RefusalError(
            409,
            'approved',
            'This tablet is being let in. If it still asks in half a minute, let it in again.',
          );
    }
    const enrolled = await site.enrolDevice({
      device,
      name: taken.name,
      signingKey: taken.signing_key,
      recipient: taken.recipient,
      ward: taken.ward,
      hardwareEncrypted: taken.hardware_encrypted,
    });
    note(context, request, { what: 'enrolled', detail: `tablet ${enrolled.name}` });
    return {};
  });

  app.post('/api/admin/join-requests/:device/refuse', administrator, async (request) => {
    const { device } = inPath.parse(request.params);
    const refused = await db
      .updateTable('record.join_request')
      .set({ refused_at: now() })
      .where('site', '=', identity.site)
      .where('device', '=', device)
      .where('approved_at', 'is', null)
      .where('refused_at', 'is', null)
      .returning('name')
      .executeTakeFirst();
    if (!refused) {
      await requestOf(device);
      throw new RefusalError(
        409,
        'decided',
        'This was decided already. A tablet that was let in is taken off the list by Revoke.',
      );
    }
    note(context, request, { what: 'enrolled', detail: `refused: tablet ${refused.name}` });
    return {};
  });
}
