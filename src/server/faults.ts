import type { FastifyBaseLogger } from 'fastify';

/** What may be said of a fault in a log: its name and its place. Its message could quote a record. */
export function faultInLog(error: unknown): { fault: string; at?: string } {
  if (!(error instanceof Error)) return { fault: 'unknown' };
  const at = error.stack
    ?.split('\n')
    .find((line) => line.includes('/src/'))
    ?.trim();
  return { fault: error.name, ...(at === undefined ? {} : { at }) };
}

/** Begins work that nobody waits for. `what` says in the log which work stopped, and names nobody. */
export type InBackground = (what: string, work: () => Promise<unknown>) => void;

/** Work that fails is told to whoever reads the log; the timer or event that began it begins it again. */
export const createBackground =
  (log: Pick<FastifyBaseLogger, 'error'>): InBackground =>
  (what, work) =>
    void work().catch((error: unknown) => log.error(faultInLog(error), `${what} stopped`));
