import { existsSync } from 'node:fs';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { DIRECTORY_SCOPE, ROSTER_SCOPE } from '../site/index.ts';
import { hubSources } from '../wire/hubs.ts';
import { type Access, guardRoutes } from './access.ts';
import { createAudit } from './audit.ts';
import { createBranches } from './branches.ts';
import { createCensus } from './census/import-census.ts';
import type { ServerContext } from './context.ts';
import { openDatabase } from './database/open.ts';
import { createFhirGateway } from './ehr/gateway.ts';
import { openEpoch } from './epoch.ts';
import { createBackground } from './faults.ts';
import { createLedger, inTheNameOfTheSite, type ServerLedger } from './ledger.ts';
import { boundBodies, requestBounds, type SlowClients } from './limits.ts';
import { concernsMoves, createMoves } from './moves.ts';
import { createProjection } from './projection.ts';
import { createQuarantine } from './quarantine.ts';
import { createClosing } from './reconciliation/closing.ts';
import { createReconciliation } from './reconciliation/reconciliation.ts';
import { answerFaults, sendRefusal } from './refusal.ts';
import { adminRoutes } from './routes/admin-routes.ts';
import { auditRoutes } from './routes/audit-routes.ts';
import { formRoutes } from './routes/form-routes.ts';
import { hubRoutes } from './routes/hub-routes.ts';
import { joiningRoutes } from './routes/joining-routes.ts';
import { openIdRoutes } from './routes/openid-routes.ts';
import { secondFactorRoutes } from './routes/second-factor-routes.ts';
import { siteDataRoutes } from './routes/site-data-routes.ts';
import { siteRoutes } from './routes/site-routes.ts';
import { staffSessionRoutes } from './routes/staff-session.ts';
import { syncRoutes } from './routes/sync-routes.ts';
import { transferRoutes } from './routes/transfer-routes.ts';
import { wardSettingsRoutes } from './routes/ward-settings-routes.ts';
import { workbenchRoutes } from './routes/workbench-routes.ts';
import { createSignIn, type SignInOptions } from './sign-in/index.ts';
import { type AskPassphrase, openSiteIdentity } from './site-identity.ts';
import { createSiteLog, type SiteLog } from './site-log.ts';
import { createSiteRecords, type SiteRecords } from './site-records.ts';
import { createStaffChanges } from './staff-changes.ts';
import { createTokens, typedCode } from './tokens.ts';

export interface ServerOptions {
  dataDirectory: string;
  databaseUrl?: string;
  /** FHIR R4 base of the EHR; absent: none is configured. */
  ehr?: { baseUrl: string; token?: string };
  /** The built app; absent: the API alone. */
  webRoot?: string;
  demo?: ServerContext['demo'];
  /** Suffixes of names that ward hubs may have, besides `HUB_NAMES`. */
  hubNames?: readonly string[];
  clock?: () => number;
  /** `silent` in tests. */
  logLevel?: string;
  /** Where the log goes, a JSON line at a time; absent: standard output. */
  logTo?: { write(line: string): void };
  slowClients?: SlowClients;
  signIn?: SignInOptions;
  /**
   * Addresses of the proxies whose word about a client's address is believed, so that limits count clients and not the
   * proxy. Absent: nobody's.
   */
  trustedProxies?: readonly string[];
  /** Of the site identity's file; asked where that is sealed, or is made. */
  passphrase?: AskPassphrase;
}

export interface LamplightServer {
  app: FastifyInstance;
  context: ServerContext;
  /** Until there is a hospital here: to be printed once and kept on paper. */
  recoveryIdentity: string | undefined;
  /** It was: it is forgotten. */
  recoveryPrinted(): Promise<void>;
  /** While there is no hospital here: whoever starts the server reads it, and types it into the setup page. */
  setupCode: string | undefined;
  /** Every route with its rule. */
  routes: readonly { method: string; url: string; access: Access }[];
  close(): Promise<void>;
}

const CENSUS_EVERY_MS = 5 * 60_000;
const POSTING_EVERY_MS = 30_000;
const OTHER_NODES_EVERY_MS = 1_000;

