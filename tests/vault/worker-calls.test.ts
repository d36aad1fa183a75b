import * as Comlink from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import { callWorker } from '../../src/vault/worker-calls.ts';

interface Desk {
  add(a: number, b: number): Promise<number>;
  never(): Promise<void>;
}

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** A worker's two ends; what kills it is told to the page's end, as a browser does. */
function aWorker() {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  Comlink.expose({ add: (a: number, b: number) => a + b, never: () => new Promise(() => undefined) }, port2);
  let stopped = 0;
  const desk = callWorker<Desk>(port1 as unknown as Worker, () => {
    stopped += 1;
  });
  return { desk, stopped: () => stopped, die: (type: string) => port1.dispatchEvent(new Event(type)) };
}

describe('calls to a worker', () => {
  it('are answered while it lives', async () => {
    const { desk, stopped } = aWorker();
    expect(await desk.add(2, 3)).toBe(5);
    expect(stopped()).toBe(0);
  });

  it.each(['error', 'messageerror'])('are refused, waiting or new, once it has failed (%s)', async (type) => {
    const { desk, stopped, die } = aWorker();
    const waits = desk.never();
    die(type);
    await expect(waits).rejects.toThrow('the worker has failed');
    await expect(desk.add(2, 3)).rejects.toThrow('the worker has failed');
    die(type);
    expect(stopped()).toBe(1);
  });
});
