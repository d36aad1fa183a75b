import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { SnapshotPatient, WardBody } from '../../clinical/index.ts';
import { isForTheEhr, type Outgoing, resourcesFor, type ToFhirContext } from '../../interop/index.ts';
import type { PushState } from '../../wire/workbench.ts';
import type { Database } from '../database/schema.ts';
import type { FhirGateway } from '../ehr/gateway.ts';
import { findResources, postResources } from '../ehr/post-resources.ts';
import type { Leases } from '../leases.ts';
import { sameOrders } from './infusion-turns.ts';
import { contextFor } from './posting-context.ts';
import type { Records } from './records.ts';
import { asHeldOrSent, tellAnew } from './told-anew.ts';
import { byPostingOrder, type PatientRecord, type Reviewed } from './ward-entries.ts';

/** Older than this no reading of a patient's record is posted from: people go on correcting and deciding meanwhile. */
const READ_AGAIN_MS = 5_000;

export interface PostingDependencies {
  db: Kysely<Database>;
  site: string;
  gateway: FhirGateway | undefined;
  clock: () => number;
  leases: Leases;
  records: Records;
  deviceName(log: string): Promise<string>;
  /** The pictures that an entry names, as FHIR has them; `undefined`: not all of them are here. */
  pictures(
    patient: string,
    body: WardBody,
  ): Promise<ReadonlyMap<string, { data: string; hash: string }> | undefined>;
  /** Writes the outcome as an entry of the server's log for the ward. */
  tellOutcome(
    ward: string,
    patient: string,
    body: {
      entry: string;
      outcome: 'posted' | 'refused' | 'not-needed';
      resources: { type: string; id: string; versionId?: string }[];
      detail?: string;
    },
  ): Promise<void>;
}

const Sent = z.array(z.looseObject({ resourceType: z.string(), id: z.string() }));

const NAMED_BY_OTHERS: readonly string[] = ['patient-registered', 'order-signed', 'order-received'];
const IN_WORK: readonly string[] = ['approved', 'unknown', 'posting'];

/** For the person who decides on a refused entry: part of it stands in the EHR. */
const alreadyThere = (resources: readonly { type: string; id: string }[]): string =>
  resources.length === 0
    ? ''
    : ` The EHR holds part of it: ${resources.map(({ type, id }) => `${type}/${id}`).join(', ')}.`;

/**
 * Puts what is approved into the EHR. Work is found, not queued: an approved entry without an outcome. One poster
 * holds a patient's lease; an unanswered write is *unknown* until a read settles it; ids are ours, so a poster that
 * is killed at any point is simply run again.
 */
