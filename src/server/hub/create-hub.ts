import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { DIRECTORY_SCOPE, grantedWards, readersOf } from '../../site/index.ts';
import { createHttpCarrier, createPeerLoop, exchange, type PeerState } from '../../sync/index.ts';
import { guardRoutes } from '../access.ts';
import { openDatabase } from '../database/open.ts';
import { createBackground } from '../faults.ts';
import { createLedger, type ServerLedger } from '../ledger.ts';
import { boundBodies, requestBounds } from '../limits.ts';
import { answerFaults } from '../refusal.ts';
import { syncRoutes } from '../routes/sync-routes.ts';
import { createTokens } from '../tokens.ts';
import { openHubAcknowledgements } from './acknowledgements.ts';
import { createHubDirectory } from './hub-directory.ts';
import type { HubIdentity } from './hub-identity.ts';
import { createHubSnapshots } from './hub-snapshots.ts';
import { createHubStore } from './hub-store.ts';

export interface HubOptions {
  identity: HubIdentity;
  dataDirectory: string;
  databaseUrl?: string;
  /** PEM. Absent only where something before the hub ends TLS: browsers take no hub without it. */
  tls?: { certificate: string; key: string };
  clock?: () => number;
  random?: () => number;
  logLevel?: string;
  /** How it stands with the site server. */
  onUpstream?: (state: PeerState) => void;
}

export interface Hub {
  app: FastifyInstance;
  ledger: ServerLedger;
  /** Exchanges with the site server now. */
  wake(): void;
  close(): Promise<void>;
}

/**
 * The server without the site identity, on a laptop on the ward: it verifies, keeps and forwards what is sealed, hands
 * on what the site server has signed, and has no key by which anything could be read. The caller listens.
 */
export async function createHub(options: HubOptions): Promise<Hub> {
  const { identity } = options;
  const clock = options.clock ?? (() => Date.now());
  const { sockets, ...bounds } = requestBounds();
  const app = fastify({
    logger: {
      level: options.logLevel ?? 'warn',
      redact: ['req.headers.authorization', 'req.headers.cookie'],
    },
    logController: new LogController({ disableRequestLogging: true }),
    ...bounds,
    ...(options.tls
      ? { https: { ...sockets, cert: options.tls.certificate, key: options.tls.key } }
      : { http: sockets }),
  }) as unknown as FastifyInstance;
  boundBodies(app);
  const inBackground = createBackground(app.log);
  const opened = await openDatabase({
    dataDirectory: options.dataDirectory,
    ...(options.databaseUrl ? { databaseUrl: options.databaseUrl } : {}),
  });
  const { db } = opened;
  const directory = createHubDirectory(db, identity.site);
  const acknowledgements = await openHubAcknowledgements(db, identity.site, identity.siteKey);
  const ledger = createLedger(
    opened,
    { site: identity.site, publicKey: identity.siteKey },
    acknowledgements.about,
    () => directory,
  );
  const snapshots = createHubSnapshots(db, identity.site, identity.siteKey);
  ledger.onCommit((scopes) => {
    if (scopes.has(DIRECTORY_SCOPE)) inBackground('reading the directory', directory.refresh);
  });
  await ledger.recover(opened.journaled);
  await directory.refresh();

  const store = createHubStore(opened, identity.site, ledger, directory, acknowledgements);
  const carrier = createHttpCarrier({ baseUrl: identity.server, device: identity.hub, sign: identity.sign });
  const upstream = createPeerLoop({
    carrier,
    async exchange(onProgress) {
      const offer = await exchange(store, carrier, onProgress);
      await acknowledgements.heardOf(offer.epoch);
      // None once it was taken off the list: then it still hands over what it holds, and is given nothing more.
      await snapshots.pull(carrier, grantedWards(directory.directory(), identity.hub));
      return offer;
    },
    onState: options.onUpstream ?? (() => undefined),
    random: options.random ?? Math.random,
    clock,
  });
  // What tablets bring is forwarded at once, not at the next poll.
  ledger.onCommit(() => upstream.wake());
  acknowledgements.onNews((logs) => inBackground('telling tablets', () => tellWards(logs)));

  async function tellWards(logs: string[]): Promise<void> {
    const opened = await Promise.all(logs.map((log) => ledger.log(log)));
    const scopes = new Set(opened.flatMap((known) => known?.opening.scope ?? []));
    for (const ward of new Set([...scopes].flatMap(readersOf))) snapshots.tell(ward);
  }

  const tokens = createTokens(identity.secret, clock);
  guardRoutes(app, { db, tokens, identity, site: directory });
  await app.register(cookie);
  await app.register(rateLimit, { global: false });
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"] } },
    strictTransportSecurity: false,
  });
  // The tablets' app comes from the site server's origin; no other page may ask here.
  await app.register(cors, {
    origin: [identity.appOrigin],
    methods: ['GET', 'POST'],
    allowedHeaders: ['authorization', 'content-type'],
    exposedHeaders: ['retry-after'],
    maxAge: 3600,
  });
  answerFaults(app);

  app.get(
    '/api/health',
    { config: { access: { by: 'anyone', because: 'it says only that the hub runs' } } },
    async () => ({ ok: true }),
  );
  app.get('/', async (_request, reply) =>
    reply
      .type('text/plain')
      .send(
        `This is ${identity.name}, a Lamplight ward hub.\n\nIf this tablet showed no warning before this page, it trusts the hub.\n`,
      ),
  );
  syncRoutes(app, {
    authority: false,
    inBackground,
    db,
    clock,
    identity,
    ledger,
    site: directory,
    census: snapshots,
    tokens,
    epoch: {
      current: acknowledgements.epoch,
      examine: (said) => acknowledgements.keep(said, ledger),
    },
    // Second histories are taken over by the site server alone; they are forwarded to it with the rest.
    branches: { takeOver: async () => upstream.wake() },
  });

  const running = upstream.run();
  return {
    app,
    ledger,
    wake: upstream.wake,
    async close() {
      upstream.stop();
      app.server.closeAllConnections();
      await app.close();
      await running;
      await opened.close();
    },
  };
}
