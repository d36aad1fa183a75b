import { formatDate } from '../dates.ts';
import { CONFLICTS, describeEntry } from '../describe-entry.ts';
import { tallMan } from '../display.ts';
import type { ConflictKind, ConflictRef, MedicationDetail, OrderId } from '../entries/index.ts';
import { asksForPin } from '../replacing.ts';
import { byDueTime } from './due-doses.ts';
import { givenInSpite, knew } from './given-in-spite.ts';
import { type Infusion, infusionTurnsTwice } from './infusions.ts';
import { bedWords, isLater, logOf } from './moves.ts';
import type { End } from './orders.ts';
import { conflictKey, type Settlements } from './settlements.ts';
import { type Dispute, entriesOfKind, type Standings, standingEntries, stands } from './standing.ts';
import type { BedClaim, Charted, ChartOrder, Conflict, ConflictSide } from './types.ts';

const HOUR_MS = 3_600_000;
const MOST_WORDS = 300;

/**
 * What merging showed in one patient's chart and nobody has settled yet. Depends on the set of entries alone, never on
 * the order of their arrival, so every replica that holds both sides shows it under the same id.
 */
export function chartConflicts(
  patient: string,
  found: Standings,
  orders: readonly ChartOrder[],
  ends: ReadonlyMap<OrderId, End>,
  infusions: readonly Infusion[],
): Conflict[] {
  const conflict = (kind: ConflictKind, sides: readonly Charted[], message: string): Conflict =>
    aConflict(
      kind,
      sides.map((side) => sideOf(patient, side, found)),
      message,
      found.settlements,
    );
  const turnsOf = new Map(infusions.map(({ order, turns }) => [order, turns]));
  const all = [
    ...orders.flatMap((order) =>
      order.detail.category === 'medication'
        ? [
            ...sameDoseTwice(order, order.detail, conflict),
            ...tooSoon(order, order.detail, conflict),
            ...givenInSpite(found, order, ends.get(order.id), turnsOf.get(order.id) ?? [], conflict),
          ]
        : [],
    ),
    ...infusionTurnsTwice(infusions, conflict),
    ...twoBeds(found, conflict),
    ...allergyStatus(found, conflict),
    ...found.disputes.flatMap((dispute) => amendedTwice(found, dispute, conflict)),
    ...markedAgainstSettlement(found, conflict),
  ];
  return all.filter(({ id }) => !found.settlements.settled.has(id));
}

/** Of entries that are here; its id follows from kind and sides. */
export type MakeConflict = (kind: ConflictKind, sides: readonly Charted[], message: string) => Conflict;

/** The conflict of these sides, with the settlements of it that contradict each other. */
export function aConflict(
  kind: ConflictKind,
  sides: ConflictSide[],
  message: string,
  settlements: Pick<Settlements, 'standing'>,
): Conflict {
  const sorted = [...sides].sort((a, b) => (a.ref < b.ref ? -1 : a.ref > b.ref ? 1 : 0));
  const refs = new Set<ConflictRef>(sorted.map(({ ref }) => ref));
  return {
    id: conflictKey(kind, [...refs]),
    kind,
    patients: [...new Set(sorted.map(({ patient }) => patient))].sort(),
    message,
    sides: sorted,
    overrules: settlements.standing
      .filter(
        ({ body, disputed }) =>
          disputed && body.conflict === kind && body.entries.some((ref) => refs.has(ref)),
      )
      .map(({ id }) => id)
      .sort(),
  };
}

function sideOf(patient: string, { id, body }: Charted, found: Standings): ConflictSide {
  const { title, text } = describeEntry(body);
  const says = `${title} ${text}`.trim();
  return {
    ref: id,
    patient,
    kind: body.kind,
    says: says.length > MOST_WORDS ? `${says.slice(0, MOST_WORDS)}…` : says,
    by: body.author.name,
    at: body.effectiveAt,
    ...(asksForPin(body, (ref) => found.byId.get(ref)?.body) ? { signed: true } : {}),
  };
}

