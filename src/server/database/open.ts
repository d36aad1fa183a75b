import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Bytes } from '../../log/index.ts';
import { type Journal, openJournal } from './journal.ts';
import { type Database, migrate } from './schema.ts';

export interface OpenDatabase {
  db: Kysely<Database>;
  /** Only beside PGlite. */
  journal: Journal | undefined;
  /** What the journal holds; the ledger takes in again what the database lacks. */
  journaled: Bytes[];
  embedded: boolean;
  close(): Promise<void>;
}

/** PostgreSQL when `databaseUrl` is given, else PGlite in `dataDirectory` with its journal. */
export async function openDatabase(options: {
  databaseUrl?: string;
  dataDirectory: string;
}): Promise<OpenDatabase> {
  return options.databaseUrl ? openPostgres(options.databaseUrl) : openEmbedded(options.dataDirectory);
}

async function openPostgres(connectionString: string): Promise<OpenDatabase> {
  const pool = new pg.Pool({ connectionString, max: 8 });
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings where name in ('fsync', 'synchronous_commit')`.execute(db);
  const off = rows.filter((row) => row.setting === 'off');
  if (off.length > 0) {
    await db.destroy();
    throw new Error(
      `PostgreSQL runs with ${off.map((row) => `${row.name} = off`).join(', ')}: records could be lost in a power cut. Switch it on and start again.`,
    );
  }
  await migrate(db);
  return { db, journal: undefined, journaled: [], embedded: false, close: () => db.destroy() };
}

async function openEmbedded(dataDirectory: string): Promise<OpenDatabase> {
  await mkdir(dataDirectory, { recursive: true });
  const { journal, entries } = await openJournal(join(dataDirectory, 'journal'));
  const pglite = await openOrSetAside(join(dataDirectory, 'pglite'));
  const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) });
  await migrate(db);
  return {
    db,
    journal,
    journaled: entries,
    embedded: true,
    async close() {
      await db.destroy();
      await journal.close();
    },
  };
}

/** A database that a power cut broke is set aside with its bytes, and a new one is filled from the journal. */
async function openOrSetAside(path: string): Promise<PGlite> {
  try {
    return await PGlite.create(path);
  } catch {
    await rename(path, `${path}.set-aside-${Date.now()}`);
    return PGlite.create(path);
  }
}
