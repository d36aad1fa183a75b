import {
  foldChart,
  type OpenedEntry,
  partByBelief,
  WardBody,
  withReferences,
} from '../../src/clinical/index.ts';
import { entryId } from '../../src/log/index.ts';
import { originOf, trustProblem } from '../../src/site/index.ts';
import { contentOf, directoryOn } from './disk.ts';
import type { Replica } from './replica.ts';
import type { World } from './world.ts';

/** What a replica shows: its charts as text that is equal when the charts are, and which entries it believes (hashes). */
export interface Shown {
  charts: string;
  believed: Set<string>;
}

export function foldAll(replica: Replica, world: World): Shown {
  // As they came: each replica has its own order, and the fold must not care.
  const opened: OpenedEntry[] = [];
  const hashes = new Map<string, string>();
  for (const rows of replica.disk.entries.values()) {
    for (const { entry, hash } of rows) {
      // What a closing covered is on some replicas, purged on others.
      if (entry.patient === null || world.closed.has(hash)) continue;
      const content = contentOf(entry);
      const inner = content.carried
        ? world.readAll([new Uint8Array(Buffer.from(content.carried, 'base64'))])[0]
        : undefined;
      const said = withReferences(contentOf(inner ?? entry), content.references ?? {});
      const parsed = WardBody.safeParse(said);
      const id = entryId(entry.log, entry.seq);
      hashes.set(id, content.hash ?? hash);
      opened.push({
        id,
        patient: entry.patient,
        hlc: (inner ?? entry).hlc,
        body: parsed.success ? parsed.data : null,
        ...(inner && world.mutant !== 'believe what was taken over'
          ? {
              origin: {
                log: inner.log,
                seq: inner.seq,
                takenOverAt: content.recordedAt!,
                ...(content.writer === undefined ? {} : { writer: content.writer }),
              },
            }
          : {}),
      });
    }
  }
  const { directory } = directoryOn(replica.disk);
  const { believed } = partByBelief(opened, (entry) =>
    world.mutant === 'believe a revoked tablet'
      ? undefined
      : trustProblem(
          directory,
          { ...originOf(entry, (log) => replica.disk.logs.get(log)?.opening.writer), hlc: entry.hlc },
          entry.body?.author,
        ),
  );
  return {
    charts: JSON.stringify(
      world.patients.map((patient) =>
        foldChart({
          patient,
          entries: believed.filter((entry) => entry.patient === patient),
          now: new Date(world.scheduler.now).toISOString(),
        }),
      ),
    ),
    believed: new Set(believed.map(({ id }) => hashes.get(id)!)),
  };
}
