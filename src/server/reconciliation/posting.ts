import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { SnapshotPatient, WardBody } from '../../clinical/index.ts';
import { isForTheEhr, resourcesFor, type ToFhirContext } from '../../interop/index.ts';
import type { Directory, Roster } from '../../site/index.ts';
import type { PushState } from '../../wire/workbench.ts';
import type { Database } from '../database/schema.ts';
import type { FhirGateway } from '../ehr/gateway.ts';
import { postResources } from '../ehr/post-resources.ts';
import { byPostingOrder, type PatientRecord, type Reviewed, readRecords } from './ward-entries.ts';

/** System of Lamplight's business identifiers in the EHR. */
const IDENTIFIER_SYSTEM = 'urn:lamplight:entry';
const LEASE_MS = 60_000;

export interface PostingDependencies {
  db: Kysely<Database>;
  site: string;
  gateway: FhirGateway | undefined;
  clock: () => number;
  census(): Promise<Map<string, SnapshotPatient>>;
  directory(): Directory;
  roster(): Roster;
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

  async function takeLease(patient: string): Promise<boolean> {
    const now = new Date(clock());
    const until = new Date(clock() + LEASE_MS);
    const row = await db
      .insertInto('projection.lease')
      .values({ site, patient, holder, until })
      .onConflict((conflict) =>
        conflict
          .columns(['site', 'patient'])
          .doUpdateSet({ holder, until })
          .where((where) =>
            where.or([
              where('projection.lease.until', '<', now),
              where('projection.lease.holder', '=', holder),
            ]),
          ),
      )
      .returning('holder')
      .executeTakeFirst();
    return row?.holder === holder;
  }

