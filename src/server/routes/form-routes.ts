import type { FastifyInstance } from 'fastify';
import { type FormList, NewForm, WithdrawForm } from '../../wire/forms.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';
import { requireStaff } from './staff-session.ts';

/** The hospital's own forms: entries of the directory, so tablets have them before the outage. */
export function formRoutes(app: FastifyInstance, context: ServerContext): void {
  const { site } = context;

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

  app.get('/api/admin/forms', async (request): Promise<FormList> => {
    requireStaff(context, request, ['administrator']);
    return list();
  });

  app.post('/api/admin/forms', { bodyLimit: 400_000 }, async (request): Promise<FormList> => {
    const staff = requireStaff(context, request, ['administrator']);
    const { id, title, questionnaire } = NewForm.parse(request.body);
    await site.publishForm({ id, title, questionnaire: JSON.stringify(questionnaire), by: staff.name });
    return list();
  });

  app.post('/api/admin/forms/withdraw', async (request): Promise<FormList> => {
    const staff = requireStaff(context, request, ['administrator']);
    const { id } = WithdrawForm.parse(request.body);
    const known = site.directory().forms.get(id);
    if (!known) throw new RefusalError(404, 'no-form', 'There is no such form.');
    await site.publishForm({ id, title: known.title, by: staff.name });
    return list();
  });
}
