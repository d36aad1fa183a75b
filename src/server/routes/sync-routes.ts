import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { fromBase64, lacking, readEntry, toHex, utf8, type VersionVector } from '../../log/index.ts';
import { verifyWith } from '../../seal/index.ts';
import {
  AUDIT_SCOPE,
  DIRECTORY_SCOPE,
  grantedWards,
  mayPull,
  ROSTER_SCOPE,
  wardScope,
} from '../../site/index.ts';
import {
  answerOffer,
  answerPush,
  BlobRequest,
  type ChallengeAnswer,
  decodeFrames,
  encodeFrames,
  FrameType,
  type OfferAnswer,
  OfferRequest,
  PullRequest,
  type PushAnswer,
  SessionRequest,
} from '../../sync/index.ts';
import { WITNESS_COOKIE, witnessValue } from '../../wire/workbench.ts';
import { type GuardContext, peerOf, tabletOf } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { ownBytes } from '../ledger.ts';
import { RefusalError } from '../refusal.ts';

const CHALLENGE_MS = 60_000;
const SESSION_MS = 12 * 60 * 60_000;
const MAX_PUSH_BYTES = 8 * 1024 * 1024;

/** What these routes need. The site server brings all that it has, a hub what it can (`hub/create-hub.ts`). */
export interface SyncContext extends GuardContext, Pick<ServerContext, 'ledger' | 'clock' | 'inBackground'> {
  /** The site server: it signs, settles forks and learns that it was restored. A hub carries. */
  authority: boolean;
  site: GuardContext['site'] & { refresh(): Promise<void> };
  epoch: Pick<ServerContext['epoch'], 'current' | 'examine'>;
  census: Pick<ServerContext['census'], 'listOf' | 'blobs' | 'onChange'>;
  branches: Pick<ServerContext['branches'], 'takeOver'>;
}

