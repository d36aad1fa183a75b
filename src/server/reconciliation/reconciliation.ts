import type { Kysely } from 'kysely';
import { type Author, foldChart, type SnapshotPatient, WardBody } from '../../clinical/index.ts';
import { snapshotFromFhir } from '../../interop/index.ts';
import { type RankedCandidate, rankCandidates } from '../../matching/index.ts';
import { wardScope } from '../../site/index.ts';
import type { Decisions, PushState, ReviewPatient, Worklist } from '../../wire/workbench.ts';
import type { Census } from '../census/import-census.ts';
import type { Database } from '../database/schema.ts';
import type { FhirGateway } from '../ehr/gateway.ts';
import { findPatients } from '../ehr/read-census.ts';
import type { EpochRecord } from '../epoch.ts';
import type { Projection } from '../projection.ts';
import type { Quarantine } from '../quarantine.ts';
import { RefusalError } from '../refusal.ts';
import type { SiteIdentity } from '../site-identity.ts';
import type { SiteLog } from '../site-log.ts';
import type { SiteRecords } from '../site-records.ts';
import { readEhrSide } from './ehr-side.ts';
import { createPosting } from './posting.ts';
import { type PatientRecord, readRecords } from './ward-entries.ts';

export interface Reconciliation {
  /** Of these wards. */
  worklist(wards: readonly string[]): Promise<Worklist>;
  patient(id: string): Promise<ReviewPatient>;
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
  epoch: EpochRecord;
  clock: () => number;
}

