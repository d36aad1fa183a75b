import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AGE_FILE_TYPE, type FileImported } from '../../wire/transfer.ts';
import { note } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { RefusalError } from '../refusal.ts';
import { exportRecords } from '../transfer/export-records.ts';
import { importRecords } from '../transfer/import-records.ts';

const DESK = ['administrator', 'records'] as const;
const ExportQuery = z.object({ ward: z.string().max(40).optional() });

/** Records as a file, out of the server and into it: for days without a network, and for the safe. */
export function transferRoutes(app: FastifyInstance, context: ServerContext): void {
  // The file is passed on as it comes: no whole record in memory.
  app.addContentTypeParser(AGE_FILE_TYPE, (_request, payload, done) => done(null, payload));

  app.post(
    '/api/transfer/import',
    { config: { access: { by: 'staff', roles: DESK } } },
    async (request): Promise<FileImported> => {
      if (!(request.body instanceof Readable))
        throw new RefusalError(415, 'not-an-export', 'Choose a Lamplight file: it ends in .age or .txt.');
      const imported = await importRecords(context, request.body);
      note(context, request, { what: 'import' });
      return imported;
    },
  );

  // Everything at once is sealed to site and safe alone; one ward's file opens on its tablets too.
  app.get(
    '/api/transfer/export',
    { config: { access: { by: 'staff', roles: DESK, ward: 'in-query' } } },
    async (request, reply) => {
      const { ward } = ExportQuery.parse(request.query);
      if (ward !== undefined && !context.site.directory().wards.has(ward))
        throw new RefusalError(404, 'no-ward', 'There is no such ward.');
      note(context, request, { what: 'export', ...(ward === undefined ? {} : { ward }) });
      const { file, name } = await exportRecords(context, {
        ...(ward === undefined ? {} : { ward }),
        acknowledge: true,
      });
      return reply
        .type(AGE_FILE_TYPE)
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(Readable.from(file));
    },
  );
}
