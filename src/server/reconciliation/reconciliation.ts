import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { type Author, picturesIn, type SnapshotPatient, WardBody } from '../../clinical/index.ts';
import type { RankedCandidate } from '../../matching/index.ts';
import { wardScope } from '../../site/index.ts';
import type { Decisions, PushState, ReviewPatient, Worklist } from '../../wire/workbench.ts';
import type { Census } from '../census/import-census.ts';
import type { Database } from '../database/schema.ts';
import type { FhirGateway } from '../ehr/gateway.ts';
import type { EpochRecord } from '../epoch.ts';
import { createLeases } from '../leases.ts';
import { fhirHash, readPicture, type StoredPicture } from '../pictures.ts';
import type { Projection } from '../projection.ts';
import type { Quarantine } from '../quarantine.ts';
import { RefusalError } from '../refusal.ts';
import type { SiteIdentity } from '../site-identity.ts';
import type { SiteLog } from '../site-log.ts';
import type { SiteRecords } from '../site-records.ts';
import { candidatesFor } from './candidates.ts';
import { judgeDecision } from './decisions.ts';
import { readEhrSide } from './ehr-side.ts';
import { createPosting } from './posting.ts';
import { createRecords } from './records.ts';
import type { PatientRecord } from './ward-entries.ts';
import { worklistOfWard, worklistRow } from './worklist.ts';

export interface Reconciliation {
  /** Of these wards. */
  worklist(wards: readonly string[]): Promise<Worklist>;
  /** Every patient's entries as they stand now, and what the EHR says of who is there. */
  everything(): Promise<{ found: PatientRecord[]; snapshots: Map<string, SnapshotPatient> }>;
  patient(id: string): Promise<ReviewPatient>;
  /** A picture that an entry about this patient names. */
  picture(patient: string, sha256: string): Promise<StoredPicture>;
  candidates(id: string): Promise<RankedCandidate[]>;
  link(id: string, decision: { ehrPatient: string } | { confirmedNew: true }, by: Author): Promise<void>;
  unlink(id: string, by: Author): Promise<void>;
  decide(
    decisions: Decisions['decisions'],
    by: Author,
    signedInBy: string,
    wards: readonly string[],
  ): Promise<{ entry: string; ok: boolean; message?: string }[]>;
  push(): Promise<void>;
  pushState(): Promise<PushState>;
}

interface Dependencies {
  db: Kysely<Database>;
  identity: SiteIdentity;
  site: SiteRecords;
  siteLog: SiteLog;
  projection: Projection;
  quarantine: Pick<Quarantine, 'count'>;
  census: Census;
  gateway: FhirGateway | undefined;
  /** Resolves when no upload is being taken in, or soon. */
  letUploadsPass(): Promise<void>;
  epoch: EpochRecord;
  clock: () => number;
}

/** In the EHR, or perhaps. */
const IN_EHR: readonly string[] = ['posted', 'posting', 'unknown'];

