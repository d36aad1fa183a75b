import { type Generated, type Kysely, sql } from 'kysely';

/**
 * Two schemas. `record` is the truth: sealed entries, and what cannot be rebuilt. `projection` holds names in clear
 * for matching and worklists; backups leave it out, since it is rebuilt from the entries and the EHR.
 */
export interface Database {
  'record.meta': { site: string; key: string; value: string };
  'record.log': {
    site: string;
    log: string;
    writer: string;
    scope: string;
    seq: number;
    hash: Uint8Array;
    forked: boolean;
  };
  'record.entry': {
    site: string;
    log: string;
    seq: number;
    patient: string | null;
    hash: Uint8Array;
    bytes: Uint8Array;
    received_at: Generated<Date>;
  };
  'record.quarantine': {
    id: Generated<number>;
    site: string;
    hash: string;
    log: string | null;
    seq: number | null;
    kind: string;
    reason: string;
    bytes: Uint8Array;
    received_at: Generated<Date>;
    /** When it was taken in after all; until then it waits for a person. */
    released_at: Date | null;
  };
  /** Second histories: authentic entries at places that are taken. */
  'record.branch': {
    site: string;
    hash: string;
    log: string;
    seq: number;
    bytes: Uint8Array;
    received_at: Generated<Date>;
  };
  'record.enrolment_code': {
    site: string;
    code_hash: string;
    ward: string;
    expires_at: Date;
    used_at: Date | null;
    hardware_encrypted: boolean;
  };
  /** Tablets that asked to join with a code. Let in: the directory has the device. */
  'record.join_request': {
    site: string;
    device: string;
    name: string;
    signing_key: string;
    recipient: string;
    ward: string;
    hardware_encrypted: boolean;
    asked_at: Date;
    /** Whoever sets it lets the tablet in, so that of two administrators one does. */
    approved_at: Date | null;
    refused_at: Date | null;
  };
  /** One-time codes for ward hubs: what the directory will say of the hub stands with the code. */
  'record.hub_code': {
    site: string;
    code_hash: string;
    name: string;
    address: string;
    wards: string;
    app_origin: string;
    expires_at: Date;
    used_at: Date | null;
  };
  /** On a hub: the site server's signed words, the newest of each log and those about second histories. */
  'record.acknowledgement': {
    site: string;
    log: string;
    seq: number;
    hash: string;
    epoch: string;
    signature: string;
  };
  'record.snapshot_list': { site: string; ward: string; as_of: string; list: string };
  'record.snapshot_blob': {
    site: string;
    hash: string;
    ward: string;
    patient: string;
    digest: string;
    bytes: Uint8Array;
  };
  'projection.log': { site: string; log: string; projected: number };
  'projection.entry': {
    site: string;
    log: string;
    seq: number;
    patient: string;
    ward: string;
    kind: string;
    body: unknown;
    /** Who wrote it, and where, when the log is not what says so. */
    origin: Generated<unknown>;
    hlc_wall: string;
    hlc_counter: number;
    received_at: Date;
  };
  /** Branch entries that the server has taken over, and as what. */
  'projection.carried': { site: string; hash: string; entry: string };
  /** Entries that came in a moved patient's record before their own log did. */
  'projection.moved': { site: string; log: string; seq: number; hash: string };
  /** Parts of pictures, as base64: bodies in the projection leave them out. */
  'projection.picture': {
    site: string;
    patient: string;
    sha256: string;
    part: number;
    parts: number;
    content_type: string;
    data: string;
  };
  'projection.census_patient': {
    site: string;
    ward: string;
    patient: string;
    ehr_patient: string;
    body: unknown;
  };
  /** Everybody whom a census ever showed: entries are put into the EHR also after a patient has left it. */
  'projection.known_patient': {
    site: string;
    patient: string;
    ehr_patient: string;
    body: unknown;
    seen_at: Date;
  };
  'projection.posting': {
    site: string;
    entry: string;
    state: 'posting' | 'unknown';
    detail: string | null;
    attempts: number;
    /** What was sent, or was about to be: a repeat sends the same. */
    sent: unknown;
  };
  /** The audit trail, readable; one row for each event. */
  'projection.audit': {
    site: string;
    log: string;
    seq: number;
    position: number;
    at: Date;
    what: string;
    staff: string | null;
    patient: string | null;
    writer: string;
    event: unknown;
  };
  /** Passkeys for the desk: public keys, so nothing here opens anything. */
  'record.passkey': {
    site: string;
    credential: string;
    staff: string;
    name: string;
    public_key: string;
    counter: string;
    added_at: Date;
    last_used_at: Date | null;
  };
  /** Secrets of authenticator apps, sealed; recovery codes as fingerprints. */
  'record.one_time_code': {
    site: string;
    staff: string;
    sealed: string;
    confirmed_at: Date | null;
    last_step: number;
    recovery: string;
  };
  /** What the hospital's identity provider calls people. */
  'record.outside_name': { site: string; name: string; staff: string };
  /** People at the desk, by the hash of their cookie. */
  'projection.session': {
    site: string;
    token_hash: string;
    staff: string;
    key: string;
    signed_in_by: string;
    opened_at: Date;
    used_at: Date;
  };
  'projection.pending_sign_in': { site: string; id: string; purpose: string; value: string; until: Date };
  'projection.lease': { site: string; patient: string; holder: string; until: Date };
  'projection.device_contact': {
    site: string;
    device: string;
    last_seen_at: Date;
    snapshot_as_of: string | null;
  };
  /** Places that a tablet said it holds, further than what is here: of each log the last, as of its last offer. */
  'projection.device_holds': { site: string; device: string; log: string; seq: number };
}

