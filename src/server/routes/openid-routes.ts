import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type OpenIdAddress, OpenIdVisit } from '../../wire/sign-in.ts';
import { cookieName, isSecure, openSession } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';

const PATH = '/api/session/openid';

/** Sign-in with the hospital's own identity provider. Only there when one is configured. */
export function openIdRoutes(app: FastifyInstance, context: ServerContext): void {
  const { openId, publicUrl } = context.signIn;
  const visitCookie = (request: FastifyRequest): string =>
    cookieName(isSecure(context.signIn, request), 'lamplight-openid');
  if (!openId) return;
  const anyone = {
    config: {
      access: { by: 'anyone', because: 'signing in; the provider says who it is' },
      rateLimit: { max: 30, timeWindow: '1 minute' },
    },
  } as const;
  const callback = (request: FastifyRequest): string =>
    new URL(`${PATH}/back`, publicUrl ?? `${request.protocol}://${request.host}`).href;

  app.post(PATH, anyone, async (request, reply): Promise<z.infer<typeof OpenIdAddress>> => {
    const { returnTo } = OpenIdVisit.parse(request.body);
    const visit = await openId.begin(callback(request), returnTo).catch(() => {
      throw new RefusalError(
        503,
        'provider-unreachable',
        'The hospital’s own sign-in does not answer. Sign in with your PIN or a passkey.',
      );
    });
    // Binds the visit to the browser that began it. `Lax`: the browser comes back from another site.
    reply.setCookie(visitCookie(request), visit.state, {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: isSecure(context.signIn, request),
      maxAge: 300,
    });
    return { url: visit.url };
  });

  app.get(`${PATH}/back`, anyone, async (request, reply) => {
    const { state } = z.object({ state: z.string().max(200).default('') }).parse(request.query);
    const name = visitCookie(request);
    const began = request.cookies[name];
    reply.clearCookie(name, { path: '/', secure: name.startsWith('__Host-') });
    const query = request.url.slice(request.url.indexOf('?') + 1);
    // Whose browser did not begin this visit must not end up signed in as somebody else.
    const visit = began === state ? await openId.finish(state, query).catch(() => undefined) : undefined;
    const person = visit?.staff === undefined ? undefined : context.site.roster().get(visit.staff);
    if (!visit || !person || context.site.directory().revokedStaff.has(person.staff)) {
      context.audit.note({ what: 'sign-in-failed', detail: 'by the hospital’s own sign-in' });
      return reply.redirect(`${visit?.returnTo ?? '/workbench'}#sign-in=${visit ? 'not-known' : 'refused'}`);
    }
    await openSession(context, request, reply, person, 'openid');
    return reply.redirect(visit.returnTo);
  });
}