export function createPosting(dependencies: PostingDependencies) {
  const { db, site, gateway, clock } = dependencies;
  const holder = randomUUID();
  let running: Promise<void> | undefined;
  let problem: string | null = null;

  async function mark(
    entry: string,
    state: 'posting' | 'unknown',
    detail: string | null,
    resources?: readonly Outgoing[],
  ): Promise<void> {
    const sent = resources ? { sent: JSON.stringify(resources) } : {};
    await db
      .insertInto('projection.posting')
      .values({ site, entry, state, detail, attempts: 1, ...sent })
      .onConflict((conflict) =>
        conflict.columns(['site', 'entry']).doUpdateSet((set) => ({
          state,
          detail,
          attempts: set('projection.posting.attempts', '+', 1),
          ...sent,
        })),
      )
      .execute();
  }

  /** What an earlier try sent. An infusion's next turn or a late signature would make it another now. */
  async function sentBefore(entry: string): Promise<Outgoing[] | undefined> {
    const row = await db
      .selectFrom('projection.posting')
      .where('site', '=', site)
      .where('entry', '=', entry)
      .select('sent')
      .executeTakeFirst();
    return row?.sent == null ? undefined : Sent.parse(row.sent);
  }

  const unmark = (entry: string) =>
    db.deleteFrom('projection.posting').where('site', '=', site).where('entry', '=', entry).execute();

  /** `false`: the EHR cannot be reached, so there is no point in going on. */
  async function postEntry(
    entry: Reviewed,
    record: PatientRecord,
    census: Map<string, SnapshotPatient>,
    reviewed: Map<string, Reviewed>,
  ): Promise<boolean> {
    const { body } = entry;
    if (!body || !gateway) return true;
    if (
      !isForTheEhr(body.kind) ||
      (body.kind === 'patient-registered' && !(record.link && 'confirmedNew' in record.link))
    ) {
      await dependencies.tellOutcome(entry.ward, entry.patient, {
        entry: entry.id,
        outcome: 'not-needed',
        resources: [],
      });
      return true;
    }
    const pictures = await dependencies.pictures(entry.patient, body);
    if (!pictures) {
      // It travelled without them: the log that has them is still to come.
      await mark(entry.id, 'posting', 'Waits for a picture that is not at the server yet.');
      return true;
    }
    const contextOf = async (told: Reviewed): Promise<ToFhirContext> =>
      contextFor(
        // What is posted has no decision that waits; who decided on this one sends it.
        { ...told, ...(entry.decision && { decision: entry.decision }) },
        record,
        census,
        reviewed,
        await dependencies.deviceName(told.log),
      );
    const orderOf = sameOrders(census.get(entry.patient), reviewed);
    const context = { ...(await contextOf(entry)), picture: (sha256: string) => pictures.get(sha256) };
    const asOf = (isOrderTold: boolean): Outgoing[] =>
      resourcesFor({ id: entry.id, body }, { ...context, isOrderTold });
    const sent = await sentBefore(entry.id);
    const resources = sent ? await asHeldOrSent(gateway, entry, sent, asOf) : asOf(false);
    if (entry.askOnly) return askAbout(entry, resources);
    await mark(entry.id, 'posting', null, resources);
    const result = await postResources(gateway, resources);
    switch (result.kind) {
      case 'posted': {
        // Before the outcome is told, so that a server that dies in between does it again.
        const ended = await tellAnew(gateway, entry, { record, reviewed, orderOf, contextOf, asOf });
        if (ended.kind === 'unknown') {
          await mark(entry.id, 'unknown', ended.reason);
          problem = ended.reason;
          return true;
        }
        await dependencies.tellOutcome(entry.ward, entry.patient, {
          entry: entry.id,
          outcome: 'posted',
          resources: result.resources,
          ...(ended.kind === 'left'
            ? { detail: `${ended.message} Put it right there by hand.`.slice(0, 2000) }
            : {}),
        });
        await unmark(entry.id);
        // What is part of it is told so in this reading too.
        entry.state = 'posted';
        return true;
      }
      case 'refused':
        await dependencies.tellOutcome(entry.ward, entry.patient, {
          entry: entry.id,
          outcome: 'refused',
          resources: result.resources,
          detail: `${result.message}${alreadyThere(result.resources)}`.slice(0, 2000),
        });
        await unmark(entry.id);
        return true;
      case 'unknown':
        await mark(entry.id, 'unknown', result.reason);
        problem = `${result.reason} It is asked again before anything is sent again.`;
        return true;
      case 'unreachable':
        // Something may have been sent before: unknown until the EHR can be asked.
        await mark(entry.id, 'unknown', result.reason);
        problem = result.reason;
        return false;
    }
  }

  /** Sent perhaps, and corrected, rejected or unmatched since: nothing more is sent, and what the EHR has is named. */
  async function askAbout(entry: Reviewed, resources: readonly Outgoing[]): Promise<boolean> {
    const found = await findResources(gateway!, resources);
    if (found.kind === 'unreachable') {
      problem = found.reason;
      return false;
    }
    if (found.resources.length > 0)
      await dependencies.tellOutcome(entry.ward, entry.patient, {
        entry: entry.id,
        outcome: 'posted',
        resources: found.resources,
        detail:
          'It was corrected or taken back here before the EHR had answered. Put it right there by hand.',
      });
    await unmark(entry.id);
    return true;
  }

  /** `false`: the EHR cannot be reached, or somebody else took over. */
  async function postPatient(patient: string): Promise<boolean> {
    const tried = new Set<string>();
    let readAt = Number.NEGATIVE_INFINITY;
    let record: PatientRecord | undefined;
    let known = new Map<string, SnapshotPatient>();
    for (;;) {
      if (!(await dependencies.leases.take(patient, holder))) return false;
      if (clock() - readAt > READ_AGAIN_MS) {
        ({ found: record, snapshots: known } = await dependencies.records.of(patient));
        readAt = clock();
      }
      // What is only asked about comes first: what corrects it waits for the answer.
      const next = record?.reviewed
        .filter(({ id, state }) => IN_WORK.includes(state) && !tried.has(id))
        .sort((a, b) => Number(b.askOnly ?? false) - Number(a.askOnly ?? false) || byPostingOrder(a, b))[0];
      if (!record || !next) return true;
      tried.add(next.id);
      const reviewed = new Map(record.reviewed.map((entry) => [entry.id, entry]));
      if (!(await postEntry(next, record, known, reviewed))) return false;
      // What others name, or wait for, is looked at anew.
      const isSigned = record.reviewed.some(
        ({ body }) => body?.kind === 'entry-witnessed' && body.entry === next.id,
      );
      if (next.askOnly || isSigned || NAMED_BY_OTHERS.includes(next.body?.kind ?? ''))
        readAt = Number.NEGATIVE_INFINITY;
    }
  }

  /** In the middle of an outage nothing is: then nobody's record is read. */
  async function isAnythingDecided(): Promise<boolean> {
    const decided = await db
      .selectFrom('projection.entry')
      .where('site', '=', site)
      .where('kind', '=', 'review-decided')
      .select('seq')
      .limit(1)
      .executeTakeFirst();
    return decided !== undefined;
  }

  async function run(): Promise<void> {
    problem = null;
    if (!(await isAnythingDecided())) return;
    for (const { patient, reviewed } of (await dependencies.records.all()).found) {
      if (!reviewed.some(({ state }) => IN_WORK.includes(state))) continue;
      // Another node, or somebody who undoes a match, is at this patient: the next push comes back to it.
      if (!(await dependencies.leases.take(patient, holder))) continue;
      const goOn = await postPatient(patient);
      await dependencies.leases.give(patient, holder);
      if (!goOn) return;
    }
  }

  return {
    /** Starts posting all that is approved, if it does not run already. */
    start(): Promise<void> {
      if (!gateway) {
        problem = 'No EHR is configured.';
        return Promise.resolve();
      }
      running ??= run()
        .catch((error: unknown) => {
          problem =
            'Posting stopped by a fault of the server; it goes on from where it was at the next push.';
          throw error;
        })
        .finally(() => {
          running = undefined;
        });
      return running;
    },

    async state(): Promise<PushState> {
      const { found } = await dependencies.records.all();
      const states = found.flatMap((record) => record.reviewed.map((entry) => entry.state));
      const count = (state: string): number => states.filter((other) => other === state).length;
      return {
        running: running !== undefined,
        approved: count('approved') + count('posting'),
        posted: count('posted'),
        unknown: count('unknown'),
        refused: count('refused'),
        problem,
      };
    },
  };
}
