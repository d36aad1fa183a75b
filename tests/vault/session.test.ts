import { expect, it } from 'vitest';
import { toHex } from '../../src/log/index.ts';
import { randomBytes } from '../../src/seal/index.ts';
import { DIRECTORY_SCOPE } from '../../src/site/index.ts';
import type { VaultDatabase } from '../../src/vault/database.ts';
import type { News } from '../../src/vault/events.ts';
import { createSession } from '../../src/vault/session.ts';

it('a revocation that comes in while somebody is judged is news afterwards, not part of what was judged by', async () => {
  const log = toHex(randomBytes(16));
  let last = { seq: 7, hash: randomBytes(32) };
  const db = {
    logs: { where: () => ({ anyOf: () => ({ toArray: async () => [{ log, scope: DIRECTORY_SCOPE }] }) }) },
    lastOf: async () => last,
    read: async () => {
      last = { seq: 8, hash: randomBytes(32) };
      return undefined;
    },
  } as unknown as VaultDatabase;
  const news = { tell: () => undefined, listen: () => undefined } as unknown as News;
  const session = createSession(db, news, Date.now, async () => {
    throw new Error('nothing is written here');
  });
  const { heads } = await session.hospital();
  expect(heads).toContain(`${log} 7 `);
  expect((await session.hospital()).heads).not.toBe(heads);
});
