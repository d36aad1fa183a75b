import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createServer } from '../../src/server/create-server.ts';
import { changePassphrase, openSiteIdentity } from '../../src/server/site-identity.ts';

const NODE = join(import.meta.dirname, '../../node_modules/.bin/node');
const LAMPLIGHT = join(import.meta.dirname, '../../src/cli/lamplight.ts');
const WORDS = 'nine brass bells at dawn';
const OTHERS = 'seven silent ferries home';

describe('the site identity', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplight-identity-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const place = (): string => mkdtempSync(join(folder, 'data-'));

  it('is not used once others could have read it', async () => {
    const data = place();
    await openSiteIdentity(data);
    chmodSync(join(data, 'site-identity.json'), 0o640);
    await expect(openSiteIdentity(data)).rejects.toThrow(/can be read by others.*640.*chmod 600/);
  });

  it('is sealed from its first byte where a passphrase is given, and opens with that alone', async () => {
    const data = place();
    const { identity } = await openSiteIdentity(data, async () => WORDS);
    expect(existsSync(join(data, 'site-identity.json'))).toBe(false);
    const path = join(data, 'site-identity.age');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path).includes('AGE-SECRET-KEY')).toBe(false);
    await expect(openSiteIdentity(data)).rejects.toThrow(/LAMPLIGHT_PASSPHRASE_FILE/);
    await expect(openSiteIdentity(data, async () => OTHERS)).rejects.toThrow(/not the passphrase/);
    expect((await openSiteIdentity(data, async () => WORDS)).identity.site).toBe(identity.site);
  });

  it('is sealed and sealed anew later, and the one in clear is gone', async () => {
    const data = place();
    const { identity } = await openSiteIdentity(data);
    await changePassphrase(data, async () => undefined, WORDS);
    expect(existsSync(join(data, 'site-identity.json'))).toBe(false);
    await changePassphrase(data, async () => WORDS, OTHERS);
    await expect(openSiteIdentity(data, async () => WORDS)).rejects.toThrow(/not the passphrase/);
    expect((await openSiteIdentity(data, async () => OTHERS)).identity.secret).toBe(identity.secret);
    // A power cut between the two files: the sealed one counts, and the other goes.
    writeFileSync(join(data, 'site-identity.json'), '{}', { mode: 0o600 });
    await openSiteIdentity(data, async () => OTHERS);
    expect(existsSync(join(data, 'site-identity.json'))).toBe(false);
  });

  it('is sealed by the command, with passphrases out of files that nobody else reads', async () => {
    const data = place();
    await openSiteIdentity(data);
    const file = (words: string, mode = 0o600): string => {
      const path = join(mkdtempSync(join(folder, 'words-')), 'words');
      writeFileSync(path, `${words}\n`, { mode });
      chmodSync(path, mode);
      return path;
    };
    const run = (next: string, present?: string): string =>
      execFileSync(NODE, [LAMPLIGHT, 'passphrase', data, '--new-passphrase-file', next], {
        env: { ...process.env, ...(present ? { LAMPLIGHT_PASSPHRASE_FILE: present } : {}) },
        stdio: 'pipe',
      }).toString();
    expect(() => run(file('short'))).toThrow(/at least 16 characters/);
    expect(() => run(file(WORDS, 0o644))).toThrow(/can be read by others/);
    expect(run(file(WORDS))).toMatch(/is sealed/);
    expect(() => run(file(OTHERS))).toThrow(/LAMPLIGHT_PASSPHRASE_FILE/);
    run(file(OTHERS), file(WORDS));
    expect((await openSiteIdentity(data, async () => OTHERS)).recovery).toBeUndefined();
  });

  it('has another recovery identity at each start until one was printed, and keeps none', async () => {
    const dataDirectory = place();
    const start = () => createServer({ dataDirectory, logLevel: 'silent' });
    const setUp = { siteName: 'St Brigid', timeZone: 'UTC', administrator: 'Ada Moss', pin: '907316' };
    const first = await start();
    await first.close();
    const second = await start();
    expect(second.recoveryIdentity).toMatch(/^AGE-SECRET-KEY-1/);
    expect(second.recoveryIdentity).not.toBe(first.recoveryIdentity);
    const post = (url: string, payload: object) => second.app.inject({ method: 'POST', url, payload });
    expect((await post('/api/setup/recovery', { code: 'AAAA-AAAA' })).statusCode).toBe(403);
    const code = second.setupCode;
    const shown = (await post('/api/setup/recovery', { code })).json();
    expect(shown.identity).toBe(second.recoveryIdentity);
    expect((await post('/api/setup', { ...setUp, code })).json().error.kind).toBe('recovery-not-printed');
    expect((await post('/api/setup', { ...setUp, code, recoveryPrinted: true })).statusCode).toBe(200);
    expect(second.context.site.directory().site?.recoveryRecipient).toBe(shown.recipient);
    expect((await post('/api/setup/recovery', { code })).statusCode).toBe(409);
    await second.close();
    const third = await start();
    expect(third.recoveryIdentity).toBeUndefined();
    expect(third.context.identity.recoveryRecipient).toBe(shown.recipient);
    expect(readFileSync(join(dataDirectory, 'site-identity.json'), 'utf8')).not.toContain(shown.identity);
    await third.close();
  });
});
