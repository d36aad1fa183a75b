import { z } from 'zod';
import type { Consciousness } from './entries/index.ts';
import { type News2, type News2Parameter, type News2Risk, scoreNews2 } from './news2.ts';

/** As people write it: the letter, or the word. */
const ACVPU: Record<string, Consciousness> = {
  A: 'alert',
  C: 'confusion',
  V: 'voice',
  P: 'pain',
  U: 'unresponsive',
  ALERT: 'alert',
  CONFUSION: 'confusion',
  VOICE: 'voice',
  PAIN: 'pain',
  UNRESPONSIVE: 'unresponsive',
};

/** Not taken: absent or `null`. Whole numbers, since nothing between two bands may exist: round at entry. */
const whole = (max: number) => z.number().int('a whole number is needed').min(0).max(max).nullish();

/** One set of observations for `npm run score -- news2`. Limits are those of a number that can be written, not of a body. */
export const News2Case = z.strictObject({
  /** Breaths per minute. */
  rr: whole(999),
  /** Percent. */
  spo2: whole(100),
  /** Saturation scale; 1 where none is prescribed. */
  scale: z.union([z.literal(1), z.literal(2)], { error: 'the scale is 1 or 2' }).default(1),
  /** Any added oxygen. */
  oxygen: z.boolean('true with any added oxygen, false on air').nullish(),
  /** mmHg. */
  sbp: whole(999),
  /** Beats per minute. */
  pulse: whole(999),
  acvpu: z
    .string()
    .transform((text) => ACVPU[text.trim().toUpperCase()])
    .refine((found) => found !== undefined, { error: 'A, C, V, P or U is needed' })
    .nullish(),
  /** Degrees Celsius, one decimal. */
  temp: z.number().min(0).max(99).multipleOf(0.1, 'at most one decimal: round at entry').nullish(),
});
export type News2Case = z.infer<typeof News2Case>;

export const News2Cases = z.array(News2Case, { error: 'an array of sets of observations is needed' });

const NAMES: Record<News2Parameter, keyof Omit<News2Case, 'scale'>> = {
  respirationRate: 'rr',
  oxygenSaturation: 'spo2',
  supplementalOxygen: 'oxygen',
  systolic: 'sbp',
  pulse: 'pulse',
  consciousness: 'acvpu',
  temperature: 'temp',
};

export interface News2CaseScore {
  /** `null`: not taken, so it has no part. */
  parts: Record<string, number | null>;
  /** `null` with a parameter missing: then there is no score. */
  total: number | null;
  risk: News2Risk;
  /** With a parameter missing: the sum of what is there ("at least n"), and what is missing. */
  atLeast?: number;
  missing?: string[];
}

/** The same scoring that every screen uses, under the short names of the file. */
export function scoreNews2Case(set: News2Case): News2CaseScore {
  const score: News2 = scoreNews2({
    respirationRate: set.rr ?? undefined,
    oxygenSaturation: set.spo2 ?? undefined,
    saturationScale: set.scale,
    oxygenDevice: set.oxygen === true ? 'OTH' : set.oxygen === false ? 'A' : undefined,
    systolic: set.sbp ?? undefined,
    pulse: set.pulse ?? undefined,
    consciousness: set.acvpu ?? undefined,
    temperature: set.temp ?? undefined,
  });
  const parts = Object.fromEntries(
    Object.entries(NAMES).map(([parameter, name]) => [name, score.parts[parameter as News2Parameter]]),
  );
  return {
    parts,
    total: score.total,
    risk: score.risk,
    ...(score.total === null
      ? { atLeast: score.partial, missing: score.missing.map((parameter) => NAMES[parameter]) }
      : {}),
  };
}
