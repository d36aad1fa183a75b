import type { Kysely } from 'kysely';
import { openEntry } from '../../seal/index.ts';
import {
  type DeviceEnrolled,
  DIRECTORY_SCOPE,
  type Directory,
  DirectoryBody,
  foldDirectory,
} from '../../site/index.ts';
import type { Database } from '../database/schema.ts';
import { storedEntry } from '../ledger.ts';

/** The directory as a hub holds it: whom to serve, and whom to believe. It is signed and not sealed. */
export interface HubDirectory {
  refresh(): Promise<void>;
  directory(): Directory;
  device(id: string): Promise<DeviceEnrolled | undefined>;
}

export function createHubDirectory(db: Kysely<Database>, site: string): HubDirectory {
  let directory = foldDirectory([]);

  const records: HubDirectory = {
    async refresh() {
      const rows = await db
        .selectFrom('record.entry as entry')
        .innerJoin('record.log as log', (join) =>
          join.onRef('log.site', '=', 'entry.site').onRef('log.log', '=', 'entry.log'),
        )
        .where('entry.site', '=', site)
        .where('log.scope', '=', DIRECTORY_SCOPE)
        .where('entry.seq', '>', 1)
        .select('entry.bytes')
        .execute();
      // In the order of the site's own clock: a tablet may have brought a later log before an earlier one.
      const entries = rows
        .map((row) => storedEntry(row.bytes))
        .sort((a, b) => a.hlc[0] - b.hlc[0] || a.hlc[1] - b.hlc[1]);
      const bodies: DirectoryBody[] = [];
      for (const entry of entries) {
        const opened = await openEntry(entry, undefined);
        // What a newer version of the server says is kept and handed on; it has no meaning here yet.
        const parsed = opened.ok ? DirectoryBody.safeParse(opened.opened.body) : undefined;
        if (parsed?.success) bodies.push(parsed.data);
      }
      directory = foldDirectory(bodies);
    },
    directory: () => directory,
    async device(id) {
      if (!directory.devices.has(id)) await records.refresh();
      return directory.devices.get(id);
    },
  };
  return records;
}
