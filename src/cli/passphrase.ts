import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { type AskPassphrase, IdentityError } from '../server/site-identity.ts';

/**
 * The passphrase of the site identity's file: out of the file that LAMPLIGHT_PASSPHRASE_FILE names, or typed where the
 * identity is sealed and there is a terminal. Never an argument or a variable itself, which other processes see.
 */
export const askPassphrase: AskPassphrase = async (because) => {
  const path = process.env.LAMPLIGHT_PASSPHRASE_FILE;
  if (path !== undefined) return readPassphraseFile(path);
  return because === 'sealed' ? typePassphrase('Passphrase of the site identity: ') : undefined;
};

export async function readPassphraseFile(path: string): Promise<string> {
  if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0)
    throw new IdentityError(`${path} can be read by others on this machine. Then: chmod 600 ${path}`);
  const text = (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  if (text === '') throw new IdentityError(`${path} is empty.`);
  return text;
}

/** Nothing of it is shown. `undefined` where nobody can type. */
export async function typePassphrase(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reading = createInterface({ input: process.stdin, output: silent, terminal: true });
  const typed = await reading.question('');
  reading.close();
  process.stderr.write('\n');
  return typed === '' ? undefined : typed;
}