/** One due dose (order and due instant), however old, that several entries say was given. */
function sameDoseTwice(order: ChartOrder, detail: MedicationDetail, conflict: MakeConflict): Conflict[] {
  return [...byDueTime(order.administrations.filter(stands))].flatMap(([due, said]) => {
    const given = said.filter(({ body }) => body.outcome === 'given');
    // Corrections of one statement that contradict each other are that conflict, not two doses.
    if (given.length < 2 || given.every(({ standing }) => standing === 'concurrent')) return [];
    if (given.filter((dose) => !knew(dose, 'already-charted')).length < 2) return [];
    return [
      conflict(
        'same-dose-twice',
        given,
        `${tallMan(detail.medication.text)}: the dose due ${dueInWords(detail, due)} is charted as given ${given.length} times.`,
      ),
    ];
  });
}

/** As needed, a dose has no due instant: two within the order's least interval are compared. Neighbours in time only. */
function tooSoon(order: ChartOrder, detail: MedicationDetail, conflict: MakeConflict): Conflict[] {
  const { schedule } = detail;
  const least = schedule.type === 'as-needed' ? schedule.leastIntervalHours : undefined;
  if (least === undefined) return [];
  const given = order.administrations
    .filter((dose) => stands(dose) && dose.body.outcome === 'given' && dose.body.dueAt === undefined)
    .map((dose) => ({ dose, at: Date.parse(dose.body.effectiveAt) }))
    .sort((a, b) => a.at - b.at || (a.dose.id < b.dose.id ? -1 : 1));
  return given.slice(1).flatMap(({ dose, at }, index) => {
    const before = given[index]!;
    if (at - before.at >= least * HOUR_MS || knew(dose, 'too-soon') || knew(before.dose, 'too-soon'))
      return [];
    return [
      conflict(
        'same-dose-twice',
        [before.dose, dose],
        `${tallMan(detail.medication.text)}: two doses within ${least} ${least === 1 ? 'hour' : 'hours'}, the least that the order asks for.`,
      ),
    ];
  });
}

const wroteKnowing = (id: string, other: string): boolean => logOf(id) === logOf(other) && isLater(id, other);

/** "Bed 12" and "12" are one bed. */
export const bedName = (bed: string): string =>
  bed
    .trim()
    .toUpperCase()
    .replace(/^BED\s+/, '')
    .replace(/\s+/g, ' ');

function twoBeds(found: Standings, conflict: MakeConflict): Conflict[] {
  const claims = bedWords(found);
  if (new Set(claims.map(({ body, ward }) => `${ward?.id} ${bedName(body.bed)}`)).size < 2) return [];
  // The ward is named where a move is among them: bed 3 here is not bed 3 there.
  const named = claims.some(({ ward }) => ward !== undefined);
  return [
    conflict(
      'two-beds',
      claims,
      `Charted in bed ${claims
        .map(({ body, ward }) => `${body.bed}${named ? ` (${ward?.name ?? 'ward not said'})` : ''}`)
        .sort()
        .join(' and in bed ')}.`,
    ),
  ];
}

/** "No known allergies" beside an allergy, unless the allergy was recorded by somebody who could see it. */
function allergyStatus(found: Standings, conflict: MakeConflict): Conflict[] {
  const none = standingEntries(found, 'no-known-allergies-recorded');
  const allergies = standingEntries(found, 'allergy-recorded');
  const open = none.filter(({ id }) => !allergies.every((allergy) => wroteKnowing(allergy.id, id)));
  if (open.length === 0 || allergies.length === 0) return [];
  return [
    conflict(
      'allergy-status',
      [...open, ...allergies],
      `"No known allergies" was recorded, and ${allergies
        .map(({ body }) => body.substance.text)
        .sort()
        .join(', ')}.`,
    ),
  ];
}

