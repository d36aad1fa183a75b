import type { Kysely } from 'kysely';
import {
  bedWords,
  type Charted,
  type EntryOrigin,
  type OpenedEntry,
  partByBelief,
  type Signature,
  type Standing,
  signatures,
  standings,
  WardBody,
} from '../../clinical/index.ts';
import { entryId } from '../../log/index.ts';
import { type Directory, originOf, type Roster, trustProblem } from '../../site/index.ts';
import type { PostingState } from '../../wire/workbench.ts';
import type { Database } from '../database/schema.ts';

/** One entry as records staff see it: what it says, what became of it, how far it is on its way into the EHR. */
export interface Reviewed {
  id: string;
  patient: string;
  ward: string;
  log: string;
  body: WardBody | null;
  hlc: OpenedEntry['hlc'];
  standing: Standing;
  receivedAt: Date;
  state: PostingState;
  stateReason?: string;
  resources: { type: string; id: string }[];
  /** It may have been sent and is not to be sent any more: the EHR is only asked whether it has it. */
  askOnly?: true;
  /** What it corrects is in the EHR, or part of it: to post this beside it would enter it twice. */
  correctsPosted?: true;
  decision?: Extract<WardBody, { kind: 'review-decided' }>;
}

export interface PatientRecord {
  patient: string;
  ward: string;
  reviewed: Reviewed[];
  opened: OpenedEntry[];
  /** By entry: who signed it as the second person. */
  signatures: Record<string, Signature[]>;
  link: { ehrPatient: string; entry: string } | { confirmedNew: true; entry: string } | undefined;
}

/** Kinds that are about other entries, not charting. */
const ABOUT_RECORDS: readonly string[] = [
  'patient-linked',
  'patient-confirmed-new',
  'patient-unlinked',
  'review-decided',
  'posting-outcome',
  'record-moved',
  // Shown and posted with the entry that names it.
  'attachment',
];

/** What a patient's record is folded with, besides the entries. */
export interface Reading {
  /** By entry: what is on its way, or was sent and not answered. */
  postings: ReadonlyMap<string, { state: 'posting' | 'unknown'; detail: string | null }>;
  /** Of each log. */
  writers: ReadonlyMap<string, string>;
  /** Whom of the EHR each patient is. */
  census: ReadonlyMap<string, string>;
  directory: Directory;
  roster: Roster;
}

/** Folds the projection of one patient into what the workbench shows. The state is derived, never stored. */
export async function readRecord(
  db: Kysely<Database>,
  site: string,
  patient: string,
  { postings, writers, census, directory, roster }: Reading,
): Promise<PatientRecord | undefined> {
  const own = await db
    .selectFrom('projection.entry')
    .where('site', '=', site)
    .where('patient', '=', patient)
    // As a database likes to give them today is not how it gives them tomorrow.
    .orderBy('log')
    .orderBy('seq')
    .selectAll()
    .execute();
  if (own.length === 0) return undefined;
  const problemOf = (entry: OpenedEntry): string | undefined =>
    trustProblem(
      directory,
      { ...originOf(entry, (log) => writers.get(log)), hlc: entry.hlc },
      entry.body?.author,
      roster,
    );
  const opened = own.map(
    (row): OpenedEntry => ({
      id: entryId(row.log, row.seq),
      patient,
      hlc: [Number(row.hlc_wall), Number(row.hlc_counter)],
      // Written by this server's projection from what it had parsed.
      ...(row.origin ? { origin: row.origin as EntryOrigin } : {}),
      body: row.body === null ? null : WardBody.parse(row.body),
    }),
  );
  const meta = new Map(own.map((row) => [entryId(row.log, row.seq), row]));
  const { believed, held } = partByBelief(opened, problemOf);
  const found = standings(believed);
  const link = currentLink(found.all);
  const said = saidOf(found.all);
  const signed = signatures(found);
  const counts = new Set(Object.values(signed).flatMap((each) => each.map(({ id }) => id)));
  // A patient whom nobody in the EHR is: everything else names the record that the registration makes there.
  const waitsForRegistration =
    !census.has(patient) && link !== undefined && 'confirmedNew' in link && !isRegistered(found.all);
  const reviewed = [
    ...found.all,
    ...found.unknown.map((entry) => ({ ...entry, standing: 'current' as const, replacedBy: [] })),
  ]
    .filter((charted) => charted.body === null || !ABOUT_RECORDS.includes(charted.body.kind))
    .map((charted): Reviewed => {
      const row = meta.get(charted.id)!;
      return {
        id: charted.id,
        patient,
        ward: row.ward,
        log: row.log,
        body: charted.body,
        hlc: charted.hlc,
        standing: charted.standing,
        receivedAt: row.received_at,
        ...stateOf(
          charted,
          said,
          waitsForRegistration && charted.body?.kind !== 'patient-registered'
            ? 'waits-for-registration'
            : census.has(patient) || link !== undefined
              ? 'known'
              : 'unmatched',
          postings.get(charted.id),
          counts.has(charted.id),
        ),
      };
    });
  reviewed.push(
    ...held.map(({ entry, reason }): Reviewed => {
      const row = meta.get(entry.id)!;
      return {
        ...entry,
        ward: row.ward,
        log: row.log,
        standing: 'current',
        receivedAt: row.received_at,
        state: 'held',
        stateReason: `Held back: ${reason}.`,
        resources: [],
      };
    }),
  );
  // Where the patient is now; while people say different things, where the first entry was charted.
  const places = new Set(bedWords(found).map((word) => word.ward?.id));
  const [place] = places;
  const first = [...own].sort((a, b) => Number(a.hlc_wall) - Number(b.hlc_wall))[0]!;
  const ward = places.size === 1 && place !== undefined ? place : first.ward;
  return { patient, ward, reviewed, opened: believed, signatures: signed, link };
}

