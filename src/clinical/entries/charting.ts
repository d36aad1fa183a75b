import { z } from 'zod';
import {
  bodyBase,
  Coding,
  EntryId,
  NoteText,
  PartialDate,
  PatientNumber,
  PersonName,
  Sex,
} from './common.ts';

/** A patient whom the EHR did not know, or could not be asked about, registered under a downtime number. */
export const PatientRegistered = z.object({
  kind: z.literal('patient-registered'),
  ...bodyBase,
  number: PatientNumber,
  name: PersonName,
  /** The name is a stand-in from the list of distinct names ("Unknown Male Alpha-07"). */
  nameUnknown: z.boolean(),
  birthDate: PartialDate.optional(),
  sex: Sex,
  bed: z.string().max(40).optional(),
  /** The number on an old wristband or card, as typed; a hint for matching, not proof. */
  claimedEhrNumber: z.string().max(100).optional(),
  presentingComplaint: z.string().max(2000).optional(),
});

export const BedAssigned = z.object({
  kind: z.literal('bed-assigned'),
  ...bodyBase,
  bed: z.string().min(1).max(40),
});

export const AllergyCriticality = z.enum(['low', 'high', 'unable-to-assess']);

export const AllergyCategory = z.enum(['medication', 'food', 'environment', 'biologic']);

/** A known allergy or intolerance. */
export const AllergyRecorded = z.object({
  kind: z.literal('allergy-recorded'),
  ...bodyBase,
  substance: Coding,
  category: AllergyCategory,
  criticality: AllergyCriticality,
  reaction: z.string().max(500).optional(),
});

/** Someone asked, and the answer was "none". */
export const NoKnownAllergiesRecorded = z.object({
  kind: z.literal('no-known-allergies-recorded'),
  ...bodyBase,
});

export const Consciousness = z.enum(['alert', 'confusion', 'voice', 'pain', 'unresponsive']);
export type Consciousness = z.infer<typeof Consciousness>;

/** Device codes of the RCP observation chart; `A` is breathing air. */
export const OxygenDevice = z.enum([
  'A',
  'N',
  'SM',
  'V24',
  'V28',
  'V35',
  'V40',
  'V60',
  'NIV',
  'RM',
  'TM',
  'CP',
  'H',
  'OTH',
]);
export type OxygenDevice = z.infer<typeof OxygenDevice>;

const whole = (min: number, max: number) => z.number().int().min(min).max(max);

/** The measurable values of one set of observations. What was not taken is absent, never 0. Limits: codes.md, "refuse outside". */
export const VitalValues = z.object({
  /** Breaths per minute. */
  respirationRate: whole(0, 120).optional(),
  /** SpO₂, percent. */
  oxygenSaturation: whole(30, 100).optional(),
  /** The NEWS2 saturation scale that this set is scored on. */
  saturationScale: z.union([z.literal(1), z.literal(2)]),
  oxygenDevice: OxygenDevice.optional(),
  /** Litres per minute. */
  oxygenFlow: z.number().min(0).max(80).optional(),
  /** mmHg. */
  systolic: whole(0, 320).optional(),
  diastolic: whole(0, 240).optional(),
  /** Beats per minute. */
  pulse: whole(0, 300).optional(),
  consciousness: Consciousness.optional(),
  /** Degrees Celsius, one decimal: rounded at entry, never at scoring. */
  temperature: z.number().min(20).max(46).multipleOf(0.1).optional(),
});
export type VitalValues = z.infer<typeof VitalValues>;

/** Something was measured: what a set has beside its scale. */
export const hasValues = (values: Partial<VitalValues>): boolean =>
  Object.entries(values).some(([name, value]) => name !== 'saturationScale' && value !== undefined);

/** Why what a set lacks was not taken (FHIR R4 `dataAbsentReason`: asked-declined, not-performed). */
export const NotDone = z
  .object({ because: z.enum(['refused', 'not-possible']), words: z.string().min(1).max(300).optional() })
  .refine(({ because, words }) => because === 'refused' || words !== undefined, {
    error: 'say why it could not be taken',
    path: ['words'],
  });
export type NotDone = z.infer<typeof NotDone>;

export const VitalSigns = z
  .object({
    kind: z.literal('vital-signs'),
    ...bodyBase,
    values: VitalValues,
    /** Absent: what is missing was left out. With it a set may have no value at all. */
    notDone: NotDone.optional(),
    comment: z.string().max(2000).optional(),
  })
  .refine(
    (v) =>
      v.values.systolic === undefined ||
      v.values.diastolic === undefined ||
      v.values.diastolic < v.values.systolic,
    {
      error: 'diastolic pressure must be below systolic',
      path: ['values', 'diastolic'],
    },
  )
  .refine((v) => hasValues(v.values) || v.notDone !== undefined, {
    error: 'at least one value is needed',
    path: ['values'],
  });

/** An alert that was shown and charted over, with the author's reason. */
export const AlertOverride = z.object({
  alert: z.string().max(60),
  message: z.string().max(500),
  reason: z.string().min(1).max(500),
});
export type AlertOverride = z.infer<typeof AlertOverride>;

export const NoteType = z.enum(['nursing', 'progress', 'sbar']);

/** An encounter note. An SBAR note has its four parts; the others have text. */
export const Note = z
  .object({
    kind: z.literal('note'),
    ...bodyBase,
    noteType: NoteType,
    text: NoteText.optional(),
    sbar: z
      .object({ situation: NoteText, background: NoteText, assessment: NoteText, recommendation: NoteText })
      .optional(),
  })
  .refine(
    (n) =>
      n.noteType === 'sbar'
        ? n.sbar && Object.values(n.sbar).some((t) => t.trim() !== '')
        : n.text && n.text.trim() !== '',
    {
      error: 'the note is empty',
      path: ['text'],
    },
  );

/** The named entry is wrong and stands struck through with this reason. It is never removed. */
export const EnteredInError = z.object({
  kind: z.literal('entered-in-error'),
  ...bodyBase,
  replaces: EntryId,
  reason: z.string().min(1).max(2000),
});
