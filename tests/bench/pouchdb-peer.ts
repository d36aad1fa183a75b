import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';

const PEER = join(import.meta.dirname, 'peer');

/** PouchDB in the page, as its browser build declares itself; only what is used here. */
interface Pouch {
  bulkDocs(documents: unknown[]): Promise<unknown>;
  replicate: { to(remote: string, options: { batch_size?: number }): Promise<{ docs_written: number }> };
}

/**
 * Milliseconds that the peer takes for the same bodies: PouchDB in the same Chromium, out of IndexedDB, to
 * express-pouchdb in a process of its own. Installs it when it is missing.
 */
export async function pouchUpload(
  tablet: BrowserContext,
  folder: string,
  bodies: readonly unknown[],
  batchSize: number,
): Promise<number> {
  if (!existsSync(join(PEER, 'node_modules/pouchdb')))
    execFileSync('npm', ['ci', '--loglevel=error'], { cwd: PEER, stdio: 'ignore' });
  const data = join(folder, `pouchdb-${batchSize}`);
  mkdirSync(data);
  const server = spawn(process.execPath, [join(PEER, 'serve.cjs'), data], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const port = await new Promise<string>((resolve, reject) => {
      server.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()));
      server.once('exit', (code) => reject(new Error(`the peer ended with ${code}`)));
    });
    const page = await tablet.newPage();
    await page.goto(`http://localhost:${port}/tablet`);
    const took = await page.evaluate(
      async ({ documents, batch }) => {
        const Pouch = (globalThis as unknown as { PouchDB: new (name: string) => Pouch }).PouchDB;
        const local = new Pouch('tablet');
        await local.bulkDocs(documents);
        const start = performance.now();
        const { docs_written } = await local.replicate.to(`${location.origin}/ward`, { batch_size: batch });
        if (docs_written !== documents.length) throw new Error('the peer did not write everything');
        return performance.now() - start;
      },
      {
        documents: bodies.map((body, n) => ({ _id: `entry-${String(n).padStart(8, '0')}`, body })),
        batch: batchSize,
      },
    );
    await page.close();
    return took;
  } finally {
    server.kill();
  }
}