type Said = { body: Extract<WardBody, { kind: 'posting-outcome' | 'review-decided' }> };

/** What people decided about each entry, and what the EHR said to it, in order. */
function saidOf(all: readonly Charted[]): Map<string, Said[]> {
  const said = new Map<string, Said[]>();
  for (const { body } of all) {
    if (body.kind !== 'posting-outcome' && body.kind !== 'review-decided') continue;
    const before = said.get(body.entry);
    if (before) before.push({ body });
    else said.set(body.entry, [{ body }]);
  }
  return said;
}

/** Whether the EHR has the patient whom a registration makes. */
const isRegistered = (all: Charted[]): boolean =>
  all.some(
    ({ id, body }) =>
      body.kind === 'patient-registered' &&
      all.some(
        (said) =>
          said.body.kind === 'posting-outcome' && said.body.outcome === 'posted' && said.body.entry === id,
      ),
  );

function currentLink(all: Charted[]): PatientRecord['link'] {
  const decided = all
    .filter(
      (charted) =>
        (charted.body.kind === 'patient-linked' || charted.body.kind === 'patient-confirmed-new') &&
        charted.standing === 'current',
    )
    .at(-1);
  if (decided?.body.kind === 'patient-linked')
    return { ehrPatient: decided.body.ehrPatient, entry: decided.id };
  if (decided?.body.kind === 'patient-confirmed-new') return { confirmedNew: true, entry: decided.id };
  return undefined;
}

export const CORRECTS_POSTED =
  'It corrects an entry that the EHR already holds: correct it there by hand, then reject this one with that reason.';

type State = Pick<
  Reviewed,
  'state' | 'stateReason' | 'resources' | 'decision' | 'askOnly' | 'correctsPosted'
>;

