import type { FastifyReply } from 'fastify';
import type { Refusal } from '../wire/workbench.ts';

/** A refusal that the user may read: what happened and what to do. Never carries patient data. */
export class RefusalError extends Error {
  readonly statusCode: number;
  readonly kind: string;
  constructor(statusCode: number, kind: string, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.kind = kind;
  }
}

export function sendRefusal(
  reply: FastifyReply,
  statusCode: number,
  kind: string,
  message: string,
): FastifyReply {
  const body: Refusal = { error: { kind, message } };
  return reply.code(statusCode).send(body);
}
