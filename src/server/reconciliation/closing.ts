import type { Kysely } from 'kysely';
import { displayName } from '../../clinical/index.ts';
import { entryId, toHex } from '../../log/index.ts';
import { LOGS_A_CLOSING, type OutageClosed, readersOf } from '../../site/index.ts';
import type { ClosingState, OpenKind } from '../../wire/workbench.ts';
import type { Audit, AuditRow } from '../audit.ts';
import type { Census } from '../census/import-census.ts';
import type { Database } from '../database/schema.ts';
import { RefusalError } from '../refusal.ts';
import type { SiteIdentity } from '../site-identity.ts';
import type { SiteLog } from '../site-log.ts';
import type { SiteRecords } from '../site-records.ts';
import type { Reconciliation } from './reconciliation.ts';
import { isSettledState, settledIn, settledThrough } from './settled.ts';
import type { PatientRecord } from './ward-entries.ts';
import { worklistRow } from './worklist.ts';

/** A tablet that has not been in contact for so long may hold what nobody has seen. */
const SILENT_MS = 60 * 60_000;
/** So many are named; the rest is counted. */
const MOST_NAMED = 20;

type Ward = ClosingState['wards'][number];
type Open = Ward['open'][number];

interface Dependencies {
  db: Kysely<Database>;
  identity: SiteIdentity;
  site: SiteRecords;
  siteLog: SiteLog;
  reconciliation: Pick<Reconciliation, 'everything' | 'pushState'>;
  census: Census;
  audit: Pick<Audit, 'read'>;
  clock: () => number;
}

/** One log of a ward: how far it is settled, and how far a closing said so before. */
interface Progress {
  log: string;
  scope: string;
  head: number;
  before: number;
  point: { seq: number; hash: string } | undefined;
}