function stateOf(
  entry: Pick<Charted, 'id' | 'standing' | 'passedOver'> & { body: WardBody | null },
  saidOfAll: ReadonlyMap<string, Said[]>,
  patient: 'known' | 'unmatched' | 'waits-for-registration',
  posting: { state: 'posting' | 'unknown'; detail: string | null } | undefined,
  countsAsSignature: boolean,
): State {
  const none: { type: string; id: string }[] = [];
  if (entry.body === null)
    return {
      state: 'to-review',
      stateReason: 'This entry cannot be read here: see the quarantine.',
      resources: none,
    };
  if (entry.body.kind === 'conflict-settled')
    return {
      state: 'not-for-the-ehr',
      stateReason: 'What the ward decided about entries that contradicted each other.',
      resources: none,
    };
  if (entry.body.kind === 'entry-witnessed' && !(countsAsSignature && isHeld(entry.body.entry, saidOfAll)))
    return {
      state: 'not-for-the-ehr',
      stateReason: 'A second person signed: it goes where its entry goes.',
      resources: none,
    };
  if (entry.body.kind === 'entry-vouched')
    return { state: 'not-for-the-ehr', stateReason: 'Who vouched for what was held back.', resources: none };
  if (entry.body.kind === 'entered-in-error' && entry.passedOver !== undefined)
    return {
      state: 'not-for-the-ehr',
      stateReason: `It changes no other entry. ${entry.passedOver}`,
      resources: none,
    };
  const said = saidOfAll.get(entry.id) ?? [];
  const posted = said.find(({ body }) => body.kind === 'posting-outcome' && body.outcome !== 'refused')?.body;
  if (posted?.kind === 'posting-outcome')
    return {
      state: posted.outcome === 'posted' ? 'posted' : 'not-for-the-ehr',
      resources: posted.resources,
      ...(posted.detail === undefined ? {} : { stateReason: posted.detail }),
    };
  // The latest word of a person or the EHR counts: a refused entry can be approved again.
  const last = said.at(-1)?.body;
  // A signature is not reviewed: it follows the entry that it signs.
  const signed = entry.body.kind === 'entry-witnessed' ? entry.body.entry : undefined;
  const decision = (signed === undefined ? said : (saidOfAll.get(signed) ?? []))
    .filter(({ body }) => body.kind === 'review-decided')
    .at(-1)?.body;
  const decided = decision?.kind === 'review-decided' ? { decision } : {};
  // Perhaps it was sent, whatever became of it meanwhile: the EHR is asked before anything else is said of it.
  if (posting && (posting.state === 'unknown' || posting.detail === null) && decision)
    return {
      state: posting.state,
      ...(posting.detail === null ? {} : { stateReason: posting.detail }),
      resources: none,
      ...decided,
      ...(entry.standing === 'replaced' ||
      entry.standing === 'entered-in-error' ||
      patient === 'unmatched' ||
      (last?.kind === 'review-decided' && last.decision === 'rejected')
        ? { askOnly: true as const }
        : {}),
    };
  if (entry.standing === 'replaced')
    return { state: 'not-for-the-ehr', stateReason: 'Corrected by a later entry.', resources: none };
  if (entry.standing === 'entered-in-error')
    return { state: 'not-for-the-ehr', stateReason: 'Entered in error.', resources: none };
  const replacesPosted =
    entry.passedOver === undefined &&
    entry.body.replaces !== undefined &&
    (saidOfAll.get(entry.body.replaces) ?? []).some(
      ({ body }) =>
        body.kind === 'posting-outcome' && (body.outcome === 'posted' || body.resources.length > 0),
    );
  if (entry.body.kind === 'entered-in-error' && !replacesPosted)
    return { state: 'not-for-the-ehr', stateReason: 'What it corrects was never posted.', resources: none };

  if (last?.kind === 'posting-outcome')
    return {
      state: 'refused',
      stateReason: last.detail ?? 'The EHR refused it.',
      resources: last.resources,
      ...decided,
    };
  // Also where it was approved before the EHR had answered about the other.
  if (replacesPosted && !(last?.kind === 'review-decided' && last.decision === 'rejected'))
    return { state: 'to-review', stateReason: CORRECTS_POSTED, resources: none, correctsPosted: true };
  if (signed === undefined && last?.kind !== 'review-decided') return { state: 'to-review', resources: none };
  if (last?.kind === 'review-decided' && last.decision === 'rejected')
    return { state: 'rejected', stateReason: last.reason ?? '', resources: none, ...decided };
  if (patient !== 'known')
    return {
      state: 'waiting-for-match',
      ...(patient === 'unmatched'
        ? {}
        : {
            stateReason:
              'Waits until the new patient is in the EHR: approve the registration; where the EHR refused it, its line says why.',
          }),
      resources: none,
      ...decided,
    };
  if (posting)
    return {
      state: posting.state,
      ...(posting.detail === null ? {} : { stateReason: posting.detail }),
      resources: none,
      ...decided,
    };
  return { state: 'approved', resources: none, ...decided };
}

/** Whether the EHR has something of this entry that a signature can be set under. */
const isHeld = (entry: string, saidOfAll: ReadonlyMap<string, Said[]>): boolean =>
  (saidOfAll.get(entry) ?? []).some(
    ({ body }) =>
      body.kind === 'posting-outcome' &&
      body.outcome === 'posted' &&
      body.resources.some(({ type }) => type !== 'Provenance'),
  );

/** What the next clinician needs first goes first (forms.md, "Order of putting back into the EHR"). */
const POSTING_ORDER: readonly string[] = [
  'patient-registered',
  'allergy-recorded',
  'no-known-allergies-recorded',
  'order-signed',
  'order-received',
  'order-stopped',
  'order-held',
  'order-resumed',
  'order-acknowledged',
  'result-received',
  'medication-administration',
  'body-measured',
  'vital-signs',
  'gcs-assessed',
  'glucose-measured',
  'fluid-recorded',
  'pain-assessed',
  'pregnancy-recorded',
  'device-charted',
  'screen-recorded',
  'escalation-recorded',
  'note',
  'handoff-written',
  'form-answered',
];

export function byPostingOrder(a: Reviewed, b: Reviewed): number {
  const rank = (entry: Reviewed): number => {
    const index = POSTING_ORDER.indexOf(entry.body?.kind ?? '');
    return index < 0 ? POSTING_ORDER.length : index;
  };
  return rank(a) - rank(b) || a.hlc[0] - b.hlc[0] || a.hlc[1] - b.hlc[1];
}
