import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { openJournal } from '../../src/server/database/journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'lamplight-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a full disk that leaves half a frame spoils nothing that is journaled after it', async () => {
  const path = join(folder, 'journal');
  const entry = (fill: number) => new Uint8Array(300).fill(fill);
  const { journal } = await openJournal(path);
  await journal.append([entry(1)]);
  const probe = await open(path, 'a');
  const handles = Object.getPrototypeOf(probe) as typeof probe;
  await probe.close();
  const full = vi.spyOn(handles, 'appendFile').mockImplementationOnce(async function (
    this: typeof probe,
    data,
  ) {
    await this.write((data as Uint8Array).subarray(0, 100));
    throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  });
  await expect(journal.append([entry(2)])).rejects.toThrow('no space');
  full.mockRestore();
  await journal.append([entry(3)]);
  await journal.append([entry(4)]);
  await journal.close();
  const again = await openJournal(path);
  expect(again.entries.map((bytes) => bytes[0])).toEqual([1, 3, 4]);
  await again.journal.close();
});
