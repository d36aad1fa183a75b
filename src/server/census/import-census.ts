import { createHmac } from 'node:crypto';
import type { Kysely } from 'kysely';
import { SnapshotPatient } from '../../clinical/index.ts';
import { snapshotFromFhir } from '../../interop/index.ts';
import { type Bytes, fromBase64, toBase64, toHex, utf8 } from '../../log/index.ts';
import { openWith, patientKey, randomBytes, sealBox, sealTo, sha256 } from '../../seal/index.ts';
import { SnapshotList, signSnapshotList, snapshotContext, wardSettings } from '../../site/index.ts';
import type { CensusState } from '../../wire/workbench.ts';
import type { Database } from '../database/schema.ts';
import type { FhirGateway } from '../ehr/gateway.ts';
import { readWardCensus } from '../ehr/read-census.ts';
import { ownBytes } from '../ledger.ts';
import type { SiteIdentity } from '../site-identity.ts';
import type { SiteRecords } from '../site-records.ts';

export interface Census {
  refresh(): Promise<void>;
  state(): CensusState;
  listOf(ward: string): Promise<SnapshotList | undefined>;
  blobs(hashes: readonly string[], wards: readonly string[]): Promise<Bytes[]>;
  /** Who is on the ward by its last list. */
  patients(ward: string): Promise<SnapshotPatient[]>;
  /** Everybody whom a list ever named, as it last did: what was charted goes into the EHR after they have left, too. */
  known(): Promise<Map<string, SnapshotPatient>>;
  onChange(listener: (ward: string) => void): void;
}

/** The id of an EHR thing inside Lamplight: a keyed hash, the same on every node and after a restore. */
const derivedId = (identity: SiteIdentity, kind: 'patient' | 'order', ehrId: string): string =>
  createHmac('sha256', identity.secret).update(`${kind} ${ehrId}`).digest('hex').slice(0, 32);

/** Reads the ward census from the EHR and seals it for each ward: one blob a patient, only the changed ones anew. */
/** A tablet that lay in a drawer may still bring what was charted then. */
const KNOWN_FOR_MS = 90 * 24 * 3_600_000;

