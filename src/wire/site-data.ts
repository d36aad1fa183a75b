import { z } from 'zod';
import { FormularyItem } from '../clinical/index.ts';

/** What is said over JSON about what a hospital brings along besides forms. */

/** POST /api/admin/formulary: administrator only. Takes the place of the one before, as a whole. */
export const NewFormulary = z.object({
  items: z.array(FormularyItem).min(1, 'there is no drug in it').max(20_000, 'at most 20,000 drugs'),
});

/** GET /api/admin/site-data: what tablets have been given. */
export const SiteDataList = z.object({
  formulary: z.object({ publishedAt: z.string(), by: z.string(), items: z.number() }).optional(),
});
export type SiteDataList = z.infer<typeof SiteDataList>;