  async function mark(entry: string, state: 'posting' | 'unknown', detail: string | null): Promise<void> {
    await db
      .insertInto('projection.posting')
      .values({ site, entry, state, detail, attempts: 1 })
      .onConflict((conflict) =>
        conflict
          .columns(['site', 'entry'])
          .doUpdateSet((set) => ({ state, detail, attempts: set('projection.posting.attempts', '+', 1) })),
      )
      .execute();
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
    const context = {
      ...contextFor(entry, record, census, reviewed, await dependencies.deviceName(entry.log)),
      picture: (sha256: string) => pictures.get(sha256),
    };
    await mark(entry.id, 'posting', null);
    const result = await postResources(gateway, resourcesFor({ id: entry.id, body }, context));
    switch (result.kind) {
      case 'posted':
        await dependencies.tellOutcome(entry.ward, entry.patient, {
          entry: entry.id,
          outcome: 'posted',
          resources: result.resources,
        });
        await unmark(entry.id);
        return true;
      case 'refused':
        await dependencies.tellOutcome(entry.ward, entry.patient, {
          entry: entry.id,
          outcome: 'refused',
          resources: [],
          detail: result.message.slice(0, 2000),
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

  async function run(): Promise<void> {
    problem = null;
    const census = await dependencies.census();
    const known = new Map([...census].map(([patient, snapshot]) => [patient, snapshot.ehrPatient]));
    const records = await readRecords(db, site, {}, known, dependencies.directory(), dependencies.roster());
    const reviewed = new Map(records.flatMap((record) => record.reviewed).map((entry) => [entry.id, entry]));
    for (const record of records) {
      const work = record.reviewed
        .filter(
          (entry) => entry.state === 'approved' || entry.state === 'unknown' || entry.state === 'posting',
        )
        .sort(byPostingOrder);
      if (work.length === 0 || !(await takeLease(record.patient))) continue;
      for (const entry of work) {
        if (!(await takeLease(record.patient)) || !(await postEntry(entry, record, census, reviewed))) return;
      }
      await db
        .deleteFrom('projection.lease')
        .where('site', '=', site)
        .where('patient', '=', record.patient)
        .where('holder', '=', holder)
        .execute();
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
      const known = new Map(
        [...(await dependencies.census())].map(([patient, snapshot]) => [patient, snapshot.ehrPatient]),
      );
      const states = (
        await readRecords(db, site, {}, known, dependencies.directory(), dependencies.roster())
      ).flatMap((record) => record.reviewed.map((entry) => entry.state));
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

function contextFor(
  entry: Reviewed,
  record: PatientRecord,
  census: Map<string, SnapshotPatient>,
  reviewed: Map<string, Reviewed>,
  deviceName: string,
): ToFhirContext {
  const snapshot = census.get(entry.patient);
  const ehrPatient =
    snapshot?.ehrPatient ??
    (record.link && 'ehrPatient' in record.link ? record.link.ehrPatient : `ll-${entry.patient}`);
  const orders = new Map(
    [...census.values()].flatMap((patient) => patient.orders.map((order) => [order.id, order])),
  );
  const registered = record.reviewed.find(
    (other) => other.body?.kind === 'patient-registered' && other.standing === 'current',
  )?.body;
  const birthDate =
    snapshot?.birthDate ?? (registered?.kind === 'patient-registered' ? registered.birthDate : undefined);
  const decision = entry.decision!;
  return {
    ehrPatient,
    ...(snapshot?.ehrEncounter === undefined ? {} : { ehrEncounter: snapshot.ehrEncounter }),
    ...(birthDate === undefined ? {} : { birthDate }),
    identifierSystem: IDENTIFIER_SYSTEM,
    deviceName,
    reviewer: { name: decision.author.name, signedInBy: decision.signedInBy, at: decision.effectiveAt },
    orderReference(order) {
      const inEhr = orders.get(order);
      if (inEhr) return { reference: `MedicationRequest/${inEhr.ehrId}` };
      const ours = reviewed.get(order)?.body;
      if (ours?.kind !== 'order-signed' && ours?.kind !== 'order-received')
        return { display: `Downtime order ${order}` };
      const type =
        ours.detail.category === 'medication'
          ? 'MedicationRequest'
          : ours.detail.category === 'diet'
            ? 'NutritionOrder'
            : 'ServiceRequest';
      return { reference: `${type}/${order}` };
    },
    isPregnant: (at) => {
      const said = record.reviewed
        .flatMap(({ body, standing }) =>
          body?.kind === 'pregnancy-recorded' && standing === 'current' && body.effectiveAt <= at
            ? [body]
            : [],
        )
        .sort((a, b) => (a.effectiveAt < b.effectiveAt ? -1 : 1))
        .at(-1);
      return said?.status === 'pregnant' || said?.status === 'within-42-days-after-birth';
    },
    infusion: (turn) => turnsAround(turn, record.reviewed),
    secondSignatures: (id) =>
      record.reviewed.flatMap(({ body, standing }) =>
        body?.kind === 'entry-witnessed' && body.entry === id && standing === 'current'
          ? [{ name: body.author.name, at: body.effectiveAt }]
          : [],
      ),
  };
}

/** The turn that an infusion began with, and when the one after this came: of those that stand. */
function turnsAround(id: string, reviewed: readonly Reviewed[]): { firstTurn?: string; until?: string } {
  const own = reviewed.find((entry) => entry.id === id)?.body;
  if (own?.kind !== 'infusion-charted') return {};
  const turns = reviewed
    .flatMap(({ id, body, standing }) =>
      body?.kind === 'infusion-charted' && body.order === own.order && standing === 'current'
        ? [{ id, body, at: Date.parse(body.effectiveAt) }]
        : [],
    )
    .sort((a, b) => a.at - b.at);
  const place = turns.findIndex((turn) => turn.id === id);
  const first = turns.slice(0, place + 1).findLast(({ body }) => body.action === 'started');
  const next = turns[place + 1];
  return {
    ...(first ? { firstTurn: first.id } : {}),
    ...(next ? { until: next.body.effectiveAt } : {}),
  };
}
