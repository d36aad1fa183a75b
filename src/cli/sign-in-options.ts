import { z } from 'zod';
import type { SignInOptions } from '../server/sign-in/index.ts';
import { SESSION_LIMITS } from '../server/sign-in/sessions.ts';

const present = z.string().trim().min(1);

/** What whoever starts the server says about signing in at the desk. */
const Environment = z
  .object({
    SECOND_FACTOR: z.enum(['optional', 'required']).optional(),
    SESSION_IDLE_MINUTES: z.coerce.number().min(1).max(60).optional(),
    SESSION_LONGEST_HOURS: z.coerce.number().min(0.25).max(24).optional(),
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
    OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
    OIDC_CLIENT_ID: present.optional(),
    OIDC_CLIENT_SECRET: present.optional(),
    OIDC_CLAIM: present.default('preferred_username'),
  })
  .refine((said) => (said.OIDC_ISSUER === undefined) === (said.OIDC_CLIENT_ID === undefined), {
    error: 'OIDC_ISSUER and OIDC_CLIENT_ID are set together, or neither',
  });

/** @throws Error with the name of the variable that is not right, before anything listens. */
export function signInOptions(environment: Record<string, string | undefined>): SignInOptions {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${issue?.path.join('.') ?? ''} ${issue?.message}`.trim());
  }
  const said = parsed.data;
  return {
    ...(said.SECOND_FACTOR ? { secondFactor: said.SECOND_FACTOR } : {}),
    ...(said.PUBLIC_URL ? { publicUrl: said.PUBLIC_URL } : {}),
    sessions: {
      idleMs: said.SESSION_IDLE_MINUTES ? said.SESSION_IDLE_MINUTES * 60_000 : SESSION_LIMITS.idleMs,
      longestMs: said.SESSION_LONGEST_HOURS
        ? said.SESSION_LONGEST_HOURS * 3_600_000
        : SESSION_LIMITS.longestMs,
    },
    ...(said.OIDC_ISSUER && said.OIDC_CLIENT_ID
      ? {
          openId: {
            issuer: said.OIDC_ISSUER,
            clientId: said.OIDC_CLIENT_ID,
            ...(said.OIDC_CLIENT_SECRET ? { clientSecret: said.OIDC_CLIENT_SECRET } : {}),
            claim: said.OIDC_CLAIM,
          },
        }
      : {}),
  };
}
