import type { CDPSession, Locator, Page } from 'playwright-core';
import type { Draft } from '../../src/clinical/index.ts';

export interface Percentiles {
  p50: number;
  p95: number;
}

export function percentiles(samples: readonly number[]): Percentiles {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { p50: at(0.5), p95: at(0.95) };
}

export const aSetOfVitals = (n: number): Draft => ({
  kind: 'vital-signs',
  effectiveAt: new Date(Date.now() - n * 60_000).toISOString(),
  values: {
    respirationRate: 12 + (n % 9),
    oxygenSaturation: 96,
    saturationScale: 1,
    oxygenDevice: 'A',
    systolic: 118 + (n % 20),
    diastolic: 70,
    pulse: 66 + (n % 30),
    consciousness: 'alert',
    temperature: 36.8,
  },
});

/**
 * Milliseconds per save, from the page's call until the vault says that the strict transaction has completed; and the
 * floor: the same number of bytes put into a bare object store, strict. By turns, so that a machine that drifts, or a
 * disk that is busy for a while, meets both alike.
 */
export async function timeSavesAndBarePuts(
  page: Page,
  patient: string,
  bytes: number,
  count: number,
): Promise<{ saves: Percentiles; puts: Percentiles }> {
  const draft = aSetOfVitals(1);
  const samples = await page.evaluate(
    async ({ patient, draft, bytes, count }) => {
      const worker = (window as unknown as { vaultOfThisTest: Worker }).vaultOfThisTest;
      const open = indexedDB.open(`floor-${crypto.randomUUID()}`, 1);
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        open.onupgradeneeded = () => open.result.createObjectStore('entries', { keyPath: 'seq' });
        open.onsuccess = () => resolve(open.result);
        open.onerror = () => reject(open.error);
      });
      const save = (): Promise<void> =>
        new Promise((resolve, reject) => {
          const id = crypto.randomUUID();
          const answer = (event: MessageEvent<{ id?: string; value?: { ok?: boolean } }>): void => {
            if (event.data?.id !== id) return;
            worker.removeEventListener('message', answer);
            if (event.data.value?.ok) resolve();
            else reject(new Error('the vault did not save'));
          };
          worker.addEventListener('message', answer);
          worker.postMessage({
            id,
            type: 'APPLY',
            path: ['append'],
            argumentList: [{ type: 'RAW', value: { patient, draft } }],
          });
        });
      const put = (seq: number): Promise<void> =>
        new Promise((resolve, reject) => {
          const row = { seq, bytes: crypto.getRandomValues(new Uint8Array(bytes)) };
          const tx = db.transaction('entries', 'readwrite', { durability: 'strict' });
          tx.objectStore('entries').put(row);
          tx.oncomplete = () => resolve();
          tx.onerror = () => reject(tx.error);
        });
      const took = async (run: () => Promise<void>): Promise<number> => {
        const start = performance.now();
        await run();
        return performance.now() - start;
      };
      const saves: number[] = [];
      const puts: number[] = [];
      for (let n = 1; n <= count; n++) {
        puts.push(await took(() => put(n)));
        saves.push(await took(save));
      }
      db.close();
      return { saves, puts };
    },
    { patient, draft, bytes, count },
  );
  return { saves: percentiles(samples.saves.slice(10)), puts: percentiles(samples.puts.slice(10)) };
}

/** CPU throttling of the page and of its workers alike. */
export async function throttle(page: Page, rate: number): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  return session;
}

/**
 * Milliseconds from the touch until what it asks for is drawn, by the page's own clock: the hands that drive the page
 * here need a tenth of a second themselves under throttling, a nurse's are not counted either.
 */
export async function timeUntilDrawn(page: Page, tap: Locator, awaited: string): Promise<number> {
  const drawn = await page.evaluateHandle((selector) => {
    const took = new Promise<number>((resolve) => {
      addEventListener(
        'pointerdown',
        ({ timeStamp }) => {
          const look = (): void => {
            if (document.querySelector(selector))
              requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - timeStamp)));
            else requestAnimationFrame(look);
          };
          look();
        },
        { capture: true, once: true },
      );
    });
    return { took };
  }, awaited);
  await tap.click();
  return drawn.evaluate(({ took }) => took);
}

/** How many rows a store of the vault holds. */
export function storedRows(page: Page, store: 'entries' | 'stale'): Promise<number> {
  return page.evaluate(
    (name) =>
      new Promise<number>((resolve) => {
        const open = indexedDB.open('lamplight');
        open.onsuccess = () => {
          const request = open.result.transaction(name).objectStore(name).count();
          request.onsuccess = () => {
            open.result.close();
            resolve(request.result);
          };
        };
      }),
    store,
  );
}

export const pause = (page: Page, ms: number): Promise<unknown> =>
  page.waitForEvent('console', { timeout: ms }).catch(() => undefined);
