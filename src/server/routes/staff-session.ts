import type { FastifyInstance, FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Role } from '../../clinical/index.ts';
import { unwrapUserKey } from '../../seal/index.ts';
import { activeStaff } from '../../site/index.ts';
import { type SessionInfo, SignIn } from '../../wire/workbench.ts';
import { SESSION_COOKIE, type SessionToken, staffOf } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';

const SESSION_MS = 30 * 60_000;
const FREE_TRIES = 5;

/**
 * Sign-in on the server with the same PIN as on a tablet: the right PIN is the one that opens the person's key in
 * the roster. Wrong ones are counted per person, and slow down.
 */
export function staffSessionRoutes(app: FastifyInstance, context: ServerContext): void {
  const failures = new Map<string, { count: number; nextAt: number }>();

  app.post(
    '/api/session',
    {
      config: {
        access: { by: 'anyone', because: 'signing in' },
        rateLimit: { max: 30, timeWindow: '1 minute' },
      },
    },
    async (request, reply): Promise<SessionInfo> => {
      const { staff: name, pin } = SignIn.parse(request.body);
      const person = activeStaff(context.site.directory(), context.site.roster()).find(
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
      const secret = person && context.site.pinSecret(person);
      const opened = person && secret !== undefined && (await unwrapUserKey(pin, secret, person.wrapped));
      if (!person || !opened) {
        context.audit.note({
          what: 'sign-in-failed',
          ...(person ? { staff: { id: person.staff, name: person.name, role: person.role } } : {}),
        });
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
      await context.staff.wrapAnew(person, pin);
      context.audit.note({
        what: 'sign-in',
        staff: { id: person.staff, name: person.name, role: person.role },
      });
      setCookie(reply, { id: person.staff, key: person.publicKey });
      return { staff: { id: person.staff, name: person.name, role: person.role } };
    },
  );

  app.get(
    '/api/session',
    { config: { access: { by: 'staff', roles: Role.options } } },
    async (request, reply): Promise<SessionInfo> => {
      const { id, name, role } = staffOf(request);
      // In use, so it goes on: half an hour from now.
      setCookie(reply, { id, key: context.site.roster().get(id)!.publicKey });
      return { staff: { id, name, role } };
    },
  );

  app.delete(
    '/api/session',
    { config: { access: { by: 'anyone', because: 'it only forgets the cookie of whoever asks' } } },
    async (_request, reply) => {
      reply.clearCookie(SESSION_COOKIE, { path: '/' });
      return {};
    },
  );

  function setCookie(reply: FastifyReply, token: z.infer<typeof SessionToken>): void {
    reply.setCookie(SESSION_COOKIE, context.tokens.issue('staff', token, SESSION_MS), {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: 'auto',
    });
  }
}
