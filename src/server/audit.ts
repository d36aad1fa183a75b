import type { Kysely } from 'kysely';
import { entryId } from '../log/index.ts';
import { openEntry } from '../seal/index.ts';
import { AUDIT_SCOPE, type AuditEvent, AuditEvents, type AuditWhat, Purged } from '../site/index.ts';
import type { Database } from './database/schema.ts';
import { storedEntry } from './ledger.ts';
import type { SiteIdentity } from './site-identity.ts';
import type { SiteLog } from './site-log.ts';
import type { SiteRecords } from './site-records.ts';

const AFTER_MS = 500;
const SAME_LOOK_MS = 10 * 60_000;
const ROWS_A_TURN = 200;
const PAGE = 200;

export interface AuditQuery {
  patient?: string | undefined;
  staff?: string | undefined;
  what?: AuditWhat | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** One event as it is shown: whose device said it, and where in its log. */
export interface AuditRow extends AuditEvent {
  entry: string;
  device: string;
  /** Id of the tablet that wrote it, or the site's. */
  writer: string;
}

/** The server's part of the trail, and everybody's read back: events are entries, the table is a projection of them. */
export function createAudit(
  db: Kysely<Database>,
  identity: SiteIdentity,
  site: SiteRecords,
  siteLog: SiteLog,
  clock: () => number,
) {
  let waiting: AuditEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> = Promise.resolve();
  const looks = new Map<string, number>();

  async function write(): Promise<void> {
    if (waiting.length === 0) return;
    const events = waiting.slice(0, 500);
    const body = AuditEvents.parse({
      kind: 'audit-events',
      recordedAt: new Date(clock()).toISOString(),
      events,
    });
    await siteLog.append(
      AUDIT_SCOPE,
      [identity.recipient, identity.recoveryRecipient],
      [{ patient: null, body }],
    );
    waiting = waiting.slice(events.length);
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const turn = running.then(write);
    running = turn.catch(() => undefined);
    return turn;
  }

  async function projectLog(log: string, writer: string, after: number): Promise<void> {
    const rows = await db
      .selectFrom('record.entry')
      .where('site', '=', identity.site)
      .where('log', '=', log)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(ROWS_A_TURN)
      .select(['seq', 'bytes'])
      .execute();
    const keys = await site.keysOfLog(log);
    const found: Database['projection.audit'][] = [];
    for (const row of rows) {
      const opened = await openEntry(storedEntry(row.bytes), keys);
      for (const [position, event] of (opened.ok ? eventsIn(opened.opened.body) : []).entries())
        found.push({
          site: identity.site,
          log,
          seq: row.seq,
          position,
          at: new Date(event.at),
          what: event.what,
          staff: event.staff?.id ?? null,
          patient: event.patient ?? null,
          writer,
          event: JSON.stringify(event),
        });
    }
    const projected = rows.at(-1)?.seq ?? after;
    await db.transaction().execute(async (tx) => {
      if (found.length > 0)
        await tx
          .insertInto('projection.audit')
          .values(found)
          .onConflict((conflict) => conflict.columns(['site', 'log', 'seq', 'position']).doNothing())
          .execute();
      await tx
        .insertInto('projection.log')
        .values({ site: identity.site, log, projected })
        .onConflict((conflict) => conflict.columns(['site', 'log']).doUpdateSet({ projected }))
        .execute();
    });
  }

  async function catchUp(): Promise<void> {
    for (;;) {
      const behind = await db
        .selectFrom('record.log as log')
        .leftJoin('projection.log as done', (join) =>
          join.onRef('done.site', '=', 'log.site').onRef('done.log', '=', 'log.log'),
        )
        .where('log.site', '=', identity.site)
        .where('log.scope', '=', AUDIT_SCOPE)
        .where((where) =>
          where.or([where('done.projected', 'is', null), where('done.projected', '<', where.ref('log.seq'))]),
        )
        .select(['log.log', 'log.writer', 'done.projected'])
        .limit(20)
        .execute();
      if (behind.length === 0) return;
      for (const row of behind) await projectLog(row.log, row.writer, row.projected ?? 0);
    }
  }

  return {
    /** Notes an event; it is written in a moment, and no request waits for it. */
    note(event: Omit<AuditEvent, 'at'>): void {
      if (event.what === 'review-opened') {
        // The page asks again every few seconds: that is one look.
        const look = `${event.staff?.id} ${event.patient}`;
        if (clock() - (looks.get(look) ?? Number.NEGATIVE_INFINITY) < SAME_LOOK_MS) return;
        looks.set(look, clock());
      }
      waiting.push({ at: new Date(clock()).toISOString(), ...event });
      timer ??= setTimeout(() => void flush().catch(() => undefined), AFTER_MS);
    },

    flush,

    /** Newest first. */
    async read(query: AuditQuery, limit = PAGE): Promise<AuditRow[]> {
      await flush();
      await catchUp();
      let select = db.selectFrom('projection.audit').where('site', '=', identity.site).selectAll();
      if (query.patient !== undefined) select = select.where('patient', '=', query.patient);
      if (query.staff !== undefined) select = select.where('staff', '=', query.staff);
      if (query.what !== undefined) select = select.where('what', '=', query.what);
      if (query.from !== undefined) select = select.where('at', '>=', new Date(query.from));
      if (query.to !== undefined) select = select.where('at', '<', new Date(query.to));
      const rows = await select
        .orderBy('at', 'desc')
        .orderBy('log')
        .orderBy('seq', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        ...AuditEvents.shape.events.element.parse(
          typeof row.event === 'string' ? JSON.parse(row.event) : row.event,
        ),
        entry: `${entryId(row.log, row.seq)}`,
        writer: row.writer,
        device:
          row.writer === identity.site
            ? 'Lamplight server'
            : (site.directory().devices.get(row.writer)?.name ?? 'unknown tablet'),
      }));
    },
  };
}

/** What one entry of an audit log says happened. A kind of a newer version says nothing here yet. */
function eventsIn(body: unknown): AuditEvent[] {
  const events = AuditEvents.safeParse(body);
  if (events.success) return events.data.events;
  const purged = Purged.safeParse(body);
  if (!purged.success) return [];
  const { recordedAt, logs } = purged.data;
  const entries = logs.reduce((sum, log) => sum + log.entries, 0);
  return [{ at: recordedAt, what: 'purged', detail: `${entries} entries of ${logs.length} logs` }];
}

export type Audit = ReturnType<typeof createAudit>;
