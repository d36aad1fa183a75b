import { createHash, createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { READABLE } from '../site/index.ts';

/** Signed statements of the server to itself: device sessions, staff cookies, challenges. Stateless, so any node reads them. */
export interface Tokens {
  issue(purpose: string, value: unknown, lifetimeMs: number): string;
  /** The value, or `undefined` when it is forged, of another purpose, or over. */
  read(purpose: string, token: string): unknown;
}

const Envelope = z.object({ purpose: z.string(), until: z.number(), value: z.unknown() });

export function createTokens(secret: string, clock: () => number): Tokens {
  const mac = (payload: string): Buffer => createHmac('sha256', secret).update(payload).digest();
  return {
    issue(purpose, value, lifetimeMs) {
      const payload = Buffer.from(JSON.stringify({ purpose, until: clock() + lifetimeMs, value })).toString(
        'base64url',
      );
      return `${payload}.${mac(payload).toString('base64url')}`;
    },
    read(purpose, token) {
      const [payload = '', signature = ''] = token.split('.');
      const given = Buffer.from(signature, 'base64url');
      const right = mac(payload);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      const envelope = Envelope.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
      if (!envelope.success || envelope.data.purpose !== purpose || envelope.data.until < clock())
        return undefined;
      return envelope.data.value;
    },
  };
}

/** A code that a person reads in one place and types in another: 40 bits, `ABCD-2345`. */
export function typedCode(): string {
  const letters = Array.from({ length: 8 }, () => READABLE[randomInt(READABLE.length)]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** What is kept of a code: how it was typed does not matter, and the database does not tell it. */
export const hashCode = (code: string): string =>
  createHash('sha256')
    .update(code.toUpperCase().replace(/[^A-Z0-9]/g, ''))
    .digest('hex');
