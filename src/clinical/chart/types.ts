import type {
  AdministrationOutcome,
  AlertOverride,
  BodyOf,
  ConflictKind,
  ConflictRef,
  EntryId,
  OpenedEntry,
  OrderDetail,
  OrderId,
  PatientNumber,
  PersonName,
  Quantity,
  Sex,
  WardBody,
} from '../entries/index.ts';
import type { MedicationRules } from '../medication-rules.ts';
import type { News2 } from '../news2.ts';
import type { SnapshotAllergy, SnapshotBan } from '../snapshot.ts';
import type { WardSettings } from '../ward-settings.ts';
import type { AfterDoses } from './after-doses.ts';
import type { ScoredSet } from './asking.ts';
import type { Care, ObservationsDue } from './care.ts';
import type { Escalation } from './escalations.ts';
import type { Infusion } from './infusions.ts';
import type { Signature } from './signatures.ts';

/**
 * Where an entry stands after everything said about it. `concurrent`: another entry replaces the same one, and
 * a person has to settle which holds; both are shown.
 */
export type Standing = 'current' | 'replaced' | 'entered-in-error' | 'concurrent';

/** An entry with what later entries made of it. */
export interface Charted<B extends WardBody = WardBody> {
  id: EntryId;
  hlc: OpenedEntry['hlc'];
  body: B;
  standing: Standing;
  /** Entries that replaced it or marked it as an error, oldest first. */
  replacedBy: EntryId[];
  /**
   * Why what it says of other entries is passed over, in words: its author may not undo them, or it is of another kind.
   * What else it says counts.
   */
  passedOver?: string;
}

/** Where a fact came from: charted during the downtime, or the EHR's snapshot. */
type Source = { from: 'entry'; entry: EntryId } | { from: 'ehr'; asOf: string };

export interface Identity {
  id: string;
  name: PersonName;
  nameUnknown: boolean;
  birthDate?: string;
  sex: Sex;
  numbers: PatientNumber[];
  bed?: string;
  /** Died; without `deceasedAt` nobody recorded when. */
  deceased?: true;
  deceasedAt?: string;
}

/** The four titles of the banner: known, none known, not recorded, could not be read. */
export interface Allergies {
  status: 'known' | 'nilknown' | 'notasked' | 'unavailable';
  list: (SnapshotAllergy & { source: Source })[];
  /** What the EHR knows could not be read here: the list may lack an allergy. */
  ehrUnread?: true;
  /** The entry that says "no known allergies", to be replaced by whoever learns of one. */
  saidNone?: EntryId;
}

export interface ChartOrder {
  id: OrderId;
  source: Source;
  detail: OrderDetail;
  /** What the order itself does not say: `dose`, `route`. Stand-ins in `detail` are never shown nor posted. */
  incomplete: string[];
  /** Who signed it, when; absent for the EHR's orders. */
  signedBy?: string;
  signedAt?: string;
  /** Alerts that were signed over, each with its reason. */
  overrides?: AlertOverride[];
  state: 'active' | 'on-hold' | 'stopped' | 'entered-in-error' | 'ended';
  /** When it was held, and until when: doses due in between are not asked for. */
  holds: { from: string; to?: string; by: string; reason: string }[];
  /** By voice or telephone: who gave it, and who has signed it since. */
  received?: { prescriber: string; by: 'voice' | 'telephone'; signedBy?: string; signedAt?: string };
  stoppedReason?: string;
  /** When it was stopped or changed, which is the end of its doses; absent where a correction of it stands in its place. */
  stoppedAt?: string;
  /** What ended it is an order that took its place. */
  changed?: true;
  acknowledgedBy?: string;
  acknowledgedAt?: string;
  /** Signed here, posted, and come back with the snapshot: the EHR knows it too. */
  alsoInEhr?: true;
  /** Last dose that the EHR knew of. */
  lastGivenInEhr?: string;
  administrations: Charted<BodyOf<'medication-administration'>>[];
  /** Orders of the same drug that this one has taken the place of, one after another, the newest first. */
  takesPlaceOf?: OrderId[];
  /** Doses of the same drug that were given on the orders which this one has taken the place of. */
  givenBefore?: { at: string; by: string | 'EHR'; dose?: Quantity }[];
}

