import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';

/** The floor of an upload: JSON, gzipped, a thousand a request, written with fsync beside the same embedded database. */
export async function openPlainServer(folder: string) {
  const db = await PGlite.create(join(folder, 'plain'));
  await db.exec('create table plain (id integer primary key, body jsonb)');
  const file = await open(join(folder, 'plain.journal'), 'a');
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', async () => {
      const text = gunzipSync(Buffer.concat(parts));
      await file.appendFile(text);
      await file.datasync();
      await db.query(
        `insert into plain select (row->>'id')::integer, row->'body' from json_array_elements($1::json) as row`,
        [text.toString()],
      );
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
  let written = 0;
  return {
    /** Resolves with milliseconds. */
    async upload(bodies: readonly unknown[]): Promise<number> {
      const start = performance.now();
      for (let from = 0; from < bodies.length; from += 1000) {
        const rows = bodies.slice(from, from + 1000).map((body) => ({ id: written++, body }));
        await (await fetch(url, { method: 'POST', body: gzipSync(JSON.stringify(rows)) })).text();
      }
      return performance.now() - start;
    },
    async close(): Promise<void> {
      server.close();
      await file.close();
      await db.close();
    },
  };
}