export function createCensus(
  db: Kysely<Database>,
  identity: SiteIdentity,
  site: SiteRecords,
  gateway: FhirGateway | undefined,
  clock: () => number,
): Census {
  const listeners: ((ward: string) => void)[] = [];
  const problems = new Map<string, string | null>();
  const summaries = new Map<string, { patients: number; asOf: string; warnings: number }>();
  let reachable: boolean | undefined;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function refreshWard(ward: string, ehrLocation: string): Promise<void> {
    // What the EHR says while it is read may be of any time since: it is as old as its beginning.
    const asOf = new Date(clock()).toISOString();
    const read = await readWardCensus(gateway!, ehrLocation, clock());
    reachable = read.kind !== 'unreachable';
    if (read.kind !== 'ok') {
      // The last snapshot stays: an old census is worth more than none.
      problems.set(ward, read.reason);
      return;
    }
    const directory = site.directory();
    const timeZone = directory.site?.timeZone ?? 'UTC';
    const { doseHours: hours } = wardSettings(directory.data, ward);
    const patients: SnapshotPatient[] = [];
    const warnings = [...read.warnings];
    for (const raw of read.patients) {
      const ehrId = String(raw.patient.id);
      const made = snapshotFromFhir(raw, {
        id: derivedId(identity, 'patient', ehrId),
        orderId: (order) => derivedId(identity, 'order', order),
        timeZone,
        hours,
      });
      if (made.ok) patients.push(made.patient);
      else warnings.push(made.message);
    }
    await store(ward, patients, asOf);
    problems.set(ward, warnings[0] ?? null);
    summaries.set(ward, {
      patients: patients.length,
      asOf,
      warnings: warnings.length + patients.reduce((sum, patient) => sum + patient.warnings.length, 0),
    });
    for (const listener of listeners) listener(ward);
  }

  async function snapshotKey(
    ward: string,
    list: SnapshotList | undefined,
  ): Promise<{ key: Bytes; keyFile: string }> {
    const recipients = site.recipients(ward);
    const meta = { site: identity.site, key: `snapshot key of ${ward}`, value: recipients.join(' ') };
    const known = await db
      .selectFrom('record.meta')
      .where('site', '=', meta.site)
      .where('key', '=', meta.key)
      .select('value')
      .executeTakeFirst();
    // After a rotation a new key: what the old identity opens must open no newer snapshot.
    if (list && known?.value === meta.value) {
      const key = await openWith(identity.identity, fromBase64(list.keyFile));
      if (key) return { key, keyFile: list.keyFile };
    }
    const key = randomBytes(32);
    const keyFile = toBase64(await sealTo(recipients, key));
    await db
      .insertInto('record.meta')
      .values(meta)
      .onConflict((conflict) => conflict.columns(['site', 'key']).doUpdateSet({ value: meta.value }))
      .execute();
    return { key, keyFile };
  }

  async function store(ward: string, patients: SnapshotPatient[], asOf: string): Promise<void> {
    const { key, keyFile } = await snapshotKey(ward, await census.listOf(ward));
    const held = new Map(
      (
        await db
          .selectFrom('record.snapshot_blob')
          .where('site', '=', identity.site)
          .where('ward', '=', ward)
          .select(['patient', 'digest', 'hash'])
          .execute()
      ).map((row) => [`${row.patient} ${row.digest}`, row.hash]),
    );
    const items: SnapshotList['patients'] = [];
    const fresh: { hash: string; patient: string; digest: string; bytes: Bytes }[] = [];
    for (const patient of patients) {
      const plain = utf8(JSON.stringify(patient));
      // Keyed, so that equal content shows only to whoever holds the site's secret.
      const digest = createHmac('sha256', identity.secret).update(keyFile).update(plain).digest('hex');
      let hash = held.get(`${patient.id} ${digest}`);
      if (hash === undefined) {
        const bytes = await sealBox(
          await patientKey(key, patient.id),
          plain,
          snapshotContext(ward, patient.id),
        );
        hash = toHex(await sha256(bytes));
        fresh.push({ hash, patient: patient.id, digest, bytes });
      }
      items.push({ patient: patient.id, blob: hash });
    }
    const list = await signSnapshotList({ ward, asOf, keyFile, patients: items }, identity.sign);
    await db.transaction().execute(async (tx) => {
      for (const blob of fresh)
        await tx
          .insertInto('record.snapshot_blob')
          .values({ site: identity.site, ward, ...blob })
          .execute();
      await tx
        .insertInto('record.snapshot_list')
        .values({ site: identity.site, ward, as_of: asOf, list: JSON.stringify(list) })
        .execute();
      const old = await tx
        .selectFrom('record.snapshot_list')
        .where('site', '=', identity.site)
        .where('ward', '=', ward)
        .orderBy('as_of', 'desc')
        .offset(2)
        .select('as_of')
        .execute();
      if (old.length > 0) {
        await tx
          .deleteFrom('record.snapshot_list')
          .where('site', '=', identity.site)
          .where('ward', '=', ward)
          .where(
            'as_of',
            'in',
            old.map((row) => row.as_of),
          )
          .execute();
      }
      await tx
        .deleteFrom('projection.census_patient')
        .where('site', '=', identity.site)
        .where('ward', '=', ward)
        .execute();
      for (const patient of patients) {
        await tx
          .insertInto('projection.census_patient')
          .values({
            site: identity.site,
            ward,
            patient: patient.id,
            ehr_patient: patient.ehrPatient,
            body: JSON.stringify(patient),
          })
          .execute();
        const known = {
          ehr_patient: patient.ehrPatient,
          body: JSON.stringify(patient),
          seen_at: new Date(asOf),
        };
        await tx
          .insertInto('projection.known_patient')
          .values({ site: identity.site, patient: patient.id, ...known })
          .onConflict((conflict) => conflict.columns(['site', 'patient']).doUpdateSet(known))
          .execute();
      }
      // Who has left and was never charted on is nobody's business here for longer.
      await tx
        .deleteFrom('projection.known_patient')
        .where('site', '=', identity.site)
        .where('seen_at', '<', new Date(Date.parse(asOf) - KNOWN_FOR_MS))
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('projection.entry')
                .select('projection.entry.seq')
                .whereRef('projection.entry.site', '=', 'projection.known_patient.site')
                .whereRef('projection.entry.patient', '=', 'projection.known_patient.patient'),
            ),
          ),
        )
        .execute();
    });
  }

  async function refreshAll(): Promise<void> {
    const failed: unknown[] = [];
    for (const { ward, ehrLocation } of site.directory().wards.values()) {
      if (ehrLocation === undefined) continue;
      // One ward that cannot be taken in is no reason to leave the others old (FAILURES 16).
      await refreshWard(ward, ehrLocation).catch((error: unknown) => {
        problems.set(ward, 'What the EHR says of this ward could not be taken in. The list before it stays.');
        failed.push(error);
      });
    }
    if (failed.length > 0) throw failed[0];
  }

  function start(): Promise<void> {
    running = refreshAll().finally(() => {
      running = undefined;
    });
    return running;
  }

  const census: Census = {
    refresh() {
      if (!gateway) return Promise.resolve();
      if (!running) return start();
      // What runs had begun before it was asked for: whoever asks now wants to know what the EHR says now.
      next ??= running
        .catch(() => undefined)
        .then(() => {
          next = undefined;
          return start();
        });
      return next;
    },

    state() {
      return {
        ehr: gateway === undefined ? 'not-configured' : reachable === false ? 'unreachable' : 'reachable',
        wards: [...site.directory().wards.values()].map((ward) => {
          const summary = summaries.get(ward.ward);
          return {
            id: ward.ward,
            name: ward.name,
            patients: summary?.patients ?? 0,
            asOf: summary?.asOf ?? null,
            warnings: summary?.warnings ?? 0,
            problem: problems.get(ward.ward) ?? null,
            idleLockSeconds: site.directory().idleLockSeconds.get(ward.ward) ?? 120,
          };
        }),
      };
    },

    async listOf(ward) {
      const row = await db
        .selectFrom('record.snapshot_list')
        .where('site', '=', identity.site)
        .where('ward', '=', ward)
        .orderBy('as_of', 'desc')
        .select('list')
        .executeTakeFirst();
      return row && SnapshotList.parse(JSON.parse(row.list));
    },

    async blobs(hashes, wards) {
      if (hashes.length === 0 || wards.length === 0) return [];
      const rows = await db
        .selectFrom('record.snapshot_blob')
        .where('site', '=', identity.site)
        .where('hash', 'in', hashes)
        .where('ward', 'in', wards)
        .select('bytes')
        .execute();
      return rows.map((row) => ownBytes(row.bytes));
    },

    async patients(ward) {
      const rows = await db
        .selectFrom('projection.census_patient')
        .where('site', '=', identity.site)
        .where('ward', '=', ward)
        .select('body')
        .execute();
      return rows.map((row) => SnapshotPatient.parse(row.body));
    },

    async known() {
      const rows = await db
        .selectFrom('projection.known_patient')
        .where('site', '=', identity.site)
        .select(['patient', 'body'])
        .execute();
      return new Map(rows.map((row) => [row.patient, SnapshotPatient.parse(row.body)]));
    },

    onChange(listener) {
      listeners.push(listener);
    },
  };
  return census;
}
