import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { daysLeft } from '../server/hub/certificate.ts';
import { createHub } from '../server/hub/create-hub.ts';
import { enrolHub, type HubIdentity, HubStartError, readHubIdentity } from '../server/hub/hub-identity.ts';

export interface HubArguments {
  dataDirectory: string;
  server: string | undefined;
  code: string | undefined;
  certificate: string | undefined;
  key: string | undefined;
  /** Absent: that of the address under which the directory names the hub. */
  port: string | undefined;
}

/** `npm start -- --hub`: a ward hub. Enrolled at its first start, the same ever after. */
export async function serveHub(args: HubArguments, say: (line: string) => void): Promise<void> {
  // Before the code is used: a hub without a certificate is of no use to any browser.
  const tls = {
    certificate: await readPem(args.certificate ?? join(args.dataDirectory, 'hub.crt')),
    key: await readPem(args.key ?? join(args.dataDirectory, 'hub.key')),
  };
  const identity = (await readHubIdentity(args.dataDirectory)) ?? (await enrol(args));
  const { hostname, port } = new URL(identity.address);
  const days = daysLeft(tls.certificate, hostname, Date.now());

  let reached: string | undefined;
  const hub = await createHub({
    identity,
    dataDirectory: args.dataDirectory,
    tls,
    logLevel: process.env.LOG_LEVEL ?? 'warn',
    ...(process.env.DATABASE_URL ? { databaseUrl: process.env.DATABASE_URL } : {}),
    onUpstream({ reach }) {
      if (reach === reached) return;
      reached = reach;
      say(
        reach === 'reached'
          ? 'The site server answers: everything is passed on.'
          : reach === 'refused'
            ? 'The site server refuses this hub. Ask the administrator; what tablets bring is kept.'
            : 'The site server does not answer: what tablets bring is kept, and passed on when it does.',
      );
    },
  });
  const listening = Number(args.port ?? (port === '' ? '443' : port));
  await hub.app.listen({ port: listening, host: process.env.HOST ?? '0.0.0.0' });

  say(`\n${identity.name} is a Lamplight ward hub, listening on port ${listening}`);
  say(`  tablets reach it at  ${identity.address}`);
  say(`  it passes on to      ${identity.server}`);
  say(`  certificate          ${days} days left${days < 30 ? ': MAKE A NEW ONE' : ''}\n`);

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await hub.close();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
}

async function enrol({ dataDirectory, server, code }: HubArguments): Promise<HubIdentity> {
  if (server === undefined || code === undefined)
    throw new HubStartError(
      'This folder is no hub yet. Make a code under Administration, Ward hubs, and start with --server ADDRESS --code CODE.',
    );
  return enrolHub({ dataDirectory, server, code });
}

async function readPem(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => {
    throw new HubStartError(
      `${path} cannot be read. A hub needs a certificate that the tablets trust, and its key: make them with "npm run lamplight -- certificate DIR NAME", or take the hospital's.`,
    );
  });
}