/** The end of an outage: what is still open, and the server's signed word up to where everything is settled. */
export function createClosing(dependencies: Dependencies) {
  const { db, identity, site, siteLog, reconciliation, census, audit, clock } = dependencies;

  async function progressOf(ward: string, records: readonly PatientRecord[]): Promise<Progress[]> {
    const isSettled = settledIn(records);
    const logs = await db
      .selectFrom('record.log')
      .where('site', '=', identity.site)
      .where((where) => where.or([where('scope', 'like', 'ward:%'), where('scope', 'like', 'move:%')]))
      .select(['log', 'scope', 'seq'])
      .execute();
    const found: Progress[] = [];
    for (const { log, scope, seq: head } of logs.filter(({ scope }) => readersOf(scope).includes(ward))) {
      const before = site.directory().closings.furthest.get(log)?.get(ward)?.seq ?? 1;
      if (head <= before) continue;
      const rows = await db
        .selectFrom('record.entry')
        .where('site', '=', identity.site)
        .where('log', '=', log)
        .where('seq', '>=', before)
        .orderBy('seq')
        .select(['seq', 'patient', 'hash'])
        .execute();
      // Where the last closing ended is settled, whatever is decided of it again: tablets may have forgotten it.
      const placed = rows.map((row) => ({
        ...row,
        id: entryId(log, row.seq),
        patient: row.seq === before ? null : row.patient,
      }));
      const last = settledThrough(placed, isSettled);
      found.push({ log, scope, head, before, point: last && { seq: last.seq, hash: toHex(last.hash) } });
    }
    return found;
  }

  async function openOf(
    ward: string,
    found: readonly PatientRecord[],
    snapshots: Awaited<ReturnType<Reconciliation['everything']>>['snapshots'],
    progress: readonly Progress[],
    people: readonly Ward['tablets'][number][],
  ): Promise<Open[]> {
    const now = new Date(clock()).toISOString();
    const uncovered = new Map(progress.map(({ log, before }) => [log, before]));
    // Whoever has nothing but what an earlier closing covered is long gone.
    const isUncovered = ({ id }: { id: string }): boolean =>
      Number(id.slice(33)) > (uncovered.get(id.slice(0, 32)) ?? Infinity);
    const here = found.filter((record) => record.ward === ward && record.opened.some(isUncovered));
    const name = (record: PatientRecord): string => {
      const row = worklistRow(record, snapshots.get(record.patient), now);
      return `${row.bed === undefined ? '' : `${row.bed} `}${displayName(row.name)}`;
    };
    const byPatient = (states: (state: string) => boolean) =>
      here.flatMap((record) => {
        const count = record.reviewed.filter(({ state }) => states(state)).length;
        return count > 0 ? [{ count, what: `${name(record)}: ${count}` }] : [];
      });
    const isUnknown = (state: string): boolean => state === 'unknown' || state === 'posting';
    const listed = new Set((await census.patients(ward)).flatMap(({ id, ehrPatient }) => [id, ehrPatient]));
    const one = (what: string) => ({ count: 1, what });
    const kinds: [OpenKind, { count: number; what: string }[]][] = [
      ['entries', byPatient((state) => !isSettledState(state) && !isUnknown(state))],
      ['unknown', byPatient(isUnknown)],
      [
        'by-hand',
        // The EHR has it, and something with it that only a person can put right there.
        here.flatMap((record) =>
          record.reviewed
            .filter((entry) => entry.state === 'posted' && isUncovered(entry))
            .flatMap(({ stateReason }) => (stateReason ? [one(`${name(record)}: ${stateReason}`)] : [])),
        ),
      ],
      [
        'unmatched',
        here
          .filter(({ link, patient }) => !link && !snapshots.has(patient))
          .map((record) => one(name(record))),
      ],
      ['quarantine', await quarantined(ward)],
      [
        'silent',
        people
          .filter(({ lastSeenAt }) => clock() - Date.parse(lastSeenAt ?? '1970-01-01T00:00:00Z') > SILENT_MS)
          .map((tablet) => one(tablet.name)),
      ],
      ['missing', await missing(people)],
      [
        'leaving',
        here
          .filter(
            ({ patient, link }) =>
              !listed.has(patient) && !(link && 'ehrPatient' in link && listed.has(link.ehrPatient)),
          )
          .map((record) => one(name(record))),
      ],
    ];
    return kinds.flatMap(([kind, items]) =>
      items.length === 0
        ? []
        : [
            {
              kind,
              count: items.reduce((sum, { count }) => sum + count, 0),
              what: items.slice(0, MOST_NAMED).map(({ what }) => what),
            },
          ],
    );
  }

  /** Set aside of this ward's logs, and what belongs to no log that is known: it may be anybody's. */
  async function quarantined(ward: string): Promise<{ count: number; what: string }[]> {
    const rows = await db
      .selectFrom('record.quarantine as item')
      .leftJoin('record.log as log', (join) =>
        join.onRef('log.site', '=', 'item.site').onRef('log.log', '=', 'item.log'),
      )
      .where('item.site', '=', identity.site)
      .where('item.released_at', 'is', null)
      .select(['item.reason', 'log.scope'])
      .execute();
    return rows
      .filter(({ scope }) => scope === null || readersOf(scope).includes(ward))
      .map(({ reason }) => ({ count: 1, what: reason }));
  }

  /** Entries that tablets of the ward said they hold, and that have not come. */
  async function missing(
    tablets: readonly Ward['tablets'][number][],
  ): Promise<{ count: number; what: string }[]> {
    const rows = await db
      .selectFrom('projection.device_holds as held')
      .leftJoin('record.log as log', (join) =>
        join.onRef('log.site', '=', 'held.site').onRef('log.log', '=', 'held.log'),
      )
      .where('held.site', '=', identity.site)
      .select(['held.device', 'held.seq', 'log.seq as here'])
      .execute();
    return tablets.flatMap(({ id, name }) => {
      const count = rows
        .filter(({ device }) => device === id)
        .reduce((sum, { seq, here }) => sum + Math.max(0, seq - (here ?? 1)), 0);
      return count > 0 ? [{ count, what: `${name}: ${count}` }] : [];
    });
  }

  async function tabletsOf(
    ward: string,
    closedAt: string | undefined,
    proofs: readonly AuditRow[],
  ): Promise<Ward['tablets']> {
    const { devices, revokedDevices } = site.directory();
    const contacts = new Map(
      (
        await db
          .selectFrom('projection.device_contact')
          .where('site', '=', identity.site)
          .select(['device', 'last_seen_at'])
          .execute()
      ).map((row) => [row.device, row.last_seen_at.toISOString()]),
    );
    const wiped = new Set((await audit.read({ what: 'wiped' })).map(({ writer }) => writer));
    return [...devices.values()]
      .filter(
        ({ device, wards }) => wards.includes(ward) && !revokedDevices.has(device) && !wiped.has(device),
      )
      .map(({ device, name }) => {
        const proof = proofs.find(
          ({ writer, at }) => writer === device && closedAt !== undefined && at >= closedAt,
        );
        return {
          id: device,
          name,
          lastSeenAt: contacts.get(device) ?? null,
          purged: proof ? { at: proof.at, what: proof.detail ?? '' } : null,
        };
      })
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  async function look(wards: readonly string[]): Promise<(Ward & { progress: Progress[] })[]> {
    const { found, snapshots } = await reconciliation.everything();
    const proofs = await audit.read({ what: 'purged' });
    const closings = await audit.read({ what: 'outage-closed' });
    return Promise.all(
      [...site.directory().wards.values()]
        .filter(({ ward }) => wards.includes(ward))
        .map(async ({ ward, name }) => {
          const last = closings.find((event) => event.ward === ward);
          const progress = await progressOf(ward, found);
          const tablets = await tabletsOf(ward, lastClosedAt(ward), proofs);
          return {
            id: ward,
            name,
            open: await openOf(ward, found, snapshots, progress, tablets),
            toCover: progress.reduce((sum, { before, point }) => sum + (point ? point.seq - before : 0), 0),
            last: last
              ? {
                  at: lastClosedAt(ward) ?? last.at,
                  by: last.staff?.name ?? 'not known',
                  said: closings
                    .filter((event) => event.ward === ward && event.at >= (lastClosedAt(ward) ?? last.at))
                    .flatMap(({ detail }) => detail ?? []),
                }
              : null,
            tablets,
            progress,
          };
        }),
    );
  }

  function lastClosedAt(ward: string): string | undefined {
    return [...site.directory().closings.furthest.values()]
      .flatMap((byWard) => byWard.get(ward)?.closedAt ?? [])
      .sort()
      .at(-1);
  }

  /** The EHR's list of the ward, read now: from the closing on it alone says who is there. */
  async function freshCensus(ward: string): Promise<string> {
    const before = new Date(clock()).toISOString();
    await census.refresh();
    const state = census.state().wards.find(({ id }) => id === ward);
    if (state?.asOf && state.asOf >= before) return state.asOf;
    throw new RefusalError(
      409,
      'no-census',
      `Not closed: the EHR did not say just now who is on this ward, and without its list the tablets would show an empty ward.${state?.problem ? ` ${state.problem}` : ''} Try again when the EHR answers. Nothing was changed.`,
    );
  }

  return {
    /** Of these wards. */
    async state(wards: readonly string[]): Promise<ClosingState> {
      return { wards: (await look(wards)).map(({ progress: _, ...ward }) => ward) };
    },

    /**
     * Closes the outage of a ward for what is settled. Resolves with the kinds that stay open, with their counts.
     *
     * @throws RefusalError when something is open without a reason, or the EHR's list of the ward does not come.
     */
    async close(ward: string, by: string, reasons: Partial<Record<OpenKind, string>>): Promise<Open[]> {
      if ((await reconciliation.pushState()).restoredAt !== undefined)
        throw new RefusalError(
          409,
          'restored',
          'Not closed: this server was restored from a backup and may lack what tablets still hold. Release the push first, when every tablet has been here.',
        );
      const snapshotAsOf = await freshCensus(ward);
      await siteLog.end((scope) => readersOf(scope).includes(ward));
      const [found] = await look([ward]);
      if (!found) throw new RefusalError(404, 'no-ward', 'There is no such ward.');
      if (found.open.some(({ kind }) => reasons[kind] === undefined))
        throw new RefusalError(
          409,
          'open',
          'Not closed: something is still open, or came meanwhile. Settle it, or say for each why it may stay open.',
        );
      const points = found.progress.flatMap(({ log, before, point }) =>
        point && (point.seq > before || site.directory().closings.furthest.get(log)?.get(ward) === undefined)
          ? [{ log, ...point }]
          : [],
      );
      if (points.length === 0)
        throw new RefusalError(409, 'nothing', 'Nothing to close: no entry was settled since the last time.');
      const recordedAt = new Date(clock()).toISOString();
      for (let from = 0; from < points.length; from += LOGS_A_CLOSING) {
        const body: OutageClosed = {
          kind: 'outage-closed',
          recordedAt,
          ward,
          by,
          snapshotAsOf,
          points: points.slice(from, from + LOGS_A_CLOSING),
        };
        await site.tell(body);
      }
      return found.open;
    },
  };
}

export type Closing = ReturnType<typeof createClosing>;
