import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fromBase64, type Sign, toBase64 } from '../../log/index.ts';
import { exportSigningKey, importSigningKey, newSigningKey, signWith } from '../../seal/index.ts';
import { HubEnrolAnswer, type HubEnrolRequest } from '../../wire/hubs.ts';
import { Refusal } from '../../wire/workbench.ts';

const Stored = HubEnrolAnswer.extend({
  /** The site server's address. */
  server: z.string(),
  signingKey: z.string(),
  /** Keys the tablets' sessions, so that they outlive a restart (FAILURES 46). */
  secret: z.string(),
});

/** All that a hub has of its own: a key that proves who it is. It opens nothing. */
export interface HubIdentity extends z.infer<typeof Stored> {
  sign: Sign;
}

/** Something that whoever starts the hub can mend; ready to show. */
export class HubStartError extends Error {}

const fileIn = (dataDirectory: string): string => join(dataDirectory, 'hub-identity.json');

/** The identity of an enrolled hub; `undefined`: this folder was not enrolled yet. */
export async function readHubIdentity(dataDirectory: string): Promise<HubIdentity | undefined> {
  const text = await readFile(fileIn(dataDirectory), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const parsed = Stored.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new HubStartError(
      `${fileIn(dataDirectory)} is not a hub's identity. Put it back from a copy, or enrol this laptop anew with another folder.`,
    );
  return withSigner(parsed.data);
}

/** Trades the one-time code for a place in the directory, and keeps it. */
export async function enrolHub(options: {
  dataDirectory: string;
  server: string;
  code: string;
  fetch?: typeof fetch;
}): Promise<HubIdentity> {
  const signing = await newSigningKey(true);
  const request: z.infer<typeof HubEnrolRequest> = { code: options.code, signingKey: signing.publicKey };
  await mkdir(options.dataDirectory, { recursive: true });
  let response: Response;
  try {
    response = await (options.fetch ?? fetch)(new URL('/api/hubs/enrol', options.server), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
  } catch {
    throw new HubStartError(
      `The server ${options.server} does not answer. A hub is enrolled while the network is there. If the server has a certificate of the hospital's own authority, name that authority in NODE_EXTRA_CA_CERTS.`,
    );
  }
  const said: unknown = await response.json().catch(() => undefined);
  const answer = HubEnrolAnswer.safeParse(said);
  if (!answer.success) {
    const refusal = Refusal.safeParse(said);
    throw new HubStartError(
      refusal.success
        ? refusal.data.error.message
        : `What answers at ${options.server} is not a Lamplight server.`,
    );
  }
  const stored: z.infer<typeof Stored> = {
    ...answer.data,
    server: options.server,
    signingKey: toBase64(await exportSigningKey(signing.privateKey)),
    secret: randomBytes(32).toString('base64'),
  };
  await writeOnce(fileIn(options.dataDirectory), JSON.stringify(stored, null, 2));
  return withSigner(stored);
}

/** Written aside and linked into place: a power cut leaves no half identity, and none is ever overwritten. */
async function writeOnce(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  const file = await open(temporary, 'w', 0o600);
  await file.writeFile(text);
  await file.sync();
  await file.close();
  await link(temporary, path);
  await rm(temporary);
}

async function withSigner(stored: z.infer<typeof Stored>): Promise<HubIdentity> {
  return { ...stored, sign: signWith(await importSigningKey(fromBase64(stored.signingKey))) };
}
