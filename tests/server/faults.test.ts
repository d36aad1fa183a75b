import { expect, it, vi } from 'vitest';
import { createBackground } from '../../src/server/faults.ts';

it('work that nobody waits for and that fails is told in the log, without what its message quotes', async () => {
  const said: unknown[] = [];
  const inBackground = createBackground({ error: (...line: unknown[]) => void said.push(line) } as never);
  inBackground('reading the census', () => Promise.reject(new TypeError('no bed for Ruth Abernathy')));
  inBackground('posting', async () => undefined);
  await vi.waitFor(() => expect(said).toHaveLength(1));
  expect(said[0]).toMatchObject([{ fault: 'TypeError' }, 'reading the census stopped']);
  expect(JSON.stringify(said)).not.toContain('Abernathy');
});
