import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Hex128, Role } from '../../clinical/index.ts';
import { activeStaff } from '../../site/index.ts';
import {
  ConfirmCode,
  type Factors,
  type NewCode,
  NewPasskey,
  OutsideName,
  type PasskeyAsked,
  type RecoveryCodes,
  RemovePasskey,
  SignInPolicy,
  type SignInState,
} from '../../wire/sign-in.ts';
import { note, placeOf, staffOf } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';

/** A person's own passkeys and authenticator app, and what an administrator says about signing in. */
export function secondFactorRoutes(app: FastifyInstance, context: ServerContext): void {
  const { codes, passkeys, sessions, policy, outsideNames, openId } = context.signIn;
  // Open also to whoever has only the PIN where the site wants more: this is where the rest is set up.
  const own = { config: { access: { by: 'staff', roles: Role.options, settingUp: true } } } as const;
  const ownLately = { config: { access: { ...own.config.access, lately: true } } } as const;
  const administrator = { config: { access: { by: 'staff', roles: ['administrator'] } } } as const;
  const administratorLately = {
    config: { access: { ...administrator.config.access, lately: true } },
  } as const;
  const siteName = (): string => context.site.directory().site?.name ?? '';

  app.get('/api/session/factors', own, async (request): Promise<Factors> => {
    const { id } = staffOf(request);
    return {
      oneTimeCode: await codes.isSetUp(id),
      recoveryCodesLeft: await codes.recoveryCodesLeft(id),
      passkeys: (await passkeys.list(id)).map((row) => ({
        id: row.credential,
        name: row.name,
        addedAt: row.added_at.toISOString(),
        lastUsedAt: row.last_used_at?.toISOString() ?? null,
      })),
    };
  });

  app.post('/api/session/code/begin', ownLately, async (request): Promise<NewCode> => {
    await requireMoreThanPin(request);
    const { id, name } = staffOf(request);
    return codes.begin({ staff: id, name }, `Lamplight ${siteName()}`);
  });

  app.post('/api/session/code/confirm', own, async (request): Promise<z.infer<typeof RecoveryCodes>> => {
    const { id, session } = staffOf(request);
    const { code } = ConfirmCode.parse(request.body);
    const shown = await context.signIn.tries.guarded(id, () => codes.confirm(id, code));
    if (!shown)
      throw new RefusalError(
        400,
        'wrong-code',
        'This is not the code that the app shows now. Check the clock of the telephone, and type the next one.',
      );
    await sessions.becomes(session, 'pin-and-code');
    await sessions.closeAllOf(id, session);
    note(context, request, { what: 'sign-in-changed', detail: 'authenticator app set up' });
    return { codes: shown };
  });

  app.post('/api/session/code/remove', ownLately, async (request) => {
    await requireMoreThanPin(request);
    await codes.remove(staffOf(request).id);
    note(context, request, { what: 'sign-in-changed', detail: 'authenticator app removed' });
    return {};
  });

  app.post('/api/session/passkeys/ask', ownLately, async (request): Promise<z.infer<typeof PasskeyAsked>> => {
    await requireMoreThanPin(request);
    const { id, name } = staffOf(request);
    const { asked, options } = await passkeys.askForNew(
      { staff: id, name },
      siteName(),
      placeOf(context, request),
    );
    return { asked, options: { ...options } };
  });

  app.post('/api/session/passkeys', own, async (request) => {
    const { id, session, how } = staffOf(request);
    const answer = NewPasskey.parse(request.body);
    if (!(await passkeys.add(id, answer, placeOf(context, request))))
      throw new RefusalError(
        400,
        'wrong-passkey',
        'This passkey was not taken: the answer came too late, or the key is known already. Try again.',
      );
    // It has just been used, by whoever typed the PIN.
    if (how === 'pin') await sessions.becomes(session, 'passkey');
    await sessions.closeAllOf(id, session);
    note(context, request, { what: 'sign-in-changed', detail: `passkey added: ${answer.name}` });
    return {};
  });

  app.post('/api/session/passkeys/remove', ownLately, async (request) => {
    await requireMoreThanPin(request);
    await passkeys.remove(staffOf(request).id, RemovePasskey.parse(request.body).id);
    note(context, request, { what: 'sign-in-changed', detail: 'passkey removed' });
    return {};
  });

  app.get('/api/admin/sign-in', administrator, async (): Promise<SignInState> => {
    const names = await outsideNames.all();
    return {
      secondFactor: await policy.secondFactor(),
      fixed: policy.fixed,
      claim: openId?.claim ?? null,
      people: await Promise.all(
        activeStaff(context.site.directory(), context.site.roster()).map(async ({ staff }) => ({
          id: staff,
          oneTimeCode: await codes.isSetUp(staff),
          passkeys: (await passkeys.list(staff)).length,
          outside: names.get(staff) ?? null,
        })),
      ),
    };
  });

  app.post('/api/admin/sign-in', administratorLately, async (request) => {
    const { secondFactor } = SignInPolicy.parse(request.body);
    if (policy.fixed)
      throw new RefusalError(
        409,
        'fixed',
        'This was set where the server was started, and is changed there.',
      );
    await policy.set(secondFactor);
    note(context, request, {
      what: 'sign-in-changed',
      detail: `second factor ${secondFactor} for everybody`,
    });
    return {};
  });

  app.post('/api/admin/staff/:id/second-factor/remove', administratorLately, async (request) => {
    const id = idOf(request);
    await codes.remove(id);
    await passkeys.remove(id);
    await sessions.closeAllOf(id);
    note(context, request, { what: 'sign-in-changed', detail: `second factors of ${nameOf(id)} removed` });
    return {};
  });

  app.post('/api/admin/staff/:id/outside-name', administratorLately, async (request) => {
    const id = idOf(request);
    const { name } = OutsideName.parse(request.body);
    if (!(await outsideNames.set(id, name)))
      throw new RefusalError(409, 'known', 'Somebody else on the list carries that name there.');
    await sessions.closeAllOf(id);
    note(context, request, { what: 'sign-in-changed', detail: `outside name of ${nameOf(id)} set` });
    return {};
  });

  const idOf = (request: FastifyRequest): string => {
    const { id } = z.object({ id: Hex128 }).parse(request.params);
    if (!context.site.roster().has(id))
      throw new RefusalError(404, 'no-person', 'This person is not on the list of staff.');
    return id;
  };
  const nameOf = (id: string): string => context.site.roster().get(id)?.name ?? '';

  /** Whoever has a second factor shows it before anything about it changes: a PIN alone must not undo it. */
  async function requireMoreThanPin(request: FastifyRequest): Promise<void> {
    const { id, how } = staffOf(request);
    if (how === 'pin' && (await context.signIn.hasSecondFactor(id)))
      throw new RefusalError(
        403,
        'second-factor-needed',
        'Sign in with your second factor first: the PIN alone does not change it.',
      );
  }
}
