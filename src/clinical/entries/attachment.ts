import { z } from 'zod';
import { bodyBase, Hex256 } from './common.ts';

/** What a tablet makes of a photo or a drawing. Nothing else is shown: an SVG can hold a program. */
export const PictureType = z.enum(['image/jpeg', 'image/webp', 'image/png']);
export type PictureType = z.infer<typeof PictureType>;

/** Characters of base64 in one part: 30 KB, so that the sealed entry fits into one page of a transfer by camera. */
export const PART_CHARACTERS = 40 * 1024;
/** A photo of 1600 pixels is some 200 KB. */
export const MOST_PARTS = 8;
/** Bytes of a whole picture. */
export const MOST_PICTURE_BYTES = (MOST_PARTS * PART_CHARACTERS * 3) / 4;

/** A picture as the entry that it belongs to names it. */
export const PictureReference = z.object({
  contentType: PictureType,
  /** Bytes. */
  size: z.number().int().min(1).max(MOST_PICTURE_BYTES),
  /** Of the whole picture. */
  sha256: Hex256,
  title: z.string().max(200).optional(),
});
export type PictureReference = z.infer<typeof PictureReference>;

/**
 * A part of a picture. All parts stand in the log directly before the entry that names the picture by its hash, and are
 * written in the same transaction: a log is carried and acknowledged without gaps, so no carrier brings the entry
 * without its pictures.
 */
export const Attachment = z.object({
  kind: z.literal('attachment'),
  ...bodyBase,
  contentType: PictureType,
  sha256: Hex256,
  /** From 1. */
  part: z.number().int().min(1).max(MOST_PARTS),
  parts: z.number().int().min(1).max(MOST_PARTS),
  /** Empty only where the bytes were put aside, in pages and projections that are made from the entries. */
  data: z.base64().max(PART_CHARACTERS),
});
