import type { BodyOf } from './entries/index.ts';

type Gcs = Pick<BodyOf<'gcs-assessed'>, 'eyes' | 'verbal' | 'motor' | 'pupils'>;

export interface GcsScore {
  /** 3 to 15; `null` with anything that could not be tested. */
  total: number | null;
  /** GCS-P, 1 to 15: total less pupil reactivity (Brennan, Murray, Teasdale 2018). `null`: a pupil was not tested. */
  gcsP: number | null;
}

/** Both unreactive 2, one 1, none 0. */
export function scoreGcs({ eyes, verbal, motor, pupils }: Gcs): GcsScore {
  if (eyes === 'NT' || verbal === 'NT' || motor === 'NT') return { total: null, gcsP: null };
  const total = eyes + verbal + motor;
  if (!pupils) return { total, gcsP: null };
  const reactions = [pupils.left.reaction, pupils.right.reaction];
  if (reactions.includes('not-testable')) return { total, gcsP: null };
  return { total, gcsP: total - reactions.filter((reaction) => reaction === 'none').length };
}

/** `GCS 13 = E3 V4 M6`; with a part that could not be tested no total: `GCS E3 VNT M6`. */
export function gcsInWords(gcs: Gcs): string {
  const { total, gcsP } = scoreGcs(gcs);
  const parts = `E${gcs.eyes} V${gcs.verbal} M${gcs.motor}`;
  return `GCS ${total === null ? parts : `${total} = ${parts}`}${gcsP === null ? '' : `, GCS-P ${gcsP}`}`;
}

/**
 * Asks for escalation: a drop of 2 from an earlier assessment, or a new 12 or less (scores.md, a default). What could
 * not be tested is compared with nothing.
 */
export function gcsWorries(now: Gcs, before: Gcs | undefined): boolean {
  const { total } = scoreGcs(now);
  if (total === null) return false;
  const earlier = before ? scoreGcs(before).total : null;
  return (earlier !== null && earlier - total >= 2) || (total <= 12 && (earlier === null || earlier > 12));
}

export const GCS_WORDS = {
  eyes: { 4: 'spontaneous', 3: 'to sound', 2: 'to pressure', 1: 'none' },
  verbal: { 5: 'orientated', 4: 'confused', 3: 'words', 2: 'sounds', 1: 'none' },
  motor: {
    6: 'obeys commands',
    5: 'localising',
    4: 'normal flexion',
    3: 'abnormal flexion',
    2: 'extension',
    1: 'none',
  },
} as const;

/** None 0, mild 1–3, moderate 4–6, severe 7–10 (convention). */
export const painInWords = (rating: number): string =>
  rating === 0 ? 'none' : rating <= 3 ? 'mild' : rating <= 6 ? 'moderate' : 'severe';
