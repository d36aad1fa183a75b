import type { FastifyInstance } from 'fastify';
import { type FormList, NewForm, WithdrawForm } from '../../wire/forms.ts';
import { staffOf } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';

/** The hospital's own forms: entries of the directory, so tablets have them before the outage. */
export function formRoutes(app: FastifyInstance, context: ServerContext): void {
  const { site } = context;
  const administrator = { config: { access: { by: 'staff', roles: ['administrator'] } } } as const;

  const list = (): FormList => ({
    forms: [...site.directory().forms.values()]
      .map(({ form, title, recordedAt, by, questionnaire }) => ({
        id: form,
        title,
        publishedAt: recordedAt,
        by,
        offered: questionnaire !== undefined,
      }))
      .sort((a, b) => a.title.localeCompare(b.title, 'en')),
  });

  app.get('/api/admin/forms', administrator, async (): Promise<FormList> => list());

  app.post(
    '/api/admin/forms',
    { ...administrator, bodyLimit: 400_000 },
    async (request): Promise<FormList> => {
      const { id, title, questionnaire } = NewForm.parse(request.body);
      await site.publishForm({
        id,
        title,
        questionnaire: JSON.stringify(questionnaire),
        by: staffOf(request).name,
      });
      return list();
    },
  );

  app.post('/api/admin/forms/withdraw', administrator, async (request): Promise<FormList> => {
    const { id } = WithdrawForm.parse(request.body);
    const known = site.directory().forms.get(id);
    if (!known) throw new RefusalError(404, 'no-form', 'There is no such form.');
    await site.publishForm({ id, title: known.title, by: staffOf(request).name });
    return list();
  });
}
