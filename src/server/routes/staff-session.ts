import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Role } from '../../clinical/index.ts';
import { unwrapUserKey } from '../../seal/index.ts';
import { activeStaff, type StaffMember } from '../../site/index.ts';
import {
  ConfirmWho,
  type HowSignedIn,
  type OpenSessions,
  type PasskeyAsked,
  PasskeySignIn,
  type SessionInfo,
  SignIn,
} from '../../wire/sign-in.ts';
import { note, openSession, placeOf, sessionCookie, staffOf } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';

/**
 * Sign-in on the server with the same PIN as on a tablet (the right PIN is the one that opens the person's key in the
 * roster), with a one-time code beside it where one is set up, or with a passkey. Wrong tries are counted per person, and
 * slow down.
 */
export function staffSessionRoutes(app: FastifyInstance, context: ServerContext): void {
  const { sessions, tries, codes, passkeys, policy } = context.signIn;
  const signingIn = {
    config: {
      access: { by: 'anyone', because: 'signing in' },
      rateLimit: { max: 30, timeWindow: '1 minute' },
    },
  } as const;
  // Also for whoever has still to set up a second factor: to know it, and to leave.
  const own = { config: { access: { by: 'staff', roles: Role.options, settingUp: true } } } as const;

  /** What PIN and code come to; `undefined`: they are wrong. */
  async function howOf(
    person: StaffMember,
    { pin, code = '' }: z.infer<typeof SignIn>,
  ): Promise<HowSignedIn | 'code-needed' | 'passkey-needed' | undefined> {
    const secret = context.site.pinSecret(person);
    if (secret === undefined || !(await unwrapUserKey(pin, secret, person.wrapped))) return undefined;
    if (await codes.isSetUp(person.staff)) {
      if (code === '') return 'code-needed';
      const found = await codes.check(person.staff, code);
      return found && (found === 'code' ? 'pin-and-code' : 'pin-and-recovery-code');
    }
    const required = (await policy.secondFactor()) === 'required';
    return required && (await passkeys.list(person.staff)).length > 0 ? 'passkey-needed' : 'pin';
  }

  app.post('/api/session', signingIn, async (request, reply): Promise<SessionInfo> => {
    const asked = SignIn.parse(request.body);
    const person = activeStaff(context.site.directory(), context.site.roster()).find(
      (candidate) => candidate.name.toLowerCase() === asked.staff.trim().toLowerCase(),
    );
    const how =
      person &&
      (await tries.guarded(
        person.staff,
        () => howOf(person, asked),
        (found) => found !== 'code-needed' && found !== 'passkey-needed',
      ));
    if (how === 'code-needed')
      throw new RefusalError(401, 'code-needed', 'Now the code that your authenticator app shows.');
    if (how === 'passkey-needed')
      throw new RefusalError(
        401,
        'passkey-needed',
        'This site asks for a second factor, and yours is a passkey: sign in with it.',
      );
    if (!person || !how) {
      context.audit.note({ what: 'sign-in-failed', ...(person ? { staff: nameOf(person) } : {}) });
      throw new RefusalError(
        401,
        'wrong-pin',
        asked.code
          ? 'Name, PIN and code do not go together, or the code was used before. Wait for the next one and try again.'
          : 'Name and PIN do not go together. Check both and try again.',
      );
    }
    await context.staff.wrapAnew(person, asked.pin);
    await openSession(context, request, reply, person, how);
    return infoOf(person, how);
  });

  app.post('/api/session/passkey/ask', signingIn, async (request): Promise<z.infer<typeof PasskeyAsked>> => {
    const { asked, options } = await passkeys.askForSignIn(placeOf(context, request));
    return { asked, options: { ...options } };
  });

  app.post('/api/session/passkey', signingIn, async (request, reply): Promise<SessionInfo> => {
    const staff = await passkeys.whoAnswered(PasskeySignIn.parse(request.body), placeOf(context, request));
    const person = activeStaff(context.site.directory(), context.site.roster()).find(
      (candidate) => candidate.staff === staff,
    );
    if (!person) {
      context.audit.note({ what: 'sign-in-failed', detail: 'with a passkey' });
      throw new RefusalError(
        401,
        'wrong-passkey',
        'This passkey is not known here, or the answer came too late. Try again, or sign in with your PIN.',
      );
    }
    await openSession(context, request, reply, person, 'passkey');
    return infoOf(person, 'passkey');
  });

  app.get('/api/session', own, async (request) => infoOfSession(request));

  // The page says that somebody is there: its own polling does not keep a session alive.
  app.post('/api/session/stay', own, async (request) => {
    await sessions.touch(staffOf(request).session);
    return infoOfSession(request);
  });

  // A new session in place of the old one, as at every sign-in: it was opened just now, so `lately` holds for it.
  app.post(
    '/api/session/confirm',
    { config: { ...own.config, rateLimit: { max: 30, timeWindow: '1 minute' } } },
    async (request, reply): Promise<SessionInfo> => {
      const { id, how } = staffOf(request);
      const { pin, code = '' } = ConfirmWho.parse(request.body);
      const person = context.site.roster().get(id)!;
      const shown = await tries.guarded(id, async () => {
        const secret = context.site.pinSecret(person);
        if (secret === undefined || !(await unwrapUserKey(pin, secret, person.wrapped))) return undefined;
        return !(await codes.isSetUp(id)) || (await codes.check(id, code)) ? true : undefined;
      });
      if (!shown) {
        note(context, request, { what: 'sign-in-failed', detail: 'when asked again' });
        throw new RefusalError(
          400,
          'wrong-pin',
          (await codes.isSetUp(id))
            ? 'PIN and code do not go together, or the code was used before. Wait for the next one and try again.'
            : 'That is not your PIN. Try again.',
        );
      }
      await openSession(context, request, reply, person, how);
      return infoOf(person, how);
    },
  );

  app.get('/api/session/all', own, async (request): Promise<OpenSessions> => {
    const { id, session } = staffOf(request);
    return {
      sessions: (await sessions.listOf(id)).map(({ hash, how, openedAt, usedAt }) => ({
        how,
        openedAt: openedAt.toISOString(),
        usedAt: usedAt.toISOString(),
        here: hash === session,
      })),
    };
  });

  app.post(
    '/api/session/others/end',
    { config: { access: { ...own.config.access, lately: true } } },
    async (request) => {
      const { id, session } = staffOf(request);
      await sessions.closeAllOf(id, session);
      note(context, request, { what: 'sign-in-changed', detail: 'other sessions ended' });
      return {};
    },
  );

  app.delete(
    '/api/session',
    { config: { access: { by: 'anyone', because: 'it only ends the session of whoever asks' } } },
    async (request, reply) => {
      const name = sessionCookie(context.signIn, request);
      const cookie = request.cookies[name];
      if (cookie !== undefined) await sessions.close(cookie);
      reply.clearCookie(name, { path: '/', secure: name.startsWith('__Host-') });
      return {};
    },
  );

  function infoOfSession(request: FastifyRequest): Promise<SessionInfo> {
    const { id, how } = staffOf(request);
    return infoOf(context.site.roster().get(id)!, how);
  }

  async function infoOf(person: StaffMember, how: HowSignedIn): Promise<SessionInfo> {
    return {
      staff: nameOf(person),
      how,
      codeSetUp: await codes.isSetUp(person.staff),
      secondFactorDue: how === 'pin' && (await policy.secondFactor()) === 'required',
      idleMs: sessions.limits.idleMs,
    };
  }
}

const nameOf = ({ staff, name, role }: StaffMember) => ({ id: staff, name, role });
