import { z } from 'zod';
import { AlertOverride } from './charting.ts';
import { bodyBase, Coding, EntryId, Hex128, Instant, Quantity } from './common.ts';

/** Why a dose was not given, or not all of it. The hospital's own codes: R4 binds `statusReason` only as an example. */
export const NotGivenReason = z.enum([
  'refused-by-patient',
  'nil-by-mouth',
  'off-the-ward',
  'drug-not-available',
  'held-for-parameter',
  'held-by-prescriber',
  'no-access',
  'nausea-or-vomiting',
  'asleep',
  'allergy',
  'already-given',
  'clinical-judgement',
  'other',
]);
export type NotGivenReason = z.infer<typeof NotGivenReason>;

/** `missed`: its time passed and somebody says so; `unknown`: nobody knows whether it was given. */
export const AdministrationOutcome = z.enum(['given', 'held', 'refused', 'missed', 'unknown']);
export type AdministrationOutcome = z.infer<typeof AdministrationOutcome>;

/** A glucose that the dose was decided by: LOINC 41653-7 in mg/dL, 14743-9 in mmol/L (codes.md, with its limits). */
export const Glucose = z.union([
  z.object({ value: z.number().min(5).max(1500), unit: z.literal('mg/dL') }),
  z.object({ value: z.number().min(0.3).max(83), unit: z.literal('mmol/L') }),
]);
export type Glucose = z.infer<typeof Glucose>;

/** Vital signs that an order may set limits for: names and units of `VitalValues`. */
export const LimitedParameter = z.enum([
  'pulse',
  'systolic',
  'respirationRate',
  'oxygenSaturation',
  'temperature',
]);
export type LimitedParameter = z.infer<typeof LimitedParameter>;

/** How patient and drug were identified: by scan, or by two identifiers read aloud, with why nothing was scanned. */
const Identified = z.object({
  patient: z.enum(['scanned', 'read']),
  drug: z.enum(['scanned', 'read']),
  whyNotScanned: z.string().min(1).max(200).optional(),
});

/** Before less given, wasted and after: 0 where the count is right (float noise of decimal doses left out). */
export function countDifference(count: {
  before: number;
  given: number;
  wasted: number;
  after: number;
}): number {
  return Number((count.before - count.given - count.wasted - count.after).toFixed(6)) + 0;
}

/** Pieces of a controlled drug (tablets, ampoules, mL) around a dose. */
export const DrugCount = z
  .object({
    unit: z.string().min(1).max(40),
    before: z.number().min(0).max(100_000),
    given: z.number().min(0).max(100_000),
    wasted: z.number().min(0).max(100_000),
    after: z.number().min(0).max(100_000),
  })
  .refine((count) => countDifference(count) === 0, {
    error: 'the count is wrong: before is given and wasted and after together',
    path: ['after'],
  });
export type DrugCount = z.infer<typeof DrugCount>;

export const SecondPerson = z.object({
  as: z.enum(['second-check', 'witness']),
  missing: z.string().min(1).max(200).optional(),
  count: DrugCount.optional(),
});
export type SecondPerson = z.infer<typeof SecondPerson>;

/** A dose given, or not (FHIR R4 MedicationAdministration). Not-done never erases given: both are entries. */
export const MedicationAdministration = z
  .object({
    kind: z.literal('medication-administration'),
    ...bodyBase,
    /** The order: an entry id, or the 128-bit id derived from the EHR's order. */
    order: z.union([EntryId, Hex128]),
    /** Which due dose of the order, in UTC; absent for PRN and unscheduled doses. */
    dueAt: Instant.optional(),
    medication: Coding,
    outcome: AdministrationOutcome,
    notGivenReason: NotGivenReason.optional(),
    /** `given`, but less than was ordered: why. `dose` is what was given. */
    givenInPart: NotGivenReason.optional(),
    dose: Quantity.optional(),
    route: z.string().max(60).optional(),
    /** Where it was injected or the patch was put, in words, with the side. */
    site: z.string().min(1).max(60).optional(),
    glucose: Glucose.optional(),
    /** When that was measured, where it is one that was charted before the dose; absent: for the dose, at its time. */
    glucoseMeasuredAt: Instant.optional(),
    /** What the order asked to be looked at before the dose. Units as in `VitalValues`. */
    measured: z
      .array(
        z.object({
          parameter: LimitedParameter,
          value: z.number().finite(),
          /** Where it is one that was charted before the dose; absent: measured for the dose, at its time. */
          measuredAt: Instant.optional(),
        }),
      )
      .max(5)
      .optional(),
    identified: Identified.optional(),
    /** A second person was to see it: `missing` says why nobody could. Their signature is an entry of its own. */
    second: SecondPerson.optional(),
    /** Of the package that was scanned: GTIN, or the NDC where that is all there is. */
    scannedCode: z.string().max(20).optional(),
    serial: z.string().max(40).optional(),
    lot: z.string().max(40).optional(),
    /** Last day on which it may be used. */
    expiry: z.iso.date().optional(),
    comment: z.string().max(2000).optional(),
    overrides: z.array(AlertOverride).max(20),
  })
  .refine((m) => m.outcome === 'given' || m.outcome === 'unknown' || m.notGivenReason !== undefined, {
    error: 'say why the dose was not given',
    path: ['notGivenReason'],
  })
  .refine((m) => m.outcome !== 'given' || m.dose !== undefined, {
    error: 'say which dose was given',
    path: ['dose'],
  })
  .refine((m) => m.outcome === 'given' || m.givenInPart === undefined, {
    error: 'a dose given in part is a given dose',
    path: ['givenInPart'],
  });

/** Vomited after taking: the dose was given all the same, and somebody decides whether to repeat it. */
export const DoseVomited = z.object({
  kind: z.literal('dose-vomited'),
  ...bodyBase,
  administration: EntryId,
  repeat: z.enum(['repeat', 'do-not-repeat', 'ask-prescriber']),
});

/** What a dose as needed did, looked at when that became due. */
export const DoseReassessed = z
  .object({
    kind: z.literal('dose-reassessed'),
    ...bodyBase,
    administration: EntryId,
    effect: z.enum(['relieved', 'partly-relieved', 'no-effect', 'asleep', 'not-assessed']),
    /** Pain from 0 to 10, as the patient says (LOINC 72514-3). */
    painScore: z.number().int().min(0).max(10).optional(),
    comment: z.string().max(2000).optional(),
  })
  .refine((r) => r.effect !== 'not-assessed' || r.comment !== undefined, {
    error: 'say why it was not assessed',
    path: ['comment'],
  });

/** A patch was taken off; when it went on is the dose that it was given by. */
export const PatchRemoved = z.object({
  kind: z.literal('patch-removed'),
  ...bodyBase,
  administration: EntryId,
  comment: z.string().max(2000).optional(),
});
