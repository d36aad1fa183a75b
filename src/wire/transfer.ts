import { z } from 'zod';

/** POST /api/transfer/import (an age file as `application/age`): what came in. GET /api/transfer/export: a file. */

export const AGE_FILE_TYPE = 'application/age';

export const FileImported = z.object({
  from: z.string(),
  writtenAt: z.string(),
  /** Charted entries in the file, and how many of them were not here before. */
  entries: z.number(),
  fresh: z.number(),
  tablets: z.array(z.string()),
  /** Set aside with a reason: they wait for a person in the quarantine. */
  refused: z.number(),
  problems: z.array(z.string()),
  cut: z.string().optional(),
});
export type FileImported = z.infer<typeof FileImported>;
