import type { BodyOf, OpenedEntry } from '../entries/index.ts';
import type { MedicationRules } from '../medication-rules.ts';
import { scoreNews2 } from '../news2.ts';
import { isMeasured } from '../not-done.ts';
import type { SnapshotPatient } from '../snapshot.ts';
import { DEFAULT_SETTINGS, type WardSettings } from '../ward-settings.ts';
import { afterDoses } from './after-doses.ts';
import { careOf } from './care.ts';
import { careRow } from './care-row.ts';
import { bedClaims, chartConflicts } from './conflicts.ts';
import { dueDoses } from './due-doses.ts';
import { chartAllergies, chartIdentity } from './identity.ts';
import { chartInfusions } from './infusions.ts';
import { medicationRow } from './medication-row.ts';
import { arrival, bedWords, carriedSnapshot, elsewhere } from './moves.ts';
import { chartOrders } from './orders.ts';
import { signatures } from './signatures.ts';
import { byClock, entriesOfKind, standingEntries, standings, stands } from './standing.ts';
import { type BoardRow, type Chart, type Charted, MEASUREMENT_KINDS } from './types.ts';

/** Raised whenever a row of the ward board would come out differently from the same entries. */
export const FOLD_VERSION = 18;

export interface ChartInput {
  patient: string;
  entries: readonly OpenedEntry[];
  snapshot?: SnapshotPatient;
  /** "EHR data as of"; with `snapshot`. */
  snapshotAsOf?: string;
  /** There is a snapshot of this patient and it does not open. */
  snapshotUnreadable?: boolean;
  /** The EHR's newest list of the ward does not name this patient: `snapshot` is what it said last. */
  leftTheList?: boolean;
  /** Whose chart this is; absent: of the whole site, for records staff. */
  ward?: string;
  now: string;
  /** What the ward has set about due doses; absent: the defaults. */
  rules?: MedicationRules;
  /** What the ward has set; absent: the defaults. */
  settings?: WardSettings;
}

/**
 * Folds everything said about one patient into the chart. Order-independent: any permutation of the entries, with
 * repeats, gives the same chart. `undefined`: nothing is known of this patient.
 */