function amendedTwice(
  found: Standings,
  { claims, contradictions }: Dispute,
  conflict: MakeConflict,
): Conflict[] {
  const sides = [...claims, ...contradictions].flatMap((id) => found.byId.get(id) ?? []);
  const kinds = new Set(sides.map(({ body }) => body.kind));
  if ([...kinds].every((kind) => kind === 'bed-assigned' || kind === 'patient-moved')) return [];
  const allergies = kinds.has('allergy-recorded') || kinds.has('no-known-allergies-recorded');
  // Both kinds at once: that conflict is found already.
  if (kinds.has('allergy-recorded') && kinds.has('no-known-allergies-recorded') && kinds.size === 2)
    return [];
  return [
    conflict(
      allergies && contradictions.length === 0 ? 'allergy-status' : 'concurrent-amendment',
      sides,
      allergies && contradictions.length === 0
        ? `The allergy status was changed on two tablets. ${kinds.has('no-known-allergies-recorded') ? 'Both are shown; decide which holds.' : 'All of it is shown, and all of it may be true.'}`
        : contradictions.length === 0
          ? 'The same entry was corrected twice, on different tablets. Both are shown; decide which holds.'
          : 'The same entry was corrected by one person and marked as an error by another. Decide which holds.',
    ),
  ];
}

/** One person decided that all of it is true, another marked a side as an error without having seen that. */
function markedAgainstSettlement(found: Standings, conflict: MakeConflict): Conflict[] {
  return found.settlements.standing.flatMap(({ id, body, disputed }) => {
    const settlement = found.byId.get(id);
    if (body.decision !== 'all-hold' || disputed || !settlement || !stands(settlement)) return [];
    const marks = body.entries
      .flatMap((ref) => found.byId.get(ref)?.replacedBy ?? [])
      .filter((by) => !wroteKnowing(by, id))
      .flatMap((by) => found.byId.get(by) ?? [])
      .filter((by) => by.body.kind === 'entered-in-error');
    if (marks.length === 0) return [];
    return [
      conflict(
        'concurrent-amendment',
        [settlement, ...marks],
        `${CONFLICTS[body.conflict]}: one person decided that all of it is true, another marked an entry as an error.`,
      ),
    ];
  });
}

/**
 * Where the patient is said to lie: by entries if there are any, else by the snapshot, else by the registration. What
 * lost against another patient's claim to the same bed is left out, and nothing older is put in its place. `ward`:
 * whose beds are asked for; absent: of any ward.
 */
export function bedClaims(
  patient: string,
  found: Standings,
  snapshotBed: string | undefined,
  ward: string | undefined,
): BedClaim[] {
  const words = bedWords(found);
  const assigned = words.map(({ id, body }) => ({
    kind: body.kind,
    ref: id,
    bed: body.bed,
    by: body.author.name,
    at: body.effectiveAt,
  }));
  const registration = entriesOfKind(found, 'patient-registered').filter(stands).at(-1);
  const first: BedClaim[] =
    snapshotBed !== undefined
      ? [{ kind: 'ehr', ref: patient, bed: snapshotBed, by: 'EHR' }]
      : registration?.body.bed !== undefined
        ? [
            {
              kind: 'patient-registered',
              ref: registration.id,
              bed: registration.body.bed,
              by: registration.body.author.name,
              at: registration.body.effectiveAt,
            },
          ]
        : [];
  // A bed of another ward is no bed of this one, and says that the one here is free.
  const isElsewhere = new Set(
    words.flatMap(({ id, ward: there }) => (ward !== undefined && there && there.id !== ward ? [id] : [])),
  );
  const claims: BedClaim[] = assigned.length > 0 ? assigned : first;
  return claims.filter(
    ({ ref, bed }) =>
      !isElsewhere.has(ref) &&
      !found.settlements.standing.some(
        ({ body, disputed }) =>
          !disputed &&
          body.conflict === 'two-in-one-bed' &&
          body.decision === 'these-hold' &&
          body.entries.includes(ref) &&
          !body.holds?.includes(ref) &&
          // The EHR's word is named by the patient alone: it lost for this bed, not for the next one.
          bedName(body.bed ?? '') === bedName(bed),
      ),
  );
}

/** In the order's own zone where it has one. */
function dueInWords(detail: MedicationDetail, due: number): string {
  const { schedule } = detail;
  const zone = schedule.type === 'times' ? schedule.timeZone : 'UTC';
  try {
    const at = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'short',
    }).format(due);
    return `${formatDate(at.slice(0, 10))} ${at.slice(11, 16)}${zone === 'UTC' ? ' UTC' : ''}`;
  } catch {
    return new Date(due).toISOString();
  }
}
