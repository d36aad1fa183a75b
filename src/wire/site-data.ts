import { z } from 'zod';
import { FormularyItem, Interaction, OrderSet } from '../clinical/index.ts';

/** What is said over JSON about what a hospital brings along besides forms: each takes the place of the one before. */

/** POST /api/admin/formulary: administrator only. */
export const NewFormulary = z.object({
  items: z.array(FormularyItem).min(1, 'there is no drug in it').max(20_000, 'at most 20,000 drugs'),
});

/** POST /api/admin/order-sets */
export const NewOrderSets = z.object({
  items: z.array(OrderSet).min(1, 'there is no set in it').max(500, 'at most 500 sets'),
});

/** POST /api/admin/interactions */
export const NewInteractions = z.object({
  items: z.array(Interaction).min(1, 'there is no pair in it').max(2_000, 'at most 2,000 pairs'),
});

/** GET /api/admin/unread-codes: packages that scanning did not settle, as far as their doses are at the server. */
export const UnreadCodes = z.object({
  codes: z.array(
    z.object({
      code: z.string().optional(),
      whyNotScanned: z.string().optional(),
      medication: z.string(),
      times: z.number(),
      lastAt: z.string(),
    }),
  ),
});
export type UnreadCodes = z.infer<typeof UnreadCodes>;

const Published = z.object({ publishedAt: z.string(), by: z.string(), items: z.number() });

/** GET /api/admin/site-data: what tablets have been given. */
export const SiteDataList = z.object({
  formulary: Published.optional(),
  orderSets: Published.optional(),
  interactions: Published.optional(),
});
export type SiteDataList = z.infer<typeof SiteDataList>;
