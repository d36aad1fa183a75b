import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Hex128, Role } from '../../clinical/index.ts';
import { unwrapUserKey } from '../../seal/index.ts';
import { type SessionInfo, SignIn } from '../../wire/workbench.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';

const COOKIE = 'lamplight-session';
const SESSION_MS = 30 * 60_000;
const FREE_TRIES = 5;

const Session = z.object({ id: Hex128, name: z.string(), role: Role });
export type StaffSession = z.infer<typeof Session>;

/** Who is signed in, and may they? Every workbench and administration route calls this first. */
export function requireStaff(
  context: ServerContext,
  request: FastifyRequest,
  roles: readonly Role[],
): StaffSession {
  const cookie = request.cookies[COOKIE];
  const session = Session.safeParse(cookie === undefined ? undefined : context.tokens.read('staff', cookie));
  if (!session.success)
    throw new RefusalError(401, 'signed-out', 'You are signed out. Sign in again; nothing is lost.');
  if (!roles.includes(session.data.role))
    throw new RefusalError(403, 'not-allowed', `This needs ${roles.join(' or ')} rights.`);
  return session.data;
}

/**
 * Sign-in on the server with the same PIN as on a tablet: the right PIN is the one that opens the person's key in
 * the roster. Wrong ones are counted per person, and slow down.
 */
export function staffSessionRoutes(app: FastifyInstance, context: ServerContext): void {
  const failures = new Map<string, { count: number; nextAt: number }>();

  app.post(
    '/api/session',
    { config: { rateLimit: { max: 30, timeWindow: '1 minute' } } },
    async (request, reply): Promise<SessionInfo> => {
      const { staff: name, pin } = SignIn.parse(request.body);
      const person = [...context.site.roster().values()].find(
        (candidate) => candidate.name.toLowerCase() === name.trim().toLowerCase(),
      );
      const before = failures.get(person?.staff ?? '') ?? { count: 0, nextAt: 0 };
      if (before.nextAt > context.clock()) {
        throw new RefusalError(
          429,
          'wait',
          `Too many wrong PINs. Try again in ${Math.ceil((before.nextAt - context.clock()) / 1000)} seconds.`,
        );
      }
      const opened = person && (await unwrapUserKey(pin, context.identity.rosterIdentity, person.wrapped));
      if (!person || !opened) {
        const count = before.count + 1;
        if (person)
          failures.set(person.staff, {
            count,
            nextAt:
              count < FREE_TRIES ? 0 : context.clock() + Math.min(900_000, 2_000 * 2 ** (count - FREE_TRIES)),
          });
        throw new RefusalError(
          401,
          'wrong-pin',
          'Name and PIN do not go together. Check both and try again.',
        );
      }
      failures.delete(person.staff);
      const session: StaffSession = { id: person.staff, name: person.name, role: person.role };
      setCookie(reply, context.tokens.issue('staff', session, SESSION_MS));
      return { staff: session };
    },
  );

  app.get('/api/session', async (request, reply): Promise<SessionInfo> => {
    const session = requireStaff(context, request, Role.options);
    // In use, so it goes on: half an hour from now.
    setCookie(reply, context.tokens.issue('staff', session, SESSION_MS));
    return { staff: session };
  });

  app.delete('/api/session', async (_request, reply) => {
    reply.clearCookie(COOKIE, { path: '/' });
    return {};
  });
}

function setCookie(reply: FastifyReply, token: string): void {
  reply.setCookie(COOKIE, token, { path: '/', httpOnly: true, sameSite: 'strict', secure: 'auto' });
}
