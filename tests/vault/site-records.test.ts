import { describe, expect, it } from 'vitest';
import { type Bytes, type Entry, type Opening, toHex } from '../../src/log/index.ts';
import { newSigningKey, randomBytes, sealEntry, sha256, signWith } from '../../src/seal/index.ts';
import { DIRECTORY_SCOPE } from '../../src/site/index.ts';
import { entryRow, type HeldEntryRow, type LogRow, type VaultDatabase } from '../../src/vault/database.ts';
import { readDirectory, readDirectoryAnew } from '../../src/vault/site-records.ts';

const SITE = '0'.repeat(32);

/** The rows of a vault with one directory log, as far as a directory is read from them. */
function aVault(log: LogRow, rows: HeldEntryRow[]) {
  const found = { toArray: async () => [...rows] };
  const read = { times: 0 };
  const db = {
    logs: {
      where: () => ({
        equals: () => ({ toArray: async () => [log] }),
        anyOf: () => ({ toArray: async () => [log] }),
      }),
    },
    entries: {
      where: () => {
        read.times += 1;
        return { between: () => found };
      },
    },
    lastOf: async () => rows.at(-1),
  } as unknown as VaultDatabase;
  return { db, read };
}

async function aDirectoryLog(...names: string[]): Promise<{ log: LogRow; entries: Entry[] }> {
  const signing = await newSigningKey(true);
  const opening: Opening = { site: SITE, writer: SITE, scope: DIRECTORY_SCOPE };
  const log = toHex(randomBytes(16));
  const entries: Entry[] = [];
  let prev: Bytes | null = null;
  for (const [index, name] of ['', ...names].entries()) {
    const body =
      index === 0
        ? { kind: 'log-opened' }
        : {
            kind: 'ward-opened',
            recordedAt: '2026-11-24T14:05:00.000Z',
            ward: '4-west',
            name,
            generation: index,
            recipient: 'age1ward',
            sealedIdentity: '',
          };
    const entry = await sealEntry(
      {
        log,
        seq: index + 1,
        prev,
        hlc: [index, 0],
        patient: null,
        body,
        ...(index === 0 ? { opening } : {}),
      },
      undefined,
      signWith(signing.privateKey),
    );
    prev = await sha256(entry.bytes);
    entries.push(entry);
  }
  return { log: { log, writer: SITE, scope: DIRECTORY_SCOPE, opening, mine: 0 }, entries };
}

const rowOf = async (entry: Entry): Promise<HeldEntryRow> => entryRow(entry, await sha256(entry.bytes));
const wardName = async (db: VaultDatabase) => (await readDirectory(db)).wards.get('4-west')?.name;

describe('the directory of a tablet', () => {
  it('is read once, and again when something new stands in it', async () => {
    const { log, entries } = await aDirectoryLog('4 West', '4 West, new wing');
    const rows = await Promise.all(entries.slice(0, 2).map(rowOf));
    const { db, read } = aVault(log, rows);
    expect(await wardName(db)).toBe('4 West');
    expect(await wardName(db)).toBe('4 West');
    expect(read.times).toBe(1);
    rows.push(await rowOf(entries[2]!));
    expect(await wardName(db)).toBe('4 West, new wing');
    expect(read.times).toBe(2);
  });

  it('is read again when its log takes another history of the same length', async () => {
    const { log, entries } = await aDirectoryLog('4 West');
    const other = await aDirectoryLog('4 East');
    const rows = await Promise.all(entries.map(rowOf));
    const { db } = aVault(log, rows);
    expect(await wardName(db)).toBe('4 West');
    rows.splice(0, rows.length, ...(await Promise.all(other.entries.map(rowOf))));
    expect(await wardName(db)).toBe('4 East');
  });

  it('is handed out anew to whoever adds to it', async () => {
    const { log, entries } = await aDirectoryLog('4 West');
    const { db } = aVault(log, await Promise.all(entries.map(rowOf)));
    const kept = await readDirectory(db);
    (await readDirectoryAnew(db)).wards.clear();
    expect(await readDirectory(db)).toBe(kept);
    expect(kept.wards.size).toBe(1);
  });
});
