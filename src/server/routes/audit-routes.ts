import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { displayName, Hex128, PersonName } from '../../clinical/index.ts';
import { auditToFhir } from '../../interop/index.ts';
import { AuditWhat } from '../../site/index.ts';
import { AuditFilter, type AuditList } from '../../wire/audit.ts';
import type { AuditQuery, AuditRow } from '../audit.ts';
import type { ServerContext } from '../context.ts';

/** At most so many events in one export: the newest. */
const EXPORTED = 50_000;
const DAY_MS = 86_400_000;

/** The audit trail read back: by administrators with filters, by records staff for one patient, by machines as FHIR. */
export function auditRoutes(app: FastifyInstance, context: ServerContext): void {
  const administrator = { config: { access: { by: 'staff', roles: ['administrator'] } } } as const;
  const ofPatient = {
    config: { access: { by: 'staff', roles: ['records'], ward: 'of-patient-in-path' } },
  } as const;

  async function patientsIn(rows: readonly AuditRow[]): Promise<Map<string, { name: string; ehr?: string }>> {
    const ids = [...new Set(rows.flatMap((row) => row.patient ?? []))];
    const found = new Map<string, { name: string; ehr?: string }>();
    if (ids.length === 0) return found;
    const nameIn = (body: unknown): string => displayName(z.object({ name: PersonName }).parse(body).name);
    const { db, identity } = context;
    const registered = await db
      .selectFrom('projection.entry')
      .where('site', '=', identity.site)
      .where('kind', '=', 'patient-registered')
      .where('patient', 'in', ids)
      .select(['patient', 'body'])
      .execute();
    for (const row of registered) found.set(row.patient, { name: nameIn(row.body) });
    const census = await db
      .selectFrom('projection.known_patient')
      .where('site', '=', identity.site)
      .where('patient', 'in', ids)
      .select(['patient', 'body', 'ehr_patient'])
      .execute();
    for (const row of census) found.set(row.patient, { name: nameIn(row.body), ehr: row.ehr_patient });
    return found;
  }

  async function list(query: AuditQuery): Promise<AuditList> {
    const rows = await context.audit.read(query);
    const patients = await patientsIn(rows);
    return {
      events: rows.map(({ entry, at, what, staff, patient, device, detail }) => ({
        entry,
        at,
        what,
        device,
        ...(staff ? { staff } : {}),
        ...(patient
          ? { patient: { id: patient, name: patients.get(patient)?.name ?? 'no longer on a list' } }
          : {}),
        ...(detail === undefined ? {} : { detail }),
      })),
    };
  }

  function queryOf(raw: unknown): AuditQuery {
    const { from, to, what, ...rest } = AuditFilter.parse(raw);
    return {
      ...rest,
      from,
      ...(what === undefined ? {} : { what: AuditWhat.parse(what) }),
      ...(to === undefined ? {} : { to: new Date(Date.parse(to) + DAY_MS).toISOString() }),
    };
  }

  app.get('/api/admin/audit', administrator, async (request) => list(queryOf(request.query)));

  app.get('/api/workbench/patients/:id/access', ofPatient, async (request) =>
    list({ patient: z.object({ id: Hex128 }).parse(request.params).id }),
  );

  app.get('/api/admin/audit/fhir', administrator, async (request, reply) => {
    const rows = await context.audit.read(queryOf(request.query), EXPORTED);
    const patients = await patientsIn(rows);
    const site = context.site.directory().site?.name ?? '';
    const lines = rows.map((row) =>
      JSON.stringify(
        auditToFhir({ ...row, ehrPatient: row.patient && patients.get(row.patient)?.ehr }, site),
      ),
    );
    return reply
      .type('application/fhir+ndjson')
      .header('cache-control', 'no-store')
      .header('content-disposition', 'attachment; filename="lamplight-audit.ndjson"')
      .send(`${lines.join('\n')}\n`);
  });
}
