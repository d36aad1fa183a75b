import * as Comlink from 'comlink';

/**
 * The methods of what a worker exposes. Comlink leaves a call unanswered for ever when its worker dies, so whatever waits
 * then, and whatever is asked later, is refused. A worker that threw outside of a call may still live, but in which state
 * nobody knows; and an answer that could not be read (`messageerror`) names no call, so all are refused.
 *
 * @param onStopped told once
 */
export function callWorker<T>(worker: Worker, onStopped: () => void): T {
  const remote = Comlink.wrap<Record<string, (...args: unknown[]) => unknown>>(worker);
  const waiting = new Set<(reason: Error) => void>();
  let stopped: Error | undefined;
  const stop = (): void => {
    if (stopped) return;
    stopped = new Error('the worker has failed');
    for (const refuse of waiting) refuse(stopped);
    waiting.clear();
    onStopped();
  };
  worker.addEventListener('error', stop);
  worker.addEventListener('messageerror', stop);
  const call = (method: string, args: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (stopped) {
        reject(stopped);
        return;
      }
      waiting.add(reject);
      void (remote[method] as (...all: unknown[]) => Promise<unknown>)(...args)
        .then(resolve, reject)
        .finally(() => waiting.delete(reject));
    });
  return new Proxy({} as T & object, {
    // A promise asks what it is resolved with for `then`.
    get: (_, method) =>
      typeof method === 'string' && method !== 'then'
        ? (...args: unknown[]) => call(method, args)
        : undefined,
  });
}
