import { randomBytes as nodeRandom } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fromBase64, type Sign, toBase64 } from '../log/index.ts';
import { exportSigningKey, importSigningKey, newIdentity, newSigningKey, signWith } from '../seal/index.ts';

const Stored = z.object({
  site: z.string(),
  signingKey: z.string(),
  publicKey: z.string(),
  identity: z.string(),
  recipient: z.string(),
  rosterIdentity: z.string(),
  rosterRecipient: z.string(),
  recoveryRecipient: z.string(),
  /** Keys cookies, tokens and derived ids. */
  secret: z.string(),
});

/** The hospital's own keys. Whoever holds this file can read everything: mode 0600, backed up in a safe. */
export interface SiteIdentity extends z.infer<typeof Stored> {
  sign: Sign;
}

/**
 * Reads the site identity, or makes it on the first start. `recovery` is there only then: it is printed once, kept
 * on paper, and never stored.
 */
export async function openSiteIdentity(
  dataDirectory: string,
): Promise<{ identity: SiteIdentity; recovery?: string }> {
  const path = join(dataDirectory, 'site-identity.json');
  await mkdir(dataDirectory, { recursive: true });
  const existing = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (existing !== undefined) {
    const parsed = Stored.safeParse(JSON.parse(existing));
    if (!parsed.success)
      throw new Error(
        `${path} is not a site identity. Put back the copy from the safe; do not delete the file.`,
      );
    return { identity: await withSigner(parsed.data) };
  }
  const signing = await newSigningKey(true);
  const own = await newIdentity();
  const roster = await newIdentity();
  const recovery = await newIdentity();
  const stored = {
    site: nodeRandom(16).toString('hex'),
    signingKey: toBase64(await exportSigningKey(signing.privateKey)),
    publicKey: signing.publicKey,
    identity: own.identity,
    recipient: own.recipient,
    rosterIdentity: roster.identity,
    rosterRecipient: roster.recipient,
    recoveryRecipient: recovery.recipient,
    secret: nodeRandom(32).toString('base64'),
  };
  // Written aside and linked into place: a power cut leaves no half identity, and none is ever overwritten.
  const temporary = `${path}.${process.pid}`;
  const file = await open(temporary, 'w', 0o600);
  await file.writeFile(JSON.stringify(stored, null, 2));
  await file.sync();
  await file.close();
  await link(temporary, path);
  await rm(temporary);
  return { identity: await withSigner(stored), recovery: recovery.identity };
}

async function withSigner(stored: z.infer<typeof Stored>): Promise<SiteIdentity> {
  return { ...stored, sign: signWith(await importSigningKey(fromBase64(stored.signingKey))) };
}