/** Additive migrations, each run once, in one transaction with its version stamp. One dialect: PostgreSQL 15. */
const MIGRATIONS: readonly string[] = [
  `
  create schema record;
  create schema projection;
  create table record.meta (site text, key text, value text not null, primary key (site, key));
  create table record.log (
    site text, log text, writer text not null, scope text not null, seq integer not null, hash bytea not null,
    forked boolean not null default false, primary key (site, log));
  create index on record.log (site, scope);
  create table record.entry (
    site text, log text, seq integer, patient text, hash bytea not null, bytes bytea not null,
    received_at timestamptz not null default now(), primary key (site, log, seq));
  create table record.quarantine (
    id integer generated always as identity primary key, site text not null, hash text not null, log text, seq integer,
    kind text not null, reason text not null, bytes bytea not null, received_at timestamptz not null default now(),
    unique (site, hash));
  create table record.enrolment_code (
    site text, code_hash text, ward text not null, expires_at timestamptz not null, used_at timestamptz,
    primary key (site, code_hash));
  create table record.snapshot_list (site text, ward text, as_of text, list text not null, primary key (site, ward, as_of));
  create table record.snapshot_blob (
    site text, hash text, ward text not null, patient text not null, digest text not null, bytes bytea not null,
    primary key (site, hash));
  create index on record.snapshot_blob (site, ward, patient);
  create table projection.log (site text, log text, projected integer not null, primary key (site, log));
  create table projection.entry (
    site text, log text, seq integer, patient text not null, ward text not null, kind text not null, body jsonb,
    hlc_wall bigint not null, hlc_counter bigint not null, received_at timestamptz not null, primary key (site, log, seq));
  create index on projection.entry (site, patient);
  create index on projection.entry (site, ward);
  create table projection.census_patient (
    site text, ward text, patient text, ehr_patient text not null, body jsonb not null, primary key (site, ward, patient));
  create table projection.posting (
    site text, entry text, state text not null, detail text, attempts integer not null default 0, primary key (site, entry));
  create table projection.lease (site text, patient text, holder text not null, until timestamptz not null, primary key (site, patient));
  create table projection.device_contact (
    site text, device text, last_seen_at timestamptz not null, snapshot_as_of text, primary key (site, device));
  `,
  `create table record.branch (
    site text, hash text, log text not null, seq integer not null, bytes bytea not null,
    received_at timestamptz not null default now(), primary key (site, hash));
  create index on record.branch (site, log, seq);
  create table projection.carried (site text, hash text, entry text not null, primary key (site, hash))`,
  `create table record.hub_code (
    site text, code_hash text, name text not null, address text not null, wards text not null, app_origin text not null,
    expires_at timestamptz not null, used_at timestamptz, primary key (site, code_hash));
  create table record.acknowledgement (
    site text, log text, seq integer not null, hash text, epoch text not null, signature text not null,
    primary key (site, log, hash));
  create table projection.moved (site text, log text, seq integer, hash text not null, primary key (site, log, seq))`,
  `alter table record.enrolment_code add column hardware_encrypted boolean not null default false`,
  `create table projection.audit (
    site text, log text, seq integer, position integer, at timestamptz not null, what text not null, staff text,
    patient text, writer text not null, event jsonb not null, primary key (site, log, seq, position));
  create index on projection.audit (site, at);
  create index on projection.audit (site, patient, at)`,
  `alter table record.quarantine add column released_at timestamptz`,
  `create table record.passkey (
    site text, credential text, staff text not null, name text not null, public_key text not null,
    counter bigint not null, added_at timestamptz not null, last_used_at timestamptz, primary key (site, credential));
  create index on record.passkey (site, staff);
  create table record.one_time_code (
    site text, staff text, sealed text not null, confirmed_at timestamptz, last_step integer not null default 0,
    recovery text not null, primary key (site, staff));
  create table record.outside_name (site text, name text, staff text not null, primary key (site, name));
  create table projection.session (
    site text, token_hash text, staff text not null, key text not null, signed_in_by text not null,
    opened_at timestamptz not null, used_at timestamptz not null, primary key (site, token_hash));
  create index on projection.session (site, staff);
  create table projection.pending_sign_in (
    site text, id text, purpose text not null, value text not null, until timestamptz not null, primary key (site, id))`,
  `create table projection.picture (
    site text, patient text, sha256 text, part integer, parts integer not null, content_type text not null,
    data text not null, primary key (site, patient, sha256, part))`,
  // What was projected before did not know where taken-over and moved entries came from: it is read again.
  `alter table projection.entry add column origin jsonb;
  delete from projection.log;
  delete from projection.entry;
  delete from projection.carried;
  delete from projection.moved`,
  `create table projection.device_holds (
    site text, device text, log text, seq integer not null, primary key (site, device, log))`,
  `create table projection.known_patient (
    site text, patient text, ehr_patient text not null, body jsonb not null, seen_at timestamptz not null,
    primary key (site, patient));
  insert into projection.known_patient (site, patient, ehr_patient, body, seen_at)
    select distinct on (site, patient) site, patient, ehr_patient, body, now() from projection.census_patient`,
  `alter table projection.posting add column sent jsonb`,
  `create index on projection.entry (site, kind)`,
  `create table record.join_request (
    site text, device text, name text not null, signing_key text not null, recipient text not null, ward text not null,
    hardware_encrypted boolean not null, asked_at timestamptz not null, approved_at timestamptz,
    refused_at timestamptz, primary key (site, device))`,
];

/** Brings the database to this version of the schema. Safe to run on every start, from several nodes. */
export async function migrate(db: Kysely<Database>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`create table if not exists public.lamplight_migration (version integer primary key, applied_at timestamptz not null default now())`.execute(
      tx,
    );
    await sql`lock table public.lamplight_migration in exclusive mode`.execute(tx);
    const { rows } = await sql<{ version: number }>`select version from public.lamplight_migration`.execute(
      tx,
    );
    const applied = new Set(rows.map((row) => row.version));
    for (const [index, statements] of MIGRATIONS.entries()) {
      if (applied.has(index + 1)) continue;
      for (const statement of statements.split(';').filter((text) => text.trim() !== ''))
        await sql.raw(statement).execute(tx);
      await sql`insert into public.lamplight_migration (version) values (${index + 1})`.execute(tx);
    }
  });
}
