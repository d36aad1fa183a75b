import { z } from 'zod';
import { AllergyCriticality } from './entries/charting.ts';
import {
  Coding,
  Hex128,
  Instant,
  PartialDate,
  PatientNumber,
  PersonName,
  Quantity,
  Sex,
} from './entries/common.ts';
import { MedicationDetail, Schedule } from './entries/orders.ts';

/** An allergy as the EHR has it. */
export const SnapshotAllergy = z.object({
  substance: Coding,
  criticality: AllergyCriticality.optional(),
  category: z.enum(['medication', 'food', 'environment', 'biologic']).optional(),
  reaction: z.string().max(500).optional(),
});
export type SnapshotAllergy = z.infer<typeof SnapshotAllergy>;

/** An active medication order as the EHR has it; what the EHR left out is absent and shown as "Not recorded". */
export const SnapshotOrder = MedicationDetail.omit({
  dose: true,
  route: true,
  category: true,
  startAt: true,
}).extend({
  id: Hex128,
  ehrId: z.string().max(64),
  dose: Quantity.optional(),
  route: z.string().max(60).optional(),
  schedule: Schedule,
  startAt: Instant.optional(),
  lastGivenAt: Instant.optional(),
});
export type SnapshotOrder = z.infer<typeof SnapshotOrder>;

/** A drug that the EHR has an order not to give (FHIR R4 `MedicationRequest.doNotPerform`). */
export const SnapshotBan = z.object({ medication: Coding, reason: z.string().max(300).optional() });
export type SnapshotBan = z.infer<typeof SnapshotBan>;

export const SnapshotObservation = z.object({
  name: z.string().max(300),
  loinc: z.string().max(20).optional(),
  value: z.string().max(500),
  unit: z.string().max(60).optional(),
  effectiveAt: Instant,
});

/** One patient of a ward's census, as read from the EHR. One content-addressed sealed blob each. */
export const SnapshotPatient = z.object({
  id: Hex128,
  ehrPatient: z.string().max(64),
  ehrEncounter: z.string().max(64).optional(),
  name: PersonName,
  birthDate: PartialDate.optional(),
  sex: Sex,
  /** FHIR `deceased[x]`: true, or a date, which may be known in part. */
  deceased: z.literal(true).optional(),
  deceasedAt: z.string().max(40).optional(),
  numbers: z.array(PatientNumber).max(10),
  bed: z.string().max(40).optional(),
  /** FHIR `List.emptyReason` when there are none: asked and none, or never asked. */
  allergyStatus: z.enum(['known', 'nilknown', 'notasked']),
  allergies: z.array(SnapshotAllergy).max(200),
  problems: z.array(Coding).max(300),
  orders: z.array(SnapshotOrder).max(200),
  notToGive: z.array(SnapshotBan).max(50).optional(),
  observations: z.array(SnapshotObservation).max(300),
  /** What the EHR sent that could not be read, in words, so that a gap is seen as a gap. */
  warnings: z.array(z.string().max(300)).max(100),
});
export type SnapshotPatient = z.infer<typeof SnapshotPatient>;