export function foldChart(input: ChartInput): Chart | undefined {
  const { patient, now, ward, settings = DEFAULT_SETTINGS } = input;
  const rules = input.rules ?? settings.rules;
  // Packets only bring entries along, and parts of pictures are shown with the entry that names them.
  const entries = input.entries.filter(
    ({ body }) => body?.kind !== 'record-moved' && body?.kind !== 'attachment',
  );
  const { snapshot, snapshotAsOf } = newestSnapshot(input, entries);
  const found = standings(entries);
  // Whoever moved on keeps what the EHR said last, not the bed: the next patient lies in it.
  const left = input.leftTheList === true && snapshot === input.snapshot && snapshot !== undefined;
  const claims = bedClaims(patient, found, left ? undefined : snapshot?.bed, ward);
  const away = elsewhere(bedWords(found), ward);
  const came = arrival(found, ward);
  const identity = chartIdentity(patient, found, snapshot, claims);
  if (!identity) return undefined;

  const { orders, ends, sameAs } = chartOrders(found, snapshot, snapshotAsOf, now);
  const infusions = chartInfusions(found, sameAs, now);
  const known = latestKnown(found.all, snapshotAsOf);
  const registration = standingEntries(found, 'patient-registered').at(-1);
  const wardSettlements = found.settlements.standing.filter(({ body }) => body.patients !== undefined);
  const link = standingEntries(found, 'patient-linked').at(-1);
  const confirmedNew = standingEntries(found, 'patient-confirmed-new').at(-1);
  return {
    now,
    identity,
    allergies: chartAllergies(found, snapshot, snapshotAsOf, input.snapshotUnreadable ?? false),
    problems: (snapshot?.problems ?? []).map((problem) => problem.text),
    orders,
    ...(snapshot?.notToGive && snapshotAsOf !== undefined
      ? { notToGive: snapshot.notToGive.map((ban) => ({ ...ban, asOf: snapshotAsOf })) }
      : {}),
    dueDoses: dueDoses(orders, snapshotAsOf, { now, known: known ?? now }, rules),
    afterDoses: afterDoses(found, orders),
    medicationRules: rules,
    settings,
    infusions,
    care: careOf(found, orders, identity.birthDate, now),
    signatures: signatures(found),
    ...(known !== undefined && Date.parse(known) - Date.parse(now) > CLOCK_SLACK_MS
      ? { recordedAfterNow: known }
      : {}),
    vitals: entriesOfKind(found, 'vital-signs')
      .map((charted) => ({ ...charted, news2: scoreNews2(charted.body.values) }))
      .sort((a, b) => Date.parse(b.body.effectiveAt) - Date.parse(a.body.effectiveAt) || byClock(b, a)),
    notes: entriesOfKind(found, 'note').reverse(),
    measurements: MEASUREMENT_KINDS.flatMap((kind) => entriesOfKind(found, kind)).sort(
      (a, b) => Date.parse(b.body.effectiveAt) - Date.parse(a.body.effectiveAt) || byClock(b, a),
    ),
    forms: entriesOfKind(found, 'form-answered').reverse(),
    ehrObservations: snapshot?.observations ?? [],
    conflicts: chartConflicts(patient, found, orders, ends, infusions),
    history: [...found.all, ...found.unknown].sort(byClock),
    ...(snapshot && snapshotAsOf !== undefined ? { snapshotAsOf } : {}),
    snapshotWarnings: snapshot?.warnings ?? [],
    bedClaims: claims,
    ...(left && !away ? { leftTheList: true } : {}),
    ...(away ? { elsewhere: away } : {}),
    ...(came ? { arrival: came } : {}),
    ...(registration ? { registration: registrationOf(registration) } : {}),
    wardSettlements: wardSettlements.map(({ id, key, disputed }) => ({ id, key, disputed })),
    samePersonAs: [
      ...new Set(
        wardSettlements
          .filter(({ body, disputed }) => body.decision === 'same-person' && !disputed)
          .flatMap(({ body }) => body.patients ?? [])
          .filter((other) => other !== patient),
      ),
    ].sort(),
    ...(link
      ? { link: { ehrPatient: link.body.ehrPatient } }
      : confirmedNew
        ? { link: { confirmedNew: true as const } }
        : {}),
  };
}

/** Clocks of tablets differ by minutes without harm. */
const CLOCK_SLACK_MS = 10 * 60_000;

/** The latest that anything here was recorded at, whatever this tablet's own clock says. */
function latestKnown(all: readonly Charted[], snapshotAsOf: string | undefined): string | undefined {
  const latest = all.reduce(
    (newest, { body }) => Math.max(newest, Date.parse(body.recordedAt)),
    snapshotAsOf === undefined ? Number.NEGATIVE_INFINITY : Date.parse(snapshotAsOf),
  );
  return Number.isFinite(latest) ? new Date(latest).toISOString() : undefined;
}

/** The ward's own, or what a move brought along where the ward has none or an older one. */
function newestSnapshot(
  { snapshot, snapshotAsOf }: ChartInput,
  entries: readonly OpenedEntry[],
): Pick<ChartInput, 'snapshot' | 'snapshotAsOf'> {
  const own = snapshot ? { snapshot, ...(snapshotAsOf === undefined ? {} : { snapshotAsOf }) } : {};
  const carried = carriedSnapshot(entries);
  if (!carried || (snapshot && (snapshotAsOf ?? '') >= carried.asOf)) return own;
  return { snapshot: carried.patient, snapshotAsOf: carried.asOf };
}

