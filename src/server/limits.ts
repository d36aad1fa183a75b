import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import { isTooDeep } from '../seal/index.ts';
import { RefusalError } from './refusal.ts';

export interface SlowClients {
  /** Until all headers have come. */
  headersMs: number;
  /** Until the whole request has come: 8 MB at 70 KB/s. */
  requestMs: number;
}
const PATIENCE: SlowClients = { headersMs: 15_000, requestMs: 120_000 };

/** What site server and hub give Fastify alike: how much a request may be, and how long it may take to come. */
export function requestBounds(patience: SlowClients = PATIENCE) {
  return {
    bodyLimit: 1024 * 1024,
    requestTimeout: patience.requestMs,
    /** For `http` or `https`: Node looks for slow clients this often, and otherwise twice a minute. */
    sockets: {
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      connectionsCheckingInterval: Math.min(5_000, patience.headersMs),
    },
  } satisfies FastifyServerOptions & { sockets: object };
}

/** Bodies are JSON, or what a route asks for by name; none of them nests deeper than a reader may walk. */
export function boundBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  // A form on a page of another origin can send plain text with no preflight; nothing here takes any.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    if (isTooDeep(bytes)) done(new RefusalError(400, 'too-deep', 'The request nests too deep.'), undefined);
    else parse(request, bytes.toString('utf8'), done);
  });
}
