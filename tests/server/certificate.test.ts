import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { certifyHub, daysLeft } from '../../src/server/hub/certificate.ts';

const NAME = 'hub-4-west.internal';
const folder = mkdtempSync(join(tmpdir(), 'lamplight-certificate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Asks a TLS server of these files under a name, trusting one authority; resolves with the status. */
async function ask(files: { certificate: string; key: string }, name: string, authority: string) {
  const server = createServer(
    { cert: readFileSync(files.certificate), key: readFileSync(files.key) },
    (_, answer) => answer.end('here'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise<number | undefined>((resolve, reject) => {
      request(
        { host: '127.0.0.1', port, servername: name, ca: readFileSync(authority), agent: false },
        (answer) => {
          answer.resume();
          answer.once('end', () => resolve(answer.statusCode));
        },
      )
        .once('error', reject)
        .end();
    });
  } finally {
    server.close();
  }
}

describe('the authority for ward hubs', () => {
  it('is made once, and whoever trusts it takes each hub under its own name alone', async () => {
    const first = await certifyHub(folder, NAME);
    const second = await certifyHub(folder, 'hub-5-east.local');
    expect([first.madeAuthority, second.madeAuthority]).toEqual([true, false]);
    expect(await ask(first, NAME, first.authority)).toBe(200);
    expect(await ask(second, 'hub-5-east.local', first.authority)).toBe(200);
    await expect(ask(first, 'hub-5-east.local', first.authority)).rejects.toThrow(/altnames/);
    const other = await certifyHub(join(folder, 'other'), NAME);
    await expect(ask(first, NAME, other.authority)).rejects.toThrow();
    for (const path of [first.key, join(folder, 'lamplight-authority.key')])
      expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('cannot vouch for any other name, even for who holds its key', async () => {
    await expect(certifyHub(folder, 'bank.example.com')).rejects.toThrow(/ends with \.internal or \.local/);
    // The folder's authority was made without this suffix: what it signs beyond that nobody takes.
    const beyond = await certifyHub(folder, 'bank.example.com', ['example.com']);
    await expect(ask(beyond, 'bank.example.com', beyond.authority)).rejects.toThrow(/permitted subtree/);
  });

  it('is told from a certificate of another name or one that is over before a hub starts', async () => {
    const { certificate } = await certifyHub(folder, NAME);
    const pem = readFileSync(certificate, 'utf8');
    expect(daysLeft(pem, NAME, Date.now())).toBe(799);
    expect(() => daysLeft(pem, 'hub-9.internal', Date.now())).toThrow(/not for hub-9\.internal/);
    expect(() => daysLeft(pem, NAME, Date.now() + 900 * 24 * 3600_000)).toThrow(/ended on/);
  });
});
