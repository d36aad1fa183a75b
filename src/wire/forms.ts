import { z } from 'zod';

/** What is said over JSON about the hospital's own forms. */

/** Longer than any form, and fits an entry of the directory. */
const MOST_CHARACTERS = 180_000;

/** POST /api/admin/forms: administrator only. The same id again is a newer version. */
export const NewForm = z.object({
  id: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
  title: z.string().trim().min(1).max(300),
  questionnaire: z
    .looseObject({ resourceType: z.literal('Questionnaire', { error: 'this is no FHIR Questionnaire' }) })
    .refine((form) => JSON.stringify(form).length <= MOST_CHARACTERS, {
      error: 'this form is too long for a tablet: at most 180,000 characters',
    }),
});

/** POST /api/admin/forms/withdraw */
export const WithdrawForm = z.object({ id: z.string().max(64) });

/** GET /api/admin/forms */
export const FormList = z.object({
  forms: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      publishedAt: z.string(),
      by: z.string(),
      offered: z.boolean(),
    }),
  ),
});
export type FormList = z.infer<typeof FormList>;