/** The workbench's rules: who is this patient, what goes into the EHR, and who said so. Every decision is an entry. */
export function createReconciliation(dependencies: Dependencies): Reconciliation {
  const { db, identity, site, siteLog, projection, quarantine, census, gateway, clock } = dependencies;
  const now = (): string => new Date(clock()).toISOString();

  async function censusPatients(): Promise<Map<string, SnapshotPatient>> {
    const lists = await Promise.all([...site.directory().wards.keys()].map((ward) => census.patients(ward)));
    return new Map(lists.flat().map((patient) => [patient.id, patient]));
  }

  async function records(where: {
    ward?: string;
    patient?: string;
  }): Promise<{ found: PatientRecord[]; snapshots: Map<string, SnapshotPatient> }> {
    await projection.catchUp();
    const snapshots = await censusPatients();
    return {
      found: await readRecords(
        db,
        identity.site,
        where,
        new Map([...snapshots].map(([id, snapshot]) => [id, snapshot.ehrPatient])),
        site.directory(),
        site.roster(),
      ),
      snapshots,
    };
  }

  async function record(
    id: string,
  ): Promise<{ record: PatientRecord; snapshot: SnapshotPatient | undefined }> {
    const { found, snapshots } = await records({ patient: id });
    if (!found[0]) throw new RefusalError(404, 'no-patient', 'No entries of this patient have arrived.');
    return { record: found[0], snapshot: snapshots.get(id) };
  }

  async function tell(ward: string, patient: string, body: unknown): Promise<void> {
    await siteLog.append(wardScope(ward), site.recipients(ward), [{ patient, body: WardBody.parse(body) }]);
  }

  const server: Author = { id: identity.site, name: 'Lamplight server', role: 'records' };
  const posting = createPosting({
    db,
    site: identity.site,
    gateway,
    clock,
    census: censusPatients,
    directory: site.directory,
    roster: site.roster,
    async deviceName(log) {
      const row = await db
        .selectFrom('record.log')
        .where('site', '=', identity.site)
        .where('log', '=', log)
        .select('writer')
        .executeTakeFirst();
      return site.directory().devices.get(row?.writer ?? '')?.name ?? 'Lamplight server';
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

  type Row = Worklist['wards'][number]['patients'][number];

  function row(of: PatientRecord, snapshot: SnapshotPatient | undefined): Row {
    const identityOf = foldChart({
      patient: of.patient,
      entries: of.opened,
      ...(snapshot ? { snapshot, snapshotAsOf: now() } : {}),
      now: now(),
    })?.identity;
    const count = (...states: string[]): number =>
      of.reviewed.filter((entry) => states.includes(entry.state)).length;
    return {
      id: of.patient,
      name: identityOf?.name ?? { family: 'Not known', given: '' },
      ...(identityOf?.birthDate === undefined ? {} : { birthDate: identityOf.birthDate }),
      sex: identityOf?.sex ?? 'unknown',
      numbers: identityOf?.numbers ?? [],
      ...(identityOf?.bed === undefined ? {} : { bed: identityOf.bed }),
      identity: snapshot
        ? 'ehr'
        : !of.link
          ? 'downtime-unmatched'
          : 'ehrPatient' in of.link
            ? 'downtime-linked'
            : 'downtime-new',
      toReview: count('to-review'),
      unposted: count('approved', 'posting', 'unknown', 'waiting-for-match'),
      problems: count('refused', 'unknown', 'held'),
    };
  }

  return {
    async worklist(wards) {
      const { found, snapshots } = await records({});
      return {
        wards: [...site.directory().wards.values()]
          .filter((ward) => wards.includes(ward.ward))
          .map((ward) => {
            const own = found.filter((candidate) => candidate.ward === ward.ward);
            const states = own.flatMap((candidate) => candidate.reviewed.map((entry) => entry.state));
            const count = (...wanted: string[]): number =>
              states.filter((state) => wanted.includes(state)).length;
            return {
              id: ward.ward,
              name: ward.name,
              counts: {
                toReview: count('to-review'),
                approved: count('approved', 'waiting-for-match'),
                posting: count('posting'),
                unknown: count('unknown'),
                posted: count('posted'),
                refused: count('refused'),
                rejected: count('rejected'),
              },
              patients: own
                .map((candidate) => row(candidate, snapshots.get(candidate.patient)))
                .sort((a, b) => b.toReview - a.toReview || a.name.family.localeCompare(b.name.family)),
            };
          }),
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
        patient: row(found, snapshot),
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

    async candidates(id) {
      const { record: found } = await record(id);
      const registered = found.reviewed.find(
        (entry) => entry.body?.kind === 'patient-registered' && entry.standing === 'current',
      )?.body;
      if (registered?.kind !== 'patient-registered' || !gateway) return [];
      const hints = {
        ...(registered.nameUnknown ? {} : { family: registered.name.family, given: registered.name.given }),
        ...(registered.birthDate === undefined ? {} : { birthDate: registered.birthDate }),
        ...(registered.claimedEhrNumber === undefined ? {} : { identifier: registered.claimedEhrNumber }),
      };
      const result = await findPatients(gateway, hints);
      if (result.kind !== 'ok')
        throw new RefusalError(
          503,
          'ehr-unreachable',
          'The EHR cannot be searched just now. Nothing is lost; try again when it is back.',
        );
      const candidates = result.patients.flatMap((raw) => {
        const read = snapshotFromFhir(
          {
            patient: raw,
            encounter: undefined,
            bed: undefined,
            allergies: [],
            conditions: [],
            medicationRequests: [],
            observations: [],
          },
          { id: '0'.repeat(32), orderId: () => '0'.repeat(32), timeZone: 'UTC' },
        );
        return read.ok
          ? [
              {
                ehrPatient: read.patient.ehrPatient,
                name: read.patient.name,
                sex: read.patient.sex,
                numbers: read.patient.numbers,
                ...(read.patient.birthDate === undefined ? {} : { birthDate: read.patient.birthDate }),
              },
            ]
          : [];
      });
      const claimed =
        registered.claimedEhrNumber === undefined
          ? []
          : [{ kind: 'MR' as const, value: registered.claimedEhrNumber }];
      return rankCandidates(
        {
          name: registered.name,
          nameUnknown: registered.nameUnknown,
          sex: registered.sex,
          numbers: claimed,
          ...(registered.birthDate === undefined ? {} : { birthDate: registered.birthDate }),
        },
        candidates,
      ).slice(0, 10);
    },

    async link(id, decision, by) {
      const { record: found, snapshot } = await record(id);
      if (snapshot)
        throw new RefusalError(409, 'known', 'This patient came from the EHR and needs no match.');
      if (found.link)
        throw new RefusalError(409, 'linked', 'This patient is matched already. Undo that match first.');
      const base = { author: by, effectiveAt: now(), recordedAt: now() };
      if ('confirmedNew' in decision) return tell(found.ward, id, { kind: 'patient-confirmed-new', ...base });
      const best = (await this.candidates(id)).find(
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
      const { record: found } = await record(id);
      if (!found.link) throw new RefusalError(409, 'not-linked', 'This patient is not matched.');
      if (found.reviewed.some((entry) => entry.state === 'posted'))
        throw new RefusalError(
          409,
          'posted',
          'Entries of this patient are in the EHR already. Correct the EHR first, then ask for help.',
        );
      await tell(found.ward, id, {
        kind: 'patient-unlinked',
        author: by,
        effectiveAt: now(),
        recordedAt: now(),
        replaces: found.link.entry,
      });
    },

    async decide(decisions, by, signedInBy, wards) {
      const { found } = await records({});
      const entries = new Map(
        found.flatMap((candidate) => candidate.reviewed.map((entry) => [entry.id, entry])),
      );
      const results: { entry: string; ok: boolean; message?: string }[] = [];
      const byWard = new Map<string, { patient: string; body: unknown }[]>();
      for (const { entry: id, decision, reason, corrected } of decisions) {
        const entry = entries.get(id);
        const fail = (message: string) => results.push({ entry: id, ok: false, message });
        if (!entry?.body) {
          fail('This entry is not here or cannot be read.');
          continue;
        }
        if (!wards.includes(entry.ward)) {
          fail('This entry belongs to a ward that you are not granted.');
          continue;
        }
        if ((decision === 'vouched') !== (entry.state === 'held')) {
          fail(
            entry.state === 'held'
              ? 'This entry is held back: first somebody has to vouch for it.'
              : 'This entry is not held back.',
          );
          continue;
        }
        if (decision === 'vouched') {
          if (reason === undefined) {
            fail('Say how you know that it is right.');
            continue;
          }
          const vouched = {
            kind: 'entry-vouched',
            author: by,
            effectiveAt: now(),
            recordedAt: now(),
            entries: [id],
            reason,
          };
          byWard.set(entry.ward, [
            ...(byWard.get(entry.ward) ?? []),
            { patient: entry.patient, body: WardBody.parse(vouched) },
          ]);
          results.push({ entry: id, ok: true });
          continue;
        }
        if (!['to-review', 'refused', 'rejected', 'approved', 'waiting-for-match'].includes(entry.state)) {
          fail('This entry is decided: it is in the EHR, on its way there, or replaced.');
          continue;
        }
        const base = {
          author: by,
          effectiveAt: now(),
          recordedAt: now(),
          ...(reason === undefined ? {} : { reason }),
        };
        // A correction is a new entry beside the old one, with its author; it is reviewed like any other.
        const body =
          decision === 'corrected'
            ? {
                ...entry.body,
                ...corrected,
                ...base,
                kind: entry.body.kind,
                effectiveAt: (corrected?.effectiveAt as string | undefined) ?? entry.body.effectiveAt,
                replaces: id,
              }
            : { kind: 'review-decided', ...base, entry: id, decision, signedInBy };
        if (decision === 'corrected' && reason === undefined) {
          fail('Say why it is corrected.');
          continue;
        }
        const parsed = WardBody.safeParse(body);
        if (!parsed.success) {
          fail(parsed.error.issues[0]?.message ?? 'The decision is not complete.');
          continue;
        }
        byWard.set(entry.ward, [
          ...(byWard.get(entry.ward) ?? []),
          { patient: entry.patient, body: parsed.data },
        ]);
        results.push({ entry: id, ok: true });
      }
      for (const [ward, items] of byWard) await siteLog.append(wardScope(ward), site.recipients(ward), items);
      await projection.catchUp();
      return results;
    },

    async push() {
      // A server that was restored from a backup does not know all outcomes: it waits for the tablets, or a person.
      if (dependencies.epoch.restoredAt() !== undefined) return;
      await projection.catchUp();
      await posting.start();
    },
    async pushState() {
      await projection.catchUp();
      const restoredAt = dependencies.epoch.restoredAt();
      return { ...(await posting.state()), ...(restoredAt === undefined ? {} : { restoredAt }) };
    },
  };
}
