import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Author, Hex128 } from '../../clinical/index.ts';
import { Decisions, LinkRequest } from '../../wire/workbench.ts';
import type { ServerContext } from '../context.ts';
import { requireStaff } from './staff-session.ts';

const PatientPath = z.object({ id: Hex128 });

/** Records staff: worklist, match, review, push. */
export function workbenchRoutes(app: FastifyInstance, context: ServerContext): void {
  const { reconciliation } = context;
  const records = (request: FastifyRequest): Author => requireStaff(context, request, ['records']);
  const patientOf = (request: FastifyRequest): string => PatientPath.parse(request.params).id;

  app.get('/api/workbench/worklist', async (request) => {
    records(request);
    return reconciliation.worklist();
  });

  app.get('/api/workbench/patients/:id', async (request) => {
    records(request);
    return reconciliation.patient(patientOf(request));
  });

  app.get('/api/workbench/patients/:id/candidates', async (request) => {
    records(request);
    return { candidates: await reconciliation.candidates(patientOf(request)) };
  });

  app.post('/api/workbench/patients/:id/link', async (request) => {
    await reconciliation.link(patientOf(request), LinkRequest.parse(request.body), records(request));
    return {};
  });

  app.delete('/api/workbench/patients/:id/link', async (request) => {
    await reconciliation.unlink(patientOf(request), records(request));
    return {};
  });

  app.post('/api/workbench/decisions', async (request) => {
    const by = records(request);
    const { decisions } = Decisions.parse(request.body);
    return { results: await reconciliation.decide(decisions, by, 'PIN on the server') };
  });

  app.get('/api/workbench/push', async (request) => {
    records(request);
    return reconciliation.pushState();
  });

  app.post('/api/workbench/push', async (request) => {
    records(request);
    // It goes on by itself; the page asks how far it is.
    reconciliation
      .push()
      .catch((error: unknown) =>
        request.log.error({ fault: error instanceof Error ? error.name : 'unknown' }, 'posting stopped'),
      );
    return reconciliation.pushState();
  });

  app.post('/api/workbench/release', async (request) => {
    records(request);
    await context.epoch.release();
    return reconciliation.pushState();
  });

  app.get('/api/workbench/quarantine', async (request) => {
    records(request);
    const rows = await context.db
      .selectFrom('record.quarantine as item')
      .leftJoin('record.log as log', (join) =>
        join.onRef('log.site', '=', 'item.site').onRef('log.log', '=', 'item.log'),
      )
      .where('item.site', '=', context.identity.site)
      .orderBy('item.id', 'desc')
      .limit(500)
      .select(['item.id', 'item.reason', 'item.received_at', 'item.bytes', 'log.writer'])
      .execute();
    return {
      items: rows.map((row) => ({
        id: row.id,
        device: context.site.directory().devices.get(row.writer ?? '')?.name ?? null,
        reason: row.reason,
        receivedAt: row.received_at.toISOString(),
        bytes: row.bytes.length,
      })),
    };
  });
}