/** Opens the database, recovers what a crash left, and builds the server. The caller listens. */
export async function createServer(options: ServerOptions): Promise<LamplightServer> {
  const clock = options.clock ?? (() => Date.now());
  const { sockets, ...bounds } = requestBounds(options.slowClients);
  const app = fastify({
    logger: {
      level: options.logLevel ?? 'info',
      redact: ['req.headers.authorization', 'req.headers.cookie'],
      ...(options.logTo ? { stream: options.logTo } : {}),
    },
    // Addresses carry no patient data, but a request body never reaches the log either.
    logController: new LogController({ disableRequestLogging: true }),
    ...bounds,
    ...(options.trustedProxies?.length ? { trustProxy: [...options.trustedProxies] } : {}),
    http: sockets,
  });
  boundBodies(app);
  const inBackground = createBackground(app.log);
  const opened = await openDatabase({
    dataDirectory: options.dataDirectory,
    ...(options.databaseUrl ? { databaseUrl: options.databaseUrl } : {}),
  });
  const opening = await openSiteIdentity(options.dataDirectory, options.passphrase);
  const { identity } = opening;
  const { db } = opened;

  const epoch = await openEpoch(db, identity, clock);

  // The three need one another: the ledger asks the records whose key a writer has, the records write through the log.
  const site: SiteRecords = createSiteRecords(db, identity, (): SiteLog => siteLog, clock);
  const ledger: ServerLedger = createLedger(
    opened,
    identity,
    inTheNameOfTheSite(identity, epoch.current),
    () => site,
  );
  const siteLog: SiteLog = createSiteLog(ledger, identity, clock);
  await ledger.recover(opened.journaled);
  await site.refresh();
  const staff = createStaffChanges(db, identity, site, clock);
  await staff.settle();
  // Tablets bring what administrators decided on them, and what a restored server lacks, staff and tablets included.
  ledger.onCommit((scopes) => {
    if (scopes.has(DIRECTORY_SCOPE) || scopes.has(ROSTER_SCOPE))
      inBackground('taking up what administrators decided', staff.settle);
  });

  const gateway = options.ehr ? createFhirGateway(options.ehr) : undefined;
  const projection = createProjection(db, identity, site, ledger);
  const audit = createAudit(db, identity, site, siteLog, clock);
  const branches = createBranches({ db, identity, site, siteLog, projection, clock });
  const moves = createMoves({ db, identity, site, siteLog, ledger, projection, clock });
  ledger.onCommit((scopes) => {
    if (concernsMoves(scopes)) inBackground('passing on moved records', moves.passOn);
  });
  const quarantine = createQuarantine({ db, identity, site, ledger, projection, clock });
  const census = createCensus(db, identity, site, gateway, clock);
  const reconciliation = createReconciliation({
    db,
    identity,
    site,
    siteLog,
    projection,
    quarantine,
    census,
    gateway,
    letUploadsPass: ledger.letUploadsPass,
    epoch,
    clock,
  });

  const closing = createClosing({ db, identity, site, siteLog, reconciliation, census, audit, clock });

  const context: ServerContext = {
    db,
    identity,
    epoch,
    ledger,
    site,
    staff,
    siteLog,
    projection,
    branches,
    moves,
    audit,
    quarantine,
    census,
    reconciliation,
    closing,
    tokens: createTokens(identity.secret, clock),
    signIn: createSignIn(db, identity, clock, options.signIn),
    clock,
    inBackground,
    demo: options.demo,
  };

  await app.register(cookie);
  await app.register(rateLimit, { global: false });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        // Mantine writes its theme variables into a style element.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'", ...hubSources(options.hubNames ?? [])],
        workerSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ['default'],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginEmbedderPolicy: true,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Behind a proxy or on one machine, only whoever starts the server knows that it is found under https.
    strictTransportSecurity: context.signIn.publicUrl?.protocol === 'https:' && { maxAge: 31_536_000 },
  });

  // What anybody was told here stays in no cache, of browser or proxy; files of the app say for themselves.
  app.addHook('onSend', async (request, reply) => {
    if (request.url.startsWith('/api') && !reply.hasHeader('cache-control'))
      reply.header('cache-control', 'no-store');
  });
  answerFaults(app);
  const routes = guardRoutes(app, context);
  app.get(
    '/api/health',
    { config: { access: { by: 'anyone', because: 'it says only that the server runs' } } },
    async () => ({ ok: true }),
  );
  syncRoutes(app, { ...context, authority: true });
  staffSessionRoutes(app, context);
  secondFactorRoutes(app, context);
  openIdRoutes(app, context);
  const setupCode = site.directory().site ? undefined : typedCode();
  if (identity.recoveryPending && opening.recovery === undefined) {
    // Nobody printed the one of the last start. With a hospital here it is too late for another.
    if (site.directory().site) await opening.recoveryPrinted();
    else await opening.renewRecovery();
  }
  siteRoutes(app, context, setupCode, opening);
  joiningRoutes(app, context);
  adminRoutes(app, context);
  formRoutes(app, context);
  siteDataRoutes(app, context);
  wardSettingsRoutes(app, context);
  hubRoutes(app, context, options.hubNames ?? []);
  auditRoutes(app, context);
  workbenchRoutes(app, context);
  transferRoutes(app, context);
  if (options.webRoot && existsSync(options.webRoot)) await serveApp(app, options.webRoot);

  const timers = [
    // Several nodes on one PostgreSQL: what another one decided holds here within a second.
    ...(opened.embedded
      ? []
      : [
          setInterval(
            () => inBackground('reading what was decided', site.refreshIfGrown),
            OTHER_NODES_EVERY_MS,
          ),
        ]),
    setInterval(() => inBackground('reading the census', census.refresh), CENSUS_EVERY_MS),
    // What a crash or an unreachable EHR left half way is taken up again by itself.
    setInterval(() => inBackground('passing on moved records', moves.passOn), POSTING_EVERY_MS),
    setInterval(() => inBackground('taking over second histories', branches.takeOver), POSTING_EVERY_MS),
    setInterval(() => inBackground('posting', reconciliation.push), POSTING_EVERY_MS),
  ];

  return {
    app,
    context,
    recoveryIdentity: opening.recovery,
    recoveryPrinted: opening.recoveryPrinted,
    setupCode,
    routes,
    async close() {
      for (const timer of timers) clearInterval(timer);
      await audit.flush().catch(() => undefined);
      app.server.closeAllConnections();
      await app.close();
      await opened.close();
    },
  };
}

async function serveApp(app: FastifyInstance, root: string): Promise<void> {
  await app.register(fastifyStatic, {
    root,
    cacheControl: false,
    setHeaders: (response, path) =>
      response.header(
        'cache-control',
        /\/assets\//.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      ),
  });
  app.setNotFoundHandler((request, reply) => {
    if (request.method === 'GET' && !request.url.startsWith('/api/'))
      return reply.type('text/html').header('cache-control', 'no-cache').sendFile('index.html');
    return sendRefusal(reply, 404, 'not-found', 'There is nothing at this address.');
  });
}