function registrationOf({
  id,
  body,
}: Charted<BodyOf<'patient-registered'>>): NonNullable<Chart['registration']> {
  return {
    ref: id,
    by: body.author.name,
    at: body.effectiveAt,
    ...(body.claimedEhrNumber === undefined ? {} : { claimedEhrNumber: body.claimedEhrNumber }),
  };
}

/** The chart with the newest `count` sets of vital signs and lines of history; all else is whole. */
export function newestOf(chart: Chart, count: number): Chart {
  const earlier = Math.max(0, chart.history.length - count);
  if (earlier === 0) return chart;
  return { ...chart, vitals: chart.vitals.slice(0, count), history: chart.history.slice(-count), earlier };
}

/** The patient's row on the ward board. */
export function toBoardRow(chart: Chart): BoardRow {
  const { identity } = chart;
  const newest = chart.vitals.find((set) => stands(set) && isMeasured(set));
  // Never for children, nor in pregnancy: no score on the board is better than a wrong one.
  const scored = chart.care.scoredSet ?? (chart.care.news2Applies ? newest : undefined);
  const orders = new Map(chart.orders.map((order) => [order.id, order]));
  return {
    patient: identity.id,
    ...(identity.bed === undefined ? {} : { bed: identity.bed }),
    name: identity.name,
    nameUnknown: identity.nameUnknown,
    ...(identity.birthDate === undefined ? {} : { birthDate: identity.birthDate }),
    sex: identity.sex,
    ...(identity.numbers[0] ? { number: identity.numbers[0] } : {}),
    allergies: {
      status: chart.allergies.status,
      names: chart.allergies.list.map((allergy) => allergy.substance.text),
      ...(chart.allergies.ehrUnread ? { ehrUnread: true } : {}),
    },
    ...(scored
      ? {
          news2: {
            total: scored.news2.total,
            partial: scored.news2.partial,
            risk: scored.news2.risk,
            effectiveAt: scored.body.effectiveAt,
            ...(scored.id === newest?.id ? {} : { older: true as const }),
          },
        }
      : {}),
    doses: chart.dueDoses
      .filter((dose) => dose.administration === undefined && dose.state !== 'not-charted')
      .map((dose) => {
        const order = orders.get(dose.order);
        const medication = order?.detail.category === 'medication' ? order.detail : undefined;
        return {
          order: dose.order,
          dueAt: dose.dueAt,
          early: dose.window.early,
          late: dose.window.late,
          medication: medication?.medication.text ?? '',
          ...(medication && !order?.incomplete.includes('dose') ? { dose: medication.dose } : {}),
          ...(medication && !order?.incomplete.includes('route') ? { route: medication.route } : {}),
          ...(dose.maybeGivenBefore ? { maybeGivenBefore: true as const } : {}),
        };
      }),
    ...medicationRow(chart),
    ...careRow(chart),
    reassessments: chart.afterDoses.reassessments,
    infusions: chart.infusions
      .filter(({ state }) => state !== 'stopped')
      .map(({ order, medication, state, rateMlPerHour, emptyAt }) => ({
        order,
        medication,
        paused: state === 'paused',
        ...(rateMlPerHour === undefined ? {} : { rateMlPerHour }),
        ...(emptyAt === undefined ? {} : { emptyAt }),
      })),
    ordersToAcknowledge: chart.orders.filter(
      (order) =>
        order.source.from === 'entry' &&
        order.state === 'active' &&
        order.signedAt !== undefined &&
        order.acknowledgedBy === undefined,
    ).length,
    conflicts: chart.conflicts,
    numbers: identity.numbers,
    bedClaims: chart.bedClaims,
    ...(chart.leftTheList ? { leftTheList: chart.leftTheList } : {}),
    ...(chart.elsewhere ? { elsewhere: chart.elsewhere } : {}),
    ...(chart.arrival ? { arrival: chart.arrival } : {}),
    ...(chart.registration ? { registration: chart.registration } : {}),
    wardSettlements: chart.wardSettlements,
    samePersonAs: chart.samePersonAs,
  };
}
