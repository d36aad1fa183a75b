import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/** Heaps of everything that runs for one origin in a browser that was started with `--remote-debugging-port=0`. */
export interface Heaps {
  /** Whatever the page, its workers and its service worker keep in memory as text, after garbage was collected. */
  text(): Promise<string>;
  /** What was looked into at last: `page`, `worker`, `service_worker`. */
  kinds(): string[];
  close(): void;
}

/**
 * Speaks to the browser itself and not through Playwright, whose sessions do not reach into workers: that is where the
 * keys and the charts are.
 */
export async function watchHeaps(profile: string, origin: string): Promise<Heaps> {
  const [port, path] = readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n');
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  await new Promise((opened, failed) => {
    socket.addEventListener('open', opened, { once: true });
    socket.addEventListener('error', failed, { once: true });
  });
  let last = 0;
  const waiting = new Map<number, { session: string | undefined; told: (message: Message) => void }>();
  const chunks = new Map<string, string[]>();
  let attached: { session: string; type: string; url: string }[] = [];
  socket.addEventListener('message', (event) => {
    const message = JSON.parse(String(event.data)) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.told(message);
    if (message.method === 'HeapProfiler.addHeapSnapshotChunk')
      chunks.get(message.sessionId ?? '')?.push(String(message.params?.chunk));
    if (message.method === 'Target.attachedToTarget') {
      const { sessionId, targetInfo } = message.params as {
        sessionId: string;
        targetInfo: { type: string; url: string };
      };
      attached.push({ session: sessionId, type: targetInfo.type, url: targetInfo.url });
      void send('Target.setAutoAttach', AUTO, sessionId).catch(() => undefined);
    }
    if (message.method === 'Target.detachedFromTarget') {
      const gone = message.params?.sessionId;
      attached = attached.filter(({ session }) => session !== gone);
      // What went with its page answers nothing any more.
      for (const { session, told } of waiting.values())
        if (session === gone) told({ error: { message: 'it has ended' } });
    }
  });
  const AUTO = { autoAttach: true, waitForDebuggerOnStart: false, flatten: true };

  function send(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++last;
    socket.send(JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) }));
    return new Promise((resolve, reject) => {
      const told = ({ result, error }: Message): void => {
        waiting.delete(id);
        if (error) reject(new Error(error.message));
        else resolve(result ?? {});
      };
      waiting.set(id, { session: sessionId, told });
    });
  }

  async function snapshot(session: string): Promise<string> {
    chunks.set(session, []);
    await send('HeapProfiler.enable', {}, session);
    // Twice: what the first collection frees may have been all that held the rest.
    for (let times = 0; times < 3; times++) await send('HeapProfiler.collectGarbage', {}, session);
    await send('HeapProfiler.takeHeapSnapshot', { reportProgress: false }, session);
    const { strings } = JSON.parse(chunks.get(session)!.join('')) as { strings: string[] };
    chunks.delete(session);
    return strings.join('\n');
  }

  /** A page that has just been loaded starts its two workers, and each is told of when it runs. */
  async function everythingHere(): Promise<typeof attached> {
    for (;;) {
      const here = attached.filter(
        ({ type, url }) => url.startsWith(origin) && ['page', 'worker', 'service_worker'].includes(type),
      );
      if (here.filter(({ type }) => type === 'worker').length === 2) return here;
      await new Promise((again) => setTimeout(again, 50));
    }
  }

  await send('Target.setDiscoverTargets', { discover: true });
  await send('Target.setAutoAttach', AUTO);
  let seen: string[] = [];
  return {
    async text() {
      const here = await everythingHere();
      seen = here.map(({ type }) => type);
      const texts: string[] = [];
      // One after another: a snapshot stops what it is taken of.
      for (const { session } of here) texts.push(await snapshot(session));
      return texts.join('\n');
    },
    kinds: () => seen,
    close: () => socket.close(),
  };
}