/**
 * A dose that is due, was due, or is coming; identity is order and due instant. `not-charted`: it was due before the
 * order was stopped or changed, and nobody said what became of it: not to be given any more, and never passed over.
 */
export interface DueDose {
  order: OrderId;
  dueAt: string;
  window: { early: string; late: string };
  state: 'coming' | 'due' | 'overdue' | 'not-charted' | AdministrationOutcome;
  administration?: EntryId;
  /** Given once, and due before the EHR's list was taken, which does not say whether it was given by then. */
  maybeGivenBefore?: true;
}

/** One side of a conflict, ready to show: on the board nothing but the rows is at hand. */
export interface ConflictSide {
  ref: ConflictRef;
  patient: string;
  kind: WardBody['kind'] | 'ehr';
  says: string;
  /** Who says it. Which tablet it was written on follows from the log in `ref`. */
  by: string;
  /** When it happened, as the author says; absent for what the EHR says. */
  at?: string;
  /** Whoever decides against it signs with the PIN, as its author did. */
  signed?: true;
}

/** What only a person can settle, with everything that is said. */
export interface Conflict {
  /** The same on every replica that holds the same sides. */
  id: string;
  kind: ConflictKind;
  patients: string[];
  message: string;
  sides: ConflictSide[];
  /** It was settled on two tablets, differently: to be named by whoever settles it now. */
  overrules: EntryId[];
  bed?: string;
}

/** Somebody's word on where the patient lies. */
export interface BedClaim {
  kind: 'bed-assigned' | 'patient-moved' | 'patient-registered' | 'ehr';
  ref: ConflictRef;
  bed: string;
  by: string;
  at?: string;
}

/** The patient went to another ward. More than one place: two people said so differently, and one has to settle it. */
export interface Elsewhere {
  places: { ward: string; wardName: string; bed: string; by: string; at: string }[];
}

/** The patient came from another ward, with a record of so many entries. */
export interface Arrival {
  fromName: string;
  by: string;
  at: string;
  listed: number;
  here: number;
}

export const MEASUREMENT_KINDS = [
  'fluid-recorded',
  'glucose-measured',
  'pain-assessed',
  'gcs-assessed',
  'body-measured',
] as const;
export type MeasurementKind = (typeof MEASUREMENT_KINDS)[number];

/** Everything that a ward knows of one patient, at one moment. */
export interface Chart {
  /** The moment that this is the chart of, by this tablet's clock. */
  now: string;
  identity: Identity;
  allergies: Allergies;
  problems: string[];
  orders: ChartOrder[];
  /** Orders of the EHR not to give a drug. */
  notToGive?: (SnapshotBan & { asOf: string })[];
  dueDoses: DueDose[];
  afterDoses: AfterDoses;
  infusions: Infusion[];
  care: Care;
  signatures: Record<EntryId, Signature[]>;
  /** By which the due doses were found. */
  medicationRules: MedicationRules;
  settings: WardSettings;
  /** The latest that anything here was recorded at, when that is after this tablet's time: one of the clocks is wrong. */
  recordedAfterNow?: string;
  vitals: ScoredSet[];
  notes: Charted<BodyOf<'note'>>[];
  /** Fluids, glucose, pain, consciousness, weight: newest first by the time at which they were taken. */
  measurements: Charted<BodyOf<MeasurementKind>>[];
  /** Filled forms, newest first. */
  forms: Charted<BodyOf<'form-answered'>>[];
  ehrObservations: { name: string; loinc?: string; value: string; unit?: string; effectiveAt: string }[];
  conflicts: Conflict[];
  /** Every entry in order of the hybrid clock, whatever its standing: the history. */
  history: (Charted | { id: EntryId; hlc: OpenedEntry['hlc']; body: null })[];
  /** "EHR data as of": absent when this patient is known from entries alone. */
  snapshotAsOf?: string;
  snapshotWarnings: string[];
  link?: { ehrPatient: string } | { confirmedNew: true };
  bedClaims: BedClaim[];
  /** The EHR's newest list of the ward does not name the patient; what was charted keeps the chart here. */
  leftTheList?: true;
  elsewhere?: Elsewhere;
  arrival?: Arrival;
  /** Of a patient registered in this downtime. */
  registration?: BoardRow['registration'];
  /** What was decided about conflicts that concern other patients too. */
  wardSettlements: BoardRow['wardSettlements'];
  /** Other patients of whom somebody decided that they are this person: their charts are to be read too. */
  samePersonAs: string[];
  /** How many of the oldest sets of vital signs and lines of history `newestOf` left out. */
  earlier?: number;
}

