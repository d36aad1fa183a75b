import { z } from 'zod';
import { bodyBase } from './common.ts';

/** Where fluid came in or went out (scores.md, "Fluids and urine"). Insensible loss is never counted, so it has no route. */
export const FluidIn = z.enum(['oral', 'enteral', 'iv', 'blood', 'irrigation-in']);
export const FluidOut = z.enum([
  'urine',
  'stool',
  'vomit',
  'gastric',
  'drain',
  'chest-drain',
  'blood-loss',
  'irrigation-out',
]);
export const FluidRoute = z.union([FluidIn, FluidOut]);
export type FluidRoute = z.infer<typeof FluidRoute>;

/** One amount in or out. What went out and was not measured says so: it is never 0. */
export const FluidRecorded = z
  .object({
    kind: z.literal('fluid-recorded'),
    ...bodyBase,
    route: FluidRoute,
    /** Millilitres. Limits: codes.md, "refuse outside". */
    volumeMl: z.number().int('Whole millilitres').min(0).max(10_000, 'At most 10,000 mL at once').optional(),
    notMeasured: z.literal(true).optional(),
    /** What it was, or which drain. */
    detail: z.string().max(300).optional(),
  })
  .refine((fluid) => (fluid.volumeMl === undefined) === (fluid.notMeasured === true), {
    error: 'give the volume, or say that it was not measured',
    path: ['volumeMl'],
  });

export const GlucoseUnit = z.enum(['mg/dL', 'mmol/L']);
export type GlucoseUnit = z.infer<typeof GlucoseUnit>;

/** Blood glucose, in the unit that the meter showed; never converted for keeping. Limits: codes.md. */
export const GlucoseMeasured = z
  .object({
    kind: z.literal('glucose-measured'),
    ...bodyBase,
    value: z.number(),
    unit: GlucoseUnit,
    sample: z.enum(['capillary', 'venous', 'arterial']),
    meal: z.enum(['before', 'after', 'fasting']).optional(),
    /** Low, and another person had to help: level 3, whatever the value. */
    neededHelp: z.literal(true).optional(),
    comment: z.string().max(2000).optional(),
  })
  .superRefine(({ value, unit }, check) => {
    const [least, most, step] = unit === 'mg/dL' ? [5, 1500, 1] : [0.3, 83, 0.1];
    if (value < least || value > most)
      check.addIssue({ code: 'custom', message: `must be ${least} to ${most} ${unit}`, path: ['value'] });
    if (Math.abs(value / step - Math.round(value / step)) > 1e-6)
      check.addIssue({
        code: 'custom',
        message: unit === 'mg/dL' ? 'whole mg/dL' : 'at most one decimal',
        path: ['value'],
      });
  });

/** A numeric rating, 0 none to 10 worst imaginable. */
const Rating = z.number().int('A whole number from 0 to 10').min(0).max(10);

export const PainAssessed = z.object({
  kind: z.literal('pain-assessed'),
  ...bodyBase,
  atRest: Rating,
  onMovement: Rating.optional(),
  site: z.string().max(300).optional(),
  comment: z.string().max(2000).optional(),
});

/** `NT`: cannot be tested, with the reason. */
const testable = <T extends z.ZodType>(score: T) => z.union([score, z.literal('NT')]);
const upTo = (most: number) => testable(z.number().int().min(1).max(most));

const Pupil = z.object({
  /** Millimetres. */
  sizeMm: z.number().int().min(1).max(9).optional(),
  reaction: z.enum(['brisk', 'sluggish', 'none', 'not-testable']),
});
export type Pupil = z.infer<typeof Pupil>;

/** Glasgow Coma Scale (Teasdale and Jennett 1974; wording of 2014) and pupils. */
export const GcsAssessed = z
  .object({
    kind: z.literal('gcs-assessed'),
    ...bodyBase,
    eyes: upTo(4),
    verbal: upTo(5),
    motor: upTo(6),
    notTestableBecause: z.string().max(300).optional(),
    pupils: z.object({ left: Pupil, right: Pupil }).optional(),
    comment: z.string().max(2000).optional(),
  })
  .refine(
    ({ eyes, verbal, motor, notTestableBecause }) =>
      ![eyes, verbal, motor].includes('NT') || (notTestableBecause ?? '').trim() !== '',
    { error: 'say why it could not be tested', path: ['notTestableBecause'] },
  );

/** Weight and height; one may be absent. Limits: codes.md. */
export const BodyMeasured = z
  .object({
    kind: z.literal('body-measured'),
    ...bodyBase,
    weightKg: z.number().min(0.2).max(650).optional(),
    heightCm: z.number().min(20).max(272).optional(),
    /** How it was found: a stated or guessed weight doses nobody safely without saying so. */
    method: z.enum(['measured', 'stated', 'estimated']),
    comment: z.string().max(2000).optional(),
  })
  .refine(({ weightKg, heightCm }) => weightKg !== undefined || heightCm !== undefined, {
    error: 'give the weight or the height',
    path: ['weightKg'],
  });
