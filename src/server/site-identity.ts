import { randomBytes as nodeRandom } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Bytes, fromBase64, type Sign, toBase64, utf8 } from '../log/index.ts';
import {
  exportSigningKey,
  importSigningKey,
  newIdentity,
  newSigningKey,
  openWithPassphrase,
  sealWithPassphrase,
  signWith,
} from '../seal/index.ts';
import { NewPassphrase } from '../wire/site-setup.ts';

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
  /** The recovery identity of this recipient was not yet confirmed as printed: until there is a hospital a new one is made at each start. */
  recoveryPending: z.boolean().optional(),
});
type Stored = z.infer<typeof Stored>;

/** The hospital's own keys. Whoever reads them can read everything: mode 0600, sealed by a passphrase, backed up in a safe. */
export interface SiteIdentity extends Stored {
  sign: Sign;
}

/** In clear, or sealed by a passphrase as an age file that the standard tool opens as well. */
const NAMES = { plain: 'site-identity.json', sealed: 'site-identity.age' } as const;

export const IDENTITY_FILES: readonly string[] = Object.values(NAMES);

/** Asked only where the file is sealed, or is made. `undefined` where it is made: it stays in clear. */
export type AskPassphrase = (because: 'sealed' | 'made') => Promise<string | undefined>;

/** A fault that whoever starts the server mends: its message says how. */
export class IdentityError extends Error {}

export interface OpenedIdentity {
  identity: SiteIdentity;
  /** On the first start, and until it was printed: never stored. */
  recovery: string | undefined;
  /** Another recovery identity in place of one that nobody printed. Only while nothing is sealed to it yet. */
  renewRecovery(): Promise<string>;
  /** It was printed: it is forgotten here. */
  recoveryPrinted(): Promise<void>;
}

/** Reads the site identity, or makes it on the first start. */
export async function openSiteIdentity(
  dataDirectory: string,
  askPassphrase: AskPassphrase = async () => undefined,
): Promise<OpenedIdentity> {
  await mkdir(dataDirectory, { recursive: true });
  const found = await readStored(dataDirectory, askPassphrase);
  const { stored, passphrase } = found ?? (await makeStored(dataDirectory, askPassphrase));
  const identity: SiteIdentity = {
    ...stored,
    sign: signWith(await importSigningKey(fromBase64(stored.signingKey))),
  };
  const opened: OpenedIdentity = {
    identity,
    recovery: found ? undefined : stored.recovery,
    async renewRecovery() {
      const recovery = await newIdentity();
      identity.recoveryRecipient = recovery.recipient;
      await replace(dataDirectory, passphrase, Stored.parse(identity));
      opened.recovery = recovery.identity;
      return recovery.identity;
    },
    async recoveryPrinted() {
      opened.recovery = undefined;
      if (!identity.recoveryPending) return;
      identity.recoveryPending = false;
      await replace(dataDirectory, passphrase, Stored.parse(identity));
    },
  };
  return opened;
}

/** Seals the file by a passphrase, or changes the passphrase of one that is sealed. The server must not run meanwhile. */
export async function changePassphrase(
  dataDirectory: string,
  askPresent: AskPassphrase,
  passphrase: string,
): Promise<void> {
  const chosen = NewPassphrase.safeParse(passphrase);
  if (!chosen.success)
    throw new IdentityError(`${chosen.error.issues[0]?.message ?? 'Choose another passphrase'}.`);
  const found = await readStored(dataDirectory, askPresent);
  if (!found) throw new IdentityError(`${dataDirectory} has no site identity.`);
  await replace(dataDirectory, passphrase, found.stored);
}

async function readStored(
  dataDirectory: string,
  askPassphrase: AskPassphrase,
): Promise<{ stored: Stored & { recovery?: string }; passphrase: string | undefined } | undefined> {
  const [plain, sealed] = [join(dataDirectory, NAMES.plain), join(dataDirectory, NAMES.sealed)];
  const box = await readPrivate(sealed);
  if (box) {
    const passphrase = await askPassphrase('sealed');
    if (passphrase === undefined)
      throw new IdentityError(
        `${sealed} is sealed by a passphrase. Name a file that holds it in LAMPLIGHT_PASSPHRASE_FILE, or start on a terminal and type it.`,
      );
    const content = await openWithPassphrase(passphrase, new Uint8Array(box));
    if (!content)
      throw new IdentityError(`This is not the passphrase of ${sealed}. Nothing was changed; try again.`);
    const stored = parse(sealed, new TextDecoder().decode(content));
    // A power cut while it was being sealed may have left the one in clear beside it.
    await rm(plain, { force: true });
    return { stored, passphrase };
  }
  const text = await readPrivate(plain);
  return text && { stored: parse(plain, text.toString('utf8')), passphrase: undefined };
}

function parse(path: string, text: string): Stored {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = Stored.safeParse(value);
  if (!parsed.success)
    throw new IdentityError(
      `${path} is not a site identity. Put back the copy from the safe; do not delete the file.`,
    );
  return parsed.data;
}

/** `undefined`: there is no such file. A file that others may read is refused: they may have read it. */
async function readPrivate(path: string): Promise<Buffer | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!found) return undefined;
  // Windows has no such bits.
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0)
    throw new IdentityError(
      `${path} can be read by others on this machine (mode ${(found.mode & 0o777).toString(8)}). Find out who has; then: chmod 600 ${path}`,
    );
  return readFile(path);
}

async function makeStored(dataDirectory: string, askPassphrase: AskPassphrase) {
  const signing = await newSigningKey(true);
  const own = await newIdentity();
  const roster = await newIdentity();
  const recovery = await newIdentity();
  const stored: Stored = {
    site: nodeRandom(16).toString('hex'),
    signingKey: toBase64(await exportSigningKey(signing.privateKey)),
    publicKey: signing.publicKey,
    identity: own.identity,
    recipient: own.recipient,
    rosterIdentity: roster.identity,
    rosterRecipient: roster.recipient,
    recoveryRecipient: recovery.recipient,
    secret: nodeRandom(32).toString('base64'),
    recoveryPending: true,
  };
  const passphrase = await askPassphrase('made');
  const { temporary, path } = await writeAside(dataDirectory, passphrase, stored);
  // Linked into place: a power cut leaves no half identity, and none is ever overwritten.
  await link(temporary, path);
  await rm(temporary);
  return { stored: { ...stored, recovery: recovery.identity }, passphrase };
}

async function replace(dataDirectory: string, passphrase: string | undefined, stored: Stored): Promise<void> {
  const { temporary, path } = await writeAside(dataDirectory, passphrase, stored);
  await rename(temporary, path);
  if (passphrase !== undefined) await rm(join(dataDirectory, NAMES.plain), { force: true });
}

async function writeAside(
  dataDirectory: string,
  passphrase: string | undefined,
  stored: Stored,
): Promise<{ temporary: string; path: string }> {
  const text = utf8(JSON.stringify(stored, null, 2));
  const content: Bytes = passphrase === undefined ? text : await sealWithPassphrase(passphrase, text);
  const path = join(dataDirectory, passphrase === undefined ? NAMES.plain : NAMES.sealed);
  const temporary = `${path}.${process.pid}`;
  const file = await open(temporary, 'w', 0o600);
  await file.writeFile(content);
  await file.sync();
  await file.close();
  return { temporary, path };
}