/** One row of the ward board. Derived, sealed at rest, rebuilt when the fold's version changes. */
export interface BoardRow {
  patient: string;
  bed?: string;
  name: PersonName;
  nameUnknown: boolean;
  birthDate?: string;
  sex: Sex;
  number?: PatientNumber;
  allergies: { status: Allergies['status']; names: string[]; ehrUnread?: true };
  news2?: Pick<News2, 'total' | 'partial' | 'risk'> & {
    effectiveAt: string;
    /** There are newer values, which are no score by themselves. */
    older?: true;
  };
  /** Orders as needed: from when the next dose may be given (absent: now), and when the last was. */
  asNeeded: {
    order: OrderId;
    medication: string;
    dose?: Quantity;
    nextAt?: string;
    lastAt?: string;
  }[];
  /** Medication that is held, or was stopped within the last day: struck through on the round. */
  notGoing: {
    order: OrderId;
    medication: string;
    state: 'on-hold' | 'stopped';
    reason: string;
    /** Doses due before it was stopped of which nobody said what became of them. */
    notCharted?: number;
  }[];
  /** Orders by voice or telephone that nobody has signed: when each was given, and until when the ward waits for it. */
  toSign: { order: OrderId; text: string; prescriber: string; at: string; signBy: string }[];
  /** Due instants of doses not yet charted, from the oldest overdue to a day ahead; the page compares with its clock. */
  doses: {
    order: OrderId;
    dueAt: string;
    early: string;
    late: string;
    medication: string;
    dose?: Quantity;
    route?: string;
    maybeGivenBefore?: true;
  }[];
  /** Effects of doses as needed that are to be looked at. */
  reassessments: { order: OrderId; medication: string; dueAt: string; administration: EntryId }[];
  /** What runs or is paused, with when its bag will be empty. */
  infusions: {
    order: OrderId;
    medication: string;
    paused: boolean;
    rateMlPerHour?: number;
    emptyAt?: string;
  }[];
  ordersToAcknowledge: number;
  /** Nurses who look after the patient now. */
  takenBy: Care['takenBy'];
  /** The newest handoff: who wrote it, and ids of those who have read it. */
  handoff?: { id: string; by: string; authorId: string; at: string; readBy: string[] };
  codeStatus?: string;
  isolation: string[];
  observations?: ObservationsDue;
  /** What asks for somebody, until the patient was seen; the most urgent first. */
  escalations: Pick<Escalation, 'because' | 'since' | 'state'>[];
  /** The last that was charted: on which tablet follows from the log. */
  lastEntry?: { log: string; at: string; by: string };
  /** Doses given in the last day, and how many of them with patient and drug both scanned. */
  scans: { given: number; scanned: number };
  /** What this chart alone shows; `wardConflicts` finds those between rows. */
  conflicts: Conflict[];
  numbers: PatientNumber[];
  bedClaims: BedClaim[];
  /** The EHR's newest list of the ward does not name the patient; what was charted keeps the chart here. */
  leftTheList?: true;
  elsewhere?: Elsewhere;
  arrival?: Arrival;
  registration?: { ref: EntryId; by: string; at: string; claimedEhrNumber?: string };
  wardSettlements: { id: EntryId; key: string; disputed: boolean }[];
  samePersonAs: string[];
}
