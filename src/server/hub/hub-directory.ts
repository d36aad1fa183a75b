import type { Kysely } from 'kysely';
import type { Opening } from '../../log/index.ts';
import {
  type DeviceEnrolled,
  DIRECTORY_SCOPE,
  type Directory,
  directoryOf,
  emptyDirectory,
  type Roster,
  type SiteEntry,
} from '../../site/index.ts';
import type { Database } from '../database/schema.ts';
import { storedEntry } from '../ledger.ts';

/** The directory as a hub holds it: whom to serve, and whom to believe. It is signed and not sealed. */
export interface HubDirectory {
  refresh(): Promise<void>;
  directory(): Directory;
  /** Sealed: a hub knows nobody. */
  roster(): Roster;
  device(id: string): Promise<DeviceEnrolled | undefined>;
}

export function createHubDirectory(db: Kysely<Database>, site: string): HubDirectory {
  let directory = emptyDirectory();

  const records: HubDirectory = {
    async refresh() {
      const rows = await db
        .selectFrom('record.entry as entry')
        .innerJoin('record.log as log', (join) =>
          join.onRef('log.site', '=', 'entry.site').onRef('log.log', '=', 'entry.log'),
        )
        .where('entry.site', '=', site)
        .where('log.scope', '=', DIRECTORY_SCOPE)
        .orderBy('entry.log')
        .orderBy('entry.seq')
        .select('entry.bytes')
        .execute();
      const entries: SiteEntry[] = [];
      let opening: Opening | undefined;
      for (const row of rows) {
        const entry = storedEntry(row.bytes);
        opening = entry.opening ?? opening;
        if (opening) entries.push({ entry, opening });
      }
      directory = await directoryOf(entries);
    },
    directory: () => directory,
    roster: () => new Map(),
    async device(id) {
      if (!directory.devices.has(id)) await records.refresh();
      return directory.devices.get(id);
    },
  };
  return records;
}