/** The workbench's rules: who is this patient, what goes into the EHR, and who said so. Every decision is an entry. */
export function createReconciliation(dependencies: Dependencies): Reconciliation {
  const { db, identity, site, siteLog, projection, quarantine, census, gateway, clock } = dependencies;
  const now = (): string => new Date(clock()).toISOString();

  const records = createRecords({
    db,
    site: identity.site,
    directory: site.directory,
    roster: site.roster,
    known: census.known,
    caughtUp: projection.catchUp,
    letUploadsPass: dependencies.letUploadsPass,
  });

  async function record(
    id: string,
  ): Promise<{ record: PatientRecord; snapshot: SnapshotPatient | undefined }> {
    const { found, snapshots } = await records.of(id);
    if (!found) throw new RefusalError(404, 'no-patient', 'No entries of this patient have arrived.');
    return { record: found, snapshot: snapshots.get(id) };
  }

  async function tell(ward: string, patient: string, body: unknown): Promise<void> {
    await siteLog.append(wardScope(ward), site.recipients(ward), [{ patient, body: WardBody.parse(body) }]);
  }

  const server: Author = { id: identity.site, name: 'Lamplight server', role: 'records' };
  const leases = createLeases(db, identity.site, clock);
  const posting = createPosting({
    db,
    leases,
    records,
    site: identity.site,
    gateway,
    clock,
    async deviceName(log) {
      const row = await db
        .selectFrom('record.log')
        .where('site', '=', identity.site)
        .where('log', '=', log)
        .select('writer')
        .executeTakeFirst();
      return site.directory().devices.get(row?.writer ?? '')?.name ?? 'Lamplight server';
    },
    async pictures(patient, body) {
      const found = new Map<string, { data: string; hash: string }>();
      for (const { sha256 } of picturesIn(body)) {
        const picture = await readPicture(db, identity.site, patient, sha256);
        if (!picture) return undefined;
        found.set(sha256, { data: picture.base64, hash: fhirHash(picture) });
      }
      return found;
    },
    tellOutcome: async (ward, patient, outcome) => {
      await tell(ward, patient, {
        kind: 'posting-outcome',
        author: server,
        effectiveAt: now(),
        recordedAt: now(),
        ...outcome,
      });
      await projection.catchUp();
    },
  });

  return {
    everything: records.all,

    async worklist(wards) {
      const { found, snapshots } = await records.all();
      return {
        wards: [...site.directory().wards.values()]
          .filter((ward) => wards.includes(ward.ward))
          .map((ward) =>
            worklistOfWard(
              ward,
              found.filter((candidate) => candidate.ward === ward.ward),
              snapshots,
              now(),
            ),
          ),
        quarantined: await quarantine.count(),
      };
    },

    async patient(id) {
      const { record: found, snapshot } = await record(id);
      const ehrPatient =
        snapshot?.ehrPatient ??
        (found.link && 'ehrPatient' in found.link ? found.link.ehrPatient : undefined);
      const ehr = await readEhrSide(gateway, ehrPatient, found.reviewed);
      const devices = new Map(
        (
          await db
            .selectFrom('record.log')
            .where('site', '=', identity.site)
            .select(['log', 'writer'])
            .execute()
        ).map((log) => [log.log, site.directory().devices.get(log.writer)?.name ?? 'Lamplight server']),
      );
      const link =
        found.link === undefined
          ? null
          : 'ehrPatient' in found.link
            ? { ehrPatient: found.link.ehrPatient }
            : { confirmedNew: true as const };
      return {
        patient: worklistRow(found, snapshot, now()),
        ward: found.ward,
        link,
        entries: found.reviewed.map((entry) => ({
          id: entry.id,
          body: entry.body,
          standing: entry.standing,
          device: devices.get(entry.log) ?? 'Unknown device',
          receivedAt: entry.receivedAt.toISOString(),
          state: entry.state,
          ...(entry.stateReason === undefined ? {} : { stateReason: entry.stateReason }),
          resources: entry.resources.map(({ type, id: resource }) => ({ type, id: resource })),
          inEhr: ehr.kind === 'ok' ? (ehr.beside.get(entry.id) ?? []) : [],
        })),
        ehrProblem: ehr.kind === 'ok' ? null : ehr.reason,
      };
    },

    async picture(patient, sha256) {
      await projection.catchUp();
      const found = await readPicture(db, identity.site, patient, sha256);
      if (!found)
        throw new RefusalError(404, 'no-picture', 'This picture has not arrived yet, or not all of it.');
      return found;
    },

    async candidates(id) {
      const { record: found } = await record(id);
      return candidatesFor(found, gateway);
    },

    async link(id, decision, by) {
      const { record: found, snapshot } = await record(id);
      if (snapshot)
        throw new RefusalError(409, 'known', 'This patient came from the EHR and needs no match.');
      if (found.link)
        throw new RefusalError(409, 'linked', 'This patient is matched already. Undo that match first.');
      const base = { author: by, effectiveAt: now(), recordedAt: now() };
      if ('confirmedNew' in decision) return tell(found.ward, id, { kind: 'patient-confirmed-new', ...base });
      const best = (await candidatesFor(found, gateway)).find(
        (candidate) => candidate.ehrPatient === decision.ehrPatient,
      );
      const evidence = best
        ? [
            `match weight ${best.weight.toFixed(1)}`,
            ...best.reasons.map((reason) => `${reason.field}: ${reason.verdict}`),
          ]
        : ['chosen by hand'];
      await tell(found.ward, id, {
        kind: 'patient-linked',
        ...base,
        ehrPatient: decision.ehrPatient,
        evidence,
      });
    },

    async unlink(id, by) {
      // Whoever posts has the same lease, and reads the record after taking it.
      const holder = randomUUID();
      if (!(await leases.take(id, holder)))
        throw new RefusalError(
          409,
          'posting',
          'Entries of this patient are on their way into the EHR just now. Wait a moment, then look again.',
        );
      try {
        const { record: found } = await record(id);
        if (!found.link) throw new RefusalError(409, 'not-linked', 'This patient is not matched.');
        if (found.reviewed.some(({ state, resources }) => IN_EHR.includes(state) || resources.length > 0))
          throw new RefusalError(
            409,
            'posted',
            'Entries of this patient are in the EHR already, or may be. Correct the EHR first, then ask for help.',
          );
        await tell(found.ward, id, {
          kind: 'patient-unlinked',
          author: by,
          effectiveAt: now(),
          recordedAt: now(),
          replaces: found.link.entry,
        });
      } finally {
        await leases.give(id, holder);
      }
    },

    async decide(decisions, by, signedInBy, wards) {
      const { found } = await records.all();
      const entries = new Map(
        found.flatMap((candidate) => candidate.reviewed.map((entry) => [entry.id, entry])),
      );
      const desk = { by, signedInBy, wards, at: now() };
      const judged = decisions.map((decision) => ({
        entry: entries.get(decision.entry),
        decision,
        verdict: judgeDecision(entries.get(decision.entry), decision, desk),
      }));
      const byWard = Map.groupBy(
        judged.flatMap(({ entry, verdict }) =>
          entry && verdict.ok ? [{ ward: entry.ward, patient: entry.patient, body: verdict.body }] : [],
        ),
        ({ ward }) => ward,
      );
      for (const [ward, items] of byWard) await siteLog.append(wardScope(ward), site.recipients(ward), items);
      await projection.catchUp();
      return judged.map(({ decision, verdict }) =>
        verdict.ok
          ? { entry: decision.entry, ok: true }
          : { entry: decision.entry, ok: false, message: verdict.message },
      );
    },

    async push() {
      // A server that was restored from a backup does not know all outcomes: it waits for the tablets, or a person.
      await dependencies.epoch.reload();
      if (dependencies.epoch.restoredAt() !== undefined) return;
      await projection.catchUp();
      await posting.start();
    },
    async pushState() {
      await projection.catchUp();
      await dependencies.epoch.reload();
      const restoredAt = dependencies.epoch.restoredAt();
      return { ...(await posting.state()), ...(restoredAt === undefined ? {} : { restoredAt }) };
    },
  };
}
