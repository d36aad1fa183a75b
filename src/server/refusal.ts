import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Refusal } from '../wire/workbench.ts';
import { faultInLog } from './faults.ts';

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

/** Refusals that honest clients do not earn by a slip. */
const NOTABLE = [403, 405, 413, 415, 429];

/**
 * What was refused, to whom, on which route: for whoever watches for intruders. The route as it was declared and the
 * kind of refusal, so nothing that was sent.
 */
function noteRefusal(request: FastifyRequest, error: Error & { statusCode?: number }): void {
  const status = error instanceof z.ZodError ? 400 : (error.statusCode ?? 500);
  if (status >= 500) return;
  request.log[NOTABLE.includes(status) ? 'warn' : 'info'](
    {
      status,
      ...(error instanceof RefusalError ? { kind: error.kind } : {}),
      method: request.method,
      route: request.routeOptions.url,
      from: request.ip,
    },
    'a request was refused',
  );
}

/** Every fault is answered in the user's words, and none tells the log what a record says. */
export function answerFaults(app: FastifyInstance): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    noteRefusal(request, error);
    if (error instanceof RefusalError) return sendRefusal(reply, error.statusCode, error.kind, error.message);
    if (error instanceof z.ZodError)
      return sendRefusal(
        reply,
        400,
        'invalid',
        'The request is not complete: something is missing or not allowed.',
      );
    const status = error.statusCode ?? 500;
    if (status < 500)
      return sendRefusal(
        reply,
        status,
        status === 429 ? 'wait' : 'invalid',
        status === 429
          ? 'Too many tries. Wait a minute, then try again.'
          : 'The request is not one that this server takes.',
      );
    request.log.error({ ...faultInLog(error), route: request.routeOptions.url }, 'a request failed');
    return sendRefusal(
      reply,
      500,
      'fault',
      'The server could not do this. Nothing that was saved is lost; try again.',
    );
  });
}