/** Tablets and hubs: offer, push, pull, snapshots, news. Authorised by the device's own key, locked or not. */
export function syncRoutes(app: FastifyInstance, context: SyncContext): void {
  const { ledger, site, tokens, identity, db } = context;

  app.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer', bodyLimit: MAX_PUSH_BYTES },
    (_request, body, done) => done(null, body),
  );

  const tablet = { config: { access: { by: 'device' } } } as const;
  const proves = {
    access: {
      by: 'anyone',
      because: 'a tablet proves with its key, or with what the site signed, who it is',
    },
  } as const;

  /** Logs that a device is granted. */
  async function grantedLogs(
    device: string,
  ): Promise<{ log: string; scope: string; writer: string; seq: number; hash: string }[]> {
    const wards = grantedWards(site.directory(), device).map(wardScope);
    const rows = await db
      .selectFrom('record.log')
      .where('site', '=', identity.site)
      .where((where) =>
        where.or([
          where('scope', 'in', [DIRECTORY_SCOPE, ROSTER_SCOPE, ...wards]),
          where('scope', 'like', 'move:%'),
        ]),
      )
      .selectAll()
      .execute();
    return rows
      .filter(({ scope }) => mayPull(site.directory(), device, scope))
      .map(({ log, scope, writer, seq, hash }) => ({ log, scope, writer, seq, hash: toHex(hash) }));
  }

  async function auditLogsOf(device: string): Promise<string[]> {
    const rows = await db
      .selectFrom('record.log')
      .where('site', '=', identity.site)
      .where('writer', '=', device)
      .where('scope', '=', AUDIT_SCOPE)
      .select('log')
      .execute();
    return rows.map((row) => row.log);
  }

  app.post(
    '/api/sync/challenge',
    { config: proves },
    async (): Promise<z.infer<typeof ChallengeAnswer>> => ({
      challenge: tokens.issue('challenge', randomBytes(16).toString('hex'), CHALLENGE_MS),
    }),
  );

  app.post('/api/sync/session', { config: proves }, async (request) => {
    const { device: id, challenge, signature } = SessionRequest.parse(request.body);
    // First what costs nothing: who has no challenge of ours is not looked up.
    const fresh = tokens.read('challenge', challenge) !== undefined;
    const device = fresh ? await peerOf(site, id) : undefined;
    if (
      !device ||
      !(await verifyWith(device.signingKey)(fromBase64(signature), utf8(`lamplight session ${challenge}`)))
    ) {
      throw new RefusalError(403, 'unknown-device', 'This tablet is not enrolled here.');
    }
    return { token: tokens.issue('device', id, SESSION_MS) };
  });

  // A server restored to a time before a device joined does not know it. The directory proves it, because the site
  // signed it: only such entries are looked at here, since nobody is signed in.
  app.post(
    '/api/sync/introduce',
    { bodyLimit: MAX_PUSH_BYTES, config: { ...proves, rateLimit: { max: 30, timeWindow: '1 minute' } } },
    async (request) => {
      if (!Buffer.isBuffer(request.body))
        throw new RefusalError(415, 'malformed', 'A directory is a stream of frames.');
      const payloads = decodeFrames(ownBytes(request.body)).frames.map((frame) => frame.payload);
      const entries = payloads.flatMap((bytes) => {
        const read = readEntry(bytes);
        return read.ok ? [read.entry] : [];
      });
      const logs = new Set(
        entries
          .filter(({ opening }) => opening?.writer === identity.site && opening.scope === DIRECTORY_SCOPE)
          .map((entry) => entry.log),
      );
      await ledger.receive(entries.filter((entry) => logs.has(entry.log)).map((entry) => entry.bytes));
      await site.refresh();
      return {};
    },
  );

  app.post('/api/sync/offer', tablet, async (request, reply): Promise<OfferAnswer> => {
    const device = tabletOf(request);
    const { vector, acknowledged, snapshotAsOf } = OfferRequest.parse(request.body);
    await context.epoch.examine(acknowledged, ledger);
    const granted = await grantedLogs(device.device);
    const answer = await answerOffer(
      ledger,
      Object.fromEntries(granted.map((row) => [row.log, [row.seq, row.hash]])),
      vector,
    );
    await recordContact(device.device, snapshotAsOf);
    await recordHoldings(device.device, vector, answer.vector);
    // Outlives a browser that clears its storage: the page then knows that it was a tablet, and of how many entries.
    const others = new Set([
      ...granted.filter((row) => row.writer !== device.device).map((row) => row.log),
      // The trail is not counted with the charting.
      ...(await auditLogsOf(device.device)),
    ]);
    const own = Object.entries(vector).filter(([log]) => !others.has(log));
    reply.setCookie(
      WITNESS_COOKIE,
      witnessValue(
        device.device,
        own.reduce((sum, [, [seq]]) => sum + seq - 1, 0),
      ),
      { path: '/', sameSite: 'strict', maxAge: 400 * 24 * 3600 },
    );
    return {
      ...answer,
      authority: context.authority,
      epoch: context.epoch.current(),
      now: new Date(context.clock()).toISOString(),
      // The site's own: by it the tablets are known on which administrators wrote the rest of the directory.
      first: granted
        .filter((row) => row.scope === DIRECTORY_SCOPE && row.writer === identity.site)
        .map((row) => row.log),
    };
  });

  app.post(
    '/api/sync/push',
    { bodyLimit: MAX_PUSH_BYTES, ...tablet },
    async (request): Promise<PushAnswer> => {
      if (!Buffer.isBuffer(request.body))
        throw new RefusalError(415, 'malformed', 'A push is a stream of frames.');
      // Frames that came whole are used even when the rest was cut; a malformed rest is the sender's to send again.
      const { frames, error } = decodeFrames(ownBytes(request.body));
      const received = await ledger.receive(
        frames.filter((frame) => frame.type === FrameType.entry).map((frame) => frame.payload),
      );
      if (error)
        received.problems.push({ log: '0'.repeat(32), seq: 0, kind: error.kind, message: error.message });
      // Taken over by a timer too; now, so that the other tablets see it with their next exchange.
      if (received.problems.some((problem) => problem.kind === 'fork'))
        context.inBackground('taking over second histories', context.branches.takeOver);
      return answerPush(ledger, received);
    },
  );

  app.post('/api/sync/pull', tablet, async (request, reply) => {
    const granted = new Set((await grantedLogs(tabletOf(request).device)).map((row) => row.log));
    const { ranges, maxBytes } = PullRequest.parse(request.body);
    const entries = await ledger.read(
      ranges.filter((range) => granted.has(range.log)),
      maxBytes,
    );
    return reply.type('application/octet-stream').send(Buffer.from(encodeFrames(FrameType.entry, entries)));
  });

  app.get(
    '/api/sync/snapshots/:ward',
    { config: { access: { by: 'device', ward: 'in-path' } } },
    async (request) => {
      const { ward } = z.object({ ward: z.string().max(64) }).parse(request.params);
      return (await context.census.listOf(ward)) ?? null;
    },
  );

  app.post('/api/sync/blobs', tablet, async (request, reply) => {
    const device = tabletOf(request);
    const { hashes } = BlobRequest.parse(request.body);
    const blobs = await context.census.blobs(hashes, grantedWards(site.directory(), device.device));
    return reply.type('application/octet-stream').send(Buffer.from(encodeFrames(FrameType.blob, blobs)));
  });

  const listeners = new Set<{ device: string; tell: () => void }>();
  const news = (scopes: Set<string>): void => {
    for (const listener of listeners)
      if ([...scopes].some((scope) => mayPull(site.directory(), listener.device, scope))) listener.tell();
  };
  ledger.onCommit(news);
  context.census.onChange((ward) => news(new Set([wardScope(ward)])));

  app.get('/api/sync/live', tablet, async (request, reply) => {
    const { device } = tabletOf(request);
    const { raw } = reply;
    // What plugins have set (CORS on a hub) goes along; after this the reply is ours alone.
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) raw.setHeader(name, value);
    reply.hijack();
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    raw.write(': listening\n\n');
    const listener = {
      device,
      tell: () => raw.write('event: news\ndata: {}\n\n'),
    };
    listeners.add(listener);
    const heartbeat = setInterval(() => raw.write(': still here\n\n'), 20_000);
    raw.on('close', () => {
      clearInterval(heartbeat);
      listeners.delete(listener);
    });
  });

  /** What the tablet holds and is not here yet. Whoever closes an outage sees what was never sent after all. */
  async function recordHoldings(device: string, theirs: VersionVector, here: VersionVector): Promise<void> {
    const further = lacking(theirs, here).map(({ log, through }) => ({
      site: identity.site,
      device,
      log,
      seq: through,
    }));
    await db.transaction().execute(async (tx) => {
      await tx
        .deleteFrom('projection.device_holds')
        .where('site', '=', identity.site)
        .where('device', '=', device)
        .execute();
      if (further.length > 0) await tx.insertInto('projection.device_holds').values(further).execute();
    });
  }

  async function recordContact(device: string, snapshotAsOf: string | undefined): Promise<void> {
    const contact = { last_seen_at: new Date(context.clock()), snapshot_as_of: snapshotAsOf ?? null };
    await db
      .insertInto('projection.device_contact')
      .values({ site: identity.site, device, ...contact })
      .onConflict((conflict) => conflict.columns(['site', 'device']).doUpdateSet(contact))
      .execute();
  }
}
