import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { DIRECTORY_SCOPE, DirectoryBody, revocationOf } from '../../site/index.ts';
import {
  HUB_NAMES,
  type HubCode,
  HubCodeRequest,
  type HubEnrolAnswer,
  HubEnrolRequest,
  type HubList,
  isHubAddress,
} from '../../wire/hubs.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';
import { hashCode, typedCode } from '../tokens.ts';

/** A laptop is fetched from a cupboard: longer than a tablet's code, which is typed at once. */
const CODE_MS = 60 * 60_000;

/** Ward hubs: announced by an administrator before the outage, so that the directory names them to every tablet. */
export function hubRoutes(app: FastifyInstance, context: ServerContext, hubNames: readonly string[]): void {
  const { db, identity, site, siteLog } = context;
  const administrators = { by: 'staff', roles: ['administrator'] } as const;

  app.post(
    '/api/admin/hub-codes',
    { config: { access: administrators } },
    async (request): Promise<HubCode> => {
      const asked = HubCodeRequest.parse(request.body);
      if (!isHubAddress(asked.address, hubNames))
        throw new RefusalError(
          400,
          'address',
          `Tablets reach a hub under an address like https://hub-4-west.internal:8443, whose name ends with ${[...HUB_NAMES, ...hubNames].map((name) => `.${name}`).join(' or ')}.`,
        );
      if (asked.wards.some((ward) => !site.directory().wards.has(ward)))
        throw new RefusalError(404, 'no-ward', 'There is no such ward.');
      const code = typedCode();
      const expiresAt = new Date(context.clock() + CODE_MS);
      const appOrigin = `${request.protocol}://${request.host}`;
      await db
        .insertInto('record.hub_code')
        .values({
          site: identity.site,
          code_hash: hashCode(code),
          name: asked.name,
          address: asked.address,
          wards: JSON.stringify(asked.wards),
          app_origin: appOrigin,
          expires_at: expiresAt,
          used_at: null,
        })
        .execute();
      return {
        code,
        expiresAt: expiresAt.toISOString(),
        command: `npm start -- --hub --server ${appOrigin} --code ${code}`,
      };
    },
  );

  app.post(
    '/api/hubs/enrol',
    {
      config: {
        access: { by: 'anyone', because: 'a hub proves itself with a one-time code' },
        rateLimit: { max: 20, timeWindow: '1 minute' },
      },
    },
    async (request): Promise<HubEnrolAnswer> => {
      const asked = HubEnrolRequest.parse(request.body);
      const taken = await db
        .updateTable('record.hub_code')
        .set({ used_at: new Date(context.clock()) })
        .where('site', '=', identity.site)
        .where('code_hash', '=', hashCode(asked.code))
        .where('used_at', 'is', null)
        .where('expires_at', '>', new Date(context.clock()))
        .returningAll()
        .executeTakeFirst();
      if (!taken)
        throw new RefusalError(
          403,
          'unknown-code',
          'This code is not known here, too old, or was used already. Ask the administrator for a new one.',
        );
      const body = DirectoryBody.parse({
        kind: 'hub-enrolled',
        recordedAt: new Date(context.clock()).toISOString(),
        hub: randomBytes(16).toString('hex'),
        name: taken.name,
        address: taken.address,
        wards: JSON.parse(taken.wards),
        signingKey: asked.signingKey,
      });
      if (body.kind !== 'hub-enrolled') throw new Error('a hub is enrolled as a hub');
      await siteLog.append(DIRECTORY_SCOPE, undefined, [{ patient: null, body }]);
      await site.refresh();
      return {
        hub: body.hub,
        site: identity.site,
        siteKey: identity.publicKey,
        name: body.name,
        address: body.address,
        appOrigin: taken.app_origin,
      };
    },
  );

  app.get(
    '/api/admin/hubs',
    { config: { access: { by: 'staff', roles: ['administrator', 'records'] } } },
    async (): Promise<z.infer<typeof HubList>> => {
      const { hubs, wards } = site.directory();
      const contacts = await db
        .selectFrom('projection.device_contact')
        .where('site', '=', identity.site)
        .select(['device', 'last_seen_at'])
        .execute();
      const seen = new Map(contacts.map((row) => [row.device, row.last_seen_at.toISOString()]));
      return {
        hubs: [...hubs.values()].map((hub) => ({
          id: hub.hub,
          name: hub.name,
          address: hub.address,
          wards: hub.wards.map((ward) => wards.get(ward)?.name ?? ward).join(', '),
          lastSeenAt: seen.get(hub.hub) ?? null,
          revoked: revocationOf(site.directory(), hub.hub),
        })),
      };
    },
  );
}
