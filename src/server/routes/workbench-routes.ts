import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Author, Hex128, Hex256 } from '../../clinical/index.ts';
import { HOW_SIGNED_IN } from '../../wire/sign-in.ts';
import {
  CloseRequest,
  type ClosingState,
  Decisions,
  LinkRequest,
  openInWords,
  type QuarantineList,
  type QuarantineRetry,
} from '../../wire/workbench.ts';
import { note, staffOf } from '../access.ts';
import type { ServerContext } from '../context.ts';

const PatientPath = z.object({ id: Hex128 });
const PicturePath = PatientPath.extend({ sha256: Hex256 });

/** Records staff: worklist, match, review, push. */
export function workbenchRoutes(app: FastifyInstance, context: ServerContext): void {
  const { reconciliation } = context;
  const records = { config: { access: { by: 'staff', roles: ['records'] } } } as const;
  const ofPatient = {
    config: { access: { by: 'staff', roles: ['records'], ward: 'of-patient-in-path' } },
  } as const;
  const author = (request: FastifyRequest): Author => {
    const { id, name, role } = staffOf(request);
    return { id, name, role };
  };
  const patientOf = (request: FastifyRequest): string => PatientPath.parse(request.params).id;

  app.get('/api/workbench/worklist', records, async (request) => {
    return reconciliation.worklist(staffOf(request).wards);
  });

  app.get('/api/workbench/patients/:id', ofPatient, async (request) => {
    const patient = patientOf(request);
    note(context, request, { what: 'review-opened', patient });
    return reconciliation.patient(patient);
  });

  app.get('/api/workbench/patients/:id/pictures/:sha256', ofPatient, async (request, reply) => {
    const { id, sha256 } = PicturePath.parse(request.params);
    const { contentType, bytes } = await reconciliation.picture(id, sha256);
    // What a tablet wrote: shown as the picture that it says it is, and as nothing else.
    return reply.header('x-content-type-options', 'nosniff').type(contentType).send(bytes);
  });

  app.get('/api/workbench/patients/:id/candidates', ofPatient, async (request) => {
    return { candidates: await reconciliation.candidates(patientOf(request)) };
  });

  app.post('/api/workbench/patients/:id/link', ofPatient, async (request) => {
    await reconciliation.link(patientOf(request), LinkRequest.parse(request.body), author(request));
    note(context, request, { what: 'match', patient: patientOf(request) });
    return {};
  });

  app.delete('/api/workbench/patients/:id/link', ofPatient, async (request) => {
    await reconciliation.unlink(patientOf(request), author(request));
    note(context, request, { what: 'match', patient: patientOf(request), detail: 'undone' });
    return {};
  });

  app.post('/api/workbench/decisions', records, async (request) => {
    const by = author(request);
    const { decisions } = Decisions.parse(request.body);
    note(context, request, { what: 'decide', detail: `${decisions.length} entries` });
    return {
      results: await reconciliation.decide(
        decisions,
        by,
        HOW_SIGNED_IN[staffOf(request).how],
        staffOf(request).wards,
      ),
    };
  });

  app.get('/api/workbench/push', records, async () => {
    return reconciliation.pushState();
  });

  app.post('/api/workbench/push', records, async (request) => {
    note(context, request, { what: 'push' });
    // It goes on by itself; the page asks how far it is.
    context.inBackground('posting', reconciliation.push);
    return reconciliation.pushState();
  });

  app.post('/api/workbench/release', records, async () => {
    await context.epoch.release();
    return reconciliation.pushState();
  });

  app.get(
    '/api/workbench/closing',
    records,
    async (request): Promise<ClosingState> => context.closing.state(staffOf(request).wards),
  );

  app.post(
    '/api/workbench/wards/:ward/close',
    { config: { access: { by: 'staff', roles: ['records'], ward: 'in-path' } } },
    async (request): Promise<ClosingState> => {
      const { ward } = z.object({ ward: z.string().max(64) }).parse(request.params);
      const { reasons } = CloseRequest.parse(request.body);
      const left = await context.closing.close(ward, staffOf(request).id, reasons);
      const said = left.map((open) => `${openInWords(open)} left: ${reasons[open.kind]}`);
      for (const detail of said.length > 0 ? said : ['nothing was open'])
        note(context, request, { what: 'outage-closed', ward, detail: detail.slice(0, 500) });
      return context.closing.state(staffOf(request).wards);
    },
  );

  app.get(
    '/api/workbench/quarantine',
    records,
    async (): Promise<z.infer<typeof QuarantineList>> => ({
      items: await context.quarantine.list(),
    }),
  );

  app.post(
    '/api/workbench/quarantine/retry',
    records,
    async (): Promise<z.infer<typeof QuarantineRetry>> => context.quarantine.retry(),
  );
}
