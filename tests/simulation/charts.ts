import { foldChart, type OpenedEntry, WardBody, withReferences } from '../../src/clinical/index.ts';
import { entryId } from '../../src/log/index.ts';
import { contentOf } from './disk.ts';
import type { Replica } from './replica.ts';
import type { World } from './world.ts';

/** Every chart that this replica would show, as text that is equal when the charts are. */
export function foldAll(replica: Replica, world: World): string {
  // As they came: each replica has its own order, and the fold must not care.
  const opened: OpenedEntry[] = [];
  for (const rows of replica.disk.entries.values()) {
    for (const { entry, hash } of rows) {
      // What a closing covered is on some replicas, purged on others.
      if (entry.patient === null || world.closed.has(hash)) continue;
      const content = contentOf(entry);
      const inner = content.carried
        ? world.readAll([new Uint8Array(Buffer.from(content.carried, 'base64'))])[0]
        : entry;
      const said = inner && withReferences(contentOf(inner), content.references ?? {});
      const parsed = WardBody.safeParse(said);
      opened.push({
        id: entryId(entry.log, entry.seq),
        patient: entry.patient,
        hlc: (inner ?? entry).hlc,
        body: parsed.success ? parsed.data : null,
      });
    }
  }
  return JSON.stringify(
    world.patients.map((patient) =>
      foldChart({
        patient,
        entries: opened.filter((entry) => entry.patient === patient),
        now: new Date(world.scheduler.now).toISOString(),
      }),
    ),
  );
}
