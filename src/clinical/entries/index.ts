import { z } from 'zod';
import { DoseReassessed, DoseVomited, MedicationAdministration, PatchRemoved } from './administration.ts';
import { Attachment } from './attachment.ts';
import { DeviceCharted, PregnancyRecorded, ScreenRecorded } from './care.ts';
import {
  AllergyRecorded,
  BedAssigned,
  EnteredInError,
  NoKnownAllergiesRecorded,
  Note,
  PatientRegistered,
  VitalSigns,
} from './charting.ts';
import type { EntryId } from './common.ts';
import { ConflictSettled } from './conflicts.ts';
import { EscalationRecorded, EscalationSeen, ResultAcknowledged, ResultReceived } from './escalation.ts';
import { FormAnswered } from './forms.ts';
import { HandoffRead, HandoffWritten, PatientTaken } from './handoff.ts';
import { InfusionCharted } from './infusion.ts';
import { BodyMeasured, FluidRecorded, GcsAssessed, GlucoseMeasured, PainAssessed } from './measurements.ts';
import { PatientMoved, RecordMoved } from './moves.ts';
import {
  OrderAcknowledged,
  OrderHeld,
  OrderReceived,
  OrderResumed,
  OrderSigned,
  OrderStopped,
} from './orders.ts';
import {
  CarriedEntry,
  PatientConfirmedNew,
  PatientLinked,
  PatientUnlinked,
  PostingOutcome,
  ReviewDecided,
} from './records.ts';
import { EntryVouched } from './trust.ts';
import { EntryWitnessed } from './witness.ts';

export * from './administration.ts';
export * from './attachment.ts';
export * from './care.ts';
export * from './charting.ts';
export * from './common.ts';
export * from './conflicts.ts';
export * from './escalation.ts';
export * from './forms.ts';
export * from './handoff.ts';
export * from './infusion.ts';
export * from './measurements.ts';
export * from './moves.ts';
export * from './orders.ts';
export * from './records.ts';
export * from './trust.ts';
export * from './witness.ts';

/** Everything that can be written about a ward's patients. Parsed when written and when first opened after arriving. */
export const WardBody = z.discriminatedUnion('kind', [
  PatientRegistered,
  BedAssigned,
  AllergyRecorded,
  NoKnownAllergiesRecorded,
  VitalSigns,
  MedicationAdministration,
  Note,
  EnteredInError,
  OrderSigned,
  OrderAcknowledged,
  OrderStopped,
  PatientLinked,
  PatientConfirmedNew,
  PatientUnlinked,
  ReviewDecided,
  PostingOutcome,
  CarriedEntry,
  ConflictSettled,
  PatientMoved,
  RecordMoved,
  FormAnswered,
  Attachment,
  FluidRecorded,
  GlucoseMeasured,
  PainAssessed,
  GcsAssessed,
  BodyMeasured,
  DoseVomited,
  DoseReassessed,
  PatchRemoved,
  InfusionCharted,
  OrderHeld,
  OrderResumed,
  OrderReceived,
  EntryVouched,
  EntryWitnessed,
  HandoffWritten,
  HandoffRead,
  PatientTaken,
  EscalationRecorded,
  EscalationSeen,
  ResultReceived,
  ResultAcknowledged,
  DeviceCharted,
  PregnancyRecorded,
  ScreenRecorded,
]);
export type WardBody = z.infer<typeof WardBody>;
export type WardKind = WardBody['kind'];
export type BodyOf<K extends WardKind> = Extract<WardBody, { kind: K }>;

/** What a screen hands to the vault, which adds who, when, and what it lacked. */
export type Draft<B extends WardBody = WardBody> = B extends WardBody
  ? Omit<B, 'author' | 'recordedAt' | 'tabletLacked'>
  : never;

/** Where an entry was written first, and by which device. */
export interface EntryOrigin {
  /** Absent: not known here. */
  writer?: string;
  log: string;
  seq: number;
  /** When the site server took it over from a second history of that log. */
  takenOverAt?: string;
  /** The tablet that brought it in a moved patient's record, and by which entry. */
  broughtBy?: { writer: string; log: string; seq: number };
}

/** An entry as the fold sees it: who is meant, where it stands in which log, what it says. */
export interface OpenedEntry {
  id: EntryId;
  /** Where the log that stands in the id is not what decides: taken over, or brought along in a moved record. */
  origin?: EntryOrigin;
  /** 128-bit id of the patient. */
  patient: string;
  /** Hybrid logical clock: wall milliseconds and counter. Sorts the display, never decides what is true. */
  hlc: readonly [wallMs: number, counter: number];
  /** `null`: of a kind or version that this app does not know; kept, carried, and shown as such. */
  body: WardBody | null;
}
