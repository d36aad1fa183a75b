import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Hex128, type Role } from '../clinical/index.ts';
import {
  type AuditEvent,
  type Directory,
  grantedWards,
  hubAsPeer,
  type Peer,
  type Roster,
  type StaffMember,
} from '../site/index.ts';
import { HOW_SIGNED_IN, type HowSignedIn } from '../wire/sign-in.ts';
import type { ServerContext } from './context.ts';
import { RefusalError } from './refusal.ts';
import type { SignInWays } from './sign-in/index.ts';
import type { Place } from './sign-in/passkeys.ts';
import { sessionKey } from './sign-in/sessions.ts';

/**
 * Who may use a route. Every route states it in its `config.access`, one hook enforces it before the body is read, and
 * a route that states nothing keeps the server from starting.
 */
export type Access =
  /** No sign-in; `because` says why that is safe. */
  | { by: 'anyone'; because: string }
  | {
      by: 'staff';
      roles: readonly Role[];
      ward?: 'of-patient-in-path' | 'in-query' | 'in-path';
      /** Only to whoever has shown lately who they are: a desk that was left open must not change who may come in. */
      lately?: true;
      /** Open also to whoever has only a PIN where the site wants more: to set the rest up. */
      settingUp?: true;
    }
  /** A tablet, by its own key, locked or not. */
  | { by: 'device'; ward?: 'in-path' };

export interface StaffSession {
  id: string;
  name: string;
  role: Role;
  /** Whose records they may see. */
  wards: readonly string[];
  how: HowSignedIn;
  /** Which of the person's sessions this is. */
  session: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    signedIn: StaffSession | undefined;
    tablet: Peer | undefined;
  }
}

/** Signed in, or shown again who one is, no longer ago than this: for routes that say `lately`. */
const LATELY_MS = 5 * 60_000;

/**
 * Where browsers take it: the prefix by which they let no other host, path or plain connection set or read it. Without
 * https (the demo) they would refuse it.
 */
export const cookieName = (secure: boolean, name: string): string => (secure ? `__Host-${name}` : name);

/** Whether the browser speaks to this server under https, through a proxy or by itself. */
export const isSecure = (
  signIn: Pick<SignInWays, 'publicUrl'> | undefined,
  request: FastifyRequest,
): boolean => (signIn?.publicUrl ? signIn.publicUrl.protocol === 'https:' : request.protocol === 'https');

export const sessionCookie = (
  signIn: Pick<SignInWays, 'publicUrl'> | undefined,
  request: FastifyRequest,
): string => cookieName(isSecure(signIn, request), 'lamplight-session');
/** What the guard asks. A hub knows no staff, and has no route for them. */
export interface GuardContext extends Pick<ServerContext, 'db' | 'tokens'> {
  identity: { site: string };
  signIn?: Pick<SignInWays, 'sessions' | 'policy' | 'publicUrl'>;
  site: {
    directory(): Directory;
    roster(): Roster;
    device(id: string): Promise<Peer | undefined>;
  };
}

/** Call before any route is declared. The table is of everything that was declared since. */
export function guardRoutes(
  app: FastifyInstance,
  context: GuardContext,
): { method: string; url: string; access: Access }[] {
  const table: { method: string; url: string; access: Access }[] = [];
  app.decorateRequest('signedIn', undefined);
  app.decorateRequest('tablet', undefined);

  app.addHook('onRoute', (route) => {
    // Outside /api there are only the files of the app, the same for everybody.
    const access: Access | undefined =
      route.config?.access ??
      (route.url.startsWith('/api') ? undefined : { by: 'anyone', because: 'a file of the app' });
    if (!access) throw new Error(`${String(route.method)} ${route.url} does not say who may use it`);
    route.config = { ...route.config, access };
    for (const method of [route.method].flat()) table.push({ method, url: route.url, access });
  });

  app.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const access = request.routeOptions.config.access;
    switch (access?.by) {
      case 'anyone':
        return;
      case 'staff':
        request.signedIn = await staffMember(context, request, access);
        if (access.ward) await requireWard(context, request, access.ward, request.signedIn.wards);
        return;
      case 'device':
        request.tablet = await deviceOf(context, request);
        if (access.ward)
          await requireWard(
            context,
            request,
            access.ward,
            grantedWards(context.site.directory(), request.tablet.device),
          );
        return;
      default:
        throw new Error('a route without a rule was reached');
    }
  });
  return table;
}

/** Who asks, on a route for staff. */
export function staffOf(request: FastifyRequest): StaffSession {
  if (!request.signedIn) throw new Error('this route is not for staff');
  return request.signedIn;
}

/** Notes in the audit trail what the signed-in person does. */
export function note(
  context: ServerContext,
  request: FastifyRequest,
  event: Omit<AuditEvent, 'at' | 'staff'>,
): void {
  const { id, name, role } = staffOf(request);
  context.audit.note({ ...event, staff: { id, name, role } });
}

/** Which tablet or hub asks, on a route for them. */
export function tabletOf(request: FastifyRequest): Peer {
  if (!request.tablet) throw new Error('this route is not for tablets');
  return request.tablet;
}

/** Role and wards are those of the staff list now, not those of the moment of signing in. */
async function staffMember(
  { site, signIn, clock }: GuardContext & Partial<Pick<ServerContext, 'clock'>>,
  request: FastifyRequest,
  { roles, settingUp, lately }: Extract<Access, { by: 'staff' }>,
): Promise<StaffSession> {
  const cookie = request.cookies[sessionCookie(signIn, request)];
  const session = cookie === undefined ? undefined : await signIn?.sessions.find(cookie);
  const person = session && site.roster().get(session.staff);
  // A new PIN ends what was opened with the old one.
  if (!person || site.directory().revokedStaff.has(person.staff) || sessionKey(person) !== session.key)
    throw new RefusalError(401, 'signed-out', 'You are signed out. Sign in again; nothing is lost.');
  if (!roles.includes(person.role))
    throw new RefusalError(403, 'not-allowed', `This needs ${roles.join(' or ')} rights.`);
  // The cookie is SameSite=Strict already; a browser that ignores that still names the page that asks.
  const { origin, 'sec-fetch-site': askedFrom } = request.headers;
  if (
    (origin !== undefined && URL.parse(origin)?.host !== request.host) ||
    (askedFrom !== undefined && askedFrom !== 'same-origin' && askedFrom !== 'none')
  )
    throw new RefusalError(403, 'other-origin', 'This was asked by a page that is not Lamplight’s.');
  if (!settingUp && session.how === 'pin' && (await signIn?.policy.secondFactor()) === 'required')
    throw new RefusalError(
      403,
      'second-factor-due',
      'This site asks for a second factor. Set one up under “Signing in”, then go on.',
    );
  if (lately && (clock ?? Date.now)() - session.openedAt > LATELY_MS)
    throw new RefusalError(
      403,
      'confirm-needed',
      'Show once more who you are: type your PIN. Nothing was changed yet.',
    );
  // Reading is what an open page does by itself; changing something is what a person does.
  if (request.method !== 'GET') await signIn?.sessions.touch(session.hash);
  const { staff: id, name, role, wards } = person;
  return { id, name, role, wards, how: session.how, session: session.hash };
}

/** Opens a session and hands its cookie out. */
export async function openSession(
  context: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  person: StaffMember,
  how: HowSignedIn,
): Promise<void> {
  const { sessions } = context.signIn;
  // One browser, one session: whoever was signed in here before is so no longer.
  const name = sessionCookie(context.signIn, request);
  const before = request.cookies[name];
  if (before !== undefined) await sessions.close(before);
  reply.setCookie(name, await sessions.open(person, how), {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: isSecure(context.signIn, request),
  });
  context.audit.note({
    what: 'sign-in',
    detail: HOW_SIGNED_IN[how],
    staff: { id: person.staff, name: person.name, role: person.role },
  });
}

/** Where the browser that asks believes that it is. */
export function placeOf({ signIn }: Pick<ServerContext, 'signIn'>, request: FastifyRequest): Place {
  if (signIn.publicUrl) return { rpId: signIn.publicUrl.hostname, origins: [signIn.publicUrl.origin] };
  // Browsers let a page without https use passkeys on its own machine alone.
  return { rpId: request.hostname, origins: [`https://${request.host}`, `http://${request.host}`] };
}

/** A tablet or a hub by its id, as the directory has it. */
export async function peerOf(site: GuardContext['site'], id: string): Promise<Peer | undefined> {
  const hub = (): Peer | undefined => hubAsPeer(site.directory().hubs.get(id));
  // The look for a device reads the directory again where another node may have enrolled it.
  return hub() ?? (await site.device(id)) ?? hub();
}

async function deviceOf(context: GuardContext, request: FastifyRequest): Promise<Peer> {
  const header = request.headers.authorization ?? '';
  const value = header.startsWith('Bearer ') ? context.tokens.read('device', header.slice(7)) : undefined;
  const id = Hex128.safeParse(value);
  const device = id.success ? await peerOf(context.site, id.data) : undefined;
  if (!device)
    throw new RefusalError(401, 'session', 'The session of this tablet ended; it signs in again by itself.');
  return device;
}

async function requireWard(
  context: GuardContext,
  request: FastifyRequest,
  where: 'of-patient-in-path' | 'in-query' | 'in-path',
  granted: readonly string[],
): Promise<void> {
  const wards = await wardsNamed(context, request, where);
  if (!wards.every((ward) => granted.includes(ward)))
    throw new RefusalError(403, 'not-granted', 'This belongs to a ward that you are not granted.');
}

async function wardsNamed(
  context: GuardContext,
  request: FastifyRequest,
  where: 'of-patient-in-path' | 'in-query' | 'in-path',
): Promise<string[]> {
  switch (where) {
    case 'in-path':
      return [z.object({ ward: z.string() }).parse(request.params).ward];
    case 'in-query':
      return [z.object({ ward: z.string().optional() }).parse(request.query).ward].flatMap(
        (ward) => ward ?? [],
      );
    case 'of-patient-in-path': {
      const { id } = z.object({ id: Hex128 }).parse(request.params);
      const rows = await context.db
        .selectFrom('projection.entry')
        .where('site', '=', context.identity.site)
        .where('patient', '=', id)
        .select('ward')
        .distinct()
        .execute();
      const granted = request.signedIn?.wards ?? [];
      // One ward of those where the patient was is enough: the record goes with the patient.
      const own = rows.find((row) => granted.includes(row.ward));
      return own ? [own.ward] : rows.map((row) => row.ward);
    }
  }
}
